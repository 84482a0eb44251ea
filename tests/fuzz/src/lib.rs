//! Bytes that mean harm, for every door that bytes come in by.
//!
//! A [`Target`] is a plain function over bytes: it reads them as one kind of thing, a frame, a pack, a journal, a whole
//! conversation, and asserts what must hold. Inputs begin with real values ([`samples`], [`chain`]) made at run time from
//! seeds: nothing that crashes other people's libraries lies in this repository.
//!
//! `tests/smoke.rs` tries each target for a moment, the same inputs every time. `cargo xtask fuzz <target>` searches for as
//! long as one likes, led by what code an input reaches.

pub mod chain;
pub mod mutation;
pub mod noise;
pub mod province;
pub mod samples;
pub mod script;
pub mod session;
pub mod targets;
pub mod trial;

pub use targets::{TARGETS, Target, find};
