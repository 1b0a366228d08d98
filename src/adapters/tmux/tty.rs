//! Writing into the terminal of a pane from outside, as if its program had.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FileType, Mode, OFlags, fstat, open};

use crate::ports::mux::MuxError;

/// Writes all of it or nothing that is worth a second try: a terminal that is stopped takes no more, and waits for nobody here.
///
/// # Errors
/// `Terminal`, also when `tty` is no terminal of ours.
pub(super) fn write(tty: &Path, bytes: &[u8]) -> Result<(), MuxError> {
    put(tty, bytes).map_err(|source| MuxError::Terminal {
        tty: tty.to_owned(),
        source: Arc::new(source),
    })
}

fn put(tty: &Path, bytes: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = open(tty, flags, Mode::empty())?;
    let stat = fstat(&file)?;
    let is_device = FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice;
    let is_ours = stat.st_uid == rustix::process::geteuid().as_raw();
    if !is_device || !is_ours || !rustix::termios::isatty(&file) {
        let what = "it is not a terminal of yours";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    let written = rustix::io::write(&file, bytes)?;
    if written < bytes.len() {
        return Err(io::ErrorKind::WriteZero.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminals_are_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        for not_one in [
            file.as_path(),
            Path::new("/dev/null"),
            Path::new("/dev/none"),
        ] {
            assert!(write(not_one, b"\x07").is_err(), "{not_one:?}");
        }
        assert_eq!(std::fs::read(&file).unwrap(), b"");
    }
}
