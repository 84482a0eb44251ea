//! Where passwords are hashed: beside the runtime and beside the machine, since one hash takes long and much memory.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;

use tokio::sync::oneshot;

use super::{password, words};
use crate::{Refusal, Why};

/// So many hashes at once.
const THREADS: usize = 2;
/// So many may wait; whoever comes later tries again.
const WAITING: usize = 32;

type Job = Box<dyn FnOnce() + Send>;

/// Two threads that hash passwords; they end with it.
pub(crate) struct Hashing {
    jobs: SyncSender<Job>,
}

impl Hashing {
    pub(crate) fn start() -> Self {
        let (jobs, waiting) = sync_channel::<Job>(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..THREADS {
            let waiting = Arc::clone(&waiting);
            let started = Builder::new().name("passwords".to_owned()).spawn(move || work(&waiting));
            if let Err(error) = started {
                // With no thread at all nobody holds the other end, and every job is refused.
                tracing::error!(%error, "a thread for passwords cannot be started");
            }
        }
        Self { jobs }
    }

    /// The form in which a password is kept.
    pub(crate) async fn hash(&self, typed: &str, salt: [u8; password::SALT_LEN]) -> Result<String, Refusal> {
        let typed = password::normalise(typed);
        let hashed = self.run(move || password::hash(&typed, &salt)).await?;
        hashed.ok_or_else(failed)
    }

    /// Whether a password is the one that is kept.
    pub(crate) async fn is_right(&self, typed: &str, kept: String) -> Result<bool, Refusal> {
        let typed = password::normalise(typed);
        self.run(move || password::is_right(&typed, &kept)).await
    }

    /// Does something slow there.
    pub(crate) async fn run<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, Refusal> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || drop(answer.send(work())));
        match self.jobs.try_send(job) {
            Ok(()) => answered.await.map_err(|_| failed()),
            Err(TrySendError::Full(_)) => Err(words::hashing_busy()),
            Err(TrySendError::Disconnected(_)) => Err(failed()),
        }
    }
}

fn work(waiting: &Mutex<Receiver<Job>>) {
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

fn failed() -> Refusal {
    Refusal::new(
        Why::Failed,
        "hashing",
        "Máy không kiểm tra được mật khẩu lúc này. Khởi động lại chương trình rồi thử lại.",
        "This machine cannot check passwords now. Restart the program and try again.",
    )
}
