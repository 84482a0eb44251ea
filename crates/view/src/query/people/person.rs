//! One person: what they hold and held, how they left, where else they sit.

use hopluu_model::{CollectionId, Date, Field, Kind, RecordId};
use rusqlite::{Connection, params};
use serde::Serialize;

use super::boards::members;
use super::transfers::transfers;
use super::{LeaverRow, Limits, MemberRow, Office, PersonRow, TransferRow, leavers_of, people, spans};
use crate::Result;
use crate::derive::today;
use crate::load;
use crate::open::Reader;
use crate::query::{OptionRow, plain};

/// A person with everything that is known of them in office.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonDetail {
    /// The commune whose person it is.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The day as of which the rest is told.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// The person; of two records of one person the one that was kept.
    pub person: PersonRow,
    /// Whether they are in service on the day.
    pub serves: bool,
    /// The other records of the same person.
    #[serde(serialize_with = "plain::texts")]
    pub doubles: Vec<RecordId>,
    /// How they left.
    pub leaving: Option<LeaverRow>,
    /// The boards on which they sit or sat.
    pub boards: Vec<MembershipRow>,
    /// Where they asked to go.
    pub transfers: Vec<TransferRow>,
    /// Their record in the commune they came from.
    #[serde(serialize_with = "plain::some_text")]
    pub came_from: Option<RecordId>,
    /// Keys of what is to be settled.
    pub clashes: Vec<String>,
    /// The limits that hold on the day.
    pub limits: Limits,
}

/// A seat on a board with the board's name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MembershipRow {
    /// The board's name.
    pub board_name: String,
    /// The seat.
    #[serde(flatten)]
    pub seat: MemberRow,
}

impl Reader {
    /// A person by any of their records, as of a day or of the newest day known; `None` when the view does not hold
    /// the record, or it was entered by mistake.
    ///
    /// # Errors
    /// When the database fails.
    pub fn person(&self, id: RecordId, as_of: Option<Date>) -> Result<Option<PersonDetail>> {
        self.ask(|connection| {
            let day = as_of.map_or_else(|| today(connection), Ok)?;
            let Some((collection, came_from)) = found(connection, id)? else { return Ok(None) };
            let Some(office) = Office::load(connection, collection, day)? else { return Ok(None) };
            let doubles = spans::doubles(connection, office.no)?;
            let kept = doubles.get(&id).copied().unwrap_or(id);
            let limits = Limits::on(connection, day)?;
            let rows = people(connection, &office, limits)?;
            let Some(person) = rows.into_iter().find(|row| row.id == kept) else { return Ok(None) };
            let leaving = leavers_of(connection, office.no)?.into_iter().find(|row| row.person == kept);
            let transfers = transfers(connection, Some(collection))?;
            let is_theirs = |person: &RecordId| *person == kept || doubles.get(person) == Some(&kept);
            Ok(Some(PersonDetail {
                collection,
                as_of: day,
                serves: person.serves(day),
                doubles: doubles.iter().filter(|(_, other)| **other == kept).map(|(double, _)| *double).collect(),
                boards: memberships(connection, &office, kept)?,
                transfers: transfers.into_iter().filter(|row| row.person.as_ref().is_some_and(is_theirs)).collect(),
                came_from,
                clashes: clashes(connection, &office, &person, leaving.as_ref())?,
                leaving,
                person,
                limits,
            }))
        })
    }
}

fn found(connection: &Connection, id: RecordId) -> Result<Option<(CollectionId, Option<RecordId>)>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {} from record r join document d on d.n = r.doc where r.id = ? and r.kind = ?",
        load::RECORD
    ))?;
    let mut rows = statement.query(params![id.as_bytes(), Kind::PERSON.0])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let person = load::snapshot(row)?;
    Ok((!person.is_void()).then(|| (person.doc.collection, person.id(Field::CAME_FROM))))
}

fn memberships(connection: &Connection, office: &Office, person: RecordId) -> Result<Vec<MembershipRow>> {
    let mut statement = connection.prepare_cached("select name from record where id = ? and kind = ?")?;
    let mut found = Vec::new();
    for seat in members(connection, office)?.into_iter().filter(|seat| seat.person == Some(person)) {
        let Some(board) = seat.board else { continue };
        let mut rows = statement.query(params![board.as_bytes(), Kind::BOARD.0])?;
        if let Some(row) = rows.next()? {
            found.push(MembershipRow { board_name: row.get(0)?, seat });
        }
    }
    Ok(found)
}

/// The clashes of which an option is the person, a holding of theirs, or their leaving.
fn clashes(
    connection: &Connection,
    office: &Office,
    person: &PersonRow,
    leaving: Option<&LeaverRow>,
) -> Result<Vec<String>> {
    let own = person.holdings.iter().map(|holding| holding.id).chain(leaving.map(|row| row.id));
    let own: Vec<String> = own.chain([person.id]).map(|id| id.to_string()).collect();
    let mut statement = connection.prepare_cached("select key, options from clash where doc = ? order by key")?;
    let mut rows = statement.query([office.no])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let options: Vec<OptionRow> = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default())?;
        if options.iter().any(|option| own.contains(&option.record)) {
            keys.push(row.get(0)?);
        }
    }
    Ok(keys)
}
