//! What tests of readers need: an agent with a home of its own in a world of its own, and what is found of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;

use super::on_disk::AgentsOnDisk;
use crate::domain::finding::{FileMark, Finding, TokenUse, TurnPart, TurnPartKind};
use crate::domain::ids::{PaneId, Pid};
use crate::domain::kind::Kind;
use crate::domain::occupant::Occupant;
use crate::domain::sign::{Doing, Reason, Sign};
use crate::ports::agents::AgentFiles;
use crate::testkit::{ManualClock, TestSpawn};

/// When the machine of the test began, in seconds; [`STARTED`] ticks later its agents did. The fixtures are of later.
const BOOT: u64 = 1_700_000_000;

/// When every process of the test began.
pub(super) const STARTED: u64 = 1_000;

/// How long a test waits for a finding.
const DEADLINE: Duration = Duration::from_secs(60);

/// A machine with agents.
pub(super) struct World {
    pub(super) dir: TempDir,
    pub(super) tasks: TestSpawn,
    files: AgentsOnDisk,
}

impl World {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let processes = dir.path().join("proc");
        fs::create_dir_all(processes.join("self")).unwrap();
        fs::create_dir_all(dir.path().join("home")).unwrap();
        fs::write(processes.join("stat"), format!("cpu 1\nbtime {BOOT}\n")).unwrap();
        let tasks = TestSpawn::default();
        let clock = Arc::new(ManualClock::new());
        let files = AgentsOnDisk::new(Arc::new(tasks.clone()), clock, None);
        let files = files.with_processes(processes);
        Self { dir, tasks, files }
    }

    pub(super) const fn files(&self) -> &AgentsOnDisk {
        &self.files
    }

    pub(super) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    fn process(&self, pid: i32) -> PathBuf {
        self.dir.path().join("proc").join(pid.to_string())
    }

    /// An agent of that kind starts in that directory.
    pub(super) fn agent(&self, kind: &str, pid: i32, cwd: &str) -> Occupant {
        self.child(pid, 1, cwd);
        Occupant {
            kind: Kind::named(kind).unwrap(),
            pid: Pid::new(pid).unwrap(),
            started: STARTED,
            pane: PaneId(1),
            cwd: Some(PathBuf::from(cwd)),
            args: vec![kind.to_owned()],
            env: BTreeMap::from([("HOME".to_owned(), self.home().display().to_string())]),
        }
    }

    /// A process starts another one in that directory.
    pub(super) fn child(&self, pid: i32, parent: i32, cwd: &str) {
        let process = self.process(pid);
        fs::create_dir_all(process.join("fd")).unwrap();
        let fields = "0 ".repeat(17);
        fs::write(
            process.join("stat"),
            format!("{pid} (a) b) S {parent} {fields}{STARTED} 0 0\n"),
        )
        .unwrap();
        let _ = fs::remove_file(process.join("cwd"));
        std::os::unix::fs::symlink(cwd, process.join("cwd")).unwrap();
    }

    /// The process has that command line.
    pub(super) fn runs(&self, pid: i32, args: &[&str]) {
        fs::write(self.process(pid).join("cmdline"), args.join("\0")).unwrap();
    }

    /// The process opens a file.
    pub(super) fn opens(&self, pid: i32, number: u32, file: &Path) {
        let link = self.process(pid).join("fd").join(number.to_string());
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(file.canonicalize().unwrap(), link).unwrap();
    }

    /// The process is gone.
    pub(super) fn ends(&self, pid: i32) {
        fs::remove_dir_all(self.process(pid)).unwrap();
    }

    /// Writes a file below the home, with what is missing above it.
    pub(super) fn write(&self, path: &str, text: &str) -> PathBuf {
        let file = self.home().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file
    }

    /// Writes on in such a file.
    pub(super) fn append(&self, path: &str, text: &str) {
        let mut file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.home().join(path))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    pub(super) async fn follow(&self, occupant: &Occupant) -> Found {
        self.follow_from(occupant, Vec::new()).await
    }

    pub(super) async fn follow_from(&self, occupant: &Occupant, marks: Vec<FileMark>) -> Found {
        Found {
            receiver: self.files.follow(occupant, marks).await.unwrap(),
            all: Vec::new(),
        }
    }
}

/// What is found of one agent.
pub(super) struct Found {
    receiver: mpsc::Receiver<Finding>,
    /// Everything so far.
    pub(super) all: Vec<Finding>,
}

