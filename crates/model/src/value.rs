//! What a field of a record or an event holds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::time::{Date, Timestamp};

/// One scalar value of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Nothing, said on purpose: the field was emptied.
    Empty,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Int(i64),
    /// Text in NFC.
    Text(String),
    /// A legal date.
    Date(Date),
    /// A moment.
    Time(Timestamp),
    /// Another record.
    Id(RecordId),
    /// Other records, in the order given.
    Ids(Vec<RecordId>),
}

impl Value {
    /// The text, when it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, when it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The date, when it is one.
    #[must_use]
    pub fn as_date(&self) -> Option<Date> {
        if let Self::Date(date) = self { Some(*date) } else { None }
    }

    /// The record named, when it names one.
    #[must_use]
    pub fn as_id(&self) -> Option<RecordId> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    /// The records named; empty when it names none.
    #[must_use]
    pub fn as_ids(&self) -> &[RecordId] {
        if let Self::Ids(ids) = self { ids } else { &[] }
    }
}

/// For people: dates as offices write them, numbers plain, records by the first digits of their id.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Bool(yes) => f.write_str(if *yes { "có" } else { "không" }),
            Self::Int(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Date(date) => f.write_str(&date.vi()),
            Self::Time(time) => write!(f, "{time}"),
            Self::Id(id) => f.write_str(&id.short()),
            Self::Ids(ids) => {
                let ids: Vec<_> = ids.iter().map(RecordId::short).collect();
                f.write_str(&ids.join(", "))
            }
        }
    }
}
