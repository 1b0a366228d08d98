//! Which conversation a codex has. Its own process has the rollout open; or, when a server does the work, that has it open, for all
//! codexes of a home, and goes on with it when they have left. To be open is not enough: a codex also reads old rollouts, for its list
//! of what can be gone on with. Versions that lock what they write tell those apart by that; of others only what stays open is believed.
//!
//! A codex marks each conversation that it takes up with an empty file, so among those of the server, the one of our directory that was
//! taken up last since our process began is ours; unless another codex lives in the same directory: then nothing tells them apart.
//!
//! Weak: a conversation of our directory that a codex of another directory takes up meanwhile is taken for ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::super::fields::Fields;
use super::super::header::header;
use super::super::limits::WHOLE_FILE;
use super::super::processes::Processes;
use crate::domain::ids::Pid;
use crate::domain::time::{Tick, Timestamp, millis};
use crate::ports::clock::Clock;

/// How long a rollout without a lock must be open to be one that is written: reading the beginnings of old ones takes some milliseconds.
pub(super) const HELD: Duration = Duration::from_secs(1);

/// A conversation that is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thread {
    pub(super) id: String,
    pub(super) version: Option<String>,
    pub(super) file: PathBuf,
    cwd: PathBuf,
    /// A person has it, not an agent of an agent.
    of_a_person: bool,
}

/// What is known of whose conversation is whose.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Has {
    /// This one.
    This(Thread),
    /// None that is written down.
    None,
    /// One of several, and nothing tells which.
    OneOfSeveral,
}

/// The process, and where it keeps its files.
pub(super) struct Threads {
    pub(super) root: PathBuf,
    pub(super) pid: Pid,
    pub(super) cwd: Option<PathBuf>,
    pub(super) began: Option<Timestamp>,
    pub(super) processes: Processes,
    pub(super) clock: Arc<dyn Clock>,
    /// The rollouts that were open when we looked last, and who has them open.
    pub(super) seen: BTreeMap<(Pid, PathBuf), Seen>,
    /// True when it is not known yet of all of them whether they are written.
    pub(super) is_early: bool,
}

/// A rollout that is open.
#[derive(Debug)]
pub(super) struct Seen {
    /// Since when, as far as we have looked.
    since: Tick,
    /// `None` while it does not say.
    thread: Option<Thread>,
}

impl Threads {
    /// The directory of marks, one for each conversation that was taken up.
    pub(super) fn taken_up(&self) -> PathBuf {
        self.root.join("tui-thread-reference-capabilities")
    }

    /// The conversation that the process has now.
    pub(super) fn now(&mut self) -> Has {
        self.is_early = false;
        let own = self.open(self.pid);
        if !own.is_empty() {
            return self.latest(own);
        }
        let (Some(server), Some(cwd), Some(began)) = (self.server(), self.cwd.clone(), self.began)
        else {
            return Has::None;
        };
        let pid = self.pid;
        self.seen.retain(|(of, _), _| [pid, server].contains(of));
        let mut theirs = self.open(server);
        theirs.retain(|thread| thread.cwd == cwd && self.since(thread) >= Some(began));
        if theirs.is_empty() {
            return Has::None;
        }
        if self.processes.has_another(self.pid, &cwd, is_codex) {
            return Has::OneOfSeveral;
        }
        self.latest(theirs)
    }

    fn latest(&self, threads: Vec<Thread>) -> Has {
        let latest = threads
            .into_iter()
            .max_by_key(|thread| self.since(thread).max(modified(&thread.file)));
        latest.map_or(Has::None, Has::This)
    }

    /// When it was taken up.
    fn since(&self, thread: &Thread) -> Option<Timestamp> {
        modified(&self.taken_up().join(&thread.id))
    }

    /// The conversations of persons that a process writes.
    fn open(&mut self, pid: Pid) -> Vec<Thread> {
        let Ok(sessions) = fs::canonicalize(self.root.join("sessions")) else {
            return Vec::new();
        };
        let files = self.processes.open_files(pid);
        let locked = self.locked(&files);
        let rollouts: Vec<_> = files
            .into_iter()
            .filter(|file| file.starts_with(&sessions) && is_rollout(file))
            .collect();
        self.seen
            .retain(|(of, file), _| *of != pid || rollouts.contains(file));
        let now = self.clock.tick();
        let mut written = Vec::new();
        for file in rollouts {
            let since = now;
            let fresh = Seen {
                since,
                thread: None,
            };
            let seen = self.seen.entry((pid, file.clone())).or_insert(fresh);
            if seen.thread.is_none() {
                seen.thread = thread(&file);
            }
            let Some(thread) = seen.thread.as_ref().filter(|thread| thread.of_a_person) else {
                continue;
            };
            let is_early = now.since(seen.since) < HELD;
            if locked.contains(&thread.id) || locked.is_empty() && !is_early {
                written.push(thread.clone());
            } else if locked.is_empty() {
                self.is_early = true;
            }
        }
        written
    }

    /// The conversations that a process with these open files has locked.
    fn locked(&self, files: &[PathBuf]) -> BTreeSet<String> {
        let Ok(locks) = fs::canonicalize(self.root.join("thread-writer-locks")) else {
            return BTreeSet::new();
        };
        let locked = files.iter().filter(|file| file.parent() == Some(&locks));
        let ids = locked.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()));
        ids.collect()
    }

    /// The server of this home, if it runs.
    fn server(&self) -> Option<Pid> {
        let file = self.root.join("app-server-daemon/daemon.pid");
        let size = fs::metadata(&file).ok()?.len();
        let record: Value = (size <= WHOLE_FILE)
            .then(|| fs::read(file).ok())
            .flatten()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())?;
        let pid = i32::try_from(record.number("/pid")?)
            .ok()
            .and_then(Pid::new)?;
        let started = record.number("/processIdentity/startTicks")?;
        self.processes.is(pid, started).then_some(pid)
    }
}

fn is_rollout(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("rollout-") && name.ends_with(".jsonl"))
}

/// A program of that command line is a codex in a terminal, not its server.
fn is_codex(args: &[String]) -> bool {
    let mut args = args.iter();
    let program = args.next().and_then(|program| program.rsplit('/').next());
    program == Some("codex") && args.next().is_none_or(|first| first != "app-server")
}

fn thread(file: &Path) -> Option<Thread> {
    let header = header(file)?;
    let meta = header.get("payload")?;
    Some(Thread {
        id: meta.text("/id")?.to_owned(),
        version: meta.text("/cli_version").map(str::to_owned),
        file: file.to_owned(),
        cwd: PathBuf::from(meta.text("/cwd").unwrap_or_default()),
        of_a_person: meta
            .text("/thread_source")
            .is_none_or(|source| source == "user")
            && !meta.get("source").is_some_and(Value::is_object),
    })
}

fn modified(file: &Path) -> Option<Timestamp> {
    let modified = fs::metadata(file).ok()?.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp(millis(since)))
}
