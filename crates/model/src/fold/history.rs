//! The state events of one record in their causal order.

use std::collections::{BTreeMap, BTreeSet};

use super::clash::{Clash, ClashKind, ClashOption, Said, Settler};
use super::joined;
use crate::id::{DocId, EventId, RecordId};
use crate::record::{Event, EventKind, Field, Kind, Value};
use crate::rules;

/// An event with its effect: its own, or for a settlement that of the event it chose.
#[derive(Clone, Copy)]
pub(super) struct Act<'a> {
    /// The event itself.
    pub(super) event: &'a Event,
    /// The event whose kind and fields hold.
    pub(super) base: &'a Event,
}

impl Act<'_> {
    pub(super) fn kind(&self) -> EventKind {
        self.base.kind
    }
}

/// State events sorted by id, each once, with what lies below each and what effect it has.
pub(super) struct History<'a> {
    events: Vec<&'a Event>,
    below: Vec<Vec<u64>>,
    acts: Vec<Option<Act<'a>>>,
}

impl<'a> History<'a> {
    /// Orders the state events of a record of this kind; all others are left out.
    pub(super) fn new(kind: Kind, events: &'a [Event]) -> Self {
        let unique: BTreeMap<EventId, &Event> =
            events.iter().filter(|event| moves(event)).map(|event| (event.id, event)).collect();
        let events: Vec<_> = unique.into_values().collect();
        let mut history = Self { below: Vec::new(), acts: Vec::new(), events };
        history.below = (0..history.events.len()).map(|index| history.reach(index)).collect();
        history.acts = (0..history.events.len()).map(|index| history.act(kind, index)).collect();
        history
    }

    fn find(&self, id: EventId) -> Option<usize> {
        self.events.binary_search_by_key(&id, |event| event.id).ok()
    }

    /// Everything an event follows, directly or through others, as bits.
    fn reach(&self, from: usize) -> Vec<u64> {
        let mut seen = vec![0_u64; self.events.len().div_ceil(64)];
        let mut open = vec![from];
        while let Some(index) = open.pop() {
            for below in self.events[index].after.iter().filter_map(|id| self.find(*id)) {
                let (word, bit) = (below / 64, 1 << (below % 64));
                if seen[word] & bit == 0 {
                    seen[word] |= bit;
                    open.push(below);
                }
            }
        }
        seen
    }

