//! Bad weather over real programs: from one seed, people type in three offices while their lines are bad, and nothing
//! they were told is saved may be missing anywhere.

mod dice;
mod kinds;
mod oracle;
mod people;
mod round;
mod world;

pub use dice::Dice;
pub use kinds::{Kind, Phase};
pub use round::{Failure, Plan, Report, run};
