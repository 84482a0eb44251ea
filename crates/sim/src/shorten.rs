//! Finding the shortest story that still fails.

use std::collections::BTreeSet;

use crate::story::{Failure, Telling, tell};

/// Leaves out deeds as long as the world still fails, within so many tries; what is told in the end shows every frame.
///
/// Halves first, then quarters, down to single deeds (delta debugging, Zeller and Hildebrandt 2002). Deeds have dice of
/// their own, so leaving one out changes nothing about the choices of the others.
#[must_use]
pub fn shorten(failure: Failure, tries: u32) -> Failure {
    let mut best = failure;
    let mut left = tries;
    let mut parts = 2;
    while left > 0 && best.deeds.len() > 1 {
        let deeds: Vec<u32> = best.deeds.iter().copied().collect();
        let size = deeds.len().div_ceil(parts);
        let mut is_shorter = false;
        for part in deeds.chunks(size) {
            if left == 0 {
                break;
            }
            left -= 1;
            let kept: BTreeSet<u32> = deeds.iter().copied().filter(|deed| !part.contains(deed)).collect();
            if let Some(shorter) = fails(best.telling.seed, kept).filter(|shorter| kind(shorter) == kind(&best)) {
                best = shorter;
                is_shorter = true;
                break;
            }
        }
        if is_shorter {
            parts = parts.saturating_sub(1).max(2);
        } else if size <= 1 {
            break;
        } else {
            parts = (parts * 2).min(best.deeds.len());
        }
    }
    let in_full = Telling { kept: Some(best.deeds.clone()), with_traffic: true, ..best.telling };
    tell(&in_full, &mut |_, _| {}).err().map_or(best, |failure| *failure)
}

/// What a reason says without its numbers and names: a shorter story that fails otherwise is another story.
fn kind(failure: &Failure) -> Vec<&str> {
    let is_plain = |word: &&str| word.chars().all(|letter| letter.is_ascii_lowercase());
    failure.reason.split_whitespace().filter(is_plain).collect()
}

fn fails(seed: u64, kept: BTreeSet<u32>) -> Option<Failure> {
    let telling = Telling { seed, kept: Some(kept), with_traffic: false };
    tell(&telling, &mut |_, _| {}).err().map(|failure| *failure)
}
