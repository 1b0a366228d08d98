//! Reading one transcript: index seeks only, frames checked by their sums, damage as gaps and not as errors.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::seal::Sealer;
use super::failure::FileError;
use super::finding::Spot;
use super::{codec, keeping, queries};
use crate::domain::ids::{Epoch, RunnerId, Seq};
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Extent, Keyframe, Position, Stored};
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

fn len(start: Position, end: Position) -> usize {
    usize::try_from(end.seq.0.saturating_sub(start.seq.0)).unwrap_or(usize::MAX)
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
        let (mut next, mut stored, mut bytes) = (from, Vec::new(), 0_usize);
        // An empty page is the end, so what gives nothing to read does not fill one.
        while stored.is_empty() || bytes < max_bytes {
            let frame = self.frame_from(next.place)?;
            let record = self.record_from(next)?;
            match (frame, record) {
                (Some(frame), record) if record.is_none_or(|record| record.at > frame.spot.at) => {
                    bytes = bytes.saturating_add(len(frame.spot.at, frame.end));
                    next = Cursor::at(frame.end);
                    stored.push(self.frame(&frame)?);
                }
                (_, Some(spot)) => {
                    let known = if spot.at == next.place {
                        next.records
                    } else {
                        0
                    };
                    next = Cursor {
                        place: spot.at,
                        records: known + 1,
                    };
                    // Large pictures of a pane count as output.
                    let (record, len) = self.record(spot)?;
                    bytes = bytes.saturating_add(len);
                    stored.extend(record.map(Stored::Record));
                }
                (_, None) => break,
            }
        }
        Ok(Page { stored, next })
    }

    pub(super) fn read_back(&self, before: Position, max_bytes: usize) -> Result<Vec<Stored>> {
        let mut statement = self.connection.prepare_cached(queries::FRAMES_BEFORE)?;
        let mut rows = statement.query(params![before.epoch.0, before.seq.0.cast_signed()])?;
        let (mut stored, mut bytes, mut lowest) = (Vec::new(), 0_usize, Position::default());
        while let Some(row) = rows.next()? {
            let frame = self.frame_spot(Spot::of(row)?)?;
            let start = frame.spot.at;
            bytes = bytes.saturating_add(len(start, frame.end));
            stored.push((start, 1, self.frame(&frame)?));
            if bytes >= max_bytes {
                lowest = start;
                break;
            }
        }
        let mut statement = self.connection.prepare_cached(queries::RECORDS_BEFORE)?;
        let mut rows = statement.query(params![
            before.epoch.0,
            before.seq.0.cast_signed(),
            lowest.epoch.0,
            lowest.seq.0.cast_signed()
        ])?;
        while let Some(row) = rows.next()? {
            if let (Some(record), _) = self.record(Spot::of(row)?)? {
                stored.push((record.at, 0, Stored::Record(record)));
            }
        }
        // Both were read backwards; the order among records of a place survives a stable sort of the reverse.
        stored.reverse();
        stored.sort_by_key(|(at, kind, _)| (*at, *kind));
        Ok(stored.into_iter().map(|(_, _, stored)| stored).collect())
    }

    pub(super) fn keyframe(&self, at: Position) -> Result<Option<Keyframe>> {
        let (epoch, seq) = (at.epoch.0, at.seq.0.cast_signed());
        let mut statement = self.connection.prepare_cached(queries::SCREENS_BEFORE)?;
        let mut rows = statement.query(params![epoch, seq])?;
        let mut screen = None;
        while let Some(row) = rows.next()? {
            screen = self.screen(Spot::of(row)?)?;
            if screen.is_some() {
                break;
            }
        }
        // A seed is a newer screen when it stands at the same place or behind.
        let lowest = screen
            .as_ref()
            .map_or(0, |screen| screen.at.seq.0.cast_signed());
        let mut statement = self.connection.prepare_cached(queries::RECORDS_BEFORE)?;
        let behind = seq.saturating_add(1);
        let mut rows = statement.query(params![epoch, behind, epoch, lowest])?;
        while let Some(row) = rows.next()? {
            if let Some(seed) = self.seed(Spot::of(row)?)? {
                return Ok(Some(seed));
            }
        }
        Ok(screen)
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
            return keeping::end(self.connection);
        };
        let within = codec::chunk_times(&table)
            .into_iter()
            .find(|(at, _)| *at >= time)
            .map_or(0, |(_, offset)| offset);
        Ok(start.after(within))
    }
}
