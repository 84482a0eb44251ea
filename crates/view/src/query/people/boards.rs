//! Boards and who sits on them.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{CollectionId, Date, DocId, DocKind, Field, Kind, RecordId, Snapshot};
use rusqlite::Connection;
use serde::Serialize;

use super::{Office, spans};
use crate::Result;
use crate::derive::today;
use crate::fold::shown_document;
use crate::load;
use crate::open::Reader;
use crate::query::plain;

/// A board of a commune or of a unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoardRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Slug of its kind.
    pub kind: String,
    /// The unit, of a board of a unit.
    #[serde(serialize_with = "plain::some_text")]
    pub unit: Option<RecordId>,
    /// Its name.
    pub unit_name: String,
    /// The document that founded it.
    pub decision: String,
    /// First day.
    #[serde(serialize_with = "plain::some_text")]
    pub from: Option<Date>,
    /// Last day.
    #[serde(serialize_with = "plain::some_text")]
    pub to: Option<Date>,
    /// Whether it exists on the day asked for.
    pub in_force: bool,
    /// Who sits or sat on it, by name.
    pub members: Vec<MemberRow>,
}

/// A seat on a board.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemberRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// The board.
    #[serde(serialize_with = "plain::some_text")]
    pub board: Option<RecordId>,
    /// The person; of two records of one person the one that was kept.
    #[serde(serialize_with = "plain::some_text")]
    pub person: Option<RecordId>,
    /// Their name.
    pub name: String,
    /// What they do there.
    pub duty: String,
    /// First day.
    #[serde(serialize_with = "plain::some_text")]
    pub from: Option<Date>,
    /// Last day.
    #[serde(serialize_with = "plain::some_text")]
    pub to: Option<Date>,
    /// Whether they sit there on the day asked for: the seat has begun and not ended, and they have not left.
    pub in_force: bool,
}

impl Reader {
    /// The boards of a commune on a day, or on the newest day known, by name; empty when the view holds no register
    /// of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn boards(&self, collection: CollectionId, as_of: Option<Date>) -> Result<Vec<BoardRow>> {
        self.ask(|connection| {
            let day = as_of.map_or_else(|| today(connection), Ok)?;
            let Some(no) = shown_document(connection, DocId::new(collection, DocKind::Register))? else {
                return Ok(Vec::new());
            };
            let boards = load::of_kind(connection, no, Kind::BOARD)?;
            let office = Office::load(connection, collection, day)?;
            let members = office.as_ref().map_or_else(|| Ok(Vec::new()), |office| members(connection, office))?;
            let mut of: BTreeMap<RecordId, Vec<MemberRow>> = BTreeMap::new();
            for member in members {
                of.entry(member.board.unwrap_or(member.id)).or_default().push(member);
            }
            let name = |id| office.as_ref().map(|office| office.name(id)).unwrap_or_default();
            let rows = boards.iter().filter(|board| !board.is_void());
            Ok(rows.map(|board| row(board, day, name(board.id(Field::UNIT)), of.remove(&board.id))).collect())
        })
    }
}

fn row(board: &Snapshot, day: Date, unit_name: String, members: Option<Vec<MemberRow>>) -> BoardRow {
    let (from, to) = (board.date(Field::VALID_FROM), board.date(Field::VALID_TO));
    BoardRow {
        id: board.id,
        name: board.text(Field::NAME).to_owned(),
        kind: board.text(Field::BOARD_KIND).to_owned(),
        unit: board.id(Field::UNIT),
        unit_name,
        decision: board.text(Field::DECISION).to_owned(),
        from,
        to,
        in_force: from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to),
        members: members.unwrap_or_default(),
    }
}

/// All seats on boards, by name of the person.
pub(super) fn members(connection: &Connection, office: &Office) -> Result<Vec<MemberRow>> {
    let doubles = spans::doubles(connection, office.no)?;
    let leavers = super::leavers_of(connection, office.no)?;
    let left: BTreeMap<RecordId, Date> = leavers.into_iter().map(|row| (row.person, row.on)).collect();
    let day = office.day;
    let all = load::of_kind(connection, office.no, Kind::MEMBER)?;
    let rows = all.iter().filter(|member| !member.is_void()).map(|member| {
        let person = member.id(Field::PERSON).map(|person| doubles.get(&person).copied().unwrap_or(person));
        let (from, to) = (member.date(Field::VALID_FROM), member.date(Field::VALID_TO));
        let serves = person.and_then(|person| left.get(&person)).is_none_or(|left| day < *left);
        MemberRow {
            id: member.id,
            board: member.id(Field::BOARD),
            person,
            name: office.name(person),
            duty: member.text(Field::DUTY).to_owned(),
            from,
            to,
            in_force: serves && from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to),
        }
    });
    let mut rows: Vec<MemberRow> = rows.collect();
    // Two offices that enter one seat make two records: somebody sits there once.
    let mut seen = BTreeSet::new();
    rows.retain(|row| row.person.is_none() || seen.insert((row.board, row.person, row.duty.clone(), row.from, row.to)));
    rows.sort_by_cached_key(|row| (crate::derive::names::sort_key(&row.name), row.id));
    Ok(rows)
}
