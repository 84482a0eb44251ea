//! What one field may hold.

use crate::edit::{FaultKind, MAX_NAME};
use crate::id::RecordId;
use crate::record::{Field, Value};
use crate::text;
use crate::vocabulary;

/// The longest list of slugs, in characters.
const MAX_SLUGS: usize = 400;

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// One line of at most [`MAX_NAME`] characters.
    Name,
    /// Text of several lines, of at most so many characters.
    Text(usize),
    /// A slug of a list that the province keeps: small letters, digits, underscores, at most 40.
    Slug,
    /// Slugs of such a list, joined by commas, each at most once.
    Slugs,
    /// A slug of a fixed list of [`vocabulary`].
    OneOf(&'static str),
    /// Slugs of a fixed list, joined by commas, each at most once.
    ManyOf(&'static str),
    /// Exactly so many digits.
    Digits(usize),
    /// Exactly so many hexadecimal digits, small ones.
    Hex(usize),
    /// A speakable code.
    Code,
    /// A whole number within bounds, both included.
    Int(i64, i64),
    /// A legal date.
    Date,
    /// Yes or no.
    Bool,
    /// Another record.
    Record,
    /// At least so many other records, none twice.
    Records(usize),
}

/// A field of a record or an event, with its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The field.
    pub field: Field,
    /// What it may hold.
    pub rule: Rule,
    /// Whether it must be there from the start and may not be emptied.
    pub must: bool,
    /// Whether it never changes once written.
    pub fixed: bool,
}

pub(super) const fn must(field: Field, rule: Rule) -> Column {
    Column { field, rule, must: true, fixed: false }
}

pub(super) const fn may(field: Field, rule: Rule) -> Column {
    Column { field, rule, must: false, fixed: false }
}

impl Column {
    pub(super) const fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// Brings a value into the form in which it is stored; [`Value::Empty`] when nothing was typed.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check(&self, value: &Value) -> Result<Value, FaultKind> {
        let value = match value {
            Value::Empty => Value::Empty,
            Value::Text(raw) => self.rule.text(raw)?,
            Value::Ids(ids) => self.rule.records(ids)?,
            other => self.rule.scalar(other)?,
        };
        if self.must && value == Value::Empty { Err(FaultKind::Missing) } else { Ok(value) }
    }

    /// Reads what was typed into a form; nothing but spaces becomes [`Value::Empty`].
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(&self, typed: &str) -> Result<Value, FaultKind> {
        let line = text::normalise_line(typed);
        if line.is_empty() {
            return self.check(&Value::Empty);
        }
        let value = match self.rule {
            Rule::Int(low, high) => Value::Int(whole(&line).ok_or(FaultKind::OutOfRange(low, high))?),
            Rule::Date => Value::Date(line.parse().map_err(|_| FaultKind::Malformed)?),
            Rule::Bool => Value::Bool(yes_or_no(&line).ok_or(FaultKind::Unknown)?),
            Rule::OneOf(list) => Value::Text(vocabulary::find(list, &line).ok_or(FaultKind::Unknown)?.slug.to_owned()),
            Rule::ManyOf(list) => {
                let words = line.split([',', ';']).map(str::trim).filter(|word| !word.is_empty());
                let slugs: Option<Vec<_>> =
                    words.map(|word| vocabulary::find(list, word).map(|word| word.slug)).collect();
                Value::Text(slugs.ok_or(FaultKind::Unknown)?.join(","))
            }
            Rule::Record => Value::Id(line.parse().map_err(|_| FaultKind::Malformed)?),
            Rule::Records(_) => {
                let ids: Result<Vec<RecordId>, _> =
                    line.split([',', ' ']).filter(|part| !part.is_empty()).map(str::parse).collect();
                Value::Ids(ids.map_err(|_| FaultKind::Malformed)?)
            }
            _ => Value::Text(typed.to_owned()),
        };
        self.check(&value)
    }
}

impl Rule {
    fn text(self, raw: &str) -> Result<Value, FaultKind> {
        let (clean, most) = match self {
            Self::Text(most) => (text::normalise(raw), most),
            Self::Slugs => (text::normalise_line(raw), MAX_SLUGS),
            Self::Name
            | Self::Slug
            | Self::OneOf(_)
            | Self::ManyOf(_)
            | Self::Digits(_)
            | Self::Hex(_)
            | Self::Code => (text::normalise_line(raw), MAX_NAME),
            _ => return Err(FaultKind::Malformed),
        };
        if clean.is_empty() {
            return Ok(Value::Empty);
        }
        let multiline = matches!(self, Self::Text(_));
        if text::has_control(&clean) || (!multiline && clean.contains('\n')) {
            return Err(FaultKind::Control);
        }
        if clean.chars().count() > most {
            return Err(FaultKind::TooLong(most));
        }
        if !matches!(self, Self::Hex(_)) && text::has_citizen_number(&clean) {
            return Err(FaultKind::CitizenNumber);
        }
        self.word(clean).map(Value::Text)
    }

