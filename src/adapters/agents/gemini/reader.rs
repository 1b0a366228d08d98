//! Follows one gemini. Nothing that it writes says which process it was, and it holds no session file open: [`Sessions`] knows which one
//! is its own. Where that cannot be known, none is read.
//!
//! Weak: what a gemini that has left before we looked first wrote in the same directory, after ours started, is taken for ours until
//! ours writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::super::following::{Next, Reader};
use super::super::limits::WHOLE_FILE;
use super::super::place::Place;
use super::super::processes::Processes;
use super::super::records::Records;
use super::super::scene::Scene;
use super::super::told::Told;
use super::chat::Chat;
use super::sessions::{Has, Others, Session, Sessions, named};
use crate::domain::finding::{Conversation, FileMark, Finding};
use crate::domain::ids::Pid;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;

/// Follows one.
pub(in super::super) struct GeminiReader {
    pid: Pid,
    started: u64,
    began: Timestamp,
    cwd: PathBuf,
    /// The session that its command line names.
    named: Option<String>,
    /// `~/.gemini`.
    root: PathBuf,
    marks: Vec<FileMark>,
    processes: Processes,
    clock: Arc<dyn Clock>,
    sessions: Sessions,
    /// More may be known then, whatever is written.
    due: Option<Timestamp>,
    /// What was said last of what cannot be told.
    complaint: Option<String>,
    read: Option<Read>,
}

/// The session that it has now.
struct Read {
    session: Session,
    told: Told,
    records: Records,
    chat: Chat,
}

impl GeminiReader {
    /// `None` when nothing says where it keeps its files, or when it began.
    pub(in super::super) fn new(scene: &Scene<'_>) -> Option<Self> {
        let home = scene.variable("GEMINI_CLI_HOME").or_else(|| scene.home())?;
        let began = scene.began()?;
        let named = named(&scene.occupant.args).map(str::to_owned);
        Some(Self {
            pid: scene.occupant.pid,
            started: scene.occupant.started,
            began,
            cwd: scene.occupant.cwd.clone()?,
            root: home.join(".gemini"),
            marks: scene.marks.to_vec(),
            processes: scene.processes.clone(),
            clock: Arc::clone(scene.clock),
            sessions: Sessions::new(began, named.clone()),
            named,
            due: None,
            complaint: None,
            read: None,
        })
    }

    fn projects(&self) -> PathBuf {
        self.root.join("projects.json")
    }

    /// Where the sessions of the project of our directory are.
    fn chats(&self) -> Option<PathBuf> {
        let file = self.projects();
        if fs::metadata(&file).ok()?.len() > WHOLE_FILE {
            return None;
        }
        let projects: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        let name = projects
            .get("projects")?
            .get(self.cwd.to_str()?)?
            .as_str()?;
        // It becomes part of a path.
        let plain = Path::new(name).file_name()? == name;
        plain.then(|| self.root.join("tmp").join(name).join("chats"))
    }

    fn find(&mut self, found: &mut Vec<Finding>) -> Next {
        let Some(chats) = self.chats() else {
            return Next::Wait;
        };
        let now = self.clock.now();
        let known = self.read.as_ref().map(|read| read.session.clone());
        let is_news = self
            .sessions
            .look(&chats, known.as_ref().map(|known| known.file.as_path()));
        if !is_news && self.due.is_none_or(|due| now <= due) {
            return self.until(now);
        }
        self.due = None;
        let others = self.others();
        let known_id = known.as_ref().map(|known| known.id.as_str());
        match self.sessions.now(known_id, others, now) {
            Has::This(session) => self.has(session, found),
            Has::ByTime(session) => {
                self.complain(
                    found,
                    format!(
                        "Several geminis work in {}: that the session {} is of this one is only known by when it began.",
                        self.cwd.display(),
                        session.id
                    ),
                );
                self.has(session, found);
            }
            Has::None => {}
            Has::NoneBefore(time) => self.due = Some(time),
            Has::OneOfThose => self.complain(
                found,
                format!(
                    "Several sessions of {} were written since this gemini began: which is its own is known when it writes again.",
                    self.cwd.display()
                ),
            ),
            Has::OneOfSeveral => self.complain(
                found,
                format!(
                    "Several geminis work in {}, and nothing tells which session is whose.",
                    self.cwd.display()
                ),
            ),
        }
        self.until(now)
    }

    /// Waits until more may be known.
    fn until(&self, now: Timestamp) -> Next {
        self.due.map_or(Next::Wait, |due| {
            let rest = due.0.saturating_sub(now.0).saturating_add(1);
            Next::WaitAtMost(Duration::from_millis(rest))
        })
    }

    fn others(&self) -> Others {
        let has_another = |fits: &dyn Fn(&[String]) -> bool| {
            self.processes
                .has_another(self.pid, &self.cwd, |args| is_gemini(args) && fits(args))
        };
        let is_rival = |args: &[String]| named(args) == self.named.as_deref();
        if !has_another(&|_| true) {
            Others::None
        } else if self.named.is_some() && has_another(&is_rival) {
            Others::Rivals
        } else {
            Others::Live
        }
    }

    fn has(&mut self, session: Session, found: &mut Vec<Finding>) {
        if let Some(read) = &mut self.read
            && (&read.session.id, &read.session.file) == (&session.id, &session.file)
        {
            return;
        }
        self.leave(found);
        found.push(Finding::Conversation(Conversation {
            id: session.id.clone(),
            version: None,
            file: Some(session.file.clone()),
        }));
        self.read = Some(Read {
            told: Told::new(session.id.clone(), Some(self.began)),
            records: Records::new(session.file.clone(), &self.marks),
            chat: Chat::default(),
            session,
        });
    }

    fn read(&mut self, found: &mut Vec<Finding>) -> Next {
        let Some(read) = &mut self.read else {
            return Next::Wait;
        };
        read.records.look(&mut read.chat, &mut read.told, found)
    }

    /// Reads what there is of the session that it had, and remembers how far, for it may come back to it.
    fn leave(&mut self, found: &mut Vec<Finding>) {
        self.read(found);
        if let Some(mark) = self.read.take().and_then(|read| read.records.mark()) {
            self.marks.retain(|known| known.path != mark.path);
            self.marks.push(mark);
        }
    }

    fn complain(&mut self, found: &mut Vec<Finding>, sentence: String) {
        if self.complaint.as_ref() != Some(&sentence) {
            found.push(Finding::Degraded(sentence.clone()));
            self.complaint = Some(sentence);
        }
    }
}

impl Reader for GeminiReader {
    fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::File(self.projects())];
        places.extend(self.chats().map(Place::Entries));
        let mut files = self.sessions.watched();
        let own = self.read.as_ref().map(|read| read.records.path());
        files.retain(|file| Some(file.as_path()) != own);
        files.extend(own.map(Path::to_owned));
        places.extend(files.into_iter().map(Place::File));
        places
    }

    fn look(&mut self, found: &mut Vec<Finding>) -> Next {
        if self.processes.has_ended(self.pid, self.started) {
            return Next::End;
        }
        let next = self.find(found);
        match self.read(found) {
            Next::Again => Next::Again,
            _ => next,
        }
    }
}

/// A script that node runs, by its own name or by that of its link.
fn is_gemini(args: &[String]) -> bool {
    let mut programs = args.iter().filter(|word| !word.starts_with('-')).take(2);
    programs.any(|program| {
        let name = program.rsplit('/').next();
        matches!(name, Some("gemini" | "gemini.js"))
    })
}
