//! Why keys were not pressed for a person, or what did not come of it.

use crate::domain::ids::RunnerId;

/// A refusal to act on an agent, or an act without effect.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ActError {
    /// Nothing on its screen can be answered.
    #[error("Nothing of runner \"{name}\" can be {action}: {shows}.")]
    NoPrompt {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What was asked, as a participle: "approved".
        action: &'static str,
        /// What is there, a part of a sentence.
        shows: String,
    },
    /// What is there can only be answered in the pane.
    #[error("No keys are known by which runner \"{name}\" would be {action}: {shows}.")]
    NoKeys {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What was asked, as a participle: "approved".
        action: &'static str,
        /// What is there, a part of a sentence.
        shows: String,
    },
    /// Somebody answered it, or something else is asked.
    #[error("Runner \"{name}\" asks something else than what was to be {action}.")]
    PromptChanged {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What was asked, as a participle: "approved".
        action: &'static str,
    },
    /// Keys were pressed and nothing came of it.
    #[error(
        "Keys were pressed so that runner \"{name}\" is {action}, but {waited_ms} ms later {shows}."
    )]
    NotConfirmed {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What was asked, as a participle: "approved".
        action: &'static str,
        /// What is there, a part of a sentence.
        shows: String,
        /// How long was waited.
        waited_ms: u64,
    },
    /// What is typed now would answer the question on its screen.
    #[error("Nothing was typed to runner \"{name}\": {shows}, and that would be the answer.")]
    Asks {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What is there, a part of a sentence.
        shows: String,
    },
    /// What was typed stands behind something that somebody else has typed.
    #[error(
        "The prompt of runner \"{name}\" holds something that was not sent: the text stands behind it, and Enter was not pressed."
    )]
    Draft {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
    },
    /// What was typed is not to be seen.
    #[error(
        "The text was typed to runner \"{name}\", but does not stand in its prompt {waited_ms} ms later: {shows}. Enter was not pressed."
    )]
    NotShown {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What is there, a part of a sentence.
        shows: String,
        /// How long was waited.
        waited_ms: u64,
    },
    /// Enter did nothing.
    #[error(
        "Enter was pressed behind the text for runner \"{name}\", but {waited_ms} ms later the text still stands in its prompt: {shows}."
    )]
    NotTaken {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What is there, a part of a sentence.
        shows: String,
        /// How long was waited.
        waited_ms: u64,
    },
    /// Another request acts on it.
    #[error("Somebody else acts on runner \"{name}\" at this moment.")]
    Busy {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
    },
    /// Another program has taken the place of its agent.
    #[error(
        "The agent of runner \"{name}\" has left its pane, or another one has taken its place."
    )]
    Moved {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
    },
}

impl ActError {
    /// The runner.
    pub const fn runner(&self) -> RunnerId {
        match self {
            Self::NoPrompt { id, .. }
            | Self::NoKeys { id, .. }
            | Self::PromptChanged { id, .. }
            | Self::NotConfirmed { id, .. }
            | Self::Asks { id, .. }
            | Self::Draft { id, .. }
            | Self::NotShown { id, .. }
            | Self::NotTaken { id, .. }
            | Self::Busy { id, .. }
            | Self::Moved { id, .. } => *id,
        }
    }
}
