//! Reading the list where nothing can be written, on a full disk or one that is read-only: opening a database for writing writes
//! already, and a daemon that begins there must not think that there are no runners.

use std::fmt::Write;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::super::database;
use super::failure::Trouble;
use super::runners;
use crate::ports::store::Stored;

/// The list; `None` when there is no database.
pub(super) fn read(path: &Path) -> Result<Option<Stored>, Trouble> {
    let log = database::beside(path, "-wal");
    let has_log = fs::metadata(log).is_ok_and(|log| log.is_file() && log.len() > 0);
    let connection = if has_log {
        database::open_to_read(path)?
    } else {
        whole(path)?
    };
    let known = connection.as_ref().map(runners::read).transpose()?;
    Ok(known.map(|known| known.stored()))
}

/// Opens it without the files that SQLite makes beside a database, even to read it. Nobody writes: the owner is who asks.
fn whole(path: &Path) -> Result<Option<Connection>, Trouble> {
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
    Ok(Some(Connection::open_with_flags(uri, flags)?))
}
