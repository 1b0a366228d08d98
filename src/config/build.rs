//! Which program a process is, so that a client notices that the daemon is of another build: version, path and the stamp of
//! the file. The daemon leaves its own in its lock file, where reading it costs no question.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    version: String,
    /// Length, inode and time of change: a file that was installed anew differs in one of them.
    stamp: String,
    program: PathBuf,
}

impl Build {
    /// The build of that program, which is of this version.
    ///
    /// # Errors
    /// When the file is not there (any more).
    pub fn of(program: &Path) -> io::Result<Self> {
        let file = fs::metadata(program)?;
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            stamp: format!(
                "{}.{}.{}.{}",
                file.len(),
                file.ino(),
                file.mtime(),
                file.mtime_nsec()
            ),
            program: program.to_owned(),
        })
    }

    /// The build that a daemon left in its lock file; `None` when there is none to be read.
    pub fn in_lock(lock: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(lock).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        Some(Self {
            version: lines.next()?.to_owned(),
            stamp: lines.next()?.to_owned(),
            program: lines.next().filter(|path| !path.is_empty())?.into(),
        })
    }

    /// True when a daemon of the build `running` should make room for one of this build: the file it was started from has been
    /// replaced, or it is an older version from somewhere else.
    pub fn replaces(&self, running: &Self) -> bool {
        if self.program == running.program {
            self.stamp != running.stamp
        } else {
            numbers(&self.version) > numbers(&running.version)
        }
    }

    /// What tells this build from others.
    pub fn id(&self) -> String {
        format!("{} {}", self.version, self.stamp)
    }

    /// The text for the lock file.
    pub fn to_text(&self) -> String {
        // A path with a line end is cut there and so never equal: then nothing is replaced.
        format!(
            "{}\n{}\n{}\n",
            self.version,
            self.stamp,
            self.program.display()
        )
    }
}

/// The numbers of a version, of which the first that differs decides.
fn numbers(version: &str) -> Vec<u64> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(version: &str, stamp: &str, program: &str) -> Build {
        Build::parse(&format!("{version}\n{stamp}\n{program}\n")).unwrap()
    }

    #[test]
    fn a_replaced_file_and_a_newer_version_make_the_daemon_leave() {
        let running = build("0.9.2", "1", "/a/geppetto");
        assert!(build("0.9.2", "2", "/a/geppetto").replaces(&running));
        assert!(
            build("0.9.1", "2", "/a/geppetto").replaces(&running),
            "a downgrade too"
        );
        assert!(!running.replaces(&running));
        assert!(build("0.10.0", "2", "/b/geppetto").replaces(&running));
        assert!(!build("0.9.2", "2", "/b/geppetto").replaces(&running));
        assert!(!build("0.9.1", "2", "/b/geppetto").replaces(&running));
    }

    #[test]
    fn it_is_read_back_from_the_lock_and_an_empty_lock_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (program, lock) = (dir.path().join("program"), dir.path().join("lock"));
        assert!(Build::of(&program).is_err());
        fs::write(&program, "one").unwrap();
        let build = Build::of(&program).unwrap();
        assert_eq!(Build::in_lock(&lock), None);
        fs::write(&lock, "").unwrap();
        assert_eq!(Build::in_lock(&lock), None);
        fs::write(&lock, build.to_text()).unwrap();
        assert_eq!(Build::in_lock(&lock), Some(build));
    }
}
