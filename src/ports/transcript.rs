//! Where transcripts are kept: appended in order, read from anywhere, pruned by size and age.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Extent, Keyframe, Piece, Position, Stored};

/// What can go wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TranscriptError {
    /// The file could not be read or written.
    #[error("the transcript {} could not be {action}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// "read", "written", "removed".
        action: &'static str,
        /// The system's own words.
        reason: String,
    },
    /// It is encrypted, and there is no key or another one.
    #[error("the transcript {} cannot be decrypted with the present key", path.display())]
    Sealed {
        /// The file.
        path: PathBuf,
    },
    /// The store has ended.
    #[error("transcripts are closed: the daemon is ending")]
    Closed,
}

/// The queue of the writer is full: what was not taken is missing, and whoever appends says so with a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("transcripts cannot be written as fast as they come")]
pub struct Overloaded;

/// How recording goes, told when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingEvent {
    /// Whose transcript.
    pub runner: RunnerId,
    /// From now on.
    pub state: Recording,
}

/// Whether output is being kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Recording {
    /// It is.
    #[default]
    On,
    /// It is not, for the time being; it is tried again by itself. What is missed becomes a gap.
    Paused {
        /// A whole sentence: what is wrong, and with which file.
        reason: String,
    },
    /// It is again, in a new file: the old one was damaged and set aside.
    SetAside {
        /// Where the damaged file is now.
        aside: PathBuf,
    },
}

/// What may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Most bytes of output for each runner; the oldest go first.
    pub bytes_per_runner: u64,
    /// Output older than this goes.
    pub age: Duration,
    /// Most bytes on disk of all transcripts; of the runner whose newest output is oldest, the oldest goes first.
    pub total_on_disk: u64,
}

/// What pruning removed, or would remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Whose.
    pub runner: RunnerId,
    /// Bytes of output.
    pub bytes: u64,
    /// Bytes of files.
    pub on_disk: u64,
    /// The first place that is left.
    pub first: Position,
}

/// How far a reader has come. No record stands within a frame, so this is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor {
    /// Everything before this place has been read.
    pub place: Position,
    /// And so many of the records at this place.
    pub records: usize,
}

impl Cursor {
    /// Before everything that stands at that place.
    pub const fn at(place: Position) -> Self {
        Self { place, records: 0 }
    }
}

/// A part of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// In order.
    pub stored: Vec<Stored>,
    /// Where the next page begins.
    pub next: Cursor,
}

/// Appending.
#[async_trait]
pub trait TranscriptWriter: Send + Sync {
    /// Appends to a runner's transcript. Never waits: it is put in line, and on disk within a second. Appending what is
    /// there already (a chunk that ends at or before the end) changes nothing; the new part of a chunk is taken.
    ///
    /// # Errors
    /// [`Overloaded`] when the line is full; nothing of the piece is taken then.
    fn append(&self, runner: RunnerId, piece: Piece) -> Result<(), Overloaded>;

    /// Returns when everything that was appended before is written (not necessarily synced to the medium, unless `durable`).
    ///
    /// # Errors
    /// `Io` when it could not be written, `Closed`.
    async fn flush(&self, runner: RunnerId, durable: bool) -> Result<(), TranscriptError>;

    /// Changes of recording; there is one receiver, so this answers `None` the second time.
    fn recordings(&self) -> Option<mpsc::Receiver<RecordingEvent>>;
}

/// Reading. Everything that was appended before a call is seen by it.
#[async_trait]
pub trait TranscriptReader: Send + Sync {
    /// How much there is; all zero when nothing is.
    ///
    /// # Errors
    /// `Io`, `Sealed`, `Closed`.
    async fn extent(&self, runner: RunnerId) -> Result<Extent, TranscriptError>;

    /// What stands from `from` on, epochs in order: at least one item when there is any, and about `max_bytes` of output at
    /// most. Frames come back whole, so the first one may begin before `from`. An empty page is the end.
    ///
    /// # Errors
    /// `Io`, `Sealed`, `Closed`.
    async fn read(
        &self,
        runner: RunnerId,
        from: Cursor,
        max_bytes: usize,
    ) -> Result<Page, TranscriptError>;

    /// The newest of the frames and records that begin before `before`: at least one item when there is any, and about
    /// `max_bytes` of output at most, in the order of the transcript.
    ///
    /// # Errors
    /// `Io`, `Sealed`, `Closed`.
    async fn read_back(
        &self,
        runner: RunnerId,
        before: Position,
        max_bytes: usize,
    ) -> Result<Vec<Stored>, TranscriptError>;

    /// The newest screen at or before `at` in the epoch of `at`: a keyframe, or a seed given as one.
    ///
    /// # Errors
    /// `Io`, `Sealed`, `Closed`.
    async fn keyframe(
        &self,
        runner: RunnerId,
        at: Position,
    ) -> Result<Option<Keyframe>, TranscriptError>;

    /// The first place whose output arrived at `time` or later; the end when none did. A clock that was set back is no reason to
    /// fail: the first such place in the order of the transcript counts.
    ///
    /// # Errors
    /// `Io`, `Sealed`, `Closed`.
    async fn place_at(
        &self,
        runner: RunnerId,
        time: Timestamp,
    ) -> Result<Position, TranscriptError>;
}

/// Keeping within bounds.
#[async_trait]
pub trait TranscriptKeeper: Send + Sync {
    /// Removes what `retention` does not allow, in small steps that let appends pass; with `dry_run` only tells.
    ///
    /// # Errors
    /// `Io`, `Closed`.
    async fn prune(
        &self,
        retention: Retention,
        now: Timestamp,
        dry_run: bool,
    ) -> Result<Vec<Pruned>, TranscriptError>;

    /// Removes everything of a runner. Fine when there is nothing.
    ///
    /// # Errors
    /// `Io`, `Closed`.
    async fn forget(&self, runner: RunnerId) -> Result<(), TranscriptError>;

    /// The runners of which there is a transcript.
    ///
    /// # Errors
    /// `Io`, `Closed`.
    async fn runners(&self) -> Result<Vec<RunnerId>, TranscriptError>;
}

/// The three together, as the use cases hold them.
#[derive(Clone)]
pub struct Transcripts {
    /// Appending.
    pub writer: Arc<dyn TranscriptWriter>,
    /// Reading.
    pub reader: Arc<dyn TranscriptReader>,
    /// Keeping within bounds.
    pub keeper: Arc<dyn TranscriptKeeper>,
}
