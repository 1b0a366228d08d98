//! What is kept and what goes: places to cut at, the cutting itself in small steps, files.
//!
//! A cut is at a screen (keyframe or seed), so that what is left can be shown from its first byte. Of a transcript that goes as a
//! whole, a gap stays at its end, so that positions never begin anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::database::beside;
use super::super::limits::{PRUNE_STEP, VACUUM_PAGES};
use super::super::seal::Sealer;
use super::codec;
use super::failure::FileError;
use super::plan::Cut;
use super::queries::{EDGES, LAST_KIND_AT};
use super::reading::{place, what};
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Extent, Gap, GapReason, Position, RecordKind};
use crate::ports::transcript::{Pruned, TranscriptError};

type Result<T> = std::result::Result<T, FileError>;

/// The database of a runner.
pub(super) fn path(directory: &Path, runner: RunnerId) -> PathBuf {
    directory.join(format!("{runner}.db"))
}

/// The runners that have one.
pub(super) fn runners(directory: &Path) -> std::result::Result<Vec<RunnerId>, TranscriptError> {
    let failed = |error: io::Error| TranscriptError::Io {
        path: directory.to_owned(),
        action: "read",
        reason: error.to_string(),
    };
    let files = match fs::read_dir(directory) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut runners = Vec::new();
    for file in files {
        let name = file.map_err(failed)?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".db"));
        runners.extend(id.and_then(|id| id.parse::<RunnerId>().ok()));
    }
    runners.sort_unstable();
    Ok(runners)
}

