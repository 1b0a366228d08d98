//! How a runner's program ended, and how that is known.

use super::time::Timestamp;

/// The end of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It left by itself with this exit code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// Nobody who could see the code has told us. Never read as 0.
    NotKnown,
}

impl Outcome {
    /// Exit code and signal, as they stand on the wire and on disk: at most one of them.
    pub const fn code_and_signal(self) -> (Option<i32>, Option<i32>) {
        match self {
            Self::Code(code) => (Some(code), None),
            Self::Signal(signal) => (None, Some(signal)),
            Self::NotKnown => (None, None),
        }
    }
}

/// Who told us about the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitSource {
    /// The run parent that geppetto put above the program: it waited for it, so this is exact.
    RunParent,
    /// tmux's `pane_dead_status` or `pane_dead_signal` of a pane that stayed open (remain-on-exit).
    Tmux,
    /// The pane went away; tmux tells nobody the code of such a pane.
    PaneClosed,
    /// The pane stayed, but its process was replaced by a respawn.
    PaneRespawned,
    /// The whole tmux server went away.
    ServerGone,
    /// A signal of ours ended a process in a pane that goes on.
    Killed,
}

impl ExitSource {
    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunParent => "run-parent",
            Self::Tmux => "tmux",
            Self::PaneClosed => "pane-closed",
            Self::PaneRespawned => "pane-respawned",
            Self::ServerGone => "server-gone",
            Self::Killed => "killed",
        }
    }

    /// The source that a wire word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::RunParent,
            Self::Tmux,
            Self::PaneClosed,
            Self::PaneRespawned,
            Self::ServerGone,
            Self::Killed,
        ]
        .into_iter()
        .find(|source| source.as_str() == word)
    }
}

/// One end of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Code, signal, or neither.
    pub outcome: Outcome,
    /// Where that comes from.
    pub source: ExitSource,
    /// When the program ended, as well as the source knows.
    pub at: Timestamp,
}
