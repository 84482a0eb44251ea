//! Who may raise which event, and what it must say.

use super::column::{Column, Rule, may, must};
use crate::edit::MAX_TEXT;
use crate::record::{EventKind, Field, Kind, Role, Side};

/// What an event may say, and who may raise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRule {
    /// The kind of record it happens to; `None` for any.
    pub on: Option<Kind>,
    /// The sides that may raise it; machines enforce this. From another side it is shown, without effect.
    pub sides: &'static [Side],
    /// The roles that may raise it; forms enforce this.
    pub roles: &'static [Role],
    /// What it says.
    pub columns: &'static [Column],
}

impl EventRule {
    /// The rule of one field; `None` when the event has no such field.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.field == field)
    }

    /// Whether a role of a side may raise it.
    #[must_use]
    pub fn allows(&self, side: Side, role: Role) -> bool {
        self.sides.contains(&side) && self.roles.contains(&role)
    }
}

/// The rule of an event; `None` for one of a newer version.
#[must_use]
pub fn event(kind: EventKind) -> Option<&'static EventRule> {
    TABLE.iter().find(|(known, _)| *known == kind).map(|(_, rule)| rule)
}

const COMMUNE: &[Side] = &[Side::Commune];
const PROVINCE: &[Side] = &[Side::Province];
const BOTH: &[Side] = &[Side::Commune, Side::Province];

const DESK: &[Role] = &[Role::Clerk, Role::Leader];
const LEADER: &[Role] = &[Role::Leader];
const TRIAGE: &[Role] = &[Role::Triage, Role::Admin];
// Triage stands in for a department that has no account of its own.
const LEAD: &[Role] = &[Role::Handler, Role::Triage, Role::Admin];
const PROGRAM: &[Role] = &[Role::Program, Role::Triage, Role::Admin];
const ANYONE: &[Role] = &[Role::Clerk, Role::Leader, Role::Triage, Role::Handler, Role::Admin, Role::Program];
const EITHER: &[Role] = &[Role::Clerk, Role::Leader, Role::Triage, Role::Admin];
const SETTLERS: &[Role] = &[Role::Leader, Role::Triage, Role::Admin];

const TEXT: Column = may(Field::TEXT, Rule::Text(MAX_TEXT));
const MUST_TEXT: Column = must(Field::TEXT, Rule::Text(MAX_TEXT));
const REASON: Column = may(Field::REASON, Rule::Text(1_000));
const MUST_REASON: Column = must(Field::REASON, Rule::Text(1_000));
const CATEGORY: Column = may(Field::CATEGORY, Rule::Slug);
const HELPERS: Column = may(Field::HELPERS, Rule::Slugs);
const DECISION: Column = must(Field::DECISION, Rule::Name);
const SOURCES: Column = must(Field::SOURCES_HASH, Rule::Name);

const fn issue(sides: &'static [Side], roles: &'static [Role], columns: &'static [Column]) -> EventRule {
    EventRule { on: Some(Kind::ISSUE), sides, roles, columns }
}

const fn task(sides: &'static [Side], roles: &'static [Role], columns: &'static [Column]) -> EventRule {
    EventRule { on: Some(Kind::DIRECTIVE), sides, roles, columns }
}

const fn merger(roles: &'static [Role], columns: &'static [Column]) -> EventRule {
    EventRule { on: Some(Kind::MERGER), sides: COMMUNE, roles, columns }
}

const TABLE: &[(EventKind, EventRule)] = &[
    (EventKind::REOPEN, issue(BOTH, EITHER, &[REASON, TEXT])),
    (EventKind::SOLVED, issue(COMMUNE, DESK, &[TEXT])),
    (EventKind::WITHDRAW, issue(COMMUNE, DESK, &[REASON, TEXT])),
    (EventKind::ASK, issue(PROVINCE, LEAD, &[MUST_TEXT])),
    (EventKind::REPLY, issue(COMMUNE, DESK, &[MUST_TEXT])),
    (EventKind::ANSWER, issue(PROVINCE, LEAD, &[MUST_TEXT])),
    (EventKind::START, issue(PROVINCE, LEAD, &[HELPERS, TEXT])),
    (EventKind::FORWARD, issue(PROVINCE, TRIAGE, &[must(Field::LEAD, Rule::Slug), HELPERS, CATEGORY, TEXT])),
    (EventKind::RECEIVE, issue(PROVINCE, TRIAGE, &[CATEGORY, TEXT])),
    (EventKind::DUPLICATE, issue(PROVINCE, TRIAGE, &[must(Field::OTHER, Rule::Record), TEXT])),
    (EventKind::REFUSE, issue(PROVINCE, TRIAGE, &[MUST_REASON, TEXT])),
    (EventKind::CLOSE, issue(PROVINCE, PROGRAM, &[TEXT])),
    (EventKind::REPORT, issue(BOTH, EITHER, &[])),
    (EventKind::SUBMIT, issue(COMMUNE, DESK, &[])),
    (EventKind::ARRIVED, issue(BOTH, PROGRAM, &[may(Field::CHOSEN, Rule::Record)])),
    (EventKind::CONFIRM, issue(COMMUNE, DESK, &[TEXT])),
    (EventKind::COMMON, issue(PROVINCE, TRIAGE, &[must(Field::OTHER, Rule::Record)])),
    (EventKind::UNCOMMON, issue(PROVINCE, TRIAGE, &[must(Field::CHOSEN, Rule::Record), REASON])),
    (EventKind::TASK_GIVEN, task(PROVINCE, TRIAGE, &[TEXT])),
    (EventKind::TASK_RECEIVED, task(COMMUNE, DESK, &[TEXT])),
    (EventKind::TASK_WORKING, task(COMMUNE, DESK, &[TEXT])),
    (EventKind::TASK_DONE, task(COMMUNE, DESK, &[TEXT])),
    (EventKind::TASK_RECALL, task(PROVINCE, TRIAGE, &[REASON, TEXT])),
    (EventKind::COMMENT, EventRule { on: None, sides: BOTH, roles: ANYONE, columns: &[MUST_TEXT] }),
    (EventKind::MERGER_DRAFT, merger(DESK, &[TEXT])),
    (EventKind::MERGER_CONSULT, merger(DESK, &[SOURCES, TEXT])),
    (EventKind::MERGER_AGREE, merger(LEADER, &[TEXT])),
    (EventKind::MERGER_FAIL, merger(LEADER, &[TEXT])),
    (EventKind::MERGER_WITHDRAW, merger(LEADER, &[REASON, TEXT])),
    (
        EventKind::MERGER_PASS,
        merger(
            LEADER,
            &[
                DECISION,
                must(Field::BODY, Rule::Name),
                must(Field::EFFECTIVE_ON, Rule::Date),
                SOURCES,
                // What was known of the sources then; what differs later was written by somebody who did not know.
                may(Field::FROM_NAMES, Rule::Text(MAX_TEXT)),
                may(Field::FROM_HOUSEHOLDS, Rule::Text(MAX_TEXT)),
                may(Field::HOUSEHOLDS, Rule::Int(0, 100_000)),
                TEXT,
            ],
        ),
    ),
    (EventKind::MERGER_ANNUL, merger(LEADER, &[DECISION, REASON, TEXT])),
    // What a settlement says depends on the clash; its form writes it.
    (EventKind::SETTLE, EventRule { on: None, sides: BOTH, roles: SETTLERS, columns: &[REASON] }),
];
