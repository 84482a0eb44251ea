//! What automerge really does, and what this room promises on top of it.

mod automerge;
mod crafted;
mod golden;
mod promises;
mod rivals;
mod world;
