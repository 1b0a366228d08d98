//! The status of a runner: the words, and how it follows from dated evidence.

mod state;

pub use self::state::StatusState;

/// What the user sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Created; its program has not shown a sign yet.
    Starting,
    /// It works: an agent within its turn, any other program that printed lately.
    Running,
    /// Needs the user.
    Waiting,
    /// Alive and not working: an agent that takes a prompt, any other program that is silent.
    Idle,
    /// Frozen by the user.
    Paused,
    /// Left with exit code 0.
    Completed,
    /// Left with another code, or a signal ended it.
    Failed,
    /// Ended by the user.
    Stopped,
    /// geppetto lost sight of it.
    Errored,
    /// No evidence.
    Unknown,
}

impl Status {
    /// Every status, in the order in which the glossary names them.
    pub const ALL: [Self; 10] = [
        Self::Starting,
        Self::Running,
        Self::Waiting,
        Self::Idle,
        Self::Paused,
        Self::Completed,
        Self::Failed,
        Self::Stopped,
        Self::Errored,
        Self::Unknown,
    ];

    /// The word used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Idle => "idle",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Errored => "errored",
            Self::Unknown => "unknown",
        }
    }

    /// The status that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// True when the program is over and only `start` brings the runner back.
    pub const fn is_ended(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Failed | Self::Stopped | Self::Errored
        )
    }
}
