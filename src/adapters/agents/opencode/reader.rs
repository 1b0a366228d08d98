//! Follows one opencode: the conversation of its directory that went on last since the process began; unless another opencode lives in
//! that directory: then nothing tells them apart, and none is read. (Started with `--port` it would say itself; that is not asked.)
//!
//! Everything of a conversation is read again by a new reader: the same rows replace what was known of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::super::following::{Next, Reader};
use super::super::place::Place;
use super::super::processes::Processes;
use super::super::scene::Scene;
use super::super::told::Told;
use super::database::{Cursor, Database, ROWS, beside};
use super::meaning;
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
    session: Option<Session>,
    complained: bool,
}

struct Session {
    id: String,
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
            session: None,
            complained: false,
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
        for record in &messages {
            meaning::message(record, &mut session.told);
        }
        let parts = database.parts(&session.id, &session.parts)?;
        for record in &parts {
            let role = database.role(&record.message)?.unwrap_or_default();
            meaning::part(record, &role, &mut session.told);
        }
        let is_more = messages.len().max(parts.len()) == ROWS as usize;
        for (records, cursor) in [
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
        let Some(now) = database.session(&directory, self.began)? else {
            return Ok(());
        };
        if self
            .session
            .as_ref()
            .is_some_and(|known| known.id == now.id)
        {
            return Ok(());
        }
        if self.processes.has_another(self.pid, &self.cwd, is_opencode) {
            let sentence = format!(
                "Several opencodes work in {}, and nothing tells which conversation is whose.",
                self.cwd.display()
            );
            self.complain(found, sentence);
            return Ok(());
        }
        found.push(Finding::Conversation(Conversation {
            id: now.id.clone(),
            version: now.version,
            file: Some(self.file.clone()),
        }));
        self.session = Some(Session {
            told: Told::new(now.id.clone(), Some(self.began)),
            id: now.id,
            messages: Cursor::default(),
            parts: Cursor::default(),
        });
        Ok(())
    }

    fn complain(&mut self, found: &mut Vec<Finding>, sentence: String) {
        if !self.complained {
            self.complained = true;
            found.push(Finding::Degraded(sentence));
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