    /// What lists and shapes say about a clean text.
    fn word(self, clean: String) -> Result<String, FaultKind> {
        match self {
            Self::Slug if !is_slug(&clean) => Err(FaultKind::Malformed),
            Self::OneOf(list) if vocabulary::word(list, &clean).is_none() => Err(FaultKind::Unknown),
            Self::ManyOf(list) => each_once(&clean, |slug| vocabulary::word(list, slug).is_some(), FaultKind::Unknown),
            Self::Slugs => each_once(&clean, is_slug, FaultKind::Malformed),
            Self::Hex(count) if clean.len() != count || !clean.bytes().all(is_hex) => Err(FaultKind::Malformed),
            Self::Digits(count) if clean.len() != count || !clean.bytes().all(|b| b.is_ascii_digit()) => {
                Err(FaultKind::Malformed)
            }
            Self::Code => clean.parse().map(|code: text::IssueCode| code.to_string()).map_err(|_| FaultKind::Malformed),
            _ => Ok(clean),
        }
    }

    fn records(self, ids: &[RecordId]) -> Result<Value, FaultKind> {
        let Self::Records(least) = self else { return Err(FaultKind::Malformed) };
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        match ids.len() {
            count if sorted.len() < count => Err(FaultKind::Repeated),
            count if count < least => Err(FaultKind::TooFew(least)),
            _ => Ok(Value::Ids(ids.to_vec())),
        }
    }

    fn scalar(self, value: &Value) -> Result<Value, FaultKind> {
        match (self, value) {
            (Self::Int(low, high), Value::Int(number)) if !(low..=high).contains(number) => {
                Err(FaultKind::OutOfRange(low, high))
            }
            (Self::Int(..), Value::Int(_))
            | (Self::Date, Value::Date(_))
            | (Self::Bool, Value::Bool(_))
            | (Self::Record, Value::Id(_)) => Ok(value.clone()),
            _ => Err(FaultKind::Malformed),
        }
    }
}

/// A whole number as people write it: thousands may be set apart by full stops, commas or spaces, in threes.
fn whole(line: &str) -> Option<i64> {
    let digits = line.strip_prefix('-').unwrap_or(line);
    let groups: Vec<&str> = digits.split(['.', ',', ' ']).collect();
    let is_grouped =
        groups.len() == 1 || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
    let is_digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|digit| digit.is_ascii_digit()));
    let number: i64 = (is_grouped && is_digits).then(|| groups.concat().parse().ok())??;
    Some(if digits.len() < line.len() { -number } else { number })
}

/// Yes or no as boxes, programs and spreadsheets say it.
fn yes_or_no(line: &str) -> Option<bool> {
    match text::search_key(line).as_str() {
        "1" | "true" | "on" | "co" | "yes" | "x" | "dung" => Some(true),
        "0" | "false" | "off" | "khong" | "no" | "sai" => Some(false),
        _ => None,
    }
}

