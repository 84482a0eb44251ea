//! Machines that start, commit, fail and lose power.

use std::sync::atomic::Ordering;

use hopluu_identity::Enrolment;
use hopluu_mailbox::{Input, Output, Role};
use hopluu_model::Tick;
use hopluu_store::{Files, Index, IndexFate, MemoryFiles, MemoryIndex, Operation, Order, Recovery, Span};

use crate::chain;
use crate::hazard::Hazard;
use crate::machine::{Disk, Fault, Machine};
use crate::peer::PeerId;
use crate::world::{Happening, World};

/// A machine is not woken more often.
const WAKE_EVERY_MS: u64 = 2;
/// A failed store is opened again after so long.
const RECOVER_MS: u64 = 1_000;

impl World {
    /// Switches a machine on.
    ///
    /// # Errors
    /// When its store cannot be opened; it stays off.
    pub fn start(&mut self, peer: PeerId) -> Result<(), Fault> {
        let now = self.now;
        let one = &mut self.peers[peer.0];
        if one.machine.is_some() {
            self.fired.count(Hazard::SecondProcess);
            return Err(Fault::Locked);
        }
        one.life += 1;
        one.started = now;
        (one.wake_at, one.commit_due, one.is_broken) = (None, false, false);
        one.typed.clear();
        let wall = one.wall(now);
        let mut started = Machine::start(&mut one.disk, &one.papers, (&mut self.dice, &self.whims), wall);
        for _ in 0..3 {
            if started.is_ok() {
                break;
            }
            // The service manager starts the program once more; an index that failed behind its opening is begun anew.
            one.disk.index_gave_up();
            started = Machine::start(&mut one.disk, &one.papers, (&mut self.dice, &self.whims), wall);
        }
        let (machine, recovery) = started?;
        let fate =
            format!("starts: {} records, index {:?}, cut {}", recovery.end.number, recovery.index, recovery.cut.len());
        let poisoned = machine.mailbox().store().is_poisoned();
        one.machine = Some(machine);
        self.note(peer, &fate);
        if matches!(recovery.index, IndexFate::Replayed(_)) {
            self.fired.count(Hazard::IndexOld);
        }
        self.judge(peer, &recovery);
        if poisoned {
            self.fail(peer, "the disk takes no writes");
        } else {
            self.due_commit(peer);
        }
        Ok(())
    }

    /// Cuts a machine's power. Unsynced sectors are gone, or some of them arrived when it is torn.
    pub fn crash(&mut self, peer: PeerId, torn: bool) {
        if self.peers[peer.0].machine.is_none() {
            return;
        }
        self.note(peer, if torn { "loses power in mid-write" } else { "loses power" });
        self.fired.count(Hazard::PowerCut);
        self.power_off(peer, torn);
    }

    fn power_off(&mut self, peer: PeerId, torn: bool) {
        self.drop_lines(peer);
        let mut dice = self.dice.fork();
        let (mut dropped, mut kept) = (false, false);
        let one = &mut self.peers[peer.0];
        // What waits to be written to the index is gone with the power.
        let index = copy_of_index(&one.disk.index);
        one.machine = None;
        one.disk.index = index;
        one.is_broken = false;
        one.power_fails_in = None;
        one.life += 1;
        one.typed.clear();
        one.paused_until = Tick(0);
        for files in [&one.disk.files, &one.disk.pictures] {
            files.crash_torn(&mut |_, _| {
                let keeps = torn && dice.chance(50);
                (dropped, kept) = (dropped | !keeps, kept | keeps);
                keeps
            });
        }
        for (hazard, is_met) in [(Hazard::Unsynced, dropped), (Hazard::Torn, kept)] {
            if is_met {
                self.fired.count(hazard);
            }
        }
        self.forget_ranks(peer);
    }

    /// Lets a machine's power fail before so many more of its outputs are done.
    pub fn fail_power_after(&mut self, peer: PeerId, outputs: u64) {
        self.peers[peer.0].power_fails_in = Some(outputs);
    }

    /// Ends a machine in good order.
    pub fn stop(&mut self, peer: PeerId) {
        if let Some(office) = self.peers[peer.0].office_mut()
            && let Err(error) = office.close()
        {
            let text = chain(&error);
            self.note(peer, &format!("cannot close: {text}"));
        }
        self.commit(peer);
        self.note(peer, "stops");
        self.power_off(peer, false);
    }

    /// Forgets faults of a disk that were ordered and not met yet.
    pub fn mend_disk(&mut self, peer: PeerId) {
        for operation in [Operation::Write, Operation::Sync, Operation::Create] {
            let disk = &self.peers[peer.0].disk;
            for files in [&disk.files, &disk.pictures] {
                files.fail(operation, u64::MAX / 2, std::io::ErrorKind::Other);
                files.break_down(operation, None);
            }
        }
        self.peers[peer.0].dies_in_sync = false;
        self.peers[peer.0].disk.index_fails_in.store(0, Ordering::Relaxed);
    }

