//! Edits as the forms give them, with ids and times that never change.

use hopluu_document::{Document, Incoming, Written};
use hopluu_model::edit::{AddUnit, Comment, Form, ReportIssue, SetHouseholds};
use hopluu_model::text::IssueCode;
use hopluu_model::{
    ActorId, By, CollectionId, Desk, DocId, DocKind, Edit, EventId, RecordId, Role, Side, Stamp, Timestamp,
};

/// 14:05 on 22 November 2026 in Vietnam.
pub(crate) const NOON: Timestamp = Timestamp(1_795_331_100_000);

pub(crate) fn register() -> DocId {
    DocId::new(CollectionId([7; 16]), DocKind::Register)
}

pub(crate) fn issues() -> DocId {
    DocId::new(CollectionId([7; 16]), DocKind::Issues(2026))
}

pub(crate) fn actor(number: u8) -> ActorId {
    ActorId([number; 16])
}

pub(crate) fn unit_id(number: u8) -> RecordId {
    RecordId([number; 16])
}

pub(crate) fn commune(_: &ActorId) -> Side {
    Side::Commune
}

pub(crate) fn desk(doc: DocId) -> Desk {
    let by = By { name: "van-thu".into(), role: Role::Clerk };
    Desk { doc, stamp: Stamp { at: NOON, by }, side: Side::Commune, made_up: false }
}

/// "Tổ dân phố n" with so many households.
pub(crate) fn unit(number: u8, households: i64) -> Edit {
    let form = AddUnit {
        record: unit_id(number),
        name: format!("Tổ dân phố {number}"),
        kind: "to_dan_pho".into(),
        households: Some(households),
        population: None,
        area: None,
        valid_from: None,
    };
    form.edit(&desk(register())).expect("a valid form")
}

pub(crate) fn households(number: u8, households: i64) -> Edit {
    let form = SetHouseholds { unit: unit_id(number), households: Some(households) };
    form.edit(&desk(register())).expect("a valid form")
}

pub(crate) fn report(number: u8, text: &str) -> Edit {
    let form = ReportIssue {
        record: unit_id(number),
        event: EventId([number; 16]),
        code: IssueCode::new("05518", "B", u32::from(number)).expect("a code"),
        category: "chu_ky_so".into(),
        cause: "khach_quan".into(),
        text: text.into(),
        proposal: None,
        place: None,
        urgent: false,
        submit: false,
        picture: None,
    };
    form.edit(&desk(issues())).expect("a valid form")
}

pub(crate) fn comment(number: u8, event: u8, text: &str) -> Edit {
    let form = Comment {
        issue: unit_id(number),
        event: EventId([event; 16]),
        text: text.into(),
        numbers_only: false,
        urgent: false,
    };
    form.edit(&desk(issues())).expect("a valid form")
}

/// Writes an edit and gives the change as it would arrive elsewhere.
pub(crate) fn write(document: &mut Document, actor: ActorId, edit: &Edit) -> Incoming {
    incoming(&document.write(actor, edit).expect("an edit that fits"))
}

pub(crate) fn incoming(written: &Written) -> Incoming {
    Incoming { hash: written.hash, raw: written.raw.clone() }
}

/// A document made anew from changes.
pub(crate) fn rebuilt(doc: DocId, changes: &[Incoming]) -> Document {
    let mut document = Document::begin(doc);
    let applied = document.apply(changes.to_vec()).expect("honest changes");
    assert_eq!((applied.applied, applied.parked, applied.unfit), (changes.len(), 0, vec![]));
    document
}

/// Numbers that look random and are the same every time.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // Knuth's constants; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).expect("below a usize")
    }
}
