//! Any bytes as a message.

use hopluu_wire::{Frame, MAX_FRAME};

use crate::samples;

/// Decodes; whatever comes out is written back and read again alike, in no more bytes.
pub(super) fn run(bytes: &[u8]) {
    let Ok(frame) = Frame::decode(bytes) else { return };
    assert!(bytes.len() <= MAX_FRAME, "no longer frame is looked at");
    let written = frame.encode();
    assert!(written.len() <= bytes.len(), "nothing grows on its way through");
    assert_eq!(Frame::decode(&written).as_ref(), Ok(&frame), "what was written can be read");
    assert_eq!(frame.encode(), written, "in one spelling");
    // The list and every text of it came out of these bytes, whatever length they claimed.
    assert!(items(&frame) <= bytes.len(), "no more items than bytes");
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = samples::frames().iter().map(Frame::encode).collect();
    // Lists that claim to be endless.
    seeds.extend([5, 6, 12, 18, 19, 22, 26].map(|kind| [&[1, kind][..], &[0xff; 9], &[1]].concat()));
    seeds
}

fn items(frame: &Frame) -> usize {
    match frame {
        Frame::Roster { entries, head } => entries.iter().map(|entry| entry.len().max(1)).sum::<usize>() + head.len(),
        Frame::Joins(joins) => joins.iter().map(|join| join.len().max(1)).sum(),
        Frame::Held { entries, .. } => entries.len() * 49,
        Frame::Digests { docs, .. } => docs.len() * 25,
        Frame::ClockOf(clock) => clock.entries.len() * 49,
        Frame::Presence(heard) => heard.iter().map(|heard| 36 + heard.program.len()).sum(),
        Frame::Pack(pack) => pack.body.len() + 100,
        Frame::Join(bytes) | Frame::JoinAnswer(bytes) | Frame::Claim(bytes) => bytes.len(),
        Frame::Bye { text, .. } | Frame::Claimed { text, .. } => text.len(),
        Frame::Refused(notice) => notice.text.len() + 60,
        Frame::Hello(hello) => hello.program.len() + 36,
        Frame::Piece { bytes, .. } => bytes.len() + 50,
        Frame::Welcome(_)
        | Frame::RosterAsk { .. }
        | Frame::From { .. }
        | Frame::Mark(_)
        | Frame::Want { .. }
        | Frame::Compare { .. }
        | Frame::Equal(_)
        | Frame::Shown(_)
        | Frame::Pictures { .. }
        | Frame::Offer { .. }
        | Frame::Need { .. }
        | Frame::Have { .. }
        | Frame::Absent { .. }
        | Frame::Unknown(_) => 0,
    }
}
