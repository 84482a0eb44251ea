//! The whole view as text, for comparing it with its rebuild.

use std::fmt::Write as _;

use rusqlite::types::ValueRef;

use crate::Result;
use crate::open::View;

/// Row numbers are an accident of arrival, so documents are named by their ids and rows sorted as text.
const BASE: &[(&str, &str)] = &[
    ("document", "select hex(d.id), hex(heads), entered_at, received_at from document d where heads is not null"),
    (
        "record",
        "select hex(d.id), hex(t.id), t.kind, t.fields, t.at, t.by, t.role, hex(t.actor), t.name, t.sort
         from record t join document d on d.n = t.doc",
    ),
    (
        "event",
        "select hex(d.id), hex(t.record), hex(t.id), t.kind, hex(t.after), t.fields, t.at, t.by, t.role,
           hex(t.actor), t.side from event t join document d on d.n = t.doc",
    ),
    (
        "touch",
        "select hex(d.id), hex(t.record), hex(t.actor), t.side, t.last_seq, t.seen_seq
         from touch t join document d on d.n = t.doc",
    ),
    (
        "clock",
        "select hex(d.id), hex(t.actor), t.relay, t.shown from clock t join document d on d.n = t.doc
         where t.relay > 0 or t.shown > 0",
    ),
    ("shown", "select hex(d.id), t.at from shown t join document d on d.n = t.doc"),
    ("mine", "select hex(actor) from mine"),
    ("refused", "select hex(d.id), hex(t.actor), t.seq, t.code, t.text from refused t join document d on d.n = t.doc"),
];

impl View {
    /// All tables as text, one row per line, the same for the same contents however they came about.
    ///
    /// # Errors
    /// When the database fails.
    pub fn dump(&self) -> Result<String> {
        let connection = self.lock();
        let mut text = String::new();
        for (table, sql) in BASE.iter().chain(crate::derive::DUMP) {
            let mut statement = connection.prepare(sql)?;
            let width = statement.column_count();
            let mut rows = statement.query([])?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                let mut line = (*table).to_owned();
                for column in 0..width {
                    line.push('|');
                    line.push_str(&cell(row.get_ref(column)?));
                }
                lines.push(line);
            }
            lines.sort_unstable();
            for line in lines {
                let _ = writeln!(text, "{line}");
            }
        }
        Ok(text)
    }
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).replace('\n', "\\n"),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}
