//! Forms about mergers of units.

use super::draft::{Draft, Typed, What, maybe, typed};
use super::{Desk, Edit, FaultKind, Faults, Form};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Value};
use crate::time::Date;

/// Into what units are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeInto {
    /// A unit that exists and is not among the sources. Its households stay as they are until somebody sets them;
    /// a new unit has those of its sources.
    Existing(RecordId),
    /// A new unit, also when it takes over the name of a source: the name stays, its meaning changes.
    New {
        /// The new unit's id.
        record: RecordId,
        /// Its name.
        name: String,
    },
}

/// With what a merger is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    /// Number of the document.
    pub decision: String,
    /// The body that passed it; which one depends on the regime and the date.
    pub body: String,
    /// The day it takes effect.
    pub effective_on: Date,
}

impl Passing {
    fn fields(&self, sources: &[RecordId]) -> Typed {
        vec![
            (Field::DECISION, typed(&self.decision)),
            (Field::BODY, typed(&self.body)),
            (Field::EFFECTIVE_ON, Value::Date(self.effective_on)),
            (Field::SOURCES_HASH, Value::Text(sources_hash(sources))),
        ]
    }
}

/// Begins a merger of at least two units; drafted, or passed at once when the document is there already.
///
/// A new target becomes a unit record of its own, which exists from the day the merger takes effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeUnits {
    /// The new merger's id.
    pub merger: RecordId,
    /// The id of its first event.
    pub event: EventId,
    /// The units that are merged: at least two, each once.
    pub from: Vec<RecordId>,
    /// Into what.
    pub into: MergeInto,
    /// Slug of the kind of the merged unit.
    pub kind: String,
    /// With what it is passed; `None` only drafts it.
    pub passing: Option<Passing>,
}

impl Form for MergeUnits {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let (target, name) = match &self.into {
            MergeInto::Existing(unit) => (*unit, None),
            MergeInto::New { record, name } => (*record, Some(name.as_str())),
        };
        let fields = vec![
            (Field::FROM, Value::Ids(self.from.clone())),
            (Field::INTO, Value::Id(target)),
            (Field::INTO_NAME, maybe(name, typed)),
            (Field::UNIT_KIND, typed(&self.kind)),
        ];
        draft.create(self.merger, Kind::MERGER, fields);
        if self.from.len() < 2 {
            draft.fault(Field::FROM, FaultKind::TooFew(2));
        }
        if self.from.contains(&target) {
            draft.fault(Field::INTO, FaultKind::Repeated);
        }
        if let Some(name) = name {
            let fields = vec![
                (Field::NAME, typed(name)),
                (Field::UNIT_KIND, typed(&self.kind)),
                (Field::VALID_FROM, maybe(self.passing.as_ref().map(|passing| passing.effective_on), Value::Date)),
            ];
            draft.create(target, Kind::UNIT, fields);
        }
        match &self.passing {
            Some(passing) => {
                draft.append(
                    What { event: self.event, record: self.merger, kind: EventKind::MERGER_PASS, after: &[] },
                    passing.fields(&self.from),
                );
            }
            None => draft.append(
                What { event: self.event, record: self.merger, kind: EventKind::MERGER_DRAFT, after: &[] },
                Vec::new(),
            ),
        }
        draft.done()
    }
}

/// Moves a merger on: draft, consult, agree, fail, pass, withdraw, annul.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveMerger {
    /// The merger.
    pub merger: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// What happens.
    pub kind: EventKind,
    /// The frontier of the merger as its writer saw it ([`crate::fold::MergerFold::frontier`]).
    pub after: Vec<EventId>,
    /// Its sources as its writer saw them; consult and pass carry their digest.
    pub from: Vec<RecordId>,
    /// With what it is passed.
    pub passing: Option<Passing>,
    /// Number of the document that annuls it.
    pub decision: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// What else is said.
    pub text: Option<String>,
}

impl MoveMerger {
    /// A move that says nothing more yet.
    #[must_use]
    pub fn new(merger: RecordId, event: EventId, kind: EventKind, after: Vec<EventId>) -> Self {
        Self { merger, event, kind, after, from: Vec::new(), passing: None, decision: None, reason: None, text: None }
    }
}

