//! Pictures at the door of a relay and of an office.

use std::io::ErrorKind;

use hopluu_mailbox::{Input, Output};
use hopluu_model::id::PIECE;
use hopluu_model::{CollectionId, PictureKey};
use hopluu_store::picture_contract::picture;
use hopluu_store::{LEFT_TO_EDITS, MemoryFiles, Operation, PictureHeld, PictureQuota, Pictures, picture_id};
use hopluu_sync::ConnId;
use hopluu_wire::{Class, Frame};

use crate::office::{LINE, feed, hear, office, welcomed};
use crate::rig::*;

/// A picture of a collection and its bytes.
struct Shot {
    key: PictureKey,
    bytes: Vec<u8>,
}

impl Shot {
    fn of(collection: CollectionId, seed: u8, bytes: usize) -> Self {
        let bytes = picture(seed, bytes);
        Self { key: PictureKey { collection, id: picture_id(&bytes) }, bytes }
    }

    fn offer(&self) -> Frame {
        Frame::Offer { picture: self.key, size: u32::try_from(self.bytes.len()).expect("small") }
    }

    fn need(&self, from: u32) -> Frame {
        Frame::Need { picture: self.key, from }
    }

    fn piece(&self, index: u32) -> Frame {
        let bytes = self.bytes.chunks(PIECE).nth(index as usize).expect("a piece").to_vec();
        Frame::Piece { picture: self.key, index, bytes }
    }

    fn pieces(&self) -> u32 {
        u32::try_from(self.bytes.len().div_ceil(PIECE)).expect("few")
    }

    /// Brings it from a piece on, as long as it is asked for; gives the pieces sent.
    fn bring(&self, rig: &mut Rig, conn: ConnId, mut heard: Vec<Frame>) -> u32 {
        let mut sent = 0;
        let mut next = None;
        loop {
            for frame in &heard {
                match frame {
                    Frame::Need { picture, from } if *picture == self.key => next = next.max(Some(*from)),
                    Frame::Have { picture } if *picture == self.key => return sent,
                    _ => {}
                }
            }
            let Some(index) = next.filter(|index| *index < self.pieces()) else { panic!("stuck: {heard:?}") };
            heard = rig.say(conn, &self.piece(index));
            sent += 1;
            next = Some(index + 1);
        }
    }

    fn held(&self, rig: &Rig) -> PictureHeld {
        rig.mailbox.store().pictures().expect("a folder").held(&self.key)
    }
}

fn is_absent(heard: &[Frame], shot: &Shot) -> bool {
    matches!(heard, [Frame::Absent { picture, .. }] if *picture == shot.key)
}

fn pieces_in(outputs: &[Output]) -> Vec<u32> {
    let index = |output: &Output| match output {
        Output::Send { bytes, class, .. } => match Frame::decode(bytes) {
            Ok(Frame::Piece { index, .. }) => {
                assert_eq!(*class, Class::Attachments);
                Some(index)
            }
            _ => None,
        },
        _ => None,
    };
    outputs.iter().filter_map(index).collect()
}

#[test]
fn a_picture_is_acknowledged_once_it_is_on_disk() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let shot = Shot::of(TAN_LAP, 1, 5 * PIECE + 9);
    let heard = rig.say(a, &shot.offer());
    assert_eq!(heard, [shot.need(0)]);
    assert_eq!(shot.bring(&mut rig, a, heard), 6);
    let mut rig = rig.crash();
    assert_eq!(shot.held(&rig), PictureHeld::Whole { size: 5 * PIECE as u32 + 9 });
    let (a, _) = rig.enter(A, None);
    assert_eq!(rig.say(a, &shot.offer()), [Frame::Have { picture: shot.key }], "it is not sent twice");
}

#[test]
fn one_that_was_cut_off_goes_on_where_it_stopped() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let shot = Shot::of(TAN_LAP, 2, 20 * PIECE);
    rig.say(a, &shot.offer());
    for index in 0..11 {
        rig.say(a, &shot.piece(index));
    }
    rig.feed(Input::Down { conn: Some(a) });
    let (a, _) = rig.enter(A, None);
    let heard = rig.say(a, &shot.offer());
    assert_eq!(heard, [shot.need(11)]);
    for index in 11..14 {
        rig.say(a, &shot.piece(index));
    }
    let mut rig = rig.crash();
    let (a, _) = rig.enter(A, None);
    let heard = rig.say(a, &shot.offer());
    let [Frame::Need { from, .. }] = heard[..] else { panic!("{heard:?}") };
    assert!((8..=14).contains(&from), "after a power cut from {from}");
    assert_eq!(shot.bring(&mut rig, a, heard), 20 - from);
}

