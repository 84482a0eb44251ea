//! Decisions about units: drafting, passing, moving on, and what one would do.

use hopluu_model::edit::{DecideUnits, Deed, Form as _, MergeInto, MoveMerger, Part, Passing, SetField};
use hopluu_model::fold::{Action, Known, MergerStanding, MergerState, UnitStatus};
use hopluu_model::rules;
use hopluu_model::{CollectionId, Date, EventId, EventKind, Field, Kind, RecordId, Value};
use hopluu_view::query::{Intent, MergerDetail, MergerRow, Preview, UnitRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Desk, Moved, Refusal, Who, Why};

/// Kinds of unit that a xã has and a phường has not.
const VILLAGES: [&str; 6] = ["thon", "xom", "ap", "ban", "buon", "lang"];

/// A unit that a decision makes, or the new name of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Households of a part of a split unit.
    pub households: Option<i64>,
}

/// A decision about units, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct Decision {
    /// `merge`, `split`, `rename`, `dissolve` or `convert`.
    pub action: String,
    /// The units, by name or id.
    pub from: Vec<String>,
    /// The unit that exists and takes them in, by name or id.
    pub into: Option<String>,
    /// What it makes: one name for a new merged unit or a renamed one, two and more for a split.
    pub names: Vec<Named>,
    /// Slug of the kind of what it makes, or into which units are turned; that of the units when nothing is said.
    pub kind: Option<String>,
    /// Whether it is passed at once; else it is drafted.
    pub pass: bool,
    /// Number of the document.
    pub decision: String,
    /// The body that passed it; what [`Desk::body`] proposes when nothing is said.
    pub body: String,
    /// The day it takes effect.
    pub effective: String,
}

/// A step of a decision about units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct MergerStep {
    /// The merger's id.
    pub id: String,
    /// What happens: `consult`, `agree`, `fail`, `pass`, `withdraw`, `annul`, `draft`.
    pub event: String,
    /// Number of the document that passes or annuls it.
    pub decision: Option<String>,
    /// The body that passes it.
    pub body: Option<String>,
    /// The day it takes effect.
    pub effective: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// What else is said.
    pub text: Option<String>,
}

/// Who passes decisions about units on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Body {
    /// Its name, to begin with.
    pub name: String,
    /// Whether the commune has a council that day; `None` when its register does not say.
    pub council: Option<bool>,
}

/// The steps that a merger can take from where it stands, in the order in which pages offer them.
#[must_use]
pub fn steps(row: &MergerRow) -> &'static [&'static str] {
    match row.state {
        MergerState::Draft => &["consult", "pass", "withdraw"],
        MergerState::Consulting => &["agree", "fail", "pass", "withdraw"],
        MergerState::Agreed => &["pass", "withdraw"],
        MergerState::Failed | MergerState::Withdrawn => &["draft"],
        // What took effect is undone by a new decision of its own.
        MergerState::Passed if row.standing == MergerStanding::InForce => &[],
        MergerState::Passed => &["annul"],
        MergerState::Annulled => &[],
    }
}

impl Desk {
    /// Drafts or passes a decision about units; returns the merger's id.
    ///
    /// # Errors
    /// When a unit is not known or exists no longer, a date is none, whoever asks may not, or what is wrong with the form.
    pub async fn decide(&self, who: &Who, decision: Decision) -> Result<String, Refusal> {
        let meant = self.meant(&decision)?;
        self.still_there(&meant)?;
        let at = self.at(who, self.register())?;
        let effective_on = self.day(Some(&decision.effective))?;
        let passing = decision.pass.then(|| -> Result<Passing, Refusal> {
            let body =
                if decision.body.trim().is_empty() { self.body(effective_on)?.name } else { decision.body.clone() };
            let known = known(&meant.from, meant.into.as_ref());
            Ok(Passing { decision: decision.decision.clone(), body, effective_on, known })
        });
        let passing = passing.transpose()?;
        self.write(at, move |office| {
            let (merger, event) = (office.new_record(), office.new_event());
            let from = meant.from.iter().map(|unit| unit.id).collect();
            let form = DecideUnits { merger, event, from, deed: meant.deed(|| office.new_record()), passing };
            Ok((form, merger.to_string()))
        })
        .await
    }

