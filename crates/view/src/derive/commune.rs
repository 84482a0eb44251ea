//! The records of one commune, loaded as its folds want them.

use hopluu_model::fold::{self, Ends, HoldingFold, MergerFold, RegisterFold, SiteFold, Span, Staff};
use hopluu_model::{CollectionId, Date, DocId, DocKind, Event, EventKind, Kind, Snapshot};
use rusqlite::Connection;

use crate::Result;
use crate::fold::shown_document;
use crate::load::{self, DocNo};

/// Units, mergers and buildings of a commune.
pub(crate) struct Register {
    pub(crate) no: DocNo,
    pub(crate) units: Vec<Snapshot>,
    pub(crate) mergers: Vec<(Snapshot, MergerFold)>,
    pub(crate) sites: Vec<Snapshot>,
    settlements: Vec<Event>,
}

impl Register {
    /// Loads them; `None` when the view holds no register of this collection.
    pub(crate) fn load(connection: &Connection, collection: CollectionId) -> Result<Option<Self>> {
        let Some(no) = shown_document(connection, DocId::new(collection, DocKind::Register))? else {
            return Ok(None);
        };
        let mut mergers = Vec::new();
        // Mergers that were a mistake tell of the units they would have made.
        for merger in load::all_of_kind(connection, no, Kind::MERGER)? {
            let fold = fold::merger(&merger, &load::events(connection, no, merger.id)?);
            mergers.push((merger, fold));
        }
        Ok(Some(Self {
            no,
            mergers,
            units: load::of_kind(connection, no, Kind::UNIT)?,
            sites: load::of_kind(connection, no, Kind::SITE)?,
            settlements: load::events_of_kind(connection, no, EventKind::SETTLE)?,
        }))
    }

    pub(crate) fn fold(&self, day: Date) -> RegisterFold {
        fold::register(&self.units, &self.mergers, day)
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        fold::spans(&self.units, &self.mergers)
    }

    pub(crate) fn fold_sites(&self) -> SiteFold {
        fold::sites(&self.sites, &self.settlements)
    }
}

/// Posts, persons, holdings and leavers of a commune, and the units that end.
pub(crate) struct People {
    pub(crate) no: DocNo,
    pub(crate) posts: Vec<Snapshot>,
    pub(crate) persons: Vec<Snapshot>,
    pub(crate) holdings: Vec<Snapshot>,
    pub(crate) leavers: Vec<Snapshot>,
    settlements: Vec<Event>,
    ends: Ends,
}

impl People {
    /// Loads them; `None` when the view holds no people of this collection.
    pub(crate) fn load(connection: &Connection, collection: CollectionId) -> Result<Option<Self>> {
        let Some(no) = shown_document(connection, DocId::new(collection, DocKind::People))? else {
            return Ok(None);
        };
        let register = Register::load(connection, collection)?;
        Ok(Some(Self {
            no,
            // Nobody holds a post that was a mistake, and no mistake holds a post.
            posts: posts(connection, collection)?,
            persons: load::all_of_kind(connection, no, Kind::PERSON)?,
            holdings: load::of_kind(connection, no, Kind::HOLDING)?,
            leavers: load::of_kind(connection, no, Kind::LEAVER)?,
            settlements: load::events_of_kind(connection, no, EventKind::SETTLE)?,
            ends: register.map_or_else(Ends::default, |register| Ends::of(&register.fold(last_day()))),
        }))
    }

    pub(crate) fn fold(&self) -> HoldingFold {
        fold::holdings(&Staff {
            persons: &self.persons,
            posts: &self.posts,
            holdings: &self.holdings,
            leavers: &self.leavers,
            settlements: &self.settlements,
            ends: &self.ends,
        })
    }
}

/// The last day of the calendar, on which all that will ever happen by what is known has happened.
pub(crate) fn last_day() -> Date {
    Date::new(9999, 12, 31).expect("the last day of the calendar exists")
}

/// The posts of a commune, which lie in its register, with those that were entered by mistake.
pub(crate) fn posts(connection: &Connection, collection: CollectionId) -> Result<Vec<Snapshot>> {
    match shown_document(connection, DocId::new(collection, DocKind::Register))? {
        Some(no) => load::all_of_kind(connection, no, Kind::POST),
        None => Ok(Vec::new()),
    }
}
