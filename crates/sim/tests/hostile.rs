//! Bytes that mean harm, and bytes that come twice.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use hopluu_model::edit::ReportIssue;
use hopluu_model::text::IssueCode;
use hopluu_model::{By, Desk, EventId, Form, RecordId, Role, Side, Stamp};
use hopluu_sim::{BEGINNING, PHAN_DINH_PHUNG, PeerId, SONG_CONG, World, forge};
use hopluu_wire::{Class, Frame, MAX_FRAME};

fn heals(world: &mut World) {
    let met = world.run_until_met(900, |world| world.check().is_ok());
    assert!(met, "{:?}\n{}", world.check(), world.log().last(120));
}

fn province(seed: u64) -> (World, PeerId, PeerId, PeerId, PeerId) {
    let mut world = World::new(seed);
    let (relay, desk) = world.found();
    let house_a = world.open_office("Sông Công, Nhà A", SONG_CONG);
    let house_b = world.open_office("Sông Công, Nhà B", SONG_CONG);
    world.report(house_a, "Trụ sở cũ xuống cấp").unwrap();
    world.add_unit(house_b, "Tổ dân phố 2 (Phố Cò)", 118).unwrap();
    heals(&mut world);
    (world, relay, desk, house_a, house_b)
}

fn report(doc: hopluu_model::DocId, number: u8) -> hopluu_model::Edit {
    let by = By { name: "Nguyễn Văn Mẫu 014".to_owned(), role: Role::Leader };
    let desk = Desk { doc, stamp: Stamp { at: BEGINNING, by }, side: Side::Commune, made_up: true };
    let form = ReportIssue {
        record: RecordId([number; 16]),
        event: EventId([number; 16]),
        code: IssueCode::new("05518", "Z", 1 + u32::from(number)).unwrap(),
        category: "tru_so".to_owned(),
        cause: "khach_quan".to_owned(),
        text: "Chèn vào".to_owned(),
        proposal: None,
        place: None,
        urgent: false,
        submit: false,
        picture: None,
    };
    form.edit(&desk).unwrap()
}

#[test]
fn a_poisoned_change_is_kept_out_and_named_while_the_rest_goes_on() {
    let (mut world, _, desk, house_a, house_b) = province(41);
    let doc = world.issues_of(house_a);
    let mut sent = 0;
    for round in 0..120_u8 {
        let edit = report(doc, round);
        let actor = world.new_author(house_a);
        let written = world.write_apart(actor, &edit);
        // Past the header everything may be anything; sums and signature are right.
        let (at, mask) = (world.dice().roll(), world.dice().within(1, 256));
        let poisoned = forge(&written.raw, |inside| {
            let from = inside.len() / 3;
            let place = from + usize::try_from(at).unwrap_or(0) % (inside.len() - from);
            inside[place] ^= u8::try_from(mask).unwrap_or(1);
        });
        let pack = world.pack_apart(house_a, doc, actor, poisoned).unwrap();
        sent += usize::from(world.inject_pack(house_a, pack));
        world.run_for(300);
    }
    assert!(sent > 100, "{sent}");
    let issue = world.report(house_b, "Việc thật giữa lúc đó").unwrap();
    heals(&mut world);
    let author = world.office(house_a).standing().device;
    let refused = world.mailbox(desk).unwrap().store().refusals(Some(&doc)).unwrap();
    assert!(!refused.is_empty(), "some of them no document can take");
    assert!(refused.iter().all(|refusal| refusal.author == author && refusal.reason == 62));
    let found = world.office(desk).view().reader().unwrap().issue(&issue.to_string()).unwrap();
    assert!(found.is_some(), "honest records go on");
    for peer in [desk, house_b] {
        world.crash(peer, false);
        world.delete_index(peer);
        world.start(peer).unwrap();
    }
    heals(&mut world);
}

