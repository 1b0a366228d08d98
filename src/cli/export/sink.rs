//! Where an export goes: stdout, or a file that appears when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, Kind};
use crate::cli::output::Output;

/// The sink.
pub(crate) enum Sink<'a> {
    /// Stdout.
    Output(&'a mut Output),
    /// A file.
    File {
        /// What is written to.
        unfinished: BufWriter<File>,
        /// Where that is.
        beside: PathBuf,
        /// Where it will be.
        path: PathBuf,
    },
}

impl<'a> Sink<'a> {
    /// Opens it. A file that is there is not touched, unless `force`.
    ///
    /// # Errors
    /// A [`Failure`] that names the file.
    pub(crate) fn open(
        path: Option<&Path>,
        force: bool,
        output: &'a mut Output,
    ) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::Output(output));
        };
        if !force && fs::symlink_metadata(path).is_ok() {
            let sentence = format!("The file {} is there already.", path.display());
            return Err(Failure::new(Kind::Refused, sentence).hint("Replace it with --force."));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let beside = path.with_file_name(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)
            .map_err(|error| unwritable(path, &error))?;
        Ok(Self::File {
            unfinished: BufWriter::new(file),
            beside,
            path: path.to_owned(),
        })
    }

    /// Writes.
    ///
    /// # Errors
    /// A [`Failure`] when no more is taken.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Output(output) => output.raw(bytes),
            Self::File {
                unfinished, path, ..
            } => unfinished
                .write_all(bytes)
                .map_err(|error| unwritable(path, &error)),
        }
    }

    /// It is whole: the file gets its name.
    ///
    /// # Errors
    /// A [`Failure`] that names the file.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        match self {
            Self::Output(output) => output.flush(),
            Self::File {
                unfinished,
                beside,
                path,
            } => unfinished
                .flush()
                .and_then(|()| unfinished.get_ref().sync_all())
                .and_then(|()| fs::rename(&beside, &path))
                .map_err(|error| unwritable(path, &error)),
        }
    }
}

impl Drop for Sink<'_> {
    fn drop(&mut self) {
        if let Self::File { beside, .. } = self {
            // It is gone when the file got its name.
            let _gone = fs::remove_file(beside);
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Kind::Refused,
        format!("The file {} cannot be written: {error}.", path.display()),
    )
}
