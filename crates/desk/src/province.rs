//! How the communes stand, seen from the province.

use hopluu_model::{Timestamp, catalogue};
use hopluu_view::query::Totals;
use hopluu_wire::frame::Heard;
use serde::Serialize;

use crate::{Desk, Refusal};

/// A commune not heard for so long counts as silent.
const SILENT_MS: i64 = 2 * 86_400_000;

/// A commune without a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Its name.
    pub commune: String,
    /// When one of its offices was last heard; `None` when none ever was.
    pub since: Option<Timestamp>,
}

impl Silence {
    /// Whether it has lasted so long that figures should say so.
    pub(crate) fn is_late(&self, now: Timestamp) -> bool {
        self.since.is_none_or(|at| now.0 - at.0 > SILENT_MS)
    }
}

/// How the communes' lines stand, and the sums over them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contact {
    /// Communes of the province by the catalogue.
    pub communes: usize,
    /// Communes of which something is known.
    pub known: usize,
    /// Communes with a line just now.
    pub connected: usize,
    /// Communes without one.
    pub silent: Vec<Silence>,
    /// Communes not heard for two days.
    pub late: usize,
    /// How fresh every total is: as old as its oldest part.
    pub fresh: Timestamp,
    /// The sums.
    pub totals: Totals,
}

impl Desk {
    /// How the communes stand now.
    ///
    /// # Errors
    /// When the view or the office fail.
    pub async fn contact(&self) -> Result<Contact, Refusal> {
        let (code, devices) = self
            .with(|office, _, _| {
                let province = office.mailbox().trust().roster().province();
                Ok((province.map(|province| province.code.clone()).unwrap_or_default(), office.devices()))
            })
            .await?;
        let heard = self.live().heard;
        let communes = self.reader().communes()?;
        let (now, mut connected, mut silent) = (self.wall(), 0, Vec::new());
        for commune in &communes {
            let own = devices.iter().filter(|device| device.collection == commune.collection);
            let lines: Vec<&Heard> = own.filter_map(|device| heard.get(&device.device)).collect();
            if lines.iter().any(|line| line.connected) {
                connected += 1;
            } else {
                let since = lines.iter().map(|line| line.at).max();
                silent.push(Silence { commune: commune.name.clone(), since });
            }
        }
        Ok(Contact {
            communes: catalogue::communes_of(&code).count(),
            known: communes.len(),
            connected,
            late: silent.iter().filter(|silence| silence.is_late(now)).count(),
            fresh: silent.iter().filter_map(|silence| silence.since).min().unwrap_or(now),
            silent,
            totals: self.reader().totals(&[])?,
        })
    }
}
