//! The sessions of a project, and which of them one gemini has. It appends to one at a time, and begins another or goes on with an old
//! one whenever the person likes. While it is the only gemini of its directory, what is written there is written by it.
//!
//! Where others live, too, a session is its own when its command line names it, or when it is the only one that was begun in the
//! moments after the process, as every gemini begins one, and went on after each that was begun later. That is weaker, and told so.
//!
//! A gemini that goes on with a session (`--resume`) begins a file for it first, of the same id, and then writes into the old one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::super::fields::Fields;
use super::super::header::header;
use crate::domain::time::{Timestamp, millis};

/// Most session files that are watched, those that were written last.
const MOST_WATCHED: usize = 64;

/// How long after the beginning of a process, which is known to about two seconds, it is the one that goes on with an old session: it
/// takes longer to start.
const BEGUN_MS: u64 = 2_000;

/// In which time every gemini has begun a session, unless it asks something first.
const FIRST_MS: u64 = 20_000;

/// A session, as one file of it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) file: PathBuf,
    /// When it began, by itself.
    begun: Timestamp,
    state: State,
}

/// How a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    written: Timestamp,
    length: u64,
}

/// What is known of whose session is whose.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Has {
    /// This one is its own.
    This(Session),
    /// This one, by the time at which it began.
    ByTime(Session),
    /// None that is known yet.
    None,
    /// None that is known before that time.
    NoneBefore(Timestamp),
    /// Several were written since it began, and nothing tells by whom: the next one will be its own.
    OneOfThose,
    /// One of several, and nothing tells which.
    OneOfSeveral,
}

/// Who lives in the directory besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// No gemini.
    None,
    /// Some.
    Live,
    /// Some, of which one was started with the very session that ours was started with.
    Rivals,
}

/// What is known of the files, from look to look.
#[derive(Debug)]
pub(super) struct Sessions {
    /// When the process began.
    began: Timestamp,
    /// The session that its command line names.
    named: Option<String>,
    /// What the header of each file says: when the session began and its id, if it is one of a person.
    headers: BTreeMap<PathBuf, Option<(Timestamp, String)>>,
    /// Files that have no whole header yet.
    headless: Vec<PathBuf>,
    all: Vec<Session>,
    /// How the files were when somebody else may have written them last.
    spoiled: BTreeMap<PathBuf, State>,
    /// Who lived there when we looked last.
    others: Option<Others>,
}

impl Sessions {
    /// Of a process that began then and was started with that session.
    pub(super) const fn new(began: Timestamp, named: Option<String>) -> Self {
        Self {
            began,
            named,
            headers: BTreeMap::new(),
            headless: Vec::new(),
            all: Vec::new(),
            spoiled: BTreeMap::new(),
            others: None,
        }
    }

    /// Files whose change may be news.
    pub(super) fn watched(&self) -> Vec<PathBuf> {
        let mut last: Vec<_> = self.all.iter().map(|one| (one.state, &one.file)).collect();
        last.sort_unstable();
        let last = last.into_iter().rev().map(|(_, file)| file);
        let mut files: Vec<_> = self.headless.iter().chain(last).cloned().collect();
        files.truncate(MOST_WATCHED);
        files.sort_unstable();
        files
    }

    /// Looks at the files. True when there is news in one that is not `known`.
    pub(super) fn look(&mut self, chats: &Path, known: Option<&Path>) -> bool {
        let files = files(chats);
        self.headers.retain(|file, _| files.contains_key(file));
        self.headless.clear();
        let before = std::mem::take(&mut self.all);
        for (file, state) in files {
            if !self.headers.contains_key(&file) {
                match header(&file) {
                    Some(header) => {
                        let begun = begun(&header);
                        self.headers.insert(file.clone(), begun);
                    }
                    None => self.headless.push(file.clone()),
                }
            }
            if let Some(Some((begun, id))) = self.headers.get(&file) {
                self.all.push(Session {
                    id: id.clone(),
                    file,
                    begun: *begun,
                    state,
                });
            }
        }
        let other = |one: &&Session| Some(one.file.as_path()) != known;
        !self
            .all
            .iter()
            .filter(other)
            .eq(before.iter().filter(other))
    }

    /// The session that the process has, who had that one when we looked last.
    pub(super) fn now(&mut self, known: Option<&str>, others: Others, now: Timestamp) -> Has {
        let before = self.others.replace(others);
        match (before, others) {
            (None | Some(Others::None), Others::None) => self.alone(known, before.is_none()),
            // Who has left since may have written until then.
            (Some(_), Others::None) => {
                self.spoil();
                known.map_or(Has::OneOfThose, |_| Has::None)
            }
            (_, Others::Live | Others::Rivals) => {
                self.spoil();
                self.among(known, others, now)
            }
        }
    }

