//! Totals over communes, and communes in a list.

use std::collections::BTreeMap;

use hopluu_model::fold::IssueState;
use hopluu_model::{CollectionId, Date, DocKind, Field, Kind, Snapshot, Timestamp};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, params, params_from_iter};
use serde::Serialize;

use crate::derive::today;
use crate::facts::{Fact, Facts, Name};
use crate::load;
use crate::open::Reader;
use crate::query::plain;
use crate::{Error, Result};

/// Sums over communes as of the newest day known. A unit in a clash counts once, as before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// Registers that are summed.
    pub communes: u32,
    /// Units before any merger.
    pub units_before: u32,
    /// Units now.
    pub units: u32,
    /// Units merged away.
    pub units_gone: u32,
    /// How many of the units now are in a clash.
    pub units_in_clash: u32,
    /// Households of the units now, where known.
    pub households: i64,
    /// Units and households by slug of kind.
    pub units_by_kind: BTreeMap<String, (u32, i64)>,
    /// Mergers by standing (slug).
    pub mergers: BTreeMap<String, u32>,
    /// Communes whose offices are in more than one building.
    pub scattered: u32,
    /// Surplus buildings.
    pub surplus: u32,
    /// People who hold something.
    pub people: u32,
    /// People who hold more than one thing.
    pub concurrent: u32,
    /// People who have left.
    pub left: u32,
    /// Issues; those that wait for their commune's leader do not count yet.
    pub issues: u32,
    /// Issues with which somebody still has to do something.
    pub issues_open: u32,
    /// Those of them that cannot wait.
    pub issues_urgent: u32,
    /// Issues by state (slug).
    pub issues_by_state: BTreeMap<String, u32>,
    /// Issues by category (slug).
    pub issues_by_category: BTreeMap<String, u32>,
    /// Clashes to be settled, by sort (slug).
    pub clashes: BTreeMap<String, u32>,
    /// When the commune that has been silent longest was last heard.
    pub oldest: Option<Timestamp>,
}

/// A commune as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommuneRow {
    /// Its collection.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// Its name.
    pub name: String,
    /// Its official code.
    pub code: String,
    /// Slug of its type.
    pub kind: String,
    /// Slug of its stage.
    pub stage: String,
    /// Units now.
    pub units: u32,
    /// Households, where known.
    pub households: i64,
    /// Issues with which somebody still has to do something.
    pub issues_open: u32,
    /// Clashes to be settled.
    pub clashes: u32,
    /// The latest time an author's clock claimed.
    pub entered_at: Option<Timestamp>,
    /// When the newest change from elsewhere was received here.
    pub received_at: Option<Timestamp>,
}

impl Reader {
    /// Sums over some collections, or over all when none is named.
    ///
    /// # Errors
    /// When the database fails.
    pub fn totals(&self, collections: &[CollectionId]) -> Result<Totals> {
        self.ask_facts(|connection, facts| {
            let of = Of::new(collections);
            let mut totals = registers(connection, &of)?;
            people(connection, &of, &mut totals)?;
            issues(facts, collections, &mut totals);
            totals.clashes = of.count(connection, "kind", "clash")?;
            totals.mergers = of.count(connection, "standing", "merger")?;
            totals.oldest = of.row(
                connection,
                "min(heard) from (select max(d.received_at) as heard from document d",
                "group by d.collection having heard is not null)",
                |row| Ok(row.get::<_, Option<i64>>(0)?.map(Timestamp)),
            )?;
            Ok(totals)
        })
    }

    /// All communes whose register says who they are, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn communes(&self) -> Result<Vec<CommuneRow>> {
        self.ask_facts(|connection, facts| {
            let mut open: BTreeMap<Name, u32> = BTreeMap::new();
            for fact in facts.rows().iter().filter(|fact| fact.is_open && !fact.is_submitted()) {
                *open.entry(fact.collection).or_default() += 1;
            }
            let mut statement = connection.prepare_cached(
                "select coalesce(sum(s.units), 0), coalesce(sum(s.households), 0),
                   (select count(*) from document o join clash c on c.doc = o.n where o.collection = ?1),
                   max(d.entered_at), max(d.received_at)
                 from document d left join register_sum s on s.doc = d.n where d.collection = ?1",
            )?;
            let mut found: Vec<CommuneRow> = Vec::new();
            for commune in communes(connection)? {
                let id = commune.doc.collection;
                let issues_open = facts.names.find(&id.0).and_then(|name| open.get(&name)).copied().unwrap_or(0);
                found.push(statement.query_row([id.0], |row| commune_row(&commune, row, issues_open))?);
            }
            Ok(found)
        })
    }
}

/// The commune records of all registers, by name: one of each collection, since a second one is somebody's mistake.
pub(crate) fn communes(connection: &Connection) -> Result<Vec<Snapshot>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {} from document d cross join record r on r.doc = d.n and r.kind = ?
         where d.kind = ? order by r.sort, d.collection, r.id",
        load::RECORD,
    ))?;
    let mut rows = statement.query(params![Kind::COMMUNE.0, DocKind::Register.to_bytes()])?;
    let mut found: Vec<Snapshot> = Vec::new();
    while let Some(row) = rows.next()? {
        let commune = load::snapshot(row)?;
        if found.iter().all(|other| other.doc.collection != commune.doc.collection) {
            found.push(commune);
        }
    }
    Ok(found)
}

