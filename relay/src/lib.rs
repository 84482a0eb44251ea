//! The relay: reachable by all offices of a province; checks, stores and forwards changes, opens no document.
//!
//! A data directory holds everything of one relay:
//!
//! | path | what |
//! | --- | --- |
//! | `config.toml` | settings |
//! | `identity/key`, `identity/ticket`, `identity/owner` | who it is and whose it is; must be backed up |
//! | `journal/`, `index/` | what it stores; an emptied one is filled again by the offices |
//! | `relay.sock` | the local socket while it runs |
//!
//! [`main_with`] is the whole program, so that another program can run a relay by executing itself.

mod arguments;
mod ask;
mod complaints;
mod home;
mod init;
mod machine;
mod presence;
mod report;
mod serve;
mod settings;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;
use hopluu_driver::{Complaint, Exit, Lang};

use crate::arguments::{Arguments, Command, ConfigCommand};

/// The version of this program, told to offices.
const PROGRAM: &str = concat!("hopluu-relay ", env!("CARGO_PKG_VERSION"));

/// Runs the program with these arguments, the first of which is its own name, and returns when it ends.
pub fn main_with(args: impl Iterator<Item = OsString>) -> ExitCode {
    let matches = arguments::command().try_get_matches_from(args);
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nothing is left to do when even this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() };
        }
    };
    match run(&arguments) {
        Ok(()) => Exit::Ok.into(),
        Err(complaint) => {
            complain(&complaint, arguments.json, arguments.lang);
            complaint.exit.into()
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Complaint> {
    let console = Console { json: arguments.json, lang: arguments.lang };
    match &arguments.command {
        Command::Init { address, bind } => init::init(&arguments.dir, address, *bind, console),
        Command::Serve { bind } => serve::serve(&arguments.dir, *bind, console),
        Command::Status => ask::status(&arguments.dir, console),
        Command::Devices => ask::devices(&arguments.dir, console),
        Command::Config(ConfigCommand::Show) => settings::show(&arguments.dir, console),
        Command::Config(ConfigCommand::Check) => settings::check(&arguments.dir, console),
    }
}

fn complain(complaint: &Complaint, json: bool, lang: Lang) {
    // Standard output holds answers only, as the office program has it.
    if json {
        eprintln!("{}", complaint.to_json());
    } else {
        eprintln!("{}", complaint.to_lines(lang));
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy)]
struct Console {
    json: bool,
    lang: Lang,
}

impl Console {
    /// Prints a result as JSON or as lines.
    fn print(self, value: &serde_json::Value, lines: impl FnOnce(Lang) -> String) {
        if self.json {
            println!("{value}");
        } else {
            println!("{}", lines(self.lang));
        }
    }
}
