//! What goes wrong when two offices write about the commune itself and its buildings at once: both are shown, nothing holds
//! silently, and one settlement ends it everywhere.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use hopluu_model::edit::{AddSite, SetField, Settle};
use hopluu_model::{CollectionId, DocKind, EventId, Field, Form, Kind, RecordId, Value};
use hopluu_sim::{PeerId, SONG_CONG, World};
use hopluu_view::query::ClashRow;

/// Two offices of one commune that are cut off, and the province.
struct Offices {
    world: World,
    all: [PeerId; 3],
    collection: CollectionId,
}

impl Offices {
    fn apart(seed: u64) -> Self {
        let mut world = World::new(seed);
        let (_, desk) = world.found();
        let a = world.open_office("Sông Công, Nhà A", SONG_CONG);
        let b = world.open_office("Sông Công, Nhà B", SONG_CONG);
        let collection = world.collection(SONG_CONG).unwrap();
        let mut offices = Self { world, all: [a, b, desk], collection };
        offices.together();
        offices.world.cut(a);
        offices.world.cut(b);
        offices
    }

    fn together(&mut self) {
        let [a, b, desk] = self.all;
        self.world.heal(a);
        self.world.heal(b);
        let doc = self.world.own(a, DocKind::Register);
        let met = |world: &World| {
            let held = |peer| world.mailbox(peer).unwrap().store().clock(&doc).unwrap();
            world.is_settled(a) && world.is_settled(b) && held(a) == held(b) && held(a) == held(desk)
        };
        assert!(self.world.run_until_met(900, met), "{}", self.world.log().last(60));
        self.world.run_for(2_000);
    }

    fn fill(&mut self, at: usize, form: &dyn Form) {
        let peer = self.all[at];
        let doc = self.world.own(self.all[0], DocKind::Register);
        self.world.fill_in(peer, doc, form).unwrap();
        self.world.run_for(50);
    }

    /// The commune's own record, which came with the first invitation.
    fn commune(&self) -> RecordId {
        let reader = self.world.office(self.all[0]).view().reader().unwrap();
        reader.book(Kind::COMMUNE, self.collection).unwrap().remove(0).record.id
    }

    fn set(&mut self, at: usize, field: Field, slug: &str) {
        let value = Value::Text(slug.to_owned());
        let form = SetField { record: self.commune(), kind: Kind::COMMUNE, field, value };
        self.fill(at, &form);
    }

    /// What is to be settled, the same at all three.
    fn clashes(&self) -> Vec<ClashRow> {
        let at = |peer| self.world.office(peer).view().reader().unwrap().clashes(Some(self.collection)).unwrap();
        let rows = at(self.all[2]);
        for peer in self.all {
            let keys = |rows: &[ClashRow]| rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
            assert_eq!(keys(&at(peer)), keys(&rows), "all see the same");
        }
        rows
    }

    /// Settles the only clash for the option that says this.
    fn settle(&mut self, at: usize, says: &str) {
        let reader = self.world.office(self.all[at]).view().reader().unwrap();
        let key = self.clashes().remove(0).key;
        let clash = reader.clash(&key).unwrap().unwrap().clash;
        let chosen = clash.options.iter().position(|option| option.text.vi == says).unwrap();
        let event = EventId(self.world.dice().bytes());
        self.fill(at, &Settle { event, clash, chosen, reason: None });
        self.together();
        assert!(self.clashes().is_empty(), "{:?}", self.clashes());
    }

    fn shown(&self, field: Field) -> String {
        let reader = self.world.office(self.all[2]).view().reader().unwrap();
        reader.book(Kind::COMMUNE, self.collection).unwrap().remove(0).shown(field)
    }
}

#[test]
fn the_stage_set_back_and_forward() {
    let mut offices = Offices::apart(31);
    offices.set(0, Field::STAGE, "live");
    offices.set(1, Field::STAGE, "preparing");
    offices.together();
    let rows = offices.clashes();
    assert_eq!((rows.len(), rows[0].kind.as_str(), rows[0].options.len()), (1, "same_field:stage", 2));
    offices.settle(1, "vận hành chính thức");
    assert_eq!(offices.shown(Field::STAGE), "vận hành chính thức");
}

#[test]
fn two_changes_of_type() {
    let mut offices = Offices::apart(32);
    offices.set(0, Field::COMMUNE_TYPE, "xa");
    offices.set(1, Field::COMMUNE_TYPE, "dac_khu");
    offices.together();
    assert_eq!(offices.clashes()[0].kind, "same_field:commune_type");
    offices.settle(0, "xã");
    assert_eq!(offices.shown(Field::COMMUNE_TYPE), "xã");
}

#[test]
fn one_function_in_two_buildings() {
    let mut offices = Offices::apart(33);
    for (at, name) in [(0, "Trụ sở Thắng Lợi"), (1, "Trụ sở Phố Cò")] {
        let record = RecordId(offices.world.dice().bytes());
        let functions = vec!["trung_tam_pvhcc".to_owned()];
        let form = AddSite { record, name: name.to_owned(), formerly: None, functions, state: "in_use".to_owned() };
        offices.fill(at, &form);
    }
    offices.together();
    let rows = offices.clashes();
    assert_eq!((rows[0].kind.as_str(), rows[0].topic.as_str()), ("site_function", "trung_tam_pvhcc"));
    let place = |offices: &Offices| {
        let reader = offices.world.office(offices.all[2]).view().reader().unwrap();
        reader.sites(offices.collection).unwrap().unwrap().place_of.get("trung_tam_pvhcc").cloned()
    };
    assert_eq!(place(&offices), None, "it is nowhere until somebody says where");
    offices.settle(0, "Trụ sở Phố Cò");
    assert_eq!(place(&offices).as_deref(), Some("Trụ sở Phố Cò"));
}
