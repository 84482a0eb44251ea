//! What a person is told when something is refused.

/// A stable code with one sentence in each language, which ends with what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Travels on the wire and is read out on the telephone. Unique in this room, never given a new meaning.
    pub code: u8,
    /// The same for logs and settings.
    pub slug: &'static str,
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

impl Notice {
    pub(crate) const fn new(code: u8, slug: &'static str, vi: &'static str, en: &'static str) -> Self {
        Self { code, slug, vi, en }
    }
}
