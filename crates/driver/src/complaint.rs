//! What a person is told when a command fails.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::exit::Exit;
use hopluu_model::chain;

/// The language of messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// The one of two texts that is in this language.
    #[must_use]
    pub fn pick<T>(self, vi: T, en: T) -> T {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

impl FromStr for Lang {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "vi" => Ok(Self::Vi),
            "en" => Ok(Self::En),
            _ => Err("vi | en"),
        }
    }
}

/// A failure with a stable code, one sentence in each language that ends with what to do next, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// How the program ends.
    pub exit: Exit,
    /// A stable word for scripts and the telephone, such as `data-dir-in-use`.
    pub code: &'static str,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
    /// The chain of causes, for whoever helps.
    pub cause: Option<String>,
}

impl Complaint {
    /// Says what is wrong and what to do.
    #[must_use]
    pub fn new(exit: Exit, code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { exit, code, vi: vi.into(), en: en.into(), cause: None }
    }

    /// Adds the error behind it, with everything below.
    #[must_use]
    pub fn because(mut self, error: &dyn Error) -> Self {
        self.cause = Some(chain(error));
        self
    }

    /// The sentence in a language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.vi, &self.en)
    }

    /// As lines for a terminal.
    #[must_use]
    pub fn to_lines(&self, lang: Lang) -> String {
        let label = lang.pick("Lỗi", "Error");
        let mut lines = format!("{label} [{}]: {}", self.code, self.text(lang));
        if let Some(cause) = &self.cause {
            lines.push_str(&format!("\n  {}: {cause}", lang.pick("Nguyên nhân", "Cause")));
        }
        lines
    }

    /// As JSON: `{"error": {"code", "exit", "vi", "en", "cause"}}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "error": {
            "code": self.code, "exit": self.exit.code(), "vi": self.vi, "en": self.en, "cause": self.cause,
        } })
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code, self.en)
    }
}

impl Error for Complaint {}
