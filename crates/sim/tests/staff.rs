//! What goes wrong when two offices of a commune write about the same people at once: both facts survive, the province
//! lists what is to be settled, and one settlement ends it everywhere.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use hopluu_model::edit::{
    AddHolding, AddLeaver, AddPerson, AddPost, AddUnit, DecideUnits, Deed, MergeInto, Passing, Settle,
};
use hopluu_model::fold::Known;
use hopluu_model::{CollectionId, Date, DocKind, EventId, Form, RecordId};
use hopluu_sim::{PeerId, SONG_CONG, World};
use hopluu_view::query::Staff;

/// Two offices of one commune, the province, and what they knew before the line was cut.
struct Offices {
    world: World,
    desk: PeerId,
    a: PeerId,
    b: PeerId,
    collection: CollectionId,
    drawn: u8,
    head: RecordId,
    unit: RecordId,
    person: RecordId,
}

impl Offices {
    /// One unit, its head's post, one person, known to all; then both offices are cut off.
    fn apart(seed: u64) -> Self {
        let mut world = World::new(seed);
        let (_, desk) = world.found();
        let a = world.open_office("Sông Công, Nhà A", SONG_CONG);
        let b = world.open_office("Sông Công, Nhà B", SONG_CONG);
        let collection = world.collection(SONG_CONG).unwrap();
        let nobody = RecordId([0; 16]);
        let mut offices = Self { world, desk, a, b, collection, drawn: 0, head: nobody, unit: nobody, person: nobody };
        offices.head = offices.post(a);
        offices.unit = offices.unit(a, "Tổ dân phố 1");
        offices.person = offices.person(a, "Nguyễn Văn Mẫu 014");
        offices.together();
        offices.cut();
        offices
    }

    fn cut(&mut self) {
        self.world.cut(self.a);
        self.world.cut(self.b);
    }

    fn together(&mut self) {
        self.world.heal(self.a);
        self.world.heal(self.b);
        let (a, b, desk) = (self.a, self.b, self.desk);
        let docs = [DocKind::Register, DocKind::People].map(|kind| self.world.own(a, kind));
        let met = |world: &World| {
            let held = |peer, doc| world.mailbox(peer).unwrap().store().clock(doc).unwrap();
            docs.iter().all(|doc| held(a, doc) == held(b, doc) && held(a, doc) == held(desk, doc))
        };
        assert!(self.world.run_until_met(900, met), "{}", self.world.log().last(60));
        self.world.run_for(2_000);
    }

    fn id(&mut self) -> RecordId {
        self.drawn += 1;
        RecordId([self.drawn; 16])
    }

    fn fill(&mut self, at: PeerId, kind: DocKind, form: &dyn Form) {
        let doc = self.world.own(at, kind);
        self.world.fill_in(at, doc, form).unwrap();
        self.world.run_for(50);
    }

    fn post(&mut self, at: PeerId) -> RecordId {
        let record = self.id();
        let (slug, name) = ("to_truong".to_owned(), "Tổ trưởng tổ dân phố".to_owned());
        let (system, scope) = ("chinh_quyen".to_owned(), "unit".to_owned());
        self.fill(at, DocKind::Register, &AddPost { record, slug, name, system, scope, max_holders: Some(1) });
        record
    }

    fn unit(&mut self, at: PeerId, name: &str) -> RecordId {
        let record = self.id();
        let form = AddUnit {
            record,
            name: name.to_owned(),
            kind: "to_dan_pho".to_owned(),
            households: Some(100),
            population: None,
            area: None,
            valid_from: None,
        };
        self.fill(at, DocKind::Register, &form);
        record
    }

    fn person(&mut self, at: PeerId, name: &str) -> RecordId {
        let record = self.id();
        let category = "khong_chuyen_trach".to_owned();
        self.fill(at, DocKind::People, &AddPerson { record, name: name.to_owned(), category, valid_from: None });
        record
    }

    fn holding(&mut self, at: PeerId, person: RecordId, from: &str) -> RecordId {
        let record = self.id();
        let (post, unit, tenure) = (self.head, Some(self.unit), "main".to_owned());
        let form = AddHolding { record, person, post, unit, tenure, from: Some(day(from)), to: None };
        self.fill(at, DocKind::People, &form);
        record
    }

    fn leaver(&mut self, at: PeerId, reason: &str, on: &str) -> RecordId {
        let (record, person) = (self.id(), self.person);
        let form = AddLeaver { record, person, reason: reason.to_owned(), on: day(on), benefit: None, decision: None };
        self.fill(at, DocKind::People, &form);
        record
    }

    /// The sorts of clashes, the same at all three.
    fn clashes(&self) -> Vec<String> {
        let at = |peer| {
            let rows = self.world.office(peer).view().reader().unwrap().clashes(Some(self.collection)).unwrap();
            rows.into_iter().map(|row| row.kind).collect::<Vec<_>>()
        };
        let kinds = at(self.desk);
        assert_eq!((&at(self.a), &at(self.b)), (&kinds, &kinds), "all see the same");
        kinds
    }

    /// Settles the only clash for the option that is this record, and begins as told.
    fn settle(&mut self, at: PeerId, record: RecordId, begins: &str) {
        let reader = self.world.office(at).view().reader().unwrap();
        let row = reader.clashes(Some(self.collection)).unwrap().remove(0);
        let clash = reader.clash(&row.key).unwrap().unwrap().clash;
        let chosen = clash
            .options
            .iter()
            .position(|option| option.record == record && option.text.vi.starts_with(begins))
            .unwrap();
        let event = EventId(self.id().0);
        self.fill(at, DocKind::People, &Settle { event, clash, chosen, reason: None });
    }

