//! What a hijacked office may send that no story of chance comes upon: limits of numbers and of lists.

use hopluu_fuzz::province::{A, B, DESK, OTHER, actor, key, roster};
use hopluu_fuzz::samples::{hello, history};
use hopluu_fuzz::session::{Kind, Machine};
use hopluu_mailbox::{Input, Output};
use hopluu_sync::ConnId;
use hopluu_wire::Frame;

fn enter(relay: &mut Machine, seed: u8, program: &str) -> ConnId {
    let conn = ConnId(u64::from(seed));
    relay.feed(Input::Up { conn, peer: key(seed).id() });
    relay.feed(Input::Confirmed { conn });
    let mut hello = hello(roster().version(), None);
    hello.program = program.to_owned();
    say(relay, conn, &Frame::Hello(hello));
    conn
}

fn say(relay: &mut Machine, conn: ConnId, frame: &Frame) -> Vec<Output> {
    relay.feed(Input::Frame { conn, bytes: frame.encode(), early: false });
    relay.commit().expect("a sound disk")
}

#[test]
fn a_pack_that_begins_with_nothing_is_declined() {
    let mut relay = Machine::begin(Kind::Relay);
    let conn = enter(&mut relay, A, "thử");
    for first in [0, u64::MAX] {
        let mut pack = history().issues[1].pack(6, 8);
        pack.first = first;
        let answers = say(&mut relay, conn, &Frame::Pack(Box::new(pack)));
        assert!(answers.iter().any(|output| matches!(output, Output::Send { .. })), "{first}");
    }
    assert_eq!(relay.held(&history().issues[1]), 5);
}

/// The machine checks that each message it sends is within its limit and can be read: else the desk would hang up on it.
#[test]
fn a_long_name_of_a_program_does_not_silence_the_desk() {
    let mut relay = Machine::begin(Kind::Relay);
    for (seed, len) in [(A, 79_000), (B, 60_000), (OTHER, 70_000)] {
        enter(&mut relay, seed, &"ệ".repeat(len / 3));
    }
    let conn = enter(&mut relay, DESK, "thử");
    let told = say(&mut relay, conn, &Frame::Hello(hello(roster().version(), None)));
    let heard = |output: &Output| match output {
        Output::Send { bytes, .. } => match Frame::decode(bytes) {
            Ok(Frame::Presence(heard)) => heard.len(),
            _ => 0,
        },
        _ => 0,
    };
    assert!(told.iter().map(heard).sum::<usize>() >= 3, "the desk hears of all of them");
}

#[test]
fn authors_nobody_knows_are_not_remembered_without_bound() {
    let mut relay = Machine::begin(Kind::Relay);
    let conn = enter(&mut relay, A, "thử");
    let mut pack = history().issues[1].pack(1, 1);
    for number in 0..6_000_u32 {
        pack.actor = actor(A, 1);
        pack.actor.0[..4].copy_from_slice(&number.to_be_bytes());
        relay.feed(Input::Frame { conn, bytes: Frame::Pack(Box::new(pack.clone())).encode(), early: false });
        if number % 100 == 0 {
            relay.commit().expect("a sound disk");
        }
    }
    relay.commit().expect("a sound disk");
    // A newer roster may name some of them: whoever waits is then asked again.
    let mut newer = roster().clone();
    hopluu_fuzz::province::decree(&mut newer, &hopluu_identity::Body::OpenYear { year: 2027 });
    let desk = enter(&mut relay, DESK, "thử");
    let entries = newer.entries_after(roster().version()).map(<[u8]>::to_vec).collect();
    let head = newer.head().expect("a founded province").to_bytes();
    let asked = say(&mut relay, desk, &Frame::Roster { entries, head });
    let asks = |output: &&Output| match output {
        Output::Send { conn: to, bytes, .. } => *to == conn && matches!(Frame::decode(bytes), Ok(Frame::From { .. })),
        _ => false,
    };
    assert!(asked.iter().filter(asks).count() <= 4_096);
}
