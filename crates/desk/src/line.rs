//! How the line stands, in the words that programs read.

use hopluu_sync::LineState as Engine;
use serde::{Deserialize, Serialize};

/// How the line to the relay stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// No connection.
    #[default]
    Offline,
    /// Trying to connect.
    Dialling,
    /// Connected, and still fetching or comparing.
    CatchingUp,
    /// Connected, and known to hold the same as the relay.
    Settled,
    /// This machine's disk has failed; only reading works.
    Broken,
}

impl From<Option<Engine>> for LineState {
    fn from(state: Option<Engine>) -> Self {
        match state {
            None | Some(Engine::Offline { .. }) => Self::Offline,
            Some(Engine::Dialling) => Self::Dialling,
            Some(Engine::CatchingUp) => Self::CatchingUp,
            Some(Engine::Settled) => Self::Settled,
        }
    }
}
