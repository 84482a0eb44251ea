//! Who may do what: invitations, scopes, sides, revocation.

use hopluu_identity::{DeviceKey, Invitation};
use hopluu_mailbox::Role;
use hopluu_model::edit::{Comment, MoveIssue};
use hopluu_model::fold::IssueState;
use hopluu_model::{
    By, Desk, DocId, DocKind, EventId, EventKind, Form, RecordId, Role as Part, Side, Stamp, Timestamp,
};
use hopluu_office::OfficeError;
use hopluu_sim::{BEGINNING, PHAN_DINH_PHUNG, PeerId, SONG_CONG, TRAI_CAU, World};

fn heals(world: &mut World) {
    let met = world.run_until_met(900, |world| world.check().is_ok());
    assert!(met, "{:?}\n{}", world.check(), world.log().last(120));
}

fn told(world: &World, peer: PeerId, code: u8) -> bool {
    world.notices().iter().any(|(at, notice)| *at == peer && notice.code == code)
}

fn desk_of(doc: DocId, side: Side, role: Part) -> Desk {
    let by = By { name: "Nguyễn Văn Mẫu 014".to_owned(), role };
    Desk { doc, stamp: Stamp { at: BEGINNING, by }, side, made_up: true }
}

#[test]
fn used_expired_and_foreign_invitations_are_refused_each_with_its_own_code() {
    let mut world = World::new(31);
    let (relay, _) = world.found();
    let text = world.invite(SONG_CONG, "Nhà A").unwrap();
    let first = world.join("Sông Công, Nhà A", &text).unwrap();
    world.start(first).unwrap();
    world.run_for(30_000);
    let second = world.join("người nhặt được mã", &text).unwrap();
    let old = world.invite_until(SONG_CONG, "Nhà B", Timestamp(BEGINNING.0 + 40_000)).unwrap();
    let late = world.join("Sông Công, Nhà B", &old).unwrap();
    let mut elsewhere = World::new(32);
    elsewhere.found();
    let text = elsewhere.invite(TRAI_CAU, "tỉnh khác").unwrap();
    let foreign = world.join("tỉnh khác", &text).unwrap();
    let relay_key = world.mailbox(relay).unwrap().trust().device();
    world.papers(foreign).role = Role::Office { relay: relay_key, claim: None };
    world.run_for(60_000);
    for peer in [second, late, foreign] {
        world.start(peer).unwrap();
        world.report(peer, "Gõ trước khi được nhận").unwrap();
    }
    world.run_for(60_000);
    assert!(told(&world, first, 50) && told(&world, first, 51));
    assert!(told(&world, second, 21), "used");
    assert!(told(&world, late, 22), "expired");
    assert!(told(&world, foreign, 23), "foreign");
    let held = world.mailbox(relay).unwrap().store().docs().unwrap();
    for peer in [second, late, foreign] {
        let device = world.office(peer).standing().device;
        for doc in &held {
            let clock = world.mailbox(relay).unwrap().store().clock(doc).unwrap();
            assert!(
                clock.0.keys().all(|actor| hopluu_identity::prefix_of(actor) != hopluu_identity::actor_prefix(&device))
            );
        }
        assert_eq!(world.office(peer).standing().roster, 0, "a stranger gets nothing");
    }
}

#[test]
fn an_invitation_works_while_the_desk_is_away() {
    let mut world = World::new(33);
    let (_, desk) = world.found();
    let text = world.invite(SONG_CONG, "Nhà A").unwrap();
    world.run_for(10_000);
    world.crash(desk, false);
    let house_a = world.join("Sông Công, Nhà A", &text).unwrap();
    world.start(house_a).unwrap();
    world.report(house_a, "Bàn tỉnh đang tắt máy").unwrap();
    world.run_for(30_000);
    let last = *world.promises().last().unwrap();
    assert_eq!(world.rank(&last), Some(2), "let in by the relay alone");
    assert!(!world.office(house_a).standing().confirmed);
    world.start(desk).unwrap();
    heals(&mut world);
    assert!(world.office(house_a).standing().confirmed);
    assert_eq!(world.rank(&last), Some(3));
    assert!(Invitation::from_text(&text).is_ok());
}

