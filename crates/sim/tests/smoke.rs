//! One province from end to end.

use hopluu_sim::{PHAN_DINH_PHUNG, SONG_CONG, World};

#[test]
fn a_small_province_flows_together() {
    let mut world = World::new(1);
    let (_, desk) = world.found();
    let house_a = world.open_office("Sông Công, Nhà A", SONG_CONG);
    let house_b = world.open_office("Sông Công, Nhà B", SONG_CONG);
    let other = world.open_office("Phan Đình Phùng", PHAN_DINH_PHUNG);
    for peer in [house_a, house_b, other] {
        world.report(peer, "Trụ sở cũ xuống cấp").unwrap();
        world.add_unit(peer, "Tổ dân phố 2 (Phố Cò)", 118).unwrap();
    }
    let met = world.run_until_met(120, |world| world.check().is_ok());
    assert!(met, "{:?}\n{}", world.check(), world.log().last(150));
    assert!(world.promises().iter().all(|promise| world.rank(promise) == Some(3)), "everything is at the province");
    let totals = world.office(desk).view().reader().unwrap().communes().unwrap();
    assert_eq!(totals.len(), 2);
}
