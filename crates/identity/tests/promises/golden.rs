//! The bytes that other programs and other years will read.
//!
//! A changed byte needs a new version number, not a new golden file.

use data_encoding::HEXLOWER;
use hopluu_identity::{Claim, change_statement, new_actor, root_hash};
use hopluu_model::{ChangeHash, DocId, DocKind};

use crate::province::*;
use crate::texts::{invitation, ticket};

#[test]
fn bytes_stay_as_they_are() {
    let roster = province();
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
    let entry = |version: u64| hex(roster.entries_after(version - 1).next().unwrap());
    let doc = DocId::new(TAN_LAP, DocKind::Issues(2026));
    let actor = new_actor(&key(11).id(), [7; 8]);
    let invitation = invitation(&roster);
    let lines = [
        ("change statement", hex(&change_statement(&doc, &actor, 3, &ChangeHash([4; 32])))),
        ("root id", root(1).id().to_string()),
        ("root hash", hex(&root_hash(&root(2).id()))),
        ("anchor", hex(&roster.anchor().0)),
        ("entry: found", entry(1)),
        ("entry: collection", entry(2)),
        ("entry: year", entry(4)),
        ("entry: device", entry(5)),
        ("head", hex(&roster.head().unwrap().to_bytes())),
        ("join", hex(&invitation.join(key(20).id(), NOON).to_bytes())),
        ("invitation", invitation.to_text()),
        ("relay ticket", ticket().to_text()),
        ("claim", hex(&Claim::sign(&ticket(), root(1).key(), root_hash(&root(2).id())).to_bytes())),
    ];
    let text: String = lines.iter().map(|(name, value)| format!("{name}\n{value}\n\n")).collect();
    assert!(text == include_str!("../golden/bytes.txt"), "the bytes are now:\n{text}");
}
