//! Whom machines trust in the end, and what nobody may hold.

use crate::check::from_changes;
use crate::peer::WallClock;
use crate::world::World;

impl World {
    /// Nobody holds what is not theirs, every machine trusts the same roster, and refusals have reached their authors.
    pub(crate) fn check_trust(&self) -> Result<(), String> {
        let Some(desk) = self.desk.and_then(|desk| self.mailbox(desk)) else { return Ok(()) };
        let relay = self.relay.and_then(|relay| self.mailbox(relay));
        let refused = relay.map(|relay| relay.refusals(None)).transpose().map_err(|error| error.to_string())?;
        for peer in self.peers().filter(|peer| self.is_running(*peer)) {
            let (one, Some(mailbox)) = (&self.peers[peer.0], self.mailbox(peer)) else { continue };
            let docs = mailbox.store().docs().map_err(|error| error.to_string())?;
            let (ours, theirs) = (desk.trust().roster(), mailbox.trust().roster());
            if one.is_stranger {
                if !docs.is_empty() || theirs.version() > 0 || ours.device(&one.device).is_some() {
                    return Err(format!("{} was let in: {}", self.name(peer), self.state(peer)));
                }
                continue;
            }
            if self.is_out(peer) || one.is_passing {
                continue;
            }
            if let Some(doc) = docs.iter().find(|doc| !self.reads(peer, doc)) {
                return Err(format!("{} holds {doc}, which is not its business", self.name(peer)));
            }
            if theirs.hash_at(ours.version()) != ours.hash_at(ours.version()) || theirs.version() != ours.version() {
                let versions = (theirs.version(), ours.version());
                return Err(format!("{} trusts roster {}, the desk {}", self.name(peer), versions.0, versions.1));
            }
            let told = mailbox.store().refusals(None).map_err(|error| error.to_string())?;
            let untold = refused
                .iter()
                .flatten()
                .filter(|refusal| refusal.author == one.device)
                .find(|refusal| !told.iter().any(|known| known.actor == refusal.actor && known.doc == refusal.doc));
            if let Some(refusal) = untold {
                let what = (refusal.seq, refusal.actor.short(), refusal.doc, refusal.reason);
                return Err(format!("{} was never told of a refusal: {what:?}", self.name(peer)));
            }
        }
        self.check_forbidden()?;
        self.check_receipts()
    }

    /// What was forged, or written where its author has no business, is nowhere; nor what lies behind a cut.
    fn check_forbidden(&self) -> Result<(), String> {
        let roster = self.desk.and_then(|desk| self.mailbox(desk)).map(|desk| desk.trust().roster());
        let revoked: Vec<_> = roster
            .iter()
            .flat_map(|roster| roster.devices().filter(|device| roster.is_revoked(&device.key)))
            .map(|device| device.key)
            .collect();
        for (peer, mailbox) in self.running().filter(|(peer, _)| !self.is_out(*peer)) {
            for doc in mailbox.store().docs().map_err(|error| error.to_string())? {
                let clock = mailbox.store().clock(&doc).map_err(|error| error.to_string())?;
                for (actor, tip) in &clock.0 {
                    let prefix = hopluu_identity::prefix_of(actor);
                    let author = revoked.iter().find(|device| hopluu_identity::actor_prefix(device) == prefix);
                    let cut = author.map_or(u64::MAX, |device| {
                        roster.and_then(|roster| roster.cut(device, &doc, actor)).map_or(0, |cut| cut.seq)
                    });
                    if self.forbidden.contains(&(doc, *actor)) || tip.seq > cut {
                        let what = (actor.short(), tip.seq, cut);
                        return Err(format!("{} holds what it must not, in {doc}: {what:?}", self.name(peer)));
                    }
                }
            }
        }
        Ok(())
    }

    /// The desk gives receipts for what it shows, not for what it holds; and nobody's day runs ahead of the desk's.
    fn check_receipts(&self) -> Result<(), String> {
        let Some(desk) = self.desk.and_then(|desk| self.peers[desk.0].office()) else { return Ok(()) };
        let day = |dump: &str| dump.lines().find(|line| line.starts_with("today|")).map(str::to_owned);
        let dump = |office: &hopluu_office::Office| office.view().dump().map_err(|error| error.to_string());
        let today = day(&dump(desk)?);
        for (peer, _) in self.running().filter(|(peer, _)| !self.is_out(*peer)) {
            let Some(office) = self.peers[peer.0].office() else { continue };
            let theirs = day(&dump(office)?);
            // A desk whose clock was set back signs earlier days than it did before.
            let is_right = self.desk.is_some_and(|desk| self.peers[desk.0].clock == WallClock::Off(0));
            if is_right && theirs > today {
                return Err(format!("{} believes it is {theirs:?}, the desk {today:?}", self.name(peer)));
            }
        }
        if !self.revoked.is_empty() || self.had_losses {
            // What was shown once may have been withdrawn or lost since.
            return Ok(());
        }
        let store = desk.mailbox().store();
        for doc in store.docs_shown().map_err(|error| error.to_string())? {
            let applied = from_changes(desk, doc)?;
            for (actor, tip) in store.shown(&doc).map_err(|error| error.to_string())?.0 {
                if tip.seq > applied.clock().seq(&actor) {
                    return Err(format!(
                        "the desk gave a receipt for {} of {} in {doc}, and shows it not",
                        tip.seq,
                        actor.short()
                    ));
                }
            }
        }
        Ok(())
    }
}