/// Slugs between commas, sorted.
fn each_once(typed: &str, is_one: impl Fn(&str) -> bool, other: FaultKind) -> Result<String, FaultKind> {
    let mut slugs: Vec<_> = typed.split(',').map(str::trim).filter(|slug| !slug.is_empty()).collect();
    if !slugs.iter().all(|slug| is_one(slug)) {
        return Err(other);
    }
    let count = slugs.len();
    slugs.sort_unstable();
    slugs.dedup();
    if slugs.len() < count { Err(FaultKind::Repeated) } else { Ok(slugs.join(",")) }
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

fn is_slug(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rule: Rule, typed: &str) -> Result<Value, FaultKind> {
        may(Field::TEXT, rule).read(typed)
    }

    #[test]
    fn typed_words_become_values_or_faults() {
        assert_eq!(read(Rule::Int(0, 9_000), "1.200"), Ok(Value::Int(1_200)));
        assert_eq!(read(Rule::Int(0, 9), "10"), Err(FaultKind::OutOfRange(0, 9)));
        assert_eq!(read(Rule::Int(0, 9), "mười"), Err(FaultKind::OutOfRange(0, 9)));
        assert_eq!(read(Rule::Int(0, 9_000), "1,234"), Ok(Value::Int(1_234)));
        assert_eq!(read(Rule::Int(-9_000, 9_000), "-1 234"), Ok(Value::Int(-1_234)));
        assert_eq!(read(Rule::Int(0, 9_000), "12.5"), Err(FaultKind::OutOfRange(0, 9_000)));
        assert_eq!(read(Rule::Int(0, 9_000), "1.2345"), Err(FaultKind::OutOfRange(0, 9_000)));
        assert_eq!(read(Rule::Bool, " Có "), Ok(Value::Bool(true)));
        assert_eq!(read(Rule::Bool, "không"), Ok(Value::Bool(false)));
        assert_eq!(read(Rule::Bool, "có lẽ"), Err(FaultKind::Unknown));
        assert_eq!(read(Rule::OneOf("tenure"), "Kiêm nhiệm"), Ok(Value::Text("concurrent".into())));
        assert_eq!(read(Rule::OneOf("equipment_kind"), "MÁY TÍNH"), read(Rule::OneOf("equipment_kind"), "may tinh"));
        assert_eq!(
            read(Rule::ManyOf("hq_function"), "Ủy ban nhân dân; Hội đồng nhân dân"),
            Ok(Value::Text("hdnd,ubnd".into()))
        );
        assert_eq!(read(Rule::Name, "  "), Ok(Value::Empty));
        assert_eq!(must(Field::NAME, Rule::Name).read(" "), Err(FaultKind::Missing));
        assert_eq!(read(Rule::Name, "a\u{7}"), Err(FaultKind::Control));
        assert_eq!(read(Rule::Name, "a\nb"), Err(FaultKind::Control));
        assert_eq!(read(Rule::Text(3), "đđđđ"), Err(FaultKind::TooLong(3)));
        assert_eq!(read(Rule::Text(90), "số 019084001234"), Err(FaultKind::CitizenNumber));
        assert_eq!(read(Rule::Slug, "Tổ"), Err(FaultKind::Malformed));
        assert_eq!(read(Rule::OneOf("tenure"), "main"), Ok(Value::Text("main".into())));
        assert_eq!(read(Rule::OneOf("tenure"), "half"), Err(FaultKind::Unknown));
        assert_eq!(read(Rule::ManyOf("hq_function"), "ubnd, hdnd"), Ok(Value::Text("hdnd,ubnd".into())));
        assert_eq!(read(Rule::ManyOf("hq_function"), "ubnd,ubnd"), Err(FaultKind::Repeated));
        assert_eq!(read(Rule::Slugs, "so_xay_dung, so_noi_vu,"), Ok(Value::Text("so_noi_vu,so_xay_dung".into())));
        assert_eq!(read(Rule::Slugs, "so_noi_vu,so_noi_vu"), Err(FaultKind::Repeated));
        assert_eq!(read(Rule::Slugs, "Sở Nội vụ"), Err(FaultKind::Malformed));
        assert_eq!(read(Rule::Digits(5), "05518"), Ok(Value::Text("05518".into())));
        assert_eq!(read(Rule::Digits(5), "5518"), Err(FaultKind::Malformed));
        // Twelve digits in a row happen in a hash, and are no citizen number.
        let hash = format!("{}123456789012{}", "a".repeat(26), "f".repeat(26));
        assert_eq!(read(Rule::Hex(64), &hash), Ok(Value::Text(hash.clone())));
        assert_eq!(read(Rule::Hex(64), &hash.to_uppercase()), Err(FaultKind::Malformed));
        assert_eq!(read(Rule::Hex(64), &hash[1..]), Err(FaultKind::Malformed));
        assert_eq!(read(Rule::Code, "05518 b 7"), Ok(Value::Text("05518-B-0007".into())));
        assert_eq!(read(Rule::Date, "30/02/2026"), Err(FaultKind::Malformed));
    }

    #[test]
    fn lists_of_records_hold_each_once() {
        let column = must(Field::FROM, Rule::Records(2));
        let (a, b) = (RecordId([1; 16]), RecordId([2; 16]));
        assert_eq!(column.read(&format!("{a},{b}")), Ok(Value::Ids(vec![a, b])));
        assert_eq!(column.check(&Value::Ids(vec![a, a])), Err(FaultKind::Repeated));
        assert_eq!(column.check(&Value::Ids(vec![a])), Err(FaultKind::TooFew(2)));
    }
}
