//! Transcripts: one database for each runner, in frames of compressed output. One thread writes all of them, another reads, so
//! that reading never holds writing up.

mod codec;
mod failure;
mod file;
mod finding;
mod inbox;
mod insert;
mod keeping;
mod pending;
mod plan;
mod queries;
mod reader;
mod reading;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use self::failure::FileError;
use self::inbox::{Inbox, Order};
pub use self::queries::query_plans;
use self::reader::Reader;
use self::reading::ReadFile;
use super::limits::{END_WRITER, RECORDINGS};
use super::seal::{Key, Sealer};
use super::worker::Worker;
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Extent, Keyframe, Piece, Position, Stored};
use crate::ports::transcript::{
    Cursor, Overloaded, Page, Pruned, RecordingEvent, Retention, TranscriptError, TranscriptKeeper,
    TranscriptReader, TranscriptWriter,
};

/// Stars secrets out, in place and without changing the length.
pub type Redact = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Tells what may be kept of each runner, whenever it is asked.
pub type Allowed = Arc<dyn Fn() -> Retention + Send + Sync>;

/// How transcripts are kept.
pub struct TranscriptOptions {
    /// Directory of the databases; made when it is missing.
    pub directory: PathBuf,
    /// What may be kept of each runner, as it is wished at present.
    pub retention: Allowed,
    /// Key of what is written from now on.
    pub key: Option<Key>,
    /// Applied to everything before it is written.
    pub redact: Option<Redact>,
}

/// The transcripts of all runners. Dropping it writes what is pending and ends its threads, if the disk lets them.
pub struct SqliteTranscripts {
    inbox: Inbox,
    reader: Option<Reader>,
    recordings: tokio::sync::Mutex<Option<mpsc::Receiver<RecordingEvent>>>,
    writer: Option<Worker>,
    directory: PathBuf,
    /// How long the writer is waited for at the end.
    end_within: Duration,
}

impl SqliteTranscripts {
    /// Starts both threads.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(options: TranscriptOptions) -> std::io::Result<Self> {
        let (recordings, receiver) = mpsc::channel(RECORDINGS);
        let (inbox, outlet) = inbox::inbox();
        let sealer = Sealer::new(options.key.clone());
        let reader = Reader::start(options.directory.clone(), sealer)?;
        let directory = options.directory.clone();
        let writer = Worker::start("transcripts", move || {
            writer::Writer::new(options, recordings).run(&outlet);
        })?;
        Ok(Self {
            inbox,
            reader: Some(reader),
            recordings: tokio::sync::Mutex::new(Some(receiver)),
            writer: Some(writer),
            directory,
            end_within: END_WRITER,
        })
    }

    async fn order<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, TranscriptError>>) -> Order,
    ) -> Result<T, TranscriptError> {
        let (answer, answered) = oneshot::channel();
        self.inbox.order(order(answer));
        answered.await.unwrap_or(Err(TranscriptError::Closed))
    }

    fn reader(&self) -> Result<&Reader, TranscriptError> {
        self.reader.as_ref().ok_or(TranscriptError::Closed)
    }

    /// Reads. A file that is damaged so that nothing can be found in it is set aside by the writer, and the new one is read, which
    /// says so.
    async fn ask<T, F>(&self, runner: RunnerId, read: F) -> Result<T, TranscriptError>
    where
        T: Default + Send + 'static,
        F: Fn(&ReadFile<'_>) -> Result<T, FileError> + Clone + Send + 'static,
    {
        self.catch_up(runner).await?;
        let mut result = self.reader()?.ask(runner, read.clone()).await;
        if let Err(error) = &result
            && error.is_damage()
        {
            tracing::warn!(%runner, %error, "a transcript cannot be read");
            self.order(|answer| Order::Check { runner, answer }).await?;
            self.catch_up(runner).await?;
            result = self.reader()?.ask(runner, read).await;
        }
        result.map_err(|error| error.of(&keeping::path(&self.directory, runner), "read"))
    }

    /// What was appended before is seen by the reading that follows. Trouble with writing is no reason not to read.
    async fn catch_up(&self, runner: RunnerId) -> Result<(), TranscriptError> {
        match self.flush(runner, false).await {
            Err(TranscriptError::Closed) => Err(TranscriptError::Closed),
            Ok(()) | Err(TranscriptError::Io { .. } | TranscriptError::Sealed { .. }) => Ok(()),
        }
    }
}

impl Drop for SqliteTranscripts {
    fn drop(&mut self) {
        self.reader = None;
        self.inbox.order(Order::End);
        if let Some(writer) = self.writer.take() {
            writer.end(self.end_within);
        }
    }
}

#[async_trait]
impl TranscriptWriter for SqliteTranscripts {
    fn append(&self, runner: RunnerId, piece: Piece) -> Result<(), Overloaded> {
        self.inbox.append(runner, piece)
    }

    async fn flush(&self, runner: RunnerId, durable: bool) -> Result<(), TranscriptError> {
        self.order(|answer| Order::Flush {
            runner,
            durable,
            answer,
        })
        .await
    }

    fn recordings(&self) -> Option<mpsc::Receiver<RecordingEvent>> {
        self.recordings.try_lock().ok()?.take()
    }
}

#[async_trait]
impl TranscriptReader for SqliteTranscripts {
    async fn extent(&self, runner: RunnerId) -> Result<Extent, TranscriptError> {
        self.ask(runner, |file| file.extent()).await
    }

    async fn read(
        &self,
        runner: RunnerId,
        from: Cursor,
        max_bytes: usize,
    ) -> Result<Page, TranscriptError> {
        self.ask(runner, move |file| file.read(from, max_bytes))
            .await
    }

    async fn read_back(
        &self,
        runner: RunnerId,
        before: Position,
        max_bytes: usize,
    ) -> Result<Vec<Stored>, TranscriptError> {
        self.ask(runner, move |file| file.read_back(before, max_bytes))
            .await
    }

    async fn keyframe(
        &self,
        runner: RunnerId,
        at: Position,
    ) -> Result<Option<Keyframe>, TranscriptError> {
        self.ask(runner, move |file| file.keyframe(at)).await
    }

    async fn place_at(
        &self,
        runner: RunnerId,
        time: Timestamp,
    ) -> Result<Position, TranscriptError> {
        self.ask(runner, move |file| file.place_at(time)).await
    }
}

#[async_trait]
impl TranscriptKeeper for SqliteTranscripts {
    async fn prune(
        &self,
        retention: Retention,
        now: Timestamp,
        dry_run: bool,
    ) -> Result<Vec<Pruned>, TranscriptError> {
        self.order(|answer| Order::Prune {
            retention,
            now,
            dry_run,
            answer,
        })
        .await
    }

    async fn forget(&self, runner: RunnerId) -> Result<(), TranscriptError> {
        self.reader()?.close(runner);
        self.order(|answer| Order::Forget { runner, answer }).await
    }

    async fn runners(&self) -> Result<Vec<RunnerId>, TranscriptError> {
        self.order(|answer| Order::Runners { answer }).await
    }
}
