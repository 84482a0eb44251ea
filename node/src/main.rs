//! The office program.

use std::process::ExitCode;

fn main() -> ExitCode {
    hopluu::main_with(std::env::args_os())
}
