//! `cargo xtask fuzz`: the program that searches, and a plain one that lists, lays out seeds and tries inputs again.

#![cfg_attr(feature = "search", no_main)]

#[cfg(feature = "search")]
mod search;

#[cfg(not(feature = "search"))]
fn main() -> std::process::ExitCode {
    plain::main()
}

#[cfg(not(feature = "search"))]
mod plain;
