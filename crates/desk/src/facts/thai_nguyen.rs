//! The province of Thái Nguyên, June 2025: a new ward's buildings, those who leave, reported totals.

use hopluu_model::{Date, Field, Kind, Value};
use serde::Deserialize;

use super::FactPlace;
use super::book::{Book, text};
use super::cao_bang::Today;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Seed {
    province: Province,
    song_cong_ward: Ward,
    hop_tien: Commune,
}

#[derive(Debug, Clone, Deserialize)]
struct Province {
    code: String,
    name: String,
    leavers_staff: Figure,
    leavers_part_time: Figure,
}

#[derive(Debug, Clone, Deserialize)]
struct Figure {
    value: i64,
    #[serde(default)]
    vi: String,
    /// "nearly" in the text; the file writes `about` where the text says so of a total.
    #[serde(default)]
    about: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Ward {
    code: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    population: Figure,
    headquarters: Vec<Building>,
}

#[derive(Debug, Clone, Deserialize)]
struct Building {
    site: String,
    functions: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Commune {
    old_code: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    today: Today,
    staff: Vec<Staff>,
}

#[derive(Debug, Clone, Deserialize)]
struct Staff {
    id: String,
    label: String,
    post: String,
    category: String,
    leaves: Option<Leaves>,
}

#[derive(Debug, Clone, Deserialize)]
struct Leaves {
    on: String,
    reason: String,
}

const SOURCE: &str = "Bài viết về chuẩn bị chính quyền hai cấp, tháng 6/2025";

impl Seed {
    pub(super) fn places(&self) -> Vec<FactPlace> {
        let place = |code: &str, name: &str, kind: &str, today: Vec<String>| FactPlace {
            text: "002",
            code: code.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            province: "19",
            today,
        };
        let (ward, commune) = (&self.song_cong_ward, &self.hop_tien);
        vec![
            place(&self.province.code, &self.province.name, "tinh", Vec::new()),
            place(&ward.code, &ward.name, &ward.kind, vec![ward.code.clone()]),
            place(&commune.old_code, &commune.name, &commune.kind, commune.today.codes()),
        ]
    }

    pub(super) fn write(&self, code: &str, book: &mut Book<'_>) {
        if code == self.province.code {
            for (what, figure) in [
                ("leavers staff", &self.province.leavers_staff),
                ("leavers part-time", &self.province.leavers_part_time),
            ] {
                let bound = if figure.about { "nearly" } else { "exact" };
                reported(book, what, (&figure.vi, "người"), (figure.value, bound));
            }
        } else if code == self.song_cong_ward.code {
            self.buildings(book);
        } else {
            self.staff(book);
        }
    }

    fn buildings(&self, book: &mut Book<'_>) {
        for building in &self.song_cong_ward.headquarters {
            let state = if building.functions.is_empty() { "surplus" } else { "in_use" };
            let fields = vec![
                (Field::NAME, text(&building.site)),
                (Field::FUNCTIONS, text(&building.functions.join(","))),
                (Field::STATE, text(state)),
            ];
            book.record(&building.site, Kind::SITE, fields);
        }
        reported(book, "population", ("Dân số", "người"), (self.song_cong_ward.population.value, "over"));
    }

    fn staff(&self, book: &mut Book<'_>) {
        for one in &self.hop_tien.staff {
            let slug = one.id.to_lowercase().replace('-', "_");
            let post = book.post(&slug, &one.post, false, Some(1));
            let person = book.person(&one.id, &one.label, &one.category);
            book.hold(person, post, None, None);
            if let Some(leaves) = &one.leaves
                && let Ok(on) = leaves.on.parse::<Date>()
            {
                book.leave(person, &leaves.reason, on);
            }
        }
    }
}

/// A figure as the text reports it.
fn reported(book: &mut Book<'_>, what: &str, (name, measure): (&str, &str), (amount, bound): (i64, &str)) {
    let fields = vec![
        (Field::NAME, text(name)),
        (Field::PERIOD, text("đến ngày 01/7/2025")),
        (Field::AMOUNT, Value::Int(amount)),
        (Field::MEASURE, text(measure)),
        (Field::BOUND, text(bound)),
        (Field::SOURCE, text(SOURCE)),
    ];
    book.record(what, Kind::INDICATOR, fields);
}
