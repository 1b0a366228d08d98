//! The file system as the core asks for it. Appending is done on tokio's blocking threads, since a disk may take
//! its time.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rustix::fs::{Access, access};

use crate::ports::files::Files;

/// The machine's own files.
#[derive(Debug)]
pub struct HostFiles {
    /// `PATH` of the daemon, for callers that give none.
    search: Option<String>,
}

impl HostFiles {
    /// With the `PATH` to look in when a caller gives none.
    pub const fn new(search: Option<String>) -> Self {
        Self { search }
    }
}

fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

#[async_trait]
impl Files for HostFiles {
    fn is_directory(&self, path: &Path) -> bool {
        path.is_dir() && access(path, Access::EXEC_OK).is_ok()
    }

    fn find_program(&self, program: &str, cwd: &Path, search: Option<&str>) -> Option<PathBuf> {
        if program.contains('/') {
            return Some(cwd.join(program)).filter(|path| is_program(path));
        }
        search
            .or(self.search.as_deref())?
            .split(':')
            // An empty element of PATH means the working directory.
            .map(|directory| cwd.join(directory).join(program))
            .find(|path| is_program(path))
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        access(path, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from)
    }

    async fn append(&self, path: &Path, text: String) -> io::Result<()> {
        let path = path.to_owned();
        let written = tokio::task::spawn_blocking(move || {
            let mut options = OpenOptions::new();
            options
                .create(true)
                .append(true)
                .mode(0o600)
                .open(path)?
                .write_all(text.as_bytes())
        });
        written.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn programs_are_found_as_a_shell_would() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let program = at.join("tool");
        fs::write(&program, "").unwrap();
        let files = HostFiles::new(None);
        let search = at.to_str();
        assert_eq!(files.find_program("tool", Path::new("/"), search), None);
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(
            files.find_program("tool", Path::new("/"), search),
            Some(program.clone())
        );
        assert_eq!(
            files.find_program("./tool", at, None),
            Some(at.join("./tool"))
        );
        assert_eq!(files.find_program("tool", at, None), None);
    }

    #[tokio::test]
    async fn text_is_appended() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path().join("log");
        let files = HostFiles::new(None);
        for text in ["a\n", "b\n"] {
            files.append(&at, text.to_owned()).await.unwrap();
        }
        assert_eq!(fs::read_to_string(&at).unwrap(), "a\nb\n");
    }
}
