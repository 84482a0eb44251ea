//! What every page shows around its own matter.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use hopluu_desk::{LineState, Part, Power, Refusal, Standing};
use hopluu_model::text::grouped;
use hopluu_model::{Date, Field, Kind, Timestamp, rules};

use crate::signed::Signed;
use crate::words::{self, Lang};

/// The frame of a page: language, account, line, and how its words are said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// Language of the page.
    pub(crate) lang: Lang,
    /// Where the page is, to come back to.
    pub(crate) path: String,
    /// Which entry of the navigation it stands under.
    pub(crate) here: &'static str,
    /// Who is signed in; nobody on the pages before that.
    pub(crate) account: Option<Account>,
    /// How the office stands.
    pub(crate) standing: Standing,
    /// The line in words.
    pub(crate) line: String,
    /// The key of what was just done, told once.
    pub(crate) done: Option<String>,
    /// `light`, `dark`, or empty for what the system prefers.
    pub(crate) theme: &'static str,
    /// Where the start page of the demonstration is, in a demonstration.
    pub(crate) demo: Option<String>,
}

/// The account a page is made for.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Its name.
    pub(crate) name: String,
    /// Its part.
    pub(crate) part: Part,
    /// The token every form must bring back.
    pub(crate) csrf: String,
}

impl Page {
    /// The text of a key.
    pub(crate) fn t<'a>(&self, key: &'a str) -> &'a str {
        words::text(self.lang, key)
    }

    /// The text of a key with a number in it.
    pub(crate) fn n(&self, key: &str, number: impl Into<Count>) -> String {
        self.t(key).replace("{}", &self.number(number))
    }

    /// The text of a key with another text in it.
    pub(crate) fn s(&self, key: &str, text: impl AsRef<str>) -> String {
        self.t(key).replace("{}", text.as_ref())
    }

    /// The text of a word that is put together at run time, below `x.`.
    pub(crate) fn x(&self, list: &str, slug: &str) -> String {
        let key = format!("x.{list}.{slug}");
        if words::known(&key) { self.t(&key).to_owned() } else { slug.to_owned() }
    }

    /// The one of two texts that is in the page's language.
    pub(crate) fn pick<T>(&self, vi: T, en: T) -> T {
        self.lang.pick(vi, en)
    }

    /// Whether a number is not nought.
    pub(crate) fn some(&self, number: impl Into<Count>) -> bool {
        number.into().0 != 0
    }

    /// A number as people write it here: `1.234` and `1,234`.
    pub(crate) fn number(&self, number: impl Into<Count>) -> String {
        grouped(number.into().0, self.pick('.', ','))
    }

    /// A share in percent, as people write it here: `85,3 %`; a dash where there is nothing to share.
    pub(crate) fn percent(&self, part: &u32, whole: &u32) -> String {
        if *whole == 0 {
            return "–".to_owned();
        }
        let tenths = (u64::from(*part) * 1_000 + u64::from(*whole) / 2) / u64::from(*whole);
        format!("{}{}{} %", tenths / 10, self.pick(',', '.'), tenths % 10)
    }

    /// A number of days that may not be known.
    pub(crate) fn days(&self, days: &Option<u16>) -> String {
        days.map_or_else(|| "–".to_owned(), |days| self.number(u32::from(days)))
    }

    /// What a field is called.
    pub(crate) fn label(&self, field: &Field) -> &'static str {
        self.pick(rules::label(*field), rules::label_en(*field))
    }

    /// What a record of a kind is called.
    pub(crate) fn kind(&self, kind: &Kind) -> &'static str {
        self.pick(rules::kind_label(*kind), rules::kind_label_en(*kind))
    }

    /// A day that was typed into an address, when it is one.
    pub(crate) fn day(&self, typed: &str) -> Option<String> {
        typed.parse::<Date>().ok().map(|day| self.date(&day))
    }

    /// What is wrong with a field (slug), to be shown beside it.
    pub(crate) fn fault(&self, refused: Option<&Refusal>, field: &str) -> Option<String> {
        let field = Field::from_slug(field)?;
        let fault = refused?.faults.iter().find(|fault| fault.field == field)?;
        Some(self.pick(fault.what.vi(), fault.what.to_string()))
    }

    /// A day as offices write it.
    pub(crate) fn date(&self, date: &Date) -> String {
        date.vi()
    }

    /// A moment: hour and day.
    pub(crate) fn time(&self, at: &Timestamp) -> String {
        let (hour, minute) = at.hour_minute();
        match self.lang {
            Lang::Vi => at.to_string(),
            Lang::En => format!("{hour:02}:{minute:02}, {}", at.date().vi()),
        }
    }

    /// A moment as rows keep it: milliseconds of UTC.
    pub(crate) fn moment(&self, at: &i64) -> String {
        self.time(&Timestamp(*at))
    }

    /// Whether whoever is signed in may do something (slug of a power).
    pub(crate) fn may(&self, power: &str) -> bool {
        let power = match power {
            "write" => Power::Write,
            "lead" => Power::Lead,
            "triage" => Power::Triage,
            "rule" => Power::Rule,
            "personal" => Power::Personal,
            "machines" => Power::Machines,
            "accounts" => Power::Accounts,
            "audit" => Power::Audit,
            _ => return false,
        };
        self.account.as_ref().is_some_and(|account| account.part.may(power))
    }

    /// Whether this is a desk of the province.
    pub(crate) fn is_province(&self) -> bool {
        self.standing.side == "province"
    }

    /// The hidden field every form brings back.
    pub(crate) fn csrf(&self) -> &str {
        self.account.as_ref().map_or("", |account| &account.csrf)
    }

    /// Which colours and sign the line gets: `ok`, `busy`, `off`, `bad`.
    pub(crate) fn line_mark(&self) -> &'static str {
        match self.standing.line {
            LineState::Broken => "bad",
            _ if self.standing.turned_away.is_some() => "bad",
            LineState::Settled if self.standing.backlog == 0 => "ok",
            LineState::Settled | LineState::CatchingUp => "busy",
            LineState::Offline | LineState::Dialling => "off",
        }
    }

    /// ` aria-current="page"` for the entry of the navigation this page stands under.
    pub(crate) fn current(&self, entry: &str) -> &'static str {
        if self.here == entry { "page" } else { "false" }
    }

    pub(crate) fn with_account(mut self, signed: &Signed) -> Self {
        let (name, part) = (signed.who.name.clone(), signed.who.part);
        self.account = Some(Account { name, part, csrf: signed.session.csrf.clone() });
        self
    }
}

/// A number of any of the kinds that counts come in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count(i64);

macro_rules! counts {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Count {
            fn from(number: $kind) -> Self {
                Self(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl From<&$kind> for Count {
            fn from(number: &$kind) -> Self {
                Self::from(*number)
            }
        }
        impl From<&&$kind> for Count {
            fn from(number: &&$kind) -> Self {
                Self::from(**number)
            }
        })*
    };
}

counts!(i64, i32, u64, u32, usize);

/// A page as an answer.
pub(crate) fn show(template: &impl Template) -> Response {
    show_as(StatusCode::OK, template)
}

/// A page as an answer with another status.
pub(crate) fn show_as(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_here_do() {
        let page = Page::default();
        assert_eq!(page.number(1_234_567_i64), "1.234.567");
        assert_eq!(page.number(-999_i64), "-999");
        assert_eq!([page.percent(&2, &3), page.percent(&3, &3), page.percent(&0, &0)], ["66,7 %", "100,0 %", "–"]);
        assert_eq!(Page { lang: Lang::En, ..page }.number(1_000_u64), "1,000");
    }
}
