//! Units and mergers of a commune, today or on another day.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use hopluu_model::fold::{
    Action, MergerFold, MergerStanding, MergerState, RegisterFold, RegisterTotals, UnitFold, UnitStatus,
};
use hopluu_model::{CollectionId, Date, EventId, Field, Kind, RecordId, Snapshot, Value};
use serde::{Serialize, Serializer};

use crate::Result;
use crate::derive::commune::Register;
use crate::derive::{register, today};
use crate::open::Reader;
use crate::query::plain;

/// A unit as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Whose.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// Its name.
    pub name: String,
    /// The document that gave it this name, where one did.
    pub named_by: Option<String>,
    /// The document that made it of this kind, where one did.
    pub kind_by: Option<String>,
    /// The area of the old commune in which it lies; tells namesakes apart.
    pub area: String,
    /// Slug of its kind.
    pub kind: String,
    /// Households, with those of the units merged into it.
    pub households: Option<i64>,
    /// The number that somebody wrote down for it.
    pub own_households: Option<i64>,
    /// People.
    pub population: Option<i64>,
    /// Its first day, where it is written down.
    #[serde(serialize_with = "plain::some_text")]
    pub valid_from: Option<Date>,
    /// What has become of it; its slug in JSON.
    #[serde(serialize_with = "status_slug")]
    pub status: UnitStatus,
    /// The unit it was merged into, directly.
    #[serde(serialize_with = "plain::some_text")]
    pub successor: Option<RecordId>,
    /// The units it became, directly: several after a split.
    #[serde(serialize_with = "plain::texts")]
    pub became: Vec<RecordId>,
    /// Their names, in the same order.
    pub became_names: Vec<String>,
    /// The unit in which it lives on, through all mergers; itself while it exists.
    #[serde(serialize_with = "plain::text")]
    pub lives_in: RecordId,
    /// The name of that unit.
    pub lives_in_name: String,
    /// Since when it has been merged away or has ended.
    #[serde(serialize_with = "plain::some_text")]
    pub ended_on: Option<Date>,
    /// The document that merged it away.
    pub decision: String,
    /// The merger that ended it or will make it.
    #[serde(serialize_with = "plain::some_text")]
    pub merger: Option<RecordId>,
    /// Keys of the clashes in which it stands.
    pub clashes: Vec<String>,
}

impl UnitRow {
    /// Whether it exists on the day asked for, be it in a clash.
    #[must_use]
    pub fn exists(&self) -> bool {
        matches!(self.status, UnitStatus::Active | UnitStatus::InClash)
    }
}

/// A merger as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MergerRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// What it does; its slug in JSON, empty for what only a newer program knows.
    #[serde(serialize_with = "action_slug")]
    pub action: Option<Action>,
    /// The units it is about.
    #[serde(serialize_with = "plain::texts")]
    pub from: Vec<RecordId>,
    /// Their names, in the same order.
    pub from_names: Vec<String>,
    /// Into which unit.
    #[serde(serialize_with = "plain::some_text")]
    pub into: Option<RecordId>,
    /// Its name, or the name that a renamed unit gets.
    pub into_name: String,
    /// Whether it makes that unit.
    pub makes: bool,
    /// The units that a split makes.
    #[serde(serialize_with = "plain::texts")]
    pub parts: Vec<RecordId>,
    /// Their names, in the same order.
    pub part_names: Vec<String>,
    /// Slug of the kind of what it makes.
    pub kind: String,
    /// Its state; its slug in JSON.
    #[serde(serialize_with = "state_slug")]
    pub state: MergerState,
    /// How it stands in the register; its slug in JSON.
    #[serde(serialize_with = "standing_slug")]
    pub standing: MergerStanding,
    /// The day it takes effect, while it is passed.
    #[serde(serialize_with = "plain::some_text")]
    pub effective_on: Option<Date>,
    /// The document that passed it.
    pub decision: String,
    /// The body that passed it.
    pub body: String,
    /// What the next state event must name in `after`.
    #[serde(serialize_with = "plain::texts")]
    pub frontier: Vec<EventId>,
    /// Keys of the clashes in which it stands.
    pub clashes: Vec<String>,
}