impl Found {
    /// Waits until `is_it` holds for a finding that comes from now on.
    pub(super) async fn until(&mut self, what: &str, is_it: impl Fn(&Finding) -> bool) -> Finding {
        let seen = self.all.len();
        let wait = async {
            loop {
                let finding = self.receiver.recv().await?;
                self.all.push(finding.clone());
                if is_it(&finding) {
                    return Some(finding);
                }
            }
        };
        match tokio::time::timeout(DEADLINE, wait).await {
            Ok(Some(finding)) => finding,
            Ok(None) => panic!("{what}: the stream ended after {:#?}", &self.all[seen..]),
            Err(_) => panic!("{what}: not found; {:#?}", &self.all[seen..]),
        }
    }

    /// Waits for a sign.
    pub(super) async fn sign(&mut self, doing: Doing, reason: Reason) -> Sign {
        let is_it = |finding: &Finding| matches!(finding, Finding::Sign(sign) if sign.claim.as_ref().is_some_and(|claim| (claim.doing, claim.reason) == (doing, reason)));
        match self.until(&format!("{doing:?} {reason:?}"), is_it).await {
            Finding::Sign(sign) => sign,
            _ => unreachable!(),
        }
    }

    /// Waits until so much of the file was read.
    pub(super) async fn read(&mut self, file: &Path) -> FileMark {
        let length = fs::metadata(file).unwrap().len();
        let is_it = |finding: &Finding| matches!(finding, Finding::Read(mark) if mark.path == file && mark.offset == length);
        match self.until("the end of the file", is_it).await {
            Finding::Read(mark) => mark,
            _ => unreachable!(),
        }
    }

    /// Waits for the end of the stream.
    pub(super) async fn ended(&mut self) {
        let wait = async { while self.receiver.recv().await.is_some() {} };
        tokio::time::timeout(DEADLINE, wait).await.unwrap();
    }

    /// What messages cost, the last word about each.
    pub(super) fn tokens(&self) -> Vec<TokenUse> {
        let mut last: BTreeMap<(String, String), TokenUse> = BTreeMap::new();
        for finding in &self.all {
            if let Finding::Tokens(tokens) = finding {
                let key = (tokens.conversation.clone(), tokens.message.clone());
                last.insert(key, tokens.clone());
            }
        }
        last.into_values().collect()
    }

    /// Tokens sent (cached ones with them) and received.
    pub(super) fn sums(&self) -> (u64, u64) {
        let tokens = self.tokens();
        let sent = |one: &TokenUse| one.input + one.cache_read + one.cache_write;
        (
            tokens.iter().map(sent).sum(),
            tokens.iter().map(|one| one.output).sum(),
        )
    }

    /// The parts of turns, the last word about each, by time.
    pub(super) fn parts(&self) -> Vec<TurnPart> {
        let mut parts: Vec<TurnPart> = Vec::new();
        for finding in &self.all {
            if let Finding::Turn(part) = finding {
                let same = |known: &&mut TurnPart| {
                    (&known.conversation, &known.key) == (&part.conversation, &part.key)
                };
                match parts.iter_mut().find(same) {
                    Some(known) => known.clone_from(part),
                    None => parts.push(part.clone()),
                }
            }
        }
        parts.sort_by_key(|part| part.at);
        parts
    }

    /// The parts of turns as lines.
    pub(super) fn log(&self) -> String {
        let line = |part: &TurnPart| match &part.what {
            TurnPartKind::Prompt(text) => format!("> {}", short(text)),
            TurnPartKind::Answer(text) => format!("< {}", short(text)),
            TurnPartKind::ToolCall { tool, input, .. } => format!("{tool}({})", short(input)),
            TurnPartKind::ToolResult {
                succeeded,
                took_ms,
                output,
                ..
            } => format!("= {succeeded} {took_ms:?} {}", short(output)),
            TurnPartKind::ApprovalAsked { tool } => format!("{tool}?"),
            TurnPartKind::End { how, took_ms } => format!("{how:?} {took_ms:?}"),
        };
        let lines: Vec<_> = self.parts().iter().map(line).collect();
        lines.join("\n")
    }

    /// Ids of the conversations, as they came.
    pub(super) fn conversations(&self) -> Vec<String> {
        let ids = self.all.iter().filter_map(|finding| match finding {
            Finding::Conversation(conversation) => Some(conversation.id.clone()),
            _ => None,
        });
        let mut ids: Vec<_> = ids.collect();
        ids.dedup();
        ids
    }

    /// What was complained about.
    pub(super) fn complaints(&self) -> Vec<&str> {
        let texts = self.all.iter().filter_map(|finding| match finding {
            Finding::Degraded(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

fn short(text: &str) -> String {
    text.replace('\n', "/").chars().take(40).collect()
}
