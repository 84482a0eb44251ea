//! Two offices of one commune, which can be cut off from each other and from the province.

use hopluu_model::edit::{DecideUnits, Deed, MoveMerger, Passing, Settle};
use hopluu_model::fold::{ClashOption, Known};
use hopluu_model::{CollectionId, Date, DocKind, EventId, EventKind, Form, RecordId};
use hopluu_sim::{PeerId, SONG_CONG, World};
use hopluu_view::Reader;
use hopluu_view::query::{ClashRow, MergerRow, Staff, UnitRow, Units};

/// Two offices of one commune, and the province.
pub(crate) struct Offices {
    pub(crate) world: World,
    pub(crate) a: PeerId,
    pub(crate) b: PeerId,
    pub(crate) desk: PeerId,
    pub(crate) collection: CollectionId,
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

impl Offices {
    /// Both have a line.
    pub(crate) fn open(seed: u64) -> Self {
        let mut world = World::new(seed);
        let (_, desk) = world.found();
        let a = world.open_office("Sông Công, Nhà A", SONG_CONG);
        let b = world.open_office("Sông Công, Nhà B", SONG_CONG);
        let collection = world.collection(SONG_CONG).unwrap();
        let mut offices = Self { world, a, b, desk, collection };
        offices.together();
        offices
    }

    /// Neither has.
    pub(crate) fn apart(&mut self) {
        self.world.cut(self.a);
        self.world.cut(self.b);
    }

    /// Both have a line again, and all three have everything; what is shown and listed is what the simulator expects.
    pub(crate) fn together(&mut self) {
        self.world.heal(self.a);
        self.world.heal(self.b);
        let met = self.world.run_until_met(400, |world| world.check().is_ok());
        assert!(met, "{:?}\n{}", self.world.check(), self.world.log().last(40));
    }

    pub(crate) fn id(&mut self) -> RecordId {
        RecordId(self.world.dice().bytes())
    }

    pub(crate) fn event(&mut self) -> EventId {
        EventId(self.world.dice().bytes())
    }

    pub(crate) fn fill(&mut self, at: PeerId, kind: DocKind, form: &dyn Form) {
        let doc = self.world.own(at, kind);
        self.world.fill_in(at, doc, form).unwrap();
        self.world.run_for(50);
    }

    pub(crate) fn reader(&self, at: PeerId) -> Reader {
        self.world.office(at).view().reader().unwrap()
    }

    /// What is to be settled; the same at all three.
    pub(crate) fn clashes(&self) -> Vec<ClashRow> {
        let at = |peer| self.reader(peer).clashes(Some(self.collection)).unwrap();
        let rows = at(self.desk);
        for peer in [self.a, self.b] {
            let keys = |rows: &[ClashRow]| rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
            assert_eq!(keys(&at(peer)), keys(&rows), "all see the same");
        }
        rows
    }

    /// The sorts of what is to be settled.
    pub(crate) fn listed(&self) -> Vec<String> {
        self.clashes().into_iter().map(|row| row.kind).collect()
    }

    /// Settles what an office lists first, for the option that is meant; others hear of it when there is a line.
    pub(crate) fn settle(&mut self, at: PeerId, is_meant: impl Fn(&ClashOption) -> bool) {
        let reader = self.reader(at);
        let row = reader.clashes(Some(self.collection)).unwrap().remove(0);
        let clash = reader.clash(&row.key).unwrap().unwrap().clash;
        let chosen = clash.options.iter().position(is_meant).unwrap();
        let (event, doc) = (self.event(), clash.doc);
        let reason = (at == self.desk).then(|| "Xã chưa thống nhất sau năm ngày làm việc.".to_owned());
        self.world.fill_in(at, doc, &Settle { event, clash, chosen, reason }).unwrap();
        self.world.run_for(50);
    }

    pub(crate) fn unit(&mut self, at: PeerId, name: &str, households: i64) -> RecordId {
        let record = self.world.add_unit(at, name, households).unwrap();
        self.world.run_for(50);
        record
    }

    pub(crate) fn units(&self, at: PeerId) -> Units {
        self.reader(at).units(self.collection, None).unwrap().unwrap()
    }

    pub(crate) fn unit_row(&self, id: RecordId) -> UnitRow {
        self.units(self.desk).units.into_iter().find(|unit| unit.id == id).unwrap()
    }

    /// Units, households, units in a clash.
    pub(crate) fn totals(&self) -> (usize, i64, usize) {
        let totals = self.units(self.desk).totals;
        (totals.units, totals.households, totals.in_clash)
    }

    pub(crate) fn merger(&self, at: PeerId, id: RecordId) -> MergerRow {
        self.units(at).mergers.into_iter().find(|merger| merger.id == id).unwrap()
    }

    pub(crate) fn draft(&mut self, at: PeerId, from: Vec<RecordId>, deed: Deed) -> RecordId {
        let (merger, event) = (self.id(), self.event());
        self.fill(at, DocKind::Register, &DecideUnits { merger, event, from, deed, passing: None });
        merger
    }

    /// What an office sees of the units of a merger: its passing says so.
    fn known(&self, at: PeerId, merger: &MergerRow) -> Known {
        let units = self.units(at).units;
        let find = |id: &RecordId| units.iter().find(|unit| unit.id == *id);
        Known {
            names: merger.from_names.clone(),
            households: merger.from.iter().map(|id| find(id)?.households).collect(),
            target: merger.into.as_ref().and_then(find).and_then(|unit| unit.own_households),
        }
    }

    /// Moves a merger on as an office sees it; its passings are all alike.
    pub(crate) fn step(&mut self, at: PeerId, merger: RecordId, kind: EventKind) {
        self.step_with(at, merger, kind, ("00/NQ-HĐND (mẫu)", "2026-11-01"));
    }

    /// The same by another document, or for another day.
    pub(crate) fn step_with(&mut self, at: PeerId, merger: RecordId, kind: EventKind, (decision, on): (&str, &str)) {
        let row = self.merger(at, merger);
        let mut form = MoveMerger::new(merger, self.event(), kind, row.frontier.clone());
        let known = self.known(at, &row);
        (form.from, form.action) = (row.from, row.action.unwrap());
        match kind {
            EventKind::MERGER_PASS => {
                let (decision, body) = (decision.to_owned(), "Hội đồng nhân dân phường".to_owned());
                form.passing = Some(Passing { decision, body, effective_on: Some(day(on)), known });
            }
            EventKind::MERGER_ANNUL => form.decision = Some(decision.to_owned()),
            _ => {}
        }
        self.fill(at, DocKind::Register, &form);
    }

    pub(crate) fn staff(&self, on: &str) -> Staff {
        self.reader(self.desk).staff(self.collection, Some(day(on))).unwrap().unwrap()
    }
}
