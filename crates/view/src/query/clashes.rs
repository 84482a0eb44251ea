//! What is to be settled.

use hopluu_model::fold::{Clash, ClashKind};
use hopluu_model::rules::{self, Home};
use hopluu_model::{CollectionId, DocId, Field, Kind, RecordId, Value};
use rusqlite::{Connection, Row, params};
use serde::Serialize;

pub use crate::derive::clashes::OptionRow;
use crate::derive::clashes::{self, Scope};
use crate::derive::today;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::{book, history, plain};
use crate::{Error, Result};

/// Things that cannot all hold, as lists show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClashRow {
    /// Its key, the same on every machine.
    pub key: String,
    /// What sort it is (slug).
    pub kind: String,
    /// What the list says, in Vietnamese.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// What follows from the choice, in Vietnamese.
    pub consequence: String,
    /// The same in English.
    pub consequence_en: String,
    /// Whose.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The record it is listed under.
    #[serde(serialize_with = "plain::text")]
    pub record: RecordId,
    /// The name of that record in lists.
    pub name: String,
    /// What that record is.
    #[serde(serialize_with = "plain::text")]
    pub record_kind: Kind,
    /// Which side settles it: `commune` or `province`.
    pub settler: String,
    /// The function that is in two buildings; else empty.
    pub topic: String,
    /// What may be chosen.
    pub options: Vec<OptionRow>,
}

/// A clash as lists show it and as a form needs it to settle it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClashDetail {
    /// As lists show it.
    pub row: ClashRow,
    /// As the folds found it, just now.
    #[serde(skip)]
    pub clash: Clash,
}

// Nobody is named in lists that are for all: a holding by post and unit, persons and leavings not at all.
pub(crate) const NAME: &str = "coalesce(case r.kind
     when 6 then (select p.name || coalesce(' ' || u.name, '') from holding_span s join record p on p.id = s.post
                    left join record u on u.id = s.unit where s.doc = r.doc and s.record = r.id limit 1)
     when 4 then null else r.name end, '')";

fn row() -> String {
    format!(
        "select c.key, c.kind, d.id, c.record, {NAME}, coalesce(r.kind, 0), c.settler, c.topic, c.options, c.scope, c.doc
         from clash c join document d on d.n = c.doc left join record r on r.doc = c.doc and r.id = c.record"
    )
}

impl Reader {
    /// What is to be settled in one collection or in all, by collection, sort and key.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clashes(&self, collection: Option<CollectionId>) -> Result<Vec<ClashRow>> {
        self.ask(|connection| {
            let mut clashes = listed(connection, collection)?;
            for clash in &mut clashes {
                name(connection, clash)?;
            }
            Ok(clashes)
        })
    }

    /// One clash by the beginning of its key (at least four characters); `None` when there is none, or
    /// several begin so.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clash(&self, prefix: &str) -> Result<Option<ClashDetail>> {
        let letters: Vec<char> = prefix.trim().chars().filter(|letter| *letter != '-').collect();
        if letters.len() < 4 || !letters.iter().all(char::is_ascii_alphanumeric) {
            return Ok(None);
        }
        // Keys are kept as they are read out: in groups of four.
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        let prefix = groups.join("-").to_ascii_lowercase();
        self.ask(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("{} where c.key >= ?1 and c.key < ?1 || '~' limit 2", row()))?;
            let mut rows = statement.query([&prefix])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let (mut found, scope, no) = (clash_row(row)?, row.get(9)?, row.get(10)?);
            name(connection, &mut found)?;
            let doc = document_id(row)?;
            if rows.next()?.is_some() {
                return Ok(None);
            }
            let scope = Scope::read(scope, found.record)?;
            let clashes = clashes::find(connection, scope, no, doc, today(connection)?)?;
            let clash = clashes.into_iter().find(|clash| clash.key.to_string() == found.key);
            Ok(clash.map(|clash| ClashDetail { row: found, clash }))
        })
    }
}

