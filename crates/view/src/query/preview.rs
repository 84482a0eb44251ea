//! What a decision about units would do, before it is passed: the register folded with it and without it.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{Action, ClashKind, Known, MergerFold, MergerState, RegisterFold, UnitFold};
use hopluu_model::text::search_key;
use hopluu_model::{
    ActorId, By, CollectionId, Date, DocId, DocKind, EventId, Field, Held, Kind, RecordId, Role, Snapshot, Stamp,
    Timestamp, Value,
};
use serde::Serialize;

use crate::Result;
use crate::derive::commune::Register;
use crate::derive::today;
use crate::open::Reader;
use crate::query::unit_detail::{self, HolderRow, PlacedIssue};
use crate::query::units::{self, MergerRow, UnitRow};
use crate::query::{Staff, plain};

/// What somebody means to decide, or has drafted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// The merger that says so already, where there is one.
    pub merger: Option<RecordId>,
    /// What it does.
    pub action: Action,
    /// The units.
    pub from: Vec<RecordId>,
    /// The unit that exists and takes them in.
    pub into: Option<RecordId>,
    /// Names of what it makes, with households where they are typed; the new name of a renamed unit.
    pub names: Vec<(String, Option<i64>)>,
    /// Slug of the kind of what it makes, or that units are turned into.
    pub kind: String,
    /// Its first day; the newest day known when none is said.
    pub on: Option<Date>,
}

/// What a decision would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// Its first day.
    #[serde(serialize_with = "plain::text")]
    pub on: Date,
    /// The units it ends or alters, as they are on that day without it.
    pub units: Vec<UnitRow>,
    /// Households of these units together, where known.
    pub households: i64,
    /// Whether the households of all of them are known.
    pub all_known: bool,
    /// What there is afterwards in their place: units made, the one that takes them in, or they themselves.
    pub after: Vec<After>,
    /// Units of the commune before and after.
    pub count: (usize, usize),
    /// Households of the commune before and after.
    pub total: (i64, i64),
    /// Posts in units that end, and who holds them. Personal data.
    pub holders: Vec<HolderRow>,
    /// Open issues reported of these units and of what went into them. Of what is merged they are shown at the successor;
    /// of a unit that is split they stay where they are, with the new units named, until somebody says which is meant.
    pub issues: Vec<PlacedIssue>,
    /// Other decisions, not withdrawn, about the same units or their target.
    pub others: Vec<MergerRow>,
    /// What to look at before it is passed; nothing of it forbids anything.
    pub warnings: Vec<Warning>,
}

/// A unit afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct After {
    /// Its name.
    pub name: String,
    /// Slug of its kind.
    pub kind: String,
    /// Its households.
    pub households: Option<i64>,
}

/// What to look at before a decision is passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What it is: `gone`, `disputed`, `target_gone`, `twice`, `ring`, `namesake`, `sum`.
    pub code: &'static str,
    /// The unit or name it is about.
    pub about: String,
}

impl Reader {
    /// What a decision would do to a commune; `None` when the view holds no register of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn preview(&self, collection: CollectionId, intent: &Intent) -> Result<Option<Preview>> {
        let day = self.ask(|connection| intent.on.map_or_else(|| today(connection), Ok))?;
        // Posts are those of the day before: on the day itself some have ended with their unit already.
        let staff = if intent.action.ends() { self.staff(collection, Some(day.plus_days(-1)))? } else { None };
        self.ask(|connection| {
            let Some(mut register) = Register::load(connection, collection)? else { return Ok(None) };
            let without = |register: &Register| {
                let kept = register.mergers.iter().filter(|(merger, _)| Some(merger.id) != intent.merger);
                kept.cloned().collect::<Vec<_>>()
            };
            let drafted = register.mergers.iter().find(|(merger, _)| Some(merger.id) == intent.merger).cloned();
            register.mergers = without(&register);
            let before = register.fold(day);
            let mergers = units::merger_rows(&register, &before);
            let made = supposed(&mut register, collection, intent, (drafted, day));
            let after = register.fold(day);
            let mut preview = compared(&register, intent, (&before, &after), day);
            preview.after = afterwards(intent, &made, &after);
            preview.warnings = warnings(intent, &preview, (&before, &after));
            preview.others = mergers.into_iter().filter(|row| touches(row, intent)).collect();
            let touched: BTreeSet<RecordId> = intent.from.iter().copied().collect();
            let line = touched.iter().flat_map(|unit| before.ancestors(*unit)).chain(touched.iter().copied());
            preview.issues = unit_detail::placed(connection, collection, &line.collect())?;
            preview.holders = holders(staff.as_ref(), &touched);
            Ok(Some(preview))
        })
    }
}

