//! The few things the core asks of the file system.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;

/// The machine's files.
#[async_trait]
pub trait Files: Send + Sync {
    /// True when `path` is a directory that can be entered.
    fn is_directory(&self, path: &Path) -> bool;

    /// The executable that `program` means: itself when it holds a `/` (relative to `cwd`), else the first one in
    /// `search` (a `PATH` value; the daemon's own when `None`).
    fn find_program(&self, program: &str, cwd: &Path, search: Option<&str>) -> Option<PathBuf>;

    /// Makes a directory and its parents, if missing.
    ///
    /// # Errors
    /// When it is not there afterwards.
    fn make_directory(&self, path: &Path) -> io::Result<()>;

    /// Appends `text` to a file that only the user may read; makes it if missing. Returns the file's new size in bytes.
    ///
    /// # Errors
    /// When not all of it was written; the file is then as it was before, as far as the disk allows.
    async fn append(&self, path: &Path, text: String) -> io::Result<u64>;

    /// Puts the file at `path` aside, compressed, as `<path>.1.gz`; what had that name becomes `.2.gz`, and so on up to
    /// `keep`, and the one after that is gone. Does nothing when there is no such file. Nobody may append meanwhile.
    ///
    /// # Errors
    /// When it was not put aside, or not compressed; what is uncompressed then is taken up by the next call.
    async fn rotate(&self, path: &Path, keep: usize) -> io::Result<()>;
}
