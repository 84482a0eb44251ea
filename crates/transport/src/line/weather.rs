//! How bad a line is, and what that does to each datagram. Pure: time is told, dice are seeded.

use std::time::Duration;

/// One direction of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// What every datagram takes at least.
    pub delay: Duration,
    /// What it may take more, evenly spread; datagrams then overtake each other.
    pub jitter: Duration,
    /// How many of 1,000 datagrams are lost.
    pub loss_per_mille: u16,
    /// How many of 1,000 come twice.
    pub twice_per_mille: u16,
    /// UDP payload bytes a second; `None` is without limit.
    pub bytes_per_second: Option<u64>,
    /// Bytes that may wait for the bandwidth; what comes on top is lost.
    pub queue: usize,
    /// How many of 1,000 are overtaken by what comes up to `overtaken_by` behind them.
    pub overtaken_per_mille: u16,
    /// What an overtaken datagram takes more than all others.
    pub overtaken_by: Duration,
    /// The largest UDP payload that passes; longer datagrams vanish without a word.
    pub largest: usize,
    /// Nothing passes, while the other direction goes on.
    pub cut: bool,
    /// Nothing comes out for now; what is under way comes when the stall is over.
    pub stalled: bool,
}

impl Way {
    /// A direction on which nothing is wrong.
    pub const CLEAR: Self = Self {
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        loss_per_mille: 0,
        twice_per_mille: 0,
        bytes_per_second: None,
        queue: 64 * 1024,
        overtaken_per_mille: 0,
        overtaken_by: Duration::ZERO,
        largest: usize::MAX,
        cut: false,
        stalled: false,
    };
}

/// Both directions of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weather {
    /// From the clients to the target.
    pub up: Way,
    /// From the target to the clients.
    pub down: Way,
}

impl Weather {
    /// A line on which nothing is wrong.
    pub const CLEAR: Self = Self { up: Way::CLEAR, down: Way::CLEAR };

    /// The same in both directions.
    #[must_use]
    pub fn both(way: Way) -> Self {
        Self { up: way, down: way }
    }
}

/// The small generator known as splitmix64: the same seed always gives the same weather.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn hits(&mut self, per_mille: u16) -> bool {
        self.roll() % 1000 < u64::from(per_mille)
    }

    /// Evenly between nothing and `most`.
    fn share_of(&mut self, most: Duration) -> Duration {
        // 53 bits are what a float holds exactly.
        most.mul_f64((self.roll() >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// One direction as it goes on in time.
#[derive(Debug)]
pub(super) struct Course {
    dice: Dice,
    /// When the bandwidth is next free.
    free_at: Duration,
}

impl Course {
    /// Starts with its own dice.
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), free_at: Duration::ZERO }
    }

    /// Decides when a datagram of `len` bytes taken at `now` comes out: never, once or twice. `now` never goes back.
    pub(super) fn fate(&mut self, way: &Way, now: Duration, len: usize) -> [Option<Duration>; 2] {
        // All dice fall for every datagram, so that a change of weather moves none of the later ones.
        let (lost, twice) = (self.dice.hits(way.loss_per_mille), self.dice.hits(way.twice_per_mille));
        let mut late = [self.dice.share_of(way.jitter), self.dice.share_of(way.jitter)];
        if self.dice.hits(way.overtaken_per_mille) {
            late[0] += way.overtaken_by;
        }
        if way.cut || len > way.largest {
            return [None, None];
        }
        let Some(sent) = self.pass(way, now, len) else { return [None, None] };
        if lost {
            return [None, None];
        }
        let [first, second] = late.map(|late| sent + way.delay + late);
        [Some(first), twice.then_some(second)]
    }

    /// When the datagram has gone through the bandwidth; `None` when the queue before it is full.
    fn pass(&mut self, way: &Way, now: Duration, len: usize) -> Option<Duration> {
        let Some(rate) = way.bytes_per_second else { return Some(now) };
        let rate = rate.max(1);
        let start = self.free_at.max(now);
        let waiting = (start - now).as_secs_f64() * rate as f64;
        if waiting + len as f64 > way.queue as f64 {
            return None;
        }
        self.free_at = start + Duration::from_secs_f64(len as f64 / rate as f64);
        Some(self.free_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn fates(seed: u64, way: &Way) -> Vec<[Option<Duration>; 2]> {
        let mut course = Course::new(seed);
        (0..10_000).map(|n| course.fate(way, MS * n, 1000)).collect()
    }

    #[test]
    fn a_clear_way_delivers_at_once() {
        assert_eq!(Course::new(1).fate(&Way::CLEAR, MS * 7, 1200), [Some(MS * 7), None]);
    }

    #[test]
    fn the_same_seed_gives_the_same_weather() {
        let way = Way { loss_per_mille: 300, twice_per_mille: 50, delay: MS * 300, jitter: MS * 40, ..Way::CLEAR };
        let first = fates(11, &way);
        assert_eq!(first, fates(11, &way));
        assert_ne!(first, fates(12, &way));
        let (lost, twice) =
            (first.iter().filter(|f| f[0].is_none()).count(), first.iter().filter(|f| f[1].is_some()).count());
        assert!((2800..3200).contains(&lost), "{lost}");
        assert!((250..450).contains(&twice), "{twice}");
        for (n, fate) in (0..).zip(first) {
            let late = fate[0].map_or(MS * 300, |at| at - MS * n);
            assert!((MS * 300..=MS * 340).contains(&late));
        }
    }

    #[test]
    fn every_datagram_has_its_own_dice_whatever_the_weather() {
        let bad = Way { loss_per_mille: 300, overtaken_per_mille: 200, overtaken_by: MS * 9, ..Way::CLEAR };
        let cut = Way { cut: true, ..bad };
        let (mut calm, mut torn) = (Course::new(3), Course::new(3));
        let now = |n| MS * n;
        for n in 0..500 {
            calm.fate(&bad, now(n), 1000);
            assert_eq!(torn.fate(&cut, now(n), 1000), [None, None]);
        }
        let later = |course: &mut Course| (500..600).map(|n| course.fate(&bad, now(n), 1000)).collect::<Vec<_>>();
        let fates = later(&mut calm);
        assert_eq!(fates, later(&mut torn), "what a cut took moves nothing that comes behind it");
        let overtaken = (500..).zip(&fates).filter(|(n, fate)| fate[0] == Some(now(*n) + MS * 9)).count();
        assert!((5..30).contains(&overtaken), "{overtaken}");
    }

    #[test]
    fn long_datagrams_fall_into_a_hole() {
        let way = Way { largest: 1300, ..Way::CLEAR };
        let mut course = Course::new(1);
        assert!(course.fate(&way, MS, 1300)[0].is_some());
        assert_eq!(course.fate(&way, MS, 1301), [None, None]);
    }

    #[test]
    fn bandwidth_spaces_datagrams_and_a_full_queue_drops() {
        let way = Way { bytes_per_second: Some(10_000), queue: 3000, ..Way::CLEAR };
        let mut course = Course::new(1);
        let out: Vec<_> = (0..5).map(|_| course.fate(&way, MS, 1000)[0]).collect();
        assert_eq!(out, [Some(MS * 101), Some(MS * 201), Some(MS * 301), None, None]);
        assert_eq!(course.fate(&way, MS * 1001, 1000)[0], Some(MS * 1101), "an idle line saves nothing up");
    }
}