fn holders(staff: Option<&Staff>, touched: &BTreeSet<RecordId>) -> Vec<HolderRow> {
    unit_detail::holders(staff, touched)
}

/// Puts the decision into the register as if it were passed; returns the units it makes.
fn supposed(
    register: &mut Register,
    collection: CollectionId,
    intent: &Intent,
    (drafted, day): (Option<(Snapshot, MergerFold)>, Date),
) -> Vec<RecordId> {
    let target = intent.into.and_then(|into| register.units.iter().find(|unit| unit.id == into));
    let known = Known { target: target.and_then(|unit| unit.int(Field::HOUSEHOLDS)), ..Known::default() };
    let by = EventId([u8::MAX; 16]);
    let passed = |fold: MergerFold| MergerFold {
        state: MergerState::Passed,
        by: Some(by),
        passed_by: Some(by),
        passings: vec![by],
        effective_on: Some(day),
        known,
        clashes: Vec::new(),
        ..fold
    };
    let made: Vec<RecordId> = (0_u8..u8::MAX).zip(&intent.names).map(|(n, _)| RecordId([n; 16])).collect();
    let makes = matches!(intent.action, Action::Split) || (intent.action == Action::Merge && intent.into.is_none());
    if let Some((record, fold)) = drafted {
        let parts = record.get(Field::PARTS).map_or(&[][..], Value::as_ids).to_vec();
        let own = if intent.action == Action::Split { parts } else { record.id(Field::INTO).into_iter().collect() };
        register.mergers.push((record, passed(fold)));
        return if makes { own } else { Vec::new() };
    }
    if makes {
        for (id, (name, households)) in made.iter().zip(&intent.names) {
            let fields = [
                (Field::NAME, Value::Text(name.clone())),
                (Field::UNIT_KIND, Value::Text(intent.kind.clone())),
                (Field::HOUSEHOLDS, households.map_or(Value::Empty, Value::Int)),
            ];
            register.units.push(record(collection, *id, Kind::UNIT, fields.to_vec()));
        }
    }
    let mut fields = vec![
        (Field::ACTION, Value::Text(intent.action.slug().to_owned())),
        (Field::FROM, Value::Ids(intent.from.clone())),
        (Field::UNIT_KIND, Value::Text(intent.kind.clone())),
    ];
    match (intent.action, intent.names.first()) {
        (Action::Split, _) => fields.push((Field::PARTS, Value::Ids(made.clone()))),
        (Action::Rename | Action::Merge, Some((name, _))) if intent.into.is_none() => {
            fields.push((Field::INTO_NAME, Value::Text(name.clone())));
        }
        _ => {}
    }
    let into = intent.into.or_else(|| made.first().copied().filter(|_| intent.action == Action::Merge));
    fields.extend(into.map(|into| (Field::INTO, Value::Id(into))));
    let merger = record(collection, RecordId([u8::MAX; 16]), Kind::MERGER, fields);
    let fold = hopluu_model::fold::merger(&merger, &[]);
    register.mergers.push((merger, passed(fold)));
    if makes { made } else { Vec::new() }
}

/// A record that nobody wrote.
fn record(collection: CollectionId, id: RecordId, kind: Kind, fields: Vec<(Field, Value)>) -> Snapshot {
    let stamp = Stamp { at: Timestamp(0), by: By { name: String::new(), role: Role::Program } };
    let actor = ActorId([0; 16]);
    let held = |value| Held { value, stamp: stamp.clone(), actor, rivals: Vec::new() };
    let fields: BTreeMap<Field, Held> = fields.into_iter().map(|(field, value)| (field, held(value))).collect();
    Snapshot { doc: DocId::new(collection, DocKind::Register), id, kind, stamp, actor, fields }
}

