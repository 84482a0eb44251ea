//! Any bytes as a story at a relay: who dials, what they say, power cuts, a failing disk.

use crate::noise::Noise;
use crate::samples::history;
use crate::session::{Kind, Machine, play, settle};

/// Plays the story; then an honest office comes, and both hold what it wrote.
pub(super) fn run(bytes: &[u8]) {
    let mut relay = Machine::begin(Kind::Relay);
    play(&mut relay, bytes);
    let mut office = Machine::begin(Kind::Office);
    let history = history();
    office.write(&history.last_word);
    let honest = [&history.issues[0], &history.registers[0], &history.last_word];
    let done = |relay: &Machine, office: &Machine| {
        honest.iter().all(|chain| [relay, office].iter().all(|machine| machine.held(chain) == chain.runs.len()))
    };
    assert_eq!(settle(&mut relay, &mut office, &done), Ok(()));
}

/// Stories of chance: what counts is that each step means something.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    stories(1)
}

pub(super) fn stories(seed: u64) -> Vec<Vec<u8>> {
    let mut noise = Noise::new(seed);
    let mut story = |len: usize| (0..len).map(|_| noise.byte()).collect();
    [8, 40, 80, 120, 160, 240, 320, 400, 500, 600, 700, 800].map(&mut story).into()
}
