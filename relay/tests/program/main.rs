//! The real program on loopback.

mod caller;
mod process;

mod commands;
mod province;
mod strangers;
