//! Follows one aider: by the files that its command line or its environment names, else by the history of its repository, which every
//! aider there writes. With two of them in one directory nothing tells whose is what, and nothing is read.
//!
//! It has no ids of conversations, so none is told; what is found stands under the process: `PID-STARTED`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::following::{Next, Reader};
use super::super::place::Place;
use super::super::processes::Processes;
use super::super::records::Records;
use super::super::scene::Scene;
use super::super::tail::{Line, Progress, Tail};
use super::super::told::Told;
use super::analytics::Analytics;
use super::history::History;
use crate::domain::finding::{FileMark, Finding};
use crate::domain::ids::Pid;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;

/// Follows one.
pub(in super::super) struct AiderReader {
    pid: Pid,
    started: u64,
    began: Timestamp,
    cwd: PathBuf,
    processes: Processes,
    clock: Arc<dyn Clock>,
    told: Told,
    log: Option<(Records, Analytics)>,
    history: Tail,
    chat: History,
    marked: Option<FileMark>,
    complained: bool,
}

impl AiderReader {
    /// `None` when nothing says where it works, or when it began.
    pub(in super::super) fn new(scene: &Scene<'_>) -> Option<Self> {
        let occupant = scene.occupant;
        let (began, cwd) = (scene.began()?, occupant.cwd.clone()?);
        let named = |flag: &str, variable: &str| {
            let file = option(&occupant.args, flag)
                .map(PathBuf::from)
                .or_else(|| occupant.env.get(variable).map(PathBuf::from))?;
            Some(cwd.join(file))
        };
        let log = named("--analytics-log", "AIDER_ANALYTICS_LOG");
        let history = named("--chat-history-file", "AIDER_CHAT_HISTORY_FILE")
            .unwrap_or_else(|| repository(&cwd).join(".aider.chat.history.md"));
        let conversation = format!("{}-{}", occupant.pid, occupant.started);
        Some(Self {
            pid: occupant.pid,
            started: occupant.started,
            began,
            processes: scene.processes.clone(),
            clock: Arc::clone(scene.clock),
            told: Told::new(conversation, Some(began)),
            chat: History::new(log.is_some()),
            log: log.map(|log| (Records::new(log, scene.marks), Analytics { began })),
            // From its beginning: what is its own is only known from the line that begins it.
            history: Tail::new(history, &[]),
            marked: None,
            complained: false,
            cwd,
        })
    }

    fn read_history(&mut self, found: &mut Vec<Finding>) -> Next {
        let (now, began) = (self.clock.now(), self.began);
        let (chat, told) = (&mut self.chat, &mut self.told);
        let read = self.history.read(&mut |line| match line {
            Line::Whole { at, bytes, .. } => {
                chat.line(&String::from_utf8_lossy(bytes), at, now, began, told);
            }
            // An answer without an end of a line: it is no count.
            Line::TooLong => {}
            Line::Anew => chat.anew(),
        });
        let next = match read {
            Ok(Progress::More) => Next::Again,
            Ok(Progress::End | Progress::Absent) => {
                chat.rest(now, told);
                told.settle();
                Next::Wait
            }
            Err(error) => {
                let file = self.history.path().display().to_string();
                told.complain("history", || format!("{file} cannot be read: {error}."));
                Next::Wait
            }
        };
        found.append(&mut told.take());
        let mark = self.history.mark();
        if mark.is_some() && mark != self.marked {
            self.marked.clone_from(&mark);
            found.extend(mark.map(Finding::Read));
        }
        next
    }
}

impl Reader for AiderReader {
    fn places(&self) -> Vec<Place> {
        let log = self.log.as_ref();
        let log = log.map(|(records, _)| Place::File(records.path().to_owned()));
        log.into_iter()
            .chain([Place::File(self.history.path().to_owned())])
            .collect()
    }

    fn look(&mut self, found: &mut Vec<Finding>) -> Next {
        if self.processes.has_ended(self.pid, self.started) {
            return Next::End;
        }
        if self.processes.has_another(self.pid, &self.cwd, is_aider) {
            if !self.complained {
                self.complained = true;
                found.push(Finding::Degraded(format!(
                    "Several aiders work in {} and write one history: it is not read.",
                    self.cwd.display()
                )));
            }
            return Next::Wait;
        }
        let log = match &mut self.log {
            Some((records, analytics)) => records.look(analytics, &mut self.told, found),
            None => Next::Wait,
        };
        match (log, self.read_history(found)) {
            (Next::Again, _) | (_, Next::Again) => Next::Again,
            (_, next) => next,
        }
    }
}

/// The value of a flag, in both spellings.
fn option<'a>(args: &'a [String], flag: &str) -> Option<&'a str> {
    args.iter().enumerate().find_map(|(index, arg)| {
        let value = arg.strip_prefix(flag)?;
        if value.is_empty() {
            return args.get(index + 1).map(String::as_str);
        }
        value.strip_prefix('=')
    })
}

/// The top of the repository, where aider keeps its files; the directory itself outside of one.
fn repository(cwd: &Path) -> PathBuf {
    let top = cwd.ancestors().find(|above| above.join(".git").exists());
    top.unwrap_or(cwd).to_owned()
}

/// A script that python runs.
fn is_aider(args: &[String]) -> bool {
    let mut programs = args.iter().filter(|word| !word.starts_with('-')).take(2);
    programs.any(|program| program.rsplit('/').next() == Some("aider"))
}
