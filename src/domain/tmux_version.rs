//! The version of a tmux, as it tells it: enough to know what it can do. An unknown word is the newest.

use std::fmt;

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TmuxVersion {
    text: String,
    /// Absent in builds that name no number (`master`).
    number: Option<(u32, u32)>,
}

impl TmuxVersion {
    /// Reads what `tmux -V` or a server says: `tmux 3.3a`, `next-3.8`, `master`.
    pub fn parse(text: &str) -> Self {
        let text = text.trim().trim_start_matches("tmux ").to_owned();
        let digits = text.trim_start_matches("next-");
        let number = digits.split_once('.').and_then(|(major, rest)| {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            Some((major.parse().ok()?, rest.get(..end)?.parse().ok()?))
        });
        Self { text, number }
    }

    /// True from 3.3 on: older ones crash under a control client.
    pub fn is_supported(&self) -> bool {
        self.number.is_none_or(|number| number >= (3, 3))
    }

    /// True for that version and later ones.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        self.number.is_none_or(|number| number >= (major, minor))
    }

    /// True from 3.7 on: older ones can crash beside any control client, when it attaches in the moment of another event
    /// (tmux/tmux#4980) or when a session's last windows close together (tmux/tmux#5243).
    pub fn survives_coincidence(&self) -> bool {
        self.number.is_none_or(|number| number >= (3, 7))
    }

    /// True from 3.8 on: older ones can crash when a pane is respawned under a control client.
    pub fn survives_respawn(&self) -> bool {
        self.number.is_none_or(|number| number >= (3, 8))
    }
}

impl fmt::Display for TmuxVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tmux {}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (text, supported, survives) in [
            ("tmux 3.2a\n", false, false),
            ("3.3a", true, false),
            ("3.10", true, true),
            ("next-3.8", true, true),
            ("master", true, true),
            ("openbsd-7.5", true, true),
            ("3.3", true, false),
            ("3.2", false, false),
            ("4.0", true, true),
            ("", true, true),
            ("2.9", false, false),
            ("1.8", false, false),
        ] {
            let version = TmuxVersion::parse(text);
            assert_eq!(
                (version.is_supported(), version.survives_respawn()),
                (supported, survives),
                "{text}"
            );
        }
        assert_eq!(TmuxVersion::parse("tmux 3.3a").to_string(), "tmux 3.3a");
    }
}
