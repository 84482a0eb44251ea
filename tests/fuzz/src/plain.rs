//! The program without the search: `list`, `seeds <target> <folder>`, `try <target> <file>...`.

use std::fs;
use std::io;
use std::process::ExitCode;

use hopluu_fuzz::trial::attempt;
use hopluu_fuzz::{TARGETS, find};

pub(crate) fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["list"] => list(),
        ["seeds", name, folder] => seeds(name, folder),
        ["try", name, files @ ..] => again(name, files),
        _ => Err(io::Error::other("say list, seeds <target> <folder>, or try <target> <file>...")),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn list() -> io::Result<ExitCode> {
    for target in TARGETS {
        println!("{:<10} {}", target.name, target.what);
    }
    Ok(ExitCode::SUCCESS)
}

/// Lays the seeds into a folder, one file each, and says the longest input worth trying.
fn seeds(name: &str, folder: &str) -> io::Result<ExitCode> {
    let target = find(name).ok_or_else(|| unknown(name))?;
    fs::create_dir_all(folder)?;
    for (number, seed) in (target.seeds)().iter().enumerate() {
        fs::write(format!("{folder}/seed-{number:03}"), seed)?;
    }
    println!("{}", target.longest);
    Ok(ExitCode::SUCCESS)
}

fn again(name: &str, files: &[&str]) -> io::Result<ExitCode> {
    let target = find(name).ok_or_else(|| unknown(name))?;
    let mut code = ExitCode::SUCCESS;
    for file in files {
        match attempt(target, &fs::read(file)?) {
            Ok(()) => println!("{file}: holds"),
            Err(words) => {
                println!("{file}: {words}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn unknown(name: &str) -> io::Error {
    io::Error::other(format!("there is no target {name}; see list"))
}
