//! Pages over a desk, and the words of pages and commands.
//!
//! Pages are rendered on the server and work without JavaScript; one small script (`assets/app.js`) adds what only saves
//! time: parts that follow the news, drafts kept while typing, keys. Pages know no rule of the trade: they hand what was
//! typed to a verb of [`hopluu_desk::Desk`] and show what it answers.
//!
//! * [`router`] makes the pages of an office, [`serve`] serves them on a socket.
//! * A page is a template in `templates/`, a struct with its fields, and a handler, one file per page; what every page
//!   shows (account, line, navigation) is `page::Page`.
//! * Every word stands in `words/*.tsv` in both languages, under a key; a test fails for a missing or unused one.

mod accounts;
mod api;
mod assets;
mod books;
mod bulletin;
mod commune;
mod demo;
mod directives;
mod export;
mod failure;
mod guard;
mod home;
pub mod import;
mod issues;
mod line;
mod live;
mod login;
mod machines;
mod mergers;
mod names;
mod notices;
mod overview;
mod page;
mod people;
mod posted;
mod problems;
mod sentence;
mod settle;
mod signed;
mod site;
mod status;
mod totals;
mod units;
mod words;

pub use demo::{DemoDesk, Scene, Stage, demo_router};
pub use line::line;
pub use mergers::warning;
pub use sentence::sentence;
pub use site::{Accept, Pages, router, serve};

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Words {
    /// Vietnamese, which comes first.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Words {
    /// Says it in both languages.
    #[must_use]
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}
