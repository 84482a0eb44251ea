//! Trying inputs: one at a time, or a row of them from a number.

use std::panic::{AssertUnwindSafe, catch_unwind};

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
    catch_unwind(AssertUnwindSafe(|| (target.run)(input))).map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
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