#[test]
fn nobody_brings_or_gets_what_is_not_theirs() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let (other, _) = rig.enter(OTHER, None);
    let (desk, _) = rig.enter(DESK, None);
    let shot = Shot::of(TAN_LAP, 3, 40_000);
    assert!(is_absent(&rig.say(other, &shot.offer()), &shot), "another commune's is not taken");
    for index in 0..3 {
        assert!(rig.say(other, &shot.piece(index)).is_empty(), "what was not asked for is nothing");
    }
    assert_eq!(shot.held(&rig), PictureHeld::Nothing);
    assert!(is_absent(&rig.say(other, &shot.need(0)), &shot));
    let heard = rig.say(a, &shot.offer());
    shot.bring(&mut rig, a, heard);
    assert!(is_absent(&rig.say(other, &shot.need(0)), &shot), "nor given");
    assert_eq!(pieces_in(&rig.hear(desk, &shot.need(0))), [0, 1, 2], "the province sees all");
    let province = Shot::of(PROVINCE, 3, 40_000);
    assert!(is_absent(&rig.say(a, &province.offer()), &province));
    let heard = rig.say(desk, &province.offer());
    province.bring(&mut rig, desk, heard);
    assert!(is_absent(&rig.say(a, &province.need(0)), &province), "a commune reads the bulletin and no pictures");
    let stranger = rig.up(STRANGER);
    assert!(rig.say(stranger, &shot.need(0)).is_empty());
}

#[test]
fn who_asked_too_early_is_told_when_it_has_come_and_holders_are_asked() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let (b, _) = rig.enter(B, None);
    let (other, _) = rig.enter(OTHER, None);
    let shot = Shot::of(TAN_LAP, 4, 10_000);
    let outputs = rig.hear(b, &shot.need(0));
    assert!(is_absent(&frames(&outputs, b), &shot));
    assert!(is_absent(&frames(&outputs, a), &shot), "who may hold it learns that we do not");
    assert!(frames(&outputs, other).is_empty());
    let outputs = rig.hear(b, &shot.need(0));
    assert!(frames(&outputs, a).is_empty(), "once");
    assert_eq!(rig.say(a, &shot.offer()), [shot.need(0)]);
    let outputs = rig.hear(a, &shot.piece(0));
    assert_eq!(frames(&outputs, a), [Frame::Have { picture: shot.key }]);
    assert_eq!(frames(&outputs, b), [shot.offer()]);
    assert_eq!(pieces_in(&rig.hear(b, &shot.need(0))), [0]);
}

#[test]
fn two_who_offer_one_picture_bring_it_once() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let (b, _) = rig.enter(B, None);
    let shot = Shot::of(TAN_LAP, 5, 3 * PIECE);
    let heard = rig.say(a, &shot.offer());
    assert!(is_absent(&rig.say(b, &shot.offer()), &shot), "later");
    assert_eq!(rig.say(b, &shot.piece(0)), [], "it is not asked of this one");
    assert_eq!(shot.bring(&mut rig, a, heard), 3);
    assert_eq!(rig.say(b, &shot.offer()), [Frame::Have { picture: shot.key }]);
}

#[test]
fn a_few_pieces_are_under_way_and_more_when_they_are_asked_for() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let (b, _) = rig.enter(B, None);
    let shot = Shot::of(TAN_LAP, 6, 12 * PIECE);
    let heard = rig.say(a, &shot.offer());
    shot.bring(&mut rig, a, heard);
    assert_eq!(pieces_in(&rig.hear(b, &shot.need(0))), [0, 1, 2, 3]);
    assert_eq!(pieces_in(&rig.hear(b, &shot.need(2))), [], "what waits in the transport counts");
    let drained = |rig: &mut Rig, pieces: usize| {
        let bytes = pieces * (PIECE + 60);
        pieces_in(&rig.feed(Input::Drained { conn: b, class: Class::Attachments as u8, bytes }))
    };
    assert_eq!(drained(&mut rig, 4), [4, 5]);
    assert_eq!(drained(&mut rig, 2), [], "no further than was asked for");
    assert_eq!(pieces_in(&rig.hear(b, &shot.need(4))), [6, 7]);
    assert_eq!(drained(&mut rig, 2), []);
    assert_eq!(pieces_in(&rig.hear(b, &shot.need(0))), [0, 1, 2, 3], "who begins anew gets all of it");
    drained(&mut rig, 4);
    assert_eq!(pieces_in(&rig.hear(b, &shot.need(0))), [0, 1, 2, 3], "as often as it does");
    drained(&mut rig, 4);
    assert_eq!(pieces_in(&rig.hear(b, &shot.need(u32::MAX))), [], "beyond its end is nothing");
}

#[test]
fn wrong_bytes_are_not_kept_and_their_bringer_is_told() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let shot = Shot::of(TAN_LAP, 7, 2 * PIECE);
    rig.say(a, &shot.offer());
    rig.say(a, &shot.piece(0));
    let wrong = Frame::Piece { picture: shot.key, index: 1, bytes: vec![0; PIECE] };
    assert!(is_absent(&rig.say(a, &wrong), &shot));
    assert_eq!(shot.held(&rig), PictureHeld::Nothing);
    for offer in [
        Frame::Offer { picture: shot.key, size: 0 },
        Frame::Offer { picture: shot.key, size: u32::MAX },
        Frame::Offer { picture: shot.key, size: 512 * 1024 + 1 },
    ] {
        assert!(is_absent(&rig.say(a, &offer), &shot), "{offer:?}");
    }
    let heard = rig.say(a, &shot.offer());
    assert_eq!(shot.bring(&mut rig, a, heard), 2);
}

