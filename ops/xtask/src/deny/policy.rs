//! The policy file, as far as it is checked here.

use anyhow::{Result, bail};
use serde::Deserialize;

use super::version::Versions;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    licenses: Licences,
    pub(super) bans: Bans,
    sources: Sources,
    /// Needs a database from the network: left to cargo-deny.
    #[serde(default)]
    #[expect(dead_code, reason = "accepted so that one file serves both checks")]
    advisories: toml::Table,
    /// Which systems cargo-deny looks at; here every package of the lock file counts.
    #[serde(default)]
    #[expect(dead_code, reason = "accepted so that one file serves both checks")]
    graph: toml::Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "crate")]
    krate: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Bans {
    pub(super) multiple_versions: Level,
    pub(super) wildcards: Level,
    #[serde(default)]
    pub(super) allow_wildcard_paths: bool,
    #[serde(default)]
    pub(super) deny: Vec<Ban>,
}

/// What a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Deny,
    Warn,
    Allow,
}

/// Versions of a package that must not be built in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ban {
    #[serde(rename = "crate")]
    pub(super) krate: Versions,
    pub(super) reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    unknown_registry: Level,
    unknown_git: Level,
    allow_registry: Vec<String>,
}

impl Policy {
    /// Fails on anything this check does not honour.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let policy: Self = toml::from_str(text)?;
        if policy.sources.unknown_registry != Level::Deny || policy.sources.unknown_git != Level::Deny {
            bail!("unknown sources must be denied; nothing else is checked here");
        }
        Ok(policy)
    }

    /// The licences a package may choose from.
    pub(super) fn licences_for(&self, package: &str) -> Vec<&str> {
        let exceptions = self.licenses.exceptions.iter().filter(|exception| exception.krate == package);
        let more = exceptions.flat_map(|exception| &exception.allow);
        self.licenses.allow.iter().chain(more).map(String::as_str).collect()
    }

    /// Why a package may not come from where it came from.
    pub(super) fn source_fault(&self, source: Option<&str>) -> Option<String> {
        let source = source?;
        let known = source
            .strip_prefix("registry+")
            .is_some_and(|from| self.sources.allow_registry.iter().any(|allowed| allowed == from));
        (!known).then(|| format!("comes from {source}, which ops/deny.toml does not allow"))
    }
}
