//! What an unwatched box should be asked: disk, journal, line, clock, roster.

use hopluu_model::chain;
use hopluu_office::OfficeError;
use serde::Serialize;

use crate::{Desk, LineState, Refusal, Standing};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub check: &'static str,
    /// Whether it is as it should be.
    pub good: bool,
    /// How it is, in Vietnamese; the line is told by [`Health::standing`].
    pub what: String,
}

/// All that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Health {
    /// One by one.
    pub checks: Vec<Check>,
    /// How many are not as they should be.
    pub faults: usize,
    /// How the office stands.
    pub standing: Standing,
}

/// Free space below this is a fault, in MiB.
const LEAST_FREE_MIB: u64 = 200;

impl Desk {
    /// Looks at everything.
    ///
    /// # Errors
    /// When the view fails.
    pub async fn health(&self) -> Result<Health, Refusal> {
        let wall = self.wall();
        let journal = self
            .with(|office, _, _| {
                let store = office.mailbox().store();
                let missing = store.missing().map_err(OfficeError::from)?;
                Ok((store.end().number, missing.len()))
            })
            .await;
        let standing = self.standing().await?;
        let (whole, journal) = match journal {
            Ok((end, lost)) => (lost == 0, format!("{end} bản ghi, {lost} chỗ khuyết")),
            Err(refusal) => (false, refusal.vi),
        };
        let (space, disk) = match rustix::fs::statvfs(&self.about().dir) {
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
                (free > LEAST_FREE_MIB, format!("còn {free} MiB"))
            }
            Err(error) => (false, chain(&error)),
        };
        let checks = vec![
            Check { check: "journal", good: whole, what: journal },
            Check { check: "disk", good: space, what: disk },
            Check { check: "clock", good: wall.date().year() >= 2025, what: wall.to_string() },
            Check { check: "roster", good: standing.roster > 0, what: format!("phiên bản {}", standing.roster) },
            Check { check: "line", good: standing.line == LineState::Settled, what: String::new() },
        ];
        Ok(Health { faults: checks.iter().filter(|check| !check.good).count(), checks, standing })
    }
}
