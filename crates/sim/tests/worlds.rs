//! Worlds that seeds tell. A failure prints its seed; `hopluu_sim::run(seed)` tells the same world again.

use std::collections::BTreeSet;

use hopluu_sim::{Compared, Failure, Fired, Telling, run, shorten, tell};

#[test]
fn worlds_hold() {
    let (mut fired, mut compared) = (Fired::default(), Compared::default());
    for seed in 0..8 {
        let told = tell(&Telling::of(seed), &mut |deed, world| {
            if let (None, Ok(more)) = (deed, world.check_clashes()) {
                compared.add(&more);
            }
        });
        match told {
            Ok(report) => fired.add(&report.fired),
            Err(failure) => panic!("{failure}"),
        }
    }
    println!("{compared:?}");
    assert!(
        compared.documents > 4 * compared.left_out && compared.issues > 50,
        "too little was compared: {compared:?}"
    );
    assert!(compared.units > 20 && compared.staffs > 4, "too few units and people: {compared:?}");
    assert!(compared.directives > 2, "too few directives: {compared:?}");
    assert!(compared.clashes.len() > 2, "too few kinds of clashes: {compared:?}");
    assert!(fired.missing().len() < 45, "a world without faults proves little:\n{fired}");
}

/// Sets and maps inside dependencies order their contents anew in each map: whatever leaks out of that shows here.
#[test]
fn a_seed_is_the_same_world_every_time() {
    for seed in 40..43 {
        let telling = Telling { with_traffic: true, ..Telling::of(seed) };
        let mut logs = [(); 2].map(|()| String::new());
        for log in &mut logs {
            if let Err(failure) = tell(&telling, &mut |_, world| *log = world.log().text().to_owned()) {
                panic!("{failure}");
            }
        }
        assert_eq!(logs[0], logs[1], "seed {seed}");
        let brief = run(seed).map(|report| report.print).map_err(|failure| failure.to_string());
        let full = tell(&telling, &mut |_, _| {}).map(|report| report.print).map_err(|failure| failure.to_string());
        assert_eq!(brief, full, "looking on changes nothing");
    }
    let [first, other] = [40, 41].map(|seed| run(seed).map(|report| report.print).ok());
    assert_ne!(first, other);
}

#[test]
fn leaving_a_deed_out_changes_nothing_before_it() {
    let telling = Telling { with_traffic: true, ..Telling::of(41) };
    let mut before = Vec::new();
    let whole = tell(&telling, &mut |deed, world| before.push((deed, world.log().text().to_owned())));
    assert!(whole.is_ok());
    let kept: BTreeSet<u32> = (0..10).collect();
    let telling = Telling { kept: Some(kept), ..telling };
    let mut again = Vec::new();
    let part = tell(&telling, &mut |deed, world| again.push((deed, world.log().text().to_owned())));
    assert!(part.is_ok());
    assert_eq!(before[..10], again[..10]);
}

#[test]
fn what_does_not_fail_is_not_made_shorter() {
    let failure = Failure {
        telling: Telling::of(42),
        deeds: (0..8).collect(),
        reason: "made up".to_owned(),
        story: String::new(),
        log: String::new(),
    };
    assert_eq!(shorten(failure, 10).deeds.len(), 8);
}
