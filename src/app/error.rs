//! Why a use case refused. Every variant is something a caller can tell apart; sentences for people and hints
//! are made at the edge.

use std::path::PathBuf;
use std::sync::Arc;

use super::acting_error::ActError;
use crate::domain::conversation::ConversationId;
use crate::domain::ids::RunnerId;
use crate::domain::key::{KeyError, SessionKey};
use crate::domain::name::NameError;
use crate::domain::status::Status;
use crate::domain::transcript::Position;
use crate::ports::mux::MuxError;
use crate::ports::process::ProcessError;
use crate::ports::store::StoreError;
use crate::ports::transcript::TranscriptError;

/// A refusal.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppError {
    /// No runner has that name or id.
    #[error("There is no runner \"{text}\".")]
    RunnerNotFound {
        /// What the user typed.
        text: String,
        /// A runner with a similar name.
        nearest: Option<String>,
    },
    /// Several ids begin like that.
    #[error("\"{text}\" is the beginning of {count} runner ids.")]
    RunnerAmbiguous {
        /// What the user typed.
        text: String,
        /// How many.
        count: usize,
    },
    /// It cannot do that in its present status.
    #[error("Runner \"{name}\" cannot be {action}: it is {}.", status.as_str())]
    Operation {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What was asked, as a participle: "stopped".
        action: &'static str,
        /// What it is.
        status: Status,
    },
    /// geppetto did not start it and cannot start it again.
    #[error(
        "Runner \"{name}\" cannot be started: geppetto registered it and does not know its command."
    )]
    NotOurs {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
    },
    /// There are as many as allowed.
    #[error("There are {limit} live runners already, which is the limit.")]
    RunnerLimit {
        /// The config's limit.
        limit: usize,
    },
    /// The name is taken.
    #[error("There is a runner named \"{name}\" already.")]
    DuplicateName {
        /// The name.
        name: String,
        /// Who has it.
        holder: RunnerId,
    },
    /// Not a name.
    #[error("\"{text}\" cannot be a name: {source}.")]
    Name {
        /// What was given.
        text: String,
        /// Why not.
        source: NameError,
    },
    /// Not a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A key has one live runner at a time.
    #[error("The key {key} is in use by runner \"{name}\".")]
    KeyInUse {
        /// The key.
        key: SessionKey,
        /// Who has it.
        id: RunnerId,
        /// Its name.
        name: String,
    },
    /// A conversation has one program at a time.
    #[error(
        "Runner \"{name}\" cannot go on with conversation {conversation}: runner \"{holder_name}\" has it now."
    )]
    ConversationInUse {
        /// The conversation.
        conversation: ConversationId,
        /// Who has it.
        holder: RunnerId,
        /// Its name.
        holder_name: String,
        /// Name of the one that was to be started.
        name: String,
    },
    /// A key has one session at a time.
    #[error("The key {key} is that of the tmux session \"{session}\".")]
    KeyOfSession {
        /// The key.
        key: SessionKey,
        /// The session's name.
        session: String,
    },
    /// Nothing of a slot is in tmux.
    #[error("The slot {key} has no tmux session.")]
    NoSlotSession {
        /// The key.
        key: SessionKey,
        /// The key as short as it can be typed.
        short: String,
    },
    /// No slot has that key.
    #[error("There is no slot {key}.")]
    SlotNotFound {
        /// The key.
        key: SessionKey,
    },
    /// Not a kind.
    #[error("There is no kind \"{kind}\".")]
    UnknownKind {
        /// What was given.
        kind: String,
    },
    /// A field that is wrong by itself or together with others.
    #[error("{reason}")]
    Invalid {
        /// The field's wire name.
        field: &'static str,
        /// A whole sentence.
        reason: String,
    },
    /// The working directory is not there.
    #[error("The working directory {} does not exist or cannot be entered.", path.display())]
    NoDirectory {
        /// The path.
        path: PathBuf,
    },
    /// The output directory cannot be made.
    #[error("The output directory {} cannot be used: {source}.", path.display())]
    OutputDirectory {
        /// The path.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// No such program.
    #[error("The command \"{program}\" was not found.")]
    CommandNotFound {
        /// Its first word.
        program: String,
    },
    /// A run parent did not show up or did not report.
    #[error("\"{program}\" did not start within {seconds} s.")]
    StartTimedOut {
        /// First word of the command.
        program: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The pane is the caller's business no more.
    #[error("The runner ended while it was being started: {reason}")]
    EndedAtStart {
        /// A whole sentence.
        reason: String,
    },
    /// Programs in panes.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The multiplexer.
    #[error(transparent)]
    Mux(#[from] MuxError),
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A transcript.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// Nothing is kept of that place.
    #[error("Nothing is kept of the screen of runner \"{name}\" at {place}.")]
    NoScreen {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// The place.
        place: Position,
    },
    /// Every runner works, has been stopped, is snoozed, or has no pane to go to.
    #[error("No runner needs you.")]
    NoneNeeds,
    /// The time given is up.
    #[error("Runner \"{name}\" is still {} after {} ms.", status.as_str(), waited_ms)]
    TimedOut {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// What it is.
        status: Status,
        /// How long was waited.
        waited_ms: u64,
    },
    /// What was waited for can no longer come.
    #[error("Runner \"{name}\" ended as {} before it was {wanted}.", status.as_str())]
    EndedBefore {
        /// The runner.
        id: RunnerId,
        /// Its name.
        name: String,
        /// How it ended.
        status: Status,
        /// The wanted statuses, with "or" between.
        wanted: String,
    },
    /// Acting on an agent.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The daemon is ending.
    #[error("The daemon is ending.")]
    Ending,
}

impl AppError {
    /// The runner with that id is no longer on the list.
    pub(super) fn gone(id: RunnerId) -> Self {
        Self::RunnerNotFound {
            text: id.to_string(),
            nearest: None,
        }
    }
}
