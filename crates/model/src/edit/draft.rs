//! The growing edit behind every form: collects writes and faults, and gives out an edit only without faults.

use super::{Desk, Edit, Fault, FaultKind, Faults, MAX_ACCOUNT, MAX_WEIGHT, Write};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Role, Side, Value};
use crate::rules::{self, Column, Home};
use crate::text;

/// What was typed into the fields of a form, in its order.
pub(super) type Typed = Vec<(Field, Value)>;

/// Text as typed.
pub(super) fn typed(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A value as chosen, or nothing.
pub(super) fn maybe<T>(value: Option<T>, wrap: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Empty, wrap)
}

/// What happens to which record, and what its writer had seen of it.
#[derive(Clone, Copy)]
pub(super) struct What<'a> {
    pub(super) event: EventId,
    pub(super) record: RecordId,
    pub(super) kind: EventKind,
    pub(super) after: &'a [EventId],
}

pub(super) struct Draft<'a> {
    desk: &'a Desk,
    urgent: bool,
    writes: Vec<Write>,
    faults: Vec<Fault>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(desk: &'a Desk) -> Self {
        let mut draft = Self { desk, urgent: false, writes: Vec::new(), faults: Vec::new() };
        let name = &desk.stamp.by.name;
        if name.trim().is_empty() {
            draft.fault(Field::PERSON, FaultKind::Missing);
        } else if name.chars().count() > MAX_ACCOUNT {
            draft.fault(Field::PERSON, FaultKind::TooLong(MAX_ACCOUNT));
        } else if text::has_control(name) || name.contains('\n') {
            draft.fault(Field::PERSON, FaultKind::Control);
        }
        if !role_sits(desk.stamp.by.role, desk.side) {
            draft.fault(Field::PERSON, FaultKind::OtherSide);
        }
        draft
    }

    pub(super) fn fault(&mut self, field: Field, what: FaultKind) {
        self.faults.push(Fault { field, what });
    }

    pub(super) fn urgent(&mut self, urgent: bool) {
        self.urgent |= urgent;
    }

    /// Begins a record, checked against the table of its kind.
    pub(super) fn create(&mut self, record: RecordId, kind: Kind, typed: Typed) {
        let Some(rule) = rules::kind(kind) else { return self.fault(Field::NAME, FaultKind::NoSuchField) };
        self.home(rule.home);
        let mut fields = self.checked(rule.columns, typed, |field| rule.column(field));
        if self.desk.made_up && !fields.iter().any(|(field, _)| *field == Field::MADE_UP) {
            fields.push((Field::MADE_UP, Value::Bool(true)));
        }
        self.writes.push(Write::Create { record, kind, fields });
    }

    /// Gives a field a value that the document holds already.
    pub(super) fn set_again(&mut self, record: RecordId, field: Field, value: Value) {
        self.writes.push(Write::Set { record, field, value });
    }

    /// Gives a field a new value, checked against the table of the record's kind.
    pub(super) fn set(&mut self, record: RecordId, kind: Kind, field: Field, value: &Value) {
        let Some(rule) = rules::kind(kind) else { return self.fault(field, FaultKind::NoSuchField) };
        self.home(rule.home);
        let Some(column) = rule.column(field) else { return self.fault(field, FaultKind::NoSuchField) };
        if column.fixed {
            return self.fault(field, FaultKind::Fixed);
        }
        match column.check(value) {
            Ok(value) => self.writes.push(Write::Set { record, field, value }),
            Err(what) => self.fault(field, what),
        }
    }

    /// Appends an event, checked against its table: side, role, fields.
    pub(super) fn append(&mut self, what: What<'_>, typed: Typed) {
        let Some(rule) = rules::event(what.kind) else { return self.fault(Field::STATE, FaultKind::NoSuchField) };
        if let Some(home) = rule.on.and_then(rules::kind).map(|rule| rule.home) {
            self.home(home);
        }
        if !rule.sides.contains(&self.desk.side) {
            self.fault(Field::STATE, FaultKind::OtherSide);
        } else if !rule.roles.contains(&self.desk.stamp.by.role) {
            self.fault(Field::STATE, FaultKind::OtherRole);
        }
        let fields = self.checked(rule.columns, typed, |field| rule.column(field));
        self.append_free(what, fields);
    }

    /// Appends an event whose fields the form itself answers for.
    pub(super) fn append_free(&mut self, what: What<'_>, fields: Typed) {
        let What { event, record, kind, after } = what;
        let mut seen = if kind.is_state() { after.to_vec() } else { Vec::new() };
        seen.sort_unstable();
        seen.dedup();
        self.writes.push(Write::Append { event, record, kind, after: seen, fields });
    }

    /// Records letters where a category allows numbers only.
    pub(super) fn numbers_only(&mut self, field: Field, text: &str) {
        if text.chars().any(char::is_alphabetic) {
            self.fault(field, FaultKind::NumbersOnly);
        }
    }

    fn home(&mut self, home: Home) {
        if !home.holds(self.desk.doc.kind) {
            self.fault(Field::STATE, FaultKind::OtherDocument);
        }
        if home == Home::Bulletin && self.desk.side != Side::Province {
            self.fault(Field::STATE, FaultKind::OtherSide);
        }
    }

    fn checked(
        &mut self,
        columns: &'static [Column],
        typed: Typed,
        column: impl Fn(Field) -> Option<&'static Column>,
    ) -> Typed {
        let missing: Vec<Field> = columns
            .iter()
            .filter(|column| column.must && !typed.iter().any(|(field, _)| *field == column.field))
            .map(|column| column.field)
            .collect();
        let mut fields: Typed = Vec::with_capacity(typed.len());
        for (field, value) in typed {
            match column(field).map(|column| column.check(&value)) {
                None if value == Value::Empty => {}
                None => self.fault(field, FaultKind::NoSuchField),
                Some(Err(what)) => self.fault(field, what),
                Some(Ok(_)) if fields.iter().any(|(known, _)| *known == field) => {
                    self.fault(field, FaultKind::Repeated)
                }
                Some(Ok(Value::Empty)) => {}
                Some(Ok(value)) => fields.push((field, value)),
            }
        }
        for field in missing {
            self.fault(field, FaultKind::Missing);
        }
        fields
    }

    pub(super) fn done(mut self) -> Result<Edit, Faults> {
        let edit =
            Edit { doc: self.desk.doc, stamp: self.desk.stamp.clone(), urgent: self.urgent, writes: self.writes };
        if self.faults.is_empty() && edit.weight() > MAX_WEIGHT {
            self.faults.push(Fault { field: heaviest(&edit), what: FaultKind::TooMuch });
        }
        if self.faults.is_empty() { Ok(edit) } else { Err(Faults(self.faults)) }
    }
}

fn role_sits(role: Role, side: Side) -> bool {
    match role {
        Role::Clerk | Role::Leader => side == Side::Commune,
        Role::Triage | Role::Handler | Role::Admin => side == Side::Province,
        Role::Program => true,
    }
}

fn heaviest(edit: &Edit) -> Field {
    let fields = edit.writes.iter().flat_map(|write| match write {
        Write::Create { fields, .. } | Write::Append { fields, .. } => fields.as_slice(),
        Write::Set { .. } => &[],
    });
    fields.max_by_key(|(_, value)| super::heft(value)).map_or(Field::TEXT, |(field, _)| *field)
}
