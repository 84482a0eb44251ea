//! What a new office lives through.

use hopluu_identity::enrol::{CONFIRMED, Enrolment, Input, Output, WELCOMED};
use hopluu_identity::{Body, Join, JoinError, Roster};

use crate::province::*;
use crate::texts::invitation;

fn asked() -> (Roster, Join) {
    let mut roster = province();
    let invitation = invitation(&roster);
    append(&mut roster, &invitation.entry()).unwrap();
    (roster, invitation.join(key(20).id(), NOON))
}

fn confirm(roster: &mut Roster, join: &Join) {
    let body = roster.check_join(join).unwrap().confirmation();
    append(roster, &body).unwrap();
}

fn tell(reason: JoinError) -> Vec<Output> {
    vec![Output::Tell(reason.notice())]
}

#[test]
fn an_office_gets_in_through_the_relay_and_is_confirmed() {
    let (mut roster, join) = asked();
    let office = Enrolment::begin(join.clone());
    let (office, todo) = office.on(Input::LineUp);
    assert_eq!(todo, [Output::Send(join.clone())]);
    // The relay has an older roster: the office is told, and asks again on the next line.
    let (office, todo) = office.on(Input::Refused(JoinError::Unknown));
    assert_eq!((&office, todo), (&Enrolment::Asked(join.clone()), tell(JoinError::Unknown)));
    let (office, todo) = office.on(Input::Welcomed);
    assert_eq!((&office, todo), (&Enrolment::Waiting(join.clone()), vec![Output::Tell(WELCOMED)]));
    let (office, todo) = office.on(Input::Roster(&roster));
    assert_eq!((&office, todo), (&Enrolment::Waiting(join.clone()), vec![]));
    confirm(&mut roster, &join);
    let (office, todo) = office.on(Input::Roster(&roster));
    assert_eq!((&office, todo), (&Enrolment::Confirmed(join.clone()), vec![Output::Tell(CONFIRMED)]));
    let (office, todo) = office.on(Input::Refused(JoinError::Used));
    assert_eq!((&office, todo), (&Enrolment::Confirmed(join.clone()), vec![]));
    append(&mut roster, &Body::Revoke { device: join.device, cut: vec![], reason: "mất máy".into() }).unwrap();
    let (office, todo) = office.on(Input::Roster(&roster));
    assert_eq!((office, todo), (Enrolment::Refused(join, JoinError::Revoked), tell(JoinError::Revoked)));
}

#[test]
fn an_office_that_came_second_is_told_once() {
    let (mut roster, join) = asked();
    let winner = invitation(&province()).join(key(21).id(), NOON);
    confirm(&mut roster, &winner);
    let (office, todo) = Enrolment::Waiting(join.clone()).on(Input::Roster(&roster));
    assert_eq!((&office, todo), (&Enrolment::Refused(join, JoinError::Used), tell(JoinError::Used)));
    for input in [Input::Roster(&roster), Input::LineUp, Input::Welcomed, Input::Refused(JoinError::Expired)] {
        assert_eq!(office.clone().on(input), (office.clone(), vec![]));
    }
}

#[test]
fn the_roster_has_the_last_word_over_a_relay() {
    let (mut roster, join) = asked();
    let (office, todo) = Enrolment::begin(join.clone()).on(Input::Refused(JoinError::Expired));
    assert_eq!((&office, todo), (&Enrolment::Refused(join.clone(), JoinError::Expired), tell(JoinError::Expired)));
    confirm(&mut roster, &join);
    assert_eq!(office.on(Input::Roster(&roster)).0, Enrolment::Confirmed(join));
}
