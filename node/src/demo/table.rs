//! What must have come out of the story.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::client::Answer;

/// What one office typed and where it is held.
pub(super) struct Row {
    pub(super) office: String,
    /// Edits answered as saved.
    pub(super) made: u64,
    /// Who holds how many of them.
    pub(super) held: Vec<(&'static str, u64)>,
}

impl Row {
    fn lost(&self) -> u64 {
        self.held.iter().map(|(_, held)| self.made.saturating_sub(*held)).max().unwrap_or(0)
    }

    /// An edit whose answer the power cut took is saved all the same: all hold it, nobody was told.
    fn all_equal(&self) -> bool {
        self.held.windows(2).all(|pair| pair[0].1 == pair[1].1)
    }
}

/// The result.
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// Per office: name, kinds and keys of the clashes it lists.
    pub(super) clashes: Vec<(String, Vec<String>, Vec<String>)>,
    pub(super) converge_ms: u64,
    pub(super) up: u64,
    pub(super) down: u64,
    /// Where documents differ, if they do.
    pub(super) differs: Option<String>,
}

/// The two clashes of the story, and no others.
const EXPECTED: [&str; 2] = ["same_field:households", "unit_twice"];

impl Table {
    fn lost(&self) -> u64 {
        self.rows.iter().map(Row::lost).sum()
    }

    fn converged(&self) -> bool {
        self.differs.is_none() && self.rows.iter().all(Row::all_equal)
    }

    /// Whether every office that must lists just the two, under the same keys.
    fn listed_right(&self) -> bool {
        let right = |(_, kinds, keys): &(String, Vec<String>, Vec<String>)| {
            let mut kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
            kinds.sort_unstable();
            let mut expected = EXPECTED;
            expected.sort_unstable();
            kinds == expected && Some(keys) == self.clashes.first().map(|(.., keys)| keys)
        };
        self.clashes.len() == 3 && self.clashes.iter().all(right)
    }

    /// Whether nothing is lost, unequal, unlisted or listed wrongly.
    pub(super) fn is_good(&self) -> bool {
        self.lost() == 0 && self.converged() && self.listed_right()
    }

    fn lines(&self) -> String {
        let mut table = String::new();
        for row in &self.rows {
            let held: Vec<String> = row.held.iter().map(|(who, held)| format!("{who} {held}")).collect();
            let _ = writeln!(table, "  {:<20} {:>5}   {}", row.office, row.made, held.join(" · "));
        }
        table
    }

    pub(super) fn answer(&self) -> Answer {
        let edits: u64 = self.rows.iter().map(|row| row.made).sum();
        let listed = self.clashes.first().map_or(0, |(_, kinds, _)| kinds.len());
        let seconds = f64::from(u32::try_from(self.converge_ms).unwrap_or(u32::MAX)) / 1_000.0;
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let held: serde_json::Map<String, Value> =
                    row.held.iter().map(|(who, held)| ((*who).to_owned(), json!(held))).collect();
                json!({ "office": row.office, "edits": row.made, "held": held, "lost": row.lost() })
            })
            .collect();
        let clashes: Vec<Value> = self
            .clashes
            .iter()
            .map(|(office, kinds, keys)| json!({ "office": office, "kinds": kinds, "keys": keys }))
            .collect();
        let data = json!({ "edits": edits, "lost": self.lost(), "converged": self.converged(),
            "conflicts_listed": listed, "conflicts_right": self.listed_right(), "converge_s": seconds,
            "bytes_up": self.up, "bytes_down": self.down, "differs": self.differs, "offices": rows, "clashes": clashes });
        let table = self.lines();
        let good = if self.is_good() { ("Đạt.", "Good.") } else { ("KHÔNG ĐẠT.", "NOT GOOD.") };
        let equal = if self.converged() { ("bằng nhau", "equal") } else { ("KHÁC NHAU", "UNEQUAL") };
        let vi = format!(
            "\n  Văn phòng             nhập   đang giữ ở\n{table}  Nội dung đã nhập: {edits}, mất: {} · các nơi: {} · cần thống nhất: {listed} · hội tụ sau {seconds:.1} s · \
             gửi {} B, nhận {} B\n{}",
            self.lost(),
            equal.0,
            self.up,
            self.down,
            good.0
        );
        let en = format!(
            "\n  Office                typed  held by\n{table}  Edits: {edits}, lost: {} · replicas: {} · to be settled: {listed} · converged in {seconds:.1} s · \
             {} B up, {} B down\n{}",
            self.lost(),
            equal.1,
            self.up,
            self.down,
            good.1
        );
        Answer::new(data, vi, en)
    }
}