/// Some collections, or all.
struct Of {
    condition: String,
    values: Vec<Sql>,
}

impl Of {
    fn new(collections: &[CollectionId]) -> Self {
        let marks = vec!["?"; collections.len()].join(", ");
        let condition = if marks.is_empty() { "true".to_owned() } else { format!("d.collection in ({marks})") };
        Self { condition, values: collections.iter().map(|id| Sql::Blob(id.0.to_vec())).collect() }
    }

    fn row<T>(
        &self,
        connection: &Connection,
        select: &str,
        rest: &str,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let sql = format!("select {select} where {} {rest}", self.condition);
        Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(self.values.iter()), read)?)
    }

    /// How many rows of a derived table have each value of a column.
    fn count(&self, connection: &Connection, column: &str, table: &str) -> Result<BTreeMap<String, u32>> {
        let sql = format!(
            "select t.{column}, count(*) from {table} t join document d on d.n = t.doc where {} group by 1",
            self.condition
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let counts = statement.query_map(params_from_iter(self.values.iter()), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(counts.collect::<rusqlite::Result<_>>()?)
    }
}

fn registers(connection: &Connection, of: &Of) -> Result<Totals> {
    let as_of = today(connection)?;
    let select = "count(*), coalesce(sum(before), 0), coalesce(sum(units), 0), coalesce(sum(gone), 0),
       coalesce(sum(in_clash), 0), coalesce(sum(households), 0), coalesce(sum(buildings > 1), 0),
       coalesce(sum(surplus), 0) from register_sum s join document d on d.n = s.doc";
    let mut totals = of.row(connection, select, "", |row| {
        Ok(Totals {
            as_of,
            communes: row.get(0)?,
            units_before: row.get(1)?,
            units: row.get(2)?,
            units_gone: row.get(3)?,
            units_in_clash: row.get(4)?,
            households: row.get(5)?,
            scattered: row.get(6)?,
            surplus: row.get(7)?,
            units_by_kind: BTreeMap::new(),
            mergers: BTreeMap::new(),
            people: 0,
            concurrent: 0,
            left: 0,
            issues: 0,
            issues_open: 0,
            issues_urgent: 0,
            issues_by_state: BTreeMap::new(),
            issues_by_category: BTreeMap::new(),
            clashes: BTreeMap::new(),
            oldest: None,
        })
    })?;
    let sql = format!("select by_kind from register_sum s join document d on d.n = s.doc where {}", of.condition);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(of.values.iter()))?;
    while let Some(row) = rows.next()? {
        let json = row.get_ref(0)?.as_str().map_err(|_| Error::Unreadable("sum"))?;
        let kinds: BTreeMap<String, (u32, i64)> = serde_json::from_str(json).map_err(|_| Error::Unreadable("sum"))?;
        for (kind, (units, households)) in kinds {
            let sum = totals.units_by_kind.entry(kind).or_default();
            *sum = (sum.0 + units, sum.1.saturating_add(households));
        }
    }
    Ok(totals)
}

fn people(connection: &Connection, of: &Of, totals: &mut Totals) -> Result<()> {
    let select = "coalesce(sum(people), 0), coalesce(sum(concurrent), 0), coalesce(sum(gone), 0)
       from people_sum s join document d on d.n = s.doc";
    (totals.people, totals.concurrent, totals.left) =
        of.row(connection, select, "", |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(())
}

/// What waits for its commune's leader is not counted yet.
fn issues(facts: &Facts, collections: &[CollectionId], totals: &mut Totals) {
    let those: Vec<_> = collections.iter().filter_map(|id| facts.names.find(&id.0)).collect();
    let mut categories: BTreeMap<Name, u32> = BTreeMap::new();
    let mut states: BTreeMap<IssueState, u32> = BTreeMap::new();
    let counted = |fact: &&Fact| !fact.is_submitted() && (collections.is_empty() || those.contains(&fact.collection));
    for fact in facts.rows().iter().filter(counted) {
        totals.issues += 1;
        totals.issues_open += u32::from(fact.is_open);
        totals.issues_urgent += u32::from(fact.is_open && fact.is_urgent);
        *states.entry(fact.state).or_default() += 1;
        *categories.entry(fact.category).or_default() += 1;
    }
    totals.issues_by_state = states.into_iter().map(|(state, count)| (state.slug().to_owned(), count)).collect();
    let slug = |name| facts.names.text(name).to_owned();
    totals.issues_by_category = categories.into_iter().map(|(name, count)| (slug(name), count)).collect();
}

fn commune_row(commune: &Snapshot, row: &Row<'_>, issues_open: u32) -> rusqlite::Result<CommuneRow> {
    Ok(CommuneRow {
        collection: commune.doc.collection,
        name: commune.text(Field::NAME).to_owned(),
        code: commune.text(Field::COMMUNE_CODE).to_owned(),
        kind: commune.text(Field::COMMUNE_TYPE).to_owned(),
        stage: commune.text(Field::STAGE).to_owned(),
        units: row.get(0)?,
        households: row.get(1)?,
        issues_open,
        clashes: row.get(2)?,
        entered_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
        received_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
    })
}
