//! What each kind of record and event may say: one table for forms, for commands and for folds.

mod book;
mod column;
mod events;
mod label;
mod records;

pub use book::{compared, key, may_repeat, points_at, title};
pub use column::{Column, Rule};
pub use events::{EventRule, event};
pub use label::{event_label, kind_label, kind_label_en, label, label_en};
pub use records::{Home, KindRule, kind};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{EventKind, Field, Kind};

    #[test]
    fn every_kind_event_and_field_has_its_row() {
        for (kind_, slug) in Kind::ALL {
            assert!(kind(*kind_).is_some() && kind_label(*kind_) != "?" && kind_label_en(*kind_) != "?", "{slug}");
        }
        for (kind, slug) in EventKind::ALL {
            assert!(event(*kind).is_some() && event_label(*kind) != "?", "{slug}");
        }
        for (field, slug) in Field::ALL {
            assert!(label(*field) != "?" && label_en(*field) != "?", "{slug}");
        }
    }

    #[test]
    fn no_table_names_a_field_twice() {
        for (kind_, slug) in Kind::ALL {
            let columns = kind(*kind_).unwrap().columns;
            for (index, column) in columns.iter().enumerate() {
                assert!(columns[..index].iter().all(|other| other.field != column.field), "{slug} {}", column.field);
            }
        }
    }
}
