//! The form that settles a clash.

use super::draft::{Draft, Typed, What};
use super::{Desk, Edit, FaultKind, Faults, Form};
use crate::fold::{self, Clash, ClashKind, ClashOption, Settler, WEIGHED};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Role, Side, Value};
use crate::rules;

/// Chooses one option of a clash, as the fold lists it now; all its options count as weighed.
///
/// The same field: its value is written again, after all rivals. Anything else: the chosen event or record is raised
/// again. What others settled meanwhile without knowing of this, and differently, brings the clash back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settle {
    /// The new event's id.
    pub event: EventId,
    /// The clash, found by its key among those the fold lists.
    pub clash: Clash,
    /// Which of its options, counted from 0.
    pub chosen: usize,
    /// Why; asked for when the province settles for a commune.
    pub reason: Option<String>,
}

impl Form for Settle {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        if desk.doc != self.clash.doc {
            draft.fault(Field::STATE, FaultKind::OtherDocument);
        }
        self.check_settler(desk, &mut draft);
        let Some(option) = self.clash.options.get(self.chosen) else {
            draft.fault(Field::CHOSEN, FaultKind::Unknown);
            return draft.done();
        };
        let mut fields = match self.clash.kind {
            ClashKind::SameField(field) => {
                draft.set_again(option.record, field, option.value.clone());
                if let (Field::VOID, Some(seen)) = (field, option.claims.first()) {
                    draft.set_again(option.record, Field::VOID_SEEN, Value::Text(fold::told(*seen)));
                }
                same_field(&self.clash, option, field)
            }
            kind => raised_again(&self.clash, option, kind),
        };
        let reason = Value::Text(self.reason.clone().unwrap_or_default());
        match rules::event(EventKind::SETTLE).and_then(|rule| rule.column(Field::REASON)).map(|it| it.check(&reason)) {
            None | Some(Ok(Value::Empty)) => {}
            Some(Ok(reason)) => fields.push((Field::REASON, reason)),
            Some(Err(what)) => draft.fault(Field::REASON, what),
        }
        let what = What { event: self.event, record: option.record, kind: EventKind::SETTLE, after: &option.after };
        draft.append_free(what, fields);
        draft.done()
    }
}

impl Settle {
    fn check_settler(&self, desk: &Desk, draft: &mut Draft<'_>) {
        let Settler { side, role } = self.clash.settles;
        let reasoned = self.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        let own_role = desk.stamp.by.role;
        if side == Side::Commune && desk.side == Side::Province {
            if own_role != Role::Admin {
                draft.fault(Field::STATE, FaultKind::OtherSide);
            } else if !reasoned {
                draft.fault(Field::REASON, FaultKind::Missing);
            }
        } else if desk.side != side {
            draft.fault(Field::STATE, FaultKind::OtherSide);
        } else if own_role != role && own_role != Role::Admin {
            draft.fault(Field::STATE, FaultKind::OtherRole);
        }
    }
}

/// The history of a field: which, what was chosen, what was weighed.
fn same_field(clash: &Clash, option: &ClashOption, field: Field) -> Typed {
    let weighed: Vec<_> = clash.options.iter().map(|option| option.text.vi.as_str()).collect();
    let weighed: String = format!("{WEIGHED}{}", weighed.join("; ")).chars().take(500).collect();
    vec![
        (Field::FIELD, Value::Int(field.0.into())),
        (Field::CHOSEN, option.value.clone()),
        (Field::TEXT, Value::Text(weighed)),
    ]
}

fn raised_again(clash: &Clash, option: &ClashOption, kind: ClashKind) -> Typed {
    let weighed: Vec<RecordId> = clash.options.iter().flat_map(|option| option.claims.iter().copied()).collect();
    let mut fields = vec![(Field::WEIGHED, Value::Ids(weighed))];
    match (&option.value, option.claims.first()) {
        (Value::Ids(together), _) => fields.push((Field::CHOSEN, Value::Ids(together.clone()))),
        (_, Some(chosen)) => fields.push((Field::CHOSEN, Value::Id(*chosen))),
        (_, None) => {}
    }
    if kind == ClashKind::MergerSources {
        fields.push((Field::SOURCES_HASH, option.value.clone()));
    }
    if !clash.topic.is_empty() {
        fields.push((Field::FUNCTIONS, Value::Text(clash.topic.clone())));
    }
    fields
}
