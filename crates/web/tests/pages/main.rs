//! The pages of a province's desk over an office in memory, asked as a browser asks them.

mod api;
mod books;
mod chores;
mod commune;
mod harm;
mod import;
mod people;
mod records;
mod rig;
mod shown;
mod totals;
mod units;
