//! Edits as a commune types them, written and signed as an office writes and signs them.

use hopluu_document::Document;
use hopluu_identity::{DeviceKey, change_statement, new_actor};
use hopluu_model::demo::{DemoDice, ISSUES};
use hopluu_model::edit::{AddUnit, Comment, Desk, Edit, Form, MoveIssue, ReportIssue, SetHouseholds};
use hopluu_model::text::IssueCode;
use hopluu_model::{ActorId, By, ChangeHash, DocId, EventId, EventKind, RecordId, Role, Side, Stamp, Timestamp};
use hopluu_wire::{Frame, Pack, Run};

use crate::Outcome;
use crate::stage::WALL;

/// One author of one document.
pub(crate) struct Writer {
    key: DeviceKey,
    code: String,
    pub(crate) doc: DocId,
    pub(crate) document: Document,
    actor: ActorId,
    dice: DemoDice,
    /// Issues reported so far, each with its report.
    issues: Vec<(RecordId, EventId)>,
    at: Timestamp,
    units: Vec<RecordId>,
    /// Everything written, in order.
    pub(crate) runs: Vec<Run>,
}

impl Writer {
    /// Begins a document; its ids and words come from the seed.
    pub(crate) fn new(key: &DeviceKey, code: &str, doc: DocId, seed: u64) -> Self {
        let mut dice = DemoDice::new(seed, code);
        let actor = new_actor(&key.id(), dice.roll().to_be_bytes());
        let (key, code, document) = (DeviceKey::from_seed(*key.seed()), code.to_owned(), Document::begin(doc));
        let (issues, units, runs) = (Vec::new(), Vec::new(), Vec::new());
        Self { key, code, doc, document, actor, dice, issues, at: WALL, units, runs }
    }

    /// How many issues it has reported.
    pub(crate) fn issues(&self) -> usize {
        self.issues.len()
    }

    /// Writes so many changes: reports of 200 characters, comments, moves, in turn.
    pub(crate) fn write_issues(&mut self, count: usize) -> Outcome<()> {
        for turn in 0..count {
            let edit = self.next_edit(turn)?;
            self.write(&edit)?;
        }
        Ok(())
    }

    /// The edit of a turn, not written yet: a report, a comment or a move.
    pub(crate) fn next_edit(&mut self, turn: usize) -> Outcome<Edit> {
        match turn % 3 {
            0 => self.report(),
            1 => self.comment(),
            _ => self.solve(self.issues.len() - 1),
        }
    }

    /// Reports an issue in 200 Vietnamese characters.
    pub(crate) fn report(&mut self) -> Outcome<Edit> {
        let (record, event) = (self.dice.record(), self.dice.event());
        let number = u32::try_from(self.issues.len() + 1)?;
        let issue = ISSUES[usize::try_from(self.dice.below(8))?];
        let form = ReportIssue {
            record,
            event,
            code: IssueCode::new(&self.code, "B", number)?,
            category: issue.category.to_owned(),
            cause: issue.cause.to_owned(),
            text: self.words(200),
            proposal: None,
            place: None,
            urgent: false,
            submit: false,
            picture: None,
        };
        self.issues.push((record, event));
        self.edit(&form)
    }

    /// Says something about the last issue.
    fn comment(&mut self) -> Outcome<Edit> {
        let (issue, _) = *self.issues.last().ok_or("no issue yet")?;
        let (event, text) = (self.dice.event(), self.words(60));
        self.edit(&Comment { issue, event, text, numbers_only: false, urgent: false })
    }

    /// Moves an issue on.
    pub(crate) fn solve(&mut self, place: usize) -> Outcome<Edit> {
        let (issue, report) = *self.issues.get(place).ok_or("no such issue")?;
        let event = self.dice.event();
        self.edit(&MoveIssue::new(issue, event, EventKind::SOLVED, vec![report]))
    }

    /// Adds a unit.
    pub(crate) fn unit(&mut self) -> Outcome<Edit> {
        let record = self.dice.record();
        let name = format!("Tổ dân phố {} (Phố Cò)", self.units.len() + 1);
        let (kind, area, valid_from) = ("to_dan_pho".to_owned(), None, None);
        self.units.push(record);
        self.edit(&AddUnit { record, name, kind, households: Some(118), population: None, area, valid_from })
    }

    /// Corrects the households of a unit.
    pub(crate) fn households(&mut self, place: usize) -> Outcome<Edit> {
        let unit = *self.units.get(place).ok_or("no such unit")?;
        let households = i64::try_from(100 + self.dice.below(80))?;
        self.edit(&SetHouseholds { unit, households: Some(households) })
    }

    /// Writes an edit as one signed change.
    pub(crate) fn write(&mut self, edit: &Edit) -> Outcome<()> {
        let written = self.document.write(self.actor, edit)?;
        let signature = self.key.sign(&change_statement(&self.doc, &self.actor, written.seq, &written.hash));
        self.runs.push(Run { raw: written.raw, hash: written.hash, signature: Some(signature), urgent: false });
        Ok(())
    }

    fn edit(&mut self, form: &dyn Form) -> Outcome<Edit> {
        let by = By { name: "Nguyễn Văn Mẫu 014".to_owned(), role: Role::Leader };
        self.at.0 += 61_007;
        let desk = Desk { doc: self.doc, stamp: Stamp { at: self.at, by }, side: Side::Commune, made_up: false };
        Ok(form.edit(&desk).map_err(|faults| faults.to_string())?)
    }

    fn words(&mut self, characters: usize) -> String {
        words(&mut self.dice, characters)
    }

    /// The changes from `from` on (counted from 0), cut into packs of at most `most` changes each.
    pub(crate) fn packs(&self, from: usize, most: usize) -> Outcome<Vec<Frame>> {
        let mut frames = Vec::new();
        let mut next = from;
        while next < self.runs.len() {
            let end = (next + most).min(self.runs.len());
            let parent: Option<ChangeHash> = next.checked_sub(1).map(|place| self.runs[place].hash);
            let first = next as u64 + 1;
            let pack = Pack::cut(self.doc, self.actor, first, parent, &self.runs[next..end])?;
            let pack = pack.ok_or("every change here is signed")?;
            next += usize::from(pack.count);
            frames.push(Frame::Pack(Box::new(pack)));
        }
        Ok(frames)
    }
}

/// Words of real reports in a random order, cut to a length.
pub(crate) fn words(dice: &mut DemoDice, characters: usize) -> String {
    let all: Vec<&str> =
        ISSUES.iter().flat_map(|issue| issue.text.split(' ').chain(issue.proposal.split(' '))).collect();
    let mut text = String::new();
    while text.chars().count() < characters {
        let place = dice.below(all.len() as u64) as usize;
        text.push_str(all[place]);
        text.push(' ');
    }
    text.chars().take(characters).collect()
}
