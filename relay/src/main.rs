//! The relay's program.

use std::process::ExitCode;

fn main() -> ExitCode {
    hopluu_relay::main_with(std::env::args_os())
}
