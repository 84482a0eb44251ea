//! A commune with its units, posts, people and buildings.

use super::{DemoDice, desk};
use crate::catalogue::{self, Heir, PlaceType, Share};
use crate::edit::{AddCommune, AddHolding, AddPerson, AddPost, AddRecord, AddUnit, Desk, Edit, Form, SetField, pack};
use crate::id::{CollectionId, DocKind, RecordId};
use crate::record::{Field, Kind, Side, Value};
use crate::time::{Date, Timestamp};

/// Communes whose figures follow public texts: Sông Công, Phan Đình Phùng, Trại Cau.
pub const COMMUNES: [&str; 3] = ["05518", "05443", "05662"];

/// What is known or assumed of a commune's size.
struct Size {
    units: usize,
    households: i64,
    population: Option<i64>,
    area_ha: Option<i64>,
}

fn size(code: &str, kind: PlaceType) -> Size {
    match (code, kind) {
        ("05518", _) => Size { units: 36, households: 6_000, population: Some(21_000), area_ha: Some(1_398) },
        ("05443", _) => Size { units: 120, households: 32_000, population: Some(111_500), area_ha: Some(1_473) },
        ("05662", _) => Size { units: 26, households: 3_000, population: None, area_ha: None },
        (_, PlaceType::Phuong) => Size { units: 30, households: 5_400, population: None, area_ha: None },
        _ => Size { units: 20, households: 2_400, population: None, area_ha: None },
    }
}

/// Register and people of any commune of the catalogue, as few edits as possible; `None` for an unknown code.
///
/// The numbers of units start again in each old unit: "Tổ dân phố 2 (Phố Cò)". The commune's own record, which comes with
/// the invitation, is completed where it is known.
#[must_use]
pub fn commune(
    code: &str,
    collection: CollectionId,
    known: Option<RecordId>,
    seed: u64,
    at: Timestamp,
) -> Option<Vec<Edit>> {
    let place = catalogue::commune(code)?;
    let mut build = Build {
        place,
        areas: catalogue::ancestry(code),
        size: size(code, place.kind()),
        dice: DemoDice::new(seed, code),
        register: desk(collection, DocKind::Register, Side::Commune, at),
        people: desk(collection, DocKind::People, Side::Commune, at),
        edits: Vec::new(),
        persons: 0,
    };
    build.commune(known);
    let sites = build.sites();
    let commune_posts = build.posts(&COMMUNE_POSTS, "commune");
    let unit_posts = build.posts(&UNIT_POSTS, "unit");
    let units = build.units();
    build.leaders(&commune_posts);
    for unit in units {
        build.unit_people(unit, &unit_posts);
    }
    build.equipment(&sites);
    build.reported();
    build.edits.sort_by_key(|edit| edit.doc());
    Some(pack(build.edits))
}

