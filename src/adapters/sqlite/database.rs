//! Opening a database of ours: private, with our pragmas, brought to the newest schema by migrations that are only ever added to.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::limits::{BUSY, STATEMENTS};

/// Opens the database at `path`, makes it when it is missing, and brings it to the last of `migrations`.
///
/// # Errors
/// SQLite's own, and that of making the file.
pub(super) fn open(path: &Path, migrations: &[&str]) -> rusqlite::Result<Connection> {
    let mut connection = connect(path)?;
    check(&connection)?;
    migrate(&mut connection, migrations)?;
    Ok(connection)
}

/// Opens one that this process has opened before, without reading all of it again.
///
/// # Errors
/// The same.
pub(super) fn reopen(path: &Path, migrations: &[&str]) -> rusqlite::Result<Connection> {
    let mut connection = connect(path)?;
    // None, unless somebody has put another file in its place.
    migrate(&mut connection, migrations)?;
    Ok(connection)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    private_file(path).map_err(|error| cannot_open(&error))?;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Before the first table, or it has no effect.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    #[cfg(test)]
    full_disk::apply(&connection, path)?;
    Ok(connection)
}

/// Gives back what it has taken so far to be quicker with the same questions.
///
/// # Errors
/// SQLite's own.
pub(super) fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    connection.flush_prepared_statement_cache();
    connection.execute_batch("PRAGMA shrink_memory")
}

/// Opens it for reading; `None` when it is not there.
///
/// # Errors
/// SQLite's own.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(Some(connection))
}

/// True when there are changes beside the database that are not in it yet.
pub(super) fn has_log(path: &Path) -> bool {
    let log = beside(path, "-wal");
    fs::metadata(log).is_ok_and(|log| log.is_file() && log.len() > 0)
}

/// Opens it for reading without the files that SQLite makes beside a database, even to read it; `None` when it is not there. For
/// where nothing can be written: what somebody writes while it is open is not seen, or seen by halves.
///
/// # Errors
/// SQLite's own.
pub(super) fn open_unwritable(path: &Path) -> rusqlite::Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte));
            }
            // Writing to a text cannot fail.
            _ => _ = write!(uri, "%{byte:02x}"),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri, flags).map(Some)
}

/// Makes the directory of databases, and those above it, for nobody else to read.
///
/// # Errors
/// That of making it.
pub(super) fn private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// SQLite makes the other files of a database with the rights of this one.
fn private_file(path: &Path) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map(drop)
}

fn cannot_open(error: &io::Error) -> rusqlite::Error {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => rusqlite::ffi::SQLITE_FULL,
        io::ErrorKind::ReadOnlyFilesystem => rusqlite::ffi::SQLITE_READONLY,
        _ => rusqlite::ffi::SQLITE_CANTOPEN,
    };
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(error.to_string()))
}

/// How what was committed was brought to the medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Synced {
    /// It is in the file, and the file is synced.
    File,
    /// Someone reads an older state of the file, so it is in the log of changes, which is synced.
    Log,
}

/// Brings what was committed to the medium. With `synchronous = NORMAL` no commit does, only a checkpoint that was completed; one
/// that was not says so only in its answer. Then the log is synced: SQLite replays it up to the last whole commit after a crash.
///
/// # Errors
/// When neither was possible: nothing is known of the medium then.
pub(super) fn sync(connection: &Connection) -> rusqlite::Result<Synced> {
    let (busy, log, moved): (i64, i64, i64) =
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    if busy == 0 && log == moved {
        return Ok(Synced::File);
    }
    let path = Path::new(connection.path().unwrap_or_default());
    let synced = |path: &Path| fs::File::open(path)?.sync_all();
    // A log that is new has its name in the directory only.
    synced(&beside(path, "-wal"))
        .and_then(|()| path.parent().map_or(Ok(()), synced))
        .map(|()| Synced::Log)
        .map_err(|error| {
            let code = rusqlite::ffi::SQLITE_IOERR_FSYNC;
            rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(error.to_string()))
        })
}

fn check(connection: &Connection) -> rusqlite::Result<()> {
    // Of this one only: SQLite would open its database of temporary tables for that, too, which takes 90 kB.
    let verdict: String =
        connection.query_row("PRAGMA main.quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
        Some(verdict),
    ))
}

