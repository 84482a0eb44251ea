//! What is known beside the documents.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use hopluu_identity::Notice;
use hopluu_model::DeviceId;
use hopluu_wire::frame::Heard;

/// Who is there, and what the people in front should be told.
#[derive(Debug, Default, Clone)]
pub struct Live {
    /// What the relay knows of each device's line.
    pub heard: BTreeMap<DeviceId, Heard>,
    /// What the machine wants people to know, oldest first.
    pub notices: VecDeque<Notice>,
    /// What must not stay unseen, oldest first.
    pub alarms: VecDeque<String>,
    /// Why the relay last sent this machine away: code and words.
    pub turned_away: Option<(u8, String)>,
    /// Why the store is being opened again, while it is.
    pub broken: Option<String>,
}

/// Shared between the machine, which writes it, and those who answer questions.
pub type Shared = Arc<Mutex<Live>>;
