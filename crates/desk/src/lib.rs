//! What people at a desk may do: one set of verbs for pages, API and command line.
//!
//! A page, a program that calls the API and a command all become the same input (`Report`, `Move`, ...) and get the same
//! answer or the same [`Refusal`]; whoever formats it for a screen knows no rule of the trade.
//!
//! * [`Desk`] is the running office as this room sees it: reading through connections of its own, writing through the
//!   [`Door`], which answers after the commit that makes the work durable.
//! * [`Who`] says who asks, and what their part allows.
//! * [`Account`](AccountRow)s, [`Session`]s, drafts and the [trail](Trace) of what people did are facts of this node alone.
//! * [`Live`] is what is known beside the documents: who is there, alarms, why a relay turned us away.

mod accounts;
mod audit;
mod bulletin;
mod chores;
mod commune;
mod desk;
mod digest;
mod directives;
mod door;
mod drafts;
mod facts;
mod health;
pub mod import;
mod issues;
mod line;
mod live;
mod machines;
mod mergers;
mod notes;
mod pictures;
mod places;
mod problems;
mod province;
mod records;
mod refusal;
mod search;
mod settle;
mod staff;
mod standing;
mod totals;
mod trail;
mod units;
mod who;

pub use accounts::{
    AccountChange, AccountId, AccountRow, BadAccountId, Made, NewAccount, Session, SessionRow, SetUp, SignIn, SignedIn,
    TotpBegun,
};
pub use audit::AuditQuery;
pub use commune::{CommuneDetail, ReportedFigure};
pub use desk::{About, Desk, News};
pub use digest::{DocDigest, Holdings};
pub use directives::{Give, Given, TaskStep};
pub use door::{Answer, Door, Trouble, Work};
pub use drafts::DraftRow;
pub use facts::{BadFacts, Expected, FactPlace, Facts, Loaded, Writing};
pub use health::{Check, Health};
pub use issues::{Moved, Placed, Remark, Report, Reported, Step};
pub use line::LineState;
pub use live::{Live, Shared};
pub use machines::{DeviceState, Invite, Invited};
pub use mergers::{Body, Decision, MergerStep, Named, allows, steps};
pub use pictures::{PictureWay, small_picture};
pub use places::{PlaceChanges, PlaceLink, PlaceLinks, PlaceOn, place_changes, place_on};
pub use problems::CommonAnswer;
pub use province::{Contact, Silence};
pub use records::BookQuery;
pub use refusal::{Refusal, Why};
pub use search::Search;
pub use settle::{Choice, SettledQuery};
pub use staff::{
    AskTransfer, BeginHolding, DecideTransfer, Done, EndHolding, Leave, LeaverQuery, MarkLeavers, Marked, NewPerson,
    StaffQuery, Warning,
};
pub use standing::{Enrolling, Standing};
pub use totals::{Compare, Compared};
pub use trail::{Deed, Trace, TrailPage, TrailQuery};
pub use units::NewUnit;
pub use who::{Part, Power, Who};
