//! How long an opening takes, and what to do when it does not come back.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// After this long a case is called hanging, and the program ends.
const HANGS: Duration = Duration::from_secs(60);

/// Times cases; one that hangs is named, and ends the program.
pub struct Watch {
    tell: Sender<String>,
    began: Option<Instant>,
    slowest: Duration,
}

impl Watch {
    /// Begins to watch.
    #[must_use]
    pub fn new() -> Self {
        let (tell, told) = channel::<String>();
        thread::spawn(move || {
            let mut case = String::new();
            loop {
                match told.recv_timeout(HANGS) {
                    Ok(next) => case = next,
                    Err(RecvTimeoutError::Timeout) if !case.is_empty() => {
                        eprintln!("{case} hangs for more than {HANGS:?}");
                        std::process::exit(1);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Self { tell, began: None, slowest: Duration::ZERO }
    }

    /// A case begins, and the one before has ended.
    #[expect(clippy::disallowed_methods, reason = "the time an opening takes is what is measured")]
    pub fn next(&mut self, case: String) {
        self.done();
        // The watching thread lives as long as this.
        let _ = self.tell.send(case);
        self.began = Some(Instant::now());
    }

    /// The case has ended.
    pub fn done(&mut self) {
        if let Some(began) = self.began.take() {
            self.slowest = self.slowest.max(began.elapsed());
            let _ = self.tell.send(String::new());
        }
    }

    /// The longest case so far.
    #[must_use]
    pub fn slowest(&self) -> Duration {
        self.slowest
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}
