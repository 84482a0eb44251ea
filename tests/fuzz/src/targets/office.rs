//! Any bytes as a story at an office whose relay was hijacked; then the real relay is back.

use crate::samples::history;
use crate::session::{Kind, Machine, play, settle};

/// Plays the story; then the honest relay is back, and both hold what the office wrote, but for what it was told is
/// refused.
pub(super) fn run(bytes: &[u8]) {
    let mut office = Machine::begin(Kind::Office);
    play(&mut office, bytes);
    let history = history();
    office.write(&history.last_word);
    let mut relay = Machine::begin(Kind::Relay);
    let honest = [&history.issues[0], &history.registers[0], &history.last_word];
    let done = |relay: &Machine, office: &Machine| {
        honest.iter().all(|chain| {
            let len = chain.runs.len();
            office.held(chain) == len && (relay.held(chain) == len || office.is_refused(chain))
        })
    };
    assert_eq!(settle(&mut relay, &mut office, &done), Ok(()));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    super::relay::stories(2)
}
