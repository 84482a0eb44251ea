//! The one door of a mailbox: what is let in, what is answered, what is kept.

mod office;
mod packs;
mod pictures;
mod refusals;
mod rig;
mod sessions;
