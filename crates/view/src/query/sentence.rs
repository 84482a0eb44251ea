//! Which of the four true sentences a record or a change may show.

use hopluu_model::{ActorId, DocId, RecordId};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::Result;
use crate::fold::seq;
use crate::load::DocNo;
use crate::open::Reader;

/// How far something has travelled. Never ahead of what is proven; falls back when a holder comes back
/// with less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Sentence {
    /// In this machine's journal, synced.
    Saved,
    /// In a relay's held clock.
    AtRelay,
    /// In the province desk's shown clock.
    AtProvince,
    /// A province event descends from it.
    Seen,
    /// Not accepted, and why.
    Refused {
        /// A stable code.
        code: String,
        /// The reason, as people read it.
        text: String,
    },
}

impl Sentence {
    /// Further means larger; a refusal is behind everything.
    fn rank(&self) -> u8 {
        match self {
            Self::Refused { .. } => 0,
            Self::Saved => 1,
            Self::AtRelay => 2,
            Self::AtProvince => 3,
            Self::Seen => 4,
        }
    }
}

impl Reader {
    /// The sentence of a record: that of its author who is furthest behind. What the province itself
    /// wrote elsewhere does not hold it back. `None` when no such record was ever touched.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sentence(&self, record: RecordId) -> Result<Option<Sentence>> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached("select distinct doc from touch where record = ?")?;
            let docs = statement.query_map([record.as_bytes()], |row| row.get(0))?;
            let docs: Vec<DocNo> = docs.collect::<rusqlite::Result<_>>()?;
            let each = docs.into_iter().map(|doc| of_record(connection, doc, record));
            Ok(each.collect::<Result<Vec<_>>>()?.into_iter().min_by_key(Sentence::rank))
        })
    }

    /// The sentence of one change.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sentence_of_change(&self, doc: DocId, actor: ActorId, number: u64) -> Result<Sentence> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(
                "select coalesce(c.relay, 0), coalesce(c.shown, 0),
                   coalesce((select max(seen_seq) from touch t where t.doc = d.n and t.actor = ?2), 0), d.n
                 from document d left join clock c on c.doc = d.n and c.actor = ?2 where d.id = ?1",
            )?;
            let mut rows = statement.query(params![doc.to_bytes().as_slice(), actor.as_bytes()])?;
            let Some(row) = rows.next()? else { return Ok(Sentence::Saved) };
            let reach = Reach {
                last: seq(number),
                relay: row.get(0)?,
                shown: row.get(1)?,
                seen: row.get(2)?,
                refused: refusal(connection, row.get(3)?, actor.as_bytes(), seq(number))?,
            };
            Ok(reach.sentence())
        })
    }
}

/// How far one author's last change to a record has got.
struct Reach {
    last: i64,
    relay: i64,
    shown: i64,
    seen: i64,
    refused: Option<(i64, String, String)>,
}

impl Reach {
    fn sentence(self) -> Sentence {
        if self.seen >= self.last {
            return Sentence::Seen;
        }
        if self.shown >= self.last {
            return Sentence::AtProvince;
        }
        // A refusal that the desk has since passed by is history.
        if let Some((_, code, text)) = self.refused.filter(|(at, ..)| self.shown < *at) {
            return Sentence::Refused { code, text };
        }
        if self.relay >= self.last { Sentence::AtRelay } else { Sentence::Saved }
    }
}

/// The sentence of a record of a document, within a question already begun.
pub(crate) fn of_record(connection: &Connection, doc: DocNo, record: RecordId) -> Result<Sentence> {
    let mut statement = connection.prepare_cached(
        "select t.actor, t.last_seq, t.seen_seq, coalesce(c.relay, 0), coalesce(c.shown, 0),
           t.side = 1 and not exists (select 1 from mine m where m.actor = t.actor)
         from touch t left join clock c on c.doc = t.doc and c.actor = t.actor
         where t.doc = ? and t.record = ? and t.last_seq > 0",
    )?;
    let mut rows = statement.query(params![doc, record.as_bytes()])?;
    let mut least = None;
    let mut from_province = false;
    while let Some(row) = rows.next()? {
        // What a province desk wrote and we received has, by its nature, reached the province.
        if row.get::<_, bool>(5)? {
            from_province = true;
            continue;
        }
        let last = row.get(1)?;
        let actor = row.get_ref(0)?.as_blob().unwrap_or_default();
        let refused = refusal(connection, doc, actor, last)?;
        let reach = Reach { last, seen: row.get(2)?, relay: row.get(3)?, shown: row.get(4)?, refused };
        let sentence = reach.sentence();
        if least.as_ref().is_none_or(|least: &Sentence| sentence.rank() < least.rank()) {
            least = Some(sentence);
        }
    }
    Ok(least.unwrap_or(if from_province { Sentence::AtProvince } else { Sentence::Saved }))
}

/// The first refused change of an author at or before a number: what follows it waits behind it.
fn refusal(connection: &Connection, doc: DocNo, actor: &[u8], last: i64) -> Result<Option<(i64, String, String)>> {
    let mut statement = connection.prepare_cached(
        "select seq, code, text from refused where doc = ? and actor = ? and seq <= ? order by seq limit 1",
    )?;
    let mut rows = statement.query(params![doc, actor, last])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((row.get(0)?, row.get(1)?, row.get(2)?)))
}
