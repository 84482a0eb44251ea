//! The real programs on loopback, and the lines between them: what the tests in `e2e/` and `line/` are made of.

pub mod http;
pub mod process;
pub mod province;
pub mod storm;
