//! Which function of the commune is in which building.

use std::collections::BTreeMap;

use super::claims::Claims;
use super::clash::{Clash, ClashKind, ClashOption, Said};
use crate::id::RecordId;
use crate::record::{Event, Field, Kind, Snapshot};

/// What follows from the buildings of a commune.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteFold {
    /// For each function its building; a function in two buildings is left out until settled.
    pub place_of: BTreeMap<String, RecordId>,
    /// Functions claimed by more than one building.
    pub clashes: Vec<Clash>,
    /// Surplus buildings.
    pub surplus: Vec<RecordId>,
    /// How many buildings house functions; more than one means that the offices are scattered.
    pub buildings: usize,
}

/// Folds the buildings of a commune with the settlements written on them.
#[must_use]
pub fn sites(sites: &[Snapshot], events: &[Event]) -> SiteFold {
    let mut fold = SiteFold::default();
    let mut claimed: BTreeMap<&str, BTreeMap<RecordId, &Snapshot>> = BTreeMap::new();
    for site in sites.iter().filter(|site| site.kind == Kind::SITE && site.text(Field::STATE) != "handed_over") {
        if site.text(Field::STATE) == "surplus" {
            fold.surplus.push(site.id);
        }
        let mut functions = site.text(Field::FUNCTIONS).split(',').filter(|slug| !slug.is_empty()).peekable();
        fold.buildings += usize::from(functions.peek().is_some());
        for function in functions {
            claimed.entry(function).or_default().insert(site.id, site);
        }
    }
    fold.surplus.sort_unstable();
    for (function, sites) in claimed {
        let claims = Claims::new(events, function);
        let standing: Vec<_> = sites
            .values()
            .map(|site| (*site, claims.standing(site.id)))
            .filter(|(_, carriers)| !carriers.is_empty())
            .collect();
        match standing.as_slice() {
            [] => {}
            [(site, _)] => {
                fold.place_of.insert(function.to_owned(), site.id);
            }
            [(first, _), ..] => {
                let options = standing.iter().map(|(site, carriers)| {
                    ClashOption::record(site, carriers.clone(), Said::both(site.text(Field::NAME)))
                });
                let mut clash = Clash::new(ClashKind::SiteFunction, first.id, first.doc, options.collect());
                clash.set_topic(function);
                fold.clashes.push(clash);
            }
        }
    }
    fold
}
