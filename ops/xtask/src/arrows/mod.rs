//! Who may import whom, checked against the manifests.
//!
//! Normal and build dependencies must stand in the table. Dev-dependencies may point at any lower floor and at the
//! simulator; what stands beside the house may look at everything. Libraries of others are checked by who names them,
//! walls by what is really built in, however many packages lie between.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::table::{HOUSE, Room, Table};
use crate::Findings;
use crate::workspace::{Dependency, Kind, Package, Workspace};

/// Checks the workspace against the table.
pub(crate) fn check(workspace: &Workspace) -> Findings {
    Findings { broken: broken(&HOUSE, workspace), notices: Vec::new() }
}

fn broken(table: &Table, workspace: &Workspace) -> Vec<String> {
    let mut broken = table.inconsistencies();
    let names: BTreeSet<&str> = workspace.ours().map(|package| package.name.as_str()).collect();
    for package in workspace.ours() {
        let Some(room) = table.room(&package.name) else {
            broken.push(format!(
                "`{}` has no place in the house: give it a floor in ops/xtask/src/arrows/table.rs",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            if names.contains(dependency.name.as_str()) {
                broken.extend(table.arrow(room, dependency));
            } else {
                broken.extend(table.foreign(package, dependency));
            }
        }
    }
    broken.extend(table.walls(workspace));
    broken
}

impl Table {
    fn room(&self, package: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.package == package)
    }

    fn are_beside(&self, room: &Room, target: &Room) -> bool {
        self.beside_each_other.contains(&(room.package, target.package))
    }

    fn is_lower(&self, room: &Room, target: &Room) -> bool {
        match (room.floor, target.floor) {
            (None, _) => true,
            (Some(own), Some(other)) => other < own || self.are_beside(room, target),
            (Some(_), None) => false,
        }
    }

    /// Arrows that the table itself allows against its own floors.
    fn inconsistencies(&self) -> Vec<String> {
        let arrows = self.rooms.iter().flat_map(|room| room.imports.iter().map(move |import| (room, import)));
        arrows
            .filter(|(room, import)| !self.room(import).is_some_and(|target| self.is_lower(room, target)))
            .map(|(room, import)| format!("the table lets `{}` import `{import}`, which is not below it", room.package))
            .collect()
    }

    /// One of our packages depends on another.
    fn arrow(&self, room: &Room, dependency: &Dependency) -> Option<String> {
        let (package, import) = (room.package, dependency.name.as_str());
        let target = self.room(import)?;
        let lower = self.is_lower(room, target);
        match dependency.kind {
            Kind::Dev if lower || import == self.sim || import == package => None,
            Kind::Dev => Some(format!(
                "the tests of `{package}` use `{import}`, which is not on a lower floor{}",
                floors(room, target)
            )),
            Kind::Normal | Kind::Build if room.imports.contains(&import) => None,
            Kind::Normal | Kind::Build if lower => Some(format!(
                "`{package}` imports `{import}`; it may import {} only",
                if room.imports.is_empty() { "nothing of ours".to_owned() } else { quoted(room.imports) }
            )),
            Kind::Normal | Kind::Build => {
                Some(format!("`{package}` imports `{import}`, which is not on a lower floor{}", floors(room, target)))
            }
        }
    }

    /// One of our packages names a library of others.
    fn foreign(&self, package: &Package, dependency: &Dependency) -> Vec<String> {
        let (name, library) = (package.name.as_str(), dependency.name.as_str());
        if dependency.kind == Kind::Dev {
            return Vec::new();
        }
        let mut broken = Vec::new();
        if let Some(rule) = self.libraries.iter().find(|rule| rule.name == library && !rule.only.contains(&name)) {
            broken.push(format!("`{name}` names `{library}`; only {} may: {}", quoted(rule.only), rule.why));
        }
        for rule in self.features.iter().filter(|rule| rule.package == name && rule.of == library) {
            let more: Vec<&str> =
                dependency.features.iter().map(String::as_str).filter(|feature| !rule.only.contains(feature)).collect();
            if !more.is_empty() {
                broken.push(format!(
                    "`{name}` takes {} of `{library}`; it may take {} only",
                    quoted(&more),
                    quoted(rule.only)
                ));
            }
        }
        broken
    }

    fn walls(&self, workspace: &Workspace) -> Vec<String> {
        let mut broken = Vec::new();
        for wall in self.walls {
            for from in wall.from {
                for never in wall.never {
                    if let Some(way) = workspace.way(from, never) {
                        broken.push(format!(
                            "`{from}` must never contain `{never}` ({}), but does: {}",
                            wall.why,
                            way.join(" -> ")
                        ));
                    }
                }
            }
        }
        broken
    }
}

fn floors(room: &Room, target: &Room) -> String {
    match (room.floor, target.floor) {
        (Some(own), Some(other)) => format!(" ({own} and {other})"),
        (None, _) | (_, None) => " (it stands beside the house)".to_owned(),
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
