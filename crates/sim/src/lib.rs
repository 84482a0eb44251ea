//! A world of offices, a relay, bad lines, crashing disks and wrong clocks, from one seed.
//!
//! Everything in it is the real thing but time, dice, lines and files: the office, the mailbox, the engine, the journal
//! over files that tear. [`World`] is the stage: stories put machines into it, type, cut lines, pull plugs, let time
//! pass, and ask [`World::check`] whether everything that must hold does. [`run`] is a story that the seed tells.
//!
//! A story that fails is the same story tomorrow: the seed decides everything, and [`World::log`] shows it.

mod cast;
mod check;
mod damage;
mod deeds;
mod dice;
mod expected;
mod founding;
mod hazard;
mod hostile;
mod lines;
mod log;
mod machine;
mod peer;
mod people;
mod pictures;
mod power;
mod shorten;
mod staffing;
mod story;
mod traffic;
mod trust;
mod world;

pub use dice::Dice;
pub use expected::Compared;
pub use founding::{PHAN_DINH_PHUNG, Place, SONG_CONG, TRAI_CAU};
pub use hazard::{Fired, Hazard};
pub use hostile::forge;
pub use log::EventLog;
pub use machine::{Disk, Fault, Papers};
pub use peer::{BEGINNING, PeerId, Promise, WallClock};
pub use shorten::shorten;
pub use story::{Failure, Report, Telling, run, tell};
pub use world::{Whims, World};

/// An error with everything that caused it, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
