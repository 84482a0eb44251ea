//! The province of Cà Mau, July 2025: what communes and province call difficult.

use hopluu_model::catalogue;
use serde::Deserialize;

use super::FactPlace;
use super::book::Book;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Seed {
    area_communes: Vec<Commune>,
    province: Province,
    issues_stated: Vec<Issue>,
    issues_filler: Vec<Issue>,
}

#[derive(Debug, Clone, Deserialize)]
struct Commune {
    code: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Province {
    code: String,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Issue {
    id: String,
    /// `None` where the province says it of all.
    commune: Option<String>,
    category: String,
    cause: String,
    text: String,
}

impl Seed {
    pub(super) fn places(&self) -> Vec<FactPlace> {
        let place = |code: &str, name: &str, kind: &str| FactPlace {
            text: "004",
            code: code.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            province: "96",
            today: catalogue::commune(code).map(|commune| commune.code.to_owned()).into_iter().collect(),
        };
        let communes = self.area_communes.iter().map(|it| place(&it.code, &it.name, &it.kind));
        std::iter::once(place(&self.province.code, &self.province.name, "tinh")).chain(communes).collect()
    }

    pub(super) fn write(&self, code: &str, book: &mut Book<'_>) {
        let province = self.province.code == code;
        let of = |issue: &&Issue| issue.commune.as_deref().map_or(province, |commune| commune == code);
        for issue in self.issues_stated.iter().chain(&self.issues_filler).filter(of) {
            book.issue(&issue.id, (&issue.category, &issue.cause), &issue.text);
        }
    }
}