impl Form for MoveMerger {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        if !matches!(self.kind.0, 21..=27) {
            draft.fault(Field::STATE, FaultKind::Unknown);
        }
        let mut fields = match &self.passing {
            Some(passing) => passing.fields(&self.from),
            None if self.kind == EventKind::MERGER_CONSULT => {
                vec![(Field::SOURCES_HASH, Value::Text(sources_hash(&self.from)))]
            }
            None => Vec::new(),
        };
        if let Some(decision) = &self.decision {
            fields.push((Field::DECISION, typed(decision)));
        }
        fields.push((Field::REASON, maybe(self.reason.as_deref(), typed)));
        fields.push((Field::TEXT, maybe(self.text.as_deref(), typed)));
        draft.append(What { event: self.event, record: self.merger, kind: self.kind, after: &self.after }, fields);
        if matches!(self.kind, EventKind::MERGER_CONSULT | EventKind::MERGER_PASS) && self.from.len() < 2 {
            draft.fault(Field::FROM, FaultKind::TooFew(2));
        }
        draft.done()
    }
}

/// The digest of a list of sources: the same for any order. Tells two lists apart; it is no proof against forgery,
/// which the author's signature is.
#[must_use]
pub fn sources_hash(sources: &[RecordId]) -> String {
    let mut sorted = sources.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let hash = crate::digest::fnv128(sorted.iter().map(RecordId::as_bytes));
    crate::digest::letters(&hash.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{Write, test_desk};
    use crate::id::DocKind;
    use crate::record::{Role, Side};

    fn id(n: u8) -> RecordId {
        RecordId([n; 16])
    }

    fn merge(from: Vec<RecordId>, into: MergeInto) -> MergeUnits {
        let passing = Passing {
            decision: "00/QĐ-UBND (mẫu)".into(),
            body: "Ủy ban nhân dân phường".into(),
            effective_on: Date::new(2026, 12, 1).unwrap(),
        };
        MergeUnits {
            merger: id(9),
            event: EventId([9; 16]),
            from,
            into,
            kind: "to_dan_pho".into(),
            passing: Some(passing),
        }
    }

    #[test]
    fn a_merger_into_a_new_unit_makes_the_unit_too() {
        let desk = test_desk(DocKind::Register, Side::Commune, Role::Leader);
        let into = MergeInto::New { record: id(8), name: "Tổ dân phố 4".into() };
        let edit = merge(vec![id(1), id(2)], into).edit(&desk).unwrap();
        let kinds: Vec<_> = edit
            .writes()
            .iter()
            .map(|write| match write {
                Write::Create { kind, .. } => kind.to_string(),
                Write::Append { kind, .. } => kind.to_string(),
                Write::Set { field, .. } => field.to_string(),
            })
            .collect();
        assert_eq!(kinds, ["merger", "unit", "merger_pass"]);
    }

    #[test]
    fn sources_are_two_or_more_and_not_the_target() {
        let desk = test_desk(DocKind::Register, Side::Commune, Role::Leader);
        let fault = |from, into| merge(from, MergeInto::Existing(into)).edit(&desk).unwrap_err().0[0].clone();
        assert_eq!(fault(vec![id(1)], id(3)).what, FaultKind::TooFew(2));
        assert_eq!(fault(vec![id(1), id(1)], id(3)).what, FaultKind::Repeated);
        assert_eq!(fault(vec![id(1), id(3)], id(3)).field, Field::INTO);
        assert!(merge(vec![id(1), id(2)], MergeInto::Existing(id(3))).edit(&desk).is_ok());
    }

    #[test]
    fn clerks_draft_and_leaders_pass() {
        let clerk = test_desk(DocKind::Register, Side::Commune, Role::Clerk);
        let mut form = merge(vec![id(1), id(2)], MergeInto::Existing(id(3)));
        assert_eq!(form.edit(&clerk).unwrap_err().0[0].what, FaultKind::OtherRole);
        form.passing = None;
        assert!(form.edit(&clerk).is_ok());
        let mut consult = MoveMerger::new(id(9), EventId([1; 16]), EventKind::MERGER_CONSULT, vec![]);
        assert_eq!(consult.edit(&clerk).unwrap_err().of(Field::FROM).unwrap().what, FaultKind::TooFew(2));
        consult.from = vec![id(1), id(2)];
        assert!(consult.edit(&clerk).is_ok());
        let bare = MoveMerger { kind: EventKind::MERGER_PASS, ..consult };
        let leader = test_desk(DocKind::Register, Side::Commune, Role::Leader);
        assert_eq!(bare.edit(&leader).unwrap_err().of(Field::DECISION).unwrap().what, FaultKind::Missing);
    }

    #[test]
    fn the_digest_knows_the_list_not_its_order() {
        assert_eq!(sources_hash(&[id(1), id(2)]), sources_hash(&[id(2), id(1)]));
        assert_ne!(sources_hash(&[id(1), id(2)]), sources_hash(&[id(1), id(3)]));
        assert_eq!(sources_hash(&[id(1), id(2)]), "amkmghpbkfhjgcjidgilgpnaijiehcfn");
    }
}
