//! Making a document anew when a change broke it.

use hopluu_document::{Document, DocumentError, Incoming};
use hopluu_model::{ChangeHash, DocId};

/// Applies all changes but those that break the document, one by one, beginning anew after each culprit.
/// What rests on a culprit never finds its parents and stays out by itself.
pub(crate) fn without_culprits(doc: DocId, changes: Vec<Incoming>) -> (Document, Vec<ChangeHash>) {
    let mut culprits: Vec<ChangeHash> = Vec::new();
    loop {
        let mut document = Document::begin(doc);
        let mut broken = None;
        for change in &changes {
            if culprits.contains(&change.hash) {
                continue;
            }
            match document.apply(vec![change.clone()]) {
                Ok(applied) => culprits.extend(applied.unfit.iter().map(|(hash, _)| *hash)),
                Err(DocumentError::Broken { culprit, .. }) => {
                    broken = Some(culprit.unwrap_or(change.hash));
                    break;
                }
                Err(error) => tracing::error!(%doc, %error, "a change cannot be applied"),
            }
        }
        match broken {
            Some(hash) => {
                tracing::error!(%doc, change = %hash.short(), "a change broke the document and is left out");
                culprits.push(hash);
            }
            None => return (document, culprits),
        }
    }
}
