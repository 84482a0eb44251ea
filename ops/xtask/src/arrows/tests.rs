use super::table::{Features, HOUSE, Library, Room, Table, Wall};
use super::{broken, check};
use crate::workspace::{Dependency, Kind, Package, Workspace};

const SMALL: Table = Table {
    rooms: &[
        Room { package: "cellar", floor: Some(0), imports: &[] },
        Room { package: "kitchen", floor: Some(1), imports: &["cellar"] },
        Room { package: "hall", floor: Some(1), imports: &["cellar"] },
        Room { package: "roof", floor: Some(2), imports: &["kitchen"] },
        Room { package: "tower", floor: Some(2), imports: &["roof"] },
        Room { package: "garden", floor: None, imports: &["roof"] },
    ],
    beside_each_other: &[("tower", "roof")],
    libraries: &[Library { name: "fire", only: &["kitchen", "roof"], why: "it burns" }],
    walls: &[Wall { from: &["hall"], never: &["fire"], why: "it is made of wood" }],
    features: &[Features { package: "roof", of: "fire", only: &["spark"] }],
    sim: "garden",
};

/// A workspace of `SMALL` from lines such as `roof -> kitchen`, `roof ~> hall` (dev) and `roof -> fire[spark,blaze]`.
fn small(lines: &[&str]) -> Workspace {
    let mut workspace = Workspace::default();
    for name in SMALL.rooms.iter().map(|room| room.package) {
        add(&mut workspace, name);
        workspace.ours.insert(name.to_owned());
    }
    for line in lines {
        let (kind, (from, to)) = match line.split_once(" ~> ") {
            Some(pair) => (Kind::Dev, pair),
            None => (Kind::Normal, line.split_once(" -> ").expect("an arrow in the line")),
        };
        let (to, features) = to.split_once('[').unwrap_or((to, ""));
        let features = features.trim_end_matches(']').split(',').filter(|name| !name.is_empty());
        let features = features.map(str::to_owned).collect();
        add(&mut workspace, from);
        add(&mut workspace, to);
        let package = workspace.packages.get_mut(from).expect("just added");
        package.dependencies.push(Dependency { name: to.to_owned(), kind, features, ..Dependency::default() });
        if kind != Kind::Dev {
            workspace.edges.entry(from.to_owned()).or_default().insert(to.to_owned());
        }
    }
    workspace
}

fn add(workspace: &mut Workspace, name: &str) {
    let package = Package { id: name.to_owned(), name: name.to_owned(), ..Package::default() };
    workspace.packages.entry(name.to_owned()).or_insert(package);
}

fn found(lines: &[&str]) -> Vec<String> {
    broken(&SMALL, &small(lines))
}

#[test]
fn an_empty_house_and_arrows_down_are_fine() {
    assert_eq!(found(&[]), Vec::<String>::new());
    assert_eq!(
        found(&["kitchen -> cellar", "roof -> kitchen", "tower -> roof", "garden -> roof"]),
        Vec::<String>::new()
    );
}

#[test]
fn an_arrow_to_the_same_floor_or_up_is_broken() {
    assert_eq!(found(&["kitchen -> hall"]), ["`kitchen` imports `hall`, which is not on a lower floor (1 and 1)"]);
    assert_eq!(found(&["cellar -> roof"]), ["`cellar` imports `roof`, which is not on a lower floor (0 and 2)"]);
    assert_eq!(
        found(&["roof -> garden"]),
        ["`roof` imports `garden`, which is not on a lower floor (it stands beside the house)"]
    );
}

#[test]
fn a_lower_floor_outside_the_table_is_broken() {
    assert_eq!(found(&["roof -> cellar"]), ["`roof` imports `cellar`; it may import `kitchen` only"]);
}

#[test]
fn an_allowed_pair_on_one_floor_has_one_direction() {
    assert_eq!(found(&["tower -> roof"]), Vec::<String>::new());
    assert_eq!(found(&["roof -> tower"]), ["`roof` imports `tower`, which is not on a lower floor (2 and 2)"]);
}

#[test]
fn tests_may_look_down_anywhere_and_at_the_simulator() {
    assert_eq!(found(&["roof ~> cellar", "roof ~> hall", "cellar ~> garden"]), Vec::<String>::new());
    assert_eq!(
        found(&["hall ~> kitchen"]),
        ["the tests of `hall` use `kitchen`, which is not on a lower floor (1 and 1)"]
    );
}

#[test]
fn a_library_is_named_only_where_it_may() {
    assert_eq!(found(&["kitchen -> fire"]), Vec::<String>::new());
    assert_eq!(found(&["cellar -> fire"]), ["`cellar` names `fire`; only `kitchen`, `roof` may: it burns"]);
    assert_eq!(found(&["cellar ~> fire"]), Vec::<String>::new());
}

#[test]
fn only_the_permitted_features_are_taken() {
    assert_eq!(found(&["roof -> fire[spark]"]), Vec::<String>::new());
    assert_eq!(found(&["roof -> fire[spark,blaze]"]), ["`roof` takes `blaze` of `fire`; it may take `spark` only"]);
}

#[test]
fn a_wall_holds_through_the_libraries_of_others() {
    assert_eq!(
        found(&["hall -> stove", "stove -> pipe", "pipe -> fire"]),
        ["`hall` must never contain `fire` (it is made of wood), but does: hall -> stove -> pipe -> fire",]
    );
    assert_eq!(found(&["hall ~> stove", "stove -> fire"]), Vec::<String>::new());
}

#[test]
fn a_ring_ends() {
    assert_eq!(found(&["hall -> stove", "stove -> pipe", "pipe -> stove"]), Vec::<String>::new());
}

#[test]
fn a_package_without_a_place_is_named() {
    let mut workspace = small(&[]);
    add(&mut workspace, "shed");
    workspace.ours.insert("shed".to_owned());
    let broken = broken(&SMALL, &workspace);
    assert_eq!(broken.len(), 1);
    assert!(broken[0].starts_with("`shed` has no place in the house"));
}

#[test]
fn a_table_against_its_own_floors_is_told() {
    let crooked = Table {
        rooms: &[
            Room { package: "cellar", floor: Some(0), imports: &["roof"] },
            Room { package: "roof", floor: Some(2), imports: &["attic"] },
        ],
        ..SMALL
    };
    assert_eq!(
        broken(&crooked, &Workspace::default()),
        [
            "the table lets `cellar` import `roof`, which is not below it",
            "the table lets `roof` import `attic`, which is not below it",
        ]
    );
}

#[test]
fn the_real_table_agrees_with_itself() {
    assert_eq!(HOUSE.inconsistencies(), Vec::<String>::new());
    assert_eq!(check(&Workspace::default()).broken, Vec::<String>::new());
}
