//! Who may write what: device keys, the province's roster, invitations, admission.
//!
//! Everything here is a value or a pure function: no clock, no dice, no disk, no line. Seeds, times and
//! bytes are passed in; decisions come out. Signatures are Ed25519 over statements that name their purpose.
//!
//! * [`key`] signs and names authors; [`root`] is the province's offline key on paper.
//! * [`roster`] is the signed, hash-chained log; [`entry`] its bytes; its questions are methods of [`Roster`].
//! * [`invitation`] and [`ticket`] are texts that people hand over; [`enrol`] is what a new office lives through;
//!   [`join`] and [`provisional`] let it in without the desk.
//! * [`admission`] says whether a change counts and who may read.

pub mod admission;
pub mod enrol;
pub mod entry;
pub mod invitation;
pub mod join;
pub mod key;
pub mod letter;
pub mod notice;
pub mod provisional;
pub mod refusal;
pub mod root;
pub mod roster;
pub mod text;
pub mod ticket;

mod chain;
mod ledger;
mod query;

pub use admission::{Access, Admitted, Refused, admit, author, may_read, may_read_doc, standing};
pub use enrol::Enrolment;
pub use entry::{
    Body, CutAt, Enrolled, Founding, InvitationId, Invited, RelayAt, RosterEntry, SignedHead, revocations,
};
pub use invitation::{Invitation, Wanted};
pub use join::{Join, JoinError, ProvisionalDevice};
pub use key::{DeviceKey, actor_prefix, change_statement, new_actor, prefix_of, sha256, verify};
pub use ledger::{Collection, Province};
pub use letter::Letter;
pub use notice::Notice;
pub use provisional::{Provisional, Welcome, decide};
pub use refusal::{Fault, RosterError};
pub use root::{RootKey, WordsError, root_hash};
pub use roster::{Anchor, Extended, Roster};
pub use text::TextError;
pub use ticket::{Claim, ClaimError, RelayTicket};
