//! Pictures travel: to whom they belong, from where they stopped, behind every edit.

use hopluu_model::PictureKey;
use hopluu_sim::{PHAN_DINH_PHUNG, PeerId, SONG_CONG, World};

struct Commune {
    world: World,
    relay: PeerId,
    desk: PeerId,
    house_a: PeerId,
    house_b: PeerId,
    other: PeerId,
}

fn settled(seed: u64) -> Commune {
    let mut world = World::new(seed);
    let (relay, desk) = world.found();
    let house_a = world.open_office("Sông Công, Nhà A", SONG_CONG);
    let house_b = world.open_office("Sông Công, Nhà B", SONG_CONG);
    let other = world.open_office("Phan Đình Phùng", PHAN_DINH_PHUNG);
    heals(&mut world);
    Commune { world, relay, desk, house_a, house_b, other }
}

fn heals(world: &mut World) {
    let mut waited = 0;
    while world.check().is_err() && waited < 4_000 {
        world.want_pictures();
        world.run_for(1_000);
        waited += 1;
    }
    assert_eq!(world.check(), Ok(()), "{}", world.log().last(80));
}

/// How many pieces were sent so far, by the log of the traffic.
fn pieces_sent(world: &World) -> usize {
    world.log().text().lines().filter(|line| line.contains("sends kind 26,")).count()
}

#[test]
fn a_picture_reaches_desk_and_sister_office_and_nobody_else() {
    let Commune { mut world, relay, desk, house_a, house_b, other } = settled(1);
    let key = world.hang_picture(house_a, 300_000).unwrap();
    world.want_pictures();
    heals(&mut world);
    for peer in [relay, desk, house_a, house_b] {
        assert_eq!(world.pieces(peer, &key), 19, "{}", world.name(peer));
    }
    assert_eq!(world.pieces(other, &key), 0);
    assert_eq!(pieces_sent(&world), 3 * 19, "once up, once down to each who wants it");
}

#[test]
fn who_wants_what_has_not_come_yet_is_given_it_when_it_comes() {
    let Commune { mut world, relay, desk, house_a, house_b, .. } = settled(2);
    world.cut(house_a);
    let key = world.hang_picture(house_a, 100_000).unwrap();
    world.want_pictures();
    world.run_for(20_000);
    assert_eq!(world.pieces(relay, &key), 0);
    world.heal(house_a);
    assert!(world.run_until_met(400, |world| world.pieces(desk, &key) == 7 && world.pieces(house_b, &key) == 7));
}

#[test]
fn a_line_that_breaks_again_and_again_costs_pieces_and_no_picture() {
    let Commune { mut world, relay, house_a, .. } = settled(3);
    world.set_width(house_a, 64);
    let key = world.hang_picture(house_a, 512 * 1024).unwrap();
    let (mut held, mut cuts) = (0, 0);
    while world.pieces(relay, &key) < 32 && cuts < 40 {
        let from = held;
        world.run_until_met(300, |world| world.pieces(relay, &key) >= (from + 5).min(32));
        world.cut(house_a);
        world.run_for(30_000);
        world.heal(house_a);
        assert!(world.pieces(relay, &key) >= held, "what came stays");
        held = world.pieces(relay, &key);
        cuts += 1;
    }
    assert_eq!(world.pieces(relay, &key), 32, "after {cuts} cuts");
    assert!(cuts >= 4, "{cuts}");
    // What was under way at a cut is sent once more, and nothing else.
    let sent = pieces_sent(&world);
    assert!(sent <= 32 + 4 * cuts, "{sent} pieces for 32 and {cuts} cuts");
    heals(&mut world);
}

#[test]
fn a_power_cut_at_either_end_costs_a_few_pieces() {
    let Commune { mut world, relay, house_a, .. } = settled(4);
    world.set_width(house_a, 64);
    let key = world.hang_picture(house_a, 512 * 1024).unwrap();
    assert!(world.run_until_met(300, |world| world.pieces(relay, &key) >= 15));
    world.crash(relay, true);
    world.start(relay).unwrap();
    assert!(world.pieces(relay, &key) >= 8, "{}", world.pieces(relay, &key));
    assert!(world.run_until_met(300, |world| world.pieces(relay, &key) >= 22));
    world.crash(house_a, true);
    world.start(house_a).unwrap();
    heals(&mut world);
    let sent = pieces_sent(&world);
    assert!(sent <= 32 + 2 * 12 + 2 * 32, "{sent} pieces up and to two offices");
}

#[test]
fn edits_do_not_wait_for_pictures() {
    let time_of_an_edit = |pictures: usize| {
        let Commune { mut world, desk, house_a, .. } = settled(5);
        for peer in [house_a, desk] {
            world.set_width(peer, 32);
        }
        let keys: Vec<PictureKey> = (0..pictures).map(|_| world.hang_picture(house_a, 400_000).unwrap()).collect();
        world.want_pictures();
        world.run_for(30_000);
        let began = world.now();
        world.report(house_a, "Mất điện trụ sở").unwrap();
        world.run_for(10);
        let last = *world.promises().last().unwrap();
        for _ in 0..6_000 {
            if world.rank(&last).is_some_and(|rank| rank >= 3) {
                break;
            }
            world.run_for(10);
        }
        assert!(world.rank(&last) >= Some(3), "the edit arrives");
        let under_way = keys.iter().any(|key| world.pieces(desk, key) < 25);
        (world.now().since(began), under_way)
    };
    let (alone, _) = time_of_an_edit(0);
    let (beside, under_way) = time_of_an_edit(3);
    assert!(under_way, "pictures were still coming");
    assert!(beside <= alone + 1_500, "{beside} ms beside pictures, {alone} ms alone");
}

#[test]
fn a_relay_that_lost_its_pictures_or_everything_is_given_them_again() {
    let Commune { mut world, relay, house_a, house_b, .. } = settled(6);
    let key = world.hang_picture(house_a, 150_000).unwrap();
    world.want_pictures();
    heals(&mut world);
    world.lose_pictures(relay);
    world.start(relay).unwrap();
    heals(&mut world);
    assert_eq!(world.pieces(relay, &key), 10);
    // Its maker is gone for good: whoever holds it brings it.
    world.cut(house_a);
    world.lose_disk(relay);
    world.start(relay).unwrap();
    assert!(world.run_until_met(900, |world| world.pieces(relay, &key) == 10));
    world.lose_pictures(house_b);
    world.start(house_b).unwrap();
    world.heal(house_a);
    heals(&mut world);
}

#[test]
fn an_idle_line_says_nothing_about_pictures() {
    let Commune { mut world, house_a, .. } = settled(7);
    world.hang_picture(house_a, 50_000).unwrap();
    heals(&mut world);
    world.run_for(60_000);
    let before = world.log().text().len();
    world.run_for(600_000);
    let after = &world.log().text()[before..];
    let said: Vec<&str> = after.lines().filter(|line| line.contains("class 3")).collect();
    assert!(said.is_empty(), "{said:?}");
}
