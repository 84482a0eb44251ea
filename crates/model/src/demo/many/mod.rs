//! As many issues as anybody wants, each with a plausible history of both sides: for benchmarks and full lists.

mod course;
mod words;

use std::collections::BTreeMap;

use super::DemoDice;
use crate::edit::{Edit, Write};
use crate::id::{ActorId, DocId, RecordId};
use crate::record::{Event, Field, Held, Side, Snapshot};
use crate::text::IssueCode;
use crate::time::Timestamp;

/// The office whose issues are made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoOffice {
    /// The commune's document of issues.
    pub doc: DocId,
    /// The commune's code.
    pub commune: String,
    /// The office's letters.
    pub letter: String,
    /// The first moment.
    pub from: Timestamp,
    /// The last one: what would have happened later has not happened yet.
    pub until: Timestamp,
}

/// Something that was typed on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeStep {
    /// The side.
    pub side: Side,
    /// What was typed.
    pub edit: Edit,
}

/// An issue with all that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeIssue {
    /// The issue.
    pub record: RecordId,
    /// What was typed, by both sides, in the order of time.
    pub steps: Vec<MadeStep>,
}

impl MadeIssue {
    /// The record and its events as documents give them back, for who measures without documents.
    ///
    /// # Panics
    ///
    /// Never: the first step begins the issue.
    #[must_use]
    pub fn rows(&self, commune: ActorId, province: ActorId) -> (Snapshot, Vec<Event>) {
        let (mut record, mut events) = (None, Vec::with_capacity(self.steps.len()));
        for MadeStep { side, edit } in &self.steps {
            let (stamp, actor) = (&edit.stamp, if *side == Side::Commune { commune } else { province });
            let held = |value| Held { value, stamp: stamp.clone(), actor, rivals: Vec::new() };
            for write in edit.writes.iter().cloned() {
                match write {
                    Write::Create { record: id, kind, fields } => {
                        let fields: BTreeMap<Field, Held> =
                            fields.into_iter().map(|(field, value)| (field, held(value))).collect();
                        record = Some(Snapshot { doc: edit.doc, id, kind, stamp: stamp.clone(), actor, fields });
                    }
                    Write::Append { event: id, record, kind, after, fields } => {
                        let (fields, stamp) = (fields.into_iter().collect(), stamp.clone());
                        events.push(Event { id, record, kind, after, fields, stamp, actor, side: *side });
                    }
                    Write::Set { .. } => {}
                }
            }
        }
        (record.expect("the first step begins the issue"), events)
    }
}

/// Issues of an office without end, numbered from 1, spread evenly over its time; the same from the same dice.
///
/// About one in four is asked back, one in fourteen reopened, one in a hundred in a clash; the youngest are open.
pub fn many_issues(mut dice: DemoDice, office: DemoOffice) -> impl Iterator<Item = MadeIssue> {
    let mut before = None;
    (1..).map_while(move |number| {
        let code = IssueCode::new(&office.commune, &office.letter, number).ok()?;
        let issue = course::run(&mut dice, &office, code, before);
        before = Some(issue.record);
        Some(issue)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::Calendar;
    use crate::fold::{self, IssueState, Terms};
    use crate::id::{CollectionId, DocKind};
    use crate::record::Value;
    use crate::vocabulary;

    const YEAR_MS: i64 = 365 * 86_400_000;

    fn made(seed: u64, count: usize) -> Vec<MadeIssue> {
        let from = Timestamp(1_767_200_400_000);
        let doc = DocId::new(CollectionId([1; 16]), DocKind::Issues(2026));
        let (commune, letter, until) = ("05518".to_owned(), "B".to_owned(), Timestamp(from.0 + YEAR_MS));
        many_issues(DemoDice::new(seed, "many"), DemoOffice { doc, commune, letter, from, until }).take(count).collect()
    }

    #[test]
    fn they_ring_true_and_differ() {
        let issues = made(7, 2_000);
        assert_eq!(issues, made(7, 2_000));
        let (mut states, mut texts, mut ids) = (BTreeMap::<_, usize>::new(), BTreeSet::new(), BTreeSet::new());
        let (mut clashes, mut met, mut missed, mut plain) = (0, 0, 0, 0);
        for issue in &issues {
            let (record, events) = issue.rows(ActorId([1; 16]), ActorId([2; 16]));
            let fold = fold::issue(record.doc, &events);
            *states.entry(fold.state).or_default() += 1;
            clashes += fold.clashes.len();
            assert!(fold.void.is_empty() && events.iter().all(|event| event.record == issue.record));
            assert!(ids.insert(record.id) && events.iter().all(|event| ids.insert(RecordId(event.id.0))));
            assert!(events.is_sorted_by_key(|event| event.stamp.at));
            let text = record.text(Field::TEXT).to_owned();
            assert!((18..=300).contains(&text.chars().count()), "{text}");
            assert_eq!(crate::text::normalise(&text), text);
            plain += usize::from(text.is_ascii());
            texts.insert(text);
            let category = record.text(Field::CATEGORY);
            assert!(vocabulary::word("issue_category", category).is_some());
            assert_eq!(record.get(Field::MADE_UP), Some(&Value::Bool(true)));
            let terms = Terms { answer: 10, reply: 3 };
            match fold::deadline(&events, &fold, terms, &Calendar::first()).and_then(|deadline| deadline.met) {
                Some(true) => met += 1,
                Some(false) => missed += 1,
                None => {}
            }
        }
        println!("{states:?}, {} texts, {clashes} clashes, {met} met, {missed} missed, {plain} plain", texts.len());
        assert!(texts.len() > 1_500 && clashes > 5 && met > 800 && missed > 100 && plain > 150);
        // What lasts a day or two is seldom met.
        let brief = [IssueState::New, IssueState::Received, IssueState::Forwarded, IssueState::Replied];
        for state in IssueState::ALL.into_iter().filter(|state| !brief.contains(state)) {
            assert!(states.contains_key(&state), "{state:?} never comes up");
        }
        assert!(states[&IssueState::Solved] > 900 && brief.iter().any(|state| states.contains_key(state)));
    }
}
