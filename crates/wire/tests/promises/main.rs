//! What travels: its bytes, and what becomes of bytes that are not ours.

mod frames;
mod golden;
mod junk;
mod packs;
