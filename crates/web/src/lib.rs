//! The words of the pages, in Vietnamese and English.
//!
//! Pages and commands say the same thing in the same words: short, polite, concrete, as offices write. The pages
//! themselves come with the desks; until then the command line is what people see of this room.

mod line;
mod sentence;

pub use line::line;
pub use sentence::sentence;

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
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
