//! The questions that are asked of a transcript while it is written and read. Each is answered by a search in an index, however
//! long the transcript is; the places come from the index alone, so that a damaged row does not hide the others.

use std::path::Path;

use rusqlite::Connection;

/// The frame that may hold a place.
pub(super) const FRAME_AT: &str = "SELECT id, epoch, first FROM frame
    WHERE epoch = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";

/// The first frame behind a place.
pub(super) const FRAME_BEHIND: &str = "SELECT id, epoch, first FROM frame
    WHERE (epoch, first) > (?1, ?2) ORDER BY epoch, first LIMIT 1";

/// The frames that begin before a place, the newest first.
pub(super) const FRAMES_BEFORE: &str = "SELECT id, epoch, first FROM frame
    WHERE (epoch, first) < (?1, ?2) ORDER BY epoch DESC, first DESC";

/// Where a frame says that it ends.
pub(super) const FRAME_END: &str = "SELECT end FROM frame WHERE id = ?1";

/// A frame.
pub(super) const FRAME: &str = "SELECT crc, chunks, lines, data FROM frame WHERE id = ?1";

/// When its first byte arrived.
pub(super) const FRAME_TIME: &str = "SELECT at FROM frame WHERE id = ?1";

/// The record at a place behind so many others there. Pruning removes all of a place or none.
pub(super) const RECORD_AT: &str = "SELECT id, epoch, seq FROM record
    WHERE epoch = ?1 AND seq = ?2 ORDER BY id LIMIT 1 OFFSET ?3";

/// The first record behind a place.
pub(super) const RECORD_BEHIND: &str = "SELECT id, epoch, seq FROM record
    WHERE (epoch, seq) > (?1, ?2) ORDER BY epoch, seq, id LIMIT 1";

/// The records before one place and not before another, the newest first.
pub(super) const RECORDS_BEFORE: &str = "SELECT id, epoch, seq FROM record
    WHERE (epoch, seq) < (?1, ?2) AND (epoch, seq) >= (?3, ?4)
    ORDER BY epoch DESC, seq DESC, id DESC";

/// A record.
pub(super) const RECORD: &str = "SELECT at, kind, data FROM record WHERE id = ?1";

/// What kind of record it is.
pub(super) const RECORD_KIND: &str = "SELECT kind FROM record WHERE id = ?1";

/// What kind the last record at a place is.
pub(super) const LAST_KIND_AT: &str = "SELECT kind FROM record
    WHERE epoch = ?1 AND seq = ?2 ORDER BY id DESC LIMIT 1";

/// When it was made.
pub(super) const RECORD_TIME: &str = "SELECT at FROM record WHERE id = ?1";

/// The screens at or before a place of an epoch, the newest first.
pub(super) const SCREENS_BEFORE: &str = "SELECT id, epoch, seq FROM keyframe
    WHERE epoch = ?1 AND seq <= ?2 ORDER BY seq DESC, id DESC";

/// A screen.
pub(super) const SCREEN: &str = "SELECT at, cols, rows, data FROM keyframe WHERE id = ?1";

/// The first frame, the last one, and the same of records.
pub(super) const EDGES: [&str; 4] = [
    "SELECT epoch, first, at FROM frame ORDER BY epoch, first LIMIT 1",
    "SELECT epoch, end, until FROM frame ORDER BY epoch DESC, first DESC LIMIT 1",
    "SELECT epoch, seq, at FROM record ORDER BY epoch, seq LIMIT 1",
    "SELECT epoch, seq, at FROM record ORDER BY epoch DESC, seq DESC LIMIT 1",
];

/// A small frame that has become part of a larger one.
pub(super) const REMOVE_FRAME: &str = "DELETE FROM frame WHERE id = ?1";

/// The plans by which SQLite answers all of these in the database at `path`, for benches: each a question and its steps.
///
/// # Errors
/// SQLite's own.
pub fn query_plans(path: &Path) -> rusqlite::Result<Vec<(&'static str, String)>> {
    let connection = Connection::open(path)?;
    let asked = [
        FRAME_AT,
        FRAME_BEHIND,
        FRAMES_BEFORE,
        FRAME_END,
        FRAME,
        FRAME_TIME,
        RECORD_AT,
        RECORD_BEHIND,
        RECORDS_BEFORE,
        RECORD,
        RECORD_KIND,
        RECORD_TIME,
        LAST_KIND_AT,
        SCREENS_BEFORE,
        SCREEN,
        REMOVE_FRAME,
    ];
    asked
        .into_iter()
        .chain(EDGES)
        .map(|sql| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            // Nothing is bound: what stands for a place is empty.
            let steps = statement
                .raw_query()
                .mapped(|row| row.get::<_, String>(3))
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok((sql, steps.join("; ")))
        })
        .collect()
}
