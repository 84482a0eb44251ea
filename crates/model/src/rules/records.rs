//! The fields of each kind of record, and where it lives.

use super::column::{Column, Rule, may, must};
use crate::edit::{MAX_PICTURE, MAX_TEXT};
use crate::id::DocKind;
use crate::record::{Field, Kind};

/// The document of a collection in which a kind of record lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// `register`.
    Register,
    /// `people`, the only place with personal data.
    People,
    /// `issues-YYYY` of any year.
    Issues,
    /// `bulletin`, which only the province writes.
    Bulletin,
    /// `register` of a commune, or `bulletin` for what the province itself reports.
    Reported,
}

impl Home {
    /// Whether a document is of this sort.
    #[must_use]
    pub fn holds(self, doc: DocKind) -> bool {
        match doc {
            DocKind::Register => matches!(self, Self::Register | Self::Reported),
            DocKind::People => self == Self::People,
            DocKind::Issues(_) => self == Self::Issues,
            DocKind::Bulletin => matches!(self, Self::Bulletin | Self::Reported),
        }
    }
}

/// What a kind of record may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindRule {
    /// Where it lives.
    pub home: Home,
    /// Its fields, in the order of the form; what is allowed everywhere is not listed.
    pub columns: &'static [Column],
}

impl KindRule {
    /// The rule of one field; `None` when records of this kind have no such field.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&'static Column> {
        let everywhere = EVERYWHERE.iter().find(|column| column.field == field);
        self.columns.iter().find(|column| column.field == field).or(everywhere)
    }
}

/// The table of a kind; `None` for a kind of a newer version.
#[must_use]
pub fn kind(kind: Kind) -> Option<&'static KindRule> {
    TABLE.iter().find(|(known, _)| *known == kind).map(|(_, rule)| rule)
}

const EVERYWHERE: &[Column] =
    &[may(Field::MADE_UP, Rule::Bool).fixed(), may(Field::VOID, Rule::Bool), may(Field::VOID_SEEN, Rule::Name)];
const PEOPLE: Rule = Rule::Int(0, 20_000_000);
const NAME: Column = must(Field::NAME, Rule::Name);
const NAME_EN: Column = may(Field::NAME_EN, Rule::Name);
const SLUG: Column = must(Field::SLUG, Rule::Slug).fixed();
const VALID_FROM: Column = may(Field::VALID_FROM, Rule::Date);
const VALID_TO: Column = may(Field::VALID_TO, Rule::Date);
const ON: Column = may(Field::ON, Rule::Date);
const TEXT: Column = may(Field::TEXT, Rule::Text(MAX_TEXT));
const MUST_TEXT: Column = must(Field::TEXT, Rule::Text(MAX_TEXT));
const TOPIC: Column = may(Field::CATEGORY, Rule::Slug);
const COUNT: Column = may(Field::COUNT, Rule::Int(0, 1_000_000));
const MUST_COUNT: Column = must(Field::COUNT, Rule::Int(0, 1_000_000));
const DECISION: Column = may(Field::DECISION, Rule::Name);
const FIXED_PERSON: Column = must(Field::PERSON, Rule::Record).fixed();

