//! What can go wrong with the database, and what callers of the store hear of it. Damage is told from trouble: trouble passes, and
//! nothing is lost by waiting.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rusqlite::ErrorCode;

use super::super::database;
use crate::ports::store::StoreError;

/// Why something about the database could not be done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// SQLite says so.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The file system says so.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What is in it means nothing.
    #[error("{0}")]
    Meaning(String),
    /// Another slot has this tmux name.
    #[error("another session key has the tmux name {0}")]
    NameTaken(String),
    /// It is about another file, and complete.
    #[error(transparent)]
    Other(StoreError),
}

impl Trouble {
    /// True when trying again is of no use.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) => database::is_damage(error) || is_nonsense(error),
            Self::Meaning(_) => true,
            Self::Io(_) | Self::NameTaken(_) | Self::Other(_) => false,
        }
    }

    /// The same for a caller, who needs to know the file.
    pub(super) fn of(self, path: &Path, action: &'static str) -> StoreError {
        let source = match self {
            Self::Other(error) => return error,
            Self::Io(error) => error,
            Self::Sqlite(error) => io::Error::new(kind(&error), error),
            Self::Meaning(reason) => io::Error::new(io::ErrorKind::InvalidData, reason),
            Self::NameTaken(_) => io::Error::new(io::ErrorKind::AlreadyExists, self.to_string()),
        };
        StoreError::Io {
            path: path.to_owned(),
            action,
            source: Arc::new(source),
        }
    }
}

/// A value of a type or size that was never written by us.
fn is_nonsense(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

fn kind(error: &rusqlite::Error) -> io::ErrorKind {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => io::ErrorKind::StorageFull,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => io::ErrorKind::PermissionDenied,
        // Somebody else has it open: what can be read without asking may be old.
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => io::ErrorKind::WouldBlock,
        // Of a later version.
        Some(ErrorCode::SchemaChanged) => io::ErrorKind::Unsupported,
        _ => io::ErrorKind::Other,
    }
}
