//! The forms behind all forms: any record, any field.

use super::draft::{Draft, Typed, What, typed};
use super::{Desk, Edit, Fault, FaultKind, Faults, Form};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Value};
use crate::rules;

/// Begins a record of any kind, checked against the table of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddRecord {
    /// The new record's id.
    pub record: RecordId,
    /// What it is.
    pub kind: Kind,
    /// What was typed, in the order of the form.
    pub fields: Typed,
}

impl Form for AddRecord {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        draft.create(self.record, self.kind, self.fields.clone());
        draft.done()
    }
}

/// Gives one field of a record a new value; [`Value::Empty`] empties a field that may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetField {
    /// The record.
    pub record: RecordId,
    /// What it is.
    pub kind: Kind,
    /// The field.
    pub field: Field,
    /// The new value.
    pub value: Value,
}

impl Form for SetField {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        draft.set(self.record, self.kind, self.field, &self.value);
        draft.done()
    }
}

/// Says of a record that it was entered by mistake, or takes that back; the reason stays with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidRecord {
    /// The record.
    pub record: RecordId,
    /// What it is.
    pub kind: Kind,
    /// The id of the remark that says why.
    pub event: EventId,
    /// Whether it is by mistake.
    pub void: bool,
    /// What its writer sees of it, by [`crate::fold::seen`]: what others write without knowing is told by it.
    pub seen: String,
    /// Why.
    pub reason: String,
}

impl Form for VoidRecord {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        draft.set(self.record, self.kind, Field::VOID, &Value::Bool(self.void));
        if self.void {
            draft.set(self.record, self.kind, Field::VOID_SEEN, &Value::Text(self.seen.clone()));
        }
        if self.reason.trim().is_empty() {
            draft.fault(Field::REASON, FaultKind::Missing);
        } else {
            let what = What { event: self.event, record: self.record, kind: EventKind::COMMENT, after: &[] };
            draft.append(what, vec![(Field::TEXT, typed(&self.reason))]);
        }
        draft.done()
    }
}