    /// What a decision would do to a commune, before anything is written.
    ///
    /// # Errors
    /// When a unit is not known, a date is none, or nothing is known of the commune.
    pub async fn preview(&self, who: &Who, decision: &Decision) -> Result<Preview, Refusal> {
        let meant = self.meant(decision)?;
        self.check(who, &meant)?;
        let intent = Intent {
            merger: None,
            action: meant.action,
            from: meant.from.iter().map(|unit| unit.id).collect(),
            into: meant.into.as_ref().map(|unit| unit.id),
            names: meant.names.iter().map(|named| (named.name.clone(), named.households)).collect(),
            kind: meant.kind,
            on: self.day(Some(&decision.effective))?,
        };
        let collection = self.about().collection;
        let found = self.reader().preview(collection, &intent)?;
        let mut found = found.ok_or_else(|| Refusal::not_found("sổ của xã, phường", "register", ""))?;
        self.show_holders(who, collection, &mut found.holders).await?;
        Ok(found)
    }

    /// What is wrong with a decision that would only be drafted; nothing is written.
    fn check(&self, who: &Who, meant: &Meant) -> Result<(), Refusal> {
        let mut drawn = 0_u8;
        let deed = meant.deed(|| {
            drawn = drawn.wrapping_add(1);
            RecordId([drawn; 16])
        });
        let from = meant.from.iter().map(|unit| unit.id).collect();
        let (merger, event) = (RecordId([u8::MAX; 16]), EventId([0; 16]));
        let form = DecideUnits { merger, event, from, deed, passing: None };
        form.edit(&self.at(who, self.register())?).map(drop).map_err(|faults| Refusal::invalid(&faults))
    }

    /// Units that should be of another kind since this commune is a phường, with that kind; none at other communes.
    ///
    /// # Errors
    /// When the view fails.
    pub fn to_convert(&self) -> Result<Option<(String, Vec<UnitRow>)>, Refusal> {
        let collection = self.about().collection;
        let communes = self.reader().communes()?;
        let own = communes.iter().find(|commune| commune.collection == collection);
        if self.is_province() || own.is_none_or(|commune| commune.kind != "phuong") {
            return Ok(None);
        }
        let said = self.reader().setting("unit_kind_phuong", None)?.text;
        let kind = if said.is_empty() { "to_dan_pho".to_owned() } else { said };
        let units = self.reader().units(collection, None)?.map_or_else(Vec::new, |units| units.units);
        let village = |unit: &UnitRow| VILLAGES.contains(&unit.kind.as_str()) && unit.kind != kind;
        let there = |unit: &UnitRow| matches!(unit.status, UnitStatus::Active | UnitStatus::InClash);
        let units: Vec<UnitRow> = units.into_iter().filter(|unit| there(unit) && village(unit)).collect();
        Ok(if units.is_empty() { None } else { Some((kind, units)) })
    }

    /// A merger by its id, with what it would do while it is not in force.
    ///
    /// # Errors
    /// When there is no such merger.
    pub async fn merger(&self, who: &Who, id: &str) -> Result<MergerDetail, Refusal> {
        let mut found = self.find_merger(id)?;
        if let Some(preview) = &mut found.preview {
            self.show_holders(who, found.collection, &mut preview.holders).await?;
        }
        Ok(found)
    }

    fn find_merger(&self, id: &str) -> Result<MergerDetail, Refusal> {
        let none = || Refusal::not_found("phương án", "merger", id);
        let known = self.reader().records_by_prefix(id.trim())?;
        let mut mergers = known.into_iter().filter(|record| record.kind == Kind::MERGER);
        let (Some(one), None) = (mergers.next(), mergers.next()) else { return Err(none()) };
        let found = self.reader().merger(one.id)?.ok_or_else(none)?;
        let ours = self.is_province() || found.collection == self.about().collection;
        if ours { Ok(found) } else { Err(none()) }
    }

