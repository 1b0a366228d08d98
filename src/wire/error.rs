//! Errors as clients see them: a tag to tell them apart, a sentence, a next step, and the objects concerned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of error. New tags may come; clients treat an unknown one as `Internal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Tag {
    /// No runner fits the text, or several do.
    RunnerNotFound,
    /// The runner cannot do this in its present status.
    RunnerOperation,
    /// There are as many live runners as the config allows.
    RunnerLimit,
    /// The program could not be started.
    ProcessSpawn,
    /// The process or pane cannot be adopted.
    ProcessAttach,
    /// The program can no longer be followed.
    ProcessMonitor,
    /// The program could not be signalled or did not end.
    ProcessKill,
    /// There is no usable tmux program, or it is too old.
    TmuxNotFound,
    /// No tmux server is running.
    TmuxNoServer,
    /// There is no such session.
    TmuxSessionNotFound,
    /// tmux refused or did not answer.
    TmuxCommand,
    /// A field of the request is wrong.
    Validation,
    /// The line is not a request: not JSON, not UTF-8, too long, or of an unknown type.
    BadRequest,
    /// Client and daemon have no protocol version in common.
    ProtocolVersion,
    /// The time given to `wait-runner` is up.
    TimedOut,
    /// The daemon is ending or has too much to do; try again.
    Unavailable,
    /// The session key has a live runner, or its tmux name is somebody else's.
    KeyInUse,
    /// Another runner has the conversation that would be gone on with.
    ConversationInUse,
    /// No slot has that session key.
    SlotNotFound,
    /// Nothing is kept of which a screen could be made.
    NoScreen,
    /// `next-runner` found none.
    NoneNeedsYou,
    /// Nothing on the screen of the runner can be answered, or not by keys that are known. Nothing was pressed.
    NoPrompt,
    /// Another question is on the screen than the one that was meant. Nothing was pressed.
    PromptChanged,
    /// Keys were pressed or a text was typed, and nothing shows that it has reached the agent. It was not done again.
    NotConfirmed,
    /// What is typed would answer the question on an agent's screen.
    PromptOpen,
    /// Another agent lives in the pane by now, or none.
    OccupantChanged,
    /// The list of runners or a transcript could not be saved or read.
    Store,
    /// A fault of geppetto itself.
    #[serde(other)]
    Internal,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// Kind.
    pub tag: Tag,
    /// A whole sentence that names the object.
    pub message: String,
    /// The next step, a whole sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Runner concerned, as known: its id, or what the client typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_id: Option<String>,
    /// Session or pane concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Field of the request that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The limit that was met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

impl ErrorBody {
    /// An error with a tag and a sentence.
    pub fn new(tag: Tag, message: impl Into<String>) -> Self {
        Self {
            tag,
            message: message.into(),
            hint: None,
            runner_id: None,
            target: None,
            field: None,
            limit: None,
        }
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