const TABLE: &[(Kind, KindRule)] = &[
    (Kind::COMMUNE, KindRule { home: Home::Register, columns: COMMUNE }),
    (Kind::UNIT, KindRule { home: Home::Register, columns: UNIT }),
    (Kind::MERGER, KindRule { home: Home::Register, columns: MERGER }),
    (Kind::SITE, KindRule { home: Home::Register, columns: SITE }),
    (Kind::POST, KindRule { home: Home::Register, columns: POST }),
    (Kind::PERSON, KindRule { home: Home::People, columns: PERSON }),
    (Kind::HOLDING, KindRule { home: Home::People, columns: HOLDING }),
    (Kind::LEAVER, KindRule { home: Home::People, columns: LEAVER }),
    (Kind::ISSUE, KindRule { home: Home::Issues, columns: ISSUE }),
    (Kind::DIRECTIVE, KindRule { home: Home::Issues, columns: DIRECTIVE }),
    (Kind::CATEGORY, KindRule { home: Home::Bulletin, columns: CATEGORY }),
    (Kind::DEPARTMENT, KindRule { home: Home::Bulletin, columns: DEPARTMENT }),
    (Kind::UNIT_KIND, KindRule { home: Home::Bulletin, columns: &[SLUG, NAME, NAME_EN, VALID_TO] }),
    (Kind::NOTICE, KindRule { home: Home::Bulletin, columns: &[NAME, MUST_TEXT, ON, VALID_TO] }),
    (Kind::TEMPLATE, KindRule { home: Home::Bulletin, columns: &[NAME, MUST_TEXT, TOPIC, VALID_TO] }),
    (Kind::LESSON, KindRule { home: Home::Bulletin, columns: &[NAME, MUST_TEXT, TOPIC, VALID_TO] }),
    (Kind::DAY, KindRule { home: Home::Bulletin, columns: DAY }),
    (Kind::COMMON, KindRule { home: Home::Bulletin, columns: COMMON }),
    (Kind::SETTING, KindRule { home: Home::Bulletin, columns: &[SLUG, COUNT, TEXT, VALID_FROM] }),
    (Kind::EQUIPMENT, KindRule { home: Home::Register, columns: EQUIPMENT }),
    (Kind::INDICATOR, KindRule { home: Home::Reported, columns: INDICATOR }),
    (Kind::BOARD, KindRule { home: Home::Register, columns: BOARD }),
    (Kind::MEMBER, KindRule { home: Home::People, columns: MEMBER }),
    (Kind::QUOTA, KindRule { home: Home::Register, columns: QUOTA }),
    (Kind::TRANSFER, KindRule { home: Home::People, columns: TRANSFER }),
    (Kind::REGIME, KindRule { home: Home::Register, columns: REGIME }),
];

const COMMUNE: &[Column] = &[
    must(Field::COMMUNE_CODE, Rule::Digits(5)),
    NAME,
    must(Field::COMMUNE_TYPE, Rule::OneOf("commune_type")),
    must(Field::PROVINCE_CODE, Rule::Digits(2)),
    VALID_FROM,
    may(Field::STAGE, Rule::OneOf("stage")),
    may(Field::AREA_HA, Rule::Int(0, 100_000_000)),
    may(Field::POPULATION, PEOPLE),
];

const UNIT: &[Column] = &[
    NAME,
    must(Field::UNIT_KIND, Rule::Slug),
    may(Field::HOUSEHOLDS, Rule::Int(0, 100_000)),
    may(Field::POPULATION, PEOPLE),
    may(Field::AREA, Rule::Name),
    VALID_FROM,
    VALID_TO,
    DECISION,
];

// What must be there depends on what it does; its form says so.
const MERGER: &[Column] = &[
    may(Field::ACTION, Rule::OneOf("merger_action")).fixed(),
    must(Field::FROM, Rule::Records(1)),
    may(Field::INTO, Rule::Record).fixed(),
    may(Field::PARTS, Rule::Records(2)).fixed(),
    may(Field::INTO_NAME, Rule::Name).fixed(),
    may(Field::UNIT_KIND, Rule::Slug).fixed(),
];

const SITE: &[Column] = &[
    NAME,
    may(Field::FORMERLY, Rule::Name),
    may(Field::FUNCTIONS, Rule::ManyOf("hq_function")),
    must(Field::STATE, Rule::OneOf("site_state")),
    may(Field::DISTANCE, Rule::Int(0, 500_000)),
    may(Field::CAPACITY, Rule::Int(0, 10_000)),
];

const EQUIPMENT: &[Column] = &[
    must(Field::EQUIPMENT_KIND, Rule::OneOf("equipment_kind")),
    must(Field::SITE, Rule::Record),
    MUST_COUNT,
    may(Field::WEAK, Rule::Int(0, 1_000_000)),
    TEXT,
];

const INDICATOR: &[Column] = &[
    NAME,
    must(Field::PERIOD, Rule::Name),
    must(Field::AMOUNT, Rule::Int(-1_000_000_000_000, 1_000_000_000_000)),
    may(Field::MEASURE, Rule::Name),
    must(Field::BOUND, Rule::OneOf("bound")),
    must(Field::SOURCE, Rule::Name),
];

const BOARD: &[Column] = &[
    NAME,
    must(Field::BOARD_KIND, Rule::OneOf("board_kind")),
    may(Field::UNIT, Rule::Record),
    DECISION,
    VALID_FROM,
    VALID_TO,
];

