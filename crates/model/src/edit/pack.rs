//! Many small edits as few changes: imports and demonstration data.

use super::{Edit, MAX_WEIGHT};

/// Joins neighbouring edits of one document, stamp and urgency as long as they stay one light change; keeps order.
#[must_use]
pub fn pack(edits: impl IntoIterator<Item = Edit>) -> Vec<Edit> {
    let mut packed: Vec<Edit> = Vec::new();
    let mut weight = 0;
    for edit in edits {
        let more: usize = edit.writes.iter().map(super::Write::weight).sum();
        match packed.last_mut() {
            Some(last)
                if (last.doc, &last.stamp, last.urgent) == (edit.doc, &edit.stamp, edit.urgent)
                    && weight + more <= MAX_WEIGHT =>
            {
                weight += more;
                last.writes.extend(edit.writes);
            }
            _ => {
                weight = edit.weight();
                packed.push(edit);
            }
        }
    }
    packed
}
