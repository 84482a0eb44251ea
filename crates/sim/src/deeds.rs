//! What happens in a story, one deed after the other.

use std::io::ErrorKind;

use hopluu_model::Timestamp;
use hopluu_store::Operation;

use crate::founding::Place;
use crate::hazard::Hazard;
use crate::peer::{PeerId, WallClock};
use crate::story::Story;

impl Story {
    /// People type, somebody mends what is broken, or something goes wrong.
    pub(crate) fn deed(&mut self) -> Result<(), String> {
        let office = self.anybody();
        match self.world.dice.within(0, 100) {
            0..=49 => {
                self.type_some(office, 4);
                Ok(())
            }
            50..=59 => self.start_all(),
            60..=67 => {
                self.world.heal(office);
                self.world.lines.link(office).clear();
                Ok(())
            }
            _ => {
                let hazard = self.cast.hazards[self.world.dice.place(self.cast.hazards.len())];
                self.go_wrong(hazard, office)
            }
        }
    }

    pub(crate) fn anybody(&mut self) -> PeerId {
        let all: Vec<PeerId> = self.offices.iter().chain(&self.twins).chain([&self.desk]).copied().collect();
        all[self.world.dice.place(all.len())]
    }

    /// A commune's office; hostile deeds and new hardware are never the desk's.
    fn commune_office(&mut self) -> PeerId {
        self.offices[self.world.dice.place(self.offices.len())]
    }

    pub(crate) fn machine(&mut self, office: PeerId) -> PeerId {
        if self.world.dice.chance(25) { self.relay } else { office }
    }

    pub(crate) fn type_some(&mut self, office: PeerId, most: u64) {
        for _ in 0..self.world.dice.within(1, most) {
            if self.world.is_running(office)
                && let Err(why) = self.world.type_something(office)
            {
                self.world.note(office, &format!("types nothing: {why}"));
            }
        }
    }

    fn go_wrong(&mut self, hazard: Hazard, office: PeerId) -> Result<(), String> {
        match hazard {
            Hazard::Loss
            | Hazard::Reordering
            | Hazard::Delay
            | Hazard::Stall
            | Hazard::OneWay
            | Hazard::Cut
            | Hazard::Flapping
            | Hazard::MtuHole
            | Hazard::NewAddress
            | Hazard::ThinLine
            | Hazard::DeadDial
            | Hazard::EarlyRefused
            | Hazard::EarlyReplayed => {
                self.weather(hazard, office);
                Ok(())
            }
            Hazard::UsedInvitation | Hazard::LateInvitation => {
                self.stranger(hazard);
                Ok(())
            }
            Hazard::ForgedAuthor
            | Hazard::ForgedReceipt
            | Hazard::ForgedRoster
            | Hazard::ForeignScope
            | Hazard::ForkedChain
            | Hazard::OldPacks
            | Hazard::Poison
            | Hazard::Flood
            | Hazard::Junk
            | Hazard::NewerProtocol => {
                let hijacked = self.commune_office();
                self.world.harm(hijacked, hazard);
                Ok(())
            }
            Hazard::Unsynced
            | Hazard::Torn
            | Hazard::BitFlip
            | Hazard::DiskFull
            | Hazard::SyncFails
            | Hazard::ReadOnly
            | Hazard::IndexDeleted
            | Hazard::IndexOld
            | Hazard::IndexDamaged
            | Hazard::SegmentLost => self.disk_goes_wrong(hazard, office),
            Hazard::RelayRestarted | Hazard::RelayEmptied | Hazard::RelayOld | Hazard::SecondRelay => {
                self.relay_goes_wrong(hazard)
            }
            _ => self.machine_goes_wrong(hazard, office),
        }
    }

    pub(crate) fn weather(&mut self, hazard: Hazard, office: PeerId) {
        let world = &mut self.world;
        let some = |world: &mut crate::World, low, high| world.dice.within(low, high);
        match hazard {
            Hazard::Loss => {
                let percent = some(world, 5, 61);
                world.set_loss(office, percent);
            }
            Hazard::Delay => {
                let one_way = some(world, 1_000, 3_001);
                world.set_latency(office, one_way);
            }
            Hazard::Stall => {
                let long = some(world, 1_000, 300_000);
                world.block(office, (true, true), long);
            }
            Hazard::OneWay => {
                let (long, up) = (some(world, 5_000, 120_000), world.dice.chance(50));
                world.block(office, (up, !up), long);
            }
            Hazard::Flapping => world.flap(office),
            Hazard::MtuHole => world.set_mtu_hole(office),
            Hazard::NewAddress => world.change_address(office),
            Hazard::ThinLine => {
                let kbit = some(world, 16, 65);
                world.set_width(office, kbit);
            }
            Hazard::EarlyRefused | Hazard::EarlyReplayed => world.set_early(office, 60, 60),
            Hazard::Reordering => world.drop_connections(office),
            _ => world.cut(office),
        }
    }

