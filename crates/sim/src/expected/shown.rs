//! What is shown of units and people, held against what was typed.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::UnitStatus;
use hopluu_model::{CollectionId, EventKind, Field, Kind, RecordId, Value};
use hopluu_view::Reader;
use hopluu_view::query::UnitRow;

use super::Listed;
use super::claims::{self, plans};
use super::ends::{Fates, fates, holding_on};
use super::paper::{Happened, Paper};
use super::staff::{Seat, Staff};

/// The names and households of units are those typed last, or of several the one that shows everywhere; a name that was
/// decided goes before.
pub(super) fn check_units(
    reader: &Reader,
    collection: CollectionId,
    register: &Paper<'_>,
    clashing: &[Listed],
) -> Result<usize, String> {
    let Some(units) = reader.units(collection, None).map_err(|error| error.to_string())? else { return Ok(0) };
    let in_force = holding_on(register, clashing, units.as_of);
    let mut count = 0;
    for record in register.of_kind(Kind::UNIT) {
        let row = units.units.iter().find(|row| row.id == record);
        let row = row.ok_or_else(|| format!("unit {record} is not shown"))?;
        let typed = || register.shown(record, Field::NAME).and_then(Value::as_text).unwrap_or_default().to_owned();
        let name = claims::renamed(register, record, &in_force).unwrap_or_else(typed);
        let households = register.shown(record, Field::HOUSEHOLDS).and_then(Value::as_int);
        if row.name != name || row.own_households != households {
            let shown = (&row.name, row.own_households);
            return Err(format!("unit {record} is shown as {shown:?}, and is {:?}", (name, households)));
        }
        count += 1;
    }
    Ok(count)
}

/// Units exist, or have become what was decided; each counts once in the sums, those in a clash as before it.
pub(super) fn check_fates(
    reader: &Reader,
    collection: CollectionId,
    register: &Paper<'_>,
    clashing: &[Listed],
) -> Result<(), String> {
    let Some(shown) = reader.units(collection, None).map_err(|error| error.to_string())? else { return Ok(()) };
    let fates = fates(register, clashing, shown.as_of);
    let plans = plans(register);
    let disputed: BTreeSet<RecordId> = plans
        .iter()
        .filter(|(merger, _)| clashing.iter().any(|listed| listed.options.contains(&merger.to_string())))
        .flat_map(|(_, plan)| plan.from.iter().copied())
        .collect();
    let (mut count, mut households, mut in_clash) = (0, 0, 0);
    for row in &shown.units {
        let future = register.shown(row.id, Field::VALID_FROM).and_then(Value::as_date);
        let future = future.is_some_and(|from| from > shown.as_of) && !fates.made.contains(&row.id);
        let gone = fates.ends.get(&row.id).is_some_and(|(on, _)| *on <= shown.as_of);
        let is = !fates.planned.contains(&row.id) && !gone && !future;
        check_fate(row, &fates, (is, is && disputed.contains(&row.id)))?;
        count += usize::from(is);
        households += if is { row.households.unwrap_or(0) } else { 0 };
        in_clash += usize::from(is && disputed.contains(&row.id));
    }
    for merger in &fates.in_force {
        check_late(reader, register, *merger, &shown.units)?;
    }
    let sums = (shown.totals.units, shown.totals.households, shown.totals.in_clash);
    if sums != (count, households, in_clash) {
        return Err(format!(
            "units, households, in a clash: {sums:?} are shown, {:?} there are",
            (count, households, in_clash)
        ));
    }
    Ok(())
}

/// Whatever a unit says now that was not known when the merger was passed that ended it is told beside the unit.
fn check_late(reader: &Reader, register: &Paper<'_>, merger: RecordId, units: &[UnitRow]) -> Result<(), String> {
    let of_it = |event: &&Happened<'_>| event.record == merger && event.kind == EventKind::MERGER_PASS;
    let from = register.shown(merger, Field::FROM).map_or(&[][..], Value::as_ids);
    let Some(passing) = register.events.iter().find(of_it) else { return Ok(()) };
    let lines = |field| -> Vec<&str> {
        passing.get(field).and_then(Value::as_text).map_or_else(Vec::new, |text| text.lines().collect())
    };
    let (names, households) = (lines(Field::FROM_NAMES), lines(Field::FROM_HOUSEHOLDS));
    if names.len() != from.len() || households.len() != from.len() {
        return Ok(());
    }
    for ((unit, name), had) in from.iter().zip(names).zip(households) {
        let Some(row) = units.iter().find(|row| row.id == *unit) else { continue };
        let now = row.households.map_or_else(|| "-".to_owned(), |count| count.to_string());
        let mut expected = BTreeSet::new();
        expected.extend((row.name != name).then_some(Field::NAME));
        expected.extend((now != had).then_some(Field::HOUSEHOLDS));
        let detail = reader.unit(*unit, None).map_err(|error| error.to_string())?;
        let late = detail.into_iter().flat_map(|detail| detail.late);
        let told: BTreeSet<Field> =
            late.filter(|late| late.merger == merger && late.unit == *unit).map(|late| late.field).collect();
        if told != expected {
            return Err(format!("of unit {unit}, ended by {merger}, {told:?} are told as late, and {expected:?} are"));
        }
    }
    Ok(())
}

fn check_fate(row: &UnitRow, fates: &Fates, (is, in_clash): (bool, bool)) -> Result<(), String> {
    let became: BTreeSet<RecordId> = row.became.iter().copied().collect();
    let became_what = fates.became.get(&row.id).cloned().unwrap_or_default();
    let households = fates.households.get(&row.id).copied().flatten();
    let shown = (row.exists(), row.status == UnitStatus::InClash, &became, row.households);
    if shown != (is, in_clash, &became_what, households) {
        let is = (is, in_clash, became_what, households);
        return Err(format!(
            "unit {} is shown as {shown:?}, and is {is:?}: exists, in a clash, became, households",
            row.id
        ));
    }
    Ok(())
}

/// Everybody left on the day that was written, and holds what was written on the days on which it counts.
pub(super) fn check_staff(reader: &Reader, collection: CollectionId, staff: &Staff) -> Result<usize, String> {
    let Some(shown) = reader.staff(collection, None).map_err(|error| error.to_string())? else { return Ok(0) };
    let leavers = reader.leavers(collection).map_err(|error| error.to_string())?.unwrap_or_default();
    let left: BTreeMap<_, _> = leavers.iter().map(|row| (row.person, row.on)).collect();
    if left != staff.left {
        return Err(format!("people are shown as having left {left:?}, and left {:?}", staff.left));
    }
    let mut seats: BTreeMap<RecordId, Seat> = BTreeMap::new();
    for person in &shown.people {
        for held in &person.holdings {
            seats.insert(held.id, (person.id, held.post, held.unit, held.from, held.to));
        }
    }
    if seats != staff.seats {
        return Err(format!("holdings are shown as {seats:?}, and are {:?}", staff.seats));
    }
    Ok(1)
}
