//! What a connection that says nothing costs a relay.

use std::time::Duration;

use crate::Outcome;
use crate::callers::Caller;
use crate::figure::Report;
use crate::programs::{Program, relay_in};
use crate::province::{CHANGES, DOCS, fill};
use crate::stage::{Cast, store};

const TABLE: &str = "a relay with idle connections";
const CONNECTIONS: usize = 1_000;
/// Lets handshakes and what follows them come to rest.
const REST: Duration = Duration::from_secs(5);

pub(crate) async fn measure(report: &mut Report) -> Outcome<()> {
    for is_full in [false, true] {
        let dir = tempfile::tempdir()?;
        let (key, ticket, at) = relay_in(dir.path())?;
        let cast = Cast::new(key, ticket, CONNECTIONS)?;
        let what = if is_full {
            fill(dir.path(), &cast)?;
            format!("{DOCS} documents of {CHANGES} changes")
        } else {
            drop(cast.relay_on(store(dir.path())?)?);
            cast.own(dir.path())?;
            "no documents".to_owned()
        };
        let relay = Program::serve("hopluu-relay", dir.path())?;
        let before = relay.resident_kib()?;
        let keys: Vec<_> = cast.communes.iter().map(|commune| &commune.key).collect();
        let callers = Caller::connect(&keys, (cast.relay.id(), at), cast.roster.version()).await?;
        tokio::time::sleep(REST).await;
        let after = relay.resident_kib()?;
        let each = (after - before) / callers.len() as f64;
        report.plain(TABLE, format!("{what}: resident, nobody connected"), (before / 1_024.0, "MiB"));
        report.plain(TABLE, format!("{what}: resident, {CONNECTIONS} connected"), (after / 1_024.0, "MiB"));
        report.goal(TABLE, format!("{what}: per connection"), (each, "KiB"), 48.0);
    }
    Ok(())
}
