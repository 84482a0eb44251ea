//! Lines between machines: QUIC connections on which both ends prove an Ed25519 device key.
//!
//! [`Lines`] is one UDP socket that dials, listens, or both. It carries opaque frames in four classes, each class on
//! a stream of its own, and reports everything through one bounded channel of [`Event`]s. It reads no frame, keeps no
//! document and decides nothing about who is welcome: whoever owns the channel does.
//!
//! - TLS 1.3 with raw public keys (RFC 7250) on both sides: no certificate, no clock, no name can lock a machine out.
//!   A dial names the key it expects; a listener takes any Ed25519 key and says which one it was.
//! - A machine that has spoken with a peer before sends its first frames in 0-RTT.
//! - Every window, limit and timeout comes from [`Config`]; nothing is left to the libraries' defaults.
//!
//! [`line::BadLine`] is the opposite of all this: a line that can be made bad, for the demo, tests and benches.

mod conduct;
mod config;
mod endpoint;
mod event;
mod frames;
mod https;
mod identity;
mod inbox;
pub mod line;

mod lines;
mod outbox;
#[cfg(test)]
mod stranger;
mod tickets;
mod tls;

pub use config::Config;
pub use event::{ConnId, DownCause, DownReason, Event, Stats, closing};
pub use frames::FrameRefused;
pub use https::{Certificate, CertificateError, TlsConnection, TlsDoor};
pub use identity::Identity;
pub use lines::{Lines, TransportError};

/// Number of frame classes: 0 control and urgent, 1 edits, 2 history, 3 attachments.
pub const CLASSES: u8 = 4;
