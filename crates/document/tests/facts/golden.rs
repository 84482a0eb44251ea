//! The bytes of layout 1. A changed byte needs a new layout version and a migration, not a new golden file.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use hopluu_document::{Document, Incoming, genesis_hash};
use hopluu_model::DocId;

use crate::world::*;

fn of(text: &mut String, doc: DocId, edits: &[(u8, hopluu_model::Edit)]) {
    let mut document = Document::begin(doc);
    let _ = writeln!(text, "document {doc}\ngenesis {}", genesis_hash(&doc));
    let mut changes: Vec<Incoming> = Vec::new();
    for (author, edit) in edits {
        let written = document.write(actor(*author), edit).expect("it was made here");
        let _ = writeln!(text, "change {} {} {}", written.seq, written.hash, HEXLOWER.encode(&written.raw));
        changes.push(incoming(&written));
    }
    let all = rebuilt(doc, &changes).everything(&commune);
    for record in all.records {
        let _ = writeln!(text, "record {} {:?} {}", record.id, record.kind, record.stamp.at.0);
        for (field, held) in record.fields {
            let _ = writeln!(text, "  {field:?} = {:?} by {:?}", held.value, held.actor);
        }
    }
    for event in all.events {
        let _ = writeln!(text, "event {} {:?} on {:?} {:?}", event.id, event.kind, event.record, event.fields);
    }
}

#[test]
fn the_layout_stays_as_it_is() {
    let mut text = String::new();
    of(&mut text, register(), &[(1, unit(2, 118)), (2, households(2, 121)), (1, unit(3, 64))]);
    of(&mut text, issues(), &[(1, report(3, "Chưa được cấp chữ ký số")), (2, comment(3, 4, "Đã gọi điện"))]);
    assert!(text == include_str!("../golden/document-1.txt"), "the layout is now:\n{text}");
}
