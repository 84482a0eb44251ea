//! An author with two histories: a hijacked office tells each machine another one.

use hopluu_fuzz::chain::Chain;
use hopluu_fuzz::province::{A, RELAY, TAN_LAP, issues, key};
use hopluu_fuzz::samples::history;
use hopluu_fuzz::session::{Kind, Machine, settle};
use hopluu_mailbox::Input;
use hopluu_sync::ConnId;
use hopluu_wire::Frame;

/// Both ends then differ for good, until somebody rules; that must not be all that their line ever speaks of.
#[test]
fn two_histories_of_one_author_do_not_keep_a_line_talking() {
    let (mut relay, mut office) = (Machine::begin(Kind::Relay), Machine::begin(Kind::Office));
    let other = Chain::made_up(A, 1, issues(TAN_LAP), 8);
    let conn = ConnId(1);
    office.feed(Input::Up { conn, peer: key(RELAY).id() });
    office.feed(Input::Confirmed { conn });
    office.feed(Input::Frame { conn, bytes: Frame::Pack(Box::new(other.pack(1, 8))).encode(), early: false });
    office.commit().expect("a sound disk");
    office.down(conn);
    assert_eq!((office.held(&other), relay.held(&history().issues[1])), (8, 5));
    let honest = &history().registers[0];
    let done = |relay: &Machine, _: &Machine| relay.held(honest) == honest.runs.len();
    assert_eq!(settle(&mut relay, &mut office, &done), Ok(()));
}
