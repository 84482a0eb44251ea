//! Worlds that the seed tells: people type, lines break, machines lose power, clocks are wrong, disks fill up.

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hopluu_store::MemoryFiles;

use crate::cast::Cast;
use crate::dice::Dice;
use crate::hazard::{Fired, Hazard};
use crate::machine::Disk;
use crate::peer::PeerId;
use crate::world::{Whims, World};

/// Everybody has so many virtual seconds to become equal once the weather is fine.
const HEAL_SECONDS: u64 = 3_600;
/// More frames in a minute in which nothing happens are a storm.
const QUIET_FRAMES: u64 = 60;
/// Lines of the story that a failure shows.
const SHOWN: usize = 60;

/// Which world to tell, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telling {
    /// The seed.
    pub seed: u64,
    /// Only these deeds are done, the others left out; all of them when `None`.
    pub kept: Option<BTreeSet<u32>>,
    /// Whether the log shows every frame.
    pub with_traffic: bool,
}

impl Telling {
    /// The whole world of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }
}

/// What a world was like that held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Machines in it.
    pub machines: usize,
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
    /// Virtual time of all machines together, in milliseconds.
    pub lived_ms: u64,
    /// How often each kind of thing went wrong.
    pub fired: Fired,
    /// Digest of the log: the same for the same seed.
    pub print: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}: {} machines, {} edits ({} gone with their last disk), {} clashes, {} frames, equal after {} s, \
             log {:016x}",
            self.seed, self.machines, self.edits, self.gone, self.clashes, self.frames, self.healed_in_s, self.print
        )
    }
}

/// What did not hold in a world.
#[derive(Debug, Clone, thiserror::Error)]
#[error("seed {}: {reason}\nwhat happened{}:\n{story}", telling.seed, self.left_out())]
pub struct Failure {
    /// What was told: [`tell`] with it fails the same way.
    pub telling: Telling,
    /// The deeds that were done.
    pub deeds: BTreeSet<u32>,
    /// What did not hold.
    pub reason: String,
    /// The last of what happened, without the traffic.
    pub story: String,
    /// The whole log.
    pub log: String,
}

impl Failure {
    fn left_out(&self) -> String {
        match &self.telling.kept {
            Some(kept) => format!(", with only the {} deeds it needs", kept.len()),
            None => String::new(),
        }
    }
}

/// Runs the world of a seed.
///
/// # Errors
/// What did not hold.
pub fn run(seed: u64) -> Result<Report, Box<Failure>> {
    tell(&Telling::of(seed), &mut |_, _| {})
}

/// Tells a world; `watch` sees it after each deed, by its number, and at the end.
///
/// # Errors
/// What did not hold.
pub fn tell(telling: &Telling, watch: &mut dyn FnMut(Option<u32>, &World)) -> Result<Report, Box<Failure>> {
    let mut story = Story::begin(telling);
    // A panic is a failure like any other: its seed and its story must not get lost.
    let told = catch_unwind(AssertUnwindSafe(|| story.tell(telling, watch))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panics: {}", text.unwrap_or_default()))
    });
    watch(None, &story.world);
    let world = &story.world;
    match told {
        Ok(healed_in_s) => Ok(story.report(telling.seed, healed_in_s)),
        Err(reason) => Err(Box::new(Failure {
            telling: telling.clone(),
            deeds: story.done.clone(),
            reason,
            story: world.log().last_without_traffic(SHOWN),
            log: world.log().text().to_owned(),
        })),
    }
}

/// A world with its cast.
pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) cast: Cast,
    pub(crate) relay: PeerId,
    pub(crate) desk: PeerId,
    pub(crate) offices: Vec<PeerId>,
    pub(crate) other_relay: Option<PeerId>,
    /// Copies of cards that run beside the original.
    pub(crate) twins: Vec<PeerId>,
    /// A copy of the relay's disk.
    pub(crate) relay_copy: Option<Disk>,
    /// Somebody was revoked in this world.
    pub(crate) has_revoked: bool,
    done: BTreeSet<u32>,
}

impl Story {
    fn begin(telling: &Telling) -> Self {
        let mut world = World::new(telling.seed);
        if !telling.with_traffic {
            world.log.without_traffic();
        }
        let cast = Cast::draw(&mut world);
        world.set_whims(cast.whims);
        let (relay, desk) = world.found();
        let offices: Vec<PeerId> = cast.offices.iter().map(|(name, place)| world.open_office(name, *place)).collect();
        let mut story = Self {
            world,
            cast,
            relay,
            desk,
            offices,
            other_relay: None,
            twins: Vec::new(),
            relay_copy: None,
            has_revoked: false,
            done: BTreeSet::new(),
        };
        story.set_clocks();
        story
    }