/// The clashes of one collection or of all, as they are stored: what has no name of its own is not named.
pub(crate) fn listed(connection: &Connection, collection: Option<CollectionId>) -> Result<Vec<ClashRow>> {
    let mut statement = connection.prepare_cached(&format!(
        "{} where ?1 is null or d.collection = ?1 order by d.collection, c.kind, c.key",
        row()
    ))?;
    let mut rows = statement.query(params![collection.map(|id| id.0)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(clash_row(row)?);
    }
    Ok(found)
}

/// Names what has no name of its own: the record of a clash, and records that may be chosen as a field's value.
fn name(connection: &Connection, clash: &mut ClashRow) -> Result<()> {
    if clash.name.is_empty() {
        clash.name = name_of(connection, clash.record)?;
    }
    let field = clash.kind.strip_prefix("same_field:").and_then(Field::from_slug);
    if field.is_some_and(|field| !rules::points_at(field).is_empty()) {
        for option in &mut clash.options {
            name_last(connection, &mut option.text)?;
            name_last(connection, &mut option.text_en)?;
        }
    }
    Ok(())
}

/// Names the record whose id a text ends with.
pub(crate) fn name_last(connection: &Connection, text: &mut String) -> Result<()> {
    let start = text.rfind(' ').map_or(0, |space| space + 1);
    if let Ok(record) = text[start..].parse::<RecordId>() {
        let name = name_of(connection, record)?;
        text.replace_range(start.., if name.is_empty() { record.short() } else { name }.as_str());
    }
    Ok(())
}

/// The name of a record that has none of its own; of a person and what belongs to one, none.
pub(crate) fn name_of(connection: &Connection, record: RecordId) -> Result<String> {
    let Some((no, record)) = history::find(connection, record)? else { return Ok(String::new()) };
    if rules::kind(record.kind).is_some_and(|rule| rule.home == Home::People) {
        return Ok(String::new());
    }
    let title = book::title(connection, &record)?;
    if record.kind != Kind::MERGER || !title.is_empty() {
        return Ok(title);
    }
    // What only ends or joins units is called by these.
    let mut units = Vec::new();
    for unit in record.get(Field::FROM).map_or(&[][..], Value::as_ids) {
        units.extend(load::record(connection, no, *unit)?.map(|unit| unit.text(Field::NAME).to_owned()));
    }
    Ok(units.join(", "))
}

/// The clashes listed under a record.
pub(crate) fn of_record(connection: &Connection, no: DocNo, id: RecordId) -> Result<Vec<ClashRow>> {
    let mut statement =
        connection.prepare_cached(&format!("{} where c.doc = ? and c.record = ? order by c.kind, c.key", row()))?;
    let mut rows = statement.query(params![no, id.as_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(clash_row(row)?);
    }
    Ok(found)
}

fn clash_row(row: &Row<'_>) -> Result<ClashRow> {
    let options: String = row.get(8)?;
    let kind: String = row.get(1)?;
    let sort = ClashKind::from_slug(&kind).ok_or(Error::Unreadable("clash"))?;
    let (text, consequence) = (sort.text(), sort.consequence());
    Ok(ClashRow {
        key: row.get(0)?,
        kind,
        text: text.vi,
        text_en: text.en,
        consequence: consequence.vi,
        consequence_en: consequence.en,
        collection: document_id(row)?.collection,
        record: load::record_id(row, 3)?,
        name: row.get(4)?,
        record_kind: Kind(row.get(5)?),
        settler: row.get(6)?,
        topic: row.get(7)?,
        options: serde_json::from_str(&options).map_err(|_| Error::Unreadable("clash"))?,
    })
}

fn document_id(row: &Row<'_>) -> Result<DocId> {
    DocId::from_slice(row.get_ref(2)?.as_blob().unwrap_or_default()).ok_or(Error::Unreadable("document"))
}
