//! How values of the domain read as JSON: ids as hexadecimal text, kinds and fields by their slugs.

use std::collections::BTreeMap;
use std::fmt::Display;

use hopluu_model::{Field, Value};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// Anything that has one plain text form.
pub(crate) fn text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// The same where there may be none.
pub(crate) fn some_text<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// The same for several.
pub(crate) fn texts<T: Display, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(values.len()))?;
    for value in values {
        list.serialize_element(&value.to_string())?;
    }
    list.end()
}

/// Fields by slug.
pub(crate) fn fields<S: Serializer>(fields: &BTreeMap<Field, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(fields.len()))?;
    for (field, value) in fields {
        map.serialize_entry(&field.to_string(), &Plain(value))?;
    }
    map.end()
}

/// One value.
pub(crate) fn value<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Empty => serializer.serialize_unit(),
        Value::Bool(yes) => serializer.serialize_bool(*yes),
        Value::Int(number) => serializer.serialize_i64(*number),
        Value::Text(text) => serializer.serialize_str(text),
        Value::Date(date) => serializer.collect_str(date),
        Value::Time(time) => serializer.serialize_i64(time.0),
        Value::Id(id) => serializer.collect_str(id),
        Value::Ids(ids) => texts(ids, serializer),
    }
}

/// One value, where there may be none.
pub(crate) fn some_value<S: Serializer>(some: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    match some {
        Some(some) => value(some, serializer),
        None => serializer.serialize_none(),
    }
}

struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        value(self.0, serializer)
    }
}
