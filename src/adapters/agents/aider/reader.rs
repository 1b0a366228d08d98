//! Follows one aider: by the files that its command line or its environment names, else by the history of its repository, which every
//! aider there writes. Of two of them in one directory a file is read only when the command line of ours alone names it; and none any
//! more from where another one has begun to write into it.
//!
//! Weak: one that began before ours, in another directory of the same repository or with the same log, and goes on is not seen.
//!
//! It has no ids of conversations, so none is told; what is found stands under the process: `PID-STARTED`.

use std::collections::BTreeSet;
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
    /// Whether the command line names the log, and the history.
    typed: [bool; 2],
    /// The files that are not read any more.
    complaints: BTreeSet<&'static str>,
}

/// The flags for the files.
const LOG: &str = "--analytics-log";
const HISTORY: &str = "--chat-history-file";

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
        let log = named(LOG, "AIDER_ANALYTICS_LOG");
        let history = named(HISTORY, "AIDER_CHAT_HISTORY_FILE")
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
            log: log.map(|log| (Records::new(log, scene.marks), Analytics::new(began))),
            // From its beginning: what is its own is only known from the line that begins it.
            history: Tail::new(history, &[]),
            marked: None,
            typed: [LOG, HISTORY].map(|flag| option(&occupant.args, flag).is_some()),
            complaints: BTreeSet::new(),
            cwd,
        })
    }

    /// True when another aider of the directory may write into that file, and says so.
    fn is_shared(
        &mut self,
        what: &'static str,
        (flag, is_typed, file): (&str, bool, &Path),
        found: &mut Vec<Finding>,
    ) -> bool {
        // Different ways to the same file have at least its name in common.
        let is_it = |other: &str| Path::new(other).file_name() == file.file_name();
        let shares =
            |args: &[String]| is_aider(args) && option(args, flag).map_or(!is_typed, is_it);
        // When the other one has left, its lines are still there.
        let is_shared = self.complaints.contains(what)
            || self.processes.has_another(self.pid, &self.cwd, shares);
        if is_shared && self.complaints.insert(what) {
            found.push(Finding::Degraded(format!(
                "Several aiders work in {} and write one {what}: it is not read.",
                self.cwd.display()
            )));
        }
        is_shared
    }

    fn read_log(&mut self, found: &mut Vec<Finding>) -> Next {
        let [is_typed, _] = self.typed;
        let file = self.log.as_ref();
        let Some(file) = file.map(|(records, _)| records.path().to_owned()) else {
            return Next::Wait;
        };
        if self.is_shared("log", (LOG, is_typed, &file), found) {
            return Next::Wait;
        }
        self.log
            .as_mut()
            .map_or(Next::Wait, |(records, analytics)| {
                records.look(analytics, &mut self.told, found)
            })
    }

    fn read_history(&mut self, found: &mut Vec<Finding>) -> Next {
        let [_, is_typed] = self.typed;
        let file = self.history.path().to_owned();
        if self.is_shared("history", (HISTORY, is_typed, &file), found) {
            return Next::Wait;
        }
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
        let log = self.read_log(found);
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