    /// Moves a merger on; returns the new event's id.
    ///
    /// # Errors
    /// When there is no such merger or step, it is not possible from where the merger stands, or whoever asks may not.
    pub async fn move_merger(&self, who: &Who, step: MergerStep) -> Result<Moved, Refusal> {
        let found = self.find_merger(&step.id)?;
        let row = &found.merger;
        let kind = EventKind::from_slug(&format!("merger_{}", step.event)).ok_or_else(|| {
            Refusal::new(
                Why::Usage,
                "unknown-event",
                format!("Không có việc {} với phương án.", step.event),
                format!("There is no step {} of a merger.", step.event),
            )
        })?;
        if !steps(row).contains(&step.event.as_str()) {
            return Err(Refusal::new(
                Why::Refused,
                "not-now",
                format!("Phương án đang ở bước \"{}\". Xem lại trang phương án.", row.state.vi()),
                format!("The merger is {:?} now. Look at its page again.", row.state.en()),
            ));
        }
        let mut form = MoveMerger::new(row.id, EventId([0; 16]), kind, row.frontier.clone());
        form.action = row.action.unwrap_or_default();
        form.from.clone_from(&row.from);
        form.reason = step.reason;
        form.text = step.text;
        if kind == EventKind::MERGER_PASS {
            form.passing = Some(self.passing(&found, step.decision, step.body, step.effective)?);
        } else {
            form.decision = step.decision;
        }
        let at = self.at(who, found.history.record.doc)?;
        self.write(at, move |office| {
            form.event = office.new_event();
            let moved = Moved { event: form.event.to_string() };
            Ok((form, moved))
        })
        .await
    }

    fn passing(
        &self,
        found: &MergerDetail,
        decision: Option<String>,
        body: Option<String>,
        effective: Option<String>,
    ) -> Result<Passing, Refusal> {
        let effective_on = self.day(effective.as_deref())?;
        let row = &found.merger;
        let units = self.reader().units(found.collection, None)?.map_or_else(Vec::new, |units| units.units);
        let of = |id: &RecordId| units.iter().find(|unit| unit.id == *id).cloned();
        let from: Vec<UnitRow> = row.from.iter().filter_map(of).collect();
        let target = row.into.filter(|_| !row.makes).and_then(|into| of(&into));
        let body = body.filter(|body| !body.trim().is_empty());
        let body = body.map_or_else(|| self.body(effective_on).map(|body| body.name), Ok)?;
        let known = known(&from, target.as_ref());
        Ok(Passing { decision: decision.unwrap_or_default(), body, effective_on, known })
    }

    /// Gives a merger that is not passed another list of units; whoever had passed it elsewhere meanwhile is asked.
    ///
    /// # Errors
    /// When there is no such merger or unit, it is passed already, or whoever asks may not.
    pub async fn set_sources(&self, who: &Who, id: &str, from: &[String]) -> Result<String, Refusal> {
        let found = self.find_merger(id)?;
        let (merger, action) = (found.merger.id, found.merger.action.unwrap_or_default());
        if matches!(found.merger.state, MergerState::Passed | MergerState::Annulled) {
            return Err(Refusal::new(
                Why::Refused,
                "passed",
                "Phương án đã thông qua, danh sách không sửa được. Hãy bãi bỏ rồi lập phương án mới.",
                "The merger is passed; its list stays. Annul it and draft another.",
            ));
        }
        let units: Vec<RecordId> = from.iter().map(|unit| Ok(self.unit(unit)?.id)).collect::<Result<_, Refusal>>()?;
        if units.len() < action.least() {
            let what = hopluu_model::FaultKind::TooFew(action.least());
            let faults = vec![hopluu_model::Fault { field: Field::FROM, what }];
            return Err(Refusal::invalid(&hopluu_model::Faults(faults)));
        }
        let at = self.at(who, found.history.record.doc)?;
        let value = Value::Ids(units);
        self.write(at, move |_| {
            Ok((SetField { record: merger, kind: Kind::MERGER, field: Field::FROM, value }, merger.to_string()))
        })
        .await
    }

    /// Who passes decisions about units in this commune on a day: the rule of the province for communes with a council,
    /// or for those without. It only begins the form; people may write another body.
    ///
    /// # Errors
    /// When the view fails.
    pub fn body(&self, day: Option<Date>) -> Result<Body, Refusal> {
        self.body_of(self.about().collection, day)
    }

