//! The writer's side of one transcript: what is pending, the database, and what to do when it cannot be written.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

use super::super::database;
use super::super::limits::{COMMIT_AFTER, FRAME_BYTES, HELD_BYTES, RETRY_FIRST, RETRY_LAST};
use super::failure::FileError;
use super::insert::{Run, Shared, insert};
use super::keeping;
use super::row::{OpenFrame, Row};
use super::schema::MIGRATIONS;
use crate::domain::ids::{Epoch, RunnerId, Seq};
use crate::domain::log::LogEntry;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Chunk, Gap, GapReason, Piece, Position, Record, RecordKind};
use crate::ports::transcript::Recording;

/// Writing fails at present.
struct Trouble {
    retry: Instant,
    wait: Duration,
}

/// One transcript.
pub(super) struct File {
    runner: RunnerId,
    path: PathBuf,
    connection: Option<Connection>,
    queue: VecDeque<Row>,
    /// Bytes of output in `queue`.
    queued: usize,
    /// When the oldest in `queue` came.
    since: Option<Instant>,
    /// Behind everything that is stored or queued; `None` before the database was looked at.
    end: Option<Position>,
    /// The last thing at `end` says that output is missing, so the next may begin further on.
    gap_at_end: bool,
    run: Option<Run>,
    trouble: Option<Trouble>,
    /// What could not be held while there was trouble: where it belongs, when it came, how much it is.
    dropped: Option<(Position, Timestamp, u64)>,
    /// Bytes of output that are stored.
    pub(super) kept: u64,
    pub(super) unsynced: bool,
    pub(super) used: Instant,
    /// What has to be told.
    pub(super) news: Option<Recording>,
}

