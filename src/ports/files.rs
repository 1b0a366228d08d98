//! The few things the core asks of the file system.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use async_trait::async_trait;

/// The slow part of a rotation.
pub type Compressing = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// The machine's files.
#[async_trait]
pub trait Files: Send + Sync {
    /// True when `path` is a directory that can be entered.
    fn is_directory(&self, path: &Path) -> bool;

    /// True when `path` is a file.
    fn is_file(&self, path: &Path) -> bool;

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

    /// Puts the file at `path` aside, to be compressed to `<path>.1.gz`; what has that name becomes `.2.gz`, and so on up
    /// to `keep`, and the one after that is gone. Nobody may append until this returns; what it returns compresses while
    /// the next file is written already, and must be done before the next rotation.
    ///
    /// # Errors
    /// When it was not put aside. What is put aside and not compressed is taken up by the next rotation.
    async fn rotate(&self, path: &Path, keep: usize) -> io::Result<Compressing>;
}
