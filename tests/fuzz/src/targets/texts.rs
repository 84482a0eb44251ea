//! Any bytes as what people scan, paste or type: invitations, tickets, recovery words, and what lies inside them.

use data_encoding::{Encoding, Specification};
use hopluu_identity::invitation::Invitation;
use hopluu_identity::{Claim, Join, Letter, RelayTicket, RootKey, SignedHead, TextError, sha256};
use hopluu_model::text::IssueCode;
use hopluu_model::{ActorId, CollectionId, Date, DeviceId};

use crate::province::{NEWCOMER, NOON, invitation, key, root, roster, ticket};
use crate::samples;

/// The first byte: the rest is text, or the inside of a text whose checksum is made right again.
const AS_TEXT: u8 = 0;
const AS_INVITATION: u8 = 1;
const AS_TICKET: u8 = 2;

/// Reads as everything that people hand over; what is understood is written and read again alike.
pub(super) fn run(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let text = match kind % 4 {
        AS_TEXT => String::from_utf8_lossy(rest).into_owned(),
        AS_INVITATION => wrapped("HL", rest),
        AS_TICKET => wrapped("HLR", rest),
        _ => return papers(rest),
    };
    match Invitation::from_text(&text) {
        Ok(invitation) => {
            let again = Invitation::from_text(&invitation.to_text()).expect("what was written can be read");
            assert_eq!(again, invitation);
            assert!(!format!("{invitation:?}").is_empty());
            let join = invitation.join(key(NEWCOMER).id(), NOON);
            assert_eq!(join.invitation, invitation.id());
            if invitation.verify(roster()).is_ok() {
                assert_eq!(invitation, crate::province::invitation(), "the desk made no other");
            }
        }
        Err(TextError::BadSignature | TextError::Expired) => panic!("reading looks at neither"),
        Err(_) => {}
    }
    if let Ok(ticket) = RelayTicket::from_text(&text) {
        let again = RelayTicket::from_text(&ticket.to_text()).expect("what was written can be read");
        assert_eq!(again, ticket);
    }
    words(&text);
    identifiers(&text);
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let texts = [invitation().to_text(), ticket().to_text(), root(1).words().join(" "), key(1).id().to_string()];
    let more = ["05518-B-0142", "2026-11-22", "YYYY", "HL1-\u{2013}\u{feff}Đ", "HLR1", "HL9-00000"];
    let texts = texts.iter().map(String::as_str).chain(more);
    let mut seeds: Vec<Vec<u8>> = texts.map(|text| [&[AS_TEXT][..], text.as_bytes()].concat()).collect();
    for (kind, text) in [(AS_INVITATION, invitation().to_text()), (AS_TICKET, ticket().to_text())] {
        let symbols = text.split_once('-').map(|(_, rest)| rest.replace('-', "")).unwrap_or_default();
        let inside = base32().decode(symbols.as_bytes()).expect("it was written here");
        seeds.push([&[kind][..], &inside[..inside.len() - 4]].concat());
    }
    for frame in samples::frames() {
        if let hopluu_wire::Frame::Join(bytes) | hopluu_wire::Frame::Claim(bytes) = frame {
            seeds.push([&[3][..], &bytes].concat());
        }
    }
    seeds.extend(roster().head().map(|head| [&[3][..], &head.to_bytes()].concat()));
    seeds
}

fn words(text: &str) {
    if let Ok(root) = RootKey::from_words(text) {
        let words = root.words();
        let again = RootKey::from_words(&words.join(" ")).expect("what was written can be read");
        assert_eq!((words.len(), again.id()), (24, root.id()));
    }
}

fn identifiers(text: &str) {
    if let Ok(letter) = text.parse::<Letter>() {
        assert_eq!(letter.to_string().parse(), Ok(letter));
    }
    if let Ok(device) = text.parse::<DeviceId>() {
        assert_eq!(device.to_string().parse(), Ok(device));
    }
    if let Ok(code) = text.parse::<IssueCode>() {
        assert_eq!(code.to_string().parse(), Ok(code));
    }
    if let Ok(date) = text.parse::<Date>() {
        assert_eq!(date.to_string().parse(), Ok(date));
    }
    if let Ok(id) = text.parse::<CollectionId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
    if let Ok(id) = text.parse::<ActorId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}

/// Joins, claims and heads as they lie in frames.
fn papers(bytes: &[u8]) {
    if let Some(join) = Join::from_bytes(bytes) {
        assert_eq!(Join::from_bytes(&join.to_bytes()), Some(join.clone()));
        if let Ok(device) = roster().check_join(&join) {
            assert_eq!(device.join, join);
        }
    }
    if let Some(claim) = Claim::from_bytes(bytes) {
        assert_eq!(Claim::from_bytes(&claim.to_bytes()).map(|again| again.to_bytes()), Some(claim.to_bytes()));
        if claim.check(&ticket(), None).is_ok() {
            assert_eq!(claim.token, ticket().token, "only who has seen the ticket owns the relay");
        }
    }
    if let Some(head) = SignedHead::from_bytes(bytes) {
        assert_eq!(SignedHead::from_bytes(&head.to_bytes()), Some(head));
    }
}

/// A text as the identity room writes it, around any inside.
fn wrapped(beginning: &str, inside: &[u8]) -> String {
    let sum = sha256(&[b"hopluu text\0\x01", beginning.as_bytes(), b"\0", inside].concat());
    format!("{beginning}1-{}", base32().encode(&[inside, &sum[..4]].concat()))
}

fn base32() -> Encoding {
    let mut crockford = Specification::new();
    crockford.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    crockford.encoding().expect("thirty-two different symbols")
}
