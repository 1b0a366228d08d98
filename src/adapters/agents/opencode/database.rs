//! OpenCode's database, read beside its owner: never made, never written, and only opened while the owner has it open, whose shared
//! memory then serves both. A reader keeps no writer waiting.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use serde_json::Value;

use super::super::limits::TURN;
use crate::domain::time::Timestamp;

/// Most rows that are read in one turn.
const ROWS: u32 = 64;

/// Longest row that is read.
const LONGEST: u32 = 4 * 1024 * 1024;

/// Most conversations of a directory that are looked at, those that went on last.
const SESSIONS: u32 = 64;

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) version: Option<String>,
    /// When it began.
    pub(super) created: Timestamp,
    /// When it went on last.
    pub(super) updated: i64,
}

/// What was read in one turn.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    /// True when there is more.
    pub(super) is_cut: bool,
}

/// The message that a part belongs to.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) role: String,
    pub(super) created: Timestamp,
}

/// Where reading goes on: rows are changed in place, so they are read in the order of their last change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    updated: i64,
    id: String,
}

impl Cursor {
    /// Id of the row.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

/// A row of a message or of a part of one.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) cursor: Cursor,
    /// The row itself, or for a part its message.
    pub(super) message: String,
    /// False for one of a conversation that an agent of the agent has.
    pub(super) is_own: bool,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    /// `None` for what is too long, or no JSON.
    pub(super) data: Option<Value>,
}

/// The connection, for one look.
#[derive(Debug)]
pub(super) struct Database(Connection);

impl Database {
    /// Opens it; `None` while its owner has not.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn open(file: &Path) -> rusqlite::Result<Option<Self>> {
        if !file.is_file() || !beside(file, "-wal").is_file() || !beside(file, "-shm").is_file() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        Ok(Some(Self(connection)))
    }

    /// The conversations of that directory that went on since then, the last first.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn sessions(
        &self,
        directory: &str,
        since: Timestamp,
    ) -> rusqlite::Result<Vec<Session>> {
        const SQL: &str = "SELECT id, version, time_created, time_updated FROM session \
            WHERE directory = ?1 AND parent_id IS NULL AND time_updated >= ?2 \
            ORDER BY time_updated DESC LIMIT ?3";
        let since = i64::try_from(since.0).unwrap_or(i64::MAX);
        let mut statement = self.0.prepare(SQL)?;
        let rows = statement.query_map(params![directory, since, SESSIONS], session)?;
        rows.collect()
    }

    /// The conversation of that id.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn session(&self, id: &str) -> rusqlite::Result<Option<Session>> {
        const SQL: &str =
            "SELECT id, version, time_created, time_updated FROM session WHERE id = ?1";
        self.0.query_row(SQL, [id], session).optional()
    }

    /// The next messages of that conversation and of those that its agent began for itself.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn messages(&self, session: &str, from: &Cursor) -> rusqlite::Result<Page> {
        const SQL: &str = "SELECT id, id, session_id = ?1, time_created, time_updated, \
            CASE WHEN length(data) <= ?4 THEN data END FROM message \
            WHERE session_id IN (SELECT ?1 UNION SELECT id FROM session WHERE parent_id = ?1) \
            AND (time_updated, id) > (?2, ?3) ORDER BY time_updated, id LIMIT ?5";
        self.records(SQL, session, from)
    }

    /// The next parts of messages of that conversation.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn parts(&self, session: &str, from: &Cursor) -> rusqlite::Result<Page> {
        const SQL: &str = "SELECT id, message_id, 1, time_created, time_updated, \
            CASE WHEN length(data) <= ?4 THEN data END FROM part \
            WHERE session_id = ?1 AND (time_updated, id) > (?2, ?3) \
            ORDER BY time_updated, id LIMIT ?5";
        self.records(SQL, session, from)
    }

    fn records(&self, sql: &str, session: &str, from: &Cursor) -> rusqlite::Result<Page> {
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query(params![session, from.updated, from.id, LONGEST, ROWS])?;
        let (mut page, mut bytes) = (Page::default(), 0);
        while let Some(row) = rows.next()? {
            let data: Option<String> = row.get(5)?;
            bytes += data.as_ref().map_or(0, String::len) as u64;
            page.records.push(record(row, data.as_deref())?);
            page.is_cut = bytes >= TURN || page.records.len() == ROWS as usize;
            if page.is_cut {
                break;
            }
        }
        Ok(page)
    }

    /// A message: a part does not say whose it is.
    ///
    /// # Errors
    /// What SQLite says.
    pub(super) fn message(&self, id: &str) -> rusqlite::Result<Option<Message>> {
        const SQL: &str =
            "SELECT json_extract(data, '$.role'), time_created FROM message WHERE id = ?1";
        let row = |row: &Row<'_>| {
            let role: Option<String> = row.get(0)?;
            Ok(Message {
                role: role.unwrap_or_default(),
                created: time(row.get(1)?),
            })
        };
        self.0.query_row(SQL, [id], row).optional()
    }
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        version: row.get(1)?,
        created: time(row.get(2)?),
        updated: row.get(3)?,
    })
}

fn record(row: &Row<'_>, data: Option<&str>) -> rusqlite::Result<Record> {
    let updated: i64 = row.get(4)?;
    Ok(Record {
        cursor: Cursor {
            updated,
            id: row.get(0)?,
        },
        message: row.get(1)?,
        is_own: row.get(2)?,
        created: time(row.get(3)?),
        updated: time(updated),
        data: data.and_then(|data| serde_json::from_str(data).ok()),
    })
}

fn time(millis: i64) -> Timestamp {
    Timestamp(millis.max(0).unsigned_abs())
}

/// The file that SQLite keeps beside a database.
pub(super) fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
