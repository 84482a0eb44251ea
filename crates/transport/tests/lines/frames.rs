//! Frames of all classes, in order, within their limits.

use hopluu_transport::{CLASSES, Config, DownCause, Event, FrameRefused, closing};

use crate::ends::{End, anywhere, connected};

#[tokio::test]
async fn frames_go_both_ways_in_every_class() {
    let (mut office, up, mut relay, down) = connected().await;
    for class in 0..CLASSES {
        office.send(up, class, &[class; 3]);
        relay.send(down, class, &[class + 10; 80 * 1024]);
    }
    let (mut at_relay, mut at_office) = (Vec::new(), Vec::new());
    for _ in 0..CLASSES {
        at_relay.push(relay.frame().await);
        at_office.push(office.frame().await);
    }
    at_relay.sort_unstable();
    at_office.sort_unstable();
    assert_eq!(at_relay, (0..CLASSES).map(|class| (class, false, vec![class; 3])).collect::<Vec<_>>());
    for (class, frame) in (0..CLASSES).zip(at_office) {
        assert_eq!((frame.0, frame.2), (class, vec![class + 10; 80 * 1024]));
    }
}

#[tokio::test]
async fn a_class_keeps_its_order_and_all_of_it_is_drained() {
    let (mut office, up, mut relay, _) = connected().await;
    let sizes = (0..400).map(|n: usize| 1 + n * 37 % 5000);
    for (n, size) in sizes.clone().enumerate() {
        office.send(up, 1, &vec![n as u8; size]);
    }
    for (n, size) in sizes.clone().enumerate() {
        assert_eq!(relay.frame().await, (1, false, vec![n as u8; size]));
    }
    let mut drained = 0;
    while drained < sizes.clone().sum() {
        if let Some(Event::Drained { class: 1, bytes, .. }) = office.events.recv().await {
            drained += bytes;
        }
    }
    assert_eq!(drained, sizes.sum::<usize>());
}

#[tokio::test]
async fn a_small_edit_overtakes_bulk_that_nobody_reads() {
    let (office, up, mut relay, _) = connected().await;
    // Far more than all windows and the channel hold, and nobody is reading at the relay.
    for _ in 0..200 {
        office.send(up, 3, &[3; 80 * 1024]);
    }
    // The first bulk frame is there, so the line is busy with it.
    assert_eq!(relay.frame().await.0, 3);
    office.send(up, 0, b"gap");
    let mut before = 1;
    loop {
        match relay.frame().await {
            (0, _, bytes) => break assert_eq!(bytes, b"gap"),
            _ => before += 1,
        }
    }
    assert!(before < 100, "the urgent frame came after {before} frames of bulk");
}

#[tokio::test]
async fn a_plain_thread_can_dial_send_and_close() {
    let (office, mut relay) = (End::office(1), End::relay(2));
    let (lines, address, device) = (office.lines.clone(), relay.address().to_string(), relay.device);
    let outside = std::thread::spawn(move || {
        let conn = lines.dial(&address, device);
        lines.send(conn, 2, b"from outside".to_vec()).map(|()| conn)
    });
    assert_eq!(relay.frame().await.2, b"from outside");
    let conn = outside.join().expect("no panic").expect("within the limits");
    std::thread::scope(|scope| scope.spawn(|| office.lines.close(conn, 5, "")).join()).expect("no panic");
    assert_eq!(relay.down().await.code, Some(5));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_at_once() {
    let office = End::office(1);
    let conn = office.lines.dial("127.0.0.1:9", office.device);
    let limit = Config::office().max_frame;
    assert_eq!(office.lines.send(conn, 4, vec![1]), Err(FrameRefused::UnknownClass(4)));
    assert_eq!(office.lines.send(conn, 0, vec![]), Err(FrameRefused::Empty));
    let len = limit + 1;
    assert_eq!(office.lines.send(conn, 0, vec![0; len]), Err(FrameRefused::TooLong { len, limit }));
}

#[tokio::test]
async fn an_oversized_frame_closes_the_line_with_its_code() {
    let (mut office, mut relay) =
        (End::office(1), End::open(2, Config { max_frame: 1000, ..Config::relay(anywhere()) }));
    let conn = office.dial(&relay);
    office.send(conn, 1, &[1; 1000]);
    assert_eq!(relay.frame().await.2.len(), 1000);
    office.send(conn, 1, &[1; 1001]);
    let (ours, theirs) = (relay.down().await, office.down().await);
    assert_eq!((ours.cause, ours.code), (DownCause::Violation, Some(closing::BAD_FRAME)));
    assert_eq!((theirs.cause, theirs.code), (DownCause::ByPeer, Some(closing::BAD_FRAME)));
    assert_eq!(theirs.text, "oversized frame");
}
