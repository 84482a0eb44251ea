//! Who is let in, and how lines end.

use std::net::{Ipv6Addr, UdpSocket};
use std::time::Duration;

use hopluu_transport::{Config, DownCause, Event, Identity, closing};

use crate::ends::{End, anywhere, connected};

#[tokio::test]
async fn both_ends_learn_the_others_key() {
    let (mut office, mut relay) = (End::office(1), End::relay(2));
    let conn = office.dial(&relay);
    assert_eq!(office.up().await, (conn, relay.device, false));
    let (_, peer, early) = relay.up().await;
    assert_eq!((peer, early), (office.device, false));
}

#[tokio::test]
async fn an_office_reaches_both_families_and_names() {
    let mut office = End::open(1, Config::office());
    // Where there is no IPv6 both sockets fall back to IPv4 alone.
    let mut relay = End::open(2, Config::relay((Ipv6Addr::UNSPECIFIED, 0).into()));
    let port = relay.address().port();
    for target in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        let conn = office.lines.dial(&target, relay.device);
        assert_eq!(office.confirmed().await, conn);
        relay.confirmed().await;
    }
}

#[tokio::test]
async fn another_key_than_the_pinned_one_is_refused() {
    let (mut office, mut relay) = (End::office(1), End::relay(2));
    let wanted = Identity::from_seed(&[3; 32]).device();
    let conn = office.lines.dial(&relay.address().to_string(), wanted);
    office.send(conn, 0, b"never said");
    let reason = office.down().await;
    assert_eq!((reason.cause, reason.cause.is_transient()), (DownCause::Refused, false), "{reason}");
    // The relay has heard nothing worth an event: the next one is an honest caller.
    let honest = office.dial(&relay);
    assert_eq!(relay.up().await.1, office.device);
    assert_eq!(office.confirmed().await, honest);
}

#[tokio::test]
async fn codes_and_reasons_of_closing_arrive() {
    let (mut office, up, mut relay, down) = connected().await;
    relay.lines.close(down, 0x123, "thu hồi");
    let heard = office.down().await;
    assert_eq!((heard.cause, heard.code, heard.text.as_str()), (DownCause::ByPeer, Some(0x123), "thu hồi"));
    let said = relay.down().await;
    assert_eq!((said.cause, said.code), (DownCause::ByUs, Some(0x123)));
    // An ended connection swallows what it is given.
    office.send(up, 0, b"too late");
    office.lines.close(up, 1, "again");
    assert_eq!(office.lines.stats(up), None);
}

#[tokio::test]
async fn a_dial_can_be_called_off() {
    let mut office = End::office(1);
    let silent = UdpSocket::bind(anywhere()).expect("loopback");
    let target = silent.local_addr().expect("bound").to_string();
    let conn = office.lines.dial(&target, Identity::from_seed(&[9; 32]).device());
    office.lines.close(conn, 7, "");
    let Event::Down { conn: ended, reason } = office.next().await else { panic!("down comes first") };
    assert_eq!((ended, reason.cause), (conn, DownCause::ByUs));
}

#[tokio::test]
async fn a_silent_peer_times_out_and_an_unknown_host_is_unreachable() {
    let config = Config { bind: anywhere(), idle_timeout: Duration::from_millis(300), ..Config::office() };
    let mut office = End::open(1, config);
    let silent = UdpSocket::bind(anywhere()).expect("loopback");
    let target = silent.local_addr().expect("bound").to_string();
    let peer = Identity::from_seed(&[9; 32]).device();
    office.lines.dial(&target, peer);
    assert_eq!(office.down().await.cause, DownCause::TimedOut);
    office.lines.dial("no port here", peer);
    assert_eq!(office.down().await.cause, DownCause::Unreachable);
}

#[tokio::test]
async fn shutting_down_tells_the_peers() {
    let (mut office, _, relay, _) = connected().await;
    relay.lines.shutdown();
    relay.lines.wait_idle().await;
    let reason = office.down().await;
    assert_eq!((reason.cause, reason.code), (DownCause::ByPeer, Some(closing::SHUTDOWN)));
    // So does letting go of the handle.
    let (mut office, _, relay, _) = connected().await;
    drop(relay);
    assert_eq!(office.down().await.code, Some(closing::SHUTDOWN));
}

#[tokio::test]
async fn a_full_house_refuses_callers() {
    let mut relay = End::open(2, Config { max_accepted: 1, ..Config::relay(anywhere()) });
    let (mut first, mut second) = (End::office(1), End::office(3));
    let conn = first.dial(&relay);
    assert_eq!(first.confirmed().await, conn);
    second.dial(&relay);
    assert_eq!(second.down().await.cause, DownCause::Busy);
    first.lines.close(conn, 0, "");
    relay.down().await;
}

#[tokio::test]
async fn junk_on_the_port_is_harmless() {
    let (office, up, mut relay, _) = connected().await;
    let stranger = UdpSocket::bind(anywhere()).expect("loopback");
    let mut dice = 7_u64;
    for n in 0..300 {
        let junk: Vec<u8> = (0..n * 4)
            .map(|_| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (dice >> 56) as u8
            })
            .collect();
        stranger.send_to(&junk, relay.address()).expect("loopback takes it");
    }
    office.send(up, 0, b"unharmed");
    assert_eq!(relay.frame().await.2, b"unharmed");
}
