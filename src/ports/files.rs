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

    /// Appends `text` to a file that only the user may read; makes it if missing.
    ///
    /// # Errors
    /// When not all of it was written.
    async fn append(&self, path: &Path, text: String) -> io::Result<()>;
}