#[test]
fn a_device_cannot_write_another_communes_documents_and_learns_it() {
    let mut world = World::new(34);
    let (relay, _) = world.found();
    let ours = world.open_office("Sông Công", SONG_CONG);
    let theirs = world.open_office("Phan Đình Phùng", PHAN_DINH_PHUNG);
    world.report(theirs, "Việc của phường bạn").unwrap();
    world.report(ours, "Việc của phường mình").unwrap();
    heals(&mut world);
    let doc = world.issues_of(theirs);
    let form = Comment {
        issue: RecordId([7; 16]),
        event: EventId([7; 16]),
        text: "Viết nhờ".to_owned(),
        numbers_only: false,
        urgent: false,
    };
    let edit = form.edit(&desk_of(doc, Side::Commune, Part::Leader)).unwrap();
    assert!(matches!(world.submit(ours, &edit), Err(OfficeError::NotOurs(_))), "the program itself says no");
    // A program of their own says it all the same; so does one that claims the province's bulletin.
    let province =
        DocId::new(world.mailbox(relay).unwrap().trust().roster().province().unwrap().collection, DocKind::Bulletin);
    for (doc, code) in [(doc, 2), (province, 3)] {
        let edit = form.edit(&desk_of(doc, Side::Commune, Part::Leader)).unwrap();
        let actor = world.new_author(ours);
        let written = world.write_apart(actor, &edit);
        let pack = world.pack_apart(ours, doc, actor, (written.raw, written.hash)).unwrap();
        assert!(world.inject_pack(ours, pack));
        world.run_for(10_000);
        for peer in [relay, theirs] {
            let clock = world.mailbox(peer).unwrap().store().clock(&doc).unwrap();
            assert_eq!(clock.seq(&actor), 0);
        }
        let refused = world.mailbox(ours).unwrap().store().refusals(Some(&doc)).unwrap();
        assert_eq!(refused.iter().map(|refusal| (refusal.actor, refusal.reason)).collect::<Vec<_>>(), [(actor, code)]);
    }
    heals(&mut world);
}

#[test]
fn nobody_signs_for_somebody_else() {
    let mut world = World::new(35);
    let (relay, _) = world.found();
    let house_a = world.open_office("Sông Công, Nhà A", SONG_CONG);
    let house_b = world.open_office("Sông Công, Nhà B", SONG_CONG);
    world.report(house_b, "Việc thật").unwrap();
    heals(&mut world);
    let doc = world.issues_of(house_a);
    let form = Comment {
        issue: RecordId([7; 16]),
        event: EventId([7; 16]),
        text: "Giả".into(),
        numbers_only: false,
        urgent: false,
    };
    let edit = form.edit(&desk_of(doc, Side::Commune, Part::Leader)).unwrap();
    let actor = world.new_author(house_b);
    let written = world.write_apart(actor, &edit);
    let forged = world.pack_apart(house_a, doc, actor, (written.raw, written.hash)).unwrap();
    assert!(world.inject_pack(house_a, forged));
    world.run_for(10_000);
    assert_eq!(world.mailbox(relay).unwrap().store().clock(&doc).unwrap().seq(&actor), 0);
    assert_eq!(
        world.mailbox(relay).unwrap().store().refusals(None).unwrap(),
        [],
        "a forger cannot refuse others' work"
    );
    heals(&mut world);
}

#[test]
fn province_events_of_a_commune_have_no_effect() {
    let mut world = World::new(36);
    let (_, desk) = world.found();
    let office = world.open_office("Sông Công", SONG_CONG);
    let issue = world.report(office, "Trụ sở cũ xuống cấp").unwrap();
    heals(&mut world);
    let doc = world.issues_of(office);
    let mut form = MoveIssue::new(issue, EventId([9; 16]), EventKind::ANSWER, Vec::new());
    form.text = Some("Tự trả lời".to_owned());
    let edit = form.edit(&desk_of(doc, Side::Province, Part::Admin)).unwrap();
    world.submit(office, &edit).unwrap();
    heals(&mut world);
    for peer in [office, desk] {
        let reader = world.office(peer).view().reader().unwrap();
        let found = reader.issue(&issue.to_string()).unwrap().unwrap();
        assert_ne!(found.issue.state, IssueState::Answered);
        assert_eq!(found.void, [EventId([9; 16])]);
        assert_eq!(found.issue.answered, None);
    }
}