    /// Gives a machine an empty index, as if somebody had deleted it.
    pub fn delete_index(&mut self, peer: PeerId) {
        self.peers[peer.0].disk.index = MemoryIndex::new();
    }

    /// Takes everything from a machine but its papers: journal and index are empty.
    pub fn lose_disk(&mut self, peer: PeerId) {
        self.crash(peer, false);
        self.before_loss();
        self.note(peer, "has lost its disk");
        self.peers[peer.0].disk = Disk::default();
        self.after_loss();
    }

    /// A copy of what lies on a machine's disk now, as a backup: the journal, and an index or none.
    ///
    /// # Panics
    /// Never: memory can be read.
    #[must_use]
    pub fn backup(&self, peer: PeerId, with_index: bool) -> Disk {
        let disk = &self.peers[peer.0].disk;
        let index = if with_index { copy_of_index(&disk.index) } else { MemoryIndex::new() };
        let copy = |files| copy_of(files).expect("memory can be read");
        Disk { files: copy(&disk.files), pictures: copy(&disk.pictures), index, ..Disk::default() }
    }

    /// Puts a backup in place of a machine's disk; it is off afterwards.
    pub fn restore(&mut self, peer: PeerId, disk: Disk) {
        self.crash(peer, false);
        self.before_loss();
        self.note(peer, "gets an old disk back");
        self.peers[peer.0].disk = disk;
        self.after_loss();
    }

    /// Hands news to a machine and lets it commit a moment later.
    pub(crate) fn feed(&mut self, peer: PeerId, input: Input) {
        if !self.is_running(peer) {
            return;
        }
        let (now, wall) = (self.now, self.wall(peer));
        let Some(machine) = &mut self.peers[peer.0].machine else { return };
        match machine.handle(now, wall, input) {
            Ok(()) if self.whim(self.whims.short_batch_percent, Hazard::ShortBatch) => self.commit(peer),
            Ok(()) => self.due_commit(peer),
            Err(fault) => self.fail(peer, &chain(&fault)),
        }
    }

    /// Whether the world bends the code here.
    fn whim(&mut self, percent: u64, hazard: Hazard) -> bool {
        let bends = percent > 0 && self.dice.chance(percent);
        if bends {
            self.fired.count(hazard);
        }
        bends
    }

    pub(crate) fn due_commit(&mut self, peer: PeerId) {
        if self.peers[peer.0].commit_due {
            return;
        }
        let is_slow = self.whim(self.whims.slow_commit_percent, Hazard::SlowCommit);
        let late = self.dice.within(0, if is_slow { 8_000 } else { 3 });
        let one = &mut self.peers[peer.0];
        one.commit_due = true;
        let life = one.life;
        self.push(self.now.plus(late), Happening::Commit { peer, life });
    }

    /// Commits what a machine took, and does what follows.
    pub(crate) fn commit(&mut self, peer: PeerId) {
        self.peers[peer.0].commit_due = false;
        if !self.is_running(peer) {
            return;
        }
        let (now, wall) = (self.now, self.wall(peer));
        let Some(machine) = &mut self.peers[peer.0].machine else { return };
        if let Err(fault) = machine.commit(now, wall) {
            return self.fail(peer, &chain(&fault));
        }
        let typed = std::mem::take(&mut self.peers[peer.0].typed);
        self.promises.extend(typed);
        let mut moved = 0;
        loop {
            if self.power_fails(peer) {
                self.fired.count(Hazard::CutInOutputs);
                return self.crash(peer, false);
            }
            let Some(output) = self.peers[peer.0].machine.as_mut().and_then(Machine::poll) else { break };
            match output {
                Ok(output) => self.perform(peer, output),
                Err(records) => moved += records,
            }
        }
        if moved > 0 {
            self.check_sentences(peer);
        }
        self.due_wake(peer);
    }

    /// Tells that a machine's store cannot be used: its lines drop, and it is opened again by itself.
    pub(crate) fn fail(&mut self, peer: PeerId, why: &str) {
        if std::mem::take(&mut self.peers[peer.0].dies_in_sync) {
            return self.crash(peer, true);
        }
        self.note(peer, &format!("store fails: {why}"));
        self.drop_lines(peer);
        self.forget_ranks(peer);
        let one = &mut self.peers[peer.0];
        one.is_broken = true;
        one.typed.clear();
        let life = one.life;
        self.push(self.now.plus(RECOVER_MS), Happening::Recover { peer, life });
    }

