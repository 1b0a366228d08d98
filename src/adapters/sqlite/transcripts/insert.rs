//! What is pending becomes rows of the database, sealed; small frames in a row become one.

use rusqlite::{Transaction, params};

use super::super::seal::Sealer;
use super::failure::FileError;
use super::queries;
use super::reading::what;
use super::row::{OpenFrame, Row};
use super::{Redact, codec};
use crate::domain::ids::RunnerId;
use crate::domain::transcript::{Keyframe, Position, Record, RecordKind};

/// What all transcripts share.
pub(super) struct Shared {
    pub(super) sealer: Sealer,
    pub(super) redact: Option<Redact>,
}

impl Shared {
    /// What may be read of it, sealed for its place in a table.
    fn seal(
        &self,
        runner: RunnerId,
        table: &str,
        at: Position,
        mut content: Vec<u8>,
    ) -> Result<Vec<u8>, FileError> {
        if let Some(redact) = &self.redact {
            redact(&mut content);
        }
        Ok(self.sealer.seal(&what(runner, table, at), &content)?)
    }
}

/// Small frames in a row, which become one when they are large enough together.
pub(super) struct Run {
    ids: Vec<i64>,
    frame: OpenFrame,
}

/// Writes a row; the run of small frames afterwards.
pub(super) fn insert(
    row: &mut Row,
    run: Option<Run>,
    change: &Transaction<'_>,
    runner: RunnerId,
    shared: &Shared,
) -> Result<Option<Run>, FileError> {
    match row {
        Row::Frame(frame) => {
            if let Some(redact) = &shared.redact {
                frame.redact(&**redact);
            }
            let id = insert_frame(change, frame, runner, &shared.sealer)?;
            return grow(run, id, frame, change, runner, shared);
        }
        Row::Record(record) => insert_record(change, record, runner, shared)?,
        Row::Keyframe(keyframe) => insert_keyframe(change, keyframe, runner, shared)?,
    }
    Ok(None)
}

/// Adds a frame to the run of small ones, and makes one of them when they are large enough.
fn grow(
    run: Option<Run>,
    id: i64,
    frame: &OpenFrame,
    change: &Transaction<'_>,
    runner: RunnerId,
    shared: &Shared,
) -> Result<Option<Run>, FileError> {
    let (start, has_lines) = (frame.start(), frame.lines_text().is_some());
    if frame.is_full() {
        return Ok(None);
    }
    let mut run = match run {
        Some(run) if run.frame.goes_on(start, has_lines) => run,
        _ => Run {
            ids: Vec::new(),
            frame: OpenFrame::new(start, has_lines),
        },
    };
    run.ids.push(id);
    run.frame.join(frame);
    if !run.frame.is_full() {
        return Ok(Some(run));
    }
    for id in &run.ids {
        change
            .prepare_cached(queries::REMOVE_FRAME)?
            .execute([id])?;
    }
    if let Some(redact) = &shared.redact {
        // A secret that was cut by the end of a small frame is whole now.
        run.frame.redact(&**redact);
    }
    insert_frame(change, &run.frame, runner, &shared.sealer)?;
    Ok(None)
}

fn insert_frame(
    change: &Transaction<'_>,
    frame: &OpenFrame,
    runner: RunnerId,
    sealer: &Sealer,
) -> Result<i64, FileError> {
    let (start, (at, until)) = (frame.start(), frame.times());
    let lines = frame
        .lines_text()
        .map(|text| sealer.seal(&what(runner, "lines", start), &text))
        .transpose()?;
    let data = sealer.seal(&what(runner, "frame", start), frame.bytes())?;
    change
        .prepare_cached(
            "INSERT INTO frame (epoch, first, end, at, until, crc, chunks, lines, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            start.epoch.0,
            start.seq.0.cast_signed(),
            frame.end().seq.0.cast_signed(),
            at.0.cast_signed(),
            until.0.cast_signed(),
            codec::crc(frame.bytes()),
            frame.chunk_table(),
            lines,
            data
        ])?;
    Ok(change.last_insert_rowid())
}

fn insert_record(
    change: &Transaction<'_>,
    record: &Record,
    runner: RunnerId,
    shared: &Shared,
) -> Result<(), FileError> {
    let (kind, text) = match (&record.kind, &shared.redact) {
        (RecordKind::Seed(seed), Some(redact)) => {
            let mut seed = seed.clone();
            let mut bytes = seed.bytes.to_vec();
            redact(&mut bytes);
            seed.bytes = bytes.into();
            codec::record_text(&RecordKind::Seed(seed))
        }
        (kind, _) => codec::record_text(kind),
    };
    let data = shared.seal(runner, "record", record.at, text)?;
    change
        .prepare_cached(
            "INSERT INTO record (epoch, seq, at, kind, data) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            record.at.epoch.0,
            record.at.seq.0.cast_signed(),
            record.time.0.cast_signed(),
            kind,
            data
        ])?;
    Ok(())
}

fn insert_keyframe(
    change: &Transaction<'_>,
    keyframe: &Keyframe,
    runner: RunnerId,
    shared: &Shared,
) -> Result<(), FileError> {
    let dump = keyframe.dump.as_bytes().to_vec();
    let data = shared.seal(runner, "keyframe", keyframe.at, dump)?;
    change
        .prepare_cached(
            "INSERT INTO keyframe (epoch, seq, at, cols, rows, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            keyframe.at.epoch.0,
            keyframe.at.seq.0.cast_signed(),
            keyframe.time.0.cast_signed(),
            keyframe.size.cols,
            keyframe.size.rows,
            data
        ])?;
    Ok(())
}
