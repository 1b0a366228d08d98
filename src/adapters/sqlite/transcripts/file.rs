//! The writer's side of one transcript: what is pending, the database, and what to do when it cannot be written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

use super::super::database;
use super::super::limits::{COMMIT_AFTER, FRAME_BYTES, HELD_BYTES, RETRY_FIRST, RETRY_LAST};
use super::failure::FileError;
use super::insert::{Run, Shared, insert};
use super::keeping;
use super::pending::Pending;
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
    /// The whole of it was sound when it was first opened, and nothing was wrong since.
    is_checked: bool,
    pending: Pending,
    /// When the oldest in `pending` came.
    since: Option<Instant>,
    /// Behind everything that is stored or queued; `None` before the database was looked at.
    end: Option<Position>,
    /// Behind everything that was found or put into the database.
    written: Option<Position>,
    /// The last thing at `end` says that output is missing, so the next may begin further on.
    gap_at_end: bool,
    run: Option<Run>,
    trouble: Option<Trouble>,
    /// Bytes of output that are stored.
    pub(super) kept: u64,
    pub(super) unsynced: bool,
    pub(super) used: Instant,
    /// When the newest piece came, as its sender says.
    latest: Timestamp,
    /// What has to be told.
    pub(super) news: Option<Recording>,
}

impl File {
    pub(super) fn new(runner: RunnerId, path: PathBuf) -> Self {
        Self {
            runner,
            path,
            connection: None,
            is_checked: false,
            pending: Pending::default(),
            since: None,
            end: None,
            written: None,
            gap_at_end: false,
            run: None,
            trouble: None,
            kept: 0,
            unsynced: false,
            used: Instant::now(),
            latest: Timestamp::default(),
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

    /// The same, when nothing is wrong with it.
    pub(super) fn write_due(&self) -> Option<Instant> {
        self.due().filter(|_| self.trouble.is_none())
    }

    /// True when nothing waits to be written, so that the database may be closed.
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// Bytes of memory that wait to be written, about; one screen may stand beside them.
    #[cfg(test)]
    pub(super) const fn held(&self) -> usize {
        self.pending.held()
    }

    /// Takes a piece; writes when there is enough of it.
    pub(super) fn push(&mut self, piece: Piece, shared: &Shared) {
        (self.used, self.latest) = (Instant::now(), piece_time(&piece));
        if self.end.is_none() && self.trouble.is_none() {
            self.try_open(self.latest);
        }
        match piece {
            Piece::Output { chunk, lines } => self.push_output(chunk, lines.as_deref()),
            Piece::Record(record) => self.push_record(record),
            Piece::Keyframe(keyframe) => self.pending.push_screen(keyframe),
        }
        if !self.is_idle() {
            self.since.get_or_insert(self.used);
        }
        let is_much = self.pending.output() >= FRAME_BYTES || self.pending.held() >= HELD_BYTES / 2;
        if is_much && self.trouble.is_none() {
            self.commit(shared);
        }
    }

    fn push_record(&mut self, record: Record) {
        self.gap_at_end = matches!(record.kind, RecordKind::Gap(_));
        self.end = self.end.max(Some(record.at));
        self.pending.push_record(record);
    }

    fn push_output(&mut self, chunk: Chunk, lines: Option<&[LogEntry]>) {
        let Some(chunk) = self.new_part(chunk) else {
            return;
        };
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
        self.pending.push_output(chunk, lines);
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

    /// Writes everything that is pending. What goes wrong becomes news, and is tried again.
    pub(super) fn commit(&mut self, shared: &Shared) {
        if self.is_idle() {
            self.since = None;
            return;
        }
        let at = self.pending.time();
        if !self.try_open(at) {
            return;
        }
        match self.write(shared) {
            Ok(()) => {
                self.kept += self.pending.output() as u64;
                (self.since, self.unsynced) = (None, true);
                self.written = self.end;
                self.pending.clear();
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
        for row in self.pending.rows() {
            run = insert(row, run, &change, self.runner, shared)?;
        }
        // It is made anew at every try, so that it counts all that was lost until one succeeds.
        if let Some((mut gap, screen)) = self.pending.gap() {
            run = insert(&mut gap, run, &change, self.runner, shared)?;
            if let Some(mut screen) = screen {
                run = insert(&mut screen, run, &change, self.runner, shared)?;
            }
        }
        change.commit()?;
        self.run = run;
        Ok(())
    }

    /// A reader found damage. Opening looks at the whole file, and sets it aside if that is so.
    pub(super) fn check(&mut self, shared: &Shared) {
        self.commit(shared);
        (self.connection, self.run) = (None, None);
        self.is_checked = false;
        self.try_open(self.latest);
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
            .and_then(|()| {
                let open = if self.is_checked {
                    database::reopen
                } else {
                    database::open
                };
                Ok(open(&self.path, &MIGRATIONS)?)
            })
            .and_then(|connection| {
                let stored = keeping::stored(&connection)?;
                // What was read to open it is not read again soon.
                database::shrink(&connection)?;
                Ok((stored, connection))
            });
        match opened {
            Ok((stored, connection)) => {
                self.is_checked = true;
                self.connection = Some(connection);
                self.kept = stored.bytes;
                if stored.end > self.end {
                    (self.end, self.gap_at_end) = (stored.end, stored.ends_with_gap);
                }
                if stored.end < self.written {
                    tracing::warn!(file = %self.path.display(), "what was written into it is gone");
                    self.say_lost(at);
                }
                self.written = stored.end;
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
        self.is_checked = false;
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
        self.pending.limit();
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
        self.say_lost(time);
        self.news = Some(Recording::SetAside { aside });
        (self.kept, self.written) = (0, None);
        // It failed once already; another failure is trouble as any other.
        if self.try_open(time) {
            self.trouble = None;
        }
    }

    /// Before everything that is pending stands that what was written is missing.
    fn say_lost(&mut self, time: Timestamp) {
        let at = self.pending.start().or(self.end);
        self.gap_at_end |= self.pending.is_empty();
        self.pending.push_front(Record {
            at: at.unwrap_or(Position::new(Epoch(1), Seq(0))),
            time,
            kind: RecordKind::Gap(Gap {
                bytes: None,
                reason: GapReason::Damaged,
            }),
        });
        self.since.get_or_insert(self.used);
    }

    /// Brings what was written to the medium.
    pub(super) fn sync(&mut self) -> Result<(), FileError> {
        if let Some(connection) = &self.connection
            && self.unsynced
        {
            database::sync(connection)?;
            self.unsynced = false;
        }
        Ok(())
    }

    pub(super) const fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Closes the database, when nothing waits to be written; the next output opens it again. True when it was open.
    pub(super) fn rest(&mut self) -> bool {
        let rests = self.is_open() && self.is_idle() && self.trouble.is_none();
        if rests {
            (self.connection, self.run) = (None, None);
        }
        rests
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
