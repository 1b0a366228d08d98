//! Follows one codex: finds the rollout of the conversation that it has, and reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::super::following::{Next, Reader};
use super::super::place::Place;
use super::super::records::Records;
use super::super::scene::Scene;
use super::super::told::Told;
use super::rollout::Rollout;
use super::threads::{HELD, Has, Thread, Threads};
use crate::domain::finding::{Conversation, FileMark, Finding};

/// A conversation is taken up a moment after the change that tells of it: pauses before we look again, the last first.
const AGAIN: [Duration; 4] = [
    Duration::from_secs(4),
    Duration::from_secs(2),
    Duration::from_secs(1),
    Duration::from_millis(250),
];

/// Follows one.
pub(in super::super) struct CodexReader {
    started: u64,
    threads: Threads,
    marks: Vec<FileMark>,
    /// What told of a change of conversation, when we looked last.
    tellers: Vec<Option<SystemTime>>,
    /// How many of [`AGAIN`] are left.
    looks: usize,
    complained: bool,
    session: Option<Session>,
}

/// The conversation that it has now.
struct Session {
    thread: Thread,
    told: Told,
    records: Records,
    rollout: Rollout,
}

impl CodexReader {
    /// `None` when nothing says where it keeps its files.
    pub(in super::super) fn new(scene: &Scene<'_>) -> Option<Self> {
        let root = match scene.variable("CODEX_HOME") {
            Some(directory) => directory,
            None => scene.home()?.join(".codex"),
        };
        Some(Self {
            started: scene.occupant.started,
            threads: Threads {
                root,
                pid: scene.occupant.pid,
                cwd: scene.occupant.cwd.clone(),
                began: scene.began(),
                processes: scene.processes.clone(),
                clock: Arc::clone(scene.clock),
                seen: BTreeMap::new(),
                is_early: false,
            },
            marks: scene.marks.to_vec(),
            tellers: Vec::new(),
            looks: AGAIN.len(),
            complained: false,
            session: None,
        })
    }

    /// Every codex appends each prompt to it.
    fn history(&self) -> PathBuf {
        self.threads.root.join("history.jsonl")
    }

    /// The directories of rollouts by year, month and day, so far as they are there: only the last of each has new ones.
    fn days(&self) -> Vec<PathBuf> {
        let mut days = vec![self.threads.root.join("sessions")];
        for _year_month_day in 0..3 {
            let last = days.last().and_then(|directory| last_entry(directory));
            let Some(last) = last else {
                break;
            };
            days.push(last);
        }
        days
    }

    fn find(&mut self, found: &mut Vec<Finding>) -> Next {
        let tellers = [self.history(), self.threads.taken_up()]
            .into_iter()
            .chain(self.days())
            .map(|file| fs::metadata(file).and_then(|told| told.modified()).ok())
            .collect();
        if self.tellers != tellers {
            self.tellers = tellers;
            self.looks = AGAIN.len();
        }
        match self.threads.now() {
            Has::This(thread) => self.has(thread, found),
            Has::OneOfSeveral => self.cannot_tell(found),
            Has::None => {}
        }
        if self.threads.is_early {
            // Whatever changes meanwhile, this is looked at again.
            self.looks = self.looks.max(1);
            return Next::WaitAtMost(HELD);
        }
        self.looks = self.looks.saturating_sub(1);
        AGAIN
            .get(self.looks)
            .map_or(Next::Wait, |pause| Next::WaitAtMost(*pause))
    }

    /// True when the conversation may be another one than when we looked last.
    fn may_have_changed(&self) -> bool {
        let tellers = [self.history(), self.threads.taken_up()]
            .into_iter()
            .chain(self.days())
            .map(|file| fs::metadata(file).and_then(|told| told.modified()).ok());
        self.looks > 0 || !tellers.eq(self.tellers.iter().copied())
    }

    fn has(&mut self, thread: Thread, found: &mut Vec<Finding>) {
        let known = self.session.as_ref().map(|session| &session.thread);
        if known == Some(&thread) {
            return;
        }
        self.read(found);
        if let Some(mark) = self.session.as_ref().and_then(|old| old.records.mark()) {
            self.marks.retain(|known| known.path != mark.path);
            self.marks.push(mark);
        }
        found.push(Finding::Conversation(Conversation {
            id: thread.id.clone(),
            version: thread.version.clone(),
            file: Some(thread.file.clone()),
        }));
        self.session = Some(Session {
            told: Told::new(thread.id.clone(), self.threads.began),
            records: Records::new(thread.file.clone(), &self.marks),
            rollout: Rollout::default(),
            thread,
        });
    }

    fn cannot_tell(&mut self, found: &mut Vec<Finding>) {
        if !self.complained {
            self.complained = true;
            found.push(Finding::Degraded(format!(
                "The server of codex in {} has the conversations of several codexes of one directory, and nothing tells which is \
                 whose.",
                self.threads.root.display()
            )));
        }
    }

    fn read(&mut self, found: &mut Vec<Finding>) -> Next {
        let Some(session) = &mut self.session else {
            return Next::Wait;
        };
        session
            .records
            .look(&mut session.rollout, &mut session.told, found)
    }
}

impl Reader for CodexReader {
    fn places(&self) -> Vec<Place> {
        let mut places = vec![
            Place::File(self.history()),
            Place::Entries(self.threads.taken_up()),
        ];
        places.extend(self.days().into_iter().map(Place::Entries));
        let session = self.session.as_ref();
        places.extend(session.map(|session| Place::File(session.thread.file.clone())));
        places
    }

    fn look(&mut self, found: &mut Vec<Finding>) -> Next {
        let threads = &self.threads;
        if threads.processes.has_ended(threads.pid, self.started) {
            return Next::End;
        }
        let next = if self.may_have_changed() {
            self.find(found)
        } else {
            Next::Wait
        };
        match self.read(found) {
            Next::Again => Next::Again,
            _ => next,
        }
    }
}

fn last_entry(directory: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).ok()?;
    let directories = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir());
    directories.max()
}
