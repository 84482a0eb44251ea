use hopluu_identity::{Claim, DeviceKey, Founding, RelayTicket, Roster, root_hash};
use hopluu_model::{CollectionId, Timestamp};
use hopluu_wire::Frame;
use rustix::process::Signal;

use crate::caller::Caller;
use crate::process::{Place, Running, run, run_json};

/// The relay's code for a device that the roster does not name.
const UNKNOWN: u8 = 4;

fn key(seed: u8) -> DeviceKey {
    DeviceKey::from_seed([seed; 32])
}

/// A province with the root of this seed; its desk has the next.
fn found(root: u8) -> Roster {
    let founding = Founding {
        province_code: "20".into(),
        name: "Lạng Sơn".into(),
        collection: CollectionId([root; 16]),
        root: key(root).id(),
        next_root: root_hash(&key(root + 100).id()),
        desk: key(root + 1).id(),
        relays: Vec::new(),
    };
    Roster::found(founding, Timestamp(1), &key(root), &key(root + 1)).expect("a roster")
}

async fn claim(caller: &mut Caller, place: &Place, root: u8) -> bool {
    let ticket = RelayTicket::from_text(&place.ticket).expect("a ticket");
    let claim = Claim::sign(&ticket, &key(root), root_hash(&key(root + 100).id()));
    caller.say(&Frame::Claim(claim.to_bytes()));
    caller.hear_that(|frame| if let Frame::Claimed { ok, .. } = frame { Some(*ok) } else { None }).await
}

/// Greets with a roster the relay lacks, and gives it when asked.
async fn bring_roster(caller: &mut Caller, roster: &Roster) {
    caller.say_hello(roster.version());
    caller.hear_that(|frame| matches!(frame, Frame::RosterAsk { .. }).then_some(())).await;
    let entries = roster.entries_after(0).map(<[u8]>::to_vec).collect();
    caller.say(&Frame::Roster { entries, head: roster.head().expect("a head").to_bytes() });
    caller.hear_that(|frame| matches!(frame, Frame::Welcome(_)).then_some(())).await;
}

#[tokio::test]
async fn a_province_claims_it_and_keeps_it_after_the_store_was_lost() {
    let place = Place::init();
    let running = Running::serve(&place);
    let mut desk = Caller::dial(&key(11), &place.ticket, &running.address).await;
    assert!(claim(&mut desk, &place, 10).await);
    assert!(place.dir.join("identity/owner").exists(), "written down before it was said");
    bring_roster(&mut desk, &found(10)).await;

    let devices = run_json(&["devices", "--dir", place.path(), "--json"]);
    let device = &devices.as_array().expect("a list")[0];
    assert_eq!(
        (&device["connected"], &device["backlog"], &device["program"]),
        (&true.into(), &7.into(), &"a test".into())
    );
    let status = run_json(&["status", "--dir", place.path(), "--json"]);
    assert_eq!(status["owner"]["province"], serde_json::json!(["20", "Lạng Sơn"]));
    assert_eq!((&status["connections"], &status["roster_version"]), (&1.into(), &1.into()));

    let mut stranger = Caller::dial(&key(77), &place.ticket, &running.address).await;
    stranger.say_hello(0);
    assert_eq!(stranger.hear_goodbye().await.0, UNKNOWN);

    assert_eq!(running.stop(Signal::TERM), Some(0));
    let (owner, aside) = (place.dir.join("identity/owner"), place.dir.join("owner.aside"));
    std::fs::rename(&owner, &aside).expect("there is an owner");
    let refused = run(&["serve", "--dir", place.path()]);
    assert_eq!(refused.status.code(), Some(7), "a roster of nobody's is named");
    std::fs::rename(&aside, &owner).expect("the owner is put back");
    for name in ["journal", "index"] {
        std::fs::remove_dir_all(place.dir.join(name)).unwrap();
        std::fs::create_dir(place.dir.join(name)).unwrap();
    }
    let running = Running::serve(&place);
    let mut thief = Caller::dial(&key(21), &place.ticket, &running.address).await;
    assert!(!claim(&mut thief, &place, 20).await);
    let mut desk = Caller::dial(&key(11), &place.ticket, &running.address).await;
    bring_roster(&mut desk, &found(10)).await;
}
