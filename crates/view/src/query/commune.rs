//! One commune in one picture: what it is, its rule, its buildings with what stands in them, the figures it reported.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{ClashKind, SiteFold};
use hopluu_model::{CollectionId, Field, Kind, RecordId, Snapshot, vocabulary};
use rusqlite::Connection;
use serde::Serialize;

use crate::Result;
use crate::derive::commune::Register;
use crate::derive::names::sort_key;
use crate::load;
use crate::open::Reader;
use crate::query::unit_detail::placed;
use crate::query::{BookRow, PlacedIssue, plain};

/// What a commune says of itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommunePicture {
    /// Its own record; `None` before one was entered.
    pub record: Option<BookRow>,
    /// Whether it has a people's council on the newest day known; `None` when nothing says so.
    pub council: Option<bool>,
    /// What was decided about that, the latest first.
    pub regimes: Vec<BookRow>,
    /// The figures it reported, by name and period, as they were reported.
    pub indicators: Vec<BookRow>,
    /// Its buildings.
    pub sites: Sites,
}

/// The buildings of a commune.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sites {
    /// All of them, by name.
    pub sites: Vec<SiteRow>,
    /// Every function that a commune has, in the order of the list.
    pub functions: Vec<FunctionRow>,
    /// Equipment whose building was entered by mistake or is not known here.
    pub elsewhere: Vec<EquipmentRow>,
    /// How many buildings house functions; more than one means that the offices are scattered.
    pub buildings: usize,
    /// How many are surplus.
    pub surplus: usize,
}

/// A function of the commune and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionRow {
    /// Its slug.
    pub function: String,
    /// Its building; `None` when no building has it, or several claim it.
    #[serde(serialize_with = "plain::some_text")]
    pub site: Option<RecordId>,
    /// The name of that building; empty without one.
    pub site_name: String,
    /// Key of what is to be settled when several buildings claim it.
    pub clash: Option<String>,
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
    /// Slugs of the functions that are in it, and of those it claims while others do.
    pub functions: Vec<String>,
    /// Metres to the main building.
    pub distance: Option<i64>,
    /// For how many people it has room.
    pub capacity: Option<i64>,
    /// What stands in it, by kind.
    pub equipment: Vec<EquipmentRow>,
    /// Open issues about it or what stands in it, by code.
    pub issues: Vec<PlacedIssue>,
}

/// Equipment of one kind in one building.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EquipmentRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Slug of its kind.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// How many of those are too weak for the work.
    pub weak: i64,
    /// What is said of it.
    pub text: String,
}

impl Sites {
    /// The name of the building in which a function is; `None` when none has it or several claim it.
    #[must_use]
    pub fn place_of(&self, function: &str) -> Option<&str> {
        let row = self.functions.iter().find(|row| row.function == function)?;
        row.site.map(|_| row.site_name.as_str())
    }
}

impl Reader {
    /// What a commune says of itself.
    ///
    /// # Errors
    /// When the database fails.
    pub fn commune(&self, collection: CollectionId) -> Result<CommunePicture> {
        let mut records = self.book(Kind::COMMUNE, collection)?;
        records.retain(|row| !row.void);
        let mut regimes = self.book(Kind::REGIME, collection)?;
        regimes.retain(|row| !row.void);
        regimes.sort_by_key(|row| std::cmp::Reverse((row.date(Field::VALID_FROM), row.record.id)));
        let mut indicators = self.book(Kind::INDICATOR, collection)?;
        indicators.retain(|row| !row.void);
        Ok(CommunePicture {
            record: records.into_iter().next(),
            council: self.council(collection, None)?,
            regimes,
            indicators,
            sites: self.sites(collection)?,
        })
    }

    /// The buildings of a commune; none when the view holds no register of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sites(&self, collection: CollectionId) -> Result<Sites> {
        self.ask(|connection| {
            let Some(register) = Register::load(connection, collection)? else { return Ok(Sites::default()) };
            sites(connection, collection, &register)
        })
    }
}

fn sites(connection: &Connection, collection: CollectionId, register: &Register) -> Result<Sites> {
    let fold = register.fold_sites();
    let mut inside: BTreeMap<RecordId, Vec<EquipmentRow>> = BTreeMap::new();
    for record in load::of_kind(connection, register.no, Kind::EQUIPMENT)? {
        inside.entry(record.id(Field::SITE).unwrap_or(record.id)).or_default().push(equipment(&record));
    }
    let places = register.sites.iter().map(|site| site.id).chain(inside.values().flatten().map(|row| row.id));
    let mut issues = placed(connection, collection, &places.collect::<BTreeSet<_>>())?;
    let mut rows = Vec::new();
    for site in &register.sites {
        let mut row = site_row(site, inside.remove(&site.id).unwrap_or_default());
        let here = |issue: &PlacedIssue| issue.place == row.id || row.equipment.iter().any(|it| it.id == issue.place);
        // What was settled for another building is only there.
        row.functions.retain(|function| fold.place_of.get(function).is_none_or(|place| *place == site.id));
        row.issues = issues.extract_if(.., |issue| here(issue)).collect();
        rows.push(row);
    }
    rows.sort_by_cached_key(|row| (sort_key(&row.name), row.id));
    Ok(Sites {
        functions: functions(&fold, &rows),
        sites: rows,
        elsewhere: inside.into_values().flatten().collect(),
        buildings: fold.buildings,
        surplus: fold.surplus.len(),
    })
}

fn functions(fold: &SiteFold, sites: &[SiteRow]) -> Vec<FunctionRow> {
    let row = |function: &str| {
        let site = fold.place_of.get(function).copied();
        let named = sites.iter().find(|row| Some(row.id) == site);
        let clash = fold.clashes.iter().find(|it| it.kind == ClashKind::SiteFunction && it.topic == function);
        FunctionRow {
            function: function.to_owned(),
            site,
            site_name: named.map(|row| row.name.clone()).unwrap_or_default(),
            clash: clash.map(|clash| clash.key.to_string()),
        }
    };
    vocabulary::list("hq_function").map(|word| row(word.slug)).collect()
}

fn site_row(site: &Snapshot, mut equipment: Vec<EquipmentRow>) -> SiteRow {
    let functions = site.text(Field::FUNCTIONS).split(',').filter(|slug| !slug.is_empty());
    equipment.sort_by(|one, other| (&one.kind, one.id).cmp(&(&other.kind, other.id)));
    SiteRow {
        id: site.id,
        name: site.text(Field::NAME).to_owned(),
        formerly: site.text(Field::FORMERLY).to_owned(),
        state: site.text(Field::STATE).to_owned(),
        functions: functions.map(str::to_owned).collect(),
        distance: site.int(Field::DISTANCE),
        capacity: site.int(Field::CAPACITY),
        equipment,
        issues: Vec::new(),
    }
}

fn equipment(record: &Snapshot) -> EquipmentRow {
    EquipmentRow {
        id: record.id,
        kind: record.text(Field::EQUIPMENT_KIND).to_owned(),
        count: record.int(Field::COUNT).unwrap_or(0),
        weak: record.int(Field::WEAK).unwrap_or(0),
        text: record.text(Field::TEXT).to_owned(),
    }
}