impl File {
    pub(super) fn new(runner: RunnerId, path: PathBuf) -> Self {
        Self {
            runner,
            path,
            connection: None,
            queue: VecDeque::new(),
            queued: 0,
            since: None,
            end: None,
            gap_at_end: false,
            run: None,
            trouble: None,
            dropped: None,
            kept: 0,
            unsynced: false,
            used: Instant::now(),
            news: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// When [`Self::commit`] is due.
    pub(super) fn due(&self) -> Option<Instant> {
        let since = self.since?;
        Some(match &self.trouble {
            Some(trouble) => trouble.retry,
            None => since + COMMIT_AFTER,
        })
    }

    /// True when nothing waits to be written, so that the database may be closed.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.dropped.is_none()
    }

    /// Takes a piece; writes when there is enough of it.
    pub(super) fn push(&mut self, piece: Piece, shared: &Shared) {
        self.used = Instant::now();
        if self.end.is_none() && self.trouble.is_none() {
            self.try_open(piece_time(&piece));
        }
        match piece {
            Piece::Output { chunk, lines } => self.push_output(chunk, lines.as_deref()),
            Piece::Record(record) => self.push_record(record),
            Piece::Keyframe(keyframe) => self.queue.push_back(Row::Keyframe(keyframe)),
        }
        if !self.queue.is_empty() {
            self.since.get_or_insert(self.used);
        }
        if self.queued >= FRAME_BYTES && self.trouble.is_none() {
            self.commit(shared);
        }
    }

    fn push_record(&mut self, record: Record) {
        if self.is_overfull() {
            return;
        }
        self.gap_at_end = matches!(record.kind, RecordKind::Gap(_));
        self.end = self.end.max(Some(record.at));
        self.queue.push_back(Row::Record(record));
    }

    fn push_output(&mut self, chunk: Chunk, lines: Option<&[LogEntry]>) {
        let Some(chunk) = self.new_part(chunk) else {
            return;
        };
        if self.is_overfull() {
            let (_, _, bytes) = self.dropped.get_or_insert((chunk.at, chunk.time, 0));
            *bytes += chunk.bytes.len() as u64;
            return;
        }
        let skips = self
            .end
            .is_some_and(|end| chunk.at > end && chunk.at.epoch == end.epoch);
        if skips && !self.gap_at_end {
            self.push_record(Record {
                at: self.end.unwrap_or_default(),
                time: chunk.time,
                kind: RecordKind::Gap(Gap {
                    bytes: None,
                    reason: GapReason::Damaged,
                }),
            });
        }
        self.gap_at_end = false;
        self.end = Some(chunk.end());
        self.queued += chunk.bytes.len();
        self.fill(&chunk, lines);
    }

    /// Cuts a chunk into frames; each gets the lines that end within it.
    fn fill(&mut self, chunk: &Chunk, lines: Option<&[LogEntry]>) {
        let (mut at, mut rest) = (chunk.at, &chunk.bytes[..]);
        let mut lines_left = lines.unwrap_or_default();
        loop {
            let is_open = matches!(self.queue.back(), Some(Row::Frame(frame))
                if !frame.is_full() && frame.goes_on(at, lines.is_some()));
            if !is_open {
                let frame = OpenFrame::new(at, lines.is_some());
                self.queue.push_back(Row::Frame(frame));
            }
            let Some(Row::Frame(frame)) = self.queue.back_mut() else {
                return;
            };
            let (part, left) = rest.split_at(frame.room().min(rest.len()));
            frame.push(chunk.time, part);
            (at, rest) = (frame.end(), left);
            let within = if rest.is_empty() {
                lines_left.len()
            } else {
                lines_left.partition_point(|line| line.place <= at)
            };
            let (here, later) = lines_left.split_at(within);
            frame.push_lines(here);
            lines_left = later;
            if rest.is_empty() {
                return;
            }
        }
    }

    /// What of the chunk is not stored already.
    fn new_part(&self, chunk: Chunk) -> Option<Chunk> {
        let end = self.end.unwrap_or_default();
        if chunk.at >= end {
            return (!chunk.bytes.is_empty()).then_some(chunk);
        }
        if chunk.end() <= end || chunk.at.epoch < end.epoch {
            return None;
        }
        let known = usize::try_from(end.seq.0 - chunk.at.seq.0).ok()?;
        Some(Chunk {
            at: end,
            time: chunk.time,
            bytes: chunk.bytes.slice(known..),
        })
    }

    /// True while what comes has to be let go.
    fn is_overfull(&self) -> bool {
        self.trouble.is_some() && (self.queued >= HELD_BYTES || self.dropped.is_some())
    }

    /// Writes everything that is pending. What goes wrong becomes news, and is tried again.
    pub(super) fn commit(&mut self, shared: &Shared) {
        if self.is_idle() {
            self.since = None;
            return;
        }
        let at = self.queue.front().map_or_else(Timestamp::default, row_time);
        if !self.try_open(at) {
            return;
        }
        if let Some((place, time, bytes)) = self.dropped {
            // Only once, also when writing fails again: it is in the queue from now on.
            self.dropped = None;
            self.queue.push_back(Row::Record(Record {
                at: place,
                time,
                kind: RecordKind::Gap(Gap {
                    bytes: Some(bytes),
                    reason: GapReason::Disk,
                }),
            }));
            self.gap_at_end = true;
        }
        match self.write(shared) {
            Ok(()) => {
                self.kept += self.queued as u64;
                (self.queued, self.since, self.unsynced) = (0, None, true);
                self.queue.clear();
                if self.trouble.take().is_some() {
                    self.news = Some(Recording::On);
                }
            }
            Err(error) => self.failed(&error, at),
        }
    }

    fn write(&mut self, shared: &Shared) -> Result<(), FileError> {
        let Some(connection) = &mut self.connection else {
            return Ok(());
        };
        let change = connection.transaction()?;
        let mut run = self.run.take();
        for row in &mut self.queue {
            run = insert(row, run, &change, self.runner, shared)?;
        }
        change.commit()?;
        self.run = run;
        Ok(())
    }

    /// Opens the database; false when that is not possible now.
    pub(super) fn try_open(&mut self, at: Timestamp) -> bool {
        if self.connection.is_some() {
            return true;
        }
        let opened = self
            .path
            .parent()
            .map_or(Ok(()), database::private_directory)
            .map_err(FileError::from)
            .and_then(|()| Ok(database::open(&self.path, &MIGRATIONS)?))
            .and_then(|connection| Ok((keeping::stored(&connection)?, connection)));
        match opened {
            Ok(((end, kept), connection)) => {
                self.connection = Some(connection);
                self.kept = kept;
                self.end = self.end.max(end);
                true
            }
            Err(error) => {
                self.failed(&error, at);
                self.connection.is_some()
            }
        }
    }

    fn failed(&mut self, error: &FileError, at: Timestamp) {
        self.connection = None;
        self.run = None;
        if matches!(error, FileError::Sqlite(error) if database::is_damage(error)) {
            match database::set_aside(&self.path) {
                Ok(aside) => return self.begin_anew(aside, at),
                Err(error) => tracing::error!(%error, "a damaged transcript cannot be set aside"),
            }
        }
        let wait = self
            .trouble
            .as_ref()
            .map_or(RETRY_FIRST, |trouble| (trouble.wait * 2).min(RETRY_LAST));
        self.since.get_or_insert(self.used);
        if self.trouble.is_none() {
            let reason = format!(
                "Its output is not recorded: {} cannot be written ({error}).",
                self.path.display()
            );
            self.news = Some(Recording::Paused { reason });
        }
        self.trouble = Some(Trouble {
            retry: Instant::now() + wait,
            wait,
        });
    }

    /// A new database in the place of a damaged one, which says so first.
    fn begin_anew(&mut self, aside: PathBuf, time: Timestamp) {
        let at = match self.queue.front() {
            Some(Row::Frame(frame)) => frame.start(),
            Some(Row::Record(record)) => record.at,
            Some(Row::Keyframe(keyframe)) => keyframe.at,
            None => self.end.unwrap_or(Position::new(Epoch(1), Seq(0))),
        };
        self.queue.push_front(Row::Record(Record {
            at,
            time,
            kind: RecordKind::Gap(Gap {
                bytes: None,
                reason: GapReason::Damaged,
            }),
        }));
        self.gap_at_end |= self.queue.len() == 1;
        self.since.get_or_insert(self.used);
        self.news = Some(Recording::SetAside { aside });
        self.kept = 0;
        // It failed once already; another failure is trouble as any other.
        if self.try_open(time) {
            self.trouble = None;
        }
    }

    /// Brings what was written to the medium.
    pub(super) fn sync(&mut self) -> Result<(), FileError> {
        if let Some(connection) = &self.connection
            && self.unsynced
        {
            connection.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(()))?;
            self.unsynced = false;
        }
        Ok(())
    }

    /// Why the last try to write failed, if it did.
    pub(super) const fn is_in_trouble(&self) -> bool {
        self.trouble.is_some()
    }

    /// The open database, for pruning.
    pub(super) fn connection(&mut self) -> Option<&mut Connection> {
        self.run = None;
        self.connection.as_mut()
    }
}

fn piece_time(piece: &Piece) -> Timestamp {
    match piece {
        Piece::Output { chunk, .. } => chunk.time,
        Piece::Record(record) => record.time,
        Piece::Keyframe(keyframe) => keyframe.time,
    }
}

fn row_time(row: &Row) -> Timestamp {
    match row {
        Row::Frame(frame) => frame.times().0,
        Row::Record(record) => record.time,
        Row::Keyframe(keyframe) => keyframe.time,
    }
}
