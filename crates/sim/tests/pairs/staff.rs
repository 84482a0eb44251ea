//! People, the posts they hold, and their leaving.

use hopluu_model::edit::{
    AddHolding, AddLeaver, AddPerson, AddPost, DecideUnits, Deed, EndHolding, MergeInto, Passing,
};
use hopluu_model::fold::Known;
use hopluu_model::{DocKind, EventId, RecordId};
use hopluu_sim::PeerId;
use hopluu_view::query::HoldingRow;

use crate::rig::{Offices, day};

/// What both offices knew before the line was cut.
#[derive(Clone, Copy)]
pub(crate) struct Known014 {
    pub(crate) head: RecordId,
    pub(crate) unit: RecordId,
    pub(crate) person: RecordId,
}

/// One unit, its head's post, one person, known to all; then both offices are cut off.
fn apart(seed: u64) -> (Offices, Known014) {
    let mut offices = Offices::open(seed);
    let a = offices.a;
    let head = offices.post(a);
    let unit = offices.unit(a, "Tổ dân phố 1", 100);
    let person = offices.person(a, "Nguyễn Văn Mẫu 014");
    offices.together();
    offices.apart();
    (offices, Known014 { head, unit, person })
}

impl Offices {
    pub(crate) fn post(&mut self, at: PeerId) -> RecordId {
        let record = self.id();
        let (slug, name) = ("to_truong".to_owned(), "Tổ trưởng tổ dân phố".to_owned());
        let (system, scope) = ("chinh_quyen".to_owned(), "unit".to_owned());
        self.fill(at, DocKind::Register, &AddPost { record, slug, name, system, scope, max_holders: Some(1) });
        record
    }

    pub(crate) fn person(&mut self, at: PeerId, name: &str) -> RecordId {
        let record = self.id();
        let category = "khong_chuyen_trach".to_owned();
        self.fill(at, DocKind::People, &AddPerson { record, name: name.to_owned(), category, valid_from: None });
        record
    }

    /// Makes somebody head of the unit that both know.
    pub(crate) fn holding(&mut self, at: PeerId, known: Known014, person: RecordId, from: &str) -> RecordId {
        let record = self.id();
        let (post, unit, tenure) = (known.head, Some(known.unit), "main".to_owned());
        let form = AddHolding { record, person, post, unit, tenure, from: Some(day(from)), to: None };
        self.fill(at, DocKind::People, &form);
        record
    }

    fn leaver(&mut self, at: PeerId, person: RecordId, reason: &str, on: &str) -> RecordId {
        let record = self.id();
        let form = AddLeaver { record, person, reason: reason.to_owned(), on: day(on), benefit: None, decision: None };
        self.fill(at, DocKind::People, &form);
        record
    }

    /// Settles the first that is listed for the option that is this record, and begins as told.
    fn settle_for(&mut self, at: PeerId, record: RecordId, begins: &str) {
        self.settle(at, |option| option.record == record && option.text.vi.starts_with(begins));
    }

    pub(crate) fn held(&self, on: &str, id: RecordId) -> HoldingRow {
        let people = self.staff(on).people;
        people.into_iter().flat_map(|row| row.holdings).find(|held| held.id == id).unwrap()
    }
}

#[test]
fn two_holders_of_one_post() {
    let (mut offices, known) = apart(21);
    let (a, b) = (offices.a, offices.b);
    let other = offices.person(b, "Nguyễn Văn Mẫu 015");
    let person = known.person;
    let first = offices.holding(a, known, person, "2026-07-01");
    offices.holding(b, known, other, "2026-07-15");
    offices.together();
    assert_eq!(offices.listed(), ["post_holders"]);
    assert_eq!(offices.staff("2026-08-01").posts[0].seats[0].holders.len(), 2, "both survive until then");
    offices.settle_for(a, first, "Bố trí");
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.staff("2026-08-01").posts[0].seats[0].holders, ["Nguyễn Văn Mẫu 014"]);
}

#[test]
fn one_person_entered_twice() {
    let (mut offices, known) = apart(22);
    let (a, b) = (offices.a, offices.b);
    let here = offices.person(a, "Nguyễn Văn Mẫu 020");
    let there = offices.person(b, "NGUYEN VAN MAU 020");
    offices.holding(b, known, there, "2026-07-01");
    offices.together();
    assert_eq!(offices.listed(), ["person_twice"]);
    offices.apart();
    // One office says they are one, the other that they are two.
    offices.settle_for(a, here, "Giữ hồ sơ");
    let first = here.min(there);
    offices.settle_for(b, first, "Hai người khác nhau");
    offices.together();
    assert_eq!(offices.listed(), ["person_twice"], "answers that differ bring the question back");
    offices.settle_for(b, here, "Giữ hồ sơ");
    offices.together();
    assert!(offices.clashes().is_empty());
    let staff = offices.staff("2026-08-01");
    let rows: Vec<_> = staff.people.iter().filter(|row| row.name.ends_with("020")).collect();
    assert_eq!((rows.len(), rows[0].id, rows[0].seats), (1, here, 1), "what the double holds, the one kept holds");
}

#[test]
fn retired_here_given_a_post_there() {
    let (mut offices, known) = apart(23);
    let (a, b, person) = (offices.a, offices.b, known.person);
    let leaver = offices.leaver(a, known.person, "nghi_huu", "2026-07-01");
    let holding = offices.holding(b, known, person, "2026-08-01");
    offices.together();
    assert_eq!(offices.listed(), ["leaver_holds"]);
    offices.apart();
    offices.settle_for(a, leaver, "Đã nghỉ");
    offices.settle_for(b, holding, "Bố trí");
    offices.together();
    assert_eq!(offices.listed(), ["leaver_holds"]);
    offices.settle_for(a, leaver, "Đã nghỉ");
    offices.together();
    assert!(offices.clashes().is_empty());
    let staff = offices.staff("2026-09-01");
    assert_eq!((staff.left, staff.serving, staff.vacant), (1, 0, 1));
}