#[test]
fn junk_ends_the_conversation_and_nothing_else() {
    let (mut world, relay, _, house_a, house_b) = province(42);
    let mut dice = world.dice().fork();
    for round in 0..400_usize {
        let mut junk = vec![0; round % 90];
        dice.fill(&mut junk);
        if round % 2 == 0 && junk.len() > 2 {
            // A frame by its first two bytes.
            (junk[0], junk[1]) = (1, u8::try_from(round % 26).unwrap_or(0));
        }
        let (from, to) = if round % 3 == 0 { (house_b, 1) } else { (house_a, 0) };
        let class = if to == 0 { Class::Control } else { Class::History };
        world.inject(from, class, junk);
        world.run_for(200);
    }
    world.inject(house_a, Class::Edits, vec![1; MAX_FRAME + 1]);
    world.report(house_a, "Sau những lời rác").unwrap();
    world.run_for(60_000);
    assert!(world.is_running(relay));
    heals(&mut world);
}

#[test]
fn bytes_of_real_frames_changed_at_random_break_nothing() {
    let (mut world, relay, _, house_a, _) = province(43);
    let doc = world.issues_of(house_a);
    let mut dice = world.dice().fork();
    for round in 0..250_u8 {
        let actor = world.new_author(house_a);
        let written = world.write_apart(actor, &report(doc, round));
        let pack = world.pack_apart(house_a, doc, actor, (written.raw, written.hash)).unwrap();
        let mut bytes = Frame::Pack(Box::new(pack)).encode();
        let place = dice.place(bytes.len());
        bytes[place] ^= u8::try_from(dice.within(1, 256)).unwrap_or(1);
        world.inject(house_a, Class::Edits, bytes);
        world.run_for(500);
    }
    assert!(world.is_running(relay));
    heals(&mut world);
}

#[test]
fn early_data_that_comes_again_changes_nothing() {
    let (mut world, relay, _, house_a, house_b) = province(44);
    for peer in [house_a, house_b] {
        world.set_early(peer, 0, 100);
    }
    let doc = world.issues_of(house_a);
    for round in 0..20 {
        world.cut(house_a);
        world.report(house_a, &format!("Việc {round}")).unwrap();
        world.run_for(30_000);
        world.heal(house_a);
        world.run_for(30_000);
    }
    heals(&mut world);
    let replays = world.log().text().matches("hears early data of").count();
    assert!(replays >= 10, "{replays}");
    let before = world.mailbox(relay).unwrap().store().clock(&doc).unwrap();
    let end = world.mailbox(relay).unwrap().store().end().number;
    world.run_for(120_000);
    assert_eq!(world.mailbox(relay).unwrap().store().clock(&doc).unwrap(), before);
    assert_eq!(world.mailbox(relay).unwrap().store().end().number, end);
    assert!(!world.log().text().contains("ALARM"));
}

#[test]
fn refused_early_data_is_offered_again() {
    let (mut world, _, _, house_a, _) = province(45);
    world.set_early(house_a, 100, 0);
    for round in 0..5 {
        world.cut(house_a);
        world.report(house_a, &format!("Việc {round}")).unwrap();
        world.run_for(30_000);
        world.heal(house_a);
        world.run_for(60_000);
        let last = *world.promises().last().unwrap();
        assert!(world.rank(&last) >= Some(2), "{round}: {:?}", world.rank(&last));
    }
    heals(&mut world);
}

#[test]
fn nobody_hears_of_another_commune() {
    let (mut world, _, _, _, _) = province(46);
    let other = world.open_office("Phan Đình Phùng", PHAN_DINH_PHUNG);
    world.report(other, "Việc riêng").unwrap();
    heals(&mut world);
    let theirs = world.issues_of(other);
    for peer in world.peers() {
        let holds = !world.mailbox(peer).unwrap().store().clock(&theirs).unwrap().is_empty();
        let may = ["relay", "desk", "Phan Đình Phùng"].contains(&world.name(peer));
        assert_eq!(holds, may, "{}", world.name(peer));
    }
}
