//! Everything that can go wrong in a world, and how often it did.

use std::collections::BTreeMap;
use std::fmt;

macro_rules! hazards {
    ($($(#[$item:meta])* $kind:ident $slug:literal,)*) => {
        /// A kind of thing that goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Hazard {
            $($(#[$item])* $kind,)*
        }

        impl Hazard {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The name by which it is counted.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)* }
            }
        }
    };
}

hazards! {
    /// Packets are lost, and what they carried comes late.
    Loss "weather/loss",
    /// A frame overtakes one of another class that was sent before it.
    Reordering "weather/reordering",
    /// A line of more than a second one way.
    Delay "weather/delay",
    /// Nothing passes for up to five minutes.
    Stall "weather/stall",
    /// Nothing passes in one direction.
    OneWay "weather/one-way cut",
    /// A line is cut.
    Cut "weather/cut",
    /// A line is there for 90 seconds of every hour.
    Flapping "weather/90 s an hour",
    /// Large packets vanish.
    MtuHole "weather/mtu hole",
    /// An office comes from another address all at once.
    NewAddress "weather/address change",
    /// A line of 16 to 64 kbit/s.
    ThinLine "weather/thin line",
    /// A caller with a ticket dials into nothing, and believes for a while that the line is up.
    DeadDial "weather/dead dial",
    /// Early data is thrown away.
    EarlyRefused "weather/early data refused",
    /// Early data comes twice.
    EarlyReplayed "weather/early data duplicated",
    /// Power is cut.
    PowerCut "machine/power cut",
    /// Power is cut between two outputs.
    CutInOutputs "machine/power cut between outputs",
    /// A machine stands still for a while.
    Pause "machine/pause",
    /// A machine starts again and again.
    RestartLoop "machine/restart loop",
    /// A second process is started on the same directory.
    SecondProcess "machine/second process",
    /// New hardware joins in place of the old.
    NewHardware "machine/new hardware",
    /// A copy of a card runs beside the original.
    ClonedCard "machine/cloned card",
    /// A backup of a day ago is restored.
    BackupDay "machine/backup of 1 day",
    /// A backup of a week ago is restored.
    BackupWeek "machine/backup of 7 days",
    /// A backup of a month ago is restored.
    BackupMonth "machine/backup of 30 days",
    /// A device that was revoked comes back after a year.
    RevokedReturns "machine/revoked device returns",
    /// Somebody writes with a newer layout.
    NewerLayout "machine/newer layout",
    /// Somebody speaks a newer protocol.
    NewerProtocol "machine/newer protocol",
    /// A clock is wrong by days or years.
    WrongClock "machine/wrong clock",
    /// A clock that begins at 1970 with every start.
    Clock1970 "machine/clock of 1970",
    /// A clock jumps while the machine runs.
    ClockJump "machine/clock jumps",
    /// What was not synced is gone after a power cut.
    Unsynced "disk/unsynced writes dropped",
    /// Of what was not synced some sectors arrived.
    Torn "disk/torn writes",
    /// A bit flips in the journal.
    BitFlip "disk/bit flip",
    /// The disk is full at some write.
    DiskFull "disk/full",
    /// A sync fails.
    SyncFails "disk/sync fails",
    /// The disk takes no writes for a while.
    ReadOnly "disk/read-only",
    /// The index is gone.
    IndexDeleted "disk/index deleted",
    /// The index is older than the journal.
    IndexOld "disk/index of an earlier day",
    /// A value of the index is damaged.
    IndexDamaged "disk/index damaged",
    /// A segment of the journal is gone.
    SegmentLost "disk/segment lost",
    /// The relay is restarted.
    RelayRestarted "relay/restarted",
    /// The relay has lost everything.
    RelayEmptied "relay/emptied",
    /// The relay comes back from an old copy.
    RelayOld "relay/old copy",
    /// Offices go to another relay for a while.
    SecondRelay "relay/two relays",
    /// A device signs for somebody else's author.
    ForgedAuthor "hostile/forged author",
    /// A device writes where it has no business.
    ForeignScope "hostile/foreign scope",
    /// A device gives one number to two changes.
    ForkedChain "hostile/forked chain",
    /// A receipt that no province desk signed.
    ForgedReceipt "hostile/forged receipt",
    /// A roster that the province never signed.
    ForgedRoster "hostile/forged roster",
    /// An invitation is used by a second machine.
    UsedInvitation "hostile/used invitation",
    /// An invitation is used after its time.
    LateInvitation "hostile/expired invitation",
    /// Old packs are sent again.
    OldPacks "hostile/old packs",
    /// A change that automerge must not be fed.
    Poison "hostile/poison change",
    /// Thousands of frames at once.
    Flood "hostile/flood",
    /// Bytes that mean nothing.
    Junk "hostile/junk",
    /// A commit that takes seconds.
    SlowCommit "buggify/slow commit",
    /// A drain that stops before its end.
    ShortBatch "buggify/short batch",
    /// Room in memory for one document only.
    TinyCache "buggify/tiny cache",
    /// Segments of a few records.
    TinySegments "buggify/tiny segments",
    /// A wake that comes late.
    LateWake "buggify/late wake",
    /// A line breaks while a picture comes.
    PictureCut "pictures/cut off half-way",
    /// The folder of pictures takes no writes, or no syncs.
    PictureDisk "pictures/disk fails or is full",
    /// A bit flips in a picture at rest.
    PictureFlip "pictures/bit flip",
    /// A machine loses its folder of pictures, and nothing else.
    PicturesLost "pictures/folder lost",
}

impl Hazard {
    /// The kinds of which a cast draws some. Those of pictures have deeds of their own, behind all others.
    pub(crate) fn drawn() -> &'static [Self] {
        let end = Self::ALL.iter().position(|hazard| *hazard == Self::PictureCut).unwrap_or(Self::ALL.len());
        &Self::ALL[..end]
    }
}

/// How often each kind of thing went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fired(BTreeMap<Hazard, u64>);

impl Fired {
    /// Counts one.
    pub(crate) fn count(&mut self, hazard: Hazard) {
        *self.0.entry(hazard).or_default() += 1;
    }

    /// How often a kind fired.
    #[must_use]
    pub fn of(&self, hazard: Hazard) -> u64 {
        self.0.get(&hazard).copied().unwrap_or(0)
    }

    /// Adds the counts of another world.
    pub fn add(&mut self, other: &Self) {
        for (hazard, count) in &other.0 {
            *self.0.entry(*hazard).or_default() += count;
        }
    }

    /// The kinds that never fired.
    #[must_use]
    pub fn missing(&self) -> Vec<Hazard> {
        Hazard::ALL.iter().copied().filter(|hazard| self.of(*hazard) == 0).collect()
    }
}

impl fmt::Display for Fired {
    /// A line for each kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for hazard in Hazard::ALL {
            writeln!(f, "{:>9}  {}", self.of(*hazard), hazard.slug())?;
        }
        Ok(())
    }
}
