//! The workspace as cargo sees it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// All packages of the lock file and the edges between them.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// By cargo's package id.
    pub(crate) packages: BTreeMap<String, Package>,
    /// Ids of our own packages.
    pub(crate) ours: BTreeSet<String>,
    /// Who is built into whom, by id: normal and build dependencies with the features in use.
    pub(crate) edges: BTreeMap<String, BTreeSet<String>>,
}

/// One package of ours or of others.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    /// Where it was fetched from; nothing for our own.
    pub(crate) source: Option<String>,
    pub(crate) manifest_path: PathBuf,
    /// What its manifest declares, used or not.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
    #[serde(default, deserialize_with = "absent_is_normal")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) features: Vec<String>,
    #[serde(default)]
    pub(crate) path: Option<PathBuf>,
}

/// What a dependency is needed for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    #[default]
    Normal,
    Build,
    Dev,
}

impl Workspace {
    /// Asks cargo. Fails with cargo's own words where the manifests or the lock file are broken.
    pub(crate) fn load() -> Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--format-version", "1"])
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo; is it on the path?")?;
        if !output.status.success() {
            bail!("cargo metadata failed; its message is above");
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata is not as expected")?;
        Ok(metadata.into_workspace())
    }

    /// Our own packages, by name.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.ours.iter().filter_map(|id| self.packages.get(id))
    }

    /// The shortest way, as package names from `from` to `to`, by which one is built into the other.
    pub(crate) fn way(&self, from: &str, to: &str) -> Option<Vec<&str>> {
        let name = |id: &str| self.packages.get(id).map(|package| package.name.as_str());
        let start = self.ours().find(|package| package.name == from)?.id.as_str();
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(id) = queue.pop_front() {
            if id != start && name(id) == Some(to) {
                let mut way: Vec<&str> =
                    std::iter::successors(Some(id), |id| came_from.get(id).copied()).filter_map(name).collect();
                way.reverse();
                return Some(way);
            }
            for next in self.edges.get(id).into_iter().flatten() {
                if next != start && !came_from.contains_key(next.as_str()) {
                    came_from.insert(next, id);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    workspace_root: PathBuf,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    #[serde(default, deserialize_with = "absent_is_normal")]
    kind: Kind,
}

impl Metadata {
    fn into_workspace(self) -> Workspace {
        let built = |edge: &Edge| edge.dep_kinds.iter().any(|kind| kind.kind != Kind::Dev);
        Workspace {
            root: self.workspace_root,
            ours: self.workspace_members,
            edges: self
                .resolve
                .nodes
                .into_iter()
                .map(|node| (node.id, node.deps.into_iter().filter(built).map(|edge| edge.pkg).collect()))
                .collect(),
            packages: self.packages.into_iter().map(|package| (package.id.clone(), package)).collect(),
        }
    }
}

fn absent_is_normal<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
    Ok(Option::<Kind>::deserialize(from)?.unwrap_or_default())
}
