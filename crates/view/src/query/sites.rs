//! The buildings of a commune and what is in them.

use std::collections::BTreeMap;

use hopluu_model::{CollectionId, Field, RecordId, Snapshot};
use serde::Serialize;

use crate::Result;
use crate::derive::commune::Register;
use crate::open::Reader;
use crate::query::plain;

/// The buildings of a commune.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sites {
    /// All of them, by name.
    pub sites: Vec<SiteRow>,
    /// Functions (slugs) with the name of their building; those claimed by two are left out until settled.
    pub place_of: BTreeMap<String, String>,
    /// How many buildings house functions; more than one means that the offices are scattered.
    pub buildings: usize,
    /// How many are surplus.
    pub surplus: usize,
}

/// A building.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SiteRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// What it was.
    pub formerly: String,
    /// Slug of its state.
    pub state: String,
    /// Slugs of the functions it claims.
    pub functions: Vec<String>,
}

impl Reader {
    /// The buildings of a commune; `None` when the view holds no register of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sites(&self, collection: CollectionId) -> Result<Option<Sites>> {
        self.ask(|connection| {
            let Some(register) = Register::load(connection, collection)? else { return Ok(None) };
            let fold = register.fold_sites();
            let name =
                |id: RecordId| register.sites.iter().find(|site| site.id == id).map(|site| site.text(Field::NAME));
            Ok(Some(Sites {
                sites: register.sites.iter().map(site_row).collect(),
                place_of: fold
                    .place_of
                    .iter()
                    .map(|(function, site)| (function.clone(), name(*site).unwrap_or_default().to_owned()))
                    .collect(),
                buildings: fold.buildings,
                surplus: fold.surplus.len(),
            }))
        })
    }
}

fn site_row(site: &Snapshot) -> SiteRow {
    let functions = site.text(Field::FUNCTIONS).split(',').filter(|slug| !slug.is_empty());
    SiteRow {
        id: site.id,
        name: site.text(Field::NAME).to_owned(),
        formerly: site.text(Field::FORMERLY).to_owned(),
        state: site.text(Field::STATE).to_owned(),
        functions: functions.map(str::to_owned).collect(),
    }
}
