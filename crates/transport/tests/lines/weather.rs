//! Lines through weather: cuts, loss, a router that forgets, delays.

use std::net::UdpSocket;
use std::time::Duration;

use hopluu_transport::line::{BadLine, Way, Weather};
use hopluu_transport::{ConnId, Event};
use tokio::time::Instant;

use crate::ends::{BOUND, End, anywhere};

/// Two ends with a line between them.
async fn connected_through(weather: Weather, seed: u64) -> (End, ConnId, BadLine, End, ConnId) {
    let (mut office, mut relay) = (End::office(1), End::relay(2));
    let line = BadLine::start(anywhere(), relay.address(), weather, seed).expect("loopback");
    let conn = office.lines.dial(&line.addr().to_string(), relay.device);
    assert_eq!(office.confirmed().await, conn);
    let taken = relay.confirmed().await;
    (office, conn, line, relay, taken)
}

/// Yields until a state holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, wait).await.unwrap_or_else(|_| panic!("{what} in time"));
}

#[tokio::test]
async fn frames_given_during_a_cut_arrive_when_it_heals() {
    let (office, conn, line, mut relay, taken) = connected_through(Weather::CLEAR, 1).await;
    line.cut();
    let (before, delivered) = (line.up().datagrams, line.up().delivered);
    office.send(conn, 0, b"typed in the dark");
    until("a datagram into the cut line", || line.up().datagrams > before).await;
    assert_eq!(line.up().delivered, delivered);
    line.heal();
    assert_eq!(relay.frame().await.2, b"typed in the dark");
    relay.send(taken, 0, b"heard");
}

#[tokio::test]
async fn frames_survive_the_loss_of_every_third_datagram() {
    let bad = Way { loss_per_mille: 300, twice_per_mille: 50, jitter: Duration::from_millis(3), ..Way::CLEAR };
    let (mut office, conn, line, mut relay, taken) = connected_through(Weather::both(bad), 5).await;
    for n in 0..40_u8 {
        office.send(conn, 1, &[n; 700]);
        relay.send(taken, 2, &[n; 700]);
    }
    for n in 0..40_u8 {
        assert_eq!(relay.frame().await, (1, false, vec![n; 700]));
        assert_eq!(office.frame().await.2, [n; 700]);
    }
    assert!(line.up().delivered < line.up().datagrams);
}

#[tokio::test]
async fn a_new_address_in_the_middle_changes_nothing() {
    let (mut office, conn, line, mut relay, taken) = connected_through(Weather::CLEAR, 1).await;
    line.forget_ports();
    office.send(conn, 0, b"from another port");
    assert_eq!(relay.frame().await.2, b"from another port");
    relay.send(taken, 0, b"and back");
    assert_eq!(office.frame().await.2, b"and back");
    assert_eq!(line.ports(), 2);
    // The same with a socket of the office's own.
    office.lines.rebind().expect("loopback");
    office.send(conn, 0, b"from another socket");
    assert_eq!(relay.frame().await.2, b"from another socket");
    relay.send(taken, 0, b"and back again");
    assert_eq!(office.frame().await.2, b"and back again");
}

#[tokio::test]
async fn several_clients_share_a_line_and_are_counted() {
    let (mut first, conn, line, mut relay, _) = connected_through(Weather::CLEAR, 1).await;
    let mut second = End::office(3);
    let other = second.lines.dial(&line.addr().to_string(), relay.device);
    second.send(other, 1, b"second");
    assert_eq!(relay.up().await.1, second.device);
    assert_eq!(relay.frame().await.2, b"second");
    first.send(conn, 1, b"first");
    assert_eq!(relay.frame().await.2, b"first");
    let stats = [first.lines.stats(conn), second.lines.stats(other)].map(|stats| stats.expect("both are up"));
    assert!(line.up().bytes <= stats[0].bytes_up + stats[1].bytes_up);
    assert!(stats.iter().all(|stats| stats.rtt < Duration::from_secs(1) && stats.mtu >= 1200));
    first.lines.close(conn, 0, "");
    assert!(matches!(first.next().await, Event::Down { .. }));
    second.lines.close(other, 0, "");
    second.down().await;
}

#[tokio::test]
async fn what_a_stall_holds_back_comes_when_it_is_over() {
    let (office, conn, line, mut relay, _) = connected_through(Weather::CLEAR, 1).await;
    let stalled = Way { stalled: true, ..Way::CLEAR };
    line.set_weather(Weather { up: stalled, down: Way::CLEAR });
    let (before, delivered) = (line.up().datagrams, line.up().delivered);
    office.send(conn, 0, b"typed in a stall");
    until("a datagram into the stall", || line.up().datagrams > before && line.up().held_back > 0).await;
    assert_eq!(line.up().delivered, delivered);
    line.set_weather(Weather::CLEAR);
    assert_eq!(relay.frame().await.2, b"typed in a stall");
}

#[tokio::test]
async fn a_cut_of_one_direction_leaves_the_other() {
    let (office, conn, line, relay, taken) = connected_through(Weather::CLEAR, 1).await;
    let cut = Way { cut: true, ..Way::CLEAR };
    line.set_weather(Weather { up: Way::CLEAR, down: cut });
    let (up, down) = (line.up().delivered, line.down().delivered);
    office.send(conn, 0, b"up");
    relay.send(taken, 0, b"down");
    until("the way up goes on", || line.up().delivered > up + 1).await;
    assert_eq!(line.down().delivered, down);
}

