//! Who and what a world is made of, before anything happens.

use crate::founding::{PHAN_DINH_PHUNG, Place, SONG_CONG, TRAI_CAU};
use crate::hazard::Hazard;
use crate::peer::{BEGINNING, WallClock};
use crate::story::Story;
use crate::world::{Whims, World};

const DAY_MS: i64 = 86_400_000;

/// Offices in the order in which they join: the second house of a commune comes early, since two houses that write one
/// document are the heart of the matter.
const OFFICES: [(&str, Place); 8] = [
    ("Sông Công, Nhà A", SONG_CONG),
    ("Sông Công, Nhà B", SONG_CONG),
    ("Phan Đình Phùng", PHAN_DINH_PHUNG),
    ("Trại Cau", TRAI_CAU),
    ("Sông Công, Nhà C", SONG_CONG),
    ("Trại Cau, Trạm y tế", TRAI_CAU),
    ("Phan Đình Phùng, Nhà B", PHAN_DINH_PHUNG),
    ("Trại Cau, Nhà C", TRAI_CAU),
];

/// A world before it begins.
pub(crate) struct Cast {
    pub(crate) offices: Vec<(&'static str, Place)>,
    pub(crate) deeds: u32,
    /// What goes wrong in this world; others see other things.
    pub(crate) hazards: Vec<Hazard>,
    pub(crate) whims: Whims,
}

impl Cast {
    /// Most worlds are small; one in ten is large.
    pub(crate) fn draw(world: &mut World) -> Self {
        let dice = &mut world.dice;
        let is_large = dice.chance(10);
        let (offices, deeds) = if is_large {
            (dice.within(4, 9), dice.within(90, 160))
        } else {
            ([1, 2, 2, 2, 3][dice.place(5)], dice.within(18, 45))
        };
        let mut hazards = vec![Hazard::Cut, Hazard::PowerCut];
        for _ in 0..if is_large { 12 } else { 6 } {
            hazards.push(Hazard::drawn()[dice.place(Hazard::drawn().len())]);
        }
        let offices = OFFICES[..usize::try_from(offices).unwrap_or(2)].to_vec();
        let whims = Self::whims(world);
        Self { offices, deeds: u32::try_from(deeds).unwrap_or(30), hazards, whims }
    }

    fn whims(world: &mut World) -> Whims {
        let dice = &mut world.dice;
        let some = |dice: &mut crate::Dice, percent: u64, most: u64| {
            if dice.chance(percent) { dice.within(1, most) } else { 0 }
        };
        let mut whims = Whims {
            slow_commit_percent: some(dice, 25, 30),
            short_batch_percent: some(dice, 25, 100),
            late_wake_percent: some(dice, 25, 40),
            behind_bytes: [0, 2 * 1024, 256 * 1024][dice.place(3)],
            ..Whims::default()
        };
        if dice.chance(15) {
            whims.cache_bytes = 0;
            world.fired.count(Hazard::TinyCache);
        }
        if world.dice.chance(25) {
            whims.segment_bytes = 8 * 1024;
            world.fired.count(Hazard::TinySegments);
        }
        whims
    }
}

impl Story {
    /// Clocks that were never set, or set wrong; and lines of every length.
    pub(crate) fn set_clocks(&mut self) {
        for peer in self.offices.iter().copied().chain([self.desk, self.relay]) {
            let world = &mut self.world;
            let (latency, refused, replayed) =
                (world.dice.within(2, 400), world.dice.within(0, 40), world.dice.within(0, 40));
            world.set_latency(peer, latency);
            world.set_early(peer, refused, replayed);
            let years = i64::try_from(world.dice.within(0, 12)).unwrap_or(0) - 6;
            let hours = i64::try_from(world.dice.within(0, 96)).unwrap_or(0) - 48;
            let (clock, hazard) = match world.dice.within(0, 8) {
                // An invitation's expiry is told by the relay's clock, and receipts bear the desk's.
                _ if peer == self.relay => continue,
                0 if peer != self.desk => (WallClock::Since1970, Hazard::Clock1970),
                1 => (WallClock::Off(years * 365 * DAY_MS), Hazard::WrongClock),
                2 => (WallClock::Off(-BEGINNING.0), Hazard::WrongClock),
                3 => (WallClock::Off(hours * 3_600_000), Hazard::WrongClock),
                _ => continue,
            };
            world.set_clock(peer, clock);
            world.fired.count(hazard);
        }
    }
}