const MEMBER: &[Column] =
    &[must(Field::BOARD, Rule::Record).fixed(), FIXED_PERSON, may(Field::DUTY, Rule::Name), VALID_FROM, VALID_TO];

const QUOTA: &[Column] = &[
    must(Field::STAFF_CATEGORY, Rule::OneOf("staff_category")),
    MUST_COUNT,
    must(Field::VALID_FROM, Rule::Date),
    DECISION,
];

// The commune asks; the province does it in both communes, or refuses with a reason.
const TRANSFER: &[Column] = &[
    FIXED_PERSON,
    must(Field::TO_COMMUNE, Rule::Digits(5)).fixed(),
    must(Field::ON, Rule::Date),
    DECISION,
    must(Field::STATE, Rule::OneOf("transfer_state")),
    may(Field::REASON, Rule::Name),
];

const REGIME: &[Column] = &[must(Field::COUNCIL, Rule::Bool), must(Field::VALID_FROM, Rule::Date), DECISION];

const POST: &[Column] = &[
    SLUG,
    NAME,
    must(Field::SYSTEM, Rule::OneOf("system")),
    must(Field::SCOPE, Rule::OneOf("scope")),
    may(Field::MAX_HOLDERS, Rule::Int(1, 1_000)),
    may(Field::PAID, Rule::Bool),
    // Where there are several kinds of unit, the only kind that has such a post.
    may(Field::UNIT_KIND, Rule::Slug),
];

const PERSON: &[Column] = &[
    NAME,
    must(Field::STAFF_CATEGORY, Rule::OneOf("staff_category")),
    VALID_FROM,
    may(Field::CAME_FROM, Rule::Record).fixed(),
];

const HOLDING: &[Column] = &[
    FIXED_PERSON,
    must(Field::POST, Rule::Record).fixed(),
    may(Field::UNIT, Rule::Record).fixed(),
    must(Field::TENURE, Rule::OneOf("tenure")),
    VALID_FROM,
    VALID_TO,
    may(Field::REASON, Rule::OneOf("exit_reason")),
    DECISION,
];

const LEAVER: &[Column] = &[
    FIXED_PERSON,
    must(Field::REASON, Rule::OneOf("exit_reason")),
    must(Field::ON, Rule::Date),
    may(Field::BENEFIT, Rule::OneOf("benefit_state")),
    may(Field::THANKED_ON, Rule::Date),
    may(Field::GIFT, Rule::Name),
    DECISION,
];

const ISSUE: &[Column] = &[
    must(Field::CODE, Rule::Code).fixed(),
    must(Field::LETTER, Rule::Name).fixed(),
    must(Field::CATEGORY, Rule::Slug),
    must(Field::CAUSE, Rule::OneOf("issue_cause")),
    must(Field::TEXT, Rule::Text(MAX_TEXT)).fixed(),
    may(Field::PROPOSAL, Rule::Text(MAX_TEXT / 2)).fixed(),
    may(Field::PLACE, Rule::Record),
    may(Field::URGENT, Rule::Bool),
    may(Field::PICTURE, Rule::Hex(64)).fixed(),
    may(Field::PICTURE_SIZE, Rule::Int(1, MAX_PICTURE)).fixed(),
];

// What was ordered stays as it was ordered: whoever wants something else recalls it and gives another.
const DIRECTIVE: &[Column] = &[
    NAME.fixed(),
    MUST_TEXT.fixed(),
    must(Field::OTHER, Rule::Record).fixed(),
    ON.fixed(),
    may(Field::URGENT, Rule::Bool).fixed(),
];

const CATEGORY: &[Column] = &[
    SLUG,
    NAME,
    NAME_EN,
    must(Field::DEADLINE_DAYS, Rule::Int(1, 365)),
    may(Field::LEAD, Rule::Slug),
    may(Field::APPROVAL, Rule::Bool),
    VALID_TO,
];

const DEPARTMENT: &[Column] = &[SLUG, NAME, NAME_EN, may(Field::PHONE, Rule::Name), VALID_TO];

const DAY: &[Column] =
    &[must(Field::ON, Rule::Date).fixed(), must(Field::STATE, Rule::OneOf("day_kind")), may(Field::NAME, Rule::Name)];

const COMMON: &[Column] = &[NAME, MUST_TEXT, TOPIC, COUNT, may(Field::ANSWER, Rule::Text(MAX_TEXT)), VALID_TO];
