//! The loop, on loopback, with machines that do as they are told.

mod puppet;

mod failures;
mod lines;
mod turns;
