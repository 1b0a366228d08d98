//! Signs of what an agent does: what one source says at one moment. A sign is no status: [`super::board`] weighs all that are known.

use super::time::Timestamp;

/// What a program that lives does. In the order in which it matters to a person: of two that are equally credible the greater holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doing {
    /// Nothing; it takes a prompt.
    Resting,
    /// It works.
    Working,
    /// It needs the person.
    Waiting,
}

impl Doing {
    /// The word of the status that it stands for.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Resting => "idle",
            Self::Working => "running",
            Self::Waiting => "waiting",
        }
    }

    /// What the word of a status stands for; a status that says nothing of what a program does stands for none.
    pub fn from_status(word: &str) -> Option<Self> {
        [Self::Resting, Self::Working, Self::Waiting]
            .into_iter()
            .find(|doing| doing.status() == word)
    }
}

/// Where a sign comes from. One of each is known at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// That the pane prints, or has been silent.
    Output,
    /// The processes below the pane.
    Process,
    /// A rule that matched the screen.
    Screen,
    /// The title that the program gave its terminal.
    Title,
    /// Progress and notification sequences.
    Sequence,
    /// What the agent writes down of a conversation: a transcript, a rollout, a database.
    SessionFile,
    /// What the agent says of itself, for as long as it lives: a file for each process, an event server.
    Registry,
    /// A hook that the agent called.
    Hook,
}

impl Source {
    /// Every source, in the order of the enum.
    pub const ALL: [Self; 8] = [
        Self::Output,
        Self::Process,
        Self::Screen,
        Self::Title,
        Self::Sequence,
        Self::SessionFile,
        Self::Registry,
        Self::Hook,
    ];

    /// The word used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Process => "process",
            Self::Screen => "screen",
            Self::Title => "title",
            Self::Sequence => "sequence",
            Self::SessionFile => "session-file",
            Self::Registry => "registry",
            Self::Hook => "hook",
        }
    }

    /// True for a source that tells what happened, once; false for one that always says what holds. What happened is overtaken when
    /// another source changes its mind later: no hook tells of an Escape.
    pub const fn tells_events(self) -> bool {
        matches!(self, Self::Hook | Self::SessionFile | Self::Sequence)
    }
}

/// Why a program does what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing is known.
    NoEvidence,
    /// Its pane printed.
    Printed,
    /// Its pane has been silent.
    Silent,
    /// It takes a prompt.
    Ready,
    /// It thinks or answers.
    Working,
    /// A tool or command of it runs.
    ToolRunning,
    /// Its turn is over, but something that it started goes on.
    BackgroundTask,
    /// It asks whether it may do something.
    Approval,
    /// It asks something else.
    Question,
    /// A dialog of the program is open: trust, a theme, a menu.
    Dialog,
    /// It has no account or key, or a wrong one.
    Auth,
    /// Its provider lets it do no more for a while.
    UsageLimit,
    /// Its turn ended with an error of its provider.
    ApiError,
    /// The person broke its turn off.
    Interrupted,
    /// Its turn is over, and nobody has looked yet.
    Done,
    /// Its turn is over.
    TurnFinished,
}

impl Reason {
    /// Every reason, in the order of the enum.
    pub const ALL: [Self; 16] = [
        Self::NoEvidence,
        Self::Printed,
        Self::Silent,
        Self::Ready,
        Self::Working,
        Self::ToolRunning,
        Self::BackgroundTask,
        Self::Approval,
        Self::Question,
        Self::Dialog,
        Self::Auth,
        Self::UsageLimit,
        Self::ApiError,
        Self::Interrupted,
        Self::Done,
        Self::TurnFinished,
    ];

    /// The words used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoEvidence => "no evidence",
            Self::Printed => "printed",
            Self::Silent => "silent",
            Self::Ready => "ready",
            Self::Working => "working",
            Self::ToolRunning => "tool running",
            Self::BackgroundTask => "background task running",
            Self::Approval => "approval",
            Self::Question => "question",
            Self::Dialog => "dialog",
            Self::Auth => "auth",
            Self::UsageLimit => "usage limit",
            Self::ApiError => "api error",
            Self::Interrupted => "interrupted",
            Self::Done => "done",
            Self::TurnFinished => "turn finished",
        }
    }

    /// Of several reasons for the same, the one with the greatest says most.
    pub const fn specificity(self) -> u8 {
        match self {
            Self::NoEvidence => 0,
            Self::Printed | Self::Silent => 1,
            Self::Ready | Self::Working => 2,
            Self::TurnFinished | Self::Done | Self::Dialog => 3,
            Self::ToolRunning | Self::Question => 4,
            Self::BackgroundTask | Self::Approval => 5,
            Self::Interrupted | Self::ApiError => 6,
            Self::Auth | Self::UsageLimit => 7,
        }
    }

    /// The reason that these words stand for.
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == words)
    }
}

/// What a source says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// How much the source can be relied on in this, in percent; see [`certainty`].
    pub certainty: u8,
    /// What the program does.
    pub doing: Doing,
    /// Why.
    pub reason: Reason,
    /// What exactly was seen: name of the rule, of the hook, of the record. For `explain`; short, may hold hostile text.
    pub detail: String,
}

/// Usual values for [`Claim::certainty`].
pub mod certainty {
    /// The agent itself says so in so many words: a hook for this very case, its registry.
    pub const EXACT: u8 = 97;
    /// A text on the screen or in the title that stands for nothing else.
    pub const STRONG: u8 = 90;
    /// The agent itself says so, but not all there is to say.
    pub const GOOD: u8 = 85;
    /// A record or a screen that usually means this.
    pub const FAIR: u8 = 75;
    /// What is left when nothing else fits.
    pub const WEAK: u8 = 50;
    /// That something was printed says little of an agent.
    pub const HINT: u8 = 30;
}

/// What a source says at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// Who says it.
    pub source: Source,
    /// When it happened or was seen.
    pub at: Timestamp,
    /// What; `None` when the source has nothing to say any more: no rule matches, the file is gone.
    pub claim: Option<Claim>,
}
