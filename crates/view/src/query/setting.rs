//! Rules of the province on a day.

use std::cmp::Reverse;

use hopluu_model::{Date, Field, Kind, Snapshot};
use rusqlite::Connection;
use serde::Serialize;

use crate::Result;
use crate::derive::today;
use crate::load;
use crate::open::Reader;

/// What a rule of the province says on a day; empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its number.
    pub count: Option<i64>,
    /// Its text.
    pub text: String,
}

impl Reader {
    /// A rule of the province on a day, or on the newest day known. Of several records under one slug the one with the
    /// latest first day not after that day holds; one without a first day is the oldest.
    ///
    /// # Errors
    /// When the database fails.
    pub fn setting(&self, slug: &str, day: Option<Date>) -> Result<Setting> {
        self.ask(|connection| {
            let day = day.map_or_else(|| today(connection), Ok)?;
            on(connection, slug, day)
        })
    }
}

/// The same within a transaction.
pub(crate) fn on(connection: &Connection, slug: &str, day: Date) -> Result<Setting> {
    let settings = load::bulletin(connection, Kind::SETTING)?;
    Ok(holding(&settings, slug, day).map_or_else(Setting::default, |record| Setting {
        count: record.int(Field::COUNT),
        text: record.text(Field::TEXT).to_owned(),
    }))
}

fn holding<'a>(settings: &'a [Snapshot], slug: &str, day: Date) -> Option<&'a Snapshot> {
    let begun = |record: &&Snapshot| record.date(Field::VALID_FROM).is_none_or(|from| from <= day);
    let under = settings.iter().filter(|record| record.text(Field::SLUG) == slug && !record.is_void());
    under.filter(begun).max_by_key(|record| (record.date(Field::VALID_FROM), Reverse(record.id)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hopluu_model::{ActorId, By, CollectionId, DocId, DocKind, Held, RecordId, Role, Stamp, Timestamp, Value};

    use super::*;

    fn rule(n: u8, text: &str, from: Option<&str>) -> Snapshot {
        let stamp = Stamp { at: Timestamp(1), by: By { name: "mẫu".into(), role: Role::Admin } };
        let actor = ActorId([n; 16]);
        let held = |value| Held { value, stamp: stamp.clone(), actor, rivals: Vec::new() };
        let mut fields = BTreeMap::from([
            (Field::SLUG, held(Value::Text("body_council".into()))),
            (Field::TEXT, held(Value::Text(text.into()))),
        ]);
        if let Some(from) = from {
            fields.insert(Field::VALID_FROM, held(Value::Date(from.parse().unwrap())));
        }
        let doc = DocId::new(CollectionId([9; 16]), DocKind::Bulletin);
        Snapshot { doc, id: RecordId([n; 16]), kind: Kind::SETTING, stamp: stamp.clone(), actor, fields }
    }

    #[test]
    fn the_latest_that_has_begun_holds() {
        let settings = [rule(1, "sau", Some("2025-07-01")), rule(2, "trước", None), rule(3, "mai", Some("2027-01-01"))];
        let on = |day: &str| holding(&settings, "body_council", day.parse().unwrap()).map(|it| it.text(Field::TEXT));
        assert_eq!(on("2025-06-30"), Some("trước"));
        assert_eq!(on("2025-07-01"), Some("sau"));
        assert_eq!(on("2026-12-31"), Some("sau"));
        assert_eq!(holding(&settings, "khac", "2026-12-31".parse().unwrap()), None);
    }
}
