//! Power cuts.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::until;
use crate::province::*;

#[test]
fn what_was_answered_saved_is_there_after_a_power_cut() {
    let province = Province::found();
    let mut a = province.office("a", SONG_CONG);
    for round in 0..3 {
        let stopped = AtomicBool::new(false);
        let saved = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut saved = Vec::new();
                for number in 0..400 {
                    let text = format!("Khó khăn {round}-{number}");
                    let output = a.run(&["issue", "report", "--category", "tru_so", &text, "--json"]);
                    if output.status.success() {
                        saved.push(text);
                    } else if stopped.load(Ordering::Relaxed) {
                        break;
                    }
                }
                saved
            });
            // In mid-work: when the list has grown for a while.
            until("some edits", || (issues(&a).len() >= 12 * (round + 1)).then_some(()));
            a.cut_power();
            stopped.store(true, Ordering::Relaxed);
            writer.join().expect("the writer ends")
        });
        assert!(saved.len() > 3, "{}", saved.len());
        a.kill();
        a.serve();
        let shown: Vec<String> = issues(&a).into_iter().map(|(_, text, _)| text).collect();
        for text in saved {
            assert!(shown.contains(&text), "{text} was answered as saved");
        }
    }
    settled(&a);
    let mine = issues(&a);
    until("the desk has them all", || (issues(&province.desk).len() == mine.len()).then_some(()));
    let codes: std::collections::BTreeSet<_> = mine.iter().map(|(code, ..)| code).collect();
    assert_eq!(codes.len(), mine.len(), "no code is given twice");
}

#[test]
fn the_relay_is_killed_and_comes_back() {
    let mut province = Province::found();
    let a = province.office("a", SONG_CONG);
    let before = report(&a, "Trước khi trạm dừng");
    sentence(&a, &before, "at_province");
    province.relay.kill();
    let during = report(&a, "Trong khi trạm dừng");
    sentence(&a, &before, "at_province");
    sentence(&a, &during, "saved");
    province.relay.serve();
    sentence(&a, &during, "at_province");
    arrived(&province.desk, &during);
}

#[test]
fn a_second_process_is_turned_away() {
    let province = Province::found();
    let a = province.office("a", SONG_CONG);
    assert_eq!(a.refused(&["serve"]), (5, "data-dir-in-use".to_owned()));
    assert_eq!(province.relay.refused(&["serve"]), (5, "data-dir-in-use".to_owned()));
    report(&a, "Văn phòng vẫn chạy");
}

#[test]
fn a_clean_stop_saves_the_documents_for_the_next_start() {
    let province = Province::found();
    let mut a = province.office("a", SONG_CONG);
    let code = report(&a, "Trước khi tắt máy");
    sentence(&a, &code, "at_province");
    a.stop();
    let opened = hopluu_store_sled::open_store(&a.dir, hopluu_store_sled::Settings::new([7; 16]));
    let store = opened.expect("nobody holds the directory any more").store;
    let docs = store.docs().expect("an index");
    assert!(docs.len() > 1, "{docs:?}");
    for doc in docs {
        let saved = store.snapshot(&doc).expect("an index").map(|saved| saved.clock);
        assert!(saved.is_some(), "{doc} is fed anew at the next start");
    }
    drop(store);
    a.serve();
    arrived(&a, &code);
}
