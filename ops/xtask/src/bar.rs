//! Sizes and names, so that rooms stay readable. Lengths of functions and counts of arguments are clippy's business.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Findings;
use crate::workspace::Workspace;

/// No file is longer than this many lines, tests included.
const LONGEST: usize = 600;
/// A library smaller than this may be better off folded into its neighbour.
const SMALLEST_ROOM: usize = 300;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "types", "manager", "core"];

/// Reads the sources of all our packages. Fails where a folder or a file cannot be read.
pub(crate) fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut lengths = Vec::new();
    for package in workspace.ours() {
        let folder = package.manifest_path.parent().unwrap_or(&workspace.root);
        let mut room = 0;
        for file in sources(folder)? {
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let lines = text.lines().count();
            let shown = file.strip_prefix(&workspace.root).unwrap_or(&file);
            findings.broken.extend(faults(shown, &text));
            room += lines;
            lengths.push(lines);
        }
        let is_library = folder.starts_with(workspace.root.join("crates"));
        if is_library && room < SMALLEST_ROOM {
            findings.notices.push(format!(
                "`{}` has {room} lines; a room under {SMALLEST_ROOM} is folded into its neighbour once it works",
                package.name
            ));
        }
    }
    lengths.sort_unstable();
    if let Some(median) = lengths.get(lengths.len() / 2) {
        findings.notices.push(format!("{} files, median {median} lines", lengths.len()));
    }
    Ok(findings)
}

/// What is wrong with one source file.
fn faults(file: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST {
        faults.push(format!("{} has {lines} lines; {LONGEST} is the limit: split it by subject", file.display()));
    }
    let parts = file.iter().filter_map(|part| part.to_str()).map(|part| part.trim_end_matches(".rs"));
    if let Some(name) = parts.into_iter().find(|part| EMPTY_NAMES.contains(part)) {
        faults.push(format!("{} is called `{name}`, which says nothing: name it by its subject", file.display()));
    }
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = inline_module(line).filter(|name| EMPTY_NAMES.contains(name)) {
            faults.push(format!(
                "{}:{} opens a module `{name}`, which says nothing: name it by its subject",
                file.display(),
                number + 1
            ));
        }
    }
    faults
}

/// The name in `mod name {`, whatever its visibility.
fn inline_module(line: &str) -> Option<&str> {
    let head = line.trim().strip_suffix('{')?.trim_end();
    let (before, name) = head.rsplit_once(' ')?;
    (before == "mod" || before.ends_with(" mod")).then_some(name)
}

/// All Rust files of a package in order, without build output and packages nested in it.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
            if path.is_dir() {
                let is_apart = path.ends_with("target") || path.join("Cargo.toml").exists();
                if !is_apart {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{LONGEST, faults};

    #[test]
    fn a_file_may_be_as_long_as_the_limit_and_no_longer() {
        let path = Path::new("crates/sync/src/engine.rs");
        assert_eq!(faults(path, &"\n".repeat(LONGEST)), Vec::<String>::new());
        assert_eq!(
            faults(path, &"\n".repeat(LONGEST + 1)),
            ["crates/sync/src/engine.rs has 601 lines; 600 is the limit: split it by subject"]
        );
    }

    #[test]
    fn a_name_that_says_nothing_is_told_as_file_folder_and_inline() {
        assert_eq!(faults(Path::new("crates/sync/src/util.rs"), "").len(), 1);
        assert_eq!(faults(Path::new("crates/sync/src/common/mod.rs"), "").len(), 1);
        assert_eq!(
            faults(Path::new("src/a.rs"), "fn f() {}\npub(crate) mod helpers {\n}\n"),
            ["src/a.rs:2 opens a module `helpers`, which says nothing: name it by its subject"]
        );
    }

    #[test]
    fn words_inside_other_words_are_fine() {
        let text = "//! types of issues\nuse core::fmt;\nmod commons {\n}\nfn common() {\n}\n";
        assert_eq!(faults(Path::new("src/utility.rs"), text), Vec::<String>::new());
    }
}
