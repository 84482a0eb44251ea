//! The commune itself and its buildings.

use hopluu_model::edit::{AddRecord, SetField};
use hopluu_model::{DocKind, Field, Kind, RecordId, Value};
use hopluu_sim::PeerId;

use crate::rig::Offices;

fn apart(seed: u64) -> Offices {
    let mut offices = Offices::open(seed);
    offices.apart();
    offices
}

impl Offices {
    fn set(&mut self, at: PeerId, (kind, record): (Kind, RecordId), field: Field, text: &str) {
        let value = Value::Text(text.to_owned());
        self.fill(at, DocKind::Register, &SetField { record, kind, field, value });
    }

    /// The commune's own record, which came with the first invitation.
    fn commune(&self) -> (Kind, RecordId) {
        (Kind::COMMUNE, self.reader(self.a).book(Kind::COMMUNE, self.collection).unwrap().remove(0).record.id)
    }

    fn shown(&self, field: Field) -> String {
        self.reader(self.desk).book(Kind::COMMUNE, self.collection).unwrap().remove(0).shown(field)
    }

    fn site(&mut self, at: PeerId, name: &str, functions: &[&str]) -> RecordId {
        let record = self.id();
        let says = [(Field::NAME, name), (Field::FUNCTIONS, &functions.join(",")), (Field::STATE, "in_use")];
        let fields = says.map(|(field, text)| (field, Value::Text(text.to_owned()))).to_vec();
        self.fill(at, DocKind::Register, &AddRecord { record, kind: Kind::SITE, fields });
        record
    }

    fn place_of(&self, function: &str) -> Option<String> {
        self.reader(self.desk).sites(self.collection).unwrap().place_of(function).map(str::to_owned)
    }
}

#[test]
fn the_stage_set_back_and_forward() {
    let mut offices = apart(31);
    let (a, b, commune) = (offices.a, offices.b, offices.commune());
    offices.set(a, commune, Field::STAGE, "live");
    offices.set(b, commune, Field::STAGE, "preparing");
    offices.together();
    let rows = offices.clashes();
    assert_eq!((rows.len(), rows[0].kind.as_str(), rows[0].options.len()), (1, "same_field:stage", 2));
    offices.settle(b, |option| option.text.vi == "vận hành chính thức");
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.shown(Field::STAGE), "vận hành chính thức");
}

#[test]
fn two_changes_of_type() {
    let mut offices = apart(32);
    let (a, b, commune) = (offices.a, offices.b, offices.commune());
    offices.set(a, commune, Field::COMMUNE_TYPE, "xa");
    offices.set(b, commune, Field::COMMUNE_TYPE, "dac_khu");
    offices.together();
    assert_eq!(offices.listed(), ["same_field:commune_type"]);
    offices.settle(a, |option| option.text.vi == "xã");
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.shown(Field::COMMUNE_TYPE), "xã");
}

#[test]
fn one_function_in_two_buildings() {
    let mut offices = apart(33);
    let (a, b) = (offices.a, offices.b);
    offices.site(a, "Trụ sở Thắng Lợi", &["trung_tam_pvhcc"]);
    offices.site(b, "Trụ sở Phố Cò", &["trung_tam_pvhcc"]);
    offices.together();
    let rows = offices.clashes();
    assert_eq!((rows[0].kind.as_str(), rows[0].topic.as_str()), ("site_function", "trung_tam_pvhcc"));
    assert_eq!(offices.place_of("trung_tam_pvhcc"), None, "it is nowhere until somebody says where");
    offices.settle(a, |option| option.text.vi == "Trụ sở Phố Cò");
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.place_of("trung_tam_pvhcc").as_deref(), Some("Trụ sở Phố Cò"));
    let sites = offices.reader(offices.desk).sites(offices.collection).unwrap().sites;
    let holds = |name: &str| sites.iter().find(|site| site.name == name).map(|site| site.functions.len());
    assert_eq!((holds("Trụ sở Phố Cò"), holds("Trụ sở Thắng Lợi")), (Some(1), Some(0)), "in one building alone");
}

#[test]
fn called_surplus_here_and_given_a_function_there() {
    let mut offices = Offices::open(34);
    let (a, b) = (offices.a, offices.b);
    let site = (Kind::SITE, offices.site(a, "Trụ sở Cải Đan", &[]));
    offices.together();
    offices.apart();
    offices.set(a, site, Field::STATE, "surplus");
    offices.set(b, site, Field::FUNCTIONS, "cong_an");
    offices.together();
    // Two fields: nobody overwrote anybody. A surplus building that houses something is said as it is.
    let sites = offices.reader(offices.desk).sites(offices.collection).unwrap();
    assert_eq!(sites.place_of("cong_an"), Some("Trụ sở Cải Đan"));
    assert_eq!(sites.surplus, 1, "{sites:?}");
}
