//! Follows one opencode. All of a home write into one database, which does not say who wrote what: [`Sessions`] knows which conversation is
//! its own. Where that cannot be known, none is read. (Started with `--port` it would say itself; that is not asked.)
//!
//! Everything of a conversation is read again by a new reader: the same rows replace what was known of them. What a fork has copied counts
//! in the conversation that it was copied from.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::super::following::{Next, Reader};
use super::super::place::Place;
use super::super::processes::Processes;
use super::super::scene::Scene;
use super::super::told::Told;
use super::database::{self, Cursor, Database, Page, beside};
use super::meaning;
use super::sessions::{Has, Others, Sessions, named};
use crate::domain::finding::{Conversation, Finding};
use crate::domain::ids::Pid;
use crate::domain::time::{Tick, Timestamp};
use crate::ports::clock::Clock;

/// Shortest time between two looks: it writes with every word of an answer.
const PAUSE: Duration = Duration::from_millis(500);

/// Follows one.
pub(in super::super) struct OpencodeReader {
    pid: Pid,
    started: u64,
    began: Timestamp,
    cwd: PathBuf,
    file: PathBuf,
    processes: Processes,
    clock: Arc<dyn Clock>,
    looked: Option<Tick>,
    /// The conversation that its command line names.
    named: Option<String>,
    sessions: Sessions,
    session: Option<Session>,
    /// What was said last of what cannot be told.
    complaint: Option<String>,
}

struct Session {
    id: String,
    /// When it began.
    created: Timestamp,
    told: Told,
    messages: Cursor,
    parts: Cursor,
}

impl OpencodeReader {
    /// `None` when nothing says where it keeps its files, or when it began.
    pub(in super::super) fn new(scene: &Scene<'_>) -> Option<Self> {
        let data = match scene.variable("XDG_DATA_HOME") {
            Some(directory) => directory,
            None => scene.home()?.join(".local/share"),
        };
        Some(Self {
            pid: scene.occupant.pid,
            started: scene.occupant.started,
            began: scene.began()?,
            cwd: scene.occupant.cwd.clone()?,
            file: data.join("opencode/opencode.db"),
            processes: scene.processes.clone(),
            clock: Arc::clone(scene.clock),
            looked: None,
            named: named(&scene.occupant.args).map(str::to_owned),
            sessions: Sessions::default(),
            session: None,
            complaint: None,
        })
    }

    fn read(&mut self, found: &mut Vec<Finding>) -> rusqlite::Result<Next> {
        let Some(database) = Database::open(&self.file)? else {
            return Ok(Next::Wait);
        };
        self.find(&database, found)?;
        let Some(session) = &mut self.session else {
            return Ok(Next::Wait);
        };
        let messages = database.messages(&session.id, &session.messages)?;
        for record in &messages.records {
            if !record.is_own || record.created >= session.created {
                meaning::message(record, &mut session.told);
            }
        }
        let parts = database.parts(&session.id, &session.parts)?;
        for record in &parts.records {
            let message = database.message(&record.message)?;
            let is_copied = message
                .as_ref()
                .is_some_and(|message| message.created < session.created);
            if !is_copied {
                let role = message.map_or_else(String::new, |message| message.role);
                meaning::part(record, &role, &mut session.told);
            }
        }
        let is_more = messages.is_cut || parts.is_cut;
        for (Page { records, .. }, cursor) in [
            (messages, &mut session.messages),
            (parts, &mut session.parts),
        ] {
            if let Some(last) = records.into_iter().last() {
                *cursor = last.cursor;
            }
        }
        if !is_more {
            session.told.settle();
        }
        found.append(&mut session.told.take());
        Ok(if is_more { Next::Again } else { Next::Wait })
    }

    fn find(&mut self, database: &Database, found: &mut Vec<Finding>) -> rusqlite::Result<()> {
        let directory = self.cwd.to_string_lossy();
        let sessions = database.sessions(&directory, self.began)?;
        let known = self.session.as_ref().map(|session| session.id.clone());
        if !self.sessions.look(sessions, known.as_deref()) {
            return Ok(());
        }
        match self.sessions.now(known.is_some(), self.others()) {
            Has::This(session) => self.has(session, found),
            Has::Named => {
                let named = self.named.as_deref();
                let named = named.map(|named| database.session(named)).transpose()?;
                if let Some(named) = named.flatten() {
                    self.has(named, found);
                }
            }
            Has::None => {}
            Has::OneOfThose => {
                let sentence = format!(
                    "Several conversations of {} went on since this opencode began: which is its own is known when it goes on again.",
                    self.cwd.display()
                );
                self.complain(found, sentence);
            }
            Has::OneOfSeveral => {
                let sentence = format!(
                    "Several opencodes work in {}, and nothing tells which conversation is whose.",
                    self.cwd.display()
                );
                self.complain(found, sentence);
            }
        }
        Ok(())
    }

    fn others(&self) -> Others {
        let has_another = |fits: &dyn Fn(&[String]) -> bool| {
            self.processes
                .has_another(self.pid, &self.cwd, |args| is_opencode(args) && fits(args))
        };
        let is_rival = |args: &[String]| named(args) == self.named.as_deref();
        if !has_another(&|_| true) {
            Others::None
        } else if self.named.is_none() || has_another(&is_rival) {
            Others::Rivals
        } else {
            Others::Live
        }
    }

    fn has(&mut self, now: database::Session, found: &mut Vec<Finding>) {
        let known = self.session.as_ref().map(|session| &session.id);
        if known == Some(&now.id) {
            return;
        }
        found.push(Finding::Conversation(Conversation {
            id: now.id.clone(),
            version: now.version,
            file: Some(self.file.clone()),
        }));
        self.session = Some(Session {
            told: Told::new(now.id.clone(), Some(self.began)),
            id: now.id,
            created: now.created,
            messages: Cursor::default(),
            parts: Cursor::default(),
        });
    }

    fn complain(&mut self, found: &mut Vec<Finding>, sentence: String) {
        if self.complaint.as_ref() != Some(&sentence) {
            found.push(Finding::Degraded(sentence.clone()));
            self.complaint = Some(sentence);
        }
    }
}

impl Reader for OpencodeReader {
    fn places(&self) -> Vec<Place> {
        vec![
            Place::File(beside(&self.file, "-wal")),
            Place::File(self.file.clone()),
        ]
    }

    fn look(&mut self, found: &mut Vec<Finding>) -> Next {
        if self.processes.has_ended(self.pid, self.started) {
            return Next::End;
        }
        let now = self.clock.tick();
        let since = self.looked.map(|looked| now.since(looked));
        if let Some(rest) = since.and_then(|since| PAUSE.checked_sub(since)) {
            return Next::WaitAtMost(rest);
        }
        match self.read(found) {
            Ok(Next::Again) => Next::Again,
            Ok(next) => {
                self.looked = Some(now);
                next
            }
            Err(error) => {
                self.looked = Some(now);
                let sentence = format!("{} cannot be read: {error}.", self.file.display());
                self.complain(found, sentence);
                Next::Wait
            }
        }
    }
}

fn is_opencode(args: &[String]) -> bool {
    let program = args.first().and_then(|program| program.rsplit('/').next());
    program == Some("opencode")
}