/// The units and mergers of a commune on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Units {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// All units ever known, by area and name.
    pub units: Vec<UnitRow>,
    /// All mergers, by name of the unit they make.
    pub mergers: Vec<MergerRow>,
    /// How many units there were before any merger.
    pub before: usize,
    /// Sums over the units that count, each once.
    #[serde(serialize_with = "sums")]
    pub totals: RegisterTotals,
    /// Units that bear one name in one area: a warning.
    #[serde(skip)]
    pub namesakes: Vec<Vec<RecordId>>,
}

impl Reader {
    /// Units and mergers of a commune on a day, or on the newest day known; `None` when the view holds no
    /// register of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn units(&self, collection: CollectionId, as_of: Option<Date>) -> Result<Option<Units>> {
        self.ask(|connection| {
            let day = as_of.map_or_else(|| today(connection), Ok)?;
            Ok(Register::load(connection, collection)?.map(|register| units(&register, day)))
        })
    }

    /// The units whose name holds the words typed or whose id begins with these digits, as of the newest
    /// day known; at most twenty, of one commune or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn find_units(&self, typed: &str, collection: Option<CollectionId>) -> Result<Vec<UnitRow>> {
        let by_id = self.records_by_prefix(typed)?;
        let by_name = self.search(typed, Some(Kind::UNIT), 200)?.into_iter().map(|found| found.record);
        let records = by_id.into_iter().filter(|record| record.kind == Kind::UNIT).chain(by_name);
        let mut folded: BTreeMap<CollectionId, Vec<UnitRow>> = BTreeMap::new();
        let mut found: Vec<UnitRow> = Vec::new();
        for record in records.filter(|record| collection.is_none_or(|wanted| wanted == record.collection)) {
            if found.len() == 20 {
                break;
            }
            if let Entry::Vacant(empty) = folded.entry(record.collection) {
                empty.insert(self.units(record.collection, None)?.map_or_else(Vec::new, |units| units.units));
            }
            let known = found.iter().any(|unit| unit.id == record.id);
            let unit = folded[&record.collection].iter().find(|unit| unit.id == record.id && !known);
            found.extend(unit.cloned());
        }
        Ok(found)
    }
}

/// All mergers but those entered by mistake.
pub(crate) fn merger_rows(register: &Register, fold: &RegisterFold) -> Vec<MergerRow> {
    let mergers = register.mergers.iter().filter(|(merger, _)| fold.mergers.contains_key(&merger.id));
    mergers.map(|(merger, own)| merger_row(merger, own, fold)).collect()
}

/// When and by which document a unit ended; nothing of one that did not.
pub(crate) fn ended(status: &UnitStatus) -> (Option<Date>, String) {
    match status {
        UnitStatus::Merged { on, decision, .. }
        | UnitStatus::Split { on, decision, .. }
        | UnitStatus::Dissolved { on, decision, .. } => (Some(*on), decision.clone()),
        UnitStatus::Ended { on } => (Some(*on), String::new()),
        UnitStatus::Active | UnitStatus::InClash | UnitStatus::Planned { .. } | UnitStatus::Future { .. } => {
            (None, String::new())
        }
    }
}

fn units(register: &Register, day: Date) -> Units {
    let fold = register.fold(day);
    let rows = register.units.iter().filter_map(|unit| Some(unit_row(unit, fold.units.get(&unit.id)?, &fold)));
    Units {
        as_of: day,
        units: rows.collect(),
        mergers: merger_rows(register, &fold),
        before: register::before(&fold),
        totals: fold.totals.clone(),
        namesakes: fold.namesakes,
    }
}

