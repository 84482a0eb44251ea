//! Worlds that the seed tells: people type, lines break, machines lose power, clocks are wrong, disks fill up.

use std::fmt;
use std::io::ErrorKind;

use hopluu_store::Operation;

use crate::founding::{PHAN_DINH_PHUNG, SONG_CONG, TRAI_CAU};
use crate::machine::Disk;
use crate::peer::{PeerId, WallClock};
use crate::world::World;

/// Everybody has so many virtual seconds to become equal once the weather is fine.
const HEAL_SECONDS: u64 = 1_800;
const DAY_MS: i64 = 86_400_000;

/// How large a world is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many things happen before the weather turns fine.
    pub deeds: u32,
    /// Whether whole disks get lost or old ones come back.
    pub losses: bool,
}

impl Default for Size {
    fn default() -> Self {
        Self { deeds: 120, losses: true }
    }
}

/// What a world was like that held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Edits of which a page said *saved here*.
    pub edits: usize,
    /// Of these, edits whose last disk was taken away.
    pub gone: usize,
    /// Clashes listed at the desk in the end.
    pub clashes: usize,
    /// Frames sent.
    pub frames: u64,
    /// Virtual seconds until everybody was equal, once the weather was fine.
    pub healed_in_s: u64,
    /// Digest of the log: the same for the same seed.
    pub print: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}: {} edits ({} gone with their last disk), {} clashes, {} frames, equal after {} s, log {:016x}",
            self.seed, self.edits, self.gone, self.clashes, self.frames, self.healed_in_s, self.print
        )
    }
}

/// What did not hold in a world.
#[derive(Debug, Clone, thiserror::Error)]
#[error("seed {seed}: {reason}\nthe last of what happened:\n{last}")]
pub struct Failure {
    /// Its seed: [`run`] with it fails the same way.
    pub seed: u64,
    /// What did not hold.
    pub reason: String,
    /// The last events.
    pub last: String,
    /// The whole log.
    pub log: String,
}

/// Runs the world of a seed.
///
/// # Errors
/// What did not hold, with the seed and the last events.
pub fn run(seed: u64) -> Result<Report, Failure> {
    run_sized(seed, Size::default())
}

/// Runs the world of a seed at a size.
///
/// # Errors
/// What did not hold, with the seed and the last events.
pub fn run_sized(seed: u64, size: Size) -> Result<Report, Failure> {
    let mut story = Story::begin(seed);
    let told = story.tell(size);
    let world = &story.world;
    match told {
        Ok(healed_in_s) => {
            let desk = world.mailbox(story.desk).map(|_| world.office(story.desk));
            let reader = desk.and_then(|desk| desk.view().reader().ok());
            Ok(Report {
                seed,
                edits: world.promises().len(),
                gone: world.promises().iter().filter(|promise| promise.gone).count(),
                clashes: reader.and_then(|reader| reader.clashes(None).ok()).map_or(0, |rows| rows.len()),
                frames: world.frames,
                healed_in_s,
                print: print(world.log().text()),
            })
        }
        Err(reason) => {
            let (last, log) = (world.log().last(80), world.log().text().to_owned());
            Err(Failure { seed, reason, last, log })
        }
    }
}

/// A world with its cast.
struct Story {
    world: World,
    relay: PeerId,
    desk: PeerId,
    offices: Vec<PeerId>,
    backups: Vec<(PeerId, Disk)>,
}

impl Story {
    fn begin(seed: u64) -> Self {
        let mut world = World::new(seed);
        let (relay, desk) = world.found();
        let offices = [
            ("Sông Công, Nhà A", SONG_CONG),
            ("Sông Công, Nhà B", SONG_CONG),
            ("Phan Đình Phùng", PHAN_DINH_PHUNG),
            ("Trại Cau", TRAI_CAU),
        ];
        let offices: Vec<PeerId> = offices.map(|(name, place)| world.open_office(name, place)).into();
        for peer in offices.iter().copied().chain([desk]) {
            let (latency, refused, replayed) =
                (world.dice.within(2, 400), world.dice.within(0, 40), world.dice.within(0, 40));
            world.set_latency(peer, latency);
            world.set_early(peer, refused, replayed);
        }
        for peer in offices.iter().copied().chain([desk, relay]) {
            let clock = match world.dice.within(0, 6) {
                0 if peer != desk => WallClock::Since1970,
                1 => WallClock::Off(i64::try_from(world.dice.within(0, 2_000)).unwrap_or(0) * DAY_MS - 1_000 * DAY_MS),
                _ => WallClock::Off(0),
            };
            if peer != relay {
                world.set_clock(peer, clock);
            }
        }
        Self { world, relay, desk, offices, backups: Vec::new() }
    }