#[test]
fn a_revoked_device_is_evicted_and_what_rests_on_it_is_written_again() {
    let mut world = World::new(37);
    let (relay, desk) = world.found();
    let house_a = world.open_office("Sông Công, Nhà A", SONG_CONG);
    let house_b = world.open_office("Sông Công, Nhà B", SONG_CONG);
    let kept = world.add_unit(house_a, "Tổ dân phố 1", 100).unwrap();
    let early = world.report(house_a, "Trước khi thu hồi").unwrap();
    heals(&mut world);
    // The desk is cut off; both houses work on, and B's change comes after one of A's.
    world.cut(desk);
    world.run_for(30_000);
    let doc = world.issues_of(house_a);
    world.comment(house_a, doc, early, "Sau khi thu hồi").unwrap();
    world.set_households(house_a, kept, 666).unwrap();
    world.run_for(30_000);
    world.comment(house_b, doc, early, "Nhà B góp ý").unwrap();
    world.rename_unit(house_b, kept, "Tổ dân phố 1 (mới)").unwrap();
    world.run_for(30_000);
    let device = world.office(house_a).standing().device;
    world.at_desk(desk, |office, now, wall| office.revoke(now, device, "mất máy", wall)).unwrap();
    world.run_for(1_000);
    world.heal(desk);
    heals(&mut world);
    assert!(!world.is_settled(house_a));
    for peer in [desk, house_b] {
        let reader = world.office(peer).view().reader().unwrap();
        let found = reader.issue(&early.to_string()).unwrap().unwrap();
        let texts: Vec<String> = found.events.iter().map(|event| format!("{event:?}")).collect();
        assert!(texts.iter().any(|event| event.contains("Nhà B góp ý")), "{}: {texts:#?}", world.name(peer));
        assert!(!texts.iter().any(|event| event.contains("Sau khi thu hồi")), "{texts:#?}");
        let collection = world.collection(SONG_CONG).unwrap();
        let units = reader.units(collection, None).unwrap().unwrap().units;
        let unit = units.iter().find(|unit| unit.id == kept).unwrap();
        assert_eq!((unit.name.as_str(), unit.households), ("Tổ dân phố 1 (mới)", Some(100)));
    }
    // It goes on typing, and nobody takes it; it does not lose its own records.
    let _ = world.report(house_a, "Vẫn gõ");
    world.run_for(7_200_000);
    let clock = world.mailbox(relay).unwrap().store().clock(&doc).unwrap();
    let theirs =
        |actor: &hopluu_model::ActorId| hopluu_identity::prefix_of(actor) == hopluu_identity::actor_prefix(&device);
    assert_eq!(clock.0.iter().filter(|(actor, _)| theirs(actor)).map(|(_, tip)| tip.seq).sum::<u64>(), 1);
    // Restarts and a rebuilt index change nothing of it.
    for peer in [relay, desk, house_b] {
        world.crash(peer, false);
        world.delete_index(peer);
        world.start(peer).unwrap();
    }
    heals(&mut world);
}

#[test]
fn a_key_that_nobody_invited_gets_nothing() {
    let mut world = World::new(38);
    let (relay, _) = world.found();
    let office = world.open_office("Sông Công", SONG_CONG);
    world.report(office, "Việc").unwrap();
    heals(&mut world);
    let text = world.invite(SONG_CONG, "không dùng").unwrap();
    let stranger = world.join("người lạ", &text).unwrap();
    world.papers(stranger).enrolment = None;
    world.papers(stranger).key = DeviceKey::from_seed([99; 32]);
    world.start(stranger).unwrap();
    world.run_for(600_000);
    assert_eq!(world.office(stranger).standing().documents, 0);
    assert_eq!(world.office(stranger).standing().roster, 0);
    assert!(world.mailbox(relay).unwrap().standing().peers.len() <= 2);
}