fn compared(
    register: &Register,
    intent: &Intent,
    (before, after): (&RegisterFold, &RegisterFold),
    on: Date,
) -> Preview {
    let rows = intent.from.iter().filter_map(|id| {
        let snapshot = register.units.iter().find(|unit| unit.id == *id)?;
        Some(units::unit_row(snapshot, before.units.get(id)?, before))
    });
    let units: Vec<UnitRow> = rows.collect();
    Preview {
        on,
        households: units.iter().filter_map(|unit| unit.households).fold(0, i64::saturating_add),
        all_known: units.iter().all(|unit| unit.households.is_some()),
        units,
        after: Vec::new(),
        count: (before.totals.units, after.totals.units),
        total: (before.totals.households, after.totals.households),
        holders: Vec::new(),
        issues: Vec::new(),
        others: Vec::new(),
        warnings: Vec::new(),
    }
}

/// What there is afterwards. A clash holds the decision back in the fold, not in what it says.
fn afterwards(intent: &Intent, made: &[RecordId], after: &RegisterFold) -> Vec<After> {
    let row = |unit: &UnitFold| After { name: unit.name.clone(), kind: unit.kind.clone(), households: unit.households };
    match intent.action {
        Action::Rename | Action::Convert => {
            let altered = intent.from.iter().filter_map(|id| after.units.get(id)).map(row);
            let renamed = intent.names.first().filter(|_| intent.action == Action::Rename);
            altered
                .map(|mut unit| {
                    if let Some((name, _)) = renamed {
                        unit.name.clone_from(name);
                    } else {
                        unit.kind.clone_from(&intent.kind);
                    }
                    unit
                })
                .collect()
        }
        _ => made.iter().chain(&intent.into).filter_map(|id| after.units.get(id)).map(row).collect(),
    }
}

fn warnings(intent: &Intent, preview: &Preview, (before, after): (&RegisterFold, &RegisterFold)) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |code, about: &str| found.push(Warning { code, about: about.to_owned() });
    for id in &intent.from {
        match before.units.get(id) {
            Some(unit) if !unit.counts() => warn("gone", &unit.name),
            Some(unit) if !unit.clashes.is_empty() => warn("disputed", &unit.name),
            _ => {}
        }
    }
    if let Some(target) = intent.into.and_then(|id| before.units.get(&id)).filter(|unit| !unit.counts()) {
        warn("target_gone", &target.name);
    }
    let known: BTreeSet<_> = before.clashes.iter().map(|clash| clash.key).collect();
    for clash in after.clashes.iter().filter(|clash| !known.contains(&clash.key)) {
        let code = if clash.kind == ClashKind::MergerRing { "ring" } else { "twice" };
        warn(code, after.name(clash.record));
    }
    for (name, _) in &intent.names {
        let key = search_key(name);
        let touched = |id: &RecordId| intent.from.contains(id);
        let same = |(id, unit): &(&RecordId, &UnitFold)| unit.counts() && !touched(id) && search_key(&unit.name) == key;
        if !key.is_empty() && before.units.iter().any(|pair| same(&pair)) {
            warn("namesake", name);
        }
    }
    let parts: Option<i64> = preview.after.iter().map(|unit| unit.households).sum();
    if intent.action == Action::Split && parts != preview.all_known.then_some(preview.households) {
        warn("sum", &preview.households.to_string());
    }
    found
}

/// Whether another decision is about the same units and not given up.
fn touches(row: &MergerRow, intent: &Intent) -> bool {
    let given_up = matches!(row.state, MergerState::Withdrawn | MergerState::Failed | MergerState::Annulled);
    let about = |id: &RecordId| intent.from.contains(id) || intent.into == Some(*id);
    !given_up && (row.from.iter().any(about) || row.into.as_ref().is_some_and(about))
}
