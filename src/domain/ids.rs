//! Newtypes for everything that is addressed: runners, tmux's sessions, windows and panes, processes, and
//! positions in a stream. Parsed once at the edge; inside nothing carries an id as text.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is not the id it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not {expected}")]
pub struct ParseIdError {
    /// What was read.
    pub text: String,
    /// What it should have looked like.
    pub expected: &'static str,
}

/// The lasting identity of a runner: a UUIDv7, so ids sort by creation time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunnerId(Uuid);

impl RunnerId {
    /// Wraps a UUID that the caller made (the domain has no clock to make a UUIDv7 itself).
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for RunnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunnerId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text)
            .map(Self)
            .map_err(|_not_a_uuid| ParseIdError {
                text: text.to_owned(),
                expected: "a runner id (a UUID)",
            })
    }
}

macro_rules! tmux_id {
    ($(#[$doc:meta])* $name:ident, $mark:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($mark, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix($mark)
                    .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| ParseIdError { text: text.to_owned(), expected: $expected })
            }
        }
    };
}

tmux_id!(
    /// A tmux session, `$N`. Never reused within one server's life.
    SessionId, "$", "a tmux session id ($N)"
);
tmux_id!(
    /// A tmux window, `@N`. Never reused within one server's life.
    WindowId, "@", "a tmux window id (@N)"
);
tmux_id!(
    /// A tmux pane, `%N`. Never reused within one server's life; kept by a respawn.
    PaneId, "%", "a tmux pane id (%N)"
);

/// A process id of this machine; always positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid(i32);

impl Pid {
    /// `None` for zero and below, which `kill(2)` would read as a group.
    pub const fn new(raw: i32) -> Option<Self> {
        if raw > 0 { Some(Self(raw)) } else { None }
    }

    /// The number the kernel knows.
    pub const fn as_raw(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Pid {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| ParseIdError {
                text: text.to_owned(),
                expected: "a process id",
            })
    }
}

/// Number of a run of a runner, from 1: one life of one pane. A respawn, a new start or a new tmux server begins another;
/// a restart of the daemon does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Epoch(pub u32);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Byte offset in what a pane printed in one epoch: so many bytes came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Seq(pub u64);

impl Seq {
    /// The position after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmux_ids_are_read_and_shown_with_their_mark() {
        assert_eq!("%12".parse(), Ok(PaneId(12)));
        assert_eq!(SessionId(3).to_string(), "$3");
        for wrong in ["12", "%", "%-1", "%+1", "@1", "%1 ", "%99999999999"] {
            assert!(wrong.parse::<PaneId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pid_is_never_a_group() {
        assert_eq!(Pid::new(0), None);
        assert_eq!(Pid::new(-1), None);
        assert!("0".parse::<Pid>().is_err());
        assert_eq!("17".parse::<Pid>().map(Pid::as_raw), Ok(17));
    }
}
