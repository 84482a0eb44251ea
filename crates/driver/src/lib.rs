//! Runs a deterministic machine on a real clock with real lines, and what both programs need around it.
//!
//! - [`Machine`] is what is run, [`start`] runs it, [`Handle`] is how the rest of the program speaks with it.
//! - [`Clock`] and [`Dice`] are the only places where time and randomness are read.
//! - [`settings`] is the only place where the environment is read: flag, environment, file, default.
//! - [`control`] is the local socket by which commands speak with a running program.
//! - [`Exit`], [`Complaint`] and [`logs`] are how a program ends, says what went wrong, and logs.

mod clock;
mod complaint;
pub mod control;
mod dice;
mod exit;
mod handle;
pub mod logs;
mod machine;
mod pace;
mod run;
pub mod settings;
mod wires;

pub use clock::Clock;
pub use complaint::{Complaint, Lang};
pub use dice::Dice;
pub use exit::Exit;
pub use handle::{Ended, Handle};
pub use hopluu_model::chain;
pub use machine::Machine;
pub use run::{StartError, start};
