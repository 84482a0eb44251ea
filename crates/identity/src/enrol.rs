//! Enrolment as a new office lives through it.
//!
//! ```text
//!  Asked --welcomed--> Waiting --roster names it--> Confirmed
//!    |                    |                             |
//!    +------ refused, or the roster says no -------> Refused   (the roster alone leads out again)
//! ```
//! The office may write from the first moment; its changes count with others once it is welcomed.

use hopluu_model::DeviceId;
use serde::{Deserialize, Serialize};

use crate::join::{Join, JoinError};
use crate::notice::Notice;
use crate::roster::Roster;

/// How far the enrolment of this machine has got. To be written down at every change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Enrolment {
    /// The invitation was entered; no relay has answered.
    Asked(Join),
    /// A relay has accepted the machine; the desk has not confirmed it yet.
    Waiting(Join),
    /// The machine is not let in.
    Refused(Join, JoinError),
    /// The roster names the machine.
    Confirmed(Join),
}

/// What happens to an enrolment.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// A line to a relay is up, and its handshake complete.
    LineUp,
    /// The relay has accepted the join, now or before.
    Welcomed,
    /// The relay has refused it.
    Refused(JoinError),
    /// The roster was extended.
    Roster(&'a Roster),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send the join on the line that is up. Sending it twice does no harm.
    Send(Join),
    /// Tell the person in front of the machine.
    Tell(Notice),
}

/// Told when a relay has accepted the machine.
pub const WELCOMED: Notice = Notice::new(
    50,
    "enrol-welcomed",
    "Trạm chuyển tiếp đã nhận máy này. Có thể làm việc ngay; bàn tỉnh sẽ xác nhận sau.",
    "The relay has accepted this machine. Work can begin; the province desk will confirm it later.",
);

/// Told when the roster names the machine.
pub const CONFIRMED: Notice = Notice::new(
    51,
    "enrol-confirmed",
    "Bàn tỉnh đã xác nhận máy này.",
    "The province desk has confirmed this machine.",
);

impl Enrolment {
    /// Begins with the join of an invitation that was just entered.
    #[must_use]
    pub fn begin(join: Join) -> Self {
        Self::Asked(join)
    }

    /// The machine that enrols.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        match self {
            Self::Asked(join) | Self::Waiting(join) | Self::Refused(join, _) | Self::Confirmed(join) => join.device,
        }
    }

    /// Takes one input, gives the next state and what is to be done.
    #[must_use]
    pub fn on(self, input: Input<'_>) -> (Self, Vec<Output>) {
        match (self, input) {
            (Self::Asked(join), Input::LineUp) => (Self::Asked(join.clone()), vec![Output::Send(join)]),
            // Again, because this relay may be another one, or have come back with less.
            (Self::Waiting(join), Input::LineUp) => (Self::Waiting(join.clone()), vec![Output::Send(join)]),
            (state @ (Self::Refused(..) | Self::Confirmed(_)), Input::LineUp) => (state, vec![]),

            (Self::Asked(join), Input::Welcomed) => (Self::Waiting(join), vec![Output::Tell(WELCOMED)]),
            (state @ (Self::Waiting(_) | Self::Confirmed(_)), Input::Welcomed) => (state, vec![]),
            // One relay said no and another yes: the roster decides.
            (state @ Self::Refused(..), Input::Welcomed) => (state, vec![]),

            (Self::Asked(join), Input::Refused(reason)) if reason.is_transient() => {
                (Self::Asked(join), vec![Output::Tell(reason.notice())])
            }
            // A relay with an older roster does not undo what another relay did.
            (Self::Waiting(join), Input::Refused(reason)) if reason.is_transient() => (Self::Waiting(join), vec![]),
            (Self::Asked(join) | Self::Waiting(join), Input::Refused(reason)) => refuse(join, reason),
            (state @ (Self::Refused(..) | Self::Confirmed(_)), Input::Refused(_)) => (state, vec![]),

            (Self::Asked(join), Input::Roster(roster)) => match judge(&join, roster) {
                Verdict::Open => (Self::Asked(join), vec![]),
                Verdict::In => confirm(join),
                Verdict::Out(reason) => refuse(join, reason),
            },
            (Self::Waiting(join), Input::Roster(roster)) => match judge(&join, roster) {
                Verdict::Open => (Self::Waiting(join), vec![]),
                Verdict::In => confirm(join),
                Verdict::Out(reason) => refuse(join, reason),
            },
            (Self::Refused(join, before), Input::Roster(roster)) => match judge(&join, roster) {
                Verdict::Open => (Self::Refused(join, before), vec![]),
                Verdict::In => confirm(join),
                Verdict::Out(reason) if reason == before => (Self::Refused(join, before), vec![]),
                Verdict::Out(reason) => refuse(join, reason),
            },
            (Self::Confirmed(join), Input::Roster(roster)) => match judge(&join, roster) {
                Verdict::Open | Verdict::In => (Self::Confirmed(join), vec![]),
                Verdict::Out(reason) => refuse(join, reason),
            },
        }
    }
}

enum Verdict {
    Open,
    In,
    Out(JoinError),
}

fn judge(join: &Join, roster: &Roster) -> Verdict {
    if roster.is_revoked(&join.device) {
        return Verdict::Out(JoinError::Revoked);
    }
    if roster.device(&join.device).is_some() {
        return Verdict::In;
    }
    match roster.check_join(join) {
        Err(reason) if !reason.is_transient() => Verdict::Out(reason),
        Ok(_) | Err(_) => Verdict::Open,
    }
}

fn confirm(join: Join) -> (Enrolment, Vec<Output>) {
    (Enrolment::Confirmed(join), vec![Output::Tell(CONFIRMED)])
}

fn refuse(join: Join, reason: JoinError) -> (Enrolment, Vec<Output>) {
    (Enrolment::Refused(join, reason), vec![Output::Tell(reason.notice())])
}
