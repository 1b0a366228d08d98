//! Errors of SQLite as errors of the port.

use std::path::Path;

use super::super::database;
use super::super::seal::BlobError;
use crate::ports::transcript::TranscriptError;

/// Why something about a database could not be done.
#[derive(Debug)]
pub(super) enum FileError {
    /// SQLite says so.
    Sqlite(rusqlite::Error),
    /// A blob is encrypted with another key.
    Sealed,
    /// A blob could not be made.
    Seal(std::io::Error),
    /// The thread that should do it has ended.
    Closed,
}

/// What was read of a row; `None` when just this row cannot be read, because the file is damaged there.
pub(super) fn sound<T>(row: rusqlite::Result<T>) -> Result<Option<T>, FileError> {
    use rusqlite::Error;
    match row {
        Ok(content) => Ok(Some(content)),
        Err(
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::QueryReturnedNoRows,
        ) => Ok(None),
        Err(error) if database::is_damage(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl From<rusqlite::Error> for FileError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        Self::Seal(error)
    }
}

impl From<BlobError> for FileError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Sealed => Self::Sealed,
            BlobError::Damaged => Self::Seal(std::io::Error::other("a part of it is damaged")),
        }
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            Self::Sealed => f.write_str("it is encrypted with another key"),
            Self::Seal(error) => error.fmt(f),
            Self::Closed => f.write_str("the daemon is ending"),
        }
    }
}

impl FileError {
    /// True when the file is damaged in a way that hides more than a row.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self, Self::Sqlite(error) if database::is_damage(error))
    }

    /// True when the file, or one that SQLite makes beside it, cannot be opened.
    pub(super) fn is_unopened(&self) -> bool {
        matches!(self, Self::Sqlite(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::CannotOpen))
    }

    /// The same for a caller, who needs to know the file.
    pub(super) fn of(self, path: &Path, action: &'static str) -> TranscriptError {
        let path = path.to_owned();
        match self {
            Self::Sealed => TranscriptError::Sealed { path },
            Self::Closed => TranscriptError::Closed,
            other => TranscriptError::Io {
                path,
                action,
                reason: other.to_string(),
            },
        }
    }
}
