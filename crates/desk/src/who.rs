//! Who asks, and what their part allows.

use std::net::IpAddr;

use hopluu_model::{By, Role, Side};
use serde::{Deserialize, Serialize};

use crate::AccountId;

/// The part of an account; what it may do is checked here, at the form, and what it wrote is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Clerk of a commune.
    Clerk,
    /// Leader of a commune.
    Leader,
    /// Whoever looks after a commune's machine.
    ItContact,
    /// Reads, writes nothing.
    ReadOnly,
    /// Triage at the province.
    Triage,
    /// Handler in a department of the province: sees what the department leads or helps with.
    Handler,
    /// Reads everything at the province, and who did it.
    Auditor,
    /// Looks after the province's machines.
    Ops,
    /// Admin of the province.
    Admin,
}

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Write records at all.
    Write,
    /// Do what only a leader may: approve, pass mergers, settle.
    Lead,
    /// Sort the province's inbox, give directives, keep the bulletin.
    Triage,
    /// Keep what a province sets: departments, categories, calendar, rules.
    Rule,
    /// Read people's records.
    Personal,
    /// Invite and revoke machines, see alarms.
    Machines,
    /// Keep the accounts of this office.
    Accounts,
    /// Read who changed what.
    Audit,
}

impl Part {
    /// All parts, in the order in which forms offer them.
    pub const ALL: [Self; 9] = [
        Self::Clerk,
        Self::Leader,
        Self::ItContact,
        Self::ReadOnly,
        Self::Triage,
        Self::Handler,
        Self::Auditor,
        Self::Ops,
        Self::Admin,
    ];

    /// The name by which it is stored and typed.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Leader => "leader",
            Self::ItContact => "it_contact",
            Self::ReadOnly => "read_only",
            Self::Triage => "triage",
            Self::Handler => "handler",
            Self::Auditor => "auditor",
            Self::Ops => "ops",
            Self::Admin => "admin",
        }
    }

    /// As people call it: in Vietnamese and in English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Clerk => ("Cán bộ xã", "Clerk"),
            Self::Leader => ("Lãnh đạo xã", "Leader"),
            Self::ItContact => ("Cán bộ CNTT", "IT contact"),
            Self::ReadOnly => ("Chỉ xem", "Read only"),
            Self::Triage => ("Bộ phận tiếp nhận", "Triage"),
            Self::Handler => ("Chuyên viên xử lý", "Handler"),
            Self::Auditor => ("Kiểm tra, giám sát", "Auditor"),
            Self::Ops => ("Vận hành hệ thống", "Operations"),
            Self::Admin => ("Quản trị tỉnh", "Admin"),
        }
    }

    /// Finds a part by its slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.slug() == slug)
    }

    /// Whether an account of this part belongs at a desk of this side.
    #[must_use]
    pub fn sits_at(self, side: Side) -> bool {
        match self {
            Self::Clerk | Self::Leader | Self::ItContact => side == Side::Commune,
            Self::ReadOnly => true,
            Self::Triage | Self::Handler | Self::Auditor | Self::Ops | Self::Admin => side == Side::Province,
        }
    }

    /// The role under which it writes; `None` for parts that write no records.
    #[must_use]
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Clerk => Some(Role::Clerk),
            Self::Leader => Some(Role::Leader),
            Self::Triage => Some(Role::Triage),
            Self::Handler => Some(Role::Handler),
            Self::Admin => Some(Role::Admin),
            Self::ItContact | Self::ReadOnly | Self::Auditor | Self::Ops => None,
        }
    }

    /// Whether it may do something.
    #[must_use]
    pub fn may(self, power: Power) -> bool {
        match power {
            Power::Write => self.role().is_some(),
            Power::Lead => self == Self::Leader,
            Power::Triage => matches!(self, Self::Triage | Self::Admin),
            Power::Rule => self == Self::Admin,
            Power::Personal => matches!(self, Self::Clerk | Self::Leader | Self::Auditor | Self::Admin),
            Power::Machines => matches!(self, Self::Ops | Self::Admin | Self::ItContact),
            Power::Accounts => matches!(self, Self::Leader | Self::ItContact | Self::Admin),
            Power::Audit => matches!(self, Self::Leader | Self::Auditor | Self::Admin),
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The name their account shows; what they write is signed with it.
    pub name: String,
    /// Their part.
    pub part: Part,
    /// The department of a handler (slug).
    pub department: Option<String>,
    /// Whether what they write is demonstration data and says so for ever.
    pub made_up: bool,
    /// Their account; none for whoever types at the machine itself.
    pub account: Option<AccountId>,
    /// Where they signed in from; none at the machine itself.
    pub from: Option<IpAddr>,
}

impl Who {
    /// Somebody with a part and nothing else.
    #[must_use]
    pub fn new(name: impl Into<String>, part: Part) -> Self {
        Self { name: name.into(), part, department: None, made_up: false, account: None, from: None }
    }

    /// How their records are signed; `None` when they may write none.
    #[must_use]
    pub fn by(&self) -> Option<By> {
        self.part.role().map(|role| By { name: self.name.clone(), role })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_slug_and_a_side() {
        for part in Part::ALL {
            assert_eq!(Part::from_slug(part.slug()), Some(part));
            assert!(part.sits_at(Side::Commune) || part.sits_at(Side::Province));
            assert_eq!(part.may(Power::Write), part.role().is_some());
        }
        assert!(!Part::ReadOnly.may(Power::Personal));
    }
}
