//! One file of ours: read whole, replaced whole, set aside when it cannot be understood. Knows nothing of its content.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ports::store::StoreError;

/// A path at which only this process writes.
#[derive(Debug)]
pub(super) struct OwnFile {
    path: PathBuf,
}

impl OwnFile {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The content; `None` when there is no such file.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read(&self.path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read", error)),
        }
    }

    /// New content, of which a reader or a power cut sees all or nothing.
    pub(super) fn replace(&self, content: &[u8]) -> Result<(), StoreError> {
        self.try_replace(content)
            .map_err(|error| self.failed("written", error))
    }

    fn try_replace(&self, content: &[u8]) -> io::Result<()> {
        let dir = self.path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let unfinished = self.beside("new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        // The new name must survive a power cut too.
        File::open(dir)?.sync_all()
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
        })
    }

    pub(super) fn failed(&self, action: &'static str, error: io::Error) -> StoreError {
        StoreError::Io {
            path: self.path.clone(),
            action,
            source: Arc::new(error),
        }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    }
}
