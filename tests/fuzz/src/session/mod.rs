//! Whole conversations with a real machine: what comes in, cut power, failing disks, and honest company afterwards.

mod company;
mod machine;
mod say;
mod story;

pub use company::settle;
pub use machine::{Kind, Machine};
pub use story::play;
