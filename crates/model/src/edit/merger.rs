//! Forms about mergers of units.

use super::draft::{Draft, Typed, What, maybe, typed};
use super::{Desk, Edit, FaultKind, Faults, Form, MAX_TEXT};
use crate::fold::{Action, Known};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Value};
use crate::time::Date;

/// Bytes of names that a passing carries; a change has to carry the list of sources as well.
const MAX_KNOWN: usize = 6_000;

/// Into what units are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeInto {
    /// A unit that exists and is not among the sources. It has the households of its sources on top of its own
    /// number as long as that stays what it was when the merger was passed.
    Existing(RecordId),
    /// A new unit, also when it takes over the name of a source: the name stays, its meaning changes.
    New {
        /// The new unit's id.
        record: RecordId,
        /// Its name.
        name: String,
    },
}

/// A unit that a split makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The new unit's id.
    pub record: RecordId,
    /// Its name.
    pub name: String,
    /// Its households, where they are known.
    pub households: Option<i64>,
}

/// What is decided about units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// At least two become one, of a kind (slug).
    Merge {
        /// Into what.
        into: MergeInto,
        /// Slug of the kind of the merged unit.
        kind: String,
    },
    /// One becomes at least two new ones.
    Split {
        /// Which.
        parts: Vec<Part>,
        /// Slug of their kind.
        kind: String,
    },
    /// One gets another name.
    Rename {
        /// The name.
        name: String,
    },
    /// Units end.
    Dissolve {
        /// The unit that takes their households, where one does.
        into: Option<RecordId>,
    },
    /// Units become units of another kind.
    Convert {
        /// Its slug.
        kind: String,
    },
}

