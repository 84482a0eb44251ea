//! What this room promises, told as stories of one small province.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod admission;
mod enrol;
mod golden;
mod newer;
mod province;
mod roster;
mod texts;
