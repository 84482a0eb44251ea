//! Worlds that seeds tell. A failure prints its seed; `hopluu_sim::run(seed)` tells the same world again.

use hopluu_sim::{Size, run_sized};

fn tell(seeds: std::ops::Range<u64>, size: Size) {
    for seed in seeds {
        match run_sized(seed, size) {
            Ok(report) => println!("{report}"),
            Err(failure) => panic!("{failure}"),
        }
    }
}

#[test]
fn worlds_without_losses_heal() {
    tell(0..8, Size { deeds: 80, losses: false });
}

#[test]
fn worlds_that_lose_disks_heal() {
    tell(100..108, Size { deeds: 80, losses: true });
}

#[test]
fn busy_worlds_heal() {
    tell(200..203, Size { deeds: 240, losses: true });
}

#[test]
fn short_worlds_heal() {
    tell(300..312, Size { deeds: 20, losses: true });
}

#[test]
fn a_seed_is_the_same_world_every_time() {
    let size = Size { deeds: 60, losses: true };
    let (first, again) = (run_sized(7, size), run_sized(7, size));
    assert_eq!(first.expect("the world holds"), again.expect("the world holds"));
    let (first, other) =
        (run_sized(7, Size { deeds: 5, losses: false }), run_sized(8, Size { deeds: 5, losses: false }));
    assert_ne!(first.expect("the world holds").print, other.expect("the world holds").print);
}