    fn body_of(&self, collection: CollectionId, day: Option<Date>) -> Result<Body, Refusal> {
        let council = self.reader().council(collection, day)?;
        let (slug, otherwise) = if council == Some(false) {
            ("body_no_council", "Ủy ban nhân dân")
        } else {
            ("body_council", "Hội đồng nhân dân")
        };
        let said = self.reader().setting(slug, day)?.text;
        let name = if said.is_empty() { otherwise.to_owned() } else { said };
        Ok(Body { name, council })
    }

    /// Reads what was typed: units by name or id.
    fn meant(&self, typed: &Decision) -> Result<Meant, Refusal> {
        let action = Action::from_slug(typed.action.trim()).ok_or_else(|| {
            Refusal::new(
                Why::Usage,
                "unknown-action",
                format!(
                    "Không có loại quyết định {}. Chọn sáp nhập, chia tách, đổi tên, giải thể hoặc chuyển loại.",
                    typed.action
                ),
                format!("There is no action {}. Use merge, split, rename, dissolve or convert.", typed.action),
            )
        })?;
        let from: Vec<UnitRow> = typed.from.iter().map(|unit| self.unit(unit)).collect::<Result<_, _>>()?;
        let into = typed.into.as_deref().map(str::trim).filter(|into| !into.is_empty());
        let into = into.filter(|_| matches!(action, Action::Merge | Action::Dissolve));
        let into = into.map(|into| self.unit(into)).transpose()?;
        let kind = typed.kind.as_deref().map(str::trim).filter(|kind| !kind.is_empty()).map(str::to_owned);
        let own = || from.first().filter(|_| action != Action::Convert).map(|unit| unit.kind.clone());
        let kind = kind.or_else(own).unwrap_or_default();
        let names = typed.names.iter().filter(|named| !named.name.trim().is_empty()).cloned();
        let names = if into.is_some() { Vec::new() } else { names.collect() };
        Ok(Meant { action, from, into, names, kind })
    }

    /// Lets a decision be about units that exist; what an office does not know yet is told by the fold.
    fn still_there(&self, meant: &Meant) -> Result<(), Refusal> {
        for unit in meant.from.iter().chain(&meant.into) {
            // A unit that another merger will make may be decided about before it exists.
            if !matches!(unit.status, UnitStatus::Planned { .. } | UnitStatus::Future { .. }) {
                self.may_correct(unit, [])?;
            }
        }
        Ok(())
    }
}

/// A decision with its units found.
struct Meant {
    action: Action,
    from: Vec<UnitRow>,
    into: Option<UnitRow>,
    names: Vec<Named>,
    kind: String,
}

impl Meant {
    fn deed(&self, mut new: impl FnMut() -> RecordId) -> Deed {
        let first = || self.names.first().map(|named| named.name.clone()).unwrap_or_default();
        let kind = self.kind.clone();
        match (self.action, &self.into) {
            (Action::Merge, Some(into)) => Deed::Merge { into: MergeInto::Existing(into.id), kind },
            (Action::Merge, None) => Deed::Merge { into: MergeInto::New { record: new(), name: first() }, kind },
            (Action::Split, _) => {
                let part =
                    |named: &Named| Part { record: new(), name: named.name.clone(), households: named.households };
                Deed::Split { parts: self.names.iter().map(part).collect(), kind }
            }
            (Action::Rename, _) => Deed::Rename { name: first() },
            (Action::Dissolve, into) => Deed::Dissolve { into: into.as_ref().map(|unit| unit.id) },
            (Action::Convert, _) => Deed::Convert { kind },
        }
    }
}

/// What is known of units now, to be kept with a passing.
fn known(from: &[UnitRow], into: Option<&UnitRow>) -> Known {
    Known {
        names: from.iter().map(|unit| unit.name.clone()).collect(),
        households: from.iter().map(|unit| unit.households).collect(),
        target: into.and_then(|unit| unit.own_households),
    }
}

/// Whether a step is one that this role may take at a commune.
#[must_use]
pub fn allows(who: &Who, step: &str) -> bool {
    let kind = EventKind::from_slug(&format!("merger_{step}"));
    let rule = kind.and_then(rules::event);
    rule.zip(who.part.role()).is_some_and(|(rule, role)| rule.roles.contains(&role))
}
