//! Session keys: `<prefix>::<idea>::<slot>`, the lasting identity of a session across restarts.

use std::fmt;

use super::text::{is_invisible, tmux_safe};

/// Default slot of an idea.
pub const DEFAULT_SLOT: &str = "primary";

/// A text that is not a session key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a session key: {reason}")]
pub struct KeyError {
    /// What was read.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// A valid session key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey {
    prefix: String,
    idea: String,
    slot: String,
}

impl SessionKey {
    /// Reads `idea`, `idea/slot` or the whole `prefix::idea::slot`.
    ///
    /// # Errors
    /// [`KeyError`] when a part is empty or holds `::`, white space or control characters.
    pub fn parse(text: &str, default_prefix: &str) -> Result<Self, KeyError> {
        let wrong = |reason| KeyError {
            text: text.to_owned(),
            reason,
        };
        let parts: Vec<&str> = text.split("::").collect();
        let (prefix, idea, slot) = match *parts.as_slice() {
            [short] => {
                let (idea, slot) = short.split_once('/').unwrap_or((short, DEFAULT_SLOT));
                (default_prefix, idea, slot)
            }
            [prefix, idea] => (prefix, idea, DEFAULT_SLOT),
            [prefix, idea, slot] => (prefix, idea, slot),
            _ => return Err(wrong("it has more than three parts")),
        };
        for part in [prefix, idea, slot] {
            if part.is_empty() {
                return Err(wrong("a part of it is empty"));
            }
            if part
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
            {
                return Err(wrong("white space and control characters are not allowed"));
            }
            if part.contains(['/', '#', '\'']) || part.starts_with(':') || part.ends_with(':') {
                return Err(wrong(
                    "/, # and ' are not allowed, nor : at the ends of a part",
                ));
            }
        }
        Ok(Self {
            prefix: prefix.to_owned(),
            idea: idea.to_owned(),
            slot: slot.to_owned(),
        })
    }

    /// The name of the tmux session: the key with everything that tmux would change made `_`.
    pub fn session_name(&self) -> String {
        tmux_safe(&self.to_string())
    }

    /// The prefix part.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The idea part.
    pub fn idea(&self) -> &str {
        &self.idea
    }

    /// The slot part.
    pub fn slot(&self) -> &str {
        &self.slot
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}::{}", self.prefix, self.idea, self.slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_forms_are_one_key() {
        for text in [
            "checkout",
            "checkout/primary",
            "coda::checkout",
            "coda::checkout::primary",
        ] {
            let key = SessionKey::parse(text, "coda").unwrap();
            assert_eq!(key.to_string(), "coda::checkout::primary");
            assert_eq!(key.session_name(), "coda__checkout__primary");
        }
    }

    #[test]
    fn bad_keys_are_refused() {
        for text in [
            "",
            "a::",
            "::b",
            "a::b::c::d",
            "a b",
            "a/",
            "a\n",
            "a/b/c",
            "a:::b",
        ] {
            assert!(SessionKey::parse(text, "coda").is_err(), "{text:?}");
        }
    }
}
