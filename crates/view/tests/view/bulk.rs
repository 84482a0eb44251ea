//! Many documents at once. Run with `cargo test --release -p hopluu-view -- --ignored --nocapture`.

use std::time::Duration;

use hopluu_model::{EventKind, Field, Kind, Side};
use hopluu_view::query::IssueFilter;
use hopluu_view::{Batch, DocUpdate, Settings, View};

use crate::world::*;

fn commune(number: u8, changes: u32) -> DocUpdate {
    let doc = issues(number);
    let mut update = update(doc, number);
    for change in 1..=changes {
        let issue = u32::from(number) * 100_000 + change / 4 * 4;
        if change % 4 == 0 {
            let fields = [
                (Field::CODE, text(&format!("05518-B-{change:04}"))),
                (Field::CATEGORY, text("chu_ky_so")),
                (Field::TEXT, text("Chữ ký số của lãnh đạo cấp chậm, hồ sơ một cửa phải ký tay nên trễ hẹn với dân.")),
            ];
            update.records.push(record(doc, issue, Kind::ISSUE, &fields));
            update.events.push(event(issue, issue, EventKind::REPORT, Side::Commune, &[]));
        } else {
            let after = [issue + change % 4 - 1];
            update.events.push(event(issue + change % 4, issue, EventKind::RECEIVE, Side::Province, &after));
        }
        update.touches.push(touch(issue, if change % 4 == 0 { CLERK } else { DESK }, change.into()));
    }
    update
}

#[test]
#[ignore = "measures; needs a release build"]
fn a_province_is_folded_in_one_go() {
    let batch = Batch { docs: (1..=170).map(|number| commune(number, 500)).collect() };
    let rows: usize = batch.docs.iter().map(|doc| doc.records.len() + doc.events.len() + doc.touches.len()).sum();
    let dir = tempfile::tempdir().unwrap();
    let (mut view, _) = View::open(&dir.path().join("view.sqlite"), Settings::default()).unwrap();
    for round in ["empty", "again"] {
        let took = timed(|| drop(view.fold(&batch).unwrap()));
        println!("{round}: {rows} rows in {took:?}, {:.0}/s", rows as f64 / took.as_secs_f64());
    }
    let reader = view.reader().unwrap();
    let all = IssueFilter::default();
    let words = IssueFilter { search: "chu ky so".to_owned(), ..all.clone() };
    println!("first page of {} issues: {:?}", 170 * 125, timed(|| drop(reader.issues(&all).unwrap())));
    println!("first page of a search that finds all: {:?}", timed(|| drop(reader.issues(&words).unwrap())));
    println!("totals: {:?}", timed(|| drop(reader.totals(&[]).unwrap())));
}

fn timed(what: impl FnOnce()) -> Duration {
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let begun = std::time::Instant::now();
    what();
    begun.elapsed()
}
