//! The engine of both ends: who lacks what, what to say next, what first, when to try again.
//!
//! No IO, no clock, no dice: time is a [`hopluu_model::Tick`] argument, randomness a seed, and what is held
//! is lent through [`Shelf`] for the length of a call. Office, relay and simulator run this same engine.
//!
//! Nothing is queued that could get stuck: what to send is always *my clock minus their held clock*, found
//! anew at every connection. A relay hands on its journal in order to whoever is connected; a cursor lets an
//! office go on where it stopped, and the digests of both are compared always, so that a wrong cursor, a
//! lost disk or a forgotten message is found and mended by exchanging clocks. Pictures go the same way in small: what is
//! wanted and not held is asked for, what is held and not acknowledged is offered.

mod backoff;
mod engine;
mod office;
mod order;
mod pictures;
mod relay;
mod shelf;

pub use engine::{Config, ConnId, Engine, Input, LineState, Output, Standing};
pub use shelf::{Passed, PictureState, Shelf, TailItem};
