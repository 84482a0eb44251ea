use hopluu_mailbox::{Input, Output};
use hopluu_sync::ConnId;
use hopluu_wire::Class;

use crate::puppet::{Done, Stage, Word};

fn up(done: &Done) -> Option<ConnId> {
    if let Done::Input(Input::Up { conn, .. }) = done { Some(*conn) } else { None }
}

fn confirmed(done: &Done) -> Option<ConnId> {
    if let Done::Input(Input::Confirmed { conn }) = done { Some(*conn) } else { None }
}

#[tokio::test]
async fn the_last_word_arrives_before_the_end() {
    let mut relay = Stage::open(1, &[]);
    let mut office = Stage::open(2, &[relay.address()]);
    office.tell(Word::Do(vec![Output::Dial { relay: relay.device }]));
    let here = office.until(confirmed).await;
    let there = relay.until(confirmed).await;

    let mut last = Vec::new();
    for number in 0..20_u8 {
        last.push(Output::Send { conn: there, class: Class::Edits, bytes: vec![number; 2_000] });
    }
    last.push(Output::Close { conn: there, code: 4, text: "enough".into() });
    last.push(Output::Send { conn: there, class: Class::Edits, bytes: vec![99] });
    relay.tell(Word::Do(last));
    let mut heard = Vec::new();
    loop {
        match office.next().await {
            Done::Input(Input::Frame { conn, bytes, .. }) => {
                assert_eq!(conn, here);
                heard.push(bytes[0]);
            }
            Done::Input(Input::Down { conn }) => {
                assert_eq!(conn, Some(here));
                break;
            }
            _ => {}
        }
    }
    assert_eq!(heard, (0..20).collect::<Vec<_>>());
    relay.until(|done| matches!(done, Done::Input(Input::Down { conn }) if *conn == Some(there)).then_some(())).await;
}

#[tokio::test]
async fn another_address_is_tried_after_a_failure() {
    let mut relay = Stage::open(1, &[]);
    // Bound but mute.
    let mute = std::net::UdpSocket::bind("127.0.0.1:0").expect("loopback can be bound");
    let mute = mute.local_addr().expect("it is bound").to_string();
    let mut office = Stage::open(2, &[mute, relay.address()]);
    office.tell(Word::Do(vec![Output::Dial { relay: relay.device }]));
    office.until(|done| matches!(done, Done::Input(Input::Down { conn: None })).then_some(())).await;
    office.tell(Word::Do(vec![Output::Dial { relay: relay.device }]));
    office.until(up).await;
    relay.until(up).await;
}

#[tokio::test]
async fn a_relay_without_address_cannot_be_dialled() {
    let mut office = Stage::open(2, &[]);
    let relay = office.device;
    office.tell(Word::Do(vec![Output::Dial { relay }]));
    office.until(|done| matches!(done, Done::Input(Input::Down { conn: None })).then_some(())).await;
}
