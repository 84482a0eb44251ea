//! The rows of `holding_span` and `double`.

use std::collections::BTreeMap;

use hopluu_model::{Date, RecordId};
use rusqlite::{Connection, Row};

use crate::derive::people::ALWAYS;
use crate::load::{self, DocNo};
use crate::{Error, Result};

/// A holding as it counts.
pub(super) struct Span {
    pub(super) id: RecordId,
    pub(super) person: RecordId,
    pub(super) post: RecordId,
    pub(super) unit: Option<RecordId>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
    pub(super) main: bool,
    pub(super) ending: String,
    pub(super) in_clash: bool,
}

impl Span {
    pub(super) fn on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// The holdings of a document, by first day.
pub(super) fn spans(connection: &Connection, no: DocNo) -> Result<Vec<Span>> {
    let mut statement = connection.prepare_cached(
        "select record, person, post, unit, since, until, main, ending, in_clash from holding_span where doc = ?
         order by since, record",
    )?;
    let mut rows = statement.query([no])?;
    let mut spans = Vec::new();
    while let Some(row) = rows.next()? {
        spans.push(Span {
            id: load::record_id(row, 0)?,
            person: load::record_id(row, 1)?,
            post: load::record_id(row, 2)?,
            unit: row.get_ref(3)?.as_blob().ok().and_then(RecordId::from_slice),
            from: day(row, 4)?,
            to: day(row, 5)?,
            main: row.get(6)?,
            ending: row.get(7)?,
            in_clash: row.get(8)?,
        });
    }
    Ok(spans)
}

/// The records of persons that are doubles, and which was kept.
pub(super) fn doubles(connection: &Connection, no: DocNo) -> Result<BTreeMap<RecordId, RecordId>> {
    let mut statement = connection.prepare_cached("select record, kept from double where doc = ?")?;
    let mut rows = statement.query([no])?;
    let mut doubles = BTreeMap::new();
    while let Some(row) = rows.next()? {
        doubles.insert(load::record_id(row, 0)?, load::record_id(row, 1)?);
    }
    Ok(doubles)
}

/// The day in a column; `None` for no day, no beginning and no end.
pub(super) fn day(row: &Row<'_>, column: usize) -> Result<Option<Date>> {
    let Ok(text) = row.get_ref(column)?.as_str() else { return Ok(None) };
    if text == ALWAYS.0 || text == ALWAYS.1 {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::Unreadable("day"))
}
