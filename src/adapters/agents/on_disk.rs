//! The port of agents' files: finds the reader for the kind of an occupant, and follows with it.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{OnceCell, Semaphore, mpsc};

use super::aider::AiderReader;
use super::claude::ClaudeReader;
use super::codex::CodexReader;
use super::following::{Following, Reader};
use super::gemini::GeminiReader;
use super::limits::{FINDINGS, READERS};
use super::opencode::OpencodeReader;
use super::processes::Processes;
use super::scene::Scene;
use super::watches::Watches;
use crate::domain::finding::{FileMark, Finding};
use crate::domain::occupant::Occupant;
use crate::ports::agents::{AgentError, AgentFiles};
use crate::ports::clock::Clock;
use crate::ports::spawn::Spawn;

/// Makes the reader of a kind; `None` when there is nothing to read.
type MakeReader = fn(&Scene<'_>) -> Option<Box<dyn Reader>>;

/// Who reads the files of which kind. Kinds that are not here leave none that are known.
const READERS_OF_KINDS: [(&str, MakeReader); 5] = [
    ("aider", |scene| boxed(AiderReader::new(scene))),
    ("claude-code", |scene| boxed(ClaudeReader::new(scene))),
    ("codex", |scene| boxed(CodexReader::new(scene))),
    ("gemini", |scene| boxed(GeminiReader::new(scene))),
    ("opencode", |scene| boxed(OpencodeReader::new(scene))),
];

fn boxed<R: Reader + 'static>(reader: Option<R>) -> Option<Box<dyn Reader>> {
    reader.map(|reader| Box::new(reader) as Box<dyn Reader>)
}

/// The files of agents on this machine.
pub struct AgentsOnDisk {
    spawn: Arc<dyn Spawn>,
    clock: Arc<dyn Clock>,
    home: Option<PathBuf>,
    processes: Processes,
    turns: Arc<Semaphore>,
    /// Started for the first occupant; `None` inside when the system refused.
    watches: OnceCell<Option<Arc<Watches>>>,
}

impl AgentsOnDisk {
    /// Runs its tasks in `spawn`. `home` is the home of whoever runs this daemon, for systems that do not tell the environment of a
    /// process.
    pub fn new(spawn: Arc<dyn Spawn>, clock: Arc<dyn Clock>, home: Option<PathBuf>) -> Self {
        Self {
            spawn,
            clock,
            home,
            processes: Processes::new(PathBuf::from("/proc")),
            turns: Arc::new(Semaphore::new(READERS)),
            watches: OnceCell::new(),
        }
    }

    /// The processes are what a test says.
    #[cfg(test)]
    pub(super) fn with_processes(mut self, root: PathBuf) -> Self {
        self.processes = Processes::new(root);
        self
    }

    async fn watches(&self) -> Option<Arc<Watches>> {
        let start = async || match Watches::start() {
            Ok(watches) => Some(Arc::new(watches)),
            Err(error) => {
                tracing::warn!(%error, "files of agents cannot be watched");
                None
            }
        };
        self.watches.get_or_init(start).await.clone()
    }
}

#[async_trait]
impl AgentFiles for AgentsOnDisk {
    async fn follow(
        &self,
        occupant: &Occupant,
        marks: Vec<FileMark>,
    ) -> Result<mpsc::Receiver<Finding>, AgentError> {
        let (findings, receiver) = mpsc::channel(FINDINGS);
        let scene = Scene {
            occupant,
            marks: &marks,
            home: self.home.as_ref(),
            processes: &self.processes,
            clock: &self.clock,
        };
        let make = READERS_OF_KINDS
            .iter()
            .find(|(kind, _)| *kind == occupant.kind.name);
        if let Some(reader) = make.and_then(|(_, make)| make(&scene)) {
            let following = Following::new(reader, self.watches().await);
            let task = following.run(Arc::clone(&self.turns), findings);
            self.spawn.spawn("agent-files", Box::pin(task));
        }
        Ok(receiver)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::World;
    use crate::domain::finding::Finding;
    use crate::testkit::agent_files_contract::{self, Agent};

    /// Claude Code, as far as the contract needs one.
    struct Claude(World);

    const CWD: &str = "/home/u/demo";
    const TRANSCRIPT: &str = ".claude/projects/-home-u-demo/c.jsonl";

    #[async_trait::async_trait]
    impl Agent for Claude {
        fn occupant(&self, kind: &str) -> crate::domain::occupant::Occupant {
            self.0.agent(kind, 41, CWD)
        }

        async fn begins(&self, conversation: &str) {
            self.0.write(TRANSCRIPT, "");
            self.0.write(
                ".claude/sessions/41.json",
                &format!(
                    r#"{{"sessionId":"{conversation}","cwd":"{CWD}","procStart":"{}","status":"busy"}}"#,
                    super::super::testing::STARTED
                ),
            );
        }

        async fn is_asked(&self, text: &str) {
            let record = format!(
                r#"{{"type":"user","uuid":"{text}","timestamp":"2026-11-20T19:00:00Z","message":{{"content":"{text}"}}}}"#
            );
            self.0.append(TRANSCRIPT, &(record + "\n"));
        }
    }

    #[tokio::test]
    async fn everything_ends_when_nobody_listens_even_while_much_waits_to_be_told() {
        let claude = Claude(World::new());
        let occupant = claude.occupant("claude-code");
        let quiet = claude.0.follow(&occupant).await;
        claude.begins("c").await;
        for turn in 0..1000 {
            claude.is_asked(&format!("prompt {turn}")).await;
        }
        let mut busy = claude.0.follow(&occupant).await;
        let is_told = |finding: &Finding| matches!(finding, Finding::Turn(_));
        busy.until("the first prompt", is_told).await;
        drop((quiet, busy));
        let left = claude.0.tasks.join(Duration::from_secs(20)).await;
        assert_eq!(left, Vec::<&str>::new());
    }

    #[tokio::test]
    async fn the_files_on_disk_keep_the_contract() {
        let claude = Claude(World::new());
        agent_files_contract::check(claude.0.files(), &claude).await;
    }
}