/// Removes a database with its other files, those that were set aside included.
pub(super) fn remove(path: &Path) -> std::result::Result<(), TranscriptError> {
    let failed = |path: &Path, error: &io::Error| TranscriptError::Io {
        path: path.to_owned(),
        action: "removed",
        reason: error.to_string(),
    };
    let damaged = beside(path, ".damaged-");
    let aside = path
        .parent()
        .and_then(|directory| fs::read_dir(directory).ok());
    let aside = aside
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .filter(|file| {
            file.as_os_str()
                .as_encoded_bytes()
                .starts_with(damaged.as_os_str().as_encoded_bytes())
        });
    let own = ["", "-wal", "-shm"].map(|ending| beside(path, ending));
    for file in own.into_iter().chain(aside) {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&file, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a writer needs to know to go on.
pub(super) struct Kept {
    /// Behind everything; `None` when there is nothing.
    pub(super) end: Option<Position>,
    /// Bytes of output.
    pub(super) bytes: u64,
    /// The last thing at the end says that output is missing.
    pub(super) ends_with_gap: bool,
}

/// Looks at the end of what is stored.
pub(super) fn stored(connection: &Connection) -> Result<Kept> {
    let extent = extent(connection)?;
    let (epoch, seq) = (extent.end.epoch.0, extent.end.seq.0.cast_signed());
    let last: Option<String> = connection
        .prepare_cached(LAST_KIND_AT)?
        .query_row(params![epoch, seq], |row| row.get(0))
        .optional()?;
    Ok(Kept {
        end: (extent.end != Position::default()).then_some(extent.end),
        bytes: extent.bytes,
        ends_with_gap: last.as_deref() == Some("gap"),
    })
}

fn edge(connection: &Connection, sql: &str) -> Result<Option<(Position, Timestamp)>> {
    let found = connection
        .prepare_cached(sql)?
        .query_row([], |row| {
            let time = Timestamp(row.get::<_, i64>(2)?.cast_unsigned());
            Ok((place(row.get(0)?, row.get(1)?), time))
        })
        .optional()?;
    Ok(found)
}

/// The place behind everything.
pub(super) fn end(connection: &Connection) -> Result<Position> {
    let [_, frame, _, record] = EDGES;
    let edges = [edge(connection, frame)?, edge(connection, record)?];
    let places = edges.into_iter().flatten().map(|(at, _)| at);
    Ok(places.max().unwrap_or_default())
}

/// How much there is, but for the size of the file.
pub(super) fn extent(connection: &Connection) -> Result<Extent> {
    let [first, last, first_record, last_record] = EDGES;
    let (first, last) = (edge(connection, first)?, edge(connection, last)?);
    let first_record = edge(connection, first_record)?;
    let last_record = edge(connection, last_record)?;
    let bytes: i64 = connection
        .prepare_cached("SELECT coalesce(sum(end - first), 0) FROM frame")?
        .query_row([], |row| row.get(0))?;
    Ok(Extent {
        first: first
            .into_iter()
            .chain(first_record)
            .map(|(at, _)| at)
            .min()
            .unwrap_or_default(),
        end: last
            .into_iter()
            .chain(last_record)
            .map(|(at, _)| at)
            .max()
            .unwrap_or_default(),
        bytes: bytes.cast_unsigned(),
        on_disk: 0,
        oldest: first.or(first_record).map(|(_, time)| time),
        newest: last.or(last_record).map(|(_, time)| time),
    })
}

/// Bytes of the database's pages.
pub(super) fn on_disk(connection: &Connection) -> Result<u64> {
    let pragma = |name: &str| {
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
    };
    Ok((pragma("page_count")? * pragma("page_size")?).cast_unsigned())
}

fn pair(row: &Row<'_>) -> rusqlite::Result<Position> {
    Ok(place(row.get(0)?, row.get(1)?))
}

/// The place behind the oldest frames that hold `surplus` bytes.
pub(super) fn place_of_surplus(connection: &Connection, surplus: u64) -> Result<Position> {
    let mut statement = connection
        .prepare_cached("SELECT epoch, end, end - first FROM frame ORDER BY epoch, first")?;
    let mut rows = statement.query([])?;
    let (mut bytes, mut at) = (0, Position::default());
    while let Some(row) = rows.next()? {
        if bytes >= surplus {
            break;
        }
        bytes += row.get::<_, i64>(2)?.cast_unsigned();
        at = pair(row)?;
    }
    Ok(at)
}

/// The place of a cut.
pub(super) fn target(connection: &Connection, cut: Cut) -> Result<Position> {
    let by_age = place_of_age(connection, cut.before)?;
    Ok(by_age.max(place_of_surplus(connection, cut.oldest)?))
}

/// The first frame with output of that time or later; the end when there is none. Frames stand in the order in which they came, so
/// what came before a clock was set back is not too old as long as anything before it is not.
pub(super) fn place_of_age(connection: &Connection, time: Timestamp) -> Result<Position> {
    let first = connection
        .prepare_cached(
            "SELECT epoch, first FROM frame WHERE until >= ?1 ORDER BY epoch, first LIMIT 1",
        )?
        .query_row([time.0.cast_signed()], pair)
        .optional()?;
    first.map_or_else(|| end(connection), Ok)
}

/// The newest screen at or before `target`, which is where the cut is made; the end, when everything goes.
fn cut_at(connection: &Connection, target: Position) -> Result<Position> {
    if target >= end(connection)? {
        return Ok(target);
    }
    let newest = connection
        .prepare_cached(
            "SELECT epoch, seq FROM (
                SELECT epoch, seq FROM keyframe UNION ALL SELECT epoch, seq FROM record WHERE kind = 'seed'
             ) WHERE (epoch, seq) <= (?1, ?2) ORDER BY epoch DESC, seq DESC LIMIT 1",
        )?
        .query_row(params![target.epoch.0, target.seq.0.cast_signed()], pair)
        .optional()?;
    Ok(newest.unwrap_or(target))
}

/// What [`prune_to`] would remove.
pub(super) fn would_prune(
    connection: &Connection,
    runner: RunnerId,
    target: Position,
) -> Result<Pruned> {
    let at = cut_at(connection, target)?;
    let (bytes, on_disk): (i64, i64) = connection
        .prepare_cached(
            "SELECT coalesce(sum(end - first), 0), coalesce(sum(length(data)), 0)
             FROM frame WHERE (epoch, first) < (?1, ?2)",
        )?
        .query_row(params![at.epoch.0, at.seq.0.cast_signed()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(Pruned {
        runner,
        bytes: bytes.cast_unsigned(),
        on_disk: on_disk.cast_unsigned(),
        first: at,
    })
}

/// Removes what stands before `target`, from the last screen before it.
pub(super) fn prune_to(
    connection: &mut Connection,
    runner: RunnerId,
    target: Position,
) -> Result<Pruned> {
    let pruned = would_prune(connection, runner, target)?;
    if pruned.bytes == 0 {
        return Ok(pruned);
    }
    let at = pruned.first;
    if at >= end(connection)? {
        leave_gap(connection, runner, at, pruned.bytes)?;
    }
    let key = params![at.epoch.0, at.seq.0.cast_signed()];
    loop {
        let change = connection.transaction()?;
        let removed = change
            .prepare_cached(&format!(
                "DELETE FROM frame WHERE id IN (
                    SELECT id FROM frame WHERE (epoch, first) < (?1, ?2) ORDER BY epoch, first LIMIT {PRUNE_STEP})"
            ))?
            .execute(key)?;
        change.commit()?;
        if removed < PRUNE_STEP {
            break;
        }
    }
    for table in ["record", "keyframe"] {
        connection.execute(
            &format!("DELETE FROM {table} WHERE (epoch, seq) < (?1, ?2)"),
            key,
        )?;
    }
    // Each step of this statement frees one page: it has to be read to its end.
    let sql = format!("PRAGMA incremental_vacuum({VACUUM_PAGES})");
    loop {
        let free: u32 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
        if free == 0 {
            return Ok(pruned);
        }
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
    }
}

/// Says at its end that everything before is gone.
fn leave_gap(connection: &Connection, runner: RunnerId, at: Position, bytes: u64) -> Result<()> {
    let (kind, text) = codec::record_text(&RecordKind::Gap(Gap {
        bytes: Some(bytes),
        reason: GapReason::Pruned,
    }));
    let data = Sealer::default().seal(&what(runner, "record", at), &text)?;
    connection.execute(
        "INSERT INTO record (epoch, seq, at, kind, data) VALUES (?1, ?2, 0, ?3, ?4)",
        params![at.epoch.0, at.seq.0.cast_signed(), kind, data],
    )?;
    Ok(())
}
