//! Trying inputs: one at a time, or a row of them from a number.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::mutation::mutate;
use crate::noise::Noise;
use crate::targets::Target;

/// An input that a target did not survive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The input.
    pub input: Vec<u8>,
    /// Which of the row it was: the seeds first, then the mutations.
    pub place: usize,
    /// What the target said.
    pub words: String,
}

/// Tries one input.
///
/// # Errors
/// What the target said when it panicked.
pub fn attempt(target: &Target, input: &[u8]) -> Result<(), String> {
    listen();
    LAST_WORDS.set(Some(String::new()));
    let held = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let words = LAST_WORDS.take().unwrap_or_default();
    held.map_err(|_| words)
}

thread_local! {
    /// What the last panic of a trial on this thread said, and where; nothing outside of trials.
    static LAST_WORDS: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps panics of trials out of the log: the house catches some by itself, and the others are told by their input.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let in_trial = LAST_WORDS.with_borrow_mut(|words| match words {
                Some(words) => {
                    *words = panic.to_string();
                    true
                }
                None => false,
            });
            if !in_trial {
                before(panic);
            }
        }));
    });
}

/// Tries the seeds and so many mutations of them, the same for the same number.
///
/// # Errors
/// The first input that the target did not survive.
pub fn row(target: &Target, seed: u64, mutations: usize) -> Result<(), Box<Finding>> {
    let seeds = (target.seeds)();
    let mut noise = Noise::new(seed);
    let tried = |place: usize, input: Vec<u8>| {
        attempt(target, &input).map_err(|words| Box::new(Finding { input, place, words }))
    };
    for (place, input) in seeds.iter().enumerate() {
        tried(place, input.clone())?;
    }
    for place in 0..mutations {
        let mut input = seeds[noise.below(seeds.len())].clone();
        let other = &seeds[noise.below(seeds.len())];
        mutate(&mut noise, &mut input, other);
        input.truncate(target.longest);
        tried(seeds.len() + place, input)?;
    }
    Ok(())
}
