//! Disks that rot, cards that are copied, holidays that last.

use std::io::ErrorKind;
use std::sync::atomic::Ordering;

use hopluu_mailbox::Role;
use hopluu_model::Tick;
use hopluu_store::{Files, Operation};

use crate::hazard::Hazard;
use crate::lines::IDLE_MS;
use crate::machine::{Fault, Papers};
use crate::peer::PeerId;
use crate::world::{Happening, World};

/// Everything under way has ended by then, once all machines are off.
const SETTLE_MS: u64 = 60_000;

impl World {
    /// Flips one bit in the journal of a machine, which is off afterwards. Returns whether there was a journal.
    pub fn flip_bit(&mut self, peer: PeerId) -> bool {
        self.crash(peer, false);
        self.before_loss();
        let files = self.disk(peer).files;
        let names = files.names().unwrap_or_default();
        let sizes = names.iter().map(|name| files.contents(name).map_or(0, |bytes| bytes.len()));
        let total: usize = sizes.clone().sum();
        let mut at = self.dice.place(total);
        let mask = 1 << self.dice.within(0, 8);
        for (name, size) in names.iter().zip(sizes) {
            if at < size {
                let flipped = files.flip(name, at, mask);
                self.note(peer, &format!("a bit flips in {name} at {at}"));
                self.peers[peer.0].is_damaged = true;
                self.fired.count(Hazard::BitFlip);
                self.after_loss();
                return flipped;
            }
            at -= size;
        }
        false
    }

    /// Takes a segment of the journal of a machine, which is off afterwards. Returns whether there was one.
    pub fn lose_segment(&mut self, peer: PeerId) -> bool {
        self.crash(peer, false);
        self.before_loss();
        let files = self.disk(peer).files;
        let names = files.names().unwrap_or_default();
        let Some(name) = names.get(self.dice.place(names.len())) else { return false };
        let gone = files.remove(name).is_ok() && files.sync_dir().is_ok();
        self.note(peer, &format!("{name} is gone"));
        self.peers[peer.0].is_damaged = true;
        self.fired.count(Hazard::SegmentLost);
        self.after_loss();
        gone
    }

    /// Lets the index of a machine give up after so many operations, for good: it is begun anew.
    pub fn damage_index(&mut self, peer: PeerId, operations: u64) {
        self.note(peer, &format!("its index gives up after {operations} operations"));
        self.fired.count(Hazard::IndexDamaged);
        self.peers[peer.0].disk.index_fails_in.store(operations.max(1), Ordering::Relaxed);
    }

    /// Whether desk and relay both run and hold all of the roster: then either may lose its disk.
    #[must_use]
    pub fn roster_is_twice(&self) -> bool {
        let version = |peer| Some(self.mailbox(peer)?.trust().roster().version()).filter(|version| *version > 0);
        let (desk, relay) = (self.desk.and_then(version), self.relay.and_then(version));
        desk.is_some() && desk == relay
    }

    /// Lets the power of a machine fail inside one of its next syncs: what it was about to promise is on the disk, or
    /// not, sector by sector.
    pub fn fail_power_in_sync(&mut self, peer: PeerId, nth: u64) {
        self.note(peer, "power will fail inside a sync");
        self.disk(peer).files.fail(Operation::Sync, nth, ErrorKind::Interrupted);
        self.peers[peer.0].dies_in_sync = true;
    }

    /// Puts a copy of a machine's card into a second machine, which is off.
    pub fn clone_card(&mut self, peer: PeerId) -> PeerId {
        let (papers, home) = (self.papers(peer).clone(), self.peers[peer.0].home.clone());
        let (disk, is_damaged) = (self.backup(peer, true), self.peers[peer.0].is_damaged);
        let name = format!("{} (bản sao)", self.name(peer));
        let twin = self.add(&name, papers);
        self.note(peer, "its card is copied");
        self.fired.count(Hazard::ClonedCard);
        let one = &mut self.peers[twin.0];
        (one.disk, one.home) = (disk, home);
        one.is_damaged = is_damaged;
        twin
    }

    /// Lets a machine stand still: it hears and does nothing for a while, and then everything at once.
    pub fn pause(&mut self, peer: PeerId, milliseconds: u64) {
        self.note(peer, &format!("stands still for {milliseconds} ms"));
        self.fired.count(Hazard::Pause);
        self.peers[peer.0].paused_until = self.now.plus(milliseconds);
        if milliseconds >= IDLE_MS {
            for conn in self.lines.of(peer) {
                self.push(self.now.plus(IDLE_MS), Happening::Break { conn });
            }
        }
    }

    /// Everybody goes home for so many days: machines are switched off in good order, and on again.
    ///
    /// # Errors
    /// When a machine does not start again.
    pub fn holiday(&mut self, days: u64) -> Result<(), Fault> {
        let running: Vec<PeerId> = self.peers().filter(|peer| self.peers[peer.0].machine.is_some()).collect();
        for peer in &running {
            self.stop(*peer);
        }
        self.run_for(SETTLE_MS);
        self.now = Tick(self.now.0 + days * 86_400_000);
        for peer in &mut self.peers {
            // A ticket of the transport lives for a day.
            peer.has_ticket = false;
        }
        running.into_iter().try_for_each(|peer| self.start(peer))
    }

    /// Puts a second relay of the same province into the world, started.
    ///
    /// # Panics
    /// Before the province is founded: a mistake of the story.
    pub fn second_relay(&mut self) -> PeerId {
        let first = self.relay.expect("a story founds the province first");
        let key = hopluu_identity::DeviceKey::from_seed(self.dice.bytes());
        let Role::Relay { mut ticket, owner } = self.peers[first.0].papers.role.clone() else {
            unreachable!("a relay's papers are a relay's")
        };
        ticket.relay.key = key.id();
        let anchor = self.peers[first.0].papers.anchor;
        let role = Role::Relay { ticket, owner };
        let relay = self.add("relay 2", Papers { key, role, anchor, enrolment: None });
        self.peers[relay.0].is_passing = true;
        self.start(relay).expect("an empty disk opens");
        relay
    }

    /// Whether an office keeps its line to this relay.
    #[must_use]
    pub fn keeps_line_to(&self, office: PeerId, other: PeerId) -> bool {
        matches!(&self.peers[office.0].papers.role, Role::Office { relay, .. } if *relay == self.peers[other.0].device)
    }

    /// Lets an office keep its line to another relay from its next start on; it is off afterwards.
    pub fn move_to(&mut self, peer: PeerId, relay: PeerId) {
        self.crash(peer, false);
        let key = self.peers[relay.0].device;
        let name = self.peers[relay.0].name.clone();
        self.note(peer, &format!("keeps its line to {name} from now on"));
        let one = &mut self.peers[peer.0];
        one.has_ticket = false;
        // It may hold less than the one before.
        self.excused = self.promises.len();
        self.had_losses = true;
        let one = &mut self.peers[peer.0];
        if let Role::Office { relay, .. } = &mut one.papers.role {
            *relay = key;
        }
    }
}
