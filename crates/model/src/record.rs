//! The one shape in which every record and event is kept, sent and shown.
//!
//! A record has a [`Kind`] and scalar fields; what happens to it is appended as [`Event`]s. Kinds,
//! fields and event kinds are small numbers with slugs: numbers travel, slugs are read. Unknown numbers
//! are kept, so that an old office passes on what a newer one wrote.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{ActorId, DocId, EventId, RecordId};
use crate::time::{Date, Timestamp};
pub use crate::value::Value;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident($repr:ty) { $($(#[$item:meta])* $konst:ident = $number:literal $slug:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub $repr);

        impl $name {
            $($(#[$item])* pub const $konst: Self = Self($number);)*

            /// All that this version knows, by number.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self($number), $slug),)*];

            /// The name by which it is read; `None` for a number of a newer version.
            #[must_use]
            pub fn slug(self) -> Option<&'static str> {
                match self.0 { $($number => Some($slug),)* _ => None }
            }

            /// Finds the number of a name.
            #[must_use]
            pub fn from_slug(slug: &str) -> Option<Self> {
                match slug { $($slug => Some(Self($number)),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.slug() {
                    Some(slug) => f.write_str(slug),
                    None => write!(f, "#{}", self.0),
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

numbered! {
    /// What a record is.
    Kind(u8) {
        /// The commune itself.
        COMMUNE = 1 "commune",
        /// A residential group or village.
        UNIT = 2 "unit",
        /// A merger of units.
        MERGER = 3 "merger",
        /// A person in office.
        PERSON = 4 "person",
        /// A post.
        POST = 5 "post",
        /// A person holding a post.
        HOLDING = 6 "holding",
        /// A building of the commune.
        SITE = 7 "site",
        /// A difficulty that was reported.
        ISSUE = 8 "issue",
        /// A category of issues, with its deadline.
        CATEGORY = 9 "category",
        /// A department of the province.
        DEPARTMENT = 10 "department",
        /// A kind of unit.
        UNIT_KIND = 11 "unit_kind",
        /// Someone's leaving of service.
        LEAVER = 12 "leaver",
        /// Something the province tells all communes.
        NOTICE = 13 "notice",
        /// A text of the province to copy.
        TEMPLATE = 14 "template",
        /// What was learnt, for all to read.
        LESSON = 15 "lesson",
        /// A day on which offices rest or work against the week.
        DAY = 16 "day",
        /// One difficulty of many communes; which issues share it lies in the issues.
        COMMON = 17 "common",
        /// A rule of the province: a number or a text under a slug.
        SETTING = 18 "setting",
        /// What the province tells one commune to do.
        DIRECTIVE = 19 "directive",
        /// Machines of one kind in a building.
        EQUIPMENT = 20 "equipment",
        /// A figure as somebody reported it, never computed.
        INDICATOR = 21 "indicator",
        /// A steering, organising or running board.
        BOARD = 22 "board",
        /// A person's seat on a board.
        MEMBER = 23 "member",
        /// How many of a category of staff are allowed from a day on.
        QUOTA = 24 "quota",
        /// A person's way from one commune to another, asked for here and done by the province.
        TRANSFER = 25 "transfer",
        /// Whether the commune has a council, from a day on.
        REGIME = 26 "regime",
    }
}

numbered! {
    /// What a value says about a record or an event.
    Field(u16) {
        /// Name as people say it.
        NAME = 1 "name",
        /// Kind of unit (slug).
        UNIT_KIND = 2 "unit_kind",
        /// Number of households.
        HOUSEHOLDS = 3 "households",
        /// Number of people.
        POPULATION = 4 "population",
        /// Area of the old unit in which it lies, to tell namesakes apart.
        AREA = 5 "area",
        /// First day.
        VALID_FROM = 6 "valid_from",
        /// Last day.
        VALID_TO = 7 "valid_to",
        /// Sources of a merger.
        FROM = 8 "from",
        /// Target of a merger, when it exists already.
        INTO = 9 "into",
        /// Name of the merged unit, when it is new.
        INTO_NAME = 10 "into_name",
        /// Number of the document that decided.
        DECISION = 11 "decision",
        /// Body that passed it.
        BODY = 12 "body",
        /// Day on which it takes effect.
        EFFECTIVE_ON = 13 "effective_on",
        /// Digest of the list of sources.
        SOURCES_HASH = 14 "sources_hash",
        /// Free text.
        TEXT = 15 "text",
        /// Category of an issue (slug).
        CATEGORY = 16 "category",
        /// Objective, subjective or not stated (slug).
        CAUSE = 17 "cause",
        /// What would help.
        PROPOSAL = 18 "proposal",
        /// Unit or site concerned.
        PLACE = 19 "place",
        /// Whether it cannot wait.
        URGENT = 20 "urgent",
        /// Speakable code.
        CODE = 21 "code",
        /// Reason.
        REASON = 22 "reason",
        /// Department that leads.
        LEAD = 23 "lead",
        /// Another record of the same kind.
        OTHER = 24 "other",
        /// Chosen event or value of a settlement.
        CHOSEN = 25 "chosen",
        /// The field that was settled (number).
        FIELD = 26 "field",
        /// Official code of a commune.
        COMMUNE_CODE = 27 "commune_code",
        /// Type of a commune (slug).
        COMMUNE_TYPE = 28 "commune_type",
        /// Province code.
        PROVINCE_CODE = 29 "province_code",
        /// Stage of a commune (slug).
        STAGE = 30 "stage",
        /// Category of staff (slug).
        STAFF_CATEGORY = 31 "staff_category",
        /// Slug of a post, category or kind.
        SLUG = 32 "slug",
        /// System a post belongs to (slug).
        SYSTEM = 33 "system",
        /// Whether a post belongs to a unit or the commune (slug).
        SCOPE = 34 "scope",
        /// How many may hold a post at once.
        MAX_HOLDERS = 35 "max_holders",
        /// The person.
        PERSON = 36 "person",
        /// The post.
        POST = 37 "post",
        /// The unit.
        UNIT = 38 "unit",
        /// Main or concurrent (slug).
        TENURE = 39 "tenure",
        /// Functions of a building (slugs, comma-separated).
        FUNCTIONS = 40 "functions",
        /// State of a building (slug).
        STATE = 41 "state",
        /// What a building was.
        FORMERLY = 42 "formerly",
        /// Days in which it must be answered.
        DEADLINE_DAYS = 43 "deadline_days",
        /// Whether the record is demonstration data.
        MADE_UP = 44 "made_up",
        /// Area in square kilometres, times 100.
        AREA_HA = 45 "area_ha",
        /// Names of other events that a settlement weighed.
        WEIGHED = 46 "weighed",
        /// English name.
        NAME_EN = 47 "name_en",
        /// Letter of the office that wrote it.
        LETTER = 48 "letter",
        /// A day.
        ON = 49 "on",
        /// Departments that help the lead (slugs, comma-separated).
        HELPERS = 50 "helpers",
        /// SHA-256 of a picture, in hexadecimal.
        PICTURE = 51 "picture",
        /// Size of a picture in bytes.
        PICTURE_SIZE = 52 "picture_size",
        /// A number of something.
        COUNT = 53 "count",
        /// Answer that serves many.
        ANSWER = 54 "answer",
        /// Whether a leader approves before it leaves the commune.
        APPROVAL = 55 "approval",
        /// Telephone number of an office.
        PHONE = 56 "phone",
        /// What a merger does: `merge`, `split`, `rename`, `dissolve`, `convert`; absent in old ones, which merge.
        ACTION = 57 "action",
        /// The units a split makes.
        PARTS = 58 "parts",
        /// Names of the sources when a merger was passed, one a line, in the order of `from`.
        FROM_NAMES = 59 "from_names",
        /// Whether there is a People's Council.
        COUNCIL = 60 "council",
        /// The building.
        SITE = 61 "site",
        /// Kind of equipment (slug).
        EQUIPMENT_KIND = 62 "equipment_kind",
        /// How many of them are weak.
        WEAK = 63 "weak",
        /// The period a figure is about, as its source says it.
        PERIOD = 64 "period",
        /// The figure itself.
        AMOUNT = 65 "amount",
        /// What it counts: people, per cent, hectares.
        MEASURE = 66 "measure",
        /// Whether it is exact, or a bound: "hơn", "gần" (slug).
        BOUND = 67 "bound",
        /// Where it was reported.
        SOURCE = 68 "source",
        /// Metres from the main building.
        DISTANCE = 69 "distance",
        /// How many people can work in it.
        CAPACITY = 70 "capacity",
        /// Whether it is paid.
        PAID = 71 "paid",
        /// How far somebody's benefit has got (slug).
        BENEFIT = 72 "benefit",
        /// The day somebody was thanked.
        THANKED_ON = 73 "thanked_on",
        /// What they were given.
        GIFT = 74 "gift",
        /// Kind of a board (slug).
        BOARD_KIND = 75 "board_kind",
        /// The board.
        BOARD = 76 "board",
        /// What somebody does on a board.
        DUTY = 77 "duty",
        /// Official code of the commune somebody goes to.
        TO_COMMUNE = 78 "to_commune",
        /// The person's record in the commune they came from.
        CAME_FROM = 79 "came_from",
        /// Whether it was entered by mistake: kept in the history, shown and counted nowhere.
        VOID = 80 "void",
        /// Households of the sources when a merger was passed, one a line, in the order of `from`.
        FROM_HOUSEHOLDS = 81 "from_households",
        /// What whoever called a record a mistake saw of it: the digest of [`crate::fold::seen`].
        VOID_SEEN = 82 "void_seen",
    }
}

numbered! {
    /// What happened to a record. Issue events carry their rank of `fold`; merger events 20 + rank, those of
    /// directives 29 + rank.
    EventKind(u8) {
        /// An issue is taken up again.
        REOPEN = 1 "reopen",
        /// The commune says it is solved.
        SOLVED = 2 "solved",
        /// The commune takes it back.
        WITHDRAW = 3 "withdraw",
        /// The lead department asks the commune.
        ASK = 4 "ask",
        /// The commune replies.
        REPLY = 5 "reply",
        /// The lead department answers.
        ANSWER = 6 "answer",
        /// The lead department starts.
        START = 7 "start",
        /// Triage gives it to a department.
        FORWARD = 8 "forward",
        /// Triage takes it in.
        RECEIVE = 9 "receive",
        /// Triage says it is another one's double.
        DUPLICATE = 10 "duplicate",
        /// Triage says it is out of competence.
        REFUSE = 11 "refuse",
        /// The province closes it.
        CLOSE = 12 "close",
        /// It is reported.
        REPORT = 13 "report",
        /// It waits for the leader's approval.
        SUBMIT = 14 "submit",
        /// A merger is annulled.
        MERGER_ANNUL = 21 "merger_annul",
        /// A merger is passed.
        MERGER_PASS = 22 "merger_pass",
        /// A merger is withdrawn.
        MERGER_WITHDRAW = 23 "merger_withdraw",
        /// A merger found no majority.
        MERGER_FAIL = 24 "merger_fail",
        /// A merger found its majority.
        MERGER_AGREE = 25 "merger_agree",
        /// Households are asked about a merger.
        MERGER_CONSULT = 26 "merger_consult",
        /// A merger is drafted.
        MERGER_DRAFT = 27 "merger_draft",
        /// The province takes a directive back.
        TASK_RECALL = 30 "task_recall",
        /// The commune has done what it was told.
        TASK_DONE = 31 "task_done",
        /// The commune is at it.
        TASK_WORKING = 32 "task_working",
        /// The commune has read it.
        TASK_RECEIVED = 33 "task_received",
        /// The province gives a directive.
        TASK_GIVEN = 34 "task_given",
        /// Somebody comments.
        COMMENT = 40 "comment",
        /// A clash is settled.
        SETTLE = 41 "settle",
        /// The issue, or an event of it, arrived at the other side's office.
        ARRIVED = 42 "arrived",
        /// The commune stands by what the province reported for it.
        CONFIRM = 43 "confirm",
        /// Triage links an issue to a common problem.
        COMMON = 44 "common",
        /// Triage takes such a link back.
        UNCOMMON = 45 "uncommon",
    }
}

impl EventKind {
    /// Whether the event moves a state (and so names the state events its writer had seen).
    #[must_use]
    pub fn is_state(self) -> bool {
        matches!(self.0, 1..=14 | 21..=27 | 30..=34) || self == Self::SETTLE
    }
}

/// On which side of the line somebody sits. Taken from the signing device, never from what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// An office of a commune.
    Commune,
    /// The province desk.
    Province,
}

/// Tells the side of an author; the roster knows.
pub trait Sides {
    /// The side of the device that owns this actor.
    fn side(&self, actor: &ActorId) -> Side;
}

impl<F: Fn(&ActorId) -> Side> Sides for F {
    fn side(&self, actor: &ActorId) -> Side {
        self(actor)
    }
}

/// The part a person plays at a desk; checked at the form and recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Clerk of a commune.
    Clerk,
    /// Leader of a commune.
    Leader,
    /// Triage at the province.
    Triage,
    /// Handler in a department of the province.
    Handler,
    /// Admin of the province.
    Admin,
    /// The program itself.
    Program,
}

/// Who typed something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct By {
    /// Account name, at most 40 characters; never a citizen number.
    pub name: String,
    /// The part they played.
    pub role: Role,
}

/// When and by whom something was entered, as the author's machine said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// The author's clock; may be wrong by years.
    pub at: Timestamp,
    /// Who typed it.
    pub by: By,
}

/// A value with its origin and, when others wrote the same field without knowing of it, their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The value shown.
    pub value: Value,
    /// Entered when and by whom.
    pub stamp: Stamp,
    /// The author chain it came by.
    pub actor: ActorId,
    /// Concurrent values of the same field that are not shown; empty when there is no clash.
    pub rivals: Vec<Held>,
}

/// Everything a document says about one record, without its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The document it lives in, for ever.
    pub doc: DocId,
    /// Its id.
    pub id: RecordId,
    /// What it is.
    pub kind: Kind,
    /// Entered when and by whom.
    pub stamp: Stamp,
    /// The author chain that created it.
    pub actor: ActorId,
    /// Its fields.
    pub fields: BTreeMap<Field, Held>,
}

impl Snapshot {
    /// The value shown for a field; `None` when absent or emptied.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.fields.get(&field).map(|held| &held.value).filter(|value| **value != Value::Empty)
    }

    /// The text of a field, empty when there is none.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.get(field).and_then(Value::as_text).unwrap_or_default()
    }

    /// Whether it was entered by mistake: kept in the history, shown and counted nowhere.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.get(Field::VOID) == Some(&Value::Bool(true))
    }

    /// The record a field names.
    #[must_use]
    pub fn id(&self, field: Field) -> Option<RecordId> {
        self.get(field).and_then(Value::as_id)
    }

    /// The day of a field.
    #[must_use]
    pub fn date(&self, field: Field) -> Option<Date> {
        self.get(field).and_then(Value::as_date)
    }

    /// The number of a field.
    #[must_use]
    pub fn int(&self, field: Field) -> Option<i64> {
        self.get(field).and_then(Value::as_int)
    }
}

/// Something that happened to a record; never altered, never removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, the same on a retry.
    pub id: EventId,
    /// The record it happened to.
    pub record: RecordId,
    /// What happened.
    pub kind: EventKind,
    /// For state events: the state events of this record its writer had seen.
    pub after: Vec<EventId>,
    /// What it says.
    pub fields: BTreeMap<Field, Value>,
    /// Entered when and by whom.
    pub stamp: Stamp,
    /// The author chain it came by.
    pub actor: ActorId,
    /// The side of the signing device.
    pub side: Side,
}

impl Event {
    /// The text of a field, empty when there is none.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.fields.get(&field).and_then(Value::as_text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_and_numbers_are_one_to_one() {
        for (kind, slug) in EventKind::ALL {
            assert_eq!(EventKind::from_slug(slug), Some(*kind));
        }
        for (field, slug) in Field::ALL {
            assert_eq!(Field::from_slug(slug), Some(*field));
        }
        assert_eq!(Field(999).to_string(), "#999");
    }
}
