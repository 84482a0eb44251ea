//! What is printed of bugs and hunts.

use std::fmt::Write;

use anyhow::Result;

use crate::planted::bugs::Bug;
use crate::planted::hunt::{Outcome, Trail};

/// So much of a reason fits into the table.
const WORDS: usize = 100;

/// Prints the bugs by room.
pub(crate) fn list(bugs: &[Bug]) {
    for bug in bugs {
        println!("{:<9} {:<36} {}", bug.room, bug.name, bug.breaks);
    }
    println!("{} bugs, {} of them known holes", bugs.len(), bugs.iter().filter(|bug| bug.hole.is_some()).count());
}

/// The table for people: a line of figures per bug, then what it breaks and how it was caught.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut text = format!("{:<9} {:<36} {:>6} {:>5}  caught by\n", "room", "bug", "median", "max");
    for outcome in outcomes {
        let (median, most) = figures(&outcome.hunts);
        let [median, most] = [median, most].map(|worlds| worlds.map_or("-".to_owned(), |worlds| worlds.to_string()));
        let _ =
            writeln!(text, "{:<9} {:<36} {median:>6} {most:>5}  {}", outcome.room, outcome.name, caught_by(outcome));
        let _ = writeln!(text, "{:10}{}", "", outcome.breaks);
        if let Some(hole) = &outcome.hole {
            let _ = writeln!(text, "{:10}known hole: {hole}", "");
        }
    }
    let caught = outcomes.iter().filter(|outcome| outcome.is_caught()).count();
    let mut medians: Vec<u64> = outcomes.iter().filter_map(|outcome| figures(&outcome.hunts).0).collect();
    medians.sort_unstable();
    let holes = outcomes.iter().filter(|outcome| outcome.hole.is_some() && !outcome.is_caught()).count();
    let _ = write!(text, "{caught} of {} bugs caught from every starting point", outcomes.len());
    if holes > 0 {
        let _ = write!(text, ", {holes} are known holes");
    }
    let _ = match medians.get(medians.len() / 2) {
        Some(median) => writeln!(text, ", by {median} worlds in the median"),
        None => writeln!(text),
    };
    text
}

/// The same for machines.
pub(crate) fn json(outcomes: &[Outcome]) -> Result<String> {
    let rows: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let (median, most) = figures(&outcome.hunts);
            serde_json::json!({
                "bug": outcome.name, "room": outcome.room, "breaks": outcome.breaks, "caught": outcome.is_caught(), "hole": outcome.hole,
                "median": median, "max": most, "hunts": outcome.hunts,
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&serde_json::json!({ "bugs": rows }))?)
}

/// Worlds needed, in the median and at most; none where too many hunts, or one, found nothing.
fn figures(hunts: &[Trail]) -> (Option<u64>, Option<u64>) {
    let mut needed: Vec<u64> =
        hunts.iter().map(|trail| trail.reason.as_ref().map_or(u64::MAX, |_| trail.worlds)).collect();
    needed.sort_unstable();
    let known = |worlds: Option<&u64>| worlds.copied().filter(|worlds| *worlds < u64::MAX);
    (known(needed.get(needed.len() / 2)), known(needed.last()))
}

fn caught_by(outcome: &Outcome) -> String {
    let missed = outcome.hunts.iter().filter(|trail| trail.reason.is_none()).count();
    let reason = outcome.hunts.iter().find_map(|trail| trail.reason.as_deref());
    let words = reason.map(|reason| reason.chars().take(WORDS).collect::<String>());
    match (missed, words) {
        (0, Some(words)) => words,
        (_, Some(words)) => format!("MISSED {missed} times of {}; else {words}", outcome.hunts.len()),
        (_, None) => {
            let reached: u64 = outcome.hunts.iter().map(|trail| trail.reached).sum();
            let worlds: u64 = outcome.hunts.iter().map(|trail| trail.worlds).sum();
            format!("NOTHING, though {reached} of {worlds} worlds reached its place")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Trail, figures, table};

    fn trail(worlds: u64, reason: Option<&str>) -> Trail {
        Trail { from: 1, worlds, reached: worlds, reason: reason.map(str::to_owned) }
    }

    #[test]
    fn a_hunt_without_a_catch_counts_as_endless() {
        let caught = Some("lost");
        assert_eq!(figures(&[trail(3, caught), trail(9, caught), trail(1, caught)]), (Some(3), Some(9)));
        assert_eq!(figures(&[trail(3, caught), trail(200, None), trail(1, caught)]), (Some(3), None));
        assert_eq!(figures(&[trail(200, None)]), (None, None));
    }

    #[test]
    fn the_table_says_what_was_not_caught() {
        let hunts = vec![trail(3, Some("edit 1 is lost")), trail(200, None)];
        let [name, room, breaks] = ["n", "store", "b"].map(str::to_owned);
        let text = table(&[Outcome { name, room, breaks, hole: None, hunts }]);
        assert!(text.contains("MISSED 1 times of 2; else edit 1 is lost"), "{text}");
        assert!(text.ends_with("0 of 1 bugs caught from every starting point\n"), "{text}");
    }
}
