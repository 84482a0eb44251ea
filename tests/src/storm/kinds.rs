//! Kinds of bad weather, each as phases from a seed.

use std::fmt;
use std::time::Duration;

use hopluu_transport::line::{Way, Weather};

use super::dice::Dice;

/// What goes wrong in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Three of ten datagrams are lost, both ways.
    Loss30,
    /// Six of ten.
    Loss60,
    /// Datagrams come twice, and overtake each other.
    Twisted,
    /// The line is there for a short while, again and again.
    Flapping,
    /// Nothing passes for longer than the idle timeout.
    Blackout,
    /// One direction is dead, the other well; then the other way round.
    OneWay,
    /// The router forgets who an office was, in the middle of everything.
    NewAddress,
    /// Datagrams over a length vanish.
    MtuHole,
    /// Everything is held back, and comes all at once.
    Stalls,
    /// 16 to 64 kbit/s, a short queue, and up to three seconds each way.
    Thin,
    /// A random walk over all of them, for each office on its own.
    Walk,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Loss30,
        Self::Loss60,
        Self::Twisted,
        Self::Flapping,
        Self::Blackout,
        Self::OneWay,
        Self::NewAddress,
        Self::MtuHole,
        Self::Stalls,
        Self::Thin,
        Self::Walk,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss30 => "loss30",
            Self::Loss60 => "loss60",
            Self::Twisted => "twisted",
            Self::Flapping => "flapping",
            Self::Blackout => "blackout",
            Self::OneWay => "one-way",
            Self::NewAddress => "new-address",
            Self::MtuHole => "mtu-hole",
            Self::Stalls => "stalls",
            Self::Thin => "thin",
            Self::Walk => "walk",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Seconds of silence after which the offices give up a connection. A long way needs longer than the others.
    #[must_use]
    pub fn idle_s(self) -> u64 {
        if matches!(self, Self::Thin | Self::Walk) { 9 } else { 2 }
    }

    /// What happens, one after another, for about `total`.
    #[must_use]
    pub fn phases(self, dice: &mut Dice, total: Duration) -> Vec<Phase> {
        let mut phases = Vec::new();
        let mut left = total;
        while !left.is_zero() {
            for phase in self.some(dice) {
                left = left.saturating_sub(phase.lasts);
                phases.push(phase);
            }
        }
        phases
    }

    fn some(self, dice: &mut Dice) -> Vec<Phase> {
        let lossy = |per_mille| Way { loss_per_mille: per_mille, ..Way::CLEAR };
        let one = Some(usize::try_from(dice.between(0, 2)).unwrap_or_default());
        match self {
            Self::Loss30 => vec![Phase::of(dice.ms(1_500, 3_000), None, Weather::both(lossy(300)))],
            Self::Loss60 => vec![Phase::of(dice.ms(1_500, 3_000), None, Weather::both(lossy(600)))],
            Self::Twisted => vec![Phase::of(dice.ms(1_500, 3_000), None, Weather::both(twisted(dice)))],
            Self::Flapping => vec![
                Phase::of(dice.ms(2_600, 5_000), None, Weather::both(CUT)),
                Phase::of(dice.ms(700, 1_800), None, Weather::both(lossy(50))),
            ],
            Self::Blackout => vec![
                Phase::of(dice.ms(4_500, 6_500), None, Weather::both(CUT)),
                Phase::of(dice.ms(500, 2_000), None, Weather::CLEAR),
            ],
            Self::OneWay => vec![
                Phase::of(dice.ms(2_500, 4_000), one, Weather { up: Way::CLEAR, down: CUT }),
                Phase::of(dice.ms(2_500, 4_000), one, Weather { up: CUT, down: Way::CLEAR }),
            ],
            Self::NewAddress => vec![Phase { new_address: true, ..Phase::of(dice.ms(200, 900), one, Weather::CLEAR) }],
            Self::MtuHole => vec![
                Phase::of(dice.ms(500, 1_500), one, Weather::CLEAR),
                Phase::of(dice.ms(2_000, 4_000), one, Weather::both(hole(dice))),
            ],
            Self::Stalls => vec![
                Phase::of(dice.ms(500, 4_000), one, Weather::both(STALL)),
                Phase::of(dice.ms(200, 1_000), one, Weather::CLEAR),
            ],
            Self::Thin => {
                vec![Phase::of(dice.ms(4_000, 6_000), None, Weather { up: thin(dice), down: thin(dice) })]
            }
            Self::Walk => step(dice, one),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// For so long a line is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// How long.
    pub lasts: Duration,
    /// Whose line: by number, or everybody's.
    pub whose: Option<usize>,
    /// How it is.
    pub weather: Weather,
    /// Whether it begins with another source port towards the relay.
    pub new_address: bool,
}

impl Phase {
    fn of(lasts: Duration, whose: Option<usize>, weather: Weather) -> Self {
        Self { lasts, whose, weather, new_address: false }
    }
}

const CUT: Way = Way { cut: true, ..Way::CLEAR };
const STALL: Way = Way { stalled: true, ..Way::CLEAR };

fn twisted(dice: &mut Dice) -> Way {
    Way {
        jitter: dice.ms(0, 120),
        twice_per_mille: 250,
        overtaken_per_mille: 300,
        overtaken_by: dice.ms(50, 500),
        ..Way::CLEAR
    }
}

fn hole(dice: &mut Dice) -> Way {
    // Nothing shorter than 1,200 bytes may vanish: QUIC demands as much of every path.
    Way { largest: usize::try_from(dice.between(1_200, 1_300)).unwrap_or(1_200), ..Way::CLEAR }
}

fn thin(dice: &mut Dice) -> Way {
    Way {
        delay: dice.ms(500, 3_000),
        jitter: dice.ms(0, 200),
        bytes_per_second: Some(dice.between(2_000, 8_000)),
        queue: 12_000,
        ..Way::CLEAR
    }
}

/// One step of the walk: any weather on any line, mixed.
fn step(dice: &mut Dice, whose: Option<usize>) -> Vec<Phase> {
    let mut way = || {
        let mut way = match dice.between(0, 9) {
            0 => CUT,
            1 => STALL,
            2 | 3 => twisted(dice),
            4 => hole(dice),
            5 => thin(dice),
            _ => Way { delay: dice.ms(0, 200), ..Way::CLEAR },
        };
        if dice.one_in(2) {
            way.loss_per_mille = u16::try_from(dice.between(0, 600)).unwrap_or_default();
        }
        way
    };
    let up = way();
    let down = way();
    let down = if dice.one_in(2) { up } else { down };
    let new_address = dice.one_in(4);
    vec![Phase { new_address, ..Phase::of(dice.ms(300, 3_000), whose, Weather { up, down }) }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_phases_of_the_length_asked_for() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
            let phases = |seed| kind.phases(&mut Dice::new(seed, "phases"), Duration::from_secs(60));
            let first = phases(4);
            assert_eq!(first, phases(4));
            assert_ne!(first, phases(5), "{kind}");
            assert!(first.iter().map(|phase| phase.lasts).sum::<Duration>() >= Duration::from_secs(60));
        }
    }
}
