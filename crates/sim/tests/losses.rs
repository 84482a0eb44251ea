//! Disks that are lost, old or damaged.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use hopluu_model::DocKind;
use hopluu_sim::{Disk, PHAN_DINH_PHUNG, PeerId, SONG_CONG, World};
use hopluu_store::Operation;

struct Commune {
    world: World,
    relay: PeerId,
    desk: PeerId,
    house_a: PeerId,
    house_b: PeerId,
}

fn settled(seed: u64) -> Commune {
    let mut world = World::new(seed);
    let (relay, desk) = world.found();
    let house_a = world.open_office("Sông Công, Nhà A", SONG_CONG);
    let house_b = world.open_office("Sông Công, Nhà B", SONG_CONG);
    let other = world.open_office("Phan Đình Phùng", PHAN_DINH_PHUNG);
    for peer in [house_a, house_b, other] {
        let unit = world.add_unit(peer, "Tổ dân phố 2 (Phố Cò)", 100).unwrap();
        world.run_for(50);
        world.set_households(peer, unit, 118).unwrap();
        world.report(peer, "Trụ sở cũ xuống cấp").unwrap();
        world.staff_post(peer, None).unwrap();
    }
    heals(&mut world);
    Commune { world, relay, desk, house_a, house_b }
}

fn heals(world: &mut World) {
    let met = world.run_until_met(900, |world| world.check().is_ok());
    assert!(met, "{:?}\n{}", world.check(), world.log().last(120));
}

#[test]
fn a_relay_that_lost_everything_is_refilled_and_sentences_go_back_and_forward() {
    let Commune { mut world, relay, desk, house_a, house_b } = settled(21);
    world.cut(desk);
    world.cut(house_b);
    world.report(house_a, "Thiếu máy quét").unwrap();
    world.run_for(30_000);
    let last = *world.promises().last().unwrap();
    assert_eq!(world.rank(&last), Some(2));
    world.lose_disk(relay);
    world.run_for(60_000);
    world.start(relay).unwrap();
    let mut lowest = 4;
    for _ in 0..3_000 {
        world.run_for(100);
        lowest = lowest.min(world.rank(&last).unwrap());
    }
    assert_eq!(lowest, 1, "it went back when the relay was found to hold less");
    assert_eq!(world.rank(&last), Some(2), "and forward again");
    world.heal(desk);
    world.heal(house_b);
    heals(&mut world);
    assert_eq!(world.rank(&last), Some(3));
    assert!(world.promises().iter().all(|promise| !promise.gone));
}

#[test]
fn an_office_that_lost_everything_joins_anew_and_gets_everything() {
    let Commune { mut world, house_a, house_b, .. } = settled(22);
    let before = world.office(house_a).view().dump().unwrap();
    let text = world.invite(SONG_CONG, "Nhà A, máy mới").unwrap();
    world.join_anew(house_a, &text).unwrap();
    world.start(house_a).unwrap();
    world.report(house_a, "Máy mới").unwrap();
    heals(&mut world);
    let after = world.office(house_a).view().dump().unwrap();
    let issues = |dump: &str| dump.lines().filter(|line| line.starts_with("issue|")).count();
    assert_eq!(issues(&after), issues(&before) + 1);
    assert!(world.is_settled(house_b));
    assert!(world.promises().iter().all(|promise| !promise.gone));
}

#[test]
fn last_weeks_backup_forks_nothing() {
    for with_index in [false, true] {
        let Commune { mut world, house_a, .. } = settled(23);
        let week_ago = world.backup(house_a, with_index);
        world.run_for(7 * 86_400_000);
        for _ in 0..5 {
            world.report(house_a, "Trong tuần này").unwrap();
            world.run_for(1_000);
        }
        heals(&mut world);
        world.restore(house_a, week_ago);
        world.cut(house_a);
        world.start(house_a).unwrap();
        world.report(house_a, "Sau khi khôi phục").unwrap();
        world.run_for(5_000);
        world.heal(house_a);
        heals(&mut world);
        assert_eq!(world.alarms(), []);
        assert!(world.promises().iter().all(|promise| !promise.gone));
        let doc = world.issues_of(house_a);
        let clock = world.office(house_a).mailbox().store().clock(&doc).unwrap();
        assert_eq!(clock.len(), 1 + 1 + 5 + 1, "nothing is lost and nothing is twice");
    }
}

