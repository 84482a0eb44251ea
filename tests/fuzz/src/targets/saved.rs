//! Any bytes as the saved copy of a document: a cache that a worn card may have changed.

use hopluu_document::Document;
use hopluu_model::{ActorId, Side};

use crate::chain::{chunk, edits, open_chunk};
use crate::noise::Noise;
use crate::province::{A, TAN_LAP, actor, register};
use crate::samples::history;

/// What the first byte turns on: the sum of the chunk is made right again.
const MENDED: u8 = 1;

/// Loads; what loads can be read, saved, loaded again alike, and written to.
pub(super) fn run(bytes: &[u8]) {
    let Some((options, saved)) = bytes.split_first() else { return };
    let mended = (options & MENDED != 0).then(|| open_chunk(saved).map(|(kind, body)| chunk(kind, body).0)).flatten();
    let doc = register(TAN_LAP);
    let Ok(mut document) = Document::load(doc, mended.as_deref().unwrap_or(saved)) else { return };
    let before = document.everything(&commune);
    let again = Document::load(doc, &document.save()).expect("what was loaded can be saved and loaded");
    assert_eq!((again.heads(), again.everything(&commune)), (document.heads(), before));
    assert_eq!(again.clock(), document.clock());
    for edit in edits(doc, 201, 2) {
        document.write(actor(A, 8), &edit).expect("what was loaded can be written to");
    }
    let again = Document::load(doc, &document.save()).expect("what was written can be saved and loaded");
    assert_eq!(again.everything(&commune), document.everything(&commune));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let doc = register(TAN_LAP);
    let [honest, hijacked] = &history().registers;
    let mut document = Document::begin(doc);
    let mut saved = vec![document.save()];
    let mut noise = Noise::new(5);
    for change in honest.incoming().into_iter().chain(hijacked.incoming()) {
        document.apply(vec![change]).expect("an honest change");
        if noise.below(4) == 0 {
            saved.push(document.save());
        }
    }
    saved.push(document.save());
    saved.push(Document::begin(crate::province::issues(TAN_LAP)).save());
    saved.iter().flat_map(|saved| [0, MENDED].map(|options| [&[options][..], saved].concat())).collect()
}

fn commune(_: &ActorId) -> Side {
    Side::Commune
}
