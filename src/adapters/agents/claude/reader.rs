//! Follows one Claude Code: its registry says what it does and which conversation it has, the transcript of that says the rest.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::following::{Next, Reader};
use super::super::limits::HALF_WRITTEN;
use super::super::place::Place;
use super::super::processes::Processes;
use super::super::records::Records;
use super::super::scene::Scene;
use super::super::told::Told;
use super::helpers::Helpers;
use super::registry::{self, Entry, Registered};
use super::transcript::Transcript;
use crate::domain::finding::{Conversation, FileMark, Finding};
use crate::domain::ids::Pid;
use crate::domain::sign::{Sign, Source};
use crate::domain::time::{Tick, Timestamp};
use crate::ports::clock::Clock;

/// Follows one.
pub(in super::super) struct ClaudeReader {
    pid: Pid,
    started: u64,
    began: Option<Timestamp>,
    cwd: Option<PathBuf>,
    /// `~/.claude`.
    root: PathBuf,
    marks: Vec<FileMark>,
    processes: Processes,
    clock: Arc<dyn Clock>,
    /// What the registry said last.
    entry: Option<Entry>,
    /// Since when it cannot be understood.
    unclear: Option<Tick>,
    complained: bool,
    session: Option<Session>,
}

/// The conversation that it has now.
struct Session {
    id: String,
    told: Told,
    /// `None` until it is written down.
    records: Option<Records>,
    helpers: Option<Helpers>,
    transcript: Transcript,
}

impl ClaudeReader {
    /// `None` when nothing says where it keeps its files.
    pub(in super::super) fn new(scene: &Scene<'_>) -> Option<Self> {
        let root = match scene.variable("CLAUDE_CONFIG_DIR") {
            Some(directory) => directory,
            None => scene.home()?.join(".claude"),
        };
        Some(Self {
            pid: scene.occupant.pid,
            started: scene.occupant.started,
            began: scene.began(),
            cwd: scene.occupant.cwd.clone(),
            root,
            marks: scene.marks.to_vec(),
            processes: scene.processes.clone(),
            clock: Arc::clone(scene.clock),
            entry: None,
            unclear: None,
            complained: false,
            session: None,
        })
    }

    fn registry(&self) -> PathBuf {
        self.root
            .join("sessions")
            .join(format!("{}.json", self.pid))
    }

    fn projects(&self) -> PathBuf {
        self.root.join("projects")
    }

    /// The directory of the project, as the agent names it.
    fn project(&self) -> Option<PathBuf> {
        let entry = self.entry.as_ref();
        let cwd = entry
            .and_then(|entry| entry.cwd.as_ref())
            .or(self.cwd.as_ref())?;
        let mut name = String::new();
        for c in cwd.to_string_lossy().chars() {
            if c.is_ascii_alphanumeric() {
                name.push(c);
            } else {
                // It counts in the units of its language.
                name.extend(std::iter::repeat_n('-', c.len_utf16()));
            }
        }
        Some(self.projects().join(name))
    }

    fn look_at_registry(&mut self, found: &mut Vec<Finding>) -> Next {
        match registry::read(&self.registry(), self.started, self.began) {
            Registered::As(entry) => {
                self.unclear = None;
                self.registered(entry, found);
                Next::Wait
            }
            Registered::Not => {
                self.unclear = None;
                if self.entry.take().is_some() {
                    found.push(self.sign(self.clock.now(), None));
                }
                Next::Wait
            }
            Registered::Unclear => self.is_unclear(found),
        }
    }

    /// Caught while it was written, unless it stays so.
    fn is_unclear(&mut self, found: &mut Vec<Finding>) -> Next {
        let now = self.clock.tick();
        let lasted = now.since(*self.unclear.get_or_insert(now));
        let left = HALF_WRITTEN.saturating_sub(lasted);
        if !left.is_zero() {
            return Next::WaitAtMost(left);
        }
        let file = self.registry();
        self.complain(found, || {
            format!("{} cannot be understood.", file.display())
        });
        Next::Wait
    }

    fn registered(&mut self, entry: Entry, found: &mut Vec<Finding>) {
        let state = |entry: &Entry| (entry.claim.clone(), entry.since);
        if self.entry.as_ref().map(state) != Some(state(&entry)) {
            let at = entry.since.unwrap_or_else(|| self.clock.now());
            found.push(self.sign(at, entry.claim.clone()));
        }
        // It says nothing at first: that is no fault.
        if let (None, Some(word)) = (&entry.claim, &entry.status) {
            let file = self.registry();
            self.complain(found, || {
                format!(
                    "{} says {word:?}, which no version known here does.",
                    file.display()
                )
            });
        }
        let version = entry.version.clone();
        let id = entry.session.clone();
        self.entry = Some(entry);
        if let Some(id) = id
            && self.session.as_ref().is_none_or(|session| session.id != id)
        {
            self.begin(id, version, None, found);
        }
    }

