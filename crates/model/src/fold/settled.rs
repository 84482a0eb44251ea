//! What a settlement chose and what it weighed, in the words in which it was offered.

use std::collections::BTreeSet;

use super::clash::Said;
use super::history::{Act, chosen};
use super::holdings::{leaving, same, seats};
use super::{fields, issue, merger, mistake, plan};
use crate::id::RecordId;
use crate::record::{Event, EventKind, Field, Kind, Snapshot, Value};
use crate::rules;

/// What begins the sentence that a settlement of a field keeps.
pub(crate) const WEIGHED: &str = "Đã xem xét: ";

/// Something that a settlement names.
#[derive(Debug, Clone)]
pub enum Named {
    /// A record.
    Record(Box<Snapshot>),
    /// An event, with its record.
    Event(Box<Event>, Box<Snapshot>),
}

/// A settlement in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What was chosen.
    pub chosen: Said,
    /// All that was weighed, the chosen among it, each once. Values of a field are as they were written, in Vietnamese.
    pub weighed: Vec<Said>,
}

/// Tells a settlement on a record of some kind; what `find` does not know is left out.
#[must_use]
pub fn settled(settlement: &Event, kind: Kind, find: impl Fn(RecordId) -> Option<Named>) -> Settled {
    if let Some(Value::Int(field)) = settlement.fields.get(&Field::FIELD) {
        let field = Field(u16::try_from(*field).unwrap_or_default());
        return of_field(settlement, kind, field);
    }
    let ids = settlement.fields.get(&Field::WEIGHED).map_or(&[][..], Value::as_ids);
    let named: Vec<Named> = ids.iter().filter_map(|id| begun(*id, &find)).collect();
    let of = |named: &Named| if let Named::Event(event, _) = named { Some(event.record) } else { None };
    // Decisions are told apart by what they do; what happened to one of them, by its states.
    let between = named.iter().filter_map(of).collect::<BTreeSet<_>>().len() > 1;
    let mut weighed: Vec<Said> = Vec::new();
    for said in named.iter().filter_map(|named| said(named, between)) {
        if !weighed.contains(&said) {
            weighed.push(said);
        }
    }
    let confirmed = !settlement.text(Field::SOURCES_HASH).is_empty();
    let chosen = match chosen(settlement) {
        // Two people hold side by side.
        [_, _, ..] => {
            weighed.push(same::two());
            same::two()
        }
        one => one.first().and_then(|id| said(&begun(*id, &find)?, between)).unwrap_or_else(|| Said::both("")),
    };
    let chosen = match confirmed {
        true => Said::new(
            format!("{}; xác nhận danh sách đơn vị", chosen.vi),
            format!("{}; the list of units confirmed", chosen.en),
        ),
        false => chosen,
    };
    Settled { chosen, weighed }
}

fn of_field(settlement: &Event, kind: Kind, field: Field) -> Settled {
    let value = settlement.fields.get(&Field::CHOSEN);
    if let (Field::VOID, Some(Value::Bool(void))) = (field, value) {
        return Settled { chosen: mistake::said(*void), weighed: weighed_values(settlement) };
    }
    let value = value.map_or_else(|| Said::both(""), |value| fields::said(kind, field, value));
    let chosen = Said::new(
        format!("{}: {}", rules::label(field), value.vi),
        format!("{}: {}", rules::label_en(field), value.en),
    );
    Settled { chosen, weighed: weighed_values(settlement) }
}

fn weighed_values(settlement: &Event) -> Vec<Said> {
    let weighed = settlement.text(Field::TEXT).strip_prefix(WEIGHED).unwrap_or_default().split("; ");
    weighed.filter(|said| !said.is_empty()).map(Said::both).collect()
}

/// What a settlement named by another settlement had chosen; in a ring, which only a forger makes, nothing.
fn begun(id: RecordId, find: &impl Fn(RecordId) -> Option<Named>) -> Option<Named> {
    const LONGEST: usize = 100;
    let mut named = find(id)?;
    for _ in 0..LONGEST {
        match &named {
            Named::Event(event, _) if event.kind == EventKind::SETTLE => named = find(*chosen(event).first()?)?,
            _ => return Some(named),
        }
    }
    None
}

fn said(named: &Named, between: bool) -> Option<Said> {
    match named {
        Named::Event(event, record) => {
            let act = Act { event, base: event };
            match record.kind {
                Kind::MERGER if between => Some(plan::said(record, event.text(Field::DECISION))),
                Kind::MERGER => Some(merger::text(&act)),
                Kind::ISSUE => Some(issue::text(&act)),
                _ => None,
            }
        }
        Named::Record(record) => match record.kind {
            Kind::SITE => Some(Said::both(record.text(Field::NAME))),
            Kind::PERSON => Some(same::kept(record.id)),
            Kind::HOLDING => Some(seats::said(record.date(Field::VALID_FROM))),
            Kind::LEAVER => Some(leaving::said(record.date(Field::ON)?, record.text(Field::REASON))),
            _ => None,
        },
    }
}