    fn tell(&mut self, size: Size) -> Result<u64, String> {
        for _ in 0..size.deeds {
            let pause = if self.world.dice.chance(20) { 60_000 } else { 3_000 };
            let pause = self.world.dice.within(1, pause);
            self.world.run_for(pause);
            self.deed(size)?;
        }
        self.mend()?;
        let began = self.world.now();
        for _ in 0..HEAL_SECONDS / 10 {
            if self.world.check().is_ok() {
                break;
            }
            if self.world.violations().is_empty() {
                self.world.run_for(10_000);
            }
        }
        let healed = self.world.now().since(began) / 1_000;
        self.world.check()?;
        // What is equal stays equal, and quiet once the last receipts have gone round.
        self.world.run_for(30_000);
        let before = self.world.frames;
        self.world.run_for(60_000);
        self.world.check()?;
        if self.world.frames - before > 40 {
            return Err(format!("{} frames in a minute in which nothing happened", self.world.frames - before));
        }
        Ok(healed)
    }

    fn deed(&mut self, size: Size) -> Result<(), String> {
        let world = &mut self.world;
        let all: Vec<PeerId> = self.offices.iter().copied().chain([self.desk]).collect();
        let office = all[world.dice.place(all.len())];
        let any = if world.dice.chance(20) { self.relay } else { office };
        match world.dice.within(0, 100) {
            0..=54 => {
                for _ in 0..world.dice.within(1, 5) {
                    if world.is_running(office)
                        && let Err(why) = world.type_something(office)
                    {
                        world.note(office, &format!("types nothing: {why}"));
                    }
                }
            }
            55..=60 => world.cut(office),
            61..=70 => world.heal(office),
            71..=72 => self.start_all()?,
            73..=75 => world.drop_connections(any),
            76..=79 => {
                let torn = world.dice.chance(50);
                world.crash(any, torn);
                if world.dice.chance(20) {
                    world.delete_index(any);
                }
            }
            80..=82 => {
                let outputs = world.dice.within(0, 12);
                world.fail_power_after(any, outputs);
            }
            83..=90 => self.start_all()?,
            91..=93 => {
                let (kinds, nth) = ([Operation::Write, Operation::Sync, Operation::Create], world.dice.within(1, 6));
                let kind = kinds[world.dice.place(kinds.len())];
                world.disk(any).files.fail(kind, nth, ErrorKind::StorageFull);
                world.note(any, &format!("{kind:?} will fail"));
            }
            94..=95 => {
                let copy = world.backup(office, world.dice.clone().chance(50));
                self.backups.push((office, copy));
            }
            96 if size.losses => self.lose(any),
            97 if size.losses => self.restore(),
            _ => {}
        }
        Ok(())
    }

    /// A relay loses everything; an office loses everything and gets a new invitation.
    fn lose(&mut self, any: PeerId) {
        let world = &mut self.world;
        if any == self.relay {
            world.lose_disk(any);
        } else if any != self.desk && world.is_running(self.desk) {
            let place = [SONG_CONG, SONG_CONG, PHAN_DINH_PHUNG, TRAI_CAU];
            let at = self.offices.iter().position(|office| *office == any).unwrap_or(0);
            if let Ok(text) = world.invite(place[at], "máy mới") {
                self.backups.retain(|(office, _)| *office != any);
                world.join_anew(any, &text).expect("what the desk wrote can be read");
            }
        }
    }

    fn restore(&mut self) {
        if self.backups.is_empty() {
            return;
        }
        let (office, disk) = self.backups.swap_remove(self.world.dice.place(self.backups.len()));
        // The desk's roster would fork: its backup is an affair of its own.
        if office != self.desk {
            self.world.restore(office, disk);
        }
    }

    fn start_all(&mut self) -> Result<(), String> {
        for peer in self.world.peers().collect::<Vec<_>>() {
            if !self.world.is_running(peer) && !self.world.is_broken(peer) {
                self.world
                    .start(peer)
                    .map_err(|fault| format!("{}: {}", self.world.name(peer), crate::chain(&fault)))?;
            }
        }
        Ok(())
    }

    /// Fine weather: every line mended, every machine on, no disk fails.
    fn mend(&mut self) -> Result<(), String> {
        for peer in self.world.peers().collect::<Vec<_>>() {
            self.world.peers[peer.0].power_fails_in = None;
            self.world.heal(peer);
            self.world.mend_disk(peer);
        }
        self.start_all()
    }
}

/// A digest of a text (FNV-1a).
fn print(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