fn migrate(connection: &mut Connection, migrations: &[&str]) -> rusqlite::Result<()> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    if version > migrations.len() {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_SCHEMA),
            Some(format!(
                "it was written by a later geppetto (schema {version}, this one knows {})",
                migrations.len()
            )),
        ));
    }
    for (number, migration) in migrations.iter().enumerate().skip(version) {
        let change = connection.transaction()?;
        change.execute_batch(migration)?;
        change.pragma_update(
            None,
            "user_version",
            u32::try_from(number + 1).unwrap_or(u32::MAX),
        )?;
        change.commit()?;
    }
    Ok(())
}

/// True when the file is not a sound database, so that trying again is of no use.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// Moves a damaged database with its other files out of the way, to the first free name beside it.
///
/// # Errors
/// When it cannot be moved.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = (1_u32..)
        .map(|number| beside(path, &format!(".damaged-{number}")))
        .find(|free| std::fs::symlink_metadata(free).is_err())
        .ok_or(io::ErrorKind::AlreadyExists)?;
    std::fs::rename(path, &aside)?;
    for ending in ["-wal", "-shm"] {
        let from = beside(path, ending);
        match std::fs::rename(&from, beside(&aside, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

/// The same path with something behind its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}

/// A disk that is full, for tests: SQLite itself refuses to let a database grow. A real one needs the rights to mount it.
#[cfg(test)]
pub(super) mod full_disk {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::sync::{PoisonError, RwLock};

    use rusqlite::Connection;

    static LIMITS: RwLock<BTreeMap<PathBuf, u32>> = RwLock::new(BTreeMap::new());

    /// Databases in `directory` that are opened from now on get no more than so many pages, as long as the guard lives.
    pub(crate) struct FullDisk(PathBuf);

    impl FullDisk {
        pub(crate) fn new(directory: &Path, pages: u32) -> Self {
            let mut limits = LIMITS.write().unwrap_or_else(PoisonError::into_inner);
            limits.insert(directory.to_owned(), pages);
            Self(directory.to_owned())
        }
    }

    impl Drop for FullDisk {
        fn drop(&mut self) {
            let mut limits = LIMITS.write().unwrap_or_else(PoisonError::into_inner);
            limits.remove(&self.0);
        }
    }

    pub(super) fn apply(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
        let limits = LIMITS.read().unwrap_or_else(PoisonError::into_inner);
        match path.parent().and_then(|directory| limits.get(directory)) {
            Some(pages) => {
                connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const ONE: &str = "CREATE TABLE a (x)";
    const TWO: &str = "ALTER TABLE a ADD COLUMN y";

    #[test]
    fn it_is_private_and_migrated_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        open(&path, &[ONE])
            .unwrap()
            .execute("INSERT INTO a VALUES (1)", [])
            .unwrap();
        let connection = open(&path, &[ONE, TWO]).unwrap();
        let row: (u32, Option<u32>) = connection
            .query_row("SELECT x, y FROM a", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(row, (1, None));
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let file = file.unwrap();
            let mode = file.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{file:?}");
        }
        drop(connection);
        let later = open(&path, &[ONE]).unwrap_err();
        assert!(!is_damage(&later), "a later version is no damage: {later}");
    }

    #[test]
    fn what_is_synced_beside_a_reader_is_in_the_synced_log() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let writer = open(&path, &[ONE]).unwrap();
        let insert = || writer.execute("INSERT INTO a VALUES (1)", []).unwrap();
        insert();
        assert_eq!(sync(&writer).unwrap(), Synced::File);
        let mut reader = open_to_read(&path).unwrap().unwrap();
        let reading = reader.transaction().unwrap();
        let count = |connection: &Connection| -> u32 {
            connection
                .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
                .unwrap()
        };
        assert_eq!(count(&reading), 1);
        insert();
        assert_eq!(sync(&writer).unwrap(), Synced::Log);
        assert_eq!(count(&reading), 1, "the reader still sees the older state");
        // What cannot be synced is not said to be.
        let (log, away) = (beside(&path, "-wal"), dir.path().join("away"));
        fs::rename(&log, &away).unwrap();
        assert!(sync(&writer).is_err());
        fs::rename(&away, &log).unwrap();
        drop(reading);
        assert_eq!(sync(&writer).unwrap(), Synced::File);
    }

    #[test]
    fn damage_is_told_from_trouble_and_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        std::fs::write(&path, vec![b'x'; 9000]).unwrap();
        let error = open(&path, &[ONE]).unwrap_err();
        assert!(is_damage(&error), "{error}");
        let aside = set_aside(&path).unwrap();
        assert_eq!(aside, dir.path().join("a.db.damaged-1"));
        open(&path, &[ONE]).unwrap();
        let nowhere = open(&dir.path().join("no/a.db"), &[ONE]).unwrap_err();
        assert!(!is_damage(&nowhere));
    }
}