    fn disk_goes_wrong(&mut self, hazard: Hazard, office: PeerId) -> Result<(), String> {
        let any = self.machine(office);
        let nth = self.world.dice.within(1, 8);
        let (kind, error) = match hazard {
            Hazard::DiskFull if self.world.dice.chance(50) => (Operation::Create, ErrorKind::StorageFull),
            Hazard::DiskFull => (Operation::Write, ErrorKind::StorageFull),
            Hazard::SyncFails => (Operation::Sync, ErrorKind::Other),
            Hazard::ReadOnly => return self.read_only(any),
            Hazard::BitFlip | Hazard::SegmentLost => {
                if !self.world.roster_is_twice() && (any == self.desk || any == self.relay) {
                    // The only copy of an invitation that nobody has heard of yet: people would write a new one.
                    return Ok(());
                }
                let damaged =
                    if hazard == Hazard::BitFlip { self.world.flip_bit(any) } else { self.world.lose_segment(any) };
                return if damaged { self.start_all() } else { Ok(()) };
            }
            Hazard::Torn | Hazard::Unsynced => {
                self.world.fail_power_in_sync(any, nth % 3 + 1);
                self.type_some(any, 3);
                return Ok(());
            }
            Hazard::IndexDamaged => {
                self.world.damage_index(any, nth * nth);
                return Ok(());
            }
            _ => {
                let torn = self.world.dice.chance(70);
                self.world.crash(any, torn);
                if hazard == Hazard::IndexDeleted {
                    self.world.delete_index(any);
                    self.fired(hazard);
                }
                return if self.world.dice.chance(50) { self.start_all() } else { Ok(()) };
            }
        };
        self.files(any).fail(kind, nth, error);
        self.fired(hazard);
        self.world.note(any, &format!("{kind:?} will fail: {error}"));
        Ok(())
    }

    fn read_only(&mut self, any: PeerId) -> Result<(), String> {
        let files = self.files(any);
        for operation in [Operation::Write, Operation::Create] {
            files.break_down(operation, Some(ErrorKind::ReadOnlyFilesystem));
        }
        self.fired(Hazard::ReadOnly);
        self.world.note(any, "its disk takes no writes");
        self.type_some(any, 3);
        let long = self.world.dice.within(100, 60_000);
        self.world.run_for(long);
        for operation in [Operation::Write, Operation::Create] {
            files.break_down(operation, None);
        }
        self.world.note(any, "its disk takes writes again");
        Ok(())
    }

    pub(crate) fn relay_goes_wrong(&mut self, hazard: Hazard) -> Result<(), String> {
        let relay = self.relay;
        if hazard != Hazard::RelayRestarted && !self.world.roster_is_twice() {
            return Ok(());
        }
        match hazard {
            Hazard::RelayEmptied => {
                self.world.lose_disk(relay);
                self.fired(hazard);
            }
            Hazard::RelayOld => match self.relay_copy.take() {
                None => {
                    self.relay_copy = Some(self.world.backup(relay, true));
                    return Ok(());
                }
                Some(copy) => {
                    self.world.restore(relay, copy);
                    self.fired(hazard);
                }
            },
            Hazard::SecondRelay => return self.change_relay(),
            _ => {
                self.world.stop(relay);
                self.fired(Hazard::RelayRestarted);
            }
        }
        let away = self.world.dice.within(10, 40_000);
        self.world.run_for(away);
        self.start_all()
    }

    fn change_relay(&mut self) -> Result<(), String> {
        let other = match self.other_relay {
            Some(other) => other,
            None => {
                let other = self.world.second_relay();
                self.other_relay = Some(other);
                other
            }
        };
        let office = self.anybody();
        let there = self.world.keeps_line_to(office, other);
        self.world.move_to(office, if there { self.relay } else { other });
        self.fired(Hazard::SecondRelay);
        self.start_all()
    }

