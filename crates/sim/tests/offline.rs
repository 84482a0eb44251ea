//! Offline is normal.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use hopluu_model::DocKind;
use hopluu_sim::{PHAN_DINH_PHUNG, SONG_CONG, WallClock, World};
use hopluu_view::query::IssueFilter;

fn issues(world: &World, peer: hopluu_sim::PeerId) -> u64 {
    world.office(peer).view().reader().unwrap().issues(&IssueFilter::default()).unwrap().total
}

#[test]
fn an_office_without_line_roster_and_clock_takes_edits_and_keeps_them() {
    let mut world = World::new(11);
    let (relay, _) = world.found();
    let text = world.invite(SONG_CONG, "Nhà A").unwrap();
    world.run_for(5_000);
    world.crash(relay, false);
    let office = world.join("Sông Công, Nhà A", &text).unwrap();
    world.cut(office);
    world.set_clock(office, WallClock::Since1970);
    world.start(office).unwrap();
    world.run_for(60_000);
    assert_eq!(world.office(office).standing().roster, 0);
    let unit = world.add_unit(office, "Tổ dân phố 2 (Phố Cò)", 100).unwrap();
    world.report(office, "Công chức mới điều động chưa được cấp chữ ký số").unwrap();
    world.run_for(100);
    world.set_households(office, unit, 118).unwrap();
    world.run_for(100);
    assert_eq!(world.promises().len(), 4, "with the commune's own record, which the desk wrote");
    world.crash(office, true);
    world.start(office).unwrap();
    world.report(office, "Trụ sở cũ xuống cấp").unwrap();
    world.run_for(100);
    assert_eq!(issues(&world, office), 2);
    // Weeks later.
    world.run_for(14 * 86_400_000);
    world.crash(office, false);
    world.start(office).unwrap();
    assert_eq!(issues(&world, office), 2);
    let own = world.own(office, DocKind::Register);
    let clock = world.office(office).mailbox().store().clock(&own).unwrap();
    assert_eq!(clock.0.len(), 1, "one author in the register so far");
    // A line at last.
    world.start(relay).unwrap();
    world.heal(office);
    assert!(world.run_until_met(600, |world| world.check().is_ok()), "{:?}\n{}", world.check(), world.log().last(80));
}

#[test]
fn two_houses_of_a_commune_flow_together_while_the_province_is_cut_off() {
    let mut world = World::new(12);
    let (relay, desk) = world.found();
    let house_a = world.open_office("Sông Công, Nhà A", SONG_CONG);
    let house_b = world.open_office("Sông Công, Nhà B", SONG_CONG);
    let unit = world.add_unit(house_a, "Tổ dân phố 2 (Phố Cò)", 100).unwrap();
    assert!(world.run_until_met(120, |world| world.check().is_ok()), "{:?}", world.check());
    for peer in [desk, house_a, house_b] {
        world.cut(peer);
    }
    world.set_households(house_a, unit, 118).unwrap();
    world.set_households(house_b, unit, 121).unwrap();
    world.report(house_b, "Công chức mới điều động chưa được cấp chữ ký số").unwrap();
    world.run_for(3_600_000);
    world.heal(house_a);
    world.heal(house_b);
    let collection = world.collection(SONG_CONG).unwrap();
    let doc = world.own(house_a, DocKind::Register);
    let both = |world: &World| {
        let held = |peer| world.mailbox(peer).unwrap().store().clock(&doc).unwrap();
        held(house_a) == held(house_b) && held(house_a) == held(relay) && world.is_settled(house_a)
    };
    assert!(world.run_until_met(400, both), "{}", world.log().last(80));
    for peer in [house_a, house_b] {
        let rows = world.office(peer).view().reader().unwrap().clashes(Some(collection)).unwrap();
        assert_eq!(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["same_field:households"]);
        assert_eq!(rows[0].options.len(), 2);
        assert_eq!(issues(&world, peer), 1);
    }
    let last = *world.promises().last().unwrap();
    assert_eq!(world.rank(&last), Some(2), "at the relay, and not yet at the province");
    world.settle(house_a, collection).unwrap();
    world.heal(desk);
    assert!(world.run_until_met(400, |world| world.check().is_ok()), "{:?}", world.check());
    assert_eq!(world.rank(&last), Some(3));
    let listed = world.office(desk).view().reader().unwrap().clashes(Some(collection)).unwrap();
    assert_eq!(listed, vec![], "what was settled leaves every list");
}

#[test]
fn sentences_survive_restarts() {
    let mut world = World::new(13);
    let (relay, desk) = world.found();
    let office = world.open_office("Phan Đình Phùng", PHAN_DINH_PHUNG);
    let issue = world.report(office, "Trụ sở cũ xuống cấp").unwrap();
    assert!(world.run_until_met(120, |world| world.check().is_ok()), "{:?}", world.check());
    world.move_issue(desk, issue, hopluu_model::EventKind::RECEIVE).unwrap();
    world.run_for(10_000);
    world.report(office, "Thiếu phòng làm việc").unwrap();
    world.run_for(10_000);
    world.cut(desk);
    world.report(office, "Thiếu máy quét").unwrap();
    world.run_for(10_000);
    world.cut(office);
    world.report(office, "Thiếu máy in").unwrap();
    world.run_for(10_000);
    let own: Vec<_> = world.promises().iter().filter(|promise| promise.at == office).copied().collect();
    let ranks = |world: &World| own.iter().map(|promise| world.rank(promise).unwrap()).collect::<Vec<_>>();
    assert_eq!(ranks(&world), [4, 3, 2, 1]);
    for peer in [office, desk, relay] {
        world.crash(peer, true);
        world.start(peer).unwrap();
    }
    assert_eq!(ranks(&world), [4, 3, 2, 1]);
    world.delete_index(office);
    world.stop(office);
    world.start(office).unwrap();
    assert_eq!(ranks(&world), [4, 3, 2, 1]);
    let fresh = world.office(office).view().reader().unwrap().freshness().unwrap();
    let shown = fresh.iter().filter_map(|one| one.shown_at).max().unwrap();
    assert!(shown > hopluu_sim::BEGINNING, "the desk's time survives too, not 1970");
}
