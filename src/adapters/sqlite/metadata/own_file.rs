//! One small file: read whole, removed or put away when it is done with, set aside when it cannot be understood. Knows nothing of
//! its content.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::ports::store::StoreError;

/// A path whose file is whole whenever it is there.
#[derive(Debug)]
pub(super) struct OwnFile {
    path: PathBuf,
}

impl OwnFile {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The content; `None` when there is no such file.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read(&self.path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read", error)),
        }
    }

    /// Removes it.
    pub(super) fn remove(&self) -> Result<(), StoreError> {
        fs::remove_file(&self.path).map_err(|error| self.failed("removed", error))
    }

    /// Moves it to the first free name beside it. The error to report is the good outcome; when not even that
    /// works, it is what stood in the way.
    pub(super) fn set_aside(&self, reason: String) -> Result<StoreError, StoreError> {
        let free = (1_u64..)
            .map(|number| self.beside(&format!("corrupt-{number}")))
            .find(|path| fs::symlink_metadata(path).is_err())
            .ok_or_else(|| self.failed("set aside", io::ErrorKind::AlreadyExists.into()))?;
        fs::rename(&self.path, &free).map_err(|error| self.failed("set aside", error))?;
        Ok(StoreError::Corrupt {
            path: self.path.clone(),
            aside: free,
            reason,
            rescued: None,
        })
    }

    pub(super) fn failed(&self, action: &'static str, error: io::Error) -> StoreError {
        StoreError::Io {
            path: self.path.clone(),
            action,
            source: Arc::new(error),
        }
    }

    /// Keeps it under another name, which nobody reads.
    pub(super) fn put_away(&self, ending: &str) -> Result<(), StoreError> {
        let away = (1_u64..)
            .map(|number| match number {
                1 => self.beside(ending),
                more => self.beside(&format!("{ending}-{more}")),
            })
            .find(|path| fs::symlink_metadata(path).is_err())
            .ok_or_else(|| self.failed("renamed", io::ErrorKind::AlreadyExists.into()))?;
        fs::rename(&self.path, away).map_err(|error| self.failed("renamed", error))
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    }
}
