//! A whole small province on one machine.
use hopluu_driver::{Complaint, Exit};

use crate::cli::{Cli, Demo};
use crate::client::Say;

/// The first argument of a process that is the demo's relay.
pub(crate) const RELAY_ARGUMENT: &str = "--as-relay";

pub(crate) fn run(_: &Demo, _: &Cli, _: Say) -> Result<Exit, Complaint> {
    Ok(Exit::Failed)
}