#[test]
fn an_old_backup_of_the_relay_is_filled_up() {
    let Commune { mut world, relay, house_a, .. } = settled(24);
    let old = world.backup(relay, true);
    world.report(house_a, "Sau bản sao lưu").unwrap();
    heals(&mut world);
    world.restore(relay, old);
    world.start(relay).unwrap();
    world.report(house_a, "Sau khi khôi phục").unwrap();
    heals(&mut world);
}

#[test]
fn an_index_that_is_gone_or_foreign_is_built_anew() {
    let Commune { mut world, relay, desk, house_a, .. } = settled(25);
    for peer in [relay, desk, house_a] {
        world.crash(peer, false);
        world.delete_index(peer);
        world.start(peer).unwrap();
    }
    heals(&mut world);
    let foreign = world.backup(relay, true).index;
    world.crash(house_a, false);
    let files = world.disk(house_a).files;
    world.restore(house_a, Disk { files, index: foreign, ..Disk::default() });
    world.start(house_a).unwrap();
    world.report(house_a, "Vẫn làm việc").unwrap();
    heals(&mut world);
}

#[test]
fn a_full_disk_is_said_and_nothing_promised_is_lost() {
    for operation in [Operation::Write, Operation::Sync] {
        let Commune { mut world, house_a, .. } = settled(26);
        let full = std::io::ErrorKind::StorageFull;
        world.disk(house_a).files.break_down(operation, Some(full));
        world.report(house_a, "Ghi lúc đầy thẻ").unwrap();
        let before = world.promises().len();
        world.run_for(500);
        assert!(world.is_broken(house_a), "the office says that it cannot write");
        world.run_for(30_000);
        let _ = world.report(house_a, "Ghi lần nữa");
        world.run_for(30_000);
        assert_eq!(world.promises().len(), before, "nothing is promised that is not on disk");
        world.disk(house_a).files.break_down(operation, None);
        assert!(world.run_until_met(60, |world| !world.is_broken(house_a)), "it recovers by itself");
        world.report(house_a, "Ghi sau khi có chỗ").unwrap();
        heals(&mut world);
    }
}

#[test]
fn a_torn_write_loses_no_promise() {
    let Commune { mut world, house_a, .. } = settled(27);
    for round in 0..30_u64 {
        world.disk(house_a).files.fail(Operation::Sync, 1 + round % 2, std::io::ErrorKind::Other);
        let _ = world.report(house_a, "Đang ghi thì mất điện");
        world.run_for(10);
        world.crash(house_a, true);
        world.mend_disk(house_a);
        world.start(house_a).unwrap();
        world.run_for(round * 97);
    }
    heals(&mut world);
    let doc = world.own(house_a, DocKind::Register);
    assert!(world.office(house_a).mailbox().store().missing().unwrap().is_empty(), "{doc}");
}

#[test]
fn an_author_with_an_old_disk_gets_its_own_changes_when_others_bring_them() {
    let Commune { mut world, relay, desk, house_a, house_b } = settled(28);
    let old = (world.backup(house_a, true), world.backup(relay, true));
    world.report(house_a, "Sau bản sao lưu").unwrap();
    heals(&mut world);
    for peer in [desk, house_b] {
        world.cut(peer);
    }
    world.restore(house_a, old.0);
    world.restore(relay, old.1);
    world.start(relay).unwrap();
    world.start(house_a).unwrap();
    assert!(world.run_until_met(200, |world| world.is_settled(house_a)));
    world.heal(house_b);
    let doc = world.issues_of(house_a);
    let back = |world: &World| {
        let held = |peer| world.mailbox(peer).unwrap().store().clock(&doc).unwrap();
        held(house_a) == held(house_b)
    };
    assert!(world.run_until_met(300, back), "{}", world.log().last(80));
    world.heal(desk);
    heals(&mut world);
}
