//! A document as the sum of what was typed into it.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{ActorId, EventId, EventKind, Field, Kind, RecordId, Side, Value, Write};

use super::changes::{Change, Saw};
use super::{Listed, SAME_FIELD};

type Fields<'a> = &'a [(Field, Value)];

/// Records, later values and events of one document, as they were typed.
#[derive(Default)]
pub(super) struct Paper<'a> {
    pub(super) records: BTreeMap<RecordId, (Kind, Fields<'a>)>,
    /// Who began each record.
    pub(super) authors: BTreeMap<RecordId, ActorId>,
    pub(super) sets: BTreeMap<(RecordId, Field), Vec<Set<'a>>>,
    pub(super) events: Vec<Happened<'a>>,
}

/// A value that somebody gave a field.
pub(super) struct Set<'a> {
    pub(super) value: &'a Value,
    /// Which change it came with.
    pub(super) by: (ActorId, u64),
    pub(super) saw: &'a Saw,
    /// Its operation; of values that nobody replaced, the one with the highest shows.
    pub(super) op: (u64, ActorId),
}

impl Set<'_> {
    /// Whether it was written by somebody who had seen the other.
    fn replaces(&self, other: &Self) -> bool {
        self.op > other.op && self.saw.get(&other.by.0).is_some_and(|seq| *seq >= other.by.1)
    }
}

/// Something that happened to a record.
pub(super) struct Happened<'a> {
    pub(super) id: EventId,
    pub(super) record: RecordId,
    pub(super) kind: EventKind,
    pub(super) after: &'a [EventId],
    fields: Fields<'a>,
    pub(super) side: Side,
}

impl Happened<'_> {
    pub(super) fn get(&self, field: Field) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, value)| value)
    }

    /// Whether it settles a clash of events or records; settlements of a field only keep its history.
    pub(super) fn settles(&self) -> bool {
        self.kind == EventKind::SETTLE && self.get(Field::FIELD).is_none()
    }

    /// What a settlement weighed and passed over.
    pub(super) fn passed_over(&self) -> impl Iterator<Item = RecordId> {
        let chosen = self.chosen();
        self.weighed().iter().copied().filter(move |id| !chosen.contains(id))
    }

    /// What a settlement chose; of two people both.
    pub(super) fn chosen(&self) -> BTreeSet<RecordId> {
        let chosen = self.get(Field::CHOSEN);
        chosen.map_or(&[][..], Value::as_ids).iter().copied().chain(chosen.and_then(Value::as_id)).collect()
    }

    /// What a settlement weighed.
    pub(super) fn weighed(&self) -> &[RecordId] {
        self.get(Field::WEIGHED).map_or(&[][..], Value::as_ids)
    }
}

impl<'a> Paper<'a> {
    /// Adds typed edits up. `None` when a record or an event began twice, which only happens when it was written again.
    pub(super) fn of(changes: &'a [Change<'a>]) -> Option<Self> {
        let mut paper = Self::default();
        let mut begun = BTreeSet::new();
        for Change { actor, seq, first_op, saw, typed } in changes {
            let mut op = *first_op;
            for write in typed.edit.writes() {
                match write {
                    Write::Create { record, kind, fields } => {
                        begun.insert((true, record.0)).then_some(())?;
                        paper.records.insert(*record, (*kind, fields));
                        paper.authors.insert(*record, *actor);
                        // A record is a container, and what it began with.
                        op += 1;
                    }
                    Write::Set { record, field, value } => {
                        let set = Set { value, by: (*actor, *seq), saw, op: (op, *actor) };
                        paper.sets.entry((*record, *field)).or_default().push(set);
                    }
                    Write::Append { event, record, kind, after, fields } => {
                        begun.insert((false, event.0)).then_some(())?;
                        let (id, record, kind, side) = (*event, *record, *kind, typed.side);
                        paper.events.push(Happened { id, record, kind, after, fields, side });
                    }
                }
                op += 1;
            }
        }
        Some(paper)
    }

    /// The records of a kind, without what was entered by mistake.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = RecordId> {
        let these = self.records.iter().filter(move |(_, (known, _))| *known == kind).map(|(record, _)| *record);
        these.filter(|record| !self.is_mistake(*record))
    }

    pub(super) fn is_mistake(&self, record: RecordId) -> bool {
        self.shown(record, Field::VOID) == Some(&Value::Bool(true))
    }

    /// The values of a field that nobody replaced.
    pub(super) fn standing(&self, record: RecordId, field: Field) -> Vec<&Set<'a>> {
        let sets = self.sets.get(&(record, field)).map_or(&[][..], Vec::as_slice);
        sets.iter().filter(|set| !sets.iter().any(|other| other.replaces(set))).collect()
    }

    /// The value that shows.
    pub(super) fn shown(&self, record: RecordId, field: Field) -> Option<&Value> {
        let set = self.standing(record, field).into_iter().max_by_key(|set| set.op).map(|set| set.value);
        let first = || self.records.get(&record)?.1.iter().find(|(known, _)| *known == field).map(|(_, value)| value);
        set.or_else(first)
    }

    /// Records that are a mistake and say something else now than each of their voiders saw. There may be more that are to
    /// be settled: those that other documents name.
    pub(super) fn written_since(&self) -> impl Iterator<Item = RecordId> {
        let mistakes = self.records.keys().filter(|record| self.is_mistake(**record));
        mistakes.copied().filter(|record| {
            let fields: BTreeSet<Field> = self.sets.keys().filter(|(of, _)| of == record).map(|(_, it)| *it).collect();
            let said = fields.iter().filter(|field| ![Field::VOID, Field::VOID_SEEN].contains(field));
            let said: Vec<Field> = said.copied().collect();
            let voided = self.standing(*record, Field::VOID);
            voided.iter().all(|void| {
                said.iter().any(|field| self.shown_to(void.saw, *record, *field) != self.shown(*record, *field))
            })
        })
    }

    /// The value that somebody saw who had seen so much.
    fn shown_to(&self, saw: &Saw, record: RecordId, field: Field) -> Option<&Value> {
        let sets = self.sets.get(&(record, field)).map_or(&[][..], Vec::as_slice);
        let seen: Vec<_> = sets.iter().filter(|set| saw.get(&set.by.0).is_some_and(|seq| *seq >= set.by.1)).collect();
        let standing = seen.iter().filter(|set| !seen.iter().any(|other| other.replaces(set)));
        let set = standing.max_by_key(|set| set.op).map(|set| set.value);
        let first = || self.records.get(&record)?.1.iter().find(|(known, _)| *known == field).map(|(_, value)| value);
        set.or_else(first)
    }

    /// Fields with more than one value. Mistakes hang on what their voiders saw in other documents, and are left out.
    pub(super) fn same_fields(&self) -> impl Iterator<Item = Listed> {
        let fields = self.sets.keys().filter(|(_, field)| ![Field::VOID, Field::VOID_SEEN].contains(field));
        fields.filter_map(|(record, field)| {
            let options: BTreeSet<String> =
                self.standing(*record, *field).iter().map(|set| format!("{:?}", set.value)).collect();
            let kind = format!("{SAME_FIELD}{field}");
            (options.len() > 1).then_some(Listed { kind, record: Some(*record), options })
        })
    }
}
