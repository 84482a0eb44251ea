//! Open issues of units that are merged or split, and what is reported of them by who does not know.

use hopluu_model::edit::{ReportIssue, SetField};
use hopluu_model::fold::Action;
use hopluu_model::text::IssueCode;
use hopluu_model::{Field, Form, Kind, RecordId, Value};
use hopluu_sim::PeerId;
use hopluu_view::query::{Intent, IssueRow};

use crate::rig::{Offices, day};
use crate::units::into;

const ON: &str = "2026-11-01";

/// Two units that both know, and an issue of the first.
fn reported(seed: u64) -> (Offices, Vec<RecordId>, RecordId) {
    let mut offices = Offices::open(seed);
    let a = offices.a;
    let units: Vec<_> = (1..=3).map(|n| offices.unit(a, &format!("Tổ dân phố {n}"), 100)).collect();
    let issue = offices.report(a, 1, units[0]);
    offices.together();
    (offices, units, issue)
}

impl Offices {
    fn report(&mut self, at: PeerId, number: u32, place: RecordId) -> RecordId {
        let (record, event) = (self.id(), self.event());
        let letter = if at == self.a { "A" } else { "B" };
        let form = ReportIssue {
            record,
            event,
            code: IssueCode::new("05518", letter, 100 + number).unwrap(),
            category: "tru_so".to_owned(),
            cause: "khach_quan".to_owned(),
            text: "Nhà văn hóa xuống cấp".to_owned(),
            proposal: None,
            place: Some(place),
            urgent: false,
            submit: false,
            picture: None,
        };
        self.fill_issue(at, &form);
        record
    }

    fn fill_issue(&mut self, at: PeerId, form: &dyn Form) {
        let doc = self.world.issues_of(at);
        self.world.fill_in(at, doc, form).unwrap();
        self.world.run_for(50);
    }

    fn move_to(&mut self, at: PeerId, issue: RecordId, place: RecordId) {
        let form = SetField { record: issue, kind: Kind::ISSUE, field: Field::PLACE, value: Value::Id(place) };
        self.fill_issue(at, &form);
    }

    fn issue(&self, at: PeerId, id: RecordId) -> IssueRow {
        self.reader(at).issue(&id.to_string()).unwrap().unwrap().issue
    }

    /// The issues that the page of a unit lists.
    fn issues_at(&self, unit: RecordId) -> Vec<RecordId> {
        let detail = self.reader(self.desk).unit(unit, None).unwrap().unwrap();
        detail.issues.into_iter().map(|issue| issue.id).collect()
    }
}

#[test]
fn what_is_open_of_a_merged_unit_is_shown_at_its_successor() {
    let (mut offices, units, known) = reported(111);
    let (a, b) = (offices.a, offices.b);
    offices.apart();
    offices.world.decide_units(a, vec![units[0], units[1]], into(units[2]), day(ON)).unwrap();
    let late = offices.report(b, 2, units[1]);
    offices.together();
    for (id, name) in [(known, "Tổ dân phố 1"), (late, "Tổ dân phố 2")] {
        for at in [a, b, offices.desk] {
            let row = offices.issue(at, id);
            let next: Vec<_> = row.place_next.iter().map(|next| next.id).collect();
            assert_eq!((row.place_name.as_str(), row.place_now.as_str(), next), (name, "Tổ dân phố 3", vec![units[2]]));
        }
    }
    let listed = offices.issues_at(units[2]);
    assert!(listed.len() == 2 && listed.contains(&known) && listed.contains(&late));
    // Whoever merges on sees these too.
    let intent = Intent { action: Action::Dissolve, from: vec![units[2]], ..Intent::default() };
    let preview = offices.reader(a).preview(offices.collection, &intent).unwrap().unwrap();
    assert_eq!(preview.issues.len(), 2);
}

#[test]
fn what_is_open_of_a_split_unit_stays_until_somebody_says_where_it_belongs() {
    let (mut offices, units, known) = reported(112);
    let (a, b) = (offices.a, offices.b);
    offices.apart();
    let intent = Intent { action: Action::Split, from: vec![units[0]], ..Intent::default() };
    let preview = offices.reader(a).preview(offices.collection, &intent).unwrap().unwrap();
    assert_eq!(preview.issues.len(), 1, "whoever splits it is told");
    let (from, deed) = offices.split(units[0], ["Tổ dân phố 1A", "Tổ dân phố 1B"]);
    offices.world.decide_units(a, from, deed, day(ON)).unwrap();
    let late = offices.report(b, 2, units[0]);
    offices.together();
    for id in [known, late] {
        let row = offices.issue(b, id);
        assert_eq!((row.place, row.place_gone), (Some(units[0]), true));
        assert_eq!(row.place_now, "Tổ dân phố 1A, Tổ dân phố 1B");
    }
    let parts: Vec<_> = offices.issue(b, known).place_next.iter().map(|next| next.id).collect();
    for unit in [units[0], parts[0], parts[1]] {
        assert_eq!(offices.issues_at(unit).len(), 2, "nothing is out of sight");
    }
    offices.move_to(b, known, parts[1]);
    offices.together();
    let row = offices.issue(a, known);
    assert_eq!((row.place_name.as_str(), row.place_gone, row.place_next.len()), ("Tổ dân phố 1B", false, 0));
    assert_eq!((offices.issues_at(parts[0]), offices.issues_at(parts[1]).len()), (vec![late], 2));
}

#[test]
fn moved_to_one_here_and_to_the_other_there_is_asked_about() {
    let (mut offices, units, known) = reported(113);
    let (a, b) = (offices.a, offices.b);
    let (from, deed) = offices.split(units[0], ["Tổ dân phố 1A", "Tổ dân phố 1B"]);
    offices.world.decide_units(a, from, deed, day(ON)).unwrap();
    offices.together();
    let parts: Vec<_> = offices.issue(b, known).place_next.iter().map(|next| next.id).collect();
    offices.apart();
    offices.move_to(a, known, parts[0]);
    offices.move_to(b, known, parts[1]);
    offices.together();
    let rows = offices.clashes();
    let mut named: Vec<_> = rows[0].options.iter().map(|option| option.text.as_str()).collect();
    named.sort_unstable();
    assert_eq!((rows[0].kind.as_str(), named), ("same_field:place", vec!["Tổ dân phố 1A", "Tổ dân phố 1B"]));
    offices.settle(a, |option| option.value == Value::Id(parts[1]));
    offices.together();
    assert_eq!((offices.listed().len(), offices.issue(b, known).place), (0, Some(parts[1])));
}
