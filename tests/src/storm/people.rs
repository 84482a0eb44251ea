//! People who type while the line is bad, and what they were told.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use serde_json::{Value, json};

use super::dice::Dice;
use super::world::NAMES;
use crate::process::Place;

/// The unit whose households both houses correct.
pub(super) const SHARED_UNIT: &str = "Tổ dân phố 1 (Phố Cò)";

/// Something that was answered as saved, and so must be everywhere in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saved {
    /// An issue with its code and its text.
    Issue {
        /// Its code.
        code: String,
        /// Its text.
        text: String,
    },
    /// An event on an issue.
    Event {
        /// The issue's code.
        code: String,
        /// The event's id.
        event: String,
    },
    /// A unit.
    Unit {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// A write to a field, which another one may since have replaced: only counted.
    Field,
}

/// What one person did.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    /// All that was answered as saved.
    pub(super) saved: Vec<Saved>,
    /// What an office refused, with its words.
    pub(super) refused: Vec<String>,
}

/// Somebody at an office.
pub(super) struct Person<'a> {
    number: usize,
    office: &'a Place,
    dice: Dice,
    /// Marks the texts of a round.
    seed: u64,
    /// Milliseconds between two edits.
    pace: (u64, u64),
    typed: Typed,
}

impl<'a> Person<'a> {
    /// Sits down at office `number`.
    #[must_use]
    pub(super) fn new(number: usize, office: &'a Place, seed: u64, pace: (u64, u64)) -> Self {
        let dice = Dice::new(seed, NAMES[number]);
        Self { number, office, dice, seed, pace, typed: Typed::default() }
    }

    /// Types until nobody holds the other end of `until` any more.
    #[must_use]
    pub(super) fn work(mut self, until: &Receiver<()>) -> Typed {
        for count in 0_u32.. {
            let done = if self.number == 0 { self.at_the_desk(count) } else { self.in_a_house(count) };
            match done {
                Ok(Some(saved)) => self.typed.saved.push(saved),
                Ok(None) => {}
                Err(said) => self.typed.refused.push(said),
            }
            let pause = self.dice.ms(self.pace.0, self.pace.1);
            if until.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        self.typed
    }

    fn in_a_house(&mut self, count: u32) -> Result<Option<Saved>, String> {
        let (seed, name) = (self.seed, NAMES[self.number]);
        match self.dice.between(0, 9) {
            0..=3 => {
                let text = format!("Khó khăn {name} {count} của vòng {seed}");
                // Some by the command, as people do, most by the socket behind it, which is quicker.
                let said = if self.dice.one_in(6) {
                    let output = self.office.run(&["issue", "report", "--category", "tru_so", &text, "--json"]);
                    serde_json::from_slice(&output.stdout)
                        .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())
                } else {
                    let args = json!({ "category": "tru_so", "cause": "chua_ro", "text": text });
                    self.office.ask("issue.report", args, None)
                }?;
                Ok(Some(Saved::Issue { code: text_of(&said["code"]), text }))
            }
            4 | 5 => self.comment(count),
            6 => {
                let unit = format!("Tổ dân phố {name} {count}");
                let args = json!({ "name": unit, "kind": "to_dan_pho", "households": self.dice.between(20, 200) });
                let said = self.office.ask("unit.add", args, None)?;
                Ok(Some(Saved::Unit { id: text_of(&said["id"]), name: unit }))
            }
            _ => {
                // A number that holds already would be no change, and could not be counted.
                let households = 200 + 4 * count + u32::try_from(self.number).unwrap_or(0);
                let args = json!({ "unit": SHARED_UNIT, "households": households });
                self.office.ask("unit.households", args, None)?;
                Ok(Some(Saved::Field))
            }
        }
    }

    fn at_the_desk(&mut self, count: u32) -> Result<Option<Saved>, String> {
        if self.dice.one_in(2) {
            return self.comment(count);
        }
        let Some((code, state)) = self.some_issue()? else { return Ok(None) };
        let event = match state.as_str() {
            "new" => json!({ "code": code, "event": "receive" }),
            "received" => json!({ "code": code, "event": "forward", "lead": "so_noi_vu" }),
            _ => return self.comment(count),
        };
        let said = self.office.ask("issue.move", event, None)?;
        Ok(Some(Saved::Event { code, event: text_of(&said["event"]) }))
    }

    fn comment(&mut self, count: u32) -> Result<Option<Saved>, String> {
        let Some((code, _)) = self.some_issue()? else { return Ok(None) };
        let mut text = format!("Ý kiến {count} từ {}", NAMES[self.number]);
        if self.dice.one_in(4) {
            // Long, and of letters that no dictionary knows: what fills whole datagrams.
            for _ in 0..150 {
                text.push(' ');
                let word = self.dice.roll();
                text.extend((0..16).map(|letter| char::from(b'a' + ((word >> (4 * letter)) & 15) as u8)));
            }
        }
        let said = self.office.ask("issue.comment", json!({ "code": code, "text": text }), None)?;
        Ok(Some(Saved::Event { code, event: text_of(&said["event"]) }))
    }

    /// An issue this office shows, with its state.
    fn some_issue(&mut self) -> Result<Option<(String, String)>, String> {
        let page = self.office.ask("issue.list", json!({ "limit": 500 }), None)?;
        let rows: &[Value] = page["rows"].as_array().map_or(&[], Vec::as_slice);
        Ok(self.dice.pick(rows).map(|row| (text_of(&row["code"]), text_of(&row["state"]))))
    }
}

/// So long a person rests at least and at most between two edits.
#[must_use]
pub(super) fn pace(busy: Duration) -> (u64, u64) {
    let middle = u64::try_from(busy.as_millis()).unwrap_or(u64::MAX);
    (middle / 3, middle.saturating_mul(2))
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