#[test]
fn a_full_or_failing_folder_refuses_pictures_and_takes_edits() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 3);
    rig.pictures.set_free(Some(LEFT_TO_EDITS));
    let shot = Shot::of(TAN_LAP, 8, 40_000);
    assert!(is_absent(&rig.say(a, &shot.offer()), &shot));
    assert_eq!(acknowledged(&rig.send(a, &chain.pack(1, 1)), &chain), Some(1));
    rig.pictures.set_free(None);
    rig.pictures.break_down(Operation::Write, Some(ErrorKind::StorageFull));
    assert_eq!(rig.say(a, &shot.offer()), [shot.need(0)]);
    assert!(is_absent(&rig.say(a, &shot.piece(0)), &shot));
    assert_eq!(acknowledged(&rig.send(a, &chain.pack(2, 3)), &chain), Some(3));
    rig.pictures.break_down(Operation::Write, None);
    let heard = rig.say(a, &shot.offer());
    shot.bring(&mut rig, a, heard);
    // A mebibyte of each commune.
    let large = Shot::of(TAN_LAP, 9, 500_000);
    let heard = rig.say(a, &large.offer());
    large.bring(&mut rig, a, heard);
    let more = Shot::of(TAN_LAP, 10, 520_000);
    assert!(is_absent(&rig.say(a, &more.offer()), &more));
}

fn office_with(pictures: &MemoryFiles) -> hopluu_mailbox::Mailbox {
    let quota = PictureQuota::office(4 << 20);
    office(Pictures::open(Box::new(pictures.clone()), quota, [6; 16]).expect("a folder"))
}

fn said(outputs: &[Output]) -> Vec<Frame> {
    frames(outputs, LINE).into_iter().filter(|frame| matches!(frame.encode()[1], 23..=28)).collect()
}

#[test]
fn an_office_without_pictures_says_nothing_of_them_and_one_with_asks_first() {
    let mut office = office_with(&MemoryFiles::new());
    assert_eq!(said(&welcomed(&mut office)), []);
    let bytes = picture(1, 3 * PIECE);
    let key = office.keep_picture(TAN_LAP, &bytes).expect("there is room");
    let asks = [Frame::Pictures { folder: [6; 16], intact: true }];
    assert_eq!(said(&feed(&mut office, Input::Wake)), asks);
    assert_eq!(said(&feed(&mut office, Input::Wake)), [], "a relay of before never answers, and hears no more");
    let answer = Frame::Pictures { folder: [1; 16], intact: true };
    let offer = Frame::Offer { picture: key, size: 3 * PIECE as u32 };
    assert_eq!(said(&hear(&mut office, &answer)), std::slice::from_ref(&offer));
    assert_eq!(pieces_in(&hear(&mut office, &Frame::Need { picture: key, from: 1 })), [1, 2]);
    assert!(!office.picture_progress(&key.id).at_relay);
    let outputs = hear(&mut office, &Frame::Have { picture: key });
    assert!(outputs.contains(&Output::Picture(key)) && office.picture_progress(&key.id).at_relay);
    // The relay finds that it has lost it; and one that has lost everything is offered everything.
    let lost = Frame::Absent { picture: key, retry_after_ms: 0 };
    assert_eq!(said(&hear(&mut office, &lost)), std::slice::from_ref(&offer));
    assert!(!office.picture_progress(&key.id).at_relay);
    hear(&mut office, &Frame::Have { picture: key });
    assert_eq!(said(&hear(&mut office, &Frame::Pictures { folder: [2; 16], intact: true })), [offer]);
}

#[test]
fn an_office_takes_what_it_wants_and_nothing_else() {
    let files = MemoryFiles::new();
    let mut office = office_with(&files);
    welcomed(&mut office);
    let (shot, unasked) = (Shot::of(TAN_LAP, 1, 6 * PIECE), Shot::of(TAN_LAP, 2, PIECE));
    office.want_picture(shot.key, 6 * PIECE as u32);
    feed(&mut office, Input::Wake);
    assert_eq!(said(&hear(&mut office, &Frame::Pictures { folder: [1; 16], intact: true })), [shot.need(0)]);
    assert_eq!(said(&hear(&mut office, &unasked.piece(0))), []);
    let mut asked = Vec::new();
    for index in 0..6 {
        let outputs = hear(&mut office, &shot.piece(index));
        assert!(outputs.contains(&Output::Picture(shot.key)));
        asked.extend(said(&outputs));
        let progress = office.picture_progress(&shot.key.id);
        assert_eq!((progress.have, progress.of), ((index + 1) * PIECE as u32, 6 * PIECE as u32));
    }
    assert_eq!(asked, [shot.need(2)], "more are asked for before the first have all come");
    assert_eq!(office.picture(&shot.key.id), Some(shot.bytes.clone()));
    let progress = office.picture_progress(&shot.key.id);
    assert!(progress.is_whole() && progress.at_relay, "what came from the relay is there");
    assert_eq!(office.picture(&unasked.key.id), None);
}
