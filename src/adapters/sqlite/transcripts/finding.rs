//! Where the frames and records of a transcript stand, from the indexes alone, and what is in each. A row that cannot be read is
//! `None`, whatever is wrong with it: the others are found all the same.

use rusqlite::{OptionalExtension, Params, Row, params};

use super::super::limits::FRAME_BYTES;
use super::super::seal::BlobError;
use super::codec;
use super::failure::{FileError, sound};
use super::queries;
use super::reading::{ReadFile, place, what};
use crate::domain::time::Timestamp;
use crate::domain::transcript::{
    Frame, Gap, GapReason, Keyframe, Position, Record, RecordKind, Size, Stored,
};
use crate::ports::transcript::Cursor;

type Result<T> = std::result::Result<T, FileError>;

/// A row, and the place at which it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) id: i64,
    pub(super) at: Position,
}

impl Spot {
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            at: place(row.get(1)?, row.get(2)?),
        })
    }
}

/// A frame's place in the transcript.
pub(super) struct FrameSpot {
    pub(super) spot: Spot,
    /// Behind its last byte; one further than its first when that cannot be known.
    pub(super) end: Position,
    is_end_known: bool,
}

/// Longest of frames: those that are joined are shorter than one each.
const LONGEST: u64 = 2 * FRAME_BYTES as u64;

const fn key(at: Position) -> (u32, i64) {
    (at.epoch.0, at.seq.0.cast_signed())
}

fn missing(at: Position, time: Timestamp, bytes: Option<u64>) -> Record {
    Record {
        at,
        time,
        kind: RecordKind::Gap(Gap {
            bytes,
            reason: GapReason::Damaged,
        }),
    }
}

