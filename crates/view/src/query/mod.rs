//! Questions and their answers: plain values with English names, which pages put into words.

mod freshness;
mod history;
mod plain;
mod search;
mod sentence;

pub use freshness::Freshness;
pub use history::{EventRow, History, RecordRow, RivalRow};
pub use search::Found;
pub use sentence::Sentence;
