//! The copy of the sources with all bugs in it, and its one build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::planted::bugs::{Bug, sow};

/// The variable that names the bug which is on.
pub(crate) const VARIABLE: &str = "HOPLUU_PLANTED";
/// In its place: no bug is on, and every place that is reached is told on standard error.
pub(crate) const TRACE: &str = "?";
/// How such a line begins; the name follows.
pub(crate) const REACHED: &str = "planted: reached ";

const SOURCES: &str = "target/planted/src";
const BUILT: &str = "target/planted/build";
/// The list of what was copied, so that what is gone from the sources goes from the copy.
const LISTED: &str = "target/planted/files";
const ROOM: &str = "crates/model/src/lib.rs";
const SWITCH: &str = "crates/model/src/planted.rs";

/// Writes the copy. A file that did not change keeps its time, so that the next build is short.
pub(crate) fn plant(root: &Path, bugs: &[Bug]) -> Result<()> {
    let mut by_file: BTreeMap<&str, Vec<&Bug>> = BTreeMap::new();
    for bug in bugs {
        by_file.entry(&bug.file).or_default().push(bug);
    }
    let copy = root.join(SOURCES);
    let files = files(root)?;
    for name in &files {
        let mut bytes = fs::read(root.join(name)).with_context(|| format!("cannot read {name}"))?;
        if let Some(bugs) = by_file.get(name.as_str()) {
            let text = String::from_utf8(bytes).with_context(|| format!("{name} is no text"))?;
            bytes = sow(&text, bugs).map_err(|faults| anyhow::anyhow!(faults.join("; ")))?.into_bytes();
        }
        if name == ROOM {
            bytes.extend_from_slice(b"\npub mod planted;\n");
        }
        write(&copy.join(name), &bytes)?;
    }
    write(&copy.join(SWITCH), switch().as_bytes())?;
    let listed = root.join(LISTED);
    for old in fs::read_to_string(&listed).unwrap_or_default().lines().filter(|old| !files.contains(*old)) {
        // Somebody may have cleared the copy meanwhile.
        let _ = fs::remove_file(copy.join(old));
    }
    write(&listed, files.iter().map(|name| format!("{name}\n")).collect::<String>().as_bytes())
}

/// Builds the copy and returns its program.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    eprintln!("planted: building the copy in {SOURCES}");
    let output = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--package", "hopluu-xtask", "--target-dir"])
        .arg(root.join(BUILT))
        .current_dir(root.join(SOURCES))
        .env_remove("CARGO_TARGET_DIR")
        .stderr(Stdio::piped())
        .output()
        .context("cannot run cargo; is it on the path?")?;
    if !output.status.success() {
        bail!("the copy does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let name = format!("hopluu-xtask{}", std::env::consts::EXE_SUFFIX);
    Ok(root.join(BUILT).join("release").join(name))
}

/// The files git knows or would take, as they are now.
fn files(root: &Path) -> Result<BTreeSet<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run git; is it on the path?")?;
    if !output.status.success() {
        bail!("git cannot list the sources; its message is above");
    }
    let names = String::from_utf8(output.stdout).context("a file has a name that is no text")?;
    let names = names.split('\0').filter(|name| !name.is_empty() && root.join(name).is_file());
    Ok(names.map(str::to_owned).collect())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The module that only the copy has.
fn switch() -> String {
    format!(
        r#"//! Which bug is on. Only in the copy that bugs are planted in.

use std::sync::OnceLock;

static NAMED: OnceLock<Option<String>> = OnceLock::new();

/// Whether this bug is on, asked once for each place.
#[must_use]
pub fn is(name: &str, on: &'static OnceLock<bool>) -> bool {{
    *on.get_or_init(|| {{
        let named = NAMED.get_or_init(|| std::env::var("{VARIABLE}").ok()).as_deref();
        if named == Some("{TRACE}") {{
            eprintln!("{REACHED}{{name}}");
        }}
        named == Some(name)
    }})
}}
"#
    )
}
