//! What agents leave behind: files that they write while they live, and hooks that they call.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::finding::{FileMark, Finding};
use crate::domain::ids::PaneId;
use crate::domain::kind::Kind;
use crate::domain::occupant::Occupant;
use crate::domain::time::Timestamp;

/// What can go wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AgentError {
    /// Its files cannot be watched.
    #[error("the files of {kind} process {pid} cannot be watched: {source}")]
    Watch {
        /// Name of the kind.
        kind: &'static str,
        /// Its process.
        pid: crate::domain::ids::Pid,
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// A hook's message cannot be understood.
    #[error("a hook of {kind} sent what cannot be understood: {reason}")]
    Hook {
        /// Name of the kind.
        kind: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// Files of agents.
#[async_trait]
pub trait AgentFiles: Send + Sync {
    /// Follows what this very process writes, from `marks` on in files that were read before. The stream is bounded and waits for its
    /// reader; it ends when the receiver is dropped, or when nothing more can come. Only files that belong to that process by the
    /// agent's own word or by its open descriptors are read, never "the newest in the directory".
    ///
    /// # Errors
    /// `Watch`.
    async fn follow(
        &self,
        occupant: &Occupant,
        marks: Vec<FileMark>,
    ) -> Result<mpsc::Receiver<Finding>, AgentError>;
}

/// A call of a hook, as `geppetto hook KIND` passes it on.
#[derive(Debug, Clone)]
pub struct HookMessage {
    /// Kind of the agent that called.
    pub kind: &'static Kind,
    /// Name of the event, where the command line of the hook said it.
    pub event: Option<String>,
    /// The pane that its environment named, when it is of our server.
    pub pane: Option<PaneId>,
    /// When.
    pub at: Timestamp,
    /// What the agent gave it, as JSON, with long texts cut; `None` when that was no JSON or far too long.
    pub payload: Option<String>,
}

/// What a hook told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookReading {
    /// Name of the event, as the agent has it.
    pub event: String,
    /// The pane from which it was called, as its environment said. Not to be relied on for agents with a server of their own.
    pub pane: Option<PaneId>,
    /// The agent's id of the conversation.
    pub conversation: Option<String>,
    /// Directory that the agent works in.
    pub cwd: Option<PathBuf>,
    /// What it means; empty for an event that says nothing new.
    pub findings: Vec<Finding>,
}

/// Hooks of agents.
pub trait AgentHooks: Send + Sync {
    /// Reads the message that `geppetto hook KIND` sent.
    ///
    /// # Errors
    /// `Hook`.
    fn read(&self, message: &HookMessage) -> Result<HookReading, AgentError>;

    /// Arguments that make an agent call its hooks without any change to its files, for this one start; they stand first. Empty where
    /// it has none, or when `arguments`, those that it is started with, are in their way.
    fn launch_arguments(&self, kind: &'static Kind, arguments: &[String]) -> Vec<String>;
}
