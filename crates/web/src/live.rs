//! News for open pages, as server-sent events.
//!
//! An event names the records that moved (at most a few; `*` for many, or when some were missed). The script asks for the
//! page once more and puts the parts marked `data-live` in place; nothing of a record travels in the event itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use hopluu_desk::News;
use tokio::sync::broadcast::error::RecvError;

use crate::signed::Signed;
use crate::site::Site;

/// More records than this are told as "look at everything".
const FEW: usize = 16;
/// A line that says nothing for so long may have been cut by something in between.
const ALIVE: Duration = Duration::from_secs(20);

pub(crate) async fn stream(
    State(site): State<Arc<Site>>,
    _: Signed,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = unfold(site.desk.news(), |mut news| async move {
        let told = match news.recv().await {
            Ok(moved) => told(&moved),
            Err(RecvError::Lagged(_)) => "*".to_owned(),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(Event::default().event("moved").data(told)), news))
    });
    Sse::new(news).keep_alive(KeepAlive::new().interval(ALIVE))
}

fn told(moved: &News) -> String {
    if moved.len() > FEW {
        return "*".to_owned();
    }
    moved.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
