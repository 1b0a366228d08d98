//! Follows one gemini. Nothing that it writes says which process it was, and it holds no session file open. So its conversation is the
//! session of the project of its directory that began last since the process did; unless another gemini lives in that directory: then
//! nothing tells them apart, and none is read.
//!
//! Weak: a session that was begun before and is taken up again (`--resume`) is not found; and what a gemini that has left meanwhile
//! began in the same directory, after ours started, is taken for ours until ours begins one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::fields::Fields;
use super::super::following::{Next, Reader};
use super::super::header::header;
use super::super::limits::WHOLE_FILE;
use super::super::place::Place;
use super::super::processes::Processes;
use super::super::records::Records;
use super::super::scene::Scene;
use super::super::told::Told;
use super::chat::Chat;
use crate::domain::finding::{Conversation, FileMark, Finding};
use crate::domain::ids::Pid;
use crate::domain::time::Timestamp;

/// Most session files that are watched for their header: one is written at a time.
const MOST_HEADLESS: usize = 8;

/// Follows one.
pub(in super::super) struct GeminiReader {
    pid: Pid,
    started: u64,
    began: Timestamp,
    cwd: PathBuf,
    /// `~/.gemini`.
    root: PathBuf,
    marks: Vec<FileMark>,
    processes: Processes,
    /// The session files of the project: when each began and its id, if it can be ours.
    seen: BTreeMap<PathBuf, Option<(Timestamp, String)>>,
    /// Those that have no whole header yet.
    headless: Vec<PathBuf>,
    complained: bool,
    session: Option<Session>,
}

struct Session {
    id: String,
    told: Told,
    records: Records,
    chat: Chat,
}

impl GeminiReader {
    /// `None` when nothing says where it keeps its files, or when it began.
    pub(in super::super) fn new(scene: &Scene<'_>) -> Option<Self> {
        let home = scene.variable("GEMINI_CLI_HOME").or_else(|| scene.home())?;
        Some(Self {
            pid: scene.occupant.pid,
            started: scene.occupant.started,
            began: scene.began()?,
            cwd: scene.occupant.cwd.clone()?,
            root: home.join(".gemini"),
            marks: scene.marks.to_vec(),
            processes: scene.processes.clone(),
            seen: BTreeMap::new(),
            headless: Vec::new(),
            complained: false,
            session: None,
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

    fn find(&mut self, found: &mut Vec<Finding>) {
        let Some(chats) = self.chats() else {
            return;
        };
        self.see(sessions(&chats));
        let ours = self.seen.iter();
        let last = ours
            .filter_map(|(file, begun)| begun.as_ref().map(|begun| (begun, file)))
            .max();
        let Some(((_, id), file)) = last else {
            return;
        };
        let (id, file) = (id.clone(), file.clone());
        if self.session.as_ref().is_some_and(|known| known.id == id) {
            return;
        }
        if self.processes.has_another(self.pid, &self.cwd, is_gemini) {
            self.cannot_tell(found);
            return;
        }
        found.push(Finding::Conversation(Conversation {
            id: id.clone(),
            version: None,
            file: Some(file.clone()),
        }));
        self.session = Some(Session {
            told: Told::new(id.clone(), Some(self.began)),
            records: Records::new(file, &self.marks),
            chat: Chat::default(),
            id,
        });
    }

    fn see(&mut self, files: Vec<PathBuf>) {
        self.seen.retain(|file, _| files.contains(file));
        self.headless.clear();
        for file in files {
            if self.seen.contains_key(&file) {
                continue;
            }
            if let Some(header) = header(&file) {
                let begun = self.begun(&header);
                self.seen.insert(file, begun);
            } else if self.headless.len() < MOST_HEADLESS {
                self.headless.push(file);
            }
        }
    }

    /// When the session began and its id, if the process can have begun it.
    fn begun(&self, header: &Value) -> Option<(Timestamp, String)> {
        let at = header.time("/startTime")?;
        let is_main = header.text("/kind").is_none_or(|kind| kind == "main");
        let id = header.text("/sessionId")?;
        (is_main && at >= self.began).then(|| (at, id.to_owned()))
    }

    fn cannot_tell(&mut self, found: &mut Vec<Finding>) {
        if !self.complained {
            self.complained = true;
            found.push(Finding::Degraded(format!(
                "Several geminis work in {}, and nothing tells which session is whose.",
                self.cwd.display()
            )));
        }
    }
}

impl Reader for GeminiReader {
    fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::File(self.projects())];
        places.extend(self.chats().map(Place::Entries));
        places.extend(self.headless.iter().cloned().map(Place::File));
        let session = self.session.as_ref();
        places.extend(session.map(|session| Place::File(session.records.path().to_owned())));
        places
    }

    fn look(&mut self, found: &mut Vec<Finding>) -> Next {
        if self.processes.has_ended(self.pid, self.started) {
            return Next::End;
        }
        self.find(found);
        let Some(session) = &mut self.session else {
            return Next::Wait;
        };
        session
            .records
            .look(&mut session.chat, &mut session.told, found)
    }
}

/// The session files of a project, in the order of their names.
fn sessions(chats: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(chats) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort_unstable();
    files
}

/// A script that node runs, by its own name or by that of its link.
fn is_gemini(args: &[String]) -> bool {
    let mut programs = args.iter().filter(|word| !word.starts_with('-')).take(2);
    programs.any(|program| {
        let name = program.rsplit('/').next();
        matches!(name, Some("gemini" | "gemini.js"))
    })
}
