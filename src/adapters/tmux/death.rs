//! What tmux says of a dead pane: `dead,status,signal`. Pure.

use crate::domain::exit::Outcome;

/// A pane whose process has ended and which stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// tmux knows how.
    Explained(Outcome),
    /// Neither status nor signal is there: not yet, or (3.3a) not until the server is poked. Never read as 0.
    Unexplained,
}

impl Death {
    /// Reads `#{pane_dead},#{pane_dead_status},#{pane_dead_signal}`; `None` for a pane that lives.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut fields = text.split(',');
        if fields.next() != Some("1") {
            return None;
        }
        let status = fields.next().unwrap_or_default();
        let signal = fields.next().unwrap_or_default();
        Some(if let Ok(code) = status.parse() {
            Self::Explained(Outcome::Code(code))
        } else if let Some(number) = signal_number(signal) {
            Self::Explained(Outcome::Signal(number))
        } else {
            Self::Unexplained
        })
    }
}

/// tmux shows a number on Linux and a name where the system has names.
fn signal_number(text: &str) -> Option<i32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    // Numbers that are the same on every system that has the names.
    [
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("ILL", 4),
        ("TRAP", 5),
        ("ABRT", 6),
        ("FPE", 8),
        ("KILL", 9),
        ("SEGV", 11),
        ("PIPE", 13),
        ("ALRM", 14),
        ("TERM", 15),
    ]
    .into_iter()
    .find_map(|(known, number)| (known == name).then_some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_status_is_never_zero() {
        for (text, want) in [
            ("0,,", None),
            ("", None),
            ("1,,", Some(Death::Unexplained)),
            ("1", Some(Death::Unexplained)),
            ("1,0,", Some(Death::Explained(Outcome::Code(0)))),
            ("1,3,,77", Some(Death::Explained(Outcome::Code(3)))),
            ("1,,9", Some(Death::Explained(Outcome::Signal(9)))),
            ("1,,term", Some(Death::Explained(Outcome::Signal(15)))),
            ("1,,new-one", Some(Death::Unexplained)),
        ] {
            assert_eq!(Death::read(text), want, "{text}");
        }
    }
}
