//! What a merger does to which units.

use std::collections::BTreeSet;

use super::merger::MergerFold;
use crate::id::RecordId;
use crate::record::{Event, Field, Snapshot, Value};
use crate::time::Date;
use crate::vocabulary;

/// What a decision about units does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Several units become one, new or existing.
    #[default]
    Merge,
    /// One unit becomes several new ones.
    Split,
    /// One unit gets another name and stays what it is.
    Rename,
    /// Units end; one that exists may take their households.
    Dissolve,
    /// Units become units of another kind and stay what they are.
    Convert,
}

impl Action {
    /// All of them, in the order in which forms offer them.
    pub const ALL: [Self; 5] = [Self::Merge, Self::Split, Self::Rename, Self::Dissolve, Self::Convert];

    /// The word by which it is stored.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Rename => "rename",
            Self::Dissolve => "dissolve",
            Self::Convert => "convert",
        }
    }

    /// Finds an action by its word; none at all means a merger, as mergers of before said nothing.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        if slug.is_empty() { Some(Self::Merge) } else { Self::ALL.into_iter().find(|action| action.slug() == slug) }
    }

    /// In Vietnamese.
    #[must_use]
    pub fn vi(self) -> &'static str {
        vocabulary::vi("merger_action", self.slug())
    }

    /// In English.
    #[must_use]
    pub fn en(self) -> &'static str {
        vocabulary::word("merger_action", self.slug()).map_or(self.slug(), |word| word.en)
    }

    /// Whether its sources exist no longer once it is in force; else they only change.
    #[must_use]
    pub fn ends(self) -> bool {
        matches!(self, Self::Merge | Self::Split | Self::Dissolve)
    }

    /// How few units it needs.
    #[must_use]
    pub fn least(self) -> usize {
        if self == Self::Merge { 2 } else { 1 }
    }

    /// Whether it is about one unit alone.
    #[must_use]
    pub fn single(self) -> bool {
        matches!(self, Self::Split | Self::Rename)
    }
}

/// A merger as the register sees it.
pub(super) struct Deed {
    pub(super) action: Action,
    /// The units it ends or alters.
    pub(super) from: BTreeSet<RecordId>,
    /// Where its sources live on; none when it ends them for good, or only alters them.
    pub(super) into: Vec<RecordId>,
    /// The name or kind that altered units have from its day on.
    pub(super) outcome: String,
    /// Its first day; unknown days never come.
    pub(super) on: Option<Date>,
    /// The own number of households of an existing target when it was passed.
    pub(super) target_had: Option<i64>,
}

impl Deed {
    /// Reads a merger; `None` for an action of a newer program, and for a merger that says nothing to be done.
    pub(super) fn of(merger: &Snapshot, fold: &MergerFold) -> Option<Self> {
        let action = Action::from_slug(merger.text(Field::ACTION))?;
        let target = merger.id(Field::INTO);
        let from = merger.get(Field::FROM).map_or(&[][..], Value::as_ids);
        let into = match action {
            Action::Merge => vec![target?],
            Action::Split => made(merger, action),
            Action::Dissolve => target.into_iter().collect(),
            Action::Rename | Action::Convert => Vec::new(),
        };
        let outcome = match action {
            Action::Rename => merger.text(Field::INTO_NAME),
            Action::Convert => merger.text(Field::UNIT_KIND),
            _ => "",
        };
        Some(Self {
            action,
            // A merger into one of its own sources leaves that source as it is.
            from: from.iter().filter(|unit| !into.contains(unit)).copied().collect(),
            into,
            outcome: outcome.to_owned(),
            on: fold.effective_on,
            target_had: fold.known.target,
        })
    }

    /// Whether both cannot hold for a unit that both name.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let day = |deed: &Self| (deed.on.is_none(), deed.on);
        match (self.action.ends(), other.action.ends()) {
            (true, true) => true,
            (true, false) => day(other) >= day(self),
            (false, true) => day(self) >= day(other),
            (false, false) => self.action == other.action && self.on == other.on && self.outcome != other.outcome,
        }
    }
}

/// The units that a merger makes: they exist once it is in force.
pub(super) fn made(merger: &Snapshot, action: Action) -> Vec<RecordId> {
    match action {
        Action::Merge if !merger.text(Field::INTO_NAME).is_empty() => merger.id(Field::INTO).into_iter().collect(),
        Action::Split => merger.get(Field::PARTS).map_or(&[][..], Value::as_ids).to_vec(),
        _ => Vec::new(),
    }
}

/// What was known of the units when a merger was passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Names of the sources, in their order.
    pub names: Vec<String>,
    /// Their households; `None` where unknown.
    pub households: Vec<Option<i64>>,
    /// The own number of households of an existing target.
    pub target: Option<i64>,
}

impl Known {
    pub(super) fn of(passing: &Event) -> Self {
        let lines = |field| passing.text(field).lines().map(str::to_owned);
        Self {
            names: lines(Field::FROM_NAMES).collect(),
            households: lines(Field::FROM_HOUSEHOLDS).map(|line| line.trim().parse().ok()).collect(),
            target: passing.fields.get(&Field::HOUSEHOLDS).and_then(Value::as_int),
        }
    }
}
