//! 0-RTT: frames before the handshake is complete.

use hopluu_transport::{DownCause, Event};
use tokio::runtime::Runtime;

use crate::ends::{BOUND, End, connected};

#[tokio::test]
async fn a_second_dial_delivers_its_first_frame_early_from_a_known_peer() {
    let (mut office, first, mut relay, taken) = connected().await;
    // The tickets come behind the handshake; a frame from the relay comes behind the tickets.
    relay.send(taken, 0, b"welcome");
    office.frame().await;
    office.lines.close(first, 0, "");
    relay.down().await;
    office.down().await;

    let again = office.dial(&relay);
    office.send(again, 0, b"hello");
    assert_eq!(office.up().await, (again, relay.device, true));
    let (conn, peer, early) = relay.up().await;
    assert_eq!((peer, early), (office.device, true));
    let (class, early, bytes) = relay.frame().await;
    assert_eq!((class, early, bytes.as_slice()), (0, true, &b"hello"[..]));
    relay.send(conn, 0, b"answer");
    assert_eq!(relay.confirmed().await, conn);
    assert_eq!(office.next().await, Event::Confirmed { conn: again });
    assert_eq!(office.frame().await.2, b"answer");
    // The same streams go on.
    office.send(again, 0, b"more");
    assert_eq!(relay.frame().await, (0, false, b"more".to_vec()));
}

#[tokio::test]
async fn every_dial_of_many_is_early() {
    let (mut office, mut conn, mut relay, mut taken) = connected().await;
    for round in 0..12_u8 {
        relay.send(taken, 0, b"tickets came before this");
        office.frame().await;
        office.lines.close(conn, 0, "");
        relay.down().await;
        office.down().await;
        conn = office.dial(&relay);
        office.send(conn, 0, &[round]);
        assert!(relay.up().await.2, "round {round}");
        assert_eq!(relay.frame().await.2, [round]);
        taken = relay.confirmed().await;
    }
}

#[tokio::test]
async fn a_restarted_relay_rejects_early_data_and_gets_it_again() {
    let (mut office, _, relay, taken) = connected().await;
    relay.send(taken, 0, b"welcome");
    office.frame().await;
    let address = relay.address();
    relay.lines.shutdown();
    relay.lines.wait_idle().await;
    drop(relay);
    office.down().await;

    let mut relay = End::reopen(2, address).await;
    let conn = office.dial(&relay);
    office.send(conn, 1, b"lost");
    office.send(conn, 1, b"lost too");
    assert_eq!(office.up().await, (conn, relay.device, true));
    assert_eq!(office.next().await, Event::EarlyRejected { conn });
    office.send(conn, 1, b"offered again");
    assert_eq!(office.next().await, Event::Confirmed { conn });
    assert_eq!(relay.frame().await, (1, false, b"offered again".to_vec()));
}

#[tokio::test]
async fn a_relay_that_died_says_so_when_it_is_back() {
    let mortal = Runtime::new().expect("threads");
    let mut relay = {
        let _inside = mortal.enter();
        End::relay(2)
    };
    let mut office = End::office(1);
    let conn = office.dial(&relay);
    relay.confirmed().await;
    let address = relay.address();
    // Killed: everything stops where it is, and nobody is told.
    tokio::task::spawn_blocking(|| mortal.shutdown_timeout(BOUND)).await.expect("it stops");
    drop(relay);

    let _relay = End::reopen(2, address).await;
    office.send(conn, 0, b"are you still there, after all that happened?");
    assert_eq!(office.down().await.cause, DownCause::Restarted);
}
