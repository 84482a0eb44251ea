//! Values as the JSON that the tables hold.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use hopluu_model::{By, Field, Held, Role, Snapshot, Stamp, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A value with a one-letter tag for its type.
#[derive(Serialize, Deserialize)]
enum Cell<'a> {
    #[serde(rename = "e")]
    Empty,
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "i")]
    Int(i64),
    #[serde(rename = "t")]
    Text(Cow<'a, str>),
    #[serde(rename = "d")]
    Date(String),
    #[serde(rename = "m")]
    Time(i64),
    #[serde(rename = "r")]
    Id(String),
    #[serde(rename = "l")]
    Ids(Vec<String>),
}

/// A held value; origin is left out where it is the record's own.
#[derive(Serialize, Deserialize)]
struct HeldCell<'a> {
    v: Cell<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<(i64, Cow<'a, str>, Role)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    r: Vec<HeldCell<'a>>,
}

/// The fields of a snapshot as JSON: field number to value, origin and rivals.
pub(crate) fn fields_to_json(snapshot: &Snapshot) -> Result<String> {
    let cells: BTreeMap<u16, HeldCell<'_>> =
        snapshot.fields.iter().map(|(field, held)| (field.0, held_cell(held, snapshot))).collect();
    Ok(serde_json::to_string(&cells)?)
}

/// Reads what [`fields_to_json`] wrote; `own` is the record the fields belong to.
pub(crate) fn fields_from_json(json: &str, own: &Snapshot) -> Result<BTreeMap<Field, Held>> {
    let cells: BTreeMap<u16, HeldCell<'_>> = serde_json::from_str(json).map_err(|_| Error::Unreadable("record"))?;
    cells.into_iter().map(|(field, cell)| Ok((Field(field), held(cell, own)?))).collect()
}

/// The fields of an event as JSON: field number to value.
pub(crate) fn values_to_json(fields: &BTreeMap<Field, Value>) -> Result<String> {
    let cells: BTreeMap<u16, Cell<'_>> = fields.iter().map(|(field, value)| (field.0, cell(value))).collect();
    Ok(serde_json::to_string(&cells)?)
}

/// Reads what [`values_to_json`] wrote.
pub(crate) fn values_from_json(json: &str) -> Result<BTreeMap<Field, Value>> {
    let cells: BTreeMap<u16, Cell<'_>> = serde_json::from_str(json).map_err(|_| Error::Unreadable("event"))?;
    cells.into_iter().map(|(field, cell)| Ok((Field(field), value(cell)?))).collect()
}

/// One value as JSON.
pub(crate) fn value_to_json(value: &Value) -> Result<String> {
    Ok(serde_json::to_string(&cell(value))?)
}

/// Reads what [`value_to_json`] wrote.
pub(crate) fn value_from_json(json: &str) -> Result<Value> {
    value(serde_json::from_str(json).map_err(|_| Error::Unreadable("value"))?)
}

/// The part somebody played, as the tables hold it.
pub(crate) fn role_to_text(role: Role) -> &'static str {
    match role {
        Role::Clerk => "clerk",
        Role::Leader => "leader",
        Role::Triage => "triage",
        Role::Handler => "handler",
        Role::Admin => "admin",
        Role::Program => "program",
    }
}

/// Reads what [`role_to_text`] wrote.
pub(crate) fn role_from_text(text: &str) -> Result<Role> {
    Ok(match text {
        "clerk" => Role::Clerk,
        "leader" => Role::Leader,
        "triage" => Role::Triage,
        "handler" => Role::Handler,
        "admin" => Role::Admin,
        "program" => Role::Program,
        _ => return Err(Error::Unreadable("role")),
    })
}

fn held_cell<'a>(held: &'a Held, own: &Snapshot) -> HeldCell<'a> {
    HeldCell {
        v: cell(&held.value),
        s: (held.stamp != own.stamp).then(|| {
            let Stamp { at, by } = &held.stamp;
            (at.0, Cow::Borrowed(by.name.as_str()), by.role)
        }),
        a: (held.actor != own.actor).then(|| held.actor.to_string()),
        r: held.rivals.iter().map(|rival| held_cell(rival, own)).collect(),
    }
}

fn held(cell: HeldCell<'_>, own: &Snapshot) -> Result<Held> {
    Ok(Held {
        value: value(cell.v)?,
        stamp: cell.s.map_or_else(
            || own.stamp.clone(),
            |(at, name, role)| Stamp { at: Timestamp(at), by: By { name: name.into_owned(), role } },
        ),
        actor: cell.a.map_or(Ok(own.actor), |actor| parse(&actor))?,
        rivals: cell.r.into_iter().map(|rival| held(rival, own)).collect::<Result<_>>()?,
    })
}

fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Empty => Cell::Empty,
        Value::Bool(yes) => Cell::Bool(*yes),
        Value::Int(number) => Cell::Int(*number),
        Value::Text(text) => Cell::Text(Cow::Borrowed(text)),
        Value::Date(date) => Cell::Date(date.to_string()),
        Value::Time(time) => Cell::Time(time.0),
        Value::Id(id) => Cell::Id(id.to_string()),
        Value::Ids(ids) => Cell::Ids(ids.iter().map(ToString::to_string).collect()),
    }
}

fn value(cell: Cell<'_>) -> Result<Value> {
    Ok(match cell {
        Cell::Empty => Value::Empty,
        Cell::Bool(yes) => Value::Bool(yes),
        Cell::Int(number) => Value::Int(number),
        Cell::Text(text) => Value::Text(text.into_owned()),
        Cell::Date(date) => Value::Date(parse(&date)?),
        Cell::Time(time) => Value::Time(Timestamp(time)),
        Cell::Id(id) => Value::Id(parse(&id)?),
        Cell::Ids(ids) => Value::Ids(ids.iter().map(|id| parse(id)).collect::<Result<_>>()?),
    })
}

fn parse<T: FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::Unreadable("value"))
}
