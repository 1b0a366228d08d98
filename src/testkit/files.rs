//! A file system with two directories, one program, and every file that is asked for but those in `/missing`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::ports::files::{Compressing, Files};

/// `/home` and `/out` are directories, every program but `missing` is there.
#[derive(Debug, Default)]
pub(crate) struct FakeFiles {
    pub(crate) written: Mutex<BTreeMap<PathBuf, String>>,
    /// While it is set, nothing can be written.
    pub(crate) full: AtomicBool,
    /// While it is set, nothing can be rotated.
    pub(crate) stuck: AtomicBool,
    /// While somebody holds it, rotations wait.
    pub(crate) rotating: Mutex<()>,
    /// While somebody holds it, nothing is compressed.
    pub(crate) compressing: Arc<Mutex<()>>,
    /// While it is set, compressing fails.
    pub(crate) cramped: Arc<AtomicBool>,
}

impl FakeFiles {
    /// What was written to a file; `None` when there is no such file.
    pub(crate) async fn text(&self, path: &str) -> Option<String> {
        self.written.lock().await.get(Path::new(path)).cloned()
    }
}

fn unless(flag: &AtomicBool) -> io::Result<()> {
    if flag.load(Ordering::SeqCst) {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

#[async_trait]
impl Files for FakeFiles {
    fn is_directory(&self, path: &Path) -> bool {
        path == Path::new("/home") || path == Path::new("/out")
    }

    fn is_file(&self, path: &Path) -> bool {
        !path.starts_with("/missing")
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

    async fn append(&self, path: &Path, text: String) -> io::Result<u64> {
        unless(&self.full)?;
        let mut written = self.written.lock().await;
        let file = written.entry(path.to_owned()).or_default();
        file.push_str(&text);
        Ok(file.len() as u64)
    }

    async fn rotate(&self, path: &Path, keep: usize) -> io::Result<Compressing> {
        let _free = self.rotating.lock().await;
        unless(&self.stuck)?;
        let mut written = self.written.lock().await;
        let name = |number: usize| PathBuf::from(format!("{}.{number}.gz", path.display()));
        for number in (1..keep).rev() {
            if let Some(older) = written.remove(&name(number)) {
                written.insert(name(number + 1), older);
            }
        }
        if let Some(text) = written.remove(path) {
            written.insert(name(1), text);
        }
        let (compressing, cramped) = (self.compressing.clone(), self.cramped.clone());
        Ok(Box::pin(async move {
            let _free = compressing.lock().await;
            unless(&cramped)
        }))
    }
}
