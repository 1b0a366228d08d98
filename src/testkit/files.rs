//! A file system with two directories and one program.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::ports::files::Files;

/// `/home` and `/out` are directories, every program but `missing` is there.
#[derive(Debug, Default)]
pub(crate) struct FakeFiles {
    pub(crate) written: Mutex<BTreeMap<PathBuf, String>>,
}

#[async_trait]
impl Files for FakeFiles {
    fn is_directory(&self, path: &Path) -> bool {
        path == Path::new("/home") || path == Path::new("/out")
    }

    fn find_program(&self, program: &str, _: &Path, _: Option<&str>) -> Option<PathBuf> {
        (program != "missing").then(|| Path::new("/bin").join(program))
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        if self.is_directory(path) {
            Ok(())
        } else {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }

    async fn append(&self, path: &Path, text: String) -> io::Result<()> {
        self.written
            .lock()
            .await
            .entry(path.to_owned())
            .or_default()
            .push_str(&text);
        Ok(())
    }
}