    pub(crate) fn recover(&mut self, peer: PeerId) {
        let now = self.now;
        let one = &mut self.peers[peer.0];
        if !one.is_broken {
            return;
        }
        let wall = one.wall(now);
        let Some(machine) = &mut one.machine else { return };
        one.disk.index_gave_up();
        let done = machine.recover(&mut one.disk, &one.papers, (&mut self.dice, &self.whims), wall);
        let poisoned = machine.mailbox().store().is_poisoned();
        match done {
            Ok(recovery) if !poisoned => {
                one.is_broken = false;
                one.commit_due = false;
                self.note(peer, &format!("store is open again: {} records", recovery.end.number));
                self.judge(peer, &recovery);
                self.due_commit(peer);
            }
            Ok(_) => self.fail(peer, "the disk takes no writes"),
            Err(fault) => self.fail(peer, &chain(&fault)),
        }
    }

    /// Promised records are missing only where somebody damaged the disk, and then this is said.
    fn judge(&mut self, peer: PeerId, recovery: &Recovery) {
        if recovery.is_whole() {
            return;
        }
        if self.peers[peer.0].is_damaged {
            self.note(peer, &format!("names its loss: damaged {:?}, lost {:?}", recovery.damaged, recovery.lost));
        } else {
            self.violations.push(format!("{} lost promised records: {recovery:?}", self.name(peer)));
        }
    }

    fn power_fails(&mut self, peer: PeerId) -> bool {
        match &mut self.peers[peer.0].power_fails_in {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn due_wake(&mut self, peer: PeerId) {
        let now = self.now;
        let Some(wanted) = self.peers[peer.0].machine.as_ref().and_then(Machine::next_wake) else { return };
        let mut at: Tick = wanted.max(now.plus(WAKE_EVERY_MS));
        if self.whim(self.whims.late_wake_percent, Hazard::LateWake) {
            at = at.plus(self.dice.within(1, 30_000));
        }
        let one = &mut self.peers[peer.0];
        if one.wake_at.is_none_or(|known| at < known) {
            one.wake_at = Some(at);
            let life = one.life;
            self.push(at, Happening::Wake { peer, life });
        }
    }

    fn perform(&mut self, peer: PeerId, output: Output) {
        match output {
            Output::Dial { relay } => self.dial(peer, relay),
            Output::Send { conn, class, bytes } => self.send(peer, conn.0, (class, bytes)),
            Output::Close { conn, code, text } => {
                self.note(peer, &format!("closes c{} with {code}: {text}", conn.0));
                self.say_goodbye(peer, conn.0);
            }
            Output::Owned(anchor) => {
                let papers = &mut self.peers[peer.0].papers;
                papers.anchor = anchor;
                if let Role::Relay { owner, .. } = &mut papers.role {
                    *owner = Some(anchor);
                }
            }
            Output::Enrolled(enrolment) => {
                let stage = match &*enrolment {
                    Enrolment::Asked(_) => "asked".to_owned(),
                    Enrolment::Waiting(_) => "waiting".to_owned(),
                    Enrolment::Refused(_, reason) => format!("refused: {reason}"),
                    Enrolment::Confirmed(_) => "confirmed".to_owned(),
                };
                self.note(peer, &format!("enrolment {stage}"));
                self.peers[peer.0].papers.enrolment = Some(*enrolment);
            }
            Output::Claimed { ok, text } => {
                self.note(peer, &format!("claim answered: {ok} {text}"));
                if let (true, Role::Office { claim, .. }) = (ok, &mut self.peers[peer.0].papers.role) {
                    *claim = None;
                }
            }
            Output::Tell(notice) => self.notices.push((peer, notice)),
            Output::Alarm(text) => {
                self.note(peer, &format!("ALARM {text}"));
                self.alarms.push((peer, text));
            }
            Output::Declined(declined) => {
                self.note(peer, &format!("declines {} of {}: {}", declined.seq, declined.actor.short(), declined.text));
            }
            // News for pages and lists, which nobody looks at here.
            _ => {}
        }
    }
}

pub(crate) fn copy_of_index(index: &MemoryIndex) -> MemoryIndex {
    let span = Span { from: Vec::new(), to: None, order: Order::Ascending, limit: usize::MAX };
    let mut copy = MemoryIndex::new();
    if let Ok(pairs) = index.scan(&span) {
        let batch = pairs.into_iter().map(|(key, value)| (key, Some(value))).collect();
        // Memory takes everything.
        let _ = copy.apply(&batch);
    }
    copy
}

fn copy_of(files: &MemoryFiles) -> std::io::Result<MemoryFiles> {
    let copy = MemoryFiles::new();
    for name in files.names()? {
        let bytes = files.contents(&name).unwrap_or_default();
        let file = copy.create(&name, files.open(&name)?.len()?)?;
        file.write_at(0, &bytes)?;
        file.sync_data()?;
    }
    copy.sync_dir()?;
    Ok(copy)
}
