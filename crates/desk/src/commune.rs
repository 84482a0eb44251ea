//! One commune as everybody may see it: its record, where it comes from, its rule, its buildings, the figures it reported.

use hopluu_model::fold::Said;
use hopluu_model::text::grouped;
use hopluu_model::{Field, RecordId, catalogue};
use hopluu_view::query::{BookRow, CommunePicture, CommuneRow};
use serde::{Serialize, Serializer};

use crate::{Desk, PlaceOn, Refusal, Who, place_on};

/// A commune in one picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommuneDetail {
    /// What lists of communes show of it; `None` before its own record was entered.
    pub row: Option<CommuneRow>,
    /// What its code means since 2025-07-01, and from which old units it was formed; `None` without a known code.
    pub now: Option<PlaceOn>,
    /// What the same code named the day before, mostly another place.
    pub before: Option<PlaceOn>,
    /// What it says of itself.
    #[serde(flatten)]
    pub picture: CommunePicture,
    /// The figures it reported, in words.
    pub figures: Vec<ReportedFigure>,
}

/// A figure as it was reported: with its bound and its source, never as if it had been counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedFigure {
    /// Its record.
    #[serde(serialize_with = "as_text")]
    pub id: RecordId,
    /// What it counts.
    pub name: String,
    /// For which period.
    pub period: String,
    /// "hơn 21.000 người".
    pub vi: String,
    /// "more than 21,000 người": the unit of measure is as it was typed.
    pub en: String,
    /// Who reported it, where.
    pub source: String,
}

impl ReportedFigure {
    fn of(row: &BookRow) -> Self {
        let bound = match row.record.fields.get(&Field::BOUND).map(ToString::to_string).as_deref() {
            Some("exact") | None => Said::default(),
            _ => row.said(Field::BOUND),
        };
        let amount = row.int(Field::AMOUNT).unwrap_or(0);
        let measure = row.shown(Field::MEASURE);
        let words = |bound: &str, amount: String| {
            [bound, &amount, &measure].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        Self {
            id: row.record.id,
            name: row.shown(Field::NAME),
            period: row.shown(Field::PERIOD),
            vi: words(&bound.vi, grouped(amount, '.')),
            en: words(&bound.en, grouped(amount, ',')),
            source: row.shown(Field::SOURCE),
        }
    }
}

impl Desk {
    /// A commune by its code, this office's own when none is named.
    ///
    /// # Errors
    /// When the commune is not known here, or none is named at the province.
    pub fn commune(&self, code: Option<&str>) -> Result<CommuneDetail, Refusal> {
        let collection = self.one_commune(code)?;
        let row = self.reader().communes()?.into_iter().find(|row| row.collection == collection);
        let code = row.as_ref().map_or("", |row| row.code.as_str());
        let day = catalogue::two_tier_day();
        // A code that the catalogue does not have is that of a made-up commune.
        let [before, now] = [day.plus_days(-1), day].map(|day| place_on(code, day).ok());
        let picture = self.reader().commune(collection)?;
        let figures = picture.indicators.iter().map(ReportedFigure::of).collect();
        Ok(CommuneDetail { row, now, before, picture, figures })
    }

    /// The figures that the province itself reported.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn reported(&self, who: &Who) -> Result<Vec<ReportedFigure>, Refusal> {
        let rows = self.book(who, "indicator", &crate::BookQuery::default()).await?;
        Ok(rows.iter().filter(|row| !row.void).map(ReportedFigure::of).collect())
    }
}

fn as_text<S: Serializer>(id: &RecordId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