impl Deed {
    /// What it is.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Self::Merge { .. } => Action::Merge,
            Self::Split { .. } => Action::Split,
            Self::Rename { .. } => Action::Rename,
            Self::Dissolve { .. } => Action::Dissolve,
            Self::Convert { .. } => Action::Convert,
        }
    }

    fn fields(&self) -> Typed {
        match self {
            Self::Merge { into: MergeInto::Existing(unit), kind } => {
                vec![(Field::INTO, Value::Id(*unit)), (Field::UNIT_KIND, typed(kind))]
            }
            Self::Merge { into: MergeInto::New { record, name }, kind } => vec![
                (Field::INTO, Value::Id(*record)),
                (Field::INTO_NAME, typed(name)),
                (Field::UNIT_KIND, typed(kind)),
            ],
            Self::Split { parts, kind } => {
                let ids = parts.iter().map(|part| part.record).collect();
                vec![(Field::PARTS, Value::Ids(ids)), (Field::UNIT_KIND, typed(kind))]
            }
            Self::Rename { name } => vec![(Field::INTO_NAME, typed(name))],
            Self::Dissolve { into } => vec![(Field::INTO, maybe(*into, Value::Id))],
            Self::Convert { kind } => vec![(Field::UNIT_KIND, typed(kind))],
        }
    }

    /// The units it makes: id, name, kind, households.
    fn makes(&self) -> Vec<(RecordId, &str, &str, Option<i64>)> {
        match self {
            Self::Merge { into: MergeInto::New { record, name }, kind } => vec![(*record, name, kind, None)],
            Self::Split { parts, kind } => {
                parts.iter().map(|part| (part.record, part.name.as_str(), kind.as_str(), part.households)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The field of the form in which something is missing; names and kinds must be there though the table of mergers,
    /// which serves all deeds, does not say so.
    fn check(&self, from: &[RecordId], draft: &mut Draft<'_>) {
        let empty = |text: &str| text.trim().is_empty();
        match self {
            Self::Merge { kind, .. } | Self::Convert { kind } if empty(kind) => {
                draft.fault(Field::UNIT_KIND, FaultKind::Missing);
            }
            Self::Split { parts, .. } if parts.len() < 2 => draft.fault(Field::PARTS, FaultKind::TooFew(2)),
            Self::Rename { name } if empty(name) => draft.fault(Field::INTO_NAME, FaultKind::Missing),
            Self::Merge { into: MergeInto::New { name, .. }, .. } if empty(name) => {
                draft.fault(Field::INTO_NAME, FaultKind::Missing);
            }
            Self::Merge { into: MergeInto::Existing(unit), .. } | Self::Dissolve { into: Some(unit) }
                if from.contains(unit) =>
            {
                draft.fault(Field::INTO, FaultKind::Repeated);
            }
            _ => {}
        }
        let action = self.action();
        if from.len() < action.least() {
            draft.fault(Field::FROM, FaultKind::TooFew(action.least()));
        } else if action.single() && from.len() > 1 {
            draft.fault(Field::FROM, FaultKind::TooMany(1));
        }
    }
}

/// With what a merger is passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passing {
    /// Number of the document.
    pub decision: String,
    /// The body that passed it; which one depends on the regime and the date.
    pub body: String,
    /// The day it takes effect; must be there.
    pub effective_on: Option<Date>,
    /// What is known of its units now: later edits are told by it from those that whoever passes it has seen.
    pub known: Known,
}

impl Passing {
    fn fields(&self, sources: &[RecordId]) -> Typed {
        let mut fields = vec![
            (Field::DECISION, typed(&self.decision)),
            (Field::BODY, typed(&self.body)),
            (Field::EFFECTIVE_ON, maybe(self.effective_on, Value::Date)),
            (Field::SOURCES_HASH, Value::Text(sources_hash(sources))),
            (Field::HOUSEHOLDS, maybe(self.known.target, Value::Int)),
        ];
        let number = |households: &Option<i64>| households.map_or_else(|| "-".to_owned(), |count| count.to_string());
        let (names, households) = (self.known.names.join("\n"), &self.known.households);
        // A list that does not fit is left out: late edits are then not told, and nothing else is lost.
        if names.chars().count() <= MAX_TEXT && names.len() <= MAX_KNOWN {
            let numbers: Vec<_> = households.iter().map(number).collect();
            fields.push((Field::FROM_NAMES, Value::Text(names)));
            fields.push((Field::FROM_HOUSEHOLDS, Value::Text(numbers.join("\n"))));
        }
        fields
    }
}

/// Begins a decision about units; drafted, or passed at once when the document is there already.
///
/// What it makes become unit records of their own, which exist from the day it takes effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideUnits {
    /// The new merger's id.
    pub merger: RecordId,
    /// The id of its first event.
    pub event: EventId,
    /// The units it is about, each once.
    pub from: Vec<RecordId>,
    /// What is decided.
    pub deed: Deed,
    /// With what it is passed; `None` only drafts it.
    pub passing: Option<Passing>,
}

impl Form for DecideUnits {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let mut fields =
            vec![(Field::ACTION, typed(self.deed.action().slug())), (Field::FROM, Value::Ids(self.from.clone()))];
        fields.extend(self.deed.fields());
        self.deed.check(&self.from, &mut draft);
        draft.create(self.merger, Kind::MERGER, fields);
        let from = self.passing.as_ref().and_then(|passing| passing.effective_on);
        for (record, name, kind, households) in self.deed.makes() {
            let fields = vec![
                (Field::NAME, typed(name)),
                (Field::UNIT_KIND, typed(kind)),
                (Field::HOUSEHOLDS, maybe(households, Value::Int)),
                (Field::VALID_FROM, maybe(from, Value::Date)),
            ];
            draft.create(record, Kind::UNIT, fields);
        }
        let (kind, fields) = match &self.passing {
            Some(passing) => (EventKind::MERGER_PASS, passing.fields(&self.from)),
            None => (EventKind::MERGER_DRAFT, Vec::new()),
        };
        draft.append(What { event: self.event, record: self.merger, kind, after: &[] }, fields);
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
    /// What it does.
    pub action: Action,
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
        let (action, from) = (Action::default(), Vec::new());
        Self { merger, event, kind, after, action, from, passing: None, decision: None, reason: None, text: None }
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
        let asks = matches!(self.kind, EventKind::MERGER_CONSULT | EventKind::MERGER_PASS);
        if asks && self.from.len() < self.action.least() {
            draft.fault(Field::FROM, FaultKind::TooFew(self.action.least()));
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

    fn merge(from: Vec<RecordId>, into: MergeInto) -> DecideUnits {
        decide(from, Deed::Merge { into, kind: "to_dan_pho".into() })
    }

    fn decide(from: Vec<RecordId>, deed: Deed) -> DecideUnits {
        let passing = Passing {
            decision: "00/QĐ-UBND (mẫu)".into(),
            body: "Ủy ban nhân dân phường".into(),
            effective_on: Date::new(2026, 12, 1),
            known: Known {
                names: vec!["Tổ 1".into(), "Tổ 2".into()], households: vec![Some(90), None], target: None
            },
        };
        DecideUnits { merger: id(9), event: EventId([9; 16]), from, deed, passing: Some(passing) }
    }

    fn writes(form: &DecideUnits) -> Vec<String> {
        let desk = test_desk(DocKind::Register, Side::Commune, Role::Leader);
        let edit = form.edit(&desk).unwrap();
        let name = |write: &Write| match write {
            Write::Create { kind, .. } => kind.to_string(),
            Write::Append { kind, .. } => kind.to_string(),
            Write::Set { field, .. } => field.to_string(),
        };
        edit.writes().iter().map(name).collect()
    }

    #[test]
    fn a_merger_into_a_new_unit_makes_the_unit_too() {
        let into = MergeInto::New { record: id(8), name: "Tổ dân phố 4".into() };
        assert_eq!(writes(&merge(vec![id(1), id(2)], into)), ["merger", "unit", "merger_pass"]);
    }

    #[test]
    fn every_deed_says_what_it_needs() {
        let desk = test_desk(DocKind::Register, Side::Commune, Role::Leader);
        let part = |n, name: &str| Part { record: id(n), name: name.into(), households: Some(40) };
        let split = |parts| Deed::Split { parts, kind: "xom".into() };
        let whole = decide(vec![id(1)], split(vec![part(7, "Xóm 1"), part(8, "Xóm 2")]));
        assert_eq!(writes(&whole), ["merger", "unit", "unit", "merger_pass"]);
        let convert = decide((1..40).map(id).collect(), Deed::Convert { kind: "to_dan_pho".into() });
        assert_eq!(writes(&convert), ["merger", "merger_pass"]);
        assert_eq!(writes(&decide(vec![id(1)], Deed::Dissolve { into: None })), ["merger", "merger_pass"]);
        let fault = |from: Vec<RecordId>, deed| {
            let fault = decide(from, deed).edit(&desk).unwrap_err().0[0].clone();
            (fault.field, fault.what)
        };
        let few = fault(vec![id(1)], split(vec![part(7, "Xóm 1")]));
        assert_eq!(few, (Field::PARTS, FaultKind::TooFew(2)));
        let both = fault(vec![id(1), id(2)], Deed::Rename { name: "Xóm Đồng".into() });
        assert_eq!(both, (Field::FROM, FaultKind::TooMany(1)));
        assert_eq!(fault(vec![id(1)], Deed::Rename { name: " ".into() }), (Field::INTO_NAME, FaultKind::Missing));
        assert_eq!(fault(vec![id(1)], Deed::Convert { kind: String::new() }), (Field::UNIT_KIND, FaultKind::Missing));
        assert_eq!(fault(vec![id(1)], Deed::Dissolve { into: Some(id(1)) }), (Field::INTO, FaultKind::Repeated));
        assert_eq!(fault(vec![], Deed::Dissolve { into: None }), (Field::FROM, FaultKind::TooFew(1)));
        let mut undated = decide(vec![id(1)], Deed::Rename { name: "Xóm Đồng".into() });
        undated.passing.as_mut().unwrap().effective_on = None;
        assert_eq!(undated.edit(&desk).unwrap_err().of(Field::EFFECTIVE_ON).unwrap().what, FaultKind::Missing);
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
