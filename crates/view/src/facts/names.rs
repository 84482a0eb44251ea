//! Slugs, accounts and ids as small numbers.

use std::collections::HashMap;

/// Stands for a text or an id. The first one stands for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(u32);

impl Name {
    /// There is none.
    pub(crate) const NONE: Self = Self(0);

    /// Whether there is one.
    pub(crate) fn is_some(self) -> bool {
        self != Self::NONE
    }

    /// Its number.
    pub(crate) fn place(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// The texts and ids that were given numbers.
#[derive(Debug)]
pub(crate) struct Names {
    known: HashMap<Vec<u8>, Name>,
    all: Vec<Vec<u8>>,
}

impl Default for Names {
    fn default() -> Self {
        Self { known: HashMap::new(), all: vec![Vec::new()] }
    }
}

impl Names {
    /// The number of a text, which is given one when it has none; an empty one is none.
    pub(crate) fn of(&mut self, bytes: Option<&[u8]>) -> Name {
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Name::NONE };
        if let Some(name) = self.known.get(bytes) {
            return *name;
        }
        let name = Name(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.known.insert(bytes.to_vec(), name);
        self.all.push(bytes.to_vec());
        name
    }

    /// The number of a text that has one.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<Name> {
        self.known.get(bytes).copied()
    }

    /// What a name stands for.
    pub(crate) fn bytes(&self, name: Name) -> &[u8] {
        self.all.get(name.place()).map_or(&[], Vec::as_slice)
    }

    /// The same as text.
    pub(crate) fn text(&self, name: Name) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_default()
    }

    /// All of them, that of none first.
    pub(crate) fn all(&self) -> impl Iterator<Item = Name> + use<> {
        (0..u32::try_from(self.all.len()).unwrap_or(u32::MAX)).map(Name)
    }

    /// All of them as text, by number, that of none first.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|bytes| std::str::from_utf8(bytes).unwrap_or_default())
    }
}
