//! What holds, derived from what happened: pure functions, the same on every machine in any order of arrival.
//!
//! A state event names the state events its writer had seen (`after`). The *frontier* is the set of effective events
//! that no other effective one follows; the state is that of the lowest rank on it. Events of the wrong side are kept
//! and shown without effect (`void`). What cannot both hold is a [`Clash`]: it stays on the list until a `settle`
//! event that weighed all its options; settlements that differ concurrently reopen it. No clock decides anything:
//! `today` is the newest day signed by a relay or the province.

mod claims;
mod clash;
mod clash_words;
mod deadline;
mod deed;
mod fields;
mod history;
mod holdings;
mod issue;
mod late;
mod merger;
mod mistake;
mod plan;
mod register;
mod rings;
mod settled;
mod sites;
mod span;
mod states;
mod task;

pub use clash::{BadClashKey, Clash, ClashKey, ClashKind, ClashOption, Said, Settler};
pub use deadline::{Deadline, Terms, days_allowed, deadline};
pub use deed::{Action, Known};
pub use fields::{fields, said};
pub use holdings::{Ending, Ends, HoldingFold, HoldingSpan, Leaving, Staff, UnitEnd, holdings};
pub use issue::{IssueFold, IssueState, duplicates, issue};
pub use late::Late;
pub use merger::{MergerFold, MergerState, merger};
pub(crate) use mistake::told;
pub use mistake::{mistake, seen, seen_first};
pub use register::{MergerStanding, RegisterFold, RegisterTotals, UnitFold, UnitStatus, register};
pub(crate) use settled::WEIGHED;
pub use settled::{Named, Settled, settled};
pub use sites::{SiteFold, sites};
pub use span::{Span, spans};
pub use task::{TaskFold, TaskState, task};

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

/// Joins sets that share members until none do.
fn joined<T: Ord + Clone>(sets: impl IntoIterator<Item = BTreeSet<T>>) -> Vec<BTreeSet<T>> {
    let mut groups: Vec<BTreeSet<T>> = Vec::new();
    for set in sets {
        let (apart, touching): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.is_disjoint(&set));
        groups = apart;
        groups.push(touching.into_iter().flatten().chain(set).collect());
    }
    groups.sort();
    groups
}
