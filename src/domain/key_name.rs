//! The name of a key, as tmux spells it. Only names that stand for one key get here: never text, which would be typed as it is.

use std::fmt;

/// Names that are words.
const WORDS: [&str; 12] = [
    "Enter", "Escape", "Tab", "BTab", "Space", "BSpace", "Up", "Down", "Left", "Right", "PPage",
    "NPage",
];

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

/// Not the name of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no key: a key is one printable character, a word such as Enter or Escape, or C- or M- and one of those"
)]
pub struct KeyNameError {
    /// What was given.
    pub text: String,
}

impl KeyName {
    /// Reads one.
    ///
    /// # Errors
    /// When it stands for anything else than one key.
    pub fn parse(text: &str) -> Result<Self, KeyNameError> {
        let bare = ["C-", "M-"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(text);
        let mut characters = bare.chars();
        let is_character =
            characters.next().is_some_and(|c| c.is_ascii_graphic()) && characters.next().is_none();
        if is_character || WORDS.contains(&bare) {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyNameError {
                text: text.to_owned(),
            })
        }
    }

    /// The Enter key.
    pub fn enter() -> Self {
        Self("Enter".to_owned())
    }

    /// As tmux spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for KeyName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_one_key() {
        for key in [
            "y", "1", ";", "-", "Enter", "Escape", "C-c", "M-Enter", "C--",
        ] {
            assert_eq!(KeyName::parse(key).unwrap().as_str(), key);
        }
        for text in [
            "", "yes", "rm", " ", "C-", "C-M-x", "\u{1b}", "\n", "é", "enter", "Enter ",
        ] {
            assert!(KeyName::parse(text).is_err(), "{text:?}");
        }
    }
}
