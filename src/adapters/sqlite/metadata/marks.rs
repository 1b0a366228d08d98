//! How far the files of agents were read, as rows.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use rusqlite::{Connection, Transaction, params};

use super::failure::Trouble;
use crate::domain::finding::FileMark;
use crate::domain::ids::RunnerId;
use crate::ports::ledger::MARKS_KEPT;

/// Writes them; the oldest ones go when there are too many.
pub(super) fn put_all(
    change: &Transaction<'_>,
    runner: RunnerId,
    marks: &[FileMark],
) -> Result<(), Trouble> {
    if marks.is_empty() {
        return Ok(());
    }
    let runner = runner.to_string();
    // Replacing gives a row another number, by which the newest ones are told.
    let mut put = change.prepare_cached(
        "INSERT OR REPLACE INTO file_mark (runner, path, inode, offset) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for mark in marks {
        put.execute(params![
            runner,
            mark.path.as_os_str().as_bytes(),
            mark.inode.cast_signed(),
            mark.offset.cast_signed(),
        ])?;
    }
    change
        .prepare_cached(
            "DELETE FROM file_mark WHERE runner = ?1 AND id <=
                (SELECT id FROM file_mark WHERE runner = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![
            runner,
            i64::try_from(MARKS_KEPT).unwrap_or(i64::MAX)
        ])?;
    Ok(())
}

/// Those of a runner, the one that was read last at the end.
pub(super) fn read(connection: &Connection, runner: RunnerId) -> Result<Vec<FileMark>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT path, inode, offset FROM file_mark WHERE runner = ?1 ORDER BY id",
    )?;
    let marks = statement.query_map([runner.to_string()], |row| {
        Ok(FileMark {
            path: OsString::from_vec(row.get(0)?).into(),
            inode: row.get::<_, i64>(1)?.cast_unsigned(),
            offset: row.get::<_, i64>(2)?.cast_unsigned(),
        })
    })?;
    Ok(marks.collect::<Result<_, _>>()?)
}

/// Removes those of a runner.
pub(super) fn forget(change: &Transaction<'_>, runner: RunnerId) -> Result<(), Trouble> {
    change
        .prepare_cached("DELETE FROM file_mark WHERE runner = ?1")?
        .execute([runner.to_string()])?;
    Ok(())
}
