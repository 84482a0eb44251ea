//! Licence expressions as manifests write them: `MIT OR (Apache-2.0 WITH LLVM-exception AND ISC)`, or the older `MIT/ISC`.

use anyhow::{Result, bail};

/// Whether the allowed licences satisfy the expression. `AND` binds tighter than `OR`; a licence with an exception is
/// as good as the bare one, since exceptions only add permissions.
pub(super) fn is_satisfied(expression: &str, allowed: &[&str]) -> Result<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    let satisfied = reader.any()?;
    match reader.words.first() {
        None => Ok(satisfied),
        Some(word) => bail!("`{word}` stands where nothing may stand"),
    }
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn any(&mut self) -> Result<bool> {
        let mut satisfied = self.all()?;
        while self.took("OR") {
            satisfied |= self.all()?;
        }
        Ok(satisfied)
    }

    fn all(&mut self) -> Result<bool> {
        let mut satisfied = self.one()?;
        while self.took("AND") {
            satisfied &= self.one()?;
        }
        Ok(satisfied)
    }

    fn one(&mut self) -> Result<bool> {
        if self.took("(") {
            let satisfied = self.any()?;
            if !self.took(")") {
                bail!("a parenthesis stays open");
            }
            return Ok(satisfied);
        }
        let name = self.name()?;
        if self.took("WITH") {
            self.name()?;
        }
        Ok(self.allowed.contains(&name))
    }

    fn name(&mut self) -> Result<&'a str> {
        match self.words {
            [name, rest @ ..] if !matches!(*name, "OR" | "AND" | "WITH" | "(" | ")") => {
                self.words = rest;
                Ok(name)
            }
            [word, ..] => bail!("`{word}` stands where a licence should"),
            [] => bail!("it ends where a licence should stand"),
        }
    }

    fn took(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::is_satisfied;

    fn holds(expression: &str) -> bool {
        is_satisfied(expression, &["MIT", "ISC", "Apache-2.0"]).expect("a readable expression")
    }

    #[test]
    fn one_of_several_is_enough_and_all_of_several_are_needed() {
        assert!(holds("MIT"));
        assert!(holds("GPL-3.0 OR MIT"));
        assert!(holds("GPL-3.0/MIT"));
        assert!(!holds("GPL-3.0 AND MIT"));
        assert!(holds("Apache-2.0 AND ISC"));
    }

    #[test]
    fn and_binds_tighter_and_parentheses_say_otherwise() {
        assert!(holds("MIT OR GPL-3.0 AND ISC"));
        assert!(!holds("(MIT OR GPL-3.0) AND MPL-2.0"));
        assert!(holds("Apache-2.0 WITH LLVM-exception OR GPL-3.0"));
        assert!(!holds("(MIT OR Apache-2.0) AND Unicode-3.0"));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "MIT ISC", "AND MIT", "MIT WITH"] {
            assert!(is_satisfied(expression, &["MIT", "ISC"]).is_err(), "{expression}");
        }
    }
}
