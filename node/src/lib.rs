//! The office program `hopluu`: a commune desk or the province desk.
//!
//! `serve` runs the office; every other command speaks with it over a socket in its data directory, so that
//! pages and commands see the same office. `demo` runs a whole small province on one machine.

mod answer;
mod chores;
mod cli;
mod client;
mod config;
mod demo;
mod door;
mod home;
mod machine;
mod opening;
mod pages;
mod places;
mod secret;
mod serve;
mod setup;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use hopluu_driver::{Complaint, Exit};

/// Runs the program with these arguments, the first being its own name.
#[must_use]
pub fn main_with(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    // The demo starts its relay as a process of this very program.
    if args.get(1).is_some_and(|first| first == demo::RELAY_ARGUMENT) {
        let rest = std::iter::once(OsString::from("hopluu-relay")).chain(args.into_iter().skip(2));
        return hopluu_relay::main_with(rest);
    }
    let cli = match cli::Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            let _ = error.print();
            return exit.into();
        }
    };
    let say = client::Say { json: cli.json, lang: cli.lang.into() };
    match client::run(cli) {
        Ok(exit) => exit.into(),
        Err(complaint) => {
            let exit = complaint.exit;
            say.complain(&complaint);
            exit.into()
        }
    }
}

/// A failure that has no better words.
fn failed(what: &'static str, error: &dyn std::error::Error) -> Complaint {
    Complaint::new(
        Exit::Failed,
        what,
        "Thao tác không thành công. Xem nguyên nhân bên dưới; nếu không rõ, hãy gửi dòng này cho người hỗ trợ.",
        "The operation failed. See the cause below; if it is not clear, send this line to support.",
    )
    .because(error)
}