    fn spoil(&mut self) {
        let states = self.all.iter().map(|one| (one.file.clone(), one.state));
        self.spoiled = states.collect();
    }

    fn alone(&mut self, known: Option<&str>, is_first: bool) -> Has {
        let is_own = |one: &&Session| {
            let from = if one.begun >= self.began { 0 } else { BEGUN_MS };
            one.state.written.0 >= self.began.0.saturating_add(from)
                && self.spoiled.get(&one.file) != Some(&one.state)
        };
        let own: Vec<_> = self.all.iter().filter(is_own).collect();
        let ids: BTreeSet<_> = own.iter().map(|one| &one.id).collect();
        if is_first && ids.len() > 1 {
            self.spoil();
            return Has::OneOfThose;
        }
        let last = own.into_iter().max_by_key(|one| (one.state, &one.file));
        let named = || self.last_of(self.named.as_deref().filter(|_| known.is_none())?);
        let last = last.or_else(named);
        last.map_or(Has::None, |last| Has::This(last.clone()))
    }

    fn among(&self, known: Option<&str>, others: Others, now: Timestamp) -> Has {
        if let Some(known) = known.and_then(|id| self.last_of(id)) {
            return if self.goes_on(known) {
                Has::This(known.clone())
            } else {
                Has::OneOfSeveral
            };
        }
        if let Some(named) = &self.named {
            return match (others, self.last_of(named)) {
                (Others::Rivals, _) => Has::OneOfSeveral,
                (_, Some(named)) => Has::This(named.clone()),
                (_, None) => Has::None,
            };
        }
        let until = Timestamp(self.began.0.saturating_add(FIRST_MS));
        if now <= until {
            return Has::NoneBefore(until);
        }
        let first = self.all.iter();
        let first = first.filter(|one| (self.began..=until).contains(&one.begun));
        let ids: BTreeSet<_> = first.map(|one| one.id.as_str()).collect();
        let only = ids.first().filter(|_| ids.len() == 1);
        match only.and_then(|id| self.last_of(id)) {
            Some(only) if self.goes_on(only) => Has::ByTime(only.clone()),
            _ => Has::OneOfSeveral,
        }
    }

    /// The file of that session that was written last.
    fn last_of(&self, id: &str) -> Option<&Session> {
        let all = self.all.iter().filter(|one| one.id == id);
        all.max_by_key(|one| (one.state, &one.file))
    }

    /// True when whoever has that session has not begun any of the others since.
    fn goes_on(&self, session: &Session) -> bool {
        let own = self.all.iter().filter(|one| one.id == session.id);
        let begun = own.map(|one| one.begun).max();
        let others = self.all.iter().filter(|one| one.id != session.id);
        let mut later = others.filter(|one| Some(one.begun) >= begun && one.begun >= self.began);
        later.all(|one| session.state.written > one.begun)
    }
}

/// The session files of a project.
fn files(chats: &Path) -> BTreeMap<PathBuf, State> {
    let Ok(entries) = fs::read_dir(chats) else {
        return BTreeMap::new();
    };
    let files = entries.filter_map(|entry| {
        let file = entry.ok()?.path();
        let metadata = fs::metadata(&file).ok()?;
        let is_session = file.extension().is_some_and(|end| end == "jsonl") && metadata.is_file();
        let written = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let state = State {
            written: Timestamp(millis(written)),
            length: metadata.len(),
        };
        is_session.then_some((file, state))
    });
    files.collect()
}

/// When the session began and its id, if a person has it.
fn begun(header: &serde_json::Value) -> Option<(Timestamp, String)> {
    let at = header.time("/startTime")?;
    let is_main = header.text("/kind").is_none_or(|kind| kind == "main");
    let id = header.text("/sessionId")?;
    is_main.then(|| (at, id.to_owned()))
}

/// The session that a command line names: one to go on with, or the id of a new one. `latest` and numbers name none.
pub(super) fn named(args: &[String]) -> Option<&str> {
    const FLAGS: [&str; 3] = ["--resume", "-r", "--session-id"];
    let value = args.iter().enumerate().find_map(|(index, arg)| {
        FLAGS.iter().find_map(|flag| {
            let rest = arg.strip_prefix(flag)?;
            if rest.is_empty() {
                return args.get(index + 1).map(String::as_str);
            }
            rest.strip_prefix('=')
        })
    })?;
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    (value != "latest" && !is_number && !value.starts_with('-')).then_some(value)
}
