//! An error with everything below it.

use std::error::Error;
use std::fmt::Write;

/// Joins an error and its sources with colons, outermost first.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // Writing into a string cannot fail.
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outside")]
    struct Outside(#[source] io::Error);

    #[test]
    fn every_source_is_named_once() {
        let error = Outside(io::Error::other("inside"));
        assert_eq!(chain(&error), "outside: inside");
    }
}
