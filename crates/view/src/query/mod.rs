//! Questions and their answers: plain values with English names, which pages put into words.

mod clashes;
mod freshness;
mod history;
mod issues;
mod people;
mod plain;
mod search;
mod sentence;
mod sites;
mod totals;
mod units;

pub use clashes::{ClashDetail, ClashRow, OptionRow};
pub use freshness::Freshness;
pub use history::{EventRow, History, RecordRow, RivalRow};
pub use issues::{IssueDetail, IssueFilter, IssuePage, IssueRow};
pub use people::{HoldingRow, PersonRow, PostRow, SeatRow, Staff};
pub use search::Found;
pub use sentence::Sentence;
pub use sites::{SiteRow, Sites};
pub use totals::{CommuneRow, Totals};
pub use units::{MergerRow, UnitRow, Units};
