//! What is to be settled: the list of clashes, which the folds find.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{self, Clash, ClashOption, RegisterFold, Settler, SiteFold};
use hopluu_model::{CollectionId, Date, DocId, Kind, RecordId, Side, Value};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::cell::role_to_text;
use crate::derive::commune::{People, Register};
use crate::derive::pointers;
use crate::load::{self, DocNo};
use crate::{Error, Result};

/// By which fold a clash is found, and so when it is looked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Within one record: its fields, and the events of an issue.
    Record(RecordId),
    /// Within a register: mergers, units, buildings.
    Register,
    /// Among those who hold posts.
    People,
}

impl Scope {
    fn number(self) -> i64 {
        match self {
            Self::Record(_) => 1,
            Self::Register => 2,
            Self::People => 3,
        }
    }

    /// Reads a scope back from its number and the record of the clash.
    pub(crate) fn read(number: i64, record: RecordId) -> Result<Self> {
        match number {
            1 => Ok(Self::Record(record)),
            2 => Ok(Self::Register),
            3 => Ok(Self::People),
            _ => Err(Error::Unreadable("clash")),
        }
    }
}

/// One of the things that cannot all hold, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionRow {
    /// What it is, in Vietnamese.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// The record on which it would be settled, in hexadecimal.
    pub record: String,
    /// Entered when, by the author's clock, in milliseconds of UTC.
    pub at: i64,
    /// Who typed it.
    pub by: String,
    /// The part they played.
    pub role: String,
    /// The author chain it came by, in hexadecimal.
    pub actor: String,
}

/// The clashes of a register: within each merger, between mergers, between buildings.
pub(crate) fn of_register(register: &Register, fold: RegisterFold, sites: SiteFold) -> Vec<Clash> {
    let mut clashes = fold.clashes;
    let held = register.mergers.iter().filter(|(merger, _)| !merger.is_void());
    clashes.extend(held.flat_map(|(_, fold)| fold.clashes.iter().cloned()));
    clashes.extend(sites.clashes);
    clashes
}

/// Looks for the clashes of a scope once more.
pub(crate) fn find(connection: &Connection, scope: Scope, no: DocNo, doc: DocId, today: Date) -> Result<Vec<Clash>> {
    let collection: CollectionId = doc.collection;
    Ok(match scope {
        Scope::Record(record) => of_record(connection, no, doc, record)?,
        Scope::Register => Register::load(connection, collection)?
            .map_or_else(Vec::new, |register| of_register(&register, register.fold(today), register.fold_sites())),
        Scope::People => People::load(connection, collection)?.map_or_else(Vec::new, |people| people.fold().clashes),
    })
}

/// Replaces the listed clashes of a scope by those found, and names the records whose clashes came or went.
pub(crate) fn put(
    tx: &Connection,
    scope: Scope,
    no: DocNo,
    found: &[Clash],
    also: &mut BTreeSet<RecordId>,
) -> Result<()> {
    let mut known = listed(tx, scope, no)?;
    for clash in found {
        let key = clash.key.to_string();
        let options: Vec<OptionRow> = clash.options.iter().map(option).collect();
        let options = serde_json::to_string(&options)?;
        if known.remove(&key).is_some_and(|(_, old)| old == options) {
            continue;
        }
        also.insert(clash.record);
        also.extend(clash.options.iter().map(|option| option.record));
        tx.prepare_cached("insert or replace into clash values (?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
            key,
            scope.number(),
            no,
            clash.record.as_bytes(),
            clash.kind.slug(),
            settler(clash.settles),
            clash.topic,
            options,
        ])?;
    }
    for (key, (record, _)) in known {
        also.insert(record);
        tx.prepare_cached("delete from clash where key = ?")?.execute([key])?;
    }
    Ok(())
}

/// The clashes listed for a scope: key to record and options.
fn listed(tx: &Connection, scope: Scope, no: DocNo) -> Result<BTreeMap<String, (RecordId, String)>> {
    let mut statement = tx.prepare_cached(
        "select key, record, options from clash where doc = ?1 and (?2 is null or record = ?2) and scope = ?3",
    )?;
    let record = if let Scope::Record(record) = scope { Some(record.0) } else { None };
    let mut rows = statement.query(params![no, record, scope.number()])?;
    let mut known = BTreeMap::new();
    while let Some(row) = rows.next()? {
        known.insert(row.get(0)?, (load::record_id(row, 1)?, row.get(2)?));
    }
    Ok(known)
}

fn option(option: &ClashOption) -> OptionRow {
    // A record as a value of a field is named when it is asked for, as it is called by then.
    let named = match &option.value {
        Value::Id(id) if option.text.vi == option.value.to_string() => Some(id.to_string()),
        _ => None,
    };
    OptionRow {
        text: named.clone().unwrap_or_else(|| option.text.vi.clone()),
        text_en: named.unwrap_or_else(|| option.text.en.clone()),
        record: option.record.to_string(),
        at: option.stamp.at.0,
        by: option.stamp.by.name.clone(),
        role: role_to_text(option.stamp.by.role).to_owned(),
        actor: option.actor.to_string(),
    }
}

fn settler(settler: Settler) -> &'static str {
    match settler.side {
        Side::Commune => "commune",
        Side::Province => "province",
    }
}

/// The clashes within one record; none when the view does not hold it.
pub(super) fn of_record(connection: &Connection, no: DocNo, doc: DocId, id: RecordId) -> Result<Vec<Clash>> {
    let Some(snapshot) = load::record(connection, no, id)? else { return Ok(Vec::new()) };
    let mut clashes = fold::fields(&snapshot);
    clashes.extend(pointers::mistake(connection, &snapshot)?);
    if snapshot.kind == Kind::ISSUE {
        clashes.extend(fold::issue(doc, &load::events(connection, no, id)?).clashes);
    }
    Ok(clashes)
}