    fn machine_goes_wrong(&mut self, hazard: Hazard, office: PeerId) -> Result<(), String> {
        let any = self.machine(office);
        match hazard {
            Hazard::CutInOutputs => {
                let outputs = self.world.dice.within(0, 12);
                self.world.fail_power_after(any, outputs);
            }
            Hazard::Pause => {
                let long = self.world.dice.within(1_000, 600_000);
                self.world.pause(any, long);
            }
            Hazard::RestartLoop => {
                for _ in 0..self.world.dice.within(2, 6) {
                    let (torn, alive) = (self.world.dice.chance(50), self.world.dice.within(0, 2_000));
                    self.world.crash(any, torn);
                    self.start_all()?;
                    self.world.run_for(alive);
                }
                self.fired(hazard);
            }
            Hazard::SecondProcess => {
                if self.world.start(any).is_ok() {
                    self.world.note(any, "was off and starts");
                }
            }
            Hazard::NewHardware => self.new_hardware(),
            Hazard::ClonedCard if self.twins.is_empty() => {
                let original = self.commune_office();
                self.world.crash(original, false);
                let twin = self.world.clone_card(original);
                self.twins.push(twin);
                return self.start_all();
            }
            Hazard::BackupDay => return self.old_backup(hazard, 1),
            Hazard::BackupWeek => return self.old_backup(hazard, 7),
            Hazard::BackupMonth => return self.old_backup(hazard, 30),
            Hazard::RevokedReturns => return self.revoked_returns(),
            Hazard::NewerLayout => {
                if self.world.is_running(office) && self.world.type_newer(office).is_ok() {
                    self.fired(hazard);
                }
            }
            Hazard::ClockJump | Hazard::WrongClock | Hazard::Clock1970 if office != self.desk => {
                let days = i64::try_from(self.world.dice.within(0, 8_000)).unwrap_or(0) - 4_000;
                self.world.set_clock(office, WallClock::Off(days * 86_400_000));
                self.fired(Hazard::ClockJump);
                self.world.note(office, &format!("its clock jumps to {days} days off"));
            }
            _ => {
                let torn = self.world.dice.chance(50);
                self.world.crash(any, torn);
            }
        }
        Ok(())
    }

    /// An office's machine is gone with everything on it; a new one joins in its place.
    fn new_hardware(&mut self) {
        let office = self.commune_office();
        let place: Place = self.place_of(office);
        if !self.has_desk() {
            return;
        }
        if let Ok(text) = self.world.invite(place, "máy mới") {
            self.world.join_anew(office, &text).expect("what the desk wrote can be read");
            self.fired(Hazard::NewHardware);
        }
    }

    /// Somebody found an invitation that was used, or is too late with one.
    fn stranger(&mut self, hazard: Hazard) {
        let office = self.commune_office();
        let place = self.place_of(office);
        let world = &mut self.world;
        let text = match hazard {
            Hazard::UsedInvitation => world.used_invitation(office),
            _ if world.is_running(self.desk) => {
                let soon = Timestamp(world.true_time().0 + 1_000);
                let text = world.invite_until(place, "người đến muộn", soon).ok();
                world.run_for(5_000);
                text
            }
            _ => None,
        };
        if let Some(text) = text {
            world.join_as_stranger(&text).expect("what the desk wrote can be read");
            self.fired(hazard);
        }
    }

    fn place_of(&self, office: PeerId) -> Place {
        let at = self.offices.iter().position(|other| *other == office).unwrap_or(0);
        self.cast.offices[at].1
    }

    /// Everybody works on, then goes home for days; afterwards somebody puts the backup of before back.
    fn old_backup(&mut self, hazard: Hazard, days: u64) -> Result<(), String> {
        let office = self.commune_office();
        let with_index = self.world.dice.chance(50);
        let copy = self.world.backup(office, with_index);
        for typist in [office, self.anybody()] {
            self.type_some(typist, 4);
        }
        let works = self.world.dice.within(0, 40_000);
        self.world.run_for(works);
        self.holiday(days)?;
        self.world.run_for(10_000);
        self.world.restore(office, copy);
        self.fired(hazard);
        self.start_all()
    }

    fn holiday(&mut self, days: u64) -> Result<(), String> {
        self.world.holiday(days).map_err(|fault| format!("after a holiday: {}", crate::chain(&fault)))
    }

    /// The desk revokes a device, which is away; a year later somebody finds it in a drawer.
    fn revoked_returns(&mut self) -> Result<(), String> {
        let office = self.commune_office();
        if self.has_revoked || self.offices.len() < 2 || !self.has_desk() {
            return Ok(());
        }
        let device = self.world.device(office);
        let revoked = self.world.at_desk(self.desk, |desk, now, wall| desk.revoke(now, device, "mất máy", wall));
        if revoked.is_err() {
            return Ok(());
        }
        self.has_revoked = true;
        self.world.revoked.insert(device);
        self.world.note(office, "is revoked");
        self.type_some(office, 3);
        let soon = self.world.dice.within(0, 60_000);
        self.world.run_for(soon);
        self.holiday(365)?;
        self.type_some(office, 3);
        self.fired(Hazard::RevokedReturns);
        Ok(())
    }
}