#[test]
fn left_for_two_reasons() {
    let (mut offices, known) = apart(24);
    let (a, b) = (offices.a, offices.b);
    let retired = offices.leaver(a, known.person, "nghi_huu", "2026-07-01");
    offices.leaver(b, known.person, "nghi_che_do", "2026-07-01");
    offices.together();
    assert_eq!(offices.listed(), ["leaver_twice"]);
    offices.settle_for(b, retired, "Đã nghỉ");
    offices.together();
    assert!(offices.clashes().is_empty());
    let staff = offices.staff("2026-07-01");
    assert_eq!((staff.left, staff.people[0].reason.as_str()), (1, "nghi_huu"));
}

#[test]
fn the_same_leaving_entered_twice_is_one() {
    let (mut offices, known) = apart(25);
    let (a, b) = (offices.a, offices.b);
    offices.leaver(a, known.person, "nghi_huu", "2026-07-01");
    offices.leaver(b, known.person, "nghi_huu", "2026-07-01");
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.staff("2026-07-01").left, 1);
}

#[test]
fn the_post_vanishes_with_the_merged_unit() {
    let (mut offices, known) = apart(26);
    let (a, b, person) = (offices.a, offices.b, known.person);
    let other_unit = offices.unit(a, "Tổ dân phố 2", 100);
    let early = offices.holding(b, known, person, "2026-01-01");
    let (merger, event, record) = (offices.id(), EventId(offices.id().0), offices.id());
    let passing = Passing {
        decision: "00/NQ-HĐND (mẫu)".to_owned(),
        body: "Hội đồng nhân dân phường".to_owned(),
        effective_on: Some(day("2026-07-01")),
        known: Known::default(),
    };
    let into = MergeInto::New { record, name: "Tổ dân phố Hợp".to_owned() };
    let from = vec![known.unit, other_unit];
    let deed = Deed::Merge { into, kind: "to_dan_pho".to_owned() };
    offices.fill(a, DocKind::Register, &DecideUnits { merger, event, from, deed, passing: Some(passing) });
    // The other office knows nothing of it and gives the unit a new head in August.
    let second = offices.person(b, "Nguyễn Văn Mẫu 016");
    let late = offices.holding(b, known, second, "2026-08-01");
    offices.together();
    let held = |id| offices.held("2026-08-01", id);
    assert_eq!((held(early).to, held(early).ending.as_str()), (Some(day("2026-06-30")), "unit_gone"));
    assert_eq!((held(late).unit, held(late).unit_name.as_str()), (Some(record), "Tổ dân phố Hợp"));
    assert!(held(late).in_force && offices.clashes().is_empty());
}

#[test]
fn a_head_of_a_unit_that_was_split_is_shown_without_a_seat() {
    let (mut offices, known) = apart(27);
    let (a, b, person) = (offices.a, offices.b, known.person);
    let (from, deed) = offices.split(known.unit, ["Tổ dân phố 1A", "Tổ dân phố 1B"]);
    offices.world.decide_units(a, from, deed, day("2026-07-01")).unwrap();
    // The other office knows nothing of it. Which of the two new units is meant nobody but people can say.
    let late = offices.holding(b, known, person, "2026-08-01");
    offices.together();
    let held = offices.held("2026-08-01", late);
    assert_eq!((held.unit_name.as_str(), held.ending.as_str(), held.in_force), ("Tổ dân phố 1", "unit_gone", false));
    let staff = offices.staff("2026-08-01");
    assert_eq!((staff.serving, staff.in_service, staff.vacant), (0, 1, 2), "both new heads are still to be found");
}

#[test]
fn ended_on_two_days() {
    let mut offices = Offices::open(28);
    let a = offices.a;
    let (head, unit) = (offices.post(a), offices.unit(a, "Tổ dân phố 1", 100));
    let person = offices.person(a, "Nguyễn Văn Mẫu 014");
    let holding = offices.holding(a, Known014 { head, unit, person }, person, "2026-01-01");
    offices.together();
    offices.apart();
    for (at, on) in [(offices.a, "2026-06-30"), (offices.b, "2026-09-30")] {
        offices.fill(at, DocKind::People, &EndHolding { holding, on: day(on), reason: None });
    }
    offices.together();
    assert_eq!(offices.listed(), ["same_field:valid_to"]);
    offices.settle(a, |option| option.text.vi == day("2026-06-30").vi());
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.held("2026-08-01", holding).to, Some(day("2026-06-30")));
}

#[test]
fn left_on_two_days_is_gone_from_the_earlier_one() {
    let (mut offices, known) = apart(29);
    let (a, b) = (offices.a, offices.b);
    offices.leaver(a, known.person, "nghi_huu", "2026-07-01");
    let later = offices.leaver(b, known.person, "nghi_huu", "2026-09-01");
    offices.together();
    assert_eq!(offices.listed(), ["leaver_twice"]);
    assert_eq!(offices.staff("2026-08-01").left, 1, "until it is settled nobody counts as serving who may be gone");
    offices.settle_for(b, later, "Đã nghỉ");
    offices.together();
    assert_eq!((offices.staff("2026-08-01").left, offices.staff("2026-09-01").left), (0, 1));
}