    fn act(&self, kind: Kind, index: usize) -> Option<Act<'a>> {
        let event = self.events[index];
        let mut base = event;
        let mut steps = 0;
        while base.kind == EventKind::SETTLE {
            let chosen = base.fields.get(&Field::CHOSEN).and_then(Value::as_id)?;
            base = self.events[self.find(EventId(chosen.0))?];
            steps += 1;
            if steps > self.events.len() {
                return None;
            }
        }
        let rule = rules::event(base.kind).filter(|rule| rule.on == Some(kind))?;
        let settled = event.kind != EventKind::SETTLE
            || settler(base.kind).admits(event.side, !event.text(Field::REASON).is_empty());
        (settled && rule.sides.contains(&base.side)).then_some(Act { event, base })
    }

    /// Whether one event follows the other. In a ring of `after`, which only a forger makes, none follows another.
    pub(super) fn follows(&self, above: usize, below: usize) -> bool {
        let has = |from: usize, to: usize| self.below[from][to / 64] & (1 << (to % 64)) != 0;
        has(above, below) && !has(below, above)
    }

    /// The events that have an effect, each with its place.
    pub(super) fn effective(&self) -> impl Iterator<Item = (usize, Act<'a>)> + '_ {
        self.acts.iter().enumerate().filter_map(|(index, act)| act.map(|act| (index, act)))
    }

    /// The effective events of some sort that no other of that sort follows, by id.
    pub(super) fn latest(&self, of: impl Fn(&Act<'a>) -> bool) -> Vec<Act<'a>> {
        let these: Vec<_> = self.effective().filter(|(_, act)| of(act)).collect();
        let last = these.iter().filter(|(below, _)| !these.iter().any(|(above, _)| self.follows(*above, *below)));
        last.map(|(_, act)| *act).collect()
    }

    /// The effective events that no other effective one follows.
    pub(super) fn frontier(&self) -> Vec<Act<'a>> {
        self.latest(|_| true)
    }

    /// Events without effect: of the wrong side, about another kind of record, settlements of nothing.
    pub(super) fn void(&self) -> Vec<EventId> {
        self.events.iter().zip(&self.acts).filter(|(_, act)| act.is_none()).map(|(event, _)| event.id).collect()
    }

    /// Everything that effective settlements weighed and did not choose.
    pub(super) fn overruled(&self) -> BTreeSet<RecordId> {
        let settlements = self.effective().filter(|(_, act)| act.event.kind == EventKind::SETTLE);
        settlements.flat_map(|(_, act)| losers(act.event)).collect()
    }

    /// The clashes between concurrent effective events that no settlement has weighed together.
    pub(super) fn clashes(
        &self,
        doc: DocId,
        between: impl Fn(&Act<'a>, &Act<'a>) -> Option<ClashKind>,
        text: impl Fn(&Act<'a>) -> Said,
    ) -> Vec<Clash> {
        let acts: Vec<_> = self.effective().collect();
        let mut pairs: BTreeMap<ClashKind, Vec<BTreeSet<usize>>> = BTreeMap::new();
        for (place, (one, act)) in acts.iter().enumerate() {
            for (other, counter) in &acts[..place] {
                if self.follows(*one, *other) || self.follows(*other, *one) {
                    continue;
                }
                let kind = between(act, counter).or_else(|| between(counter, act));
                if let Some(kind) = kind.filter(|_| !self.settled(*one, *other)) {
                    pairs.entry(kind).or_default().push(BTreeSet::from([*one, *other]));
                }
            }
        }
        let frontier: Vec<_> = self.frontier().iter().map(|act| act.event.id).collect();
        let groups =
            pairs.into_iter().flat_map(|(kind, pairs)| joined(pairs).into_iter().map(move |group| (kind, group)));
        groups
            .map(|(kind, group)| {
                let acts: Vec<_> = group.iter().filter_map(|index| self.acts[*index]).collect();
                let options = acts.iter().map(|act| ClashOption::event(act.event, &frontier, text(act))).collect();
                Clash::new(kind, acts[0].event.record, doc, options)
            })
            .collect()
    }

    /// Whether a settlement weighed both, or weighed one without having seen the other: then it stands for the one.
    fn settled(&self, one: usize, other: usize) -> bool {
        self.effective().filter(|(_, act)| act.event.kind == EventKind::SETTLE).any(|(settlement, act)| {
            let weighed = act.event.fields.get(&Field::WEIGHED).map_or(&[][..], Value::as_ids);
            let names = |index: usize| weighed.contains(&RecordId(self.events[index].id.0));
            let stands_for = |index: usize, beside: usize| {
                names(index)
                    && settlement != beside
                    && !self.follows(settlement, beside)
                    && !self.follows(beside, settlement)
            };
            (names(one) && names(other)) || stands_for(one, other) || stands_for(other, one)
        })
    }
}

/// The event of a frontier that decides: that of the lowest rank.
pub(super) fn lowest<'a>(frontier: &[Act<'a>]) -> Option<Act<'a>> {
    frontier.iter().min_by_key(|act| (act.kind(), act.event.id)).copied()
}

/// What a settlement weighed and did not choose.
pub(super) fn losers(settlement: &Event) -> Vec<RecordId> {
    let chosen = chosen(settlement);
    let weighed = settlement.fields.get(&Field::WEIGHED).map_or(&[][..], Value::as_ids);
    weighed.iter().filter(|id| !chosen.contains(id)).copied().collect()
}

/// What a settlement chose: one, or several that hold side by side.
pub(super) fn chosen(settlement: &Event) -> &[RecordId] {
    match settlement.fields.get(&Field::CHOSEN) {
        Some(Value::Id(one)) => std::slice::from_ref(one),
        Some(Value::Ids(several)) => several,
        _ => &[],
    }
}

/// Settlements of a field keep its history and move no state.
fn moves(event: &Event) -> bool {
    event.kind.is_state() && !event.fields.contains_key(&Field::FIELD)
}

/// Who may raise an event again by settling.
fn settler(kind: EventKind) -> Settler {
    match kind {
        EventKind::REOPEN | EventKind::SOLVED | EventKind::WITHDRAW => Settler::LEADER,
        kind if rules::event(kind).and_then(|rule| rule.on) == Some(Kind::MERGER) => Settler::LEADER,
        _ => Settler::TRIAGE,
    }
}
