//! What is promised to people, with the real programs on loopback: relay, province desk and offices as processes with
//! data directories of their own, killed and started as power cuts do.

use hopluu_tests::{http, process, province};

mod crashes;
mod doors;
mod facts;
mod journey;
mod losses;
mod offline;
mod pages;
mod people;
mod pictures;
mod staff;
mod units;
mod words;