impl ReadFile<'_> {
    fn spot(&self, sql: &str, key: impl Params) -> Result<Option<Spot>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(key, Spot::of).optional()?)
    }

    /// One value of a row, if it can be read.
    fn value<T: rusqlite::types::FromSql>(&self, sql: &str, spot: Spot) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        sound(statement.query_row([spot.id], |row| row.get(0)))
    }

    fn time(&self, sql: &str, spot: Spot) -> Result<Timestamp> {
        let time: Option<i64> = self.value(sql, spot)?;
        Ok(time.map_or_else(Timestamp::default, |time| Timestamp(time.cast_unsigned())))
    }

    /// The frame that holds that place, or the first one behind it.
    pub(super) fn frame_from(&self, at: Position) -> Result<Option<FrameSpot>> {
        if let Some(spot) = self.spot(queries::FRAME_AT, key(at))? {
            let frame = self.frame_spot(spot)?;
            if frame.end > at {
                return Ok(Some(frame));
            }
        }
        self.spot(queries::FRAME_BEHIND, key(at))?
            .map(|spot| self.frame_spot(spot))
            .transpose()
    }

    /// Finds the end of a frame. What the row says must fit what comes behind it, or the bytes themselves decide.
    pub(super) fn frame_spot(&self, spot: Spot) -> Result<FrameSpot> {
        let start = spot.at;
        let is_possible = |end: &Position| {
            end.epoch == start.epoch && *end > start && end.seq.0 - start.seq.0 <= LONGEST
        };
        let frame = self.spot(queries::FRAME_BEHIND, key(start))?;
        let record = self.spot(queries::RECORD_BEHIND, key(start))?;
        // Nothing stands within a frame, and where something is missing there is a record.
        let next = [frame, record].into_iter().flatten().map(|spot| spot.at);
        let next = next.filter(|at| at.epoch == start.epoch).min();
        let said: Option<i64> = self.value(queries::FRAME_END, spot)?;
        let said = said
            .map(|end| place(start.epoch.0, end))
            .filter(is_possible);
        let known = match said.filter(|end| next.is_none_or(|next| next == *end)) {
            Some(end) => Some(end),
            None => self
                .content(spot)?
                .map(|frame| frame.end())
                .or(next.filter(is_possible)),
        };
        Ok(FrameSpot {
            spot,
            end: known.unwrap_or_else(|| start.after(1)),
            is_end_known: known.is_some(),
        })
    }

    /// The frame, or a gap when it cannot be read.
    pub(super) fn frame(&self, frame: &FrameSpot) -> Result<Stored> {
        let (start, end) = (frame.spot.at, frame.end);
        if let Some(content) = self.content(frame.spot)?
            && content.end() == end
        {
            return Ok(Stored::Frame(content));
        }
        let time = self.time(queries::FRAME_TIME, frame.spot)?;
        let bytes = frame.is_end_known.then(|| end.seq.0 - start.seq.0);
        Ok(Stored::Record(missing(start, time, bytes)))
    }

    /// What is in a frame, if that is what was put there.
    fn content(&self, spot: Spot) -> Result<Option<Frame>> {
        type Columns = (u32, Vec<u8>, Option<Vec<u8>>, Vec<u8>);
        let mut statement = self.connection.prepare_cached(queries::FRAME)?;
        let row = statement.query_row([spot.id], |row| {
            let columns: Columns = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(columns)
        });
        let Some((crc, table, lines, data)) = sound(row)? else {
            return Ok(None);
        };
        let Some(bytes) = self.open("frame", spot.at, &data)? else {
            return Ok(None);
        };
        if codec::crc(&bytes) != crc {
            return Ok(None);
        }
        let Some(chunks) = codec::chunks(spot.at, &table, bytes).filter(|all| !all.is_empty())
        else {
            return Ok(None);
        };
        let lines = match lines {
            Some(blob) => self
                .open("lines", spot.at, &blob)?
                .and_then(|text| codec::lines(spot.at, &text)),
            None => None,
        };
        Ok(Some(Frame { chunks, lines }))
    }

    /// A blob's content; `None` when it is damaged.
    fn open(&self, table: &str, at: Position, blob: &[u8]) -> Result<Option<Vec<u8>>> {
        match self.sealer.open(&what(self.runner, table, at), blob) {
            Ok(content) => Ok(Some(content)),
            Err(BlobError::Damaged) => Ok(None),
            Err(BlobError::Sealed) => Err(FileError::Sealed),
        }
    }

    /// The first record that was not read yet.
    pub(super) fn record_from(&self, from: Cursor) -> Result<Option<Spot>> {
        let (epoch, seq) = key(from.place);
        let read = i64::try_from(from.records).unwrap_or(i64::MAX);
        let here = self.spot(queries::RECORD_AT, params![epoch, seq, read])?;
        match here {
            Some(spot) => Ok(Some(spot)),
            None => self.spot(queries::RECORD_BEHIND, key(from.place)),
        }
    }

    /// The record and how long it is: a gap when it cannot be read, and `None` for what a later version wrote.
    pub(super) fn record(&self, spot: Spot) -> Result<(Option<Record>, usize)> {
        type Columns = (i64, String, Vec<u8>);
        let mut statement = self.connection.prepare_cached(queries::RECORD)?;
        let row = statement.query_row([spot.id], |row| {
            let columns: Columns = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(columns)
        });
        let damaged = || {
            let time = self.time(queries::RECORD_TIME, spot)?;
            Ok((Some(missing(spot.at, time, None)), 0))
        };
        let Some((time, word, data)) = sound(row)? else {
            return damaged();
        };
        if !codec::is_known(&word) {
            return Ok((None, data.len()));
        }
        let text = self.open("record", spot.at, &data)?;
        let Some(kind) = text.and_then(|text| codec::record(&word, &text)) else {
            return damaged();
        };
        let record = Record {
            at: spot.at,
            time: Timestamp(time.cast_unsigned()),
            kind,
        };
        Ok((Some(record), data.len()))
    }

    /// The seed in that record, if it is one.
    pub(super) fn seed(&self, spot: Spot) -> Result<Option<Keyframe>> {
        let word: Option<String> = self.value(queries::RECORD_KIND, spot)?;
        if word.as_deref() != Some("seed") {
            return Ok(None);
        }
        Ok(match self.record(spot)?.0 {
            Some(Record {
                at,
                time,
                kind: RecordKind::Seed(seed),
            }) => Some(Keyframe {
                at,
                time,
                size: seed.size,
                dump: String::from_utf8_lossy(&seed.bytes).into(),
            }),
            _ => None,
        })
    }

    /// The screen, if it can be read.
    pub(super) fn screen(&self, spot: Spot) -> Result<Option<Keyframe>> {
        let mut statement = self.connection.prepare_cached(queries::SCREEN)?;
        let row = statement.query_row([spot.id], |row| {
            let size = Size {
                cols: row.get(1)?,
                rows: row.get(2)?,
            };
            let time = Timestamp(row.get::<_, i64>(0)?.cast_unsigned());
            Ok((time, size, row.get::<_, Vec<u8>>(3)?))
        });
        let Some((time, size, data)) = sound(row)? else {
            return Ok(None);
        };
        let dump = self.open("keyframe", spot.at, &data)?;
        Ok(dump.map(|dump| Keyframe {
            at: spot.at,
            time,
            size,
            dump: String::from_utf8_lossy(&dump).into(),
        }))
    }
}