    fn tell(&mut self, telling: &Telling, watch: &mut dyn FnMut(Option<u32>, &World)) -> Result<u64, String> {
        let pictures = u32::try_from(Dice::of_part(telling.seed, u64::MAX).within(4, 14)).unwrap_or(4);
        for number in 0..self.cast.deeds + pictures {
            // Each deed has dice of its own, so that leaving one out changes nothing about the choices of the others.
            self.world.dice = Dice::of_part(telling.seed, u64::from(number) + 1);
            let pause = if self.world.dice.chance(20) { 60_000 } else { 3_000 };
            let pause = self.world.dice.within(1, pause);
            self.world.run_for(pause);
            if telling.kept.as_ref().is_none_or(|kept| kept.contains(&number)) {
                // Pictures come behind all else, so that what happened before them stays what it was.
                if number < self.cast.deeds { self.deed() } else { self.picture_deed() }?;
                self.done.insert(number);
                watch(Some(number), &self.world);
            }
            if let Some(violation) = self.world.violations().first() {
                return Err(violation.clone());
            }
        }
        self.world.dice = Dice::of_part(telling.seed, 0);
        self.mend()?;
        self.heal()
    }

    /// Fine weather: every line mended, every machine on, no disk fails.
    fn mend(&mut self) -> Result<(), String> {
        let stands_still = self.world.peers.iter().map(|peer| peer.paused_until).max().unwrap_or_default();
        self.world.run_until(stands_still);
        self.world.set_whims(Whims { segment_bytes: self.cast.whims.segment_bytes, ..Whims::default() });
        for peer in self.world.peers().collect::<Vec<_>>() {
            self.world.peers[peer.0].power_fails_in = None;
            self.world.heal(peer);
            self.world.lines.link(peer).clear();
            self.world.mend_disk(peer);
        }
        if let Some(other) = self.other_relay.take() {
            for office in self.offices.iter().chain(&self.twins).chain([&self.desk]).copied().collect::<Vec<_>>() {
                if self.world.keeps_line_to(office, other) {
                    self.world.move_to(office, self.relay);
                }
            }
            // Nobody calls it any more, so what it alone holds is lost.
            self.world.lose_disk(other);
        }
        self.start_all()
    }

    fn heal(&mut self) -> Result<u64, String> {
        let began = self.world.now();
        self.world.look_at_pictures();
        for _ in 0..HEAL_SECONDS / 10 {
            self.world.want_pictures();
            if self.world.check_equal().is_ok()
                && self.world.check_promises().is_ok()
                && self.world.check_pictures().is_ok()
            {
                break;
            }
            if self.world.violations().is_empty() {
                self.world.run_for(10_000);
            }
        }
        let healed = self.world.now().since(began) / 1_000;
        self.world.check_equal()?;
        self.world.check_promises()?;
        self.world.check_pictures()?;
        for twin in std::mem::take(&mut self.twins) {
            self.world.stop(twin);
        }
        // What is equal stays equal, and quiet once the last receipts have gone round.
        self.world.run_for(60_000);
        let before = self.world.frames;
        self.world.run_for(60_000);
        self.world.check()?;
        if self.world.frames - before > QUIET_FRAMES {
            return Err(format!("{} frames in a minute in which nothing happened", self.world.frames - before));
        }
        self.world.check_bounds()?;
        Ok(healed)
    }

    /// Switches on whatever is off.
    pub(crate) fn start_all(&mut self) -> Result<(), String> {
        for peer in self.world.peers().collect::<Vec<_>>() {
            let one = &self.world.peers[peer.0];
            let is_gone = one.is_passing && self.other_relay != Some(peer);
            if one.machine.is_none() && !is_gone && !self.was_stopped(peer) {
                self.world
                    .start(peer)
                    .map_err(|fault| format!("{} needs a hand: {}", self.world.name(peer), crate::chain(&fault)))?;
            }
        }
        Ok(())
    }

    fn was_stopped(&self, peer: PeerId) -> bool {
        self.world.is_twin(peer) && !self.twins.contains(&peer)
    }

    fn report(&self, seed: u64, healed_in_s: u64) -> Report {
        let world = &self.world;
        let desk = world.mailbox(self.desk).map(|_| world.office(self.desk));
        let reader = desk.and_then(|desk| desk.view().reader().ok());
        Report {
            seed,
            machines: world.peers.len(),
            edits: world.promises().len(),
            gone: world.promises().iter().filter(|promise| promise.gone).count(),
            clashes: reader.and_then(|reader| reader.clashes(None).ok()).map_or(0, |rows| rows.len()),
            frames: world.frames,
            healed_in_s,
            lived_ms: world.now().0 * world.peers.len() as u64,
            fired: world.fired().clone(),
            print: world.log().digest(),
        }
    }

    /// Whether the desk runs, which alone can invite and revoke.
    pub(crate) fn has_desk(&self) -> bool {
        self.world.is_running(self.desk)
    }

    /// The names of the files of a machine's journal.
    pub(crate) fn files(&self, peer: PeerId) -> MemoryFiles {
        self.world.disk(peer).files
    }

    /// Counts something that the world itself cannot see.
    pub(crate) fn fired(&mut self, hazard: Hazard) {
        self.world.fired.count(hazard);
    }
}
