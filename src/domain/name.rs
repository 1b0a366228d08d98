//! The name of a runner: short, printable, and safe to type in a shell or to show in a status line.

use std::fmt;

use super::text::is_invisible;

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 64;

/// Why a text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a runner's name cannot be empty")]
    Empty,
    /// More than [`MAX_NAME_CHARS`].
    #[error("a runner's name has at most {MAX_NAME_CHARS} characters, this one has {chars}")]
    TooLong {
        /// How many it has.
        chars: usize,
    },
    /// White space, a control character, or one that tmux or a shell would read as syntax.
    #[error("a runner's name cannot contain {character:?}")]
    Character {
        /// The first such character.
        character: char,
    },
    /// It would be read as an option, or as an id of tmux.
    #[error("a runner's name cannot begin with {character:?}")]
    Start {
        /// The first character.
        character: char,
    },
}

/// A valid name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunnerName(String);

impl RunnerName {
    /// Checks `text`.
    ///
    /// # Errors
    /// [`NameError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let Some(first) = text.chars().next() else {
            return Err(NameError::Empty);
        };
        let chars = text.chars().count();
        if chars > MAX_NAME_CHARS {
            return Err(NameError::TooLong { chars });
        }
        if let Some(character) = text.chars().find(|c| !Self::allows(*c)) {
            return Err(NameError::Character { character });
        }
        if matches!(first, '-' | '%' | '@' | '=' | '.') {
            return Err(NameError::Start { character: first });
        }
        Ok(Self(text.to_owned()))
    }

    /// A valid name as close to `text` as can be.
    pub fn from_any(text: &str) -> Self {
        let kept: String = text
            .chars()
            .map(|c| if Self::allows(c) { c } else { '-' })
            .take(MAX_NAME_CHARS - 16)
            .collect();
        let trimmed = kept.trim_matches(|c| matches!(c, '-' | '%' | '@' | '=' | '.'));
        Self(if trimmed.is_empty() {
            "runner".to_owned()
        } else {
            trimmed.to_owned()
        })
    }

    /// This name with `-suffix` behind it.
    pub fn with_suffix(&self, suffix: impl fmt::Display) -> Self {
        let suffix = format!("-{suffix}");
        let room = MAX_NAME_CHARS.saturating_sub(suffix.chars().count());
        Self(self.0.chars().take(room).chain(suffix.chars()).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn allows(c: char) -> bool {
        !(c.is_whitespace()
            || c.is_control()
            || is_invisible(c)
            || matches!(
                c,
                '#' | '\''
                    | '"'
                    | '`'
                    | '$'
                    | '\\'
                    | '('
                    | ')'
                    | '{'
                    | '}'
                    | ';'
                    | '&'
                    | '|'
                    | '<'
                    | '>'
                    | '*'
                    | '?'
                    | '!'
            ))
    }
}

impl fmt::Display for RunnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["work", "fix-bug_12", "größe", "修复", "a/b.c:1", "🦀"] {
            assert!(RunnerName::parse(good).is_ok(), "{good}");
        }
        assert_eq!(RunnerName::parse(""), Err(NameError::Empty));
        assert_eq!(
            RunnerName::parse("a b"),
            Err(NameError::Character { character: ' ' })
        );
        assert_eq!(
            RunnerName::parse("a#(x)"),
            Err(NameError::Character { character: '#' })
        );
        assert_eq!(
            RunnerName::parse("-n"),
            Err(NameError::Start { character: '-' })
        );
        assert_eq!(
            RunnerName::parse(&"x".repeat(65)),
            Err(NameError::TooLong { chars: 65 })
        );
    }

    #[test]
    fn any_text_gives_a_valid_name() {
        for hostile in [
            "$(touch x)",
            "#(touch x)",
            "",
            "---",
            "a\nb",
            "\u{202e}evil",
            "  ",
        ] {
            let name = RunnerName::from_any(hostile);
            assert_eq!(
                RunnerName::parse(name.as_str()),
                Ok(name.clone()),
                "{hostile:?}"
            );
        }
        assert_eq!(RunnerName::from_any("$(touch x)").as_str(), "touch-x");
    }

    #[test]
    fn a_suffix_never_makes_a_name_too_long() {
        let long = RunnerName::parse(&"é".repeat(64)).unwrap().with_suffix(12);
        assert_eq!(long.as_str().chars().count(), 64);
        assert!(long.as_str().ends_with("-12"));
    }
}
