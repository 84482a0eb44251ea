//! The bytes of every frame. A changed byte needs a new kind or version, not a new golden file.

use data_encoding::HEXLOWER;
use hopluu_wire::frame::Receipt;
use hopluu_wire::{Frame, digest_of_clock, digest_of_scope};

use crate::frames::{ACTOR, DOC, all};
use crate::packs::{chain, cut};

#[test]
fn frames_stay_as_they_are() {
    let mut text: String =
        all().iter().map(|(name, frame)| format!("{name} {}\n", HEXLOWER.encode(&frame.encode()))).collect();
    let runs = chain(3, 20);
    // Stored, since compressed bytes belong to zstd.
    let body = cut(&runs[..1]).body;
    text.push_str(&format!("pack body {}\n", HEXLOWER.encode(&body)));
    let tip = hopluu_model::Tip { seq: 3, hash: runs[2].hash };
    let clock = hopluu_model::Clock::from_iter([(ACTOR, tip)]);
    let digest = digest_of_clock(&clock);
    text.push_str(&format!("digest of a clock {}\n", HEXLOWER.encode(&digest)));
    let scope = digest_of_scope([(&DOC, &digest)].into_iter());
    text.push_str(&format!("digest of a scope {}\n", HEXLOWER.encode(&scope)));
    let statement = Receipt::statement(&DOC, &ACTOR, &tip, hopluu_model::Timestamp(1_795_331_100_000));
    text.push_str(&format!("receipt statement {}\n", HEXLOWER.encode(&statement)));
    assert!(text == include_str!("../golden/frames.txt"), "the bytes are now:\n{text}");
}

#[test]
fn golden_frames_are_read() {
    let lines = include_str!("../golden/frames.txt").lines();
    for ((name, frame), line) in all().into_iter().zip(lines) {
        let hex = line.rsplit(' ').next().unwrap_or_default();
        let bytes = HEXLOWER.decode(hex.as_bytes()).expect("hexadecimal");
        assert_eq!(Frame::decode(&bytes), Ok(frame), "{name}");
    }
}
