//! Forms about directives: what the province tells a commune to do, and how far the commune is.

use super::draft::{Draft, What, maybe, typed};
use super::{Desk, Edit, FaultKind, Faults, Form};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Value};
use crate::time::Date;

/// "Giao chỉ đạo": begins one commune's record of a directive, in that commune's issues, and gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveDirective {
    /// The new record's id, one for each commune.
    pub record: RecordId,
    /// The id of its first event.
    pub event: EventId,
    /// The id that all records of one directive share.
    pub group: RecordId,
    /// Its title.
    pub name: String,
    /// What is to be done.
    pub text: String,
    /// The day by which it is to be done.
    pub due: Option<Date>,
    /// Whether it cannot wait; it then travels before everything else.
    pub urgent: bool,
}

impl Form for GiveDirective {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::NAME, typed(&self.name)),
            (Field::TEXT, typed(&self.text)),
            (Field::OTHER, Value::Id(self.group)),
            (Field::ON, maybe(self.due, Value::Date)),
            (Field::URGENT, maybe(self.urgent.then_some(true), Value::Bool)),
        ];
        draft.create(self.record, Kind::DIRECTIVE, fields);
        let what = What { event: self.event, record: self.record, kind: EventKind::TASK_GIVEN, after: &[] };
        draft.append(what, Vec::new());
        draft.urgent(self.urgent);
        draft.done()
    }
}

/// Moves a directive on: received, working, done by the commune; recall by the province, given to give it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveTask {
    /// The directive.
    pub task: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// What happens.
    pub kind: EventKind,
    /// The frontier of the directive as its writer saw it ([`crate::fold::TaskFold::frontier`]).
    pub after: Vec<EventId>,
    /// What is said.
    pub text: Option<String>,
    /// The reason; may go with recall.
    pub reason: Option<String>,
}

impl Form for MoveTask {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        if !matches!(self.kind.0, 30..=34) {
            draft.fault(Field::STATE, FaultKind::Unknown);
        }
        let fields = vec![
            (Field::REASON, maybe(self.reason.as_deref(), typed)),
            (Field::TEXT, maybe(self.text.as_deref(), typed)),
        ];
        draft.append(What { event: self.event, record: self.task, kind: self.kind, after: &self.after }, fields);
        draft.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{SetField, Write, test_desk};
    use crate::id::DocKind;
    use crate::record::{Role, Side};

    const TASK: RecordId = RecordId([1; 16]);
    const EVENT: EventId = EventId([2; 16]);

    fn give() -> GiveDirective {
        GiveDirective {
            record: TASK,
            event: EVENT,
            group: RecordId([3; 16]),
            name: "Rà soát trụ sở dôi dư".into(),
            text: "Báo cáo danh mục trụ sở dôi dư.".into(),
            due: Date::new(2026, 12, 15),
            urgent: false,
        }
    }

    #[test]
    fn the_province_gives_and_the_commune_does() {
        let triage = test_desk(DocKind::Issues(2026), Side::Province, Role::Triage);
        let clerk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        let edit = give().edit(&triage).unwrap();
        assert!(matches!(edit.writes()[1], Write::Append { kind: EventKind::TASK_GIVEN, .. }));
        assert_eq!(give().edit(&clerk).unwrap_err().0[0].what, FaultKind::OtherSide);
        let done = |kind| MoveTask { task: TASK, event: EVENT, kind, after: vec![EVENT], text: None, reason: None };
        for kind in [EventKind::TASK_RECEIVED, EventKind::TASK_WORKING, EventKind::TASK_DONE] {
            assert!(done(kind).edit(&clerk).is_ok());
            assert_eq!(done(kind).edit(&triage).unwrap_err().0[0].what, FaultKind::OtherSide);
        }
        assert!(done(EventKind::TASK_RECALL).edit(&triage).is_ok());
        assert_eq!(done(EventKind::SOLVED).edit(&clerk).unwrap_err().0[0].what, FaultKind::Unknown);
    }

    #[test]
    fn what_was_ordered_stays_as_it_was() {
        let triage = test_desk(DocKind::Issues(2026), Side::Province, Role::Triage);
        for field in [Field::NAME, Field::TEXT, Field::ON, Field::URGENT, Field::OTHER] {
            let form = SetField { record: TASK, kind: Kind::DIRECTIVE, field, value: Value::Empty };
            assert_eq!(form.edit(&triage).unwrap_err().0[0].what, FaultKind::Fixed);
        }
    }
}