    fn staff(&self, on: &str) -> Staff {
        let reader = self.world.office(self.desk).view().reader().unwrap();
        reader.staff(self.collection, Some(day(on))).unwrap().unwrap()
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn two_holders_of_one_post() {
    let mut offices = Offices::apart(21);
    let (a, b) = (offices.a, offices.b);
    let other = offices.person(b, "Nguyễn Văn Mẫu 015");
    let person = offices.person;
    let first = offices.holding(a, person, "2026-07-01");
    offices.holding(b, other, "2026-07-15");
    offices.together();
    assert_eq!(offices.clashes(), ["post_holders"]);
    assert_eq!(offices.staff("2026-08-01").posts[0].seats[0].holders.len(), 2, "both survive until then");
    offices.settle(a, first, "Bố trí");
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.staff("2026-08-01").posts[0].seats[0].holders, ["Nguyễn Văn Mẫu 014"]);
}

#[test]
fn one_person_entered_twice() {
    let mut offices = Offices::apart(22);
    let (a, b) = (offices.a, offices.b);
    let here = offices.person(a, "Nguyễn Văn Mẫu 020");
    let there = offices.person(b, "NGUYEN VAN MAU 020");
    offices.holding(b, there, "2026-07-01");
    offices.together();
    assert_eq!(offices.clashes(), ["person_twice"]);
    offices.cut();
    // One office says they are one, the other that they are two.
    offices.settle(a, here, "Giữ hồ sơ");
    let first = here.min(there);
    offices.settle(b, first, "Hai người khác nhau");
    offices.together();
    assert_eq!(offices.clashes(), ["person_twice"], "answers that differ bring the question back");
    offices.settle(b, here, "Giữ hồ sơ");
    offices.together();
    assert!(offices.clashes().is_empty());
    let staff = offices.staff("2026-08-01");
    let rows: Vec<_> = staff.people.iter().filter(|row| row.name.ends_with("020")).collect();
    assert_eq!((rows.len(), rows[0].id, rows[0].seats), (1, here, 1), "what the double holds, the one kept holds");
}

#[test]
fn retired_here_given_a_post_there() {
    let mut offices = Offices::apart(23);
    let (a, b, person) = (offices.a, offices.b, offices.person);
    let leaver = offices.leaver(a, "nghi_huu", "2026-07-01");
    let holding = offices.holding(b, person, "2026-08-01");
    offices.together();
    assert_eq!(offices.clashes(), ["leaver_holds"]);
    offices.cut();
    offices.settle(a, leaver, "Đã nghỉ");
    offices.settle(b, holding, "Bố trí");
    offices.together();
    assert_eq!(offices.clashes(), ["leaver_holds"]);
    offices.settle(a, leaver, "Đã nghỉ");
    offices.together();
    assert!(offices.clashes().is_empty());
    let staff = offices.staff("2026-09-01");
    assert_eq!((staff.left, staff.serving, staff.vacant), (1, 0, 1));
}

#[test]
fn left_for_two_reasons() {
    let mut offices = Offices::apart(24);
    let (a, b) = (offices.a, offices.b);
    let retired = offices.leaver(a, "nghi_huu", "2026-07-01");
    offices.leaver(b, "nghi_che_do", "2026-07-01");
    offices.together();
    assert_eq!(offices.clashes(), ["leaver_twice"]);
    offices.settle(b, retired, "Đã nghỉ");
    offices.together();
    assert!(offices.clashes().is_empty());
    let staff = offices.staff("2026-07-01");
    assert_eq!((staff.left, staff.people[0].reason.as_str()), (1, "nghi_huu"));
}

#[test]
fn the_same_leaving_entered_twice_is_one() {
    let mut offices = Offices::apart(25);
    let (a, b) = (offices.a, offices.b);
    offices.leaver(a, "nghi_huu", "2026-07-01");
    offices.leaver(b, "nghi_huu", "2026-07-01");
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.staff("2026-07-01").left, 1);
}

#[test]
fn the_post_vanishes_with_the_merged_unit() {
    let mut offices = Offices::apart(26);
    let (a, b, person) = (offices.a, offices.b, offices.person);
    let other_unit = offices.unit(a, "Tổ dân phố 2");
    let early = offices.holding(b, person, "2026-01-01");
    let (merger, event, record) = (offices.id(), EventId(offices.id().0), offices.id());
    let passing = Passing {
        decision: "00/NQ-HĐND (mẫu)".to_owned(),
        body: "Hội đồng nhân dân phường".to_owned(),
        effective_on: Some(day("2026-07-01")),
        known: Known::default(),
    };
    let into = MergeInto::New { record, name: "Tổ dân phố Hợp".to_owned() };
    let from = vec![offices.unit, other_unit];
    let deed = Deed::Merge { into, kind: "to_dan_pho".to_owned() };
    offices.fill(a, DocKind::Register, &DecideUnits { merger, event, from, deed, passing: Some(passing) });
    // The other office knows nothing of it and gives the unit a new head in August.
    let second = offices.person(b, "Nguyễn Văn Mẫu 016");
    let late = offices.holding(b, second, "2026-08-01");
    offices.together();
    let staff = offices.staff("2026-08-01");
    let held = |id| staff.people.iter().flat_map(|row| &row.holdings).find(|held| held.id == id).unwrap();
    assert_eq!((held(early).to, held(early).ending.as_str()), (Some(day("2026-06-30")), "unit_gone"));
    assert_eq!((held(late).unit, held(late).unit_name.as_str()), (Some(record), "Tổ dân phố Hợp"));
    assert!(held(late).in_force && offices.clashes().is_empty());
}
