//! One decision about units with what happened to it, and what it would do while it is not in force.

use std::collections::BTreeSet;

use hopluu_model::fold::{Action, MergerStanding, MergerState};
use hopluu_model::{CollectionId, Date, DocId, DocKind, Kind, RecordId};
use serde::Serialize;

use crate::Result;
use crate::derive::commune::Register;
use crate::derive::today;
use crate::open::Reader;
use crate::query::preview::{Intent, Preview};
use crate::query::unit_detail::{self, Kin, LateRow};
use crate::query::units::{self, MergerRow};
use crate::query::{ClashRow, History, plain};

/// A decision about units with all there is about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MergerDetail {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// As lists show it.
    pub merger: MergerRow,
    /// Whose it is.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The units it is about, as they are now.
    pub from: Vec<Kin>,
    /// What happened.
    pub history: History,
    /// What was written about its units without knowing of it.
    pub late: Vec<LateRow>,
    /// What is to be settled about it.
    pub clashes: Vec<ClashRow>,
    /// What it would do; `None` once it is in force or given up.
    pub preview: Option<Preview>,
}

impl Reader {
    /// A merger with all there is about it; `None` when the view knows no such merger.
    ///
    /// # Errors
    /// When the database fails.
    pub fn merger(&self, id: RecordId) -> Result<Option<MergerDetail>> {
        let Some(collection) = self.ask(|connection| unit_detail::home(connection, id, Kind::MERGER))? else {
            return Ok(None);
        };
        let Some(history) = self.history(id)? else { return Ok(None) };
        let found = self.ask(|connection| {
            let day = today(connection)?;
            let Some(register) = Register::load(connection, collection)? else { return Ok(None) };
            let fold = register.fold(day);
            let row = units::merger_rows(&register, &fold).into_iter().find(|row| row.id == id);
            Ok(row.map(|merger| {
                let late = unit_detail::late_rows(&fold, |unit| merger.from.contains(&unit));
                let late = late.into_iter().filter(|late| late.merger == id).collect();
                let from = merger.from.iter().map(|unit| unit_detail::kin(&fold, *unit)).collect();
                MergerDetail { as_of: day, collection, from, history, late, clashes: Vec::new(), preview: None, merger }
            }))
        })?;
        let Some(mut found) = found else { return Ok(None) };
        let keys: BTreeSet<String> = found.merger.clashes.iter().cloned().collect();
        let clashes = self.clashes(Some(collection))?;
        found.clashes = clashes.into_iter().filter(|clash| clash.record == id || keys.contains(&clash.key)).collect();
        if let Some(intent) = intent(&found.merger).filter(|_| is_open(&found.merger)) {
            found.preview = self.preview(collection, &intent)?;
        }
        Ok(Some(found))
    }

    /// Whether a commune has a council on a day; `None` when its register does not say.
    ///
    /// # Errors
    /// When the database fails.
    pub fn council(&self, collection: CollectionId, day: Option<Date>) -> Result<Option<bool>> {
        self.ask(|connection| {
            let day = day.map_or_else(|| today(connection), Ok)?;
            let register = DocId::new(collection, DocKind::Register);
            let Some(no) = crate::fold::shown_document(connection, register)? else { return Ok(None) };
            Ok(units::council(&crate::load::of_kind(connection, no, Kind::REGIME)?, day))
        })
    }
}

fn is_open(row: &MergerRow) -> bool {
    let given_up = matches!(row.state, MergerState::Annulled | MergerState::Withdrawn | MergerState::Failed);
    row.standing != MergerStanding::InForce && !given_up
}

/// What a merger means to do, as its record says.
fn intent(row: &MergerRow) -> Option<Intent> {
    let action = row.action?;
    let names = match action {
        Action::Split => row.part_names.iter().map(|name| (name.clone(), None)).collect(),
        Action::Rename => vec![(row.into_name.clone(), None)],
        Action::Merge if row.makes => vec![(row.into_name.clone(), None)],
        _ => Vec::new(),
    };
    let into = row.into.filter(|_| !row.makes);
    let (from, kind, on) = (row.from.clone(), row.kind.clone(), row.effective_on);
    Some(Intent { merger: Some(row.id), action, from, into, names, kind, on })
}
