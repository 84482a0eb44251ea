//! Records that one office calls a mistake while the other goes on writing of them.

use hopluu_model::edit::SetHouseholds;
use hopluu_model::{DocKind, Kind, RecordId, Value};
use hopluu_sim::PeerId;

use crate::rig::Offices;
use crate::staff::Known014;

const LISTED: &str = "same_field:void";

impl Offices {
    fn void(&mut self, at: PeerId, kind: Kind, record: RecordId) {
        self.world.void(at, kind, record).unwrap();
        self.world.run_for(50);
    }
}

#[test]
fn a_mistake_that_nobody_else_wrote_of_is_gone() {
    let mut offices = Offices::open(101);
    let (a, b) = (offices.a, offices.b);
    let unit = offices.unit(a, "Tổ dân phố 1", 100);
    offices.together();
    offices.apart();
    offices.void(a, Kind::UNIT, unit);
    offices.void(b, Kind::UNIT, unit);
    offices.together();
    assert_eq!((offices.listed().len(), offices.totals()), (0, (0, 0, 0)));
}

#[test]
fn a_mistake_here_that_was_corrected_there_is_asked_about() {
    for (seed, is_void) in [(102, true), (103, false)] {
        let mut offices = Offices::open(seed);
        let (a, b) = (offices.a, offices.b);
        let unit = offices.unit(a, "Tổ dân phố 1", 100);
        offices.together();
        offices.apart();
        offices.void(a, Kind::UNIT, unit);
        offices.fill(b, DocKind::Register, &SetHouseholds { unit, households: Some(118) });
        offices.together();
        assert_eq!(offices.listed(), [LISTED]);
        offices.settle(b, |option| option.value == Value::Bool(is_void));
        offices.together();
        assert!(offices.clashes().is_empty());
        assert_eq!(offices.totals(), if is_void { (0, 0, 0) } else { (1, 118, 0) });
    }
}

#[test]
fn a_person_called_a_mistake_here_and_given_a_post_there_is_asked_about() {
    let mut offices = Offices::open(104);
    let (a, b) = (offices.a, offices.b);
    let (head, unit) = (offices.post(a), offices.unit(a, "Tổ dân phố 1", 100));
    let person = offices.person(a, "Nguyễn Văn Mẫu 014");
    offices.together();
    offices.apart();
    offices.void(a, Kind::PERSON, person);
    let holding = offices.holding(b, Known014 { head, unit, person }, person, "2026-07-01");
    offices.together();
    assert_eq!(offices.listed(), [LISTED]);
    assert_eq!(offices.staff("2026-08-01").serving, 0, "a mistake holds nothing until then");
    offices.settle(a, |option| option.value == Value::Bool(false));
    offices.together();
    assert!(offices.clashes().is_empty());
    assert!(offices.held("2026-08-01", holding).in_force);
}

#[test]
fn a_post_called_a_mistake_here_and_given_to_somebody_there_is_asked_about() {
    let mut offices = Offices::open(105);
    let (a, b) = (offices.a, offices.b);
    let (head, unit) = (offices.post(a), offices.unit(a, "Tổ dân phố 1", 100));
    let person = offices.person(a, "Nguyễn Văn Mẫu 014");
    offices.together();
    offices.apart();
    offices.void(a, Kind::POST, head);
    let holding = offices.holding(b, Known014 { head, unit, person }, person, "2026-07-01");
    offices.together();
    assert_eq!(offices.listed(), [LISTED], "the post lies in another document than who holds it");
    offices.apart();
    // One says it was a mistake all the same, and the other takes the holding back: there is nothing left to ask.
    offices.settle(a, |option| option.value == Value::Bool(true));
    offices.void(b, Kind::HOLDING, holding);
    offices.together();
    assert_eq!(offices.listed(), [LISTED], "it was seen with the holding");
    offices.settle(a, |option| option.value == Value::Bool(true));
    offices.together();
    assert_eq!((offices.listed().len(), offices.staff("2026-08-01").posts.len()), (0, 0));
}