/// Reads what was typed into a field of a kind of record.
///
/// # Errors
///
/// What is wrong with it.
pub fn read(kind: Kind, field: Field, typed: &str) -> Result<Value, Fault> {
    let column = rules::kind(kind).and_then(|rule| rule.column(field));
    let column = column.ok_or(Fault { field, what: FaultKind::NoSuchField })?;
    column.read(typed).map_err(|what| Fault { field, what })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::{MAX_WEIGHT, Write, pack, test_desk};
    use crate::id::DocKind;
    use crate::record::{Role, Side};

    const UNIT: RecordId = RecordId([1; 16]);

    fn unit(name: &str) -> AddRecord {
        let fields = vec![
            (Field::NAME, Value::Text(name.into())),
            (Field::UNIT_KIND, Value::Text("to_dan_pho".into())),
            (Field::HOUSEHOLDS, Value::Empty),
        ];
        AddRecord { record: UNIT, kind: Kind::UNIT, fields }
    }

    #[test]
    fn records_live_where_they_belong() {
        let desk = test_desk(DocKind::People, Side::Commune, Role::Clerk);
        let faults = unit("Tổ 1").edit(&desk).unwrap_err();
        assert_eq!(faults.0[0].what, FaultKind::OtherDocument);
        let desk = test_desk(DocKind::Register, Side::Province, Role::Clerk);
        assert_eq!(unit("Tổ 1").edit(&desk).unwrap_err().0[0].what, FaultKind::OtherSide);
    }

    #[test]
    fn all_faults_come_at_once_and_in_vietnamese() {
        let desk = test_desk(DocKind::Register, Side::Commune, Role::Clerk);
        let mut form = unit(" ");
        form.fields[2].1 = Value::Int(-1);
        form.fields.push((Field::STAGE, Value::Text("live".into())));
        let faults = form.edit(&desk).unwrap_err();
        let kinds: Vec<_> = faults.0.iter().map(|fault| fault.what).collect();
        assert_eq!(kinds, [FaultKind::Missing, FaultKind::OutOfRange(0, 100_000), FaultKind::NoSuchField]);
        assert_eq!(faults.of(Field::NAME).unwrap().vi(), "Tên: chưa nhập, đề nghị bổ sung.");
        assert!(faults.to_string().starts_with("Name: must not be empty; Households: must lie between"));
    }

    #[test]
    fn what_was_written_once_stays() {
        let desk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Leader);
        let form =
            |field, text: &str| SetField { record: UNIT, kind: Kind::ISSUE, field, value: Value::Text(text.into()) };
        assert_eq!(form(Field::TEXT, "khác").edit(&desk).unwrap_err().0[0].what, FaultKind::Fixed);
        assert!(form(Field::CATEGORY, "tru_so").edit(&desk).is_ok());
        assert_eq!(form(Field::CATEGORY, "").edit(&desk).unwrap_err().0[0].what, FaultKind::Missing);
        assert_eq!(form(Field::NAME, "x").edit(&desk).unwrap_err().0[0].what, FaultKind::NoSuchField);
    }

    #[test]
    fn what_was_entered_by_mistake_says_why() {
        let desk = test_desk(DocKind::Register, Side::Commune, Role::Clerk);
        let form = |reason: &str| VoidRecord {
            record: UNIT,
            kind: Kind::UNIT,
            event: EventId([2; 16]),
            void: true,
            seen: "abc".into(),
            reason: reason.into(),
        };
        assert_eq!(form(" ").edit(&desk).unwrap_err().0[0].field, Field::REASON);
        let edit = form("nhập hai lần").edit(&desk).unwrap();
        assert_eq!(edit.writes()[0], Write::Set { record: UNIT, field: Field::VOID, value: Value::Bool(true) });
        assert!(matches!(&edit.writes()[1], Write::Set { field: Field::VOID_SEEN, .. }));
        assert!(matches!(&edit.writes()[2], Write::Append { kind: EventKind::COMMENT, .. }));
    }

    #[test]
    fn demonstration_data_says_so() {
        let mut desk = test_desk(DocKind::Register, Side::Commune, Role::Clerk);
        desk.made_up = true;
        let edit = unit(" Tổ  1 ").edit(&desk).unwrap();
        let Write::Create { fields, .. } = &edit.writes()[0] else { panic!("a record is begun") };
        assert_eq!(fields[0], (Field::NAME, Value::Text("Tổ 1".into())));
        assert_eq!(fields.last(), Some(&(Field::MADE_UP, Value::Bool(true))));
        assert_eq!(fields.len(), 3);
    }

    #[test]
    fn packing_keeps_order_and_weight() {
        let desk = test_desk(DocKind::Register, Side::Commune, Role::Clerk);
        let edits: Vec<_> = (0..300).map(|n| unit(&format!("Tổ {n}")).edit(&desk).unwrap()).collect();
        let writes: Vec<_> = edits.iter().flat_map(|edit| edit.writes().to_vec()).collect();
        let packed = pack(edits);
        assert!(packed.len() > 1 && packed.len() < 10);
        assert!(packed.iter().all(|edit| edit.weight() <= MAX_WEIGHT));
        assert_eq!(packed.iter().flat_map(|edit| edit.writes().to_vec()).collect::<Vec<_>>(), writes);
    }

    proptest! {
        #[test]
        fn no_typed_value_is_too_heavy_or_unclean(text in "(\\PC|[\\n\\r\\t\\x07😀ệ]){0,60}", times in 1_usize..400) {
            let desk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
            let form = crate::edit::Comment {
                issue: UNIT,
                event: crate::id::EventId([2; 16]),
                text: text.repeat(times),
                numbers_only: false,
                urgent: false,
            };
            if let Ok(edit) = form.edit(&desk) {
                prop_assert!(edit.weight() <= MAX_WEIGHT);
                let bytes = postcard::to_stdvec(&edit).unwrap();
                prop_assert!(bytes.len() <= edit.weight());
                prop_assert_eq!(postcard::from_bytes::<Edit>(&bytes).unwrap(), edit);
            }
        }
    }
}
