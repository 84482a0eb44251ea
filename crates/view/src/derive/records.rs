//! What follows from single records: clashes within them, and the rows of issues.

use std::collections::BTreeSet;

use hopluu_model::fold;
use hopluu_model::{DocKind, Kind, RecordId};
use rusqlite::Connection;

use crate::Result;
use crate::derive::clashes::{self, Scope};
use crate::derive::rules::Rules;
use crate::derive::{issues, pointers};
use crate::fold::Moved;
use crate::load;

/// Derives what follows from single records of a document: clashes within them, what they name, and the rows of issues.
/// Names the records that others name now or name no longer, and those whose clashes came or went; says whether a
/// duplicate came, changed or went.
pub(crate) fn derive(
    tx: &Connection,
    moved: &Moved,
    rules: &Rules,
    (named, also): (&mut BTreeSet<RecordId>, &mut BTreeSet<RecordId>),
) -> Result<bool> {
    let of_issues = matches!(moved.doc.kind, DocKind::Issues(_));
    let mut doubled = false;
    for id in &moved.records {
        let record = load::record(tx, moved.no, *id)?;
        pointers::put(tx, moved.no, (*id, record.as_ref()), named)?;
        let mut clashes = record.as_ref().map_or_else(Vec::new, fold::fields);
        if let Some(record) = &record {
            clashes.extend(pointers::mistake(tx, record)?);
        }
        if of_issues {
            let before = issues::doubles(tx, moved.no, *id)?;
            let now = match record {
                Some(issue) if issue.kind == Kind::ISSUE => {
                    let fold = issues::put(tx, moved.no, &issue, rules)?;
                    clashes.extend(fold.clashes);
                    fold.other
                }
                Some(_) | None => {
                    issues::drop(tx, moved.no, *id)?;
                    None
                }
            };
            doubled |= before.is_some() || now.is_some();
        }
        clashes::put(tx, Scope::Record(*id), moved.no, &clashes, also)?;
    }
    Ok(doubled)
}
