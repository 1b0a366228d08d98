//! What is looked for: a regular expression that tells capital letters apart only when it has some itself.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// Most memory that one may take, compiled; as much as the daemon allows.
const BYTES: usize = 1024 * 1024;

/// The expression.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// As it was typed.
    pub(crate) typed: String,
    regex: Regex,
}

impl Pattern {
    /// Reads what was typed.
    ///
    /// # Errors
    /// Why it is no regular expression, in a few words.
    pub(super) fn new(typed: &str) -> Result<Self, String> {
        let text = if has_capital(typed) {
            typed.to_owned()
        } else {
            format!("(?i){typed}")
        };
        match RegexBuilder::new(&text).size_limit(BYTES).build() {
            Ok(regex) => Ok(Self {
                typed: typed.to_owned(),
                regex,
            }),
            Err(error) => {
                let said = error.to_string();
                let last = said.lines().last().unwrap_or_default();
                Err(last.trim().trim_start_matches("error: ").to_owned())
            }
        }
    }

    /// For the daemon.
    pub(super) fn text(&self) -> &str {
        self.regex.as_str()
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Where it fits, in bytes.
    pub(crate) fn places(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.regex.find_iter(text).map(|found| found.range());
        found.filter(|range| !range.is_empty()).collect()
    }
}

/// True when there is a capital letter that is not part of an escape such as `\S`.
fn has_capital(text: &str) -> bool {
    let mut is_escaped = false;
    text.chars().any(|c| {
        let is_letter = !is_escaped && c.is_uppercase();
        is_escaped = c == '\\' && !is_escaped;
        is_letter
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capital_letters_count_only_where_some_are_typed() {
        for (typed, text, fits) in [
            ("error", "ERROR", true),
            ("Error", "ERROR", false),
            (r"\Sb", "aB", true),
            (r"\\S", r"\s", false),
            ("", "x", true),
        ] {
            assert_eq!(
                Pattern::new(typed).unwrap().fits(text),
                fits,
                "{typed} {text}"
            );
        }
        assert_eq!(Pattern::new("a").unwrap().places("xAa"), [1..2, 2..3]);
        assert_eq!(Pattern::new("(x").unwrap_err(), "unclosed group");
    }
}
