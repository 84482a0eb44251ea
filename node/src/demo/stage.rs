//! The demo as its start page sees it.

use hopluu_driver::Complaint;
use hopluu_view::query::Sentence;
use hopluu_web::{DemoDesk, Scene, Stage, Words, sentence};
use serde_json::{Value, json};

use super::peer::Peer;
use super::world::World;

/// The password of everybody in a demo; the page shows it.
const PASSWORD: &str = "nuoc-chay-cho-trung";
/// Sign-ins of a commune's office and of the province: name and part.
const COMMUNE: [(&str, &str); 2] = [("canbo", "clerk"), ("lanhdao", "leader")];
const PROVINCE: [(&str, &str); 3] = [("tiepnhan", "triage"), ("khcn", "handler"), ("quantri", "admin")];
/// The department of the demo's handler.
const DEPARTMENT: &str = "so_khcn";
/// So many issues of each desk are shown.
const LATEST: u32 = 4;

/// Makes the sign-ins of every desk.
pub(super) fn accounts(world: &World) -> Result<(), Complaint> {
    for office in world.offices() {
        for (name, part) in who_sits_at(office, world) {
            let department = (*part == "handler").then_some(DEPARTMENT);
            let account = json!({ "name": name, "part": part, "department": department, "password": PASSWORD });
            office.ask("account.add", account)?;
        }
    }
    Ok(())
}

fn who_sits_at(office: &Peer, world: &World) -> &'static [(&'static str, &'static str)] {
    if office.name == world.desk.name { &PROVINCE } else { &COMMUNE }
}

impl Stage for World {
    fn scene(&self) -> Scene {
        Scene { cut: self.is_cut(), desks: self.offices().map(|office| desk(self, office)).into() }
    }

    fn cut(&self) {
        World::cut(self);
    }

    fn heal(&self) {
        World::heal(self);
    }
}

/// A desk that does not answer is shown as it was set up.
fn desk(world: &World, office: &Peer) -> DemoDesk {
    let status = office.ask("status", json!({})).unwrap_or_default();
    let latest = office.ask("issue.list", json!({ "limit": LATEST, "sort": "newest" })).unwrap_or_default();
    let accounts = who_sits_at(office, world).iter();
    DemoDesk {
        name: office.name.to_owned(),
        address: office.address(),
        on_the_line: office.name.starts_with(world.house_a.name.split(',').next().unwrap_or_default()),
        line: status["line"].as_str().unwrap_or("offline").to_owned(),
        backlog: status["backlog"].as_u64().unwrap_or(0),
        clashes: status["clashes"].as_u64().unwrap_or(0),
        accounts: accounts.map(|(name, part)| ((*name).to_owned(), PASSWORD.to_owned(), (*part).to_owned())).collect(),
        latest: latest["rows"].as_array().into_iter().flatten().map(row).collect(),
    }
}

fn row(row: &Value) -> (String, String, Words) {
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let way = match row["sentence"]["state"].as_str() {
        Some("at_relay") => Sentence::AtRelay,
        Some("at_province") => Sentence::AtProvince,
        Some("seen") => Sentence::Seen,
        _ => Sentence::Saved,
    };
    (text("code"), text("text"), sentence(&way))
}
