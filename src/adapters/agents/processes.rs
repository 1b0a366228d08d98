//! What the system knows of an agent's process: whether it lives, when it began, which files it has open.

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::ids::Pid;
use crate::domain::time::Timestamp;

/// The system's list of processes, where it has one as files (Linux).
#[derive(Debug, Clone)]
pub(super) struct Processes {
    root: PathBuf,
}

/// The kernel counts the beginnings of processes in hundredths of a second for every program, whatever its own clock does.
const MILLIS_PER_TICK: u64 = 10;

/// The process that started it, in [`Processes::stat`].
const PARENT: usize = 1;

/// When it began, in [`Processes::stat`].
const STARTED: usize = 19;

impl Processes {
    /// In that directory: `/proc`, or what a test made.
    pub(super) const fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn of(&self, pid: Pid) -> PathBuf {
        self.root.join(pid.to_string())
    }

    /// True when that very process is gone for sure.
    pub(super) fn has_ended(&self, pid: Pid, started: u64) -> bool {
        self.root.join("self").exists() && self.started(pid) != Some(started)
    }

    /// True when that very process lives.
    pub(super) fn is(&self, pid: Pid, started: u64) -> bool {
        self.started(pid) == Some(started)
    }

    /// True when a process works in that directory whose command line fits, and that is neither `pid` nor one that started it or was
    /// started by it: some agents start themselves anew.
    pub(super) fn has_another(
        &self,
        pid: Pid,
        cwd: &Path,
        fits: impl Fn(&[String]) -> bool,
    ) -> bool {
        let Ok(entries) = fs::read_dir(&self.root) else {
            return false;
        };
        let others = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<Pid>().ok())
            .filter(|other| *other != pid);
        others
            .filter(|other| fs::read_link(self.of(*other).join("cwd")).is_ok_and(|at| at == cwd))
            .filter(|other| fits(&self.args(*other)))
            .any(|other| !self.descends(other, pid) && !self.descends(pid, other))
    }

    fn descends(&self, pid: Pid, from: Pid) -> bool {
        const DEEPEST: usize = 32;
        let mut above =
            std::iter::successors(Some(pid), |pid| self.stat(*pid, PARENT)?.parse().ok());
        above.by_ref().take(DEEPEST).any(|above| above == from)
    }

    fn args(&self, pid: Pid) -> Vec<String> {
        let line = fs::read(self.of(pid).join("cmdline")).unwrap_or_default();
        let words = line.split(|byte| *byte == 0);
        words
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect()
    }

    /// When it began, in ticks since the machine did.
    fn started(&self, pid: Pid) -> Option<u64> {
        self.stat(pid, STARTED)?.parse().ok()
    }

    /// A field of its state, by its number from behind the name. The name may hold anything; what follows is counted from its last
    /// parenthesis.
    fn stat(&self, pid: Pid, field: usize) -> Option<String> {
        let stat = fs::read(self.of(pid).join("stat")).ok()?;
        let behind = stat.get(memchr::memrchr(b')', &stat)? + 1..)?;
        let mut fields = std::str::from_utf8(behind).ok()?.split_ascii_whitespace();
        fields.nth(field).map(str::to_owned)
    }

    /// When a process with that count of ticks began, on the wall; about a second too early rather than too late.
    pub(super) fn began(&self, started: u64) -> Option<Timestamp> {
        let stat = fs::read_to_string(self.root.join("stat")).ok()?;
        let boot = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
        let boot: u64 = boot.trim().parse().ok()?;
        let begun = boot * 1000 + started.saturating_mul(MILLIS_PER_TICK);
        Some(Timestamp(begun.saturating_sub(1000)))
    }

    /// The files that it has open.
    pub(super) fn open_files(&self, pid: Pid) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.of(pid).join("fd")) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .filter(|target| target.is_absolute())
            .collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// The one open file below `directory` for which `fits` holds; none when there are several.
    pub(super) fn only_open_file(
        &self,
        pid: Pid,
        directory: &Path,
        fits: impl Fn(&Path) -> bool,
    ) -> Option<PathBuf> {
        let directory = fs::canonicalize(directory).ok()?;
        let mut fitting = self
            .open_files(pid)
            .into_iter()
            .filter(|file| file.starts_with(&directory) && fits(file));
        let file = fitting.next()?;
        fitting.next().is_none().then_some(file)
    }
}
