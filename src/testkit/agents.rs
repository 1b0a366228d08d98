//! Agents in panes, and what they write into their files, as a test says.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::finding::{FileMark, Finding};
use crate::domain::identity::PaneProcess;
use crate::domain::ids::Pid;
use crate::domain::occupant::Occupant;
use crate::ports::agents::{AgentError, AgentFiles};
use crate::ports::occupants::Occupants;

/// Findings of one agent that wait for whoever follows it.
const WAITING: usize = 64;

/// A fake.
#[derive(Debug, Default)]
pub(crate) struct FakeAgents {
    panes: RwLock<BTreeMap<Pid, Vec<PaneProcess>>>,
    files: RwLock<BTreeMap<Pid, Written>>,
}

/// What one process has written, and who follows it.
#[derive(Debug, Default)]
struct Written {
    findings: Vec<Finding>,
    followers: Vec<mpsc::Sender<Finding>>,
}

impl FakeAgents {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// In the pane of that process these command lines run from now on, each with its pid; the last has the terminal.
    pub(crate) fn run(&self, pane_pid: Pid, lines: &[(i32, &str)]) {
        let process = |(pid, line): &(i32, &str)| PaneProcess {
            pid: Pid::new(*pid).unwrap(),
            parent: Some(pane_pid),
            group: lines.last().unwrap().0,
            started: 1,
            age: None,
            name: String::new(),
            args: line.split(' ').map(str::to_owned).collect(),
            file: None,
            cwd: None,
            env: BTreeMap::new(),
        };
        let processes = lines.iter().map(process).collect();
        self.panes.write().unwrap().insert(pane_pid, processes);
    }

    /// The agent with that pid writes this. Whoever follows it finds it before anything that is written later.
    pub(crate) async fn writes(&self, pid: i32, finding: Finding) {
        let followers = {
            let mut files = self.files.write().unwrap();
            let written = files.entry(Pid::new(pid).unwrap()).or_default();
            written.findings.push(finding.clone());
            written.followers.clone()
        };
        for follower in followers {
            let _nobody_follows = follower.send(finding.clone()).await;
        }
    }

    /// True when somebody reads what it writes.
    pub(crate) fn is_read(&self, pid: i32) -> bool {
        let files = self.files.read().unwrap();
        let written = files.get(&Pid::new(pid).unwrap());
        written.is_some_and(|written| written.followers.iter().any(|one| !one.is_closed()))
    }
}

impl Occupants for FakeAgents {
    fn foreground(&self, pane_pid: Pid) -> Option<i32> {
        let panes = self.panes.read().unwrap();
        let of = |processes: &Vec<PaneProcess>| processes.last().map(|last| last.group);
        let agent = |processes: &&Vec<PaneProcess>| processes.iter().any(|one| one.pid == pane_pid);
        panes
            .get(&pane_pid)
            .or_else(|| panes.values().find(agent))
            .and_then(of)
    }

    fn processes(&self, pane_pid: Pid) -> io::Result<Vec<PaneProcess>> {
        Ok(self
            .panes
            .read()
            .unwrap()
            .get(&pane_pid)
            .cloned()
            .unwrap_or_default())
    }
}

#[async_trait]
impl AgentFiles for FakeAgents {
    async fn follow(
        &self,
        occupant: &Occupant,
        marks: Vec<FileMark>,
    ) -> Result<mpsc::Receiver<Finding>, AgentError> {
        let (follower, receiver) = mpsc::channel(WAITING);
        if ["cursor", "custom"].contains(&occupant.kind.name) {
            return Ok(receiver);
        }
        let mut files = self.files.write().unwrap();
        let written = files.entry(occupant.pid).or_default();
        let is_mark =
            |finding: &Finding| matches!(finding, Finding::Read(mark) if marks.contains(mark));
        let from = written.findings.iter().rposition(is_mark);
        for (index, finding) in written.findings.iter().enumerate() {
            let is_state = matches!(finding, Finding::Conversation(_) | Finding::Sign(_));
            if is_state || from.is_none_or(|from| index > from) {
                let _it_has_room = follower.try_send(finding.clone());
            }
        }
        written.followers.push(follower);
        Ok(receiver)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::domain::finding::{Conversation, TurnPart, TurnPartKind};
    use crate::domain::ids::PaneId;
    use crate::domain::kind::Kind;
    use crate::domain::time::Timestamp;
    use crate::testkit::agent_files_contract::{self, Agent};

    #[derive(Default)]
    struct Pretended {
        agents: FakeAgents,
        asked: AtomicU64,
    }

    const PID: i32 = 41;

    #[async_trait]
    impl Agent for Pretended {
        fn occupant(&self, kind: &str) -> Occupant {
            Occupant {
                kind: Kind::named(kind).unwrap(),
                pid: Pid::new(PID).unwrap(),
                started: 1,
                pane: PaneId(1),
                cwd: None,
                args: Vec::new(),
                env: BTreeMap::new(),
            }
        }

        async fn begins(&self, conversation: &str) {
            let conversation = Finding::Conversation(Conversation {
                id: conversation.to_owned(),
                version: None,
                file: None,
            });
            self.agents.writes(PID, conversation).await;
        }

        async fn is_asked(&self, text: &str) {
            let offset = 1 + self.asked.fetch_add(1, Ordering::Relaxed);
            let part = Finding::Turn(TurnPart {
                conversation: "c".to_owned(),
                key: text.to_owned(),
                at: Timestamp(offset),
                what: TurnPartKind::Prompt(text.to_owned()),
            });
            let mark = Finding::Read(FileMark {
                path: PathBuf::from("/c"),
                inode: 1,
                offset,
            });
            self.agents.writes(PID, part).await;
            self.agents.writes(PID, mark).await;
        }
    }

    #[tokio::test]
    async fn the_fake_files_keep_the_contract() {
        let pretended = Pretended::default();
        agent_files_contract::check(&pretended.agents, &pretended).await;
    }
}
