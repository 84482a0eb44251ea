//! Lines over loopback: what they carry, whom they let in, how they end.

mod early;
mod ends;
mod frames;
mod trust;
mod weather;
