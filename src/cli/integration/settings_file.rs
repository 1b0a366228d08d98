//! The settings of an agent on disk: read whole, written in one stroke with the same mode, and kept once beside it as it was before.
//! A link is followed, not replaced.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::error::IntegrationError;

/// Most bytes of settings.
const MOST: u64 = 4 * 1024 * 1024;

/// What is put behind the name of the copy.
const KEPT: &str = ".before-geppetto";

/// Settings as they were read.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// As the user sees it.
    path: PathBuf,
    /// Where it really is.
    real: PathBuf,
    /// `None` when there is none.
    pub(super) text: Option<String>,
    mode: u32,
}

impl SettingsFile {
    /// Reads them.
    ///
    /// # Errors
    /// `Io`, `NotOurs`.
    pub(super) fn read(path: &Path) -> Result<Self, IntegrationError> {
        let failed = |source| IntegrationError::Io {
            file: path.to_owned(),
            action: "read",
            source,
        };
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                return Ok(Self {
                    path: path.to_owned(),
                    real: path.to_owned(),
                    text: None,
                    mode: 0o600,
                });
            }
            Err(error) => return Err(failed(error)),
        };
        let file = File::open(&real).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        if !found.is_file() || found.len() > MOST {
            let sentence = format!("it is no file, or larger than {MOST} bytes");
            return Err(failed(io::Error::other(sentence)));
        }
        let mut text = String::new();
        file.take(MOST).read_to_string(&mut text).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            real,
            text: Some(text),
            mode: found.mode() & 0o7777,
        })
    }

    /// Keeps them beside themselves as they are; there is nothing to keep of a file that is not there.
    ///
    /// # Errors
    /// `Io`, `NotOurs`, `Changed`.
    pub(super) fn keep(&self) -> Result<(), IntegrationError> {
        self.check()?;
        match &self.text {
            Some(text) => self.replace(&self.copy(), text),
            // A copy of another time would come back otherwise.
            None => self.forget_kept(),
        }
    }

    /// What was kept.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn kept(&self) -> Result<Option<String>, IntegrationError> {
        Ok(Self::read(&self.copy())?.text)
    }

    /// Removes what was kept.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn forget_kept(&self) -> Result<(), IntegrationError> {
        gone(fs::remove_file(self.copy())).map_err(|source| self.failed("removed", source))
    }

    /// Writes `text` in their place, unless somebody else has meanwhile.
    ///
    /// # Errors
    /// `Io`, `NotOurs`, `Changed`.
    pub(super) fn write(&self, text: &str) -> Result<(), IntegrationError> {
        if let Some(directory) = self.real.parent() {
            let made = fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory);
            made.map_err(|source| self.failed("written", source))?;
        }
        self.check()?;
        self.replace(&self.real, text)
    }

    /// Removes them.
    ///
    /// # Errors
    /// `Io`, `NotOurs`, `Changed`.
    pub(super) fn remove(&self) -> Result<(), IntegrationError> {
        self.check()?;
        gone(fs::remove_file(&self.real)).map_err(|source| self.failed("removed", source))
    }

    /// They are still what was read, and ours.
    fn check(&self) -> Result<(), IntegrationError> {
        if Self::read(&self.path)?.text != self.text {
            return Err(IntegrationError::Changed(self.path.clone()));
        }
        if self.text.is_none() {
            return Ok(());
        }
        let found = fs::metadata(&self.real).map_err(|source| self.failed("written", source))?;
        let is_ours = found.uid() == rustix::process::getuid().as_raw();
        // One that is read-only is so on purpose: some programs write settings from elsewhere.
        let is_writable = found.mode() & 0o200 != 0 && access(&self.real, Access::WRITE_OK).is_ok();
        if is_ours && is_writable {
            Ok(())
        } else {
            Err(IntegrationError::NotOurs(self.path.clone()))
        }
    }

    /// In one stroke: who reads sees the old or the new.
    fn replace(&self, file: &Path, text: &str) -> Result<(), IntegrationError> {
        let failed = |source| self.failed("written", source);
        let new = beside(file, &format!(".geppetto-{}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut written = options.open(&new).map_err(failed)?;
        let filled = written
            .write_all(text.as_bytes())
            .and_then(|()| written.set_permissions(Permissions::from_mode(self.mode)))
            .and_then(|()| written.sync_all())
            .and_then(|()| fs::rename(&new, file));
        if filled.is_err() {
            let _nothing_is_left_behind = fs::remove_file(&new);
        }
        filled.map_err(failed)
    }

    fn copy(&self) -> PathBuf {
        beside(&self.real, KEPT)
    }

    fn failed(&self, action: &'static str, source: io::Error) -> IntegrationError {
        IntegrationError::Io {
            file: self.path.clone(),
            action,
            source,
        }
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
