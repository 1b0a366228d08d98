//! Reading one transcript: index seeks only, frames checked by their sums, damage as gaps and not as errors.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::seal::Sealer;
use super::codec;
use super::failure::FileError;
use super::keeping;
use crate::domain::ids::{Epoch, RunnerId, Seq};
use crate::domain::time::Timestamp;
use crate::domain::transcript::{
    Extent, Frame, Gap, GapReason, Keyframe, Position, Record, RecordKind, Size, Stored,
};
use crate::ports::transcript::{Cursor, Page};

type Result<T> = std::result::Result<T, FileError>;

/// What a blob belongs to, so that it cannot be put elsewhere.
pub(super) fn what(runner: RunnerId, table: &str, at: Position) -> Vec<u8> {
    format!("{runner} {table} {at}").into_bytes()
}

pub(super) fn place(epoch: u32, seq: i64) -> Position {
    Position::new(Epoch(epoch), Seq(seq.cast_unsigned()))
}

/// A transcript to be read.
pub(super) struct ReadFile<'a> {
    pub(super) runner: RunnerId,
    pub(super) connection: &'a Connection,
    pub(super) sealer: &'a Sealer,
}

const FRAME: &str = "SELECT epoch, first, end, at, crc, chunks, lines, data FROM frame ";
const RECORD: &str = "SELECT epoch, seq, at, kind, data FROM record ";

struct FrameRow {
    start: Position,
    end: Position,
    at: Timestamp,
    crc: u32,
    chunks: Vec<u8>,
    lines: Option<Vec<u8>>,
    data: Vec<u8>,
}

impl FrameRow {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let epoch = row.get(0)?;
        Ok(Self {
            start: place(epoch, row.get(1)?),
            end: place(epoch, row.get(2)?),
            at: Timestamp(row.get::<_, i64>(3)?.cast_unsigned()),
            crc: row.get(4)?,
            chunks: row.get(5)?,
            lines: row.get(6)?,
            data: row.get(7)?,
        })
    }
}

struct RecordRow {
    at: Position,
    time: Timestamp,
    kind: String,
    data: Vec<u8>,
}

impl RecordRow {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            at: place(row.get(0)?, row.get(1)?),
            time: Timestamp(row.get::<_, i64>(2)?.cast_unsigned()),
            kind: row.get(3)?,
            data: row.get(4)?,
        })
    }
}