/// Slug, title, system, how many may hold it.
type PostRow = (&'static str, &'static str, &'static str, i64);

const COMMUNE_POSTS: [PostRow; 8] = [
    ("bi_thu_dang_uy", "Bí thư Đảng ủy", "dang", 1),
    ("pho_bi_thu_dang_uy", "Phó Bí thư Đảng ủy", "dang", 2),
    ("chu_tich_hdnd", "Chủ tịch Hội đồng nhân dân", "chinh_quyen", 1),
    ("chu_tich_ubnd", "Chủ tịch Ủy ban nhân dân", "chinh_quyen", 1),
    ("pho_chu_tich_ubnd", "Phó Chủ tịch Ủy ban nhân dân", "chinh_quyen", 2),
    ("giam_doc_trung_tam", "Giám đốc Trung tâm phục vụ hành chính công", "chinh_quyen", 1),
    ("chu_tich_mttq", "Chủ tịch Ủy ban Mặt trận Tổ quốc", "mttq", 1),
    ("bi_thu_doan", "Bí thư Đoàn Thanh niên", "doan_the", 1),
];

const UNIT_POSTS: [PostRow; 3] = [
    ("bi_thu_chi_bo", "Bí thư chi bộ", "dang", 1),
    ("truong_don_vi", "Tổ trưởng tổ dân phố, Trưởng xóm", "chinh_quyen", 1),
    ("truong_ban_ctmt", "Trưởng ban công tác Mặt trận", "mttq", 1),
];

struct Build {
    place: &'static catalogue::Commune,
    areas: Vec<Heir>,
    size: Size,
    dice: DemoDice,
    register: Desk,
    people: Desk,
    edits: Vec<Edit>,
    persons: u32,
}

impl Build {
    fn add(&mut self, form: &impl Form, personal: bool) {
        let desk = if personal { &self.people } else { &self.register };
        let edit = form.edit(desk);
        debug_assert!(edit.is_ok(), "demonstration data fits its forms: {edit:?}");
        self.edits.extend(edit);
    }

    fn commune(&mut self, known: Option<RecordId>) {
        let drawn = self.dice.record();
        if let Some(record) = known {
            for (field, value) in [(Field::AREA_HA, self.size.area_ha), (Field::POPULATION, self.size.population)] {
                if let Some(value) = value.map(Value::Int) {
                    self.add(&SetField { record, kind: Kind::COMMUNE, field, value }, false);
                }
            }
            return;
        }
        let form = AddCommune {
            record: drawn,
            code: self.place.code.into(),
            name: self.place.name.into(),
            kind: self.place.kind().slug().into(),
            province: self.place.province.into(),
            valid_from: Some(catalogue::two_tier_day()),
            stage: Some("live".into()),
            area_ha: self.size.area_ha,
            population: self.size.population,
        };
        self.add(&form, false);
    }

    fn record(&mut self, kind: Kind, fields: &[(Field, Value)]) -> RecordId {
        let record = self.dice.record();
        self.add(&AddRecord { record, kind, fields: fields.to_vec() }, false);
        record
    }

    /// Those in which somebody works.
    fn sites(&mut self) -> Vec<RecordId> {
        let seat = "dang_uy,hdnd,ubnd";
        let service = "mttq,trung_tam_pvhcc,tiep_cong_dan";
        let police = "cong_an,don_vi_su_nghiep";
        let old = |name: &str| format!("Trụ sở {name} (cũ)");
        let rows: Vec<(String, String, String)> = if self.place.code == "05518" {
            let row = |name: &str, formerly: &str, functions: &str| (name.into(), formerly.into(), functions.into());
            vec![
                row("Trụ sở Thành ủy Sông Công (cũ)", "Thành ủy", seat),
                row("Trụ sở phường Thắng Lợi (cũ)", "UBND phường", service),
                row("Trụ sở phường Phố Cò (cũ)", "UBND phường", police),
                row("Trụ sở phường Cải Đan (cũ)", "UBND phường", ""),
            ]
        } else {
            let whole = self.areas.iter().filter(|heir| heir.share == Share::Whole).count();
            let seats = match if whole == 0 { self.areas.len() } else { whole } {
                1 => vec![format!("{seat},{service},{police}")],
                2 => vec![format!("{seat},{service}"), police.to_owned()],
                _ => vec![seat.to_owned(), service.to_owned(), police.to_owned()],
            };
            let seats = seats.into_iter().chain(std::iter::repeat(String::new()));
            // A divided unit's building went elsewhere, unless there are only divided ones.
            let any_whole = self.areas.iter().any(|heir| heir.share == Share::Whole);
            let whole = self.areas.iter().filter(|heir| heir.share == Share::Whole || !any_whole);
            let named = |heir: &Heir| {
                let kind = heir.old.kind.vi().to_lowercase();
                (old(&format!("{kind} {}", heir.old.name)), format!("UBND {kind}"))
            };
            whole.zip(seats).map(|(heir, functions)| (named(heir).0, named(heir).1, functions)).collect()
        };
        let mut used = Vec::new();
        for (place, (name, formerly, functions)) in (0..).zip(rows) {
            let is_used = !functions.is_empty();
            let fields = [
                (Field::NAME, Value::Text(name)),
                (Field::FORMERLY, Value::Text(formerly)),
                (Field::FUNCTIONS, Value::Text(functions)),
                (Field::STATE, Value::Text(if is_used { "in_use" } else { "surplus" }.into())),
                (Field::DISTANCE, Value::Int(place * 1_700)),
            ];
            let record = self.record(Kind::SITE, &fields);
            used.extend(is_used.then_some(record));
        }
        used
    }

    /// Weak computers are what communes report most.
    fn equipment(&mut self, sites: &[RecordId]) {
        for site in sites {
            let computers = 6 + i64::try_from(self.dice.below(12)).unwrap_or(0);
            let rows = [("may_tinh", computers, computers / 3), ("may_in", computers / 4, 1), ("duong_truyen", 1, 0)];
            for (kind, count, weak) in rows {
                let fields = [
                    (Field::EQUIPMENT_KIND, Value::Text(kind.into())),
                    (Field::SITE, Value::Id(*site)),
                    (Field::COUNT, Value::Int(count)),
                    (Field::WEAK, Value::Int(weak)),
                ];
                self.record(Kind::EQUIPMENT, &fields);
            }
        }
    }

    /// The regime, and a figure as a report gives it.
    fn reported(&mut self) {
        let text = |text: &str| Value::Text(text.into());
        let regime = [
            (Field::COUNCIL, Value::Bool(true)),
            (Field::VALID_FROM, Value::Date(catalogue::two_tier_day())),
            (Field::DECISION, text("Nghị quyết thành lập (mẫu)")),
        ];
        self.record(Kind::REGIME, &regime);
        if let Some(population) = self.size.population {
            let figure = [
                (Field::NAME, text("Dân số")),
                (Field::PERIOD, text("2025")),
                (Field::AMOUNT, Value::Int(population)),
                (Field::MEASURE, text("người")),
                (Field::BOUND, text("over")),
                (Field::SOURCE, text("Đề án sắp xếp (mẫu)")),
            ];
            self.record(Kind::INDICATOR, &figure);
        }
    }

    fn posts(&mut self, rows: &[PostRow], scope: &str) -> Vec<(RecordId, i64)> {
        let mut posts = Vec::new();
        for (slug, name, system, most) in rows {
            let record = self.dice.record();
            let (slug, name, system) = ((*slug).into(), (*name).into(), (*system).into());
            self.add(&AddPost { record, slug, name, system, scope: scope.into(), max_holders: Some(*most) }, false);
            posts.push((record, *most));
        }
        posts
    }

    /// What units of an old unit are called in this part of the country: slug and word.
    fn kind_of(&self, old: PlaceType) -> (&'static str, &'static str) {
        let south = self.place.province > "66";
        match (old, south) {
            (PlaceType::Phuong | PlaceType::ThiTran, false) => ("to_dan_pho", "Tổ dân phố"),
            (PlaceType::Phuong | PlaceType::ThiTran, true) => ("khom", "Khóm"),
            (_, false) => ("xom", "Xóm"),
            (_, true) => ("ap", "Ấp"),
        }
    }

    fn units(&mut self) -> Vec<RecordId> {
        let mut units = Vec::new();
        let areas = self.areas.clone();
        // A part of an old unit brings about half as many as a whole one.
        let weight = |heir: &Heir| if heir.share == Share::Whole { 2 } else { 1 };
        let all: usize = areas.iter().map(weight).sum();
        let each = self.size.households / i64::try_from(self.size.units).unwrap_or(1).max(1);
        for heir in &areas {
            let count = (self.size.units * weight(heir) / all.max(1)).max(1);
            let (kind, word) = self.kind_of(heir.old.kind);
            for number in 1..=count {
                let area = heir.old.name;
                let name = match areas.len() {
                    1 => format!("{word} {number}"),
                    _ => format!("{word} {number} ({area})"),
                };
                let spread = u64::try_from(each).unwrap_or(0);
                let households = each / 2 + i64::try_from(self.dice.below(spread + 1)).unwrap_or(0);
                let form = AddUnit {
                    record: self.dice.record(),
                    name,
                    kind: kind.into(),
                    households: Some(households),
                    population: Some(households * 7 / 2),
                    area: Some(heir.old.full_name()),
                    valid_from: None,
                };
                units.push(form.record);
                self.add(&form, false);
            }
        }
        units
    }

    fn person(&mut self, category: &str) -> RecordId {
        self.persons += 1;
        let record = self.dice.record();
        let name = format!("Nguyễn Văn Mẫu {:03}", self.persons);
        self.add(&AddPerson { record, name, category: category.into(), valid_from: None }, true);
        record
    }

    fn hold(&mut self, person: RecordId, post: RecordId, unit: Option<RecordId>, main: bool) {
        let from: Option<Date> = Some(catalogue::two_tier_day());
        let tenure = if main { "main" } else { "concurrent" };
        let record = self.dice.record();
        self.add(&AddHolding { record, person, post, unit, tenure: tenure.into(), from, to: None }, true);
    }

    fn leaders(&mut self, posts: &[(RecordId, i64)]) {
        for (post, most) in posts {
            for _ in 0..*most {
                let person = self.person("can_bo");
                self.hold(person, *post, None, true);
            }
        }
    }

    /// Three seats: about a third of the units fill two of them with one person, one seat in twenty is vacant.
    fn unit_people(&mut self, unit: RecordId, posts: &[(RecordId, i64)]) {
        let both = self.dice.chance(30);
        let mut secretary = None;
        for (seat, (post, _)) in posts.iter().enumerate() {
            if self.dice.chance(5) {
                continue;
            }
            match secretary {
                Some(person) if both && seat == 1 => self.hold(person, *post, Some(unit), false),
                _ => {
                    let person = self.person("khong_chuyen_trach");
                    self.hold(person, *post, Some(unit), true);
                    secretary = secretary.or(Some(person));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::demo::ISSUES;
    use crate::edit::{MAX_WEIGHT, Write};
    use crate::vocabulary;

    fn made(code: &str) -> Vec<Edit> {
        commune(code, CollectionId([1; 16]), None, 7, Timestamp(1_800_000_000_000)).unwrap()
    }

    fn named(edits: &[Edit], wanted: Kind) -> BTreeMap<String, i64> {
        let mut names = BTreeMap::new();
        for write in edits.iter().flat_map(Edit::writes) {
            let Write::Create { kind, fields, .. } = write else { continue };
            assert!(fields.contains(&(Field::MADE_UP, Value::Bool(true))));
            let fields: BTreeMap<_, _> = fields.iter().cloned().collect();
            if *kind == wanted {
                let name = fields.get(&Field::NAME).map(ToString::to_string).unwrap_or_default();
                let households = fields.get(&Field::HOUSEHOLDS).and_then(Value::as_int).unwrap_or_default();
                assert_eq!(names.insert(name, households), None, "named twice");
            }
        }
        names
    }

    #[test]
    fn song_cong_has_the_units_people_speak_of() {
        let edits = made("05518");
        let units = named(&edits, Kind::UNIT);
        assert_eq!(units.len(), 36);
        assert!(units.contains_key("Tổ dân phố 2 (Phố Cò)") && units.contains_key("Tổ dân phố 3 (Cải Đan)"));
        assert!((5_400..=6_600).contains(&units.values().sum::<i64>()), "{}", units.values().sum::<i64>());
        assert!(units.values().all(|households| (80..=260).contains(households)));
        assert_eq!(named(&edits, Kind::SITE).len(), 4);
        assert!(named(&edits, Kind::PERSON).contains_key("Nguyễn Văn Mẫu 014"));
        assert_eq!(edits, made("05518"));
        assert!(edits.len() < 12 && edits.iter().all(|edit| edit.weight() <= MAX_WEIGHT));
    }

    #[test]
    fn others_have_their_size_and_words() {
        let phung = named(&made("05443"), Kind::UNIT);
        assert!((110..=125).contains(&phung.len()), "{}", phung.len());
        assert!((29_000..=35_000).contains(&phung.values().sum::<i64>()));
        let trai_cau = named(&made("05662"), Kind::UNIT);
        assert!(trai_cau.contains_key("Xóm 1 (Hợp Tiến)") && trai_cau.contains_key("Tổ dân phố 1 (Trại Cau)"));
        assert!(named(&made("31825"), Kind::UNIT).contains_key("Khóm 1 (2)"));
        assert_eq!(commune("99999", CollectionId([1; 16]), None, 7, Timestamp(0)), None);
        let known = commune("05518", CollectionId([1; 16]), Some(RecordId([7; 16])), 7, Timestamp(0)).unwrap();
        assert!(named(&known, Kind::COMMUNE).is_empty(), "what came with the invitation is not made twice");
    }

    #[test]
    fn any_commune_can_be_made_and_ids_never_meet() {
        let mut ids = BTreeSet::new();
        for commune in catalogue::communes_of("19").chain(catalogue::communes_of("96")) {
            for write in made(commune.code).iter().flat_map(Edit::writes) {
                let Write::Create { record, .. } = write else { panic!("{write:?}") };
                assert!(ids.insert(*record));
            }
        }
    }

    #[test]
    fn the_issues_use_words_of_the_lists() {
        for issue in ISSUES {
            assert!(vocabulary::word("issue_category", issue.category).is_some());
            assert!(vocabulary::word("issue_cause", issue.cause).is_some());
            assert!((20..=300).contains(&issue.text.chars().count()));
        }
    }
}
