//! What we build on: licences, sources, pinned and forbidden versions, by the policy in ops/deny.toml.
//!
//! The policy is a file of cargo-deny, of which this reads the parts that need no network: whoever has cargo-deny
//! installed runs it on the same file and gets the advisories as well. A setting that this check would not honour is
//! an error, so that the file never promises more than is checked.

mod licence;
mod policy;
mod version;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

use self::policy::{Level, Policy};
use crate::Findings;
use crate::workspace::{Package, Workspace};

/// Checks every package of the lock file, for all systems. Fails where the policy cannot be read.
pub(crate) fn check(workspace: &Workspace) -> Result<Findings> {
    let path = workspace.root.join("ops/deny.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let policy = Policy::parse(&text).with_context(|| format!("{} is not as expected", path.display()))?;
    Ok(judge(&policy, workspace))
}

fn judge(policy: &Policy, workspace: &Workspace) -> Findings {
    let mut findings = Findings::default();
    for package in workspace.packages.values() {
        findings.broken.extend(licence_fault(policy, package));
        findings.broken.extend(ban(policy, package));
        let source = policy.source_fault(package.source.as_deref());
        findings.broken.extend(source.map(|fault| format!("{} {fault}", shown(package))));
    }
    for package in workspace.ours() {
        for fault in wildcards(policy, package) {
            policy.bans.wildcards.put(fault, &mut findings);
        }
    }
    for fault in duplicates(workspace) {
        policy.bans.multiple_versions.put(fault, &mut findings);
    }
    findings
}

impl Level {
    fn put(self, fault: String, findings: &mut Findings) {
        match self {
            Self::Deny => findings.broken.push(fault),
            Self::Warn => findings.notices.push(fault),
            Self::Allow => {}
        }
    }
}

fn licence_fault(policy: &Policy, package: &Package) -> Option<String> {
    let Some(expression) = &package.license else {
        return Some(format!("{} names no licence", shown(package)));
    };
    match licence::is_satisfied(expression, &policy.licences_for(&package.name)) {
        Ok(true) => None,
        Ok(false) => Some(format!("{} is under `{expression}`, which ops/deny.toml does not allow", shown(package))),
        Err(error) => Some(format!("{} has a licence nobody can read, `{expression}`: {error}", shown(package))),
    }
}

fn ban(policy: &Policy, package: &Package) -> Option<String> {
    let ban = policy.bans.deny.iter().find(|ban| ban.krate.matches(&package.name, &package.version))?;
    Some(format!("{} is forbidden: {}", shown(package), ban.reason))
}

fn wildcards(policy: &Policy, package: &Package) -> Vec<String> {
    let free = package.dependencies.iter().filter(|dependency| dependency.req == "*");
    free.filter(|dependency| dependency.path.is_none() || !policy.bans.allow_wildcard_paths)
        .map(|dependency| format!("`{}` takes any version of `{}`: name one", package.name, dependency.name))
        .collect()
}

fn duplicates(workspace: &Workspace) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in workspace.packages.values() {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let several = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    several.map(|(name, versions)| format!("`{name}` is built in several versions: {}", versions.join(", "))).collect()
}

fn shown(package: &Package) -> String {
    format!("`{} {}`", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use super::judge;
    use super::policy::Policy;
    use crate::Findings;
    use crate::workspace::{Dependency, Package, Workspace};

    const POLICY: &str = r#"
        [licenses]
        allow = ["MIT"]
        exceptions = [{ crate = "words", allow = ["CC0-1.0"] }]
        [bans]
        multiple-versions = "warn"
        wildcards = "deny"
        allow-wildcard-paths = true
        deny = [{ crate = "sled:>0.34.7", reason = "its files are not portable" }]
        [sources]
        unknown-registry = "deny"
        unknown-git = "deny"
        allow-registry = ["https://example.org/index"]
    "#;

    fn package(name: &str, version: &str, license: &str) -> Package {
        Package {
            id: format!("{name}@{version}"),
            name: name.to_owned(),
            version: version.to_owned(),
            license: Some(license.to_owned()),
            source: Some("registry+https://example.org/index".to_owned()),
            ..Package::default()
        }
    }

    fn found(packages: Vec<Package>) -> Findings {
        let mut workspace = Workspace::default();
        for package in packages {
            if package.source.is_none() {
                workspace.ours.insert(package.id.clone());
            }
            workspace.packages.insert(package.id.clone(), package);
        }
        judge(&Policy::parse(POLICY).expect("the policy above"), &workspace)
    }

    #[test]
    fn what_the_policy_allows_is_fine() {
        let packages = vec![package("a", "1.0.0", "MIT OR GPL-3.0"), package("words", "3.0.0", "CC0-1.0")];
        assert_eq!(found(packages), Findings::default());
    }

    #[test]
    fn a_licence_outside_the_list_is_broken_even_with_anothers_exception() {
        assert_eq!(
            found(vec![package("a", "1.0.0", "CC0-1.0")]).broken,
            ["`a 1.0.0` is under `CC0-1.0`, which ops/deny.toml does not allow"]
        );
        let silent = Package { license: None, ..package("a", "1.0.0", "") };
        assert_eq!(found(vec![silent]).broken, ["`a 1.0.0` names no licence"]);
    }

    #[test]
    fn a_forbidden_version_is_told_with_its_reason() {
        assert_eq!(found(vec![package("sled", "0.34.7", "MIT")]), Findings::default());
        assert_eq!(
            found(vec![package("sled", "0.35.0", "MIT")]).broken,
            ["`sled 0.35.0` is forbidden: its files are not portable"]
        );
    }

    #[test]
    fn other_sources_are_broken() {
        for source in ["git+https://example.org/index?rev=1#1", "registry+https://elsewhere.org/index"] {
            let package = Package { source: Some(source.to_owned()), ..package("a", "1.0.0", "MIT") };
            assert_eq!(found(vec![package]).broken.len(), 1, "{source}");
        }
    }

    #[test]
    fn two_versions_are_a_notice_and_a_wildcard_is_broken() {
        let free = |path: Option<&str>| Dependency {
            name: "b".to_owned(),
            req: "*".to_owned(),
            path: path.map(Into::into),
            ..Dependency::default()
        };
        let ours =
            Package { source: None, dependencies: vec![free(Some("b")), free(None)], ..package("o", "0.1.0", "MIT") };
        let found = found(vec![package("a", "1.0.0", "MIT"), package("a", "2.0.0", "MIT"), ours]);
        assert_eq!(found.notices, ["`a` is built in several versions: 1.0.0, 2.0.0"]);
        assert_eq!(found.broken, ["`o` takes any version of `b`: name one"]);
    }
}
