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

    /// The name of the tmux session: the key with everything that tmux would change made `_`. Where that could be the name of
    /// another key, too, it ends in a sum of the key.
    pub fn session_name(&self) -> String {
        let safe = tmux_safe(&self.to_string());
        let is_ambiguous = |part: &String| {
            tmux_safe(part) != *part
                || part.contains("__")
                || part.starts_with('_')
                || part.ends_with('_')
        };
        if [&self.prefix, &self.idea, &self.slot]
            .into_iter()
            .any(is_ambiguous)
        {
            let sum = crc32fast::hash(self.to_string().as_bytes());
            return format!("{safe}-{sum:08x}");
        }
        safe
    }

    /// The first part.
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
    fn keys_with_the_same_safe_form_have_different_names() {
        let name = |text| SessionKey::parse(text, "coda").unwrap().session_name();
        let names: Vec<String> = [
            "a.b", "a_b", "a:b", "a/x__y", "a__x/y", "a_/y", "a/_y", "größe",
        ]
        .map(name)
        .to_vec();
        let different: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "{names:?}");
        assert_eq!(names[1], "coda__a_b__primary");
        assert_eq!(names[7], "coda__größe__primary");
        assert!(names[0].starts_with("coda__a_b__primary-"), "{names:?}");
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
