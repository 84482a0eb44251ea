//! Real changes of real documents, in the chains of their authors.

use hopluu_document::{Document, Incoming};
use hopluu_identity::{change_statement, sha256};
use hopluu_model::edit::{AddUnit, Comment, Form, ReportIssue, SetHouseholds};
use hopluu_model::text::IssueCode;
use hopluu_model::{ActorId, By, ChangeHash, Desk, DocId, DocKind, Edit, EventId, RecordId, Role, Side, Stamp};
use hopluu_wire::{Pack, Run};

use crate::province::{NOON, actor, key};

/// The chain of one author in one document, each change signed.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// The changes.
    pub runs: Vec<Run>,
    /// The edits they came from, encoded; empty for changes by the letter of the format.
    pub edits: Vec<Vec<u8>>,
}

impl Chain {
    /// Begins the chain of a device's author.
    #[must_use]
    pub fn begin(device: u8, number: u8, doc: DocId) -> Self {
        Self { doc, actor: actor(device, number), runs: Vec::new(), edits: Vec::new() }
    }

    /// Writes edits into a document, one change each, signed by the device.
    #[must_use]
    pub fn write(mut self, device: u8, document: &mut Document, edits: &[Edit]) -> Self {
        for edit in edits {
            let written = document.write(self.actor, edit).expect("an edit that fits");
            self.push(device, written.raw, written.hash);
            self.edits.push(postcard::to_stdvec(edit).expect("edits can be encoded"));
        }
        self
    }

    /// So many changes by the letter of the storage format, with made-up columns: only documents read these.
    #[must_use]
    pub fn made_up(device: u8, number: u8, doc: DocId, count: usize) -> Self {
        let mut chain = Self::begin(device, number, doc);
        for seq in 1..=count {
            let (raw, hash) = change(chain.actor, seq, chain.runs.last().map(|run| run.hash), b"columns");
            chain.push(device, raw, hash);
            chain.edits.push(Vec::new());
        }
        chain
    }

    fn push(&mut self, device: u8, raw: Vec<u8>, hash: ChangeHash) {
        let seq = self.runs.len() as u64 + 1;
        let signature = Some(key(device).sign(&change_statement(&self.doc, &self.actor, seq, &hash)));
        self.runs.push(Run { raw, hash, signature, urgent: false });
    }

    /// The changes from one number to another as a pack; as much of them as fits.
    #[must_use]
    pub fn pack(&self, first: usize, last: usize) -> Pack {
        let parent = first.checked_sub(2).map(|place| self.runs[place].hash);
        let runs = &self.runs[first - 1..last];
        Pack::cut(self.doc, self.actor, first as u64, parent, runs).expect("sound").expect("signed")
    }

    /// The changes as they are fed to a document.
    #[must_use]
    pub fn incoming(&self) -> Vec<Incoming> {
        self.runs.iter().map(|run| Incoming { hash: run.hash, raw: run.raw.clone() }).collect()
    }
}

/// A change by the letter of the storage format.
#[must_use]
pub fn change(actor: ActorId, seq: usize, parent: Option<ChangeHash>, columns: &[u8]) -> (Vec<u8>, ChangeHash) {
    let mut body = Vec::new();
    put_uleb(&mut body, usize::from(parent.is_some()));
    body.extend(parent.iter().flat_map(|hash| hash.0));
    put_uleb(&mut body, actor.0.len());
    body.extend(actor.0);
    put_uleb(&mut body, seq);
    body.extend(columns);
    chunk(1, &body)
}

/// A chunk of a kind around a body, with length, sum and hash as they must be.
#[must_use]
pub fn chunk(kind: u8, body: &[u8]) -> (Vec<u8>, ChangeHash) {
    let mut hashed = vec![kind];
    put_uleb(&mut hashed, body.len());
    hashed.extend_from_slice(body);
    let hash = ChangeHash(sha256(&hashed));
    ([&[0x85, 0x6f, 0x4a, 0x83], &hash.0[..4], &hashed].concat(), hash)
}

/// Splits a chunk into its kind and body, however wrong its sum and length are; `None` when it is too short.
#[must_use]
pub fn open_chunk(raw: &[u8]) -> Option<(u8, &[u8])> {
    const KIND_AT: usize = 8;
    let kind = *raw.get(KIND_AT)?;
    let len = raw.get(KIND_AT + 1..)?.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    Some((kind, &raw[KIND_AT + 2 + len..]))
}

/// Edits that fill a document: a unit or issue each, then something that rests on it.
#[must_use]
pub fn edits(doc: DocId, from: u8, count: u8) -> Vec<Edit> {
    let by = By { name: "van-thu".into(), role: Role::Leader };
    let desk = Desk { doc, stamp: Stamp { at: NOON, by }, side: Side::Commune, made_up: true };
    let edit = |number: u8| match (doc.kind, number % 3) {
        (DocKind::Issues(_), 2) => comment(number - 1, number).edit(&desk),
        (DocKind::Issues(_), _) => report(number).edit(&desk),
        (_, 2) => SetHouseholds { unit: RecordId([number - 1; 16]), households: Some(i64::from(number)) }.edit(&desk),
        (_, _) => unit(number).edit(&desk),
    };
    (from..from.saturating_add(count)).map(|number| edit(number).expect("a valid form")).collect()
}

fn unit(number: u8) -> AddUnit {
    AddUnit {
        record: RecordId([number; 16]),
        name: format!("Tổ dân phố {number}"),
        kind: "to_dan_pho".into(),
        households: Some(i64::from(number) + 90),
        population: None,
        area: None,
        valid_from: None,
    }
}

fn report(number: u8) -> ReportIssue {
    ReportIssue {
        record: RecordId([number; 16]),
        event: EventId([number; 16]),
        code: IssueCode::new("05518", "B", 1 + u32::from(number)).expect("a code"),
        category: "chu_ky_so".into(),
        cause: "khach_quan".into(),
        text: format!("Việc {number}: công chức mới chưa được cấp chữ ký số"),
        proposal: None,
        place: None,
        urgent: number == 4,
        submit: false,
        picture: None,
    }
}

fn comment(issue: u8, event: u8) -> Comment {
    let (issue, event) = (RecordId([issue; 16]), EventId([event; 16]));
    Comment { issue, event, text: "đã hỏi huyện cũ".into(), numbers_only: false, urgent: false }
}

pub(crate) fn put_uleb(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or(0));
}
