//! Time as values: nobody here asks a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Milliseconds on a machine's steady clock since some start of its own. Only differences mean anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tick(pub u64);

impl Tick {
    /// The tick so many milliseconds later.
    #[must_use]
    pub fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds since an earlier tick; 0 when it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// UTC milliseconds since 1970, as some machine's wall clock claimed. Never used for order between machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

/// Offices live at +07:00 all year.
const VIETNAM_OFFSET_MS: i64 = 7 * 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// The Julian day of 1 January 1970.
const EPOCH_JULIAN: i64 = 2_440_588;

impl Timestamp {
    /// The calendar day in Vietnam.
    #[must_use]
    pub fn date(self) -> Date {
        let days = (self.0.saturating_add(VIETNAM_OFFSET_MS)).div_euclid(DAY_MS);
        Date::from_days(days)
    }

    /// Hour and minute in Vietnam.
    #[must_use]
    pub fn hour_minute(self) -> (u8, u8) {
        let minutes = (self.0.saturating_add(VIETNAM_OFFSET_MS)).rem_euclid(DAY_MS) / 60_000;
        (u8::try_from(minutes / 60).unwrap_or(0), u8::try_from(minutes % 60).unwrap_or(0))
    }
}

/// As offices write it: `14:05 ngày 22/11/2026`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = self.hour_minute();
        write!(f, "{hour:02}:{minute:02} ngày {}", self.date().vi())
    }
}

/// A legal date: a day of the calendar without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day between the years 1 and 9999; `None` when there is no such day.
    #[must_use]
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        let date = time::Date::from_calendar_date(i32::from(year), month.try_into().ok()?, day).ok()?;
        Some(Self::from_time(date))
    }

    fn from_time(date: time::Date) -> Self {
        Self { year: i16::try_from(date.year()).unwrap_or(i16::MAX), month: date.month().into(), day: date.day() }
    }

    /// Days since 1 January 1970; negative before.
    #[must_use]
    pub fn days(self) -> i64 {
        i64::from(self.time().to_julian_day()) - EPOCH_JULIAN
    }

    /// The day so many days after 1 January 1970.
    #[must_use]
    pub fn from_days(days: i64) -> Self {
        let julian = i32::try_from(days.saturating_add(EPOCH_JULIAN)).unwrap_or(i32::MAX);
        Self::from_time(time::Date::from_julian_day(julian).unwrap_or(time::Date::MAX))
    }

    /// The day so many days later, or earlier for a negative number; stays within the years 1 to 9999.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let julian = i64::from(self.time().to_julian_day()).saturating_add(days);
        let bounds = (time::Date::from_calendar_date(1, time::Month::January, 1), time::Date::MAX);
        let first = bounds.0.map_or(0, time::Date::to_julian_day);
        let julian = julian.clamp(first.into(), bounds.1.to_julian_day().into());
        i32::try_from(julian).ok().and_then(|day| time::Date::from_julian_day(day).ok()).map_or(self, Self::from_time)
    }

    /// Whether it is a Saturday or a Sunday.
    pub(crate) fn is_weekend(self) -> bool {
        matches!(self.time().weekday(), time::Weekday::Saturday | time::Weekday::Sunday)
    }

    /// How many days from Monday to Friday lie after this day up to and with a later one.
    pub(crate) fn weekdays_until(self, later: Self) -> i64 {
        let days = later.days() - self.days();
        let rest = (1..=days % 7).filter(|more| !self.plus_days(*more).is_weekend()).count();
        days / 7 * 5 + i64::try_from(rest).unwrap_or(0)
    }

    fn time(self) -> time::Date {
        let month = self.month.try_into().unwrap_or(time::Month::January);
        time::Date::from_calendar_date(self.year.into(), month, self.day).unwrap_or(time::Date::MIN)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// As offices write it: `01/07/2025`.
    #[must_use]
    pub fn vi(self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }
}

/// `2025-07-01`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Says that a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date: write 2025-07-01 or 01/07/2025")]
pub struct BadDate;

impl FromStr for Date {
    type Err = BadDate;

    /// Reads `2025-07-01` and `01/07/2025`.
    fn from_str(text: &str) -> Result<Self, BadDate> {
        let text = text.trim();
        let (separator, year_first) = if text.contains('/') { ('/', false) } else { ('-', true) };
        let mut parts = text.split(separator).map(|part| part.parse::<i16>().map_err(|_| BadDate));
        let (Some(first), Some(month), Some(last), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadDate);
        };
        let (year, day) = if year_first { (first?, last?) } else { (last?, first?) };
        let month = u8::try_from(month?).map_err(|_| BadDate)?;
        Self::new(year, month, u8::try_from(day).map_err(|_| BadDate)?).ok_or(BadDate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_both_orders() {
        let day = Date::new(2025, 7, 1).unwrap();
        assert_eq!("2025-07-01".parse(), Ok(day));
        assert_eq!("01/07/2025".parse(), Ok(day));
        assert_eq!("1/7/2025".parse(), Ok(day));
        for junk in ["", "2025", "2025-02-30", "31/04/2025", "2025-07-01-01", "0-1-1"] {
            assert_eq!(junk.parse::<Date>(), Err(BadDate), "{junk}");
        }
    }

    #[test]
    fn days_stay_within_the_calendar() {
        let friday = Date::new(2026, 11, 20).unwrap();
        assert_eq!(friday.plus_days(i64::MAX).year(), 9999);
        assert_eq!(friday.plus_days(i64::MIN).year(), 1);
        assert!(!friday.is_weekend() && friday.plus_days(1).is_weekend());
    }

    #[test]
    fn the_day_turns_at_midnight_in_vietnam() {
        let before = Timestamp(1_751_302_799_999); // 2025-06-30 23:59:59.999 +07
        assert_eq!(before.to_string(), "23:59 ngày 30/06/2025");
        assert_eq!(Timestamp(before.0 + 1).to_string(), "00:00 ngày 01/07/2025");
        assert_eq!(Timestamp(0).to_string(), "07:00 ngày 01/01/1970");
        assert!(Timestamp(i64::MAX).date() >= Timestamp(0).date());
    }
}
