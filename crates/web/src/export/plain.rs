//! CSV and JSON, sent while they are written.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use hopluu_desk::Refusal;
use serde_json::{Map, Value};
use tokio::runtime::Handle;
use tokio::sync::{SemaphorePermit, mpsc};
use tokio::time::timeout;

use super::table::{Cell, Table, defused, iso};

/// So long nobody reads before an export is broken off.
const PATIENCE: Duration = Duration::from_secs(60);
/// So much is held before it is sent.
const PIECE: usize = 64 << 10;
/// So many pieces wait for a slow reader.
const PIECES: usize = 4;

/// Lets something write on a thread of its own what is sent meanwhile.
pub(super) fn stream(
    permit: SemaphorePermit<'static>,
    write: impl FnOnce(&mut Pipe) -> io::Result<()> + Send + 'static,
) -> Body {
    let (to, from) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { to, held: Vec::with_capacity(PIECE) };
        let done = write(&mut pipe).and_then(|()| pipe.flush());
        if let Err(error) = done {
            tracing::warn!(%error, "an export was broken off");
            // Whoever reads must see that the end is missing; when nobody reads there is nobody to tell.
            drop(permit);
            pipe.to.blocking_send(Err(error)).ok();
        }
    });
    Body::from_stream(unfold(from, |mut from| async move { Some((from.recv().await?, from)) }))
}

/// Where an export is written to.
pub(super) struct Pipe {
    to: mpsc::Sender<io::Result<Bytes>>,
    held: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::replace(&mut self.held, Vec::with_capacity(PIECE)));
        // Whoever stops reading must not keep others from their exports.
        let sent = Handle::current().block_on(timeout(PATIENCE, self.to.send(Ok(piece))));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// With a mark at the start by which spreadsheets know that it is UTF-8.
pub(super) fn csv(table: Table, to: &mut impl Write) -> io::Result<()> {
    to.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    writer.write_record(&table.heads)?;
    for row in table.rows {
        let row = row.map_err(broken)?;
        writer.write_record(row.iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => defused(text),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Moment(at) => iso(*at),
        }))?;
    }
    writer.flush()
}

/// An array of objects, one a line.
pub(super) fn json(table: Table, to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"[")?;
    for (place, row) in table.rows.enumerate() {
        to.write_all(if place == 0 { b"\n" } else { b",\n" })?;
        let cells = row.map_err(broken)?.into_iter().map(|cell| match cell {
            Cell::Empty => Value::Null,
            Cell::Text(text) => text.into(),
            Cell::Number(number) => number.into(),
            Cell::Day(day) => day.to_string().into(),
            Cell::Moment(at) => at.0.into(),
        });
        let object: Map<String, Value> = table.columns.iter().map(|column| column.slug.to_owned()).zip(cells).collect();
        serde_json::to_writer(&mut *to, &object)?;
    }
    to.write_all(b"\n]\n")
}

fn broken(refusal: Refusal) -> io::Error {
    io::Error::other(refusal)
}

#[cfg(test)]
mod tests {
    use hopluu_model::Timestamp;

    use super::super::table::Column;
    use super::*;
    use crate::page::Page;

    const COLUMNS: &[Column] = &[
        Column { key: "issue.text", slug: "text", width: 10 },
        Column { key: "issue.arrived", slug: "arrived", width: 10 },
    ];

    fn table() -> Table {
        let rows = vec![
            vec![Cell::text("=HYPERLINK(\"http://evil.example\")"), Cell::Moment(Timestamp(0))],
            vec![Cell::text("Đường \"hỏng\",\nngập"), Cell::Number(-5)],
        ];
        Table::new(&Page::default(), "phieu", COLUMNS, Vec::new()).with(rows)
    }

    #[test]
    fn csv_opens_as_utf8_and_holds_no_formula() {
        let mut bytes = Vec::new();
        csv(table(), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "\u{feff}\"Khó khăn, vướng mắc\",Tỉnh nhận lúc\r\n\"'=HYPERLINK(\"\"http://evil.example\"\")\",1970-01-01 \
             07:00\r\n\"Đường \"\"hỏng\"\",\nngập\",-5\r\n"
        );
    }

    #[test]
    fn json_keeps_texts_as_they_are() {
        let mut bytes = Vec::new();
        json(table(), &mut bytes).unwrap();
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read[0]["text"], "=HYPERLINK(\"http://evil.example\")");
        assert_eq!((&read[1]["arrived"], &read[0]["arrived"]), (&Value::from(-5), &Value::from(0)));
    }
}
