//! When the desk's chores are done: soon after something moved, at start, and once an hour.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hopluu_desk::{Desk, News, Refusal};
use hopluu_model::RecordId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// What moves within so long is looked at together.
const GATHER: Duration = Duration::from_millis(100);
/// So often answered issues are looked at.
const HOUR: Duration = Duration::from_secs(3_600);

/// Does chores until the task is dropped.
pub(crate) fn start(desk: Arc<Desk>) -> JoinHandle<()> {
    let mut news = desk.news();
    tokio::spawn(async move {
        told(desk.note_all_arrivals().await);
        let mut hours = interval(HOUR);
        hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = hours.tick() => told(desk.close_answered().await),
                first = news.recv() => match gathered(first, &mut news).await {
                    Some(moved) => told(desk.note_arrivals(&moved).await),
                    None => return,
                },
            }
        }
    })
}

/// Everything that moved within a moment; nothing once the machine has ended.
async fn gathered(first: Result<News, RecvError>, news: &mut Receiver<News>) -> Option<Vec<RecordId>> {
    let mut moved = BTreeSet::new();
    let mut next = first;
    loop {
        match next {
            Ok(records) => moved.extend(records.iter().copied()),
            // What was missed is found at the next start or by the next event of the same record.
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "news were missed by the chores"),
            Err(RecvError::Closed) => return None,
        }
        match timeout(GATHER, news.recv()).await {
            Ok(more) => next = more,
            Err(_) => return Some(moved.into_iter().collect()),
        }
    }
}

fn told(done: Result<usize, Refusal>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::debug!(count, "chores done"),
        Err(refusal) => {
            tracing::warn!(code = refusal.code, cause = refusal.cause, "a chore was not done: {}", refusal.en)
        }
    }
}
