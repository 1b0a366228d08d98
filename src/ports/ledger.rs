//! Where it is written down what messages of agents used, what their turns were, and how far their files were read.

use async_trait::async_trait;

use super::store::StoreError;
use crate::domain::finding::{FileMark, TokenUse, TurnPart};
use crate::domain::ids::RunnerId;
use crate::domain::time::{Day, Timestamp};
use crate::domain::tokens::{By, Used};

/// How many files are remembered of each runner: those of a conversation and of its sub-agents. Of more, the one that was read
/// longest ago is read anew when it is followed again, which counts nothing twice.
pub const MARKS_KEPT: usize = 256;

/// What was found of one runner, to be written down as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The runner.
    pub runner: RunnerId,
    /// Its name, by which it is told of when it has left the list.
    pub name: String,
    /// Its session key.
    pub key: Option<String>,
    /// Name of the kind of the agent.
    pub kind: &'static str,
    /// What messages used, each with its day.
    pub messages: Vec<(Day, TokenUse)>,
    /// Parts of turns.
    pub parts: Vec<TurnPart>,
    /// How far files were read when all of this had been found.
    pub marks: Vec<FileMark>,
}

/// A message counts for another sum than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The runner for which it counts: the one under which it was found first.
    pub runner: RunnerId,
    /// The day on which it counts.
    pub day: Day,
    /// The model and what was used of it as it was known before; `None` of a new message.
    pub before: Option<(String, Used)>,
    /// As it is known now.
    pub after: (String, Used),
}

/// Which messages are summed up, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumQuery {
    /// What sums are made for.
    pub by: By,
    /// Only messages of this time or later.
    pub since: Option<Timestamp>,
    /// Only messages of this day.
    pub day: Option<Day>,
    /// Only messages of this runner.
    pub runner: Option<RunnerId>,
}

impl SumQuery {
    /// All messages.
    pub const fn all(by: By) -> Self {
        Self {
            by,
            since: None,
            day: None,
            runner: None,
        }
    }
}

/// What was used of one model by one kind of agent, for one thing that sums are made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The day, the runner's id, the kind, the session key (empty: none) or the model.
    pub of: String,
    /// The name that the runner had last; only by runner.
    pub name: Option<String>,
    /// Name of the kind.
    pub kind: String,
    /// The model.
    pub model: String,
    /// What was used.
    pub used: Used,
}

/// Parts of turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turns {
    /// Oldest first.
    pub parts: Vec<TurnPart>,
    /// How many more there are that cannot be read: the key is missing or another one, or they are damaged.
    pub unreadable: usize,
}

/// What may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerBounds {
    /// Messages before this go.
    pub messages_since: Timestamp,
    /// Parts of turns before this go.
    pub turns_since: Timestamp,
    /// Most bytes that parts of turns take; the oldest go first.
    pub turn_bytes: u64,
}

/// The ledger. Orders are done in the order of the calls.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Writes all of it down, durably and at once or not at all, and tells which sums that changes. The same message of the same
    /// conversation replaces what was known of it and stays with its runner, key and day; so does the same part of a turn
    /// (see [`TurnPartKind::after`](crate::domain::finding::TurnPartKind::after)).
    /// A message that stands in another conversation of the kind, too, under the same name and from the same time, was copied there:
    /// it counts once.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn record(&self, batch: Batch) -> Result<Vec<Change>, StoreError>;

    /// Sums, in the order of what they are for.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn sums(&self, query: SumQuery) -> Result<Vec<Sum>, StoreError>;

    /// The newest `limit` parts of the turns of a runner.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn turns(&self, runner: RunnerId, limit: usize) -> Result<Turns, StoreError>;

    /// How far the files of a runner were read, at most [`MARKS_KEPT`] of them.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn marks(&self, runner: RunnerId) -> Result<Vec<FileMark>, StoreError>;

    /// Removes what `bounds` do not allow; tells how many rows.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn prune(&self, bounds: LedgerBounds) -> Result<usize, StoreError>;

    /// Removes the turns of a runner, and how far its files were read. What its messages used stays: it was spent.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn forget(&self, runner: RunnerId) -> Result<(), StoreError>;
}