pub(crate) fn unit_row(unit: &Snapshot, own: &UnitFold, fold: &RegisterFold) -> UnitRow {
    let lives_in = fold.successor(unit.id);
    let (ended_on, mut decision) = ended(&own.status);
    if decision.is_empty() && ended_on.is_some() {
        unit.text(Field::DECISION).clone_into(&mut decision);
    }
    let maker = if let UnitStatus::Planned { merger } = &own.status { Some(*merger) } else { None };
    let merger = own.status.ended_by().or(maker);
    let successor = if let UnitStatus::Merged { into, .. } = &own.status { Some(*into) } else { None };
    UnitRow {
        id: unit.id,
        collection: unit.doc.collection,
        name: own.name.clone(),
        named_by: own.named_by.clone(),
        kind_by: own.kind_by.clone(),
        area: unit.text(Field::AREA).to_owned(),
        kind: own.kind.clone(),
        households: own.households,
        own_households: unit.int(Field::HOUSEHOLDS),
        population: unit.int(Field::POPULATION),
        valid_from: unit.date(Field::VALID_FROM),
        status: own.status.clone(),
        successor,
        became: own.status.next().to_vec(),
        became_names: own.status.next().iter().map(|unit| name_of(fold, *unit)).collect(),
        lives_in,
        lives_in_name: name_of(fold, lives_in),
        ended_on,
        decision,
        merger,
        clashes: own.clashes.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn merger_row(merger: &Snapshot, own: &MergerFold, fold: &RegisterFold) -> MergerRow {
    let from = merger.get(Field::FROM).map_or(&[][..], Value::as_ids);
    let into = merger.get(Field::INTO).and_then(Value::as_id);
    let named = merger.text(Field::INTO_NAME);
    let between = fold.clashes.iter().filter(|clash| clash.options.iter().any(|option| option.record == merger.id));
    let clashes = own.clashes.iter().chain(between);
    let parts = merger.get(Field::PARTS).map_or(&[][..], Value::as_ids);
    MergerRow {
        id: merger.id,
        action: Action::from_slug(merger.text(Field::ACTION)),
        makes: into.is_some_and(|into| fold.made.contains(&into)) && !named.is_empty(),
        parts: parts.to_vec(),
        part_names: parts.iter().map(|unit| name_of(fold, *unit)).collect(),
        kind: merger.text(Field::UNIT_KIND).to_owned(),
        from: from.to_vec(),
        from_names: from.iter().map(|unit| name_of(fold, *unit)).collect(),
        into,
        into_name: into.map(|unit| name_of(fold, unit)).filter(|name| !name.is_empty()).unwrap_or(named.to_owned()),
        state: own.state,
        standing: fold.mergers.get(&merger.id).copied().unwrap_or(MergerStanding::NotPassed),
        effective_on: own.effective_on,
        decision: own.decision.clone().unwrap_or_default(),
        body: own.body.clone().unwrap_or_default(),
        frontier: own.frontier.clone(),
        clashes: clashes.map(|clash| clash.key.to_string()).collect(),
    }
}

/// What the latest record that has begun says of the council.
pub(crate) fn council(regimes: &[Snapshot], day: Date) -> Option<bool> {
    let begun = |record: &&Snapshot| record.date(Field::VALID_FROM).is_none_or(|from| from <= day);
    let latest = regimes.iter().filter(|record| !record.is_void()).filter(begun);
    let latest = latest.max_by_key(|record| (record.date(Field::VALID_FROM), record.id))?;
    Some(latest.get(Field::COUNCIL) == Some(&Value::Bool(true)))
}

fn name_of(fold: &RegisterFold, unit: RecordId) -> String {
    fold.units.get(&unit).map(|unit| unit.name.clone()).unwrap_or_default()
}

fn status_slug<S: Serializer>(status: &UnitStatus, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(register::status(status).0)
}

fn state_slug<S: Serializer>(state: &MergerState, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(state.slug())
}

fn action_slug<S: Serializer>(action: &Option<Action>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(action.map_or("", Action::slug))
}

fn standing_slug<S: Serializer>(standing: &MergerStanding, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(register::standing_slug(*standing))
}

fn sums<S: Serializer>(totals: &RegisterTotals, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;
    let mut sums = serializer.serialize_struct("totals", 5)?;
    sums.serialize_field("units", &totals.units)?;
    sums.serialize_field("households", &totals.households)?;
    sums.serialize_field("in_clash", &totals.in_clash)?;
    sums.serialize_field("gone", &totals.gone)?;
    sums.serialize_field("by_kind", &totals.by_kind)?;
    sums.end()
}
