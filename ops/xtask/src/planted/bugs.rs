//! The list of bugs, and whether each still finds its place.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Fewer would not speak for all rooms of the durable path.
const FEWEST: usize = 30;
/// In a replacement this stands for "is this bug on?".
pub(crate) const MARKER: &str = "PLANTED";

/// One small mutation of a rule.
#[derive(Debug, Clone)]
pub(crate) struct Bug {
    pub(crate) room: String,
    pub(crate) name: String,
    /// The rule it breaks, in one sentence.
    pub(crate) breaks: String,
    /// From the root of the workspace.
    pub(crate) file: String,
    /// What stands in the sources, exactly once in that file.
    pub(crate) find: String,
    /// What the copy has instead.
    pub(crate) replace: String,
    /// Why no world catches it yet: a hole that is known.
    pub(crate) hole: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Room {
    room: String,
    bug: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    breaks: String,
    file: String,
    find: String,
    replace: String,
    hole: Option<String>,
}

/// Reads `ops/planted/*.toml`, in the order of their names.
pub(crate) fn load(root: &Path) -> Result<Vec<Bug>> {
    let folder = root.join("ops/planted");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let mut bugs = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        bugs.extend(parse(&text).with_context(|| format!("cannot understand {}", file.display()))?);
    }
    Ok(bugs)
}

fn parse(text: &str) -> Result<Vec<Bug>> {
    let Room { room, bug } = toml::from_str(text)?;
    let bugs = bug.into_iter().map(|Entry { name, breaks, file, find, replace, hole }| {
        // A multi-line string ends with the line break before its quotes.
        let [find, replace] = [find, replace].map(|text| text.trim_end_matches('\n').to_owned());
        Bug { room: room.clone(), name, breaks, file, find, replace, hole }
    });
    Ok(bugs.collect())
}

/// What is wrong with the list as a whole and with each bug's place.
pub(crate) fn faults(root: &Path, bugs: &[Bug]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let hunted = bugs.iter().filter(|bug| bug.hole.is_none()).count();
    if hunted < FEWEST {
        faults.push(format!("{hunted} bugs that are no known holes; at least {FEWEST} are wanted"));
    }
    let mut names = BTreeSet::new();
    for bug in bugs.iter().filter(|bug| !names.insert(&bug.name)) {
        faults.push(format!("`{}` is planted twice", bug.name));
    }
    for bug in bugs.iter().filter(|bug| !bug.replace.contains(MARKER)) {
        faults.push(format!("`{}` has no {MARKER} in its replacement: it would always be on", bug.name));
    }
    let files: BTreeSet<&str> = bugs.iter().map(|bug| bug.file.as_str()).collect();
    for file in files {
        let path = root.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let here: Vec<&Bug> = bugs.iter().filter(|bug| bug.file == file).collect();
        if let Err(more) = sow(&text, &here) {
            faults.extend(more);
        }
    }
    Ok(faults)
}

/// The text of a file with all its bugs in it, each behind its switch.
pub(crate) fn sow(text: &str, bugs: &[&Bug]) -> Result<String, Vec<String>> {
    let mut faults = Vec::new();
    let mut places: Vec<(usize, &Bug)> = Vec::new();
    for bug in bugs {
        let found: Vec<usize> = text.match_indices(bug.find.as_str()).map(|(at, _)| at).collect();
        match found[..] {
            [at] if !bug.find.is_empty() => places.push((at, bug)),
            _ => faults.push(format!(
                "`{}` finds its place {} times in {}; it must be once (ops/planted/{}.toml)",
                bug.name,
                found.len(),
                bug.file,
                bug.room
            )),
        }
    }
    places.sort_by_key(|(at, _)| *at);
    for pair in places.windows(2) {
        if let [(at, first), (next, second)] = pair
            && at + first.find.len() > *next
        {
            faults.push(format!("`{}` and `{}` want the same place in {}", first.name, second.name, first.file));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut sown = text.to_owned();
    for (at, bug) in places.iter().rev() {
        sown.replace_range(*at..at + bug.find.len(), &bug.replace.replace(MARKER, &switch(bug)));
    }
    Ok(sown)
}

/// The question whether a bug is on, as an expression. It is answered once for each place, which may lie on a hot path.
fn switch(bug: &Bug) -> String {
    let model = if bug.file.starts_with("crates/model/") { "crate" } else { "::hopluu_model" };
    let once = "{ static ON: ::std::sync::OnceLock<bool> = ::std::sync::OnceLock::new(); &ON }";
    format!("{model}::planted::is(\"{}\", {once})", bug.name)
}

#[cfg(test)]
mod tests {
    use super::{Bug, parse, sow, switch};

    fn bug(name: &str, find: &str, replace: &str) -> Bug {
        let [name, find, replace] = [name, find, replace].map(str::to_owned);
        let file = "crates/store/src/lane.rs".to_owned();
        Bug { room: "store".to_owned(), name, breaks: String::new(), file, find, replace, hole: None }
    }

    #[test]
    fn each_bug_stands_behind_its_own_switch() {
        let (first, second) = (bug("one", "a < b", "a < b || PLANTED"), bug("two", "c()?;", "if !PLANTED { c()?; }"));
        let sown = sow("if a < b { c()?; }", &[&second, &first]).expect("both have their place");
        let expected = format!("if a < b || {} {{ if !{} {{ c()?; }} }}", switch(&first), switch(&second));
        assert_eq!(sown, expected);
    }

    #[test]
    fn a_place_must_be_found_once_and_by_one_bug_only() {
        let (first, second) = (bug("one", "a + b", "PLANTED"), bug("two", "b + c", "PLANTED"));
        assert_eq!(
            sow("a + b, a + b", &[&first]).expect_err("twice"),
            ["`one` finds its place 2 times in crates/store/src/lane.rs; it must be once (ops/planted/store.toml)"]
        );
        assert_eq!(
            sow("a + b + c", &[&first, &second]).expect_err("the same"),
            ["`one` and `two` want the same place in crates/store/src/lane.rs"]
        );
    }

    #[test]
    fn a_list_is_read_without_the_line_break_before_its_quotes() {
        let text =
            "room = 'store'\n[[bug]]\nname = 'n'\nbreaks = 'b'\nfile = 'f'\nfind = '''\na\nb\n'''\nreplace = 'r'\n";
        let bugs = parse(text).expect("a list");
        assert_eq!((bugs[0].room.as_str(), bugs[0].find.as_str()), ("store", "a\nb"));
    }
}
