//! Where the list of runners survives a restart of the daemon.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::exit::{Exit, Outcome};
use crate::domain::ids::RunnerId;
use crate::domain::lifetime::Lifetime;
use crate::domain::runner::{Launch, Place};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

/// What can go wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The file could not be read or written.
    #[error("{} could not be {action}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        action: &'static str,
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// The file is not what this version wrote. It was set aside, not overwritten.
    #[error("{} cannot be understood ({reason}); it was set aside as {}{}", path.display(), aside.display(), rescued.map(|rescued| rescued.to_string()).unwrap_or_default())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where it is now.
        aside: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What of the ledger was brought over from it; `None` of a file that has none.
        rescued: Option<Rescued>,
    },
}

/// What of the ledger was brought over from a damaged database into a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rescued {
    /// Messages with what they used.
    pub messages: usize,
    /// Parts of turns.
    pub parts: usize,
    /// Nothing of it was left behind.
    pub is_whole: bool,
}

impl fmt::Display for Rescued {
    /// The rest of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            messages,
            parts,
            is_whole,
        } = self;
        write!(f, ", and of usage and turns ")?;
        match (messages, parts, is_whole) {
            (0, 0, true) => f.write_str("there was nothing"),
            (0, 0, false) => f.write_str("nothing could be saved"),
            (_, _, true) => write!(
                f,
                "all was saved ({messages} messages, {parts} parts of turns)"
            ),
            (_, _, false) => write!(
                f,
                "{messages} messages and {parts} parts of turns were saved, but not all"
            ),
        }
    }
}

/// The tmux server that a record's place belongs to: places of another server mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredServer {
    /// Its process id.
    pub pid: i32,
    /// Seconds since 1970 when it started.
    pub start_time: u64,
}

/// A conversation as kept on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConversation {
    /// Name of the kind of its agent.
    pub kind: String,
    /// The agent's id of it.
    pub id: String,
}

/// A runner as kept on disk: everything but its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRunner {
    /// Identity.
    pub id: RunnerId,
    /// Valid name.
    pub name: String,
    /// Name of the kind.
    pub kind: String,
    /// How to start it; `None` for registered ones.
    pub launch: Option<Launch>,
    /// Silence after which it is idle.
    pub idle_after: Duration,
    /// Time limit.
    pub max_duration: Option<Duration>,
    /// Directory for its plain text log.
    pub output_dir: Option<PathBuf>,
    /// Whole session key.
    pub key: Option<String>,
    /// Last place.
    pub place: Option<Place>,
    /// Last session name.
    pub session_name: String,
    /// Program's process id.
    pub pid: Option<i32>,
    /// Number of the run.
    pub run: u32,
    /// Last status.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// How it ended.
    pub exit: Option<Exit>,
    /// First known.
    pub created_at: Timestamp,
    /// Begin of the run.
    pub started_at: Timestamp,
    /// What is counted of it; `None` of one that an earlier version saved.
    pub lifetime: Option<Lifetime>,
    /// Nobody is told of its changes before this.
    pub snoozed_until: Option<Timestamp>,
    /// What its agent had last.
    pub conversation: Option<StoredConversation>,
    /// Name of the kind that the user says that it is.
    pub given_kind: Option<String>,
}

/// Everything that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// Server of the places below.
    pub server: Option<StoredServer>,
    /// Runners, oldest first.
    pub runners: Vec<StoredRunner>,
    /// Panes of registered sessions that the user told us to forget (`%N` numbers of `server`).
    pub forgotten_panes: Vec<u32>,
}

/// An exit as a run parent wrote it down because it found no daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenExit {
    /// How the program ended.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// True when its terminal was taken away before it ended.
    pub hung_up: bool,
}

/// How many changes of status are kept of each runner; older ones go. Weeks of a busy agent.
pub const HISTORY_KEPT: usize = 1000;

/// A change of a runner's status, as it was when it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// Number of the run.
    pub run: u32,
    /// The status from then on.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// When it changed.
    pub at: Timestamp,
}

impl StatusChange {
    /// What saving `runner` adds to its history, when it was saved as `before` last; `None` when nothing.
    pub fn between(before: Option<&StoredRunner>, runner: &StoredRunner) -> Option<Self> {
        let mark = |one: &StoredRunner| (one.run, one.status, one.since);
        if before.map(mark) == Some(mark(runner)) {
            return None;
        }
        Some(Self {
            run: runner.run,
            status: runner.status,
            reason: runner.reason.clone(),
            at: runner.since,
        })
    }
}

/// The store. One daemon owns it.
#[async_trait]
pub trait RunnerStore: Send + Sync {
    /// What was saved last; empty when nothing was. Damage that was met since the last call is told once.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn load(&self) -> Result<Stored, StoreError>;

    /// Replaces what is stored, durably and at once or not at all.
    ///
    /// # Errors
    /// `Io`.
    async fn save(&self, stored: Stored) -> Result<(), StoreError>;

    /// The exit that a run parent wrote down because it found no daemon; removed by reading it.
    ///
    /// # Errors
    /// `Io`.
    async fn take_exit(
        &self,
        runner: RunnerId,
        run: u32,
    ) -> Result<Option<WrittenExit>, StoreError>;

    /// The newest `limit` changes of a runner's status, oldest first. Written by saving, at most [`HISTORY_KEPT`] of each
    /// runner, until it is no longer in the list.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn history(
        &self,
        runner: RunnerId,
        limit: usize,
    ) -> Result<Vec<StatusChange>, StoreError>;
}
