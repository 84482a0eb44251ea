//! A package and a range of its versions, written `name:<1.2.3`.

use std::cmp::Ordering;

use serde::Deserialize;

/// A package, and one bound of its versions or none.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Versions {
    name: String,
    bound: Option<(Bound, [u64; 3])>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Below,
    UpTo,
    Exactly,
    From,
    Above,
}

/// Longer operators first, so that `<=` is not read as `<`.
const BOUNDS: &[(&str, Bound)] =
    &[("<=", Bound::UpTo), (">=", Bound::From), ("<", Bound::Below), (">", Bound::Above), ("=", Bound::Exactly)];

impl Versions {
    /// Whether this version of this package is meant. A version that is no version is never meant.
    pub(super) fn matches(&self, name: &str, version: &str) -> bool {
        let Some((bound, than)) = self.bound else { return self.name == name };
        // What follows a dash or a plus (a pre-release, a build) is not weighed.
        let plain = version.split(['-', '+']).next().unwrap_or(version);
        self.name == name && numbers(plain).is_some_and(|version| bound.holds(version.cmp(&than)))
    }
}

impl Bound {
    fn holds(self, found: Ordering) -> bool {
        match self {
            Self::Below => found.is_lt(),
            Self::UpTo => found.is_le(),
            Self::Exactly => found.is_eq(),
            Self::From => found.is_ge(),
            Self::Above => found.is_gt(),
        }
    }
}

impl TryFrom<String> for Versions {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let Some((name, range)) = text.split_once([':', '@']) else {
            return Ok(Self { name: text, bound: None });
        };
        let bound = BOUNDS.iter().find_map(|(sign, bound)| Some((*bound, numbers(range.trim().strip_prefix(sign)?)?)));
        match bound {
            Some(bound) => Ok(Self { name: name.to_owned(), bound: Some(bound) }),
            None => Err(format!("`{text}`: write one bound of three numbers, such as `{name}:<1.2.3`")),
        }
    }
}

fn numbers(text: &str) -> Option<[u64; 3]> {
    let numbers: Option<Vec<u64>> = text.trim().split('.').map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::Versions;

    fn versions(text: &str) -> Versions {
        Versions::try_from(text.to_owned()).expect("a range")
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(versions("quinn-proto:<0.11.19").matches("quinn-proto", "0.11.9"));
        assert!(!versions("quinn-proto:<0.11.19").matches("quinn-proto", "0.11.19"));
        assert!(!versions("quinn-proto:<0.11.19").matches("quinn-proto", "0.12.0"));
        assert!(versions("sled@>0.34.7").matches("sled", "1.0.0-alpha.124"));
        assert!(versions("a:<=1.0.0").matches("a", "1.0.0+build.1"));
        assert!(versions("a:=1.0.0").matches("a", "1.0.0"));
        assert!(!versions("a:>=1.0.1").matches("a", "1.0.0"));
    }

    #[test]
    fn another_package_is_never_meant() {
        assert!(!versions("sled:>0.34.7").matches("sledge", "1.0.0"));
        assert!(versions("openssl").matches("openssl", "any"));
    }

    #[test]
    fn a_range_nobody_would_check_is_an_error() {
        for text in ["a:1.0.0", "a:^1.0.0", "a:<1.0", "a:>=1.0.0, <2.0.0", "a:"] {
            assert!(Versions::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
