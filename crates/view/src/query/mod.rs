//! Questions and their answers: plain values with English names, which pages put into words.

mod audit;
mod book;
mod bulletin;
mod clashes;
mod commune;
mod comparison;
mod directives;
mod figures;
mod filter;
mod freshness;
mod history;
mod issue_row;
mod issues;
mod merger_detail;
mod overview;
mod people;
mod plain;
mod preview;
mod search;
mod sentence;
mod setting;
mod settlements;
mod similar;
mod totals;
mod unit_detail;
mod units;
mod wanted;

pub use audit::{AuditFilter, AuditPage, AuditRow, Deed};
pub use book::{BookRow, Named, holds};
pub use bulletin::{Category, CommonProblem, DayRow, Department, Notice, Rules, Text, UnitKind};
pub use clashes::{ClashDetail, ClashRow, OptionRow};
pub use commune::{CommunePicture, EquipmentRow, FunctionRow, SiteRow, Sites};
pub use comparison::{CommuneFigures, Comparison};
pub use directives::{Directive, DirectiveRow};
pub use figures::Figures;
pub use filter::{IssueFilter, Linked, Pile, Sort};
pub use freshness::Freshness;
pub use history::{EventRow, History, RecordRow, RivalRow};
pub use issue_row::{IssueRow, Picture, PlaceNext};
pub use issues::{IssueDetail, IssuePage, PileCounts};
pub use merger_detail::MergerDetail;
pub use overview::{Cell, CommuneCell, Overview, Spread, Sum, WEEKS, Week};
pub use people::{
    BoardRow, HoldingRow, LeaverRow, Limits, MemberRow, MembershipRow, PaidRow, PersonDetail, PersonRow, PostRow,
    QuotaRow, SeatRow, Staff, TransferRow,
};
pub use preview::{After, Intent, Preview, Warning};
pub use search::Found;
pub use sentence::Sentence;
pub use setting::Setting;
pub use settlements::SettlementRow;
pub use similar::Similar;
pub use totals::{CommuneRow, Totals};
pub use unit_detail::{HolderRow, Kin, LateRow, NameRow, PlacedIssue, UnitDetail, Way};
pub use units::{MergerRow, UnitRow, Units};
