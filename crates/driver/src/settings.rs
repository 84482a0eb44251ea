//! Settings of a program: flag, then environment, then file, then default; and where each came from.
//!
//! A program lays down a table of [`Setting`]s; nothing outside it is ever read. The key `relay.bind` is
//! `HOPLUU_RELAY__BIND` in the environment and `bind` in the section `[relay]` of the file. This is the one place
//! where the environment is read.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml::{Table, Value};

/// What stands before every name in the environment.
const PREFIX: &str = "HOPLUU_";

/// One setting that a program knows.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// `section.name`, in small letters.
    pub key: &'static str,
    /// The value when nobody says anything.
    pub default: &'static str,
    /// What it does, in Vietnamese.
    pub vi: &'static str,
    /// What it does, in English.
    pub en: &'static str,
    /// Whether a value is one; says what would be.
    pub check: fn(&str) -> Result<(), String>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The environment, under this name.
    Env(String),
    /// This file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Env(name) => write!(f, "env {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there but cannot be read.
    #[error("cannot read {}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{} is not valid TOML", .path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A key that the program does not know.
    #[error("{origin}: there is no setting {key:?}; known are {known}")]
    Unknown {
        /// Where it was said.
        origin: Origin,
        /// What was said.
        key: String,
        /// The keys of the table.
        known: String,
    },
    /// A value that is none.
    #[error("{origin}: {key} = {value:?} is not valid: {expected}")]
    BadValue {
        /// Where it was said.
        origin: Origin,
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What would be valid.
        expected: String,
    },
}

/// A setting with its value, for `config show`.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// The setting.
    pub setting: &'static Setting,
    /// Its value.
    pub value: &'a str,
    /// Where it came from.
    pub origin: &'a Origin,
}

/// All settings of a program, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    table: &'static [Setting],
    values: BTreeMap<&'static str, (String, Origin)>,
}

impl Settings {
    /// Reads all settings: `flags` as given on the command line, the environment of this process, `file` where there is
    /// one, the defaults of `table`.
    ///
    /// # Errors
    /// When the file cannot be read, or anything says an unknown key or an invalid value.
    pub fn read(
        table: &'static [Setting],
        flags: &[(&str, String)],
        file: Option<&Path>,
    ) -> Result<Self, SettingsError> {
        let env = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let env = env.filter(|(name, _)| name.starts_with(PREFIX));
        let env: Vec<(String, String)> =
            env.map(|(name, value)| (name, value.to_string_lossy().into_owned())).collect();
        Self::from_parts(table, flags, &env, file)
    }

    /// The same with an environment that is given.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn from_parts(
        table: &'static [Setting],
        flags: &[(&str, String)],
        env: &[(String, String)],
        file: Option<&Path>,
    ) -> Result<Self, SettingsError> {
        let defaults = table.iter().map(|setting| (setting.key, (setting.default.to_owned(), Origin::Default)));
        let mut settings = Self { table, values: defaults.collect() };
        if let Some(path) = file {
            settings.take_file(path)?;
        }
        for (name, value) in env {
            // Names without a section are no settings; a section of another program's is for that one.
            let Some((section, key)) = name.strip_prefix(PREFIX).and_then(|name| name.split_once("__")) else {
                continue;
            };
            let section = format!("{}.", section.to_lowercase());
            if table.iter().any(|setting| setting.key.starts_with(&section)) {
                let key = format!("{section}{}", key.to_lowercase());
                settings.take(&key, value.clone(), Origin::Env(name.clone()))?;
            }
        }
        for (key, value) in flags {
            settings.take(key, value.clone(), Origin::Flag)?;
        }
        Ok(settings)
    }

    /// The value of a key.
    ///
    /// # Panics
    /// When the key is not in the program's table.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        &self.values.get(key).expect("programs ask for keys of their own table").0
    }

    /// The value of a key as something else.
    ///
    /// # Errors
    /// When it cannot be read as such; the table's own check should have said so before.
    pub fn parse<T: FromStr>(&self, key: &str) -> Result<T, SettingsError> {
        self.get(key).parse().map_err(|_| SettingsError::BadValue {
            origin: self.values[key].1.clone(),
            key: key.to_owned(),
            value: self.get(key).to_owned(),
            expected: format!("it must be a {}", std::any::type_name::<T>()),
        })
    }

    /// All settings in the order of the table.
    pub fn show(&self) -> impl Iterator<Item = Shown<'_>> {
        self.table.iter().map(|setting| {
            let (value, origin) = &self.values[setting.key];
            Shown { setting, value, origin }
        })
    }

    fn take_file(&mut self, path: &Path) -> Result<(), SettingsError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(SettingsError::Unreadable { path: path.to_owned(), source }),
        };
        let bad = |source| SettingsError::BadFile { path: path.to_owned(), source: Box::new(source) };
        let sections: Table = text.parse().map_err(bad)?;
        for (section, content) in sections {
            let Value::Table(content) = content else {
                return Err(self.unknown(&section, Origin::File(path.to_owned())));
            };
            for (key, value) in content {
                self.take(&format!("{section}.{key}"), plain(&value), Origin::File(path.to_owned()))?;
            }
        }
        Ok(())
    }

    fn take(&mut self, key: &str, value: String, origin: Origin) -> Result<(), SettingsError> {
        let Some(setting) = self.table.iter().find(|setting| setting.key == key) else {
            return Err(self.unknown(key, origin));
        };
        if let Err(expected) = (setting.check)(&value) {
            return Err(SettingsError::BadValue { origin, key: key.to_owned(), value, expected });
        }
        self.values.insert(setting.key, (value, origin));
        Ok(())
    }

    fn unknown(&self, key: &str, origin: Origin) -> SettingsError {
        let known: Vec<&str> = self.table.iter().map(|setting| setting.key).collect();
        SettingsError::Unknown { origin, key: key.to_owned(), known: known.join(", ") }
    }
}

/// The file that says what is the default anyway, each line commented out, for a new data directory.
#[must_use]
pub fn template(table: &[Setting]) -> String {
    let mut text = String::new();
    let mut last = "";
    for setting in table {
        let (section, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if section != last {
            text.push_str(&format!("{}[{section}]\n", if last.is_empty() { "" } else { "\n" }));
            last = section;
        }
        let Setting { vi, en, default, .. } = setting;
        let value = default.parse().map_or_else(|_| Value::from(*default), Value::Integer);
        text.push_str(&format!("# {vi}\n# {en}\n# {name} = {value}\n"));
    }
    text
}

/// A check that takes what can be read as `T`, and names what is expected.
///
/// # Errors
/// When the value cannot be read as `T`.
pub fn reads_as<T: FromStr>(value: &str, expected: &str) -> Result<(), String> {
    value.parse::<T>().map(drop).map_err(|_| expected.to_owned())
}

/// Numbers and switches are read as they are written; lists as their parts with commas.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