/// On a line that takes seconds for what waits, everything else overtakes pictures; what the line itself already holds
/// can be overtaken by nothing.
#[tokio::test]
async fn edits_and_history_overtake_pictures_on_a_thin_line() {
    const PIECE: usize = 16 * 1024;
    let thin = Way { bytes_per_second: Some(48_000), queue: 16_000, delay: Duration::from_millis(30), ..Way::CLEAR };
    let (office, conn, line, mut relay, _) = connected_through(Weather::CLEAR, 3).await;
    line.set_weather(Weather { up: thin, down: Way::CLEAR });
    for n in 0..24_u8 {
        office.send(conn, 3, &[n; PIECE]);
    }
    for _ in 0..3 {
        assert_eq!(relay.frame().await.0, 3);
    }
    for class in [2, 1, 0] {
        office.send(conn, class, &[class; 300]);
    }
    let mut order = Vec::new();
    while order.iter().filter(|class| **class != 3).count() < 3 {
        order.push(relay.frame().await.0);
    }
    let pieces = order.iter().filter(|class| **class == 3).count();
    assert!(pieces <= 3, "{order:?}: of 21 pieces that waited so many came first");
}

#[tokio::test]
async fn a_line_that_swallows_long_datagrams_is_noticed() {
    let (mut office, conn, line, mut relay, taken) = connected_through(Weather::CLEAR, 1).await;
    until("longer datagrams than the least", || office.lines.stats(conn).is_some_and(|stats| stats.mtu > 1252)).await;
    line.set_weather(Weather::both(Way { largest: 1252, ..Way::CLEAR }));
    office.send(conn, 1, &[7; 60_000]);
    relay.send(taken, 1, &[8; 60_000]);
    assert_eq!(relay.frame().await.2, [7; 60_000]);
    assert_eq!(office.frame().await.2, [8; 60_000]);
    assert!(line.up().too_long > 0 && line.down().too_long > 0);
}

#[tokio::test]
async fn a_client_may_have_weather_of_its_own() {
    let (mut first, conn, line, mut relay, _) = connected_through(Weather::CLEAR, 1).await;
    let second = End::office(3);
    let other = second.lines.dial(&line.addr().to_string(), relay.device);
    assert_eq!(relay.up().await.1, second.device);
    let clients = line.clients();
    assert_eq!(clients.len(), 2);
    let cut = Weather::both(Way { cut: true, ..Way::CLEAR });
    line.set_weather_of(clients[1], Some(cut));
    line.forget_port_of(clients[0]);
    second.send(other, 0, b"into the cut");
    first.send(conn, 0, b"beside it");
    assert_eq!(relay.frame().await.2, b"beside it");
    line.set_weather_of(clients[1], None);
    assert_eq!(relay.frame().await.2, b"into the cut");
    // A cut of all the others leaves who has weather of its own; a newcomer is one of the others.
    line.set_weather_of(clients[0], Some(Weather::CLEAR));
    line.set_weather(cut);
    let third = End::office(4);
    let unheard = third.lines.dial(&line.addr().to_string(), relay.device);
    until("a newcomer knocks", || line.clients().len() == 3).await;
    first.send(conn, 0, b"still beside it");
    assert_eq!(relay.frame().await.2, b"still beside it");
    third.lines.close(unheard, 0, "");
    first.lines.close(conn, 0, "");
    assert!(matches!(first.next().await, Event::Down { .. }));
}

#[tokio::test]
async fn delays_are_kept() {
    let target = UdpSocket::bind(anywhere()).expect("loopback");
    target.set_nonblocking(true).expect("a plain socket");
    let target = tokio::net::UdpSocket::from_std(target).expect("inside the runtime");
    let way = Way { delay: Duration::from_millis(120), ..Way::CLEAR };
    let address = target.local_addr().expect("bound");
    let line = BadLine::start(anywhere(), address, Weather { up: way, down: Way::CLEAR }, 1).expect("loopback");
    let client = UdpSocket::bind(anywhere()).expect("loopback");
    let began = Instant::now();
    client.send_to(b"slow", line.addr()).expect("loopback takes it");
    let mut buffer = [0; 16];
    let received = tokio::time::timeout(BOUND, target.recv_from(&mut buffer)).await;
    assert_eq!(received.expect("in time").expect("it comes").0, 4);
    let took = began.elapsed();
    assert!(took >= way.delay && took < way.delay * 3, "{took:?}");
}

#[tokio::test]
async fn a_listener_that_answered_early_goes_on_in_the_same_class() {
    let far = Way { delay: Duration::from_millis(60), ..Way::CLEAR };
    let (mut office, first, line, mut relay, taken) = connected_through(Weather::both(far), 11).await;
    relay.send(taken, 0, b"behind the tickets");
    office.frame().await;
    office.lines.close(first, 0, "");
    relay.down().await;
    office.down().await;

    let again = office.lines.dial(&line.addr().to_string(), relay.device);
    office.send(again, 0, b"hello");
    let (conn, _, early) = relay.up().await;
    assert!(early);
    assert_eq!(relay.frame().await.2, b"hello");
    relay.send(conn, 0, b"before");
    loop {
        match relay.next().await {
            Event::EarlyRejected { .. } => panic!("a listener has no early data to be refused"),
            Event::Confirmed { .. } => break,
            _ => {}
        }
    }
    relay.send(conn, 0, b"after");
    assert_eq!(office.frame().await.2, b"before");
    assert_eq!(office.frame().await.2, b"after");
}
