//! How this office stands.

use hopluu_identity::Enrolment;
use hopluu_model::Side;
use serde::Serialize;

use crate::{Contact, Desk, LineState, Refusal};

/// How far an enrolment has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Enrolling {
    /// The relay has been asked, or will be.
    Asked,
    /// It waits for the province.
    Waiting,
    /// The province has confirmed it.
    Confirmed,
    /// It was refused.
    Refused {
        /// A stable word.
        code: String,
        /// Why, in Vietnamese.
        vi: String,
        /// Why, in English.
        en: String,
    },
}

impl From<&Enrolment> for Enrolling {
    fn from(enrolment: &Enrolment) -> Self {
        match enrolment {
            Enrolment::Asked(_) => Self::Asked,
            Enrolment::Waiting(_) => Self::Waiting,
            Enrolment::Confirmed(_) => Self::Confirmed,
            Enrolment::Refused(_, reason) => {
                let notice = reason.notice();
                Self::Refused { code: notice.slug.to_owned(), vi: notice.vi.to_owned(), en: notice.en.to_owned() }
            }
        }
    }
}

/// How an office stands, for people, programs and ops.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Standing {
    /// This device.
    pub device: String,
    /// Where it stands.
    pub label: String,
    /// Its office letter.
    pub letter: String,
    /// `commune` or `province`.
    pub side: &'static str,
    /// Version of the program.
    pub program: &'static str,
    /// Its line.
    pub line: LineState,
    /// How many of its changes the relay has not acknowledged.
    pub backlog: u64,
    /// Documents held.
    pub documents: usize,
    /// The last record of its journal.
    pub journal: u64,
    /// Version of the roster held.
    pub roster: u64,
    /// Whether the roster has confirmed it.
    pub confirmed: bool,
    /// How far its enrolment has got; `None` for the first desk of a province.
    pub enrolment: Option<Enrolling>,
    /// Why the relay does not speak with it: code and words; only while there is no line.
    pub turned_away: Option<(u8, String)>,
    /// What must not stay unseen, oldest first.
    pub alarms: Vec<String>,
    /// Why the store is being opened again, while it is.
    pub broken: Option<String>,
    /// How many clashes are to be settled.
    pub clashes: usize,
    /// At the province: how the communes stand.
    pub province: Option<Contact>,
}

impl Desk {
    /// How this office stands. While the store is being opened again people still want to know.
    ///
    /// # Errors
    /// When the view fails.
    pub async fn standing(&self) -> Result<Standing, Refusal> {
        let asked = self
            .with(|office, _, _| {
                let known = office.standing();
                Ok(Standing {
                    device: known.device.to_string(),
                    line: known.line.into(),
                    backlog: known.backlog,
                    documents: known.documents,
                    journal: known.journal,
                    roster: known.roster,
                    confirmed: known.confirmed,
                    enrolment: office.mailbox().trust().enrolment().map(Into::into),
                    ..Standing::default()
                })
            })
            .await;
        let mut standing = asked.unwrap_or_else(|_| Standing { line: LineState::Broken, ..Standing::default() });
        let live = self.live();
        let offline = matches!(standing.line, LineState::Offline | LineState::Dialling);
        standing.turned_away = live.turned_away.filter(|_| offline);
        standing.alarms = live.alarms.into();
        standing.broken = live.broken;
        let about = self.about();
        standing.label.clone_from(&about.label);
        standing.letter.clone_from(&about.letter);
        standing.side = if about.side == Side::Province { "province" } else { "commune" };
        standing.program = about.program;
        standing.clashes = self.reader().clashes(self.collection_of(None)?)?.len();
        if self.is_province() {
            standing.province = Some(self.contact().await?);
        }
        Ok(standing)
    }
}