    fn begin(
        &mut self,
        id: String,
        version: Option<String>,
        file: Option<PathBuf>,
        found: &mut Vec<Finding>,
    ) {
        self.leave(found);
        let file = file.or_else(|| self.transcript(&id));
        found.push(Finding::Conversation(Conversation {
            id: id.clone(),
            version,
            file: file.clone(),
        }));
        self.session = Some(Session {
            told: Told::new(id.clone(), self.began),
            helpers: file.as_deref().map(Helpers::new),
            records: file.map(|file| Records::new(file, &self.marks)),
            transcript: Transcript::default(),
            id,
        });
    }

    fn read(&mut self, found: &mut Vec<Finding>) -> Next {
        let Some(session) = &mut self.session else {
            return Next::Wait;
        };
        let own = match &mut session.records {
            Some(records) => records.look(&mut session.transcript, &mut session.told, found),
            None => Next::Wait,
        };
        let theirs = match &mut session.helpers {
            Some(helpers) => helpers.look(&self.marks, &mut session.told, found),
            None => Next::Wait,
        };
        if own == Next::Again { own } else { theirs }
    }

    /// Reads what there is of the conversation that it had, and remembers how far, for it may come back to it.
    fn leave(&mut self, found: &mut Vec<Finding>) {
        self.read(found);
        let records = self
            .session
            .as_ref()
            .and_then(|session| session.records.as_ref());
        if let Some(mark) = records.and_then(Records::mark) {
            self.marks.retain(|known| known.path != mark.path);
            self.marks.push(mark);
        }
        self.session = None;
    }

    /// Where that conversation is written down: in the directory of its project, or in any other, for the agent may have been
    /// started elsewhere.
    fn transcript(&self, id: &str) -> Option<PathBuf> {
        let name = format!("{id}.jsonl");
        let usual = self.project().map(|project| project.join(&name));
        if let Some(file) = usual.filter(|file| file.is_file()) {
            return Some(file);
        }
        let projects = std::fs::read_dir(self.projects()).ok()?;
        projects
            .filter_map(|project| Some(project.ok()?.path().join(&name)))
            .find(|file| file.is_file())
    }

    /// Without a registry only what the process itself holds open tells of its conversation.
    fn look_at_descriptors(&mut self, found: &mut Vec<Finding>) {
        let is_transcript = |file: &Path| file.extension().is_some_and(|end| end == "jsonl");
        let file = self
            .processes
            .only_open_file(self.pid, &self.projects(), is_transcript);
        if let Some(file) = file
            && let Some(id) = file
                .file_stem()
                .and_then(|id| id.to_str())
                .map(str::to_owned)
            && self.session.as_ref().is_none_or(|session| session.id != id)
        {
            self.begin(id, None, Some(file), found);
        }
    }

    fn find_transcript(&mut self, found: &mut Vec<Finding>) {
        let Some(id) = self
            .session
            .as_ref()
            .filter(|session| session.records.is_none())
            .map(|session| session.id.clone())
        else {
            return;
        };
        if let Some(file) = self.transcript(&id) {
            let version = self.entry.as_ref().and_then(|entry| entry.version.clone());
            self.begin(id, version, Some(file), found);
        }
    }

    fn sign(&self, at: Timestamp, claim: Option<crate::domain::sign::Claim>) -> Finding {
        Finding::Sign(Sign {
            source: Source::Registry,
            at,
            claim,
        })
    }

    fn complain(&mut self, found: &mut Vec<Finding>, sentence: impl FnOnce() -> String) {
        if !self.complained {
            self.complained = true;
            found.push(Finding::Degraded(sentence()));
        }
    }
}

impl Reader for ClaudeReader {
    fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::File(self.registry())];
        let records = self
            .session
            .as_ref()
            .and_then(|session| session.records.as_ref());
        match records {
            Some(records) => {
                places.push(Place::File(records.path().to_owned()));
                let helpers = self
                    .session
                    .as_ref()
                    .and_then(|session| session.helpers.as_ref());
                places.extend(helpers.into_iter().flat_map(Helpers::places));
            }
            None => {
                places.push(Place::Entries(self.projects()));
                places.extend(self.project().map(Place::Entries));
            }
        }
        places
    }

    fn look(&mut self, found: &mut Vec<Finding>) -> Next {
        if self.processes.has_ended(self.pid, self.started) {
            if self.entry.take().is_some() {
                found.push(self.sign(self.clock.now(), None));
            }
            return Next::End;
        }
        let next = self.look_at_registry(found);
        if self.entry.is_none() {
            self.look_at_descriptors(found);
        }
        self.find_transcript(found);
        match self.read(found) {
            Next::Again => Next::Again,
            _ => next,
        }
    }
}