impl ReadFile<'_> {
    pub(super) fn extent(&self) -> Result<Extent> {
        let extent = keeping::extent(self.connection)?;
        Ok(Extent {
            on_disk: keeping::on_disk(self.connection)?,
            ..extent
        })
    }

    pub(super) fn read(&self, from: Cursor, max_bytes: usize) -> Result<Page> {
        let (mut next, mut stored, mut bytes) = (from, Vec::new(), 0);
        while bytes < max_bytes.max(1) {
            let frame = self.frame_from(next.place)?;
            let record = self.record_from(next)?;
            match (frame, record) {
                (None, None) => break,
                (Some(frame), record)
                    if record.as_ref().is_none_or(|record| record.at > frame.start) =>
                {
                    bytes += usize::try_from(frame.end.seq.0 - frame.start.seq.0).unwrap_or(0);
                    next = Cursor::at(frame.end);
                    stored.push(self.frame(&frame)?);
                }
                (_, Some(record)) => {
                    next = Cursor {
                        place: record.at,
                        records: if record.at == next.place {
                            next.records + 1
                        } else {
                            1
                        },
                    };
                    // Large pictures of a pane count as output.
                    bytes += record.data.len();
                    stored.extend(self.record(&record)?.map(Stored::Record));
                }
                (Some(_), None) => break,
            }
        }
        Ok(Page { stored, next })
    }

    pub(super) fn read_back(&self, before: Position, max_bytes: usize) -> Result<Vec<Stored>> {
        let sql =
            format!("{FRAME} WHERE (epoch, first) < (?1, ?2) ORDER BY epoch DESC, first DESC");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![before.epoch.0, before.seq.0.cast_signed()])?;
        let (mut stored, mut bytes, mut lowest) = (Vec::new(), 0, Position::default());
        while let Some(row) = rows.next()? {
            let frame = FrameRow::of(row)?;
            bytes += usize::try_from(frame.end.seq.0 - frame.start.seq.0).unwrap_or(0);
            let start = frame.start;
            stored.push((start, 1, self.frame(&frame)?));
            if bytes >= max_bytes {
                lowest = start;
                break;
            }
        }
        let sql = format!(
            "{RECORD} WHERE (epoch, seq) < (?1, ?2) AND (epoch, seq) >= (?3, ?4) ORDER BY epoch DESC, seq DESC, id DESC"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            before.epoch.0,
            before.seq.0.cast_signed(),
            lowest.epoch.0,
            lowest.seq.0.cast_signed()
        ])?;
        while let Some(row) = rows.next()? {
            let row = RecordRow::of(row)?;
            if let Some(record) = self.record(&row)? {
                stored.push((record.at, 0, Stored::Record(record)));
            }
        }
        // Both were read backwards; the order among records of a place survives a stable sort of the reverse.
        stored.reverse();
        stored.sort_by_key(|(at, kind, _)| (*at, *kind));
        Ok(stored.into_iter().map(|(_, _, stored)| stored).collect())
    }

    pub(super) fn keyframe(&self, at: Position) -> Result<Option<Keyframe>> {
        let key = params![at.epoch.0, at.seq.0.cast_signed()];
        let found = self
            .connection
            .prepare_cached(
                "SELECT seq, at, cols, rows, data FROM keyframe WHERE epoch = ?1 AND seq <= ?2
                 ORDER BY seq DESC, id DESC LIMIT 1",
            )?
            .query_row(key, |row| {
                let size = Size {
                    cols: row.get(2)?,
                    rows: row.get(3)?,
                };
                let data: Vec<u8> = row.get(4)?;
                let time = Timestamp(row.get::<_, i64>(1)?.cast_unsigned());
                Ok((place(at.epoch.0, row.get(0)?), time, size, data))
            })
            .optional()?;
        let sql = format!(
            "{RECORD} WHERE epoch = ?1 AND seq <= ?2 AND kind = 'seed' ORDER BY seq DESC, id DESC LIMIT 1"
        );
        let seed = self
            .connection
            .prepare_cached(&sql)?
            .query_row(key, RecordRow::of)
            .optional()?;
        if let Some(seed) = seed
            && found.as_ref().is_none_or(|(at, ..)| *at <= seed.at)
            && let Some(Record {
                at,
                time,
                kind: RecordKind::Seed(seed),
            }) = self.record(&seed)?
        {
            return Ok(Some(Keyframe {
                at,
                time,
                size: seed.size,
                dump: String::from_utf8_lossy(&seed.bytes).into(),
            }));
        }
        let Some((at, time, size, data)) = found else {
            return Ok(None);
        };
        let dump = self
            .sealer
            .open(&what(self.runner, "keyframe", at), &data)?;
        Ok(Some(Keyframe {
            at,
            time,
            size,
            dump: String::from_utf8_lossy(&dump).into(),
        }))
    }

    pub(super) fn place_at(&self, time: Timestamp) -> Result<Position> {
        let frame = self
            .connection
            .prepare_cached(
                "SELECT epoch, first, chunks FROM frame WHERE until >= ?1 ORDER BY epoch, first LIMIT 1",
            )?
            .query_row([time.0.cast_signed()], |row| {
                Ok((place(row.get(0)?, row.get(1)?), row.get::<_, Vec<u8>>(2)?))
            })
            .optional()?;
        let Some((start, table)) = frame else {
            return Ok(keeping::extent(self.connection)?.end);
        };
        let within = codec::chunk_times(&table)
            .into_iter()
            .find(|(at, _)| *at >= time)
            .map_or(0, |(_, offset)| offset);
        Ok(start.after(within))
    }

    /// The frame that holds that place, or the first one behind it.
    fn frame_from(&self, at: Position) -> Result<Option<FrameRow>> {
        let key = params![at.epoch.0, at.seq.0.cast_signed()];
        let sql = format!("{FRAME} WHERE epoch = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1");
        let holding = self
            .connection
            .prepare_cached(&sql)?
            .query_row(key, FrameRow::of)
            .optional()?;
        if let Some(frame) = holding.filter(|frame| frame.end > at) {
            return Ok(Some(frame));
        }
        let sql = format!("{FRAME} WHERE (epoch, first) > (?1, ?2) ORDER BY epoch, first LIMIT 1");
        let next = self
            .connection
            .prepare_cached(&sql)?
            .query_row(key, FrameRow::of)
            .optional()?;
        Ok(next)
    }

    fn record_from(&self, from: Cursor) -> Result<Option<RecordRow>> {
        let sql = format!(
            "{RECORD} WHERE (epoch, seq) >= (?1, ?2) ORDER BY epoch, seq, id LIMIT 1 OFFSET ?3"
        );
        let record = self
            .connection
            .prepare_cached(&sql)?
            .query_row(
                params![
                    from.place.epoch.0,
                    from.place.seq.0.cast_signed(),
                    i64::try_from(from.records).unwrap_or(i64::MAX)
                ],
                RecordRow::of,
            )
            .optional()?;
        Ok(record)
    }

    fn frame(&self, row: &FrameRow) -> Result<Stored> {
        let damaged = Stored::Record(Record {
            at: row.start,
            time: row.at,
            kind: RecordKind::Gap(Gap {
                bytes: Some(row.end.seq.0 - row.start.seq.0),
                reason: GapReason::Damaged,
            }),
        });
        let open = |table, blob: &[u8]| {
            use super::super::seal::BlobError;
            match self.sealer.open(&what(self.runner, table, row.start), blob) {
                Ok(content) => Ok(Some(content)),
                Err(BlobError::Damaged) => Ok(None),
                Err(BlobError::Sealed) => Err(FileError::Sealed),
            }
        };
        let Some(bytes) = open("frame", &row.data)?.filter(|bytes| codec::crc(bytes) == row.crc)
        else {
            return Ok(damaged);
        };
        let Some(chunks) = codec::chunks(row.start, &row.chunks, bytes) else {
            return Ok(damaged);
        };
        let lines = match &row.lines {
            Some(blob) => open("lines", blob)?.and_then(|text| codec::lines(row.start, &text)),
            None => None,
        };
        Ok(Stored::Frame(Frame { chunks, lines }))
    }

    /// `None` for what a later version wrote.
    fn record(&self, row: &RecordRow) -> Result<Option<Record>> {
        let text = self
            .sealer
            .open(&what(self.runner, "record", row.at), &row.data)?;
        Ok(codec::record(&row.kind, &text).map(|kind| Record {
            at: row.at,
            time: row.time,
            kind,
        }))
    }
}
