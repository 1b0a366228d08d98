//! Agents whose files say what the test says.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tokio::sync::{RwLock, mpsc};

use crate::domain::finding::{FileMark, Finding};
use crate::domain::ids::Pid;
use crate::domain::occupant::Occupant;
use crate::ports::agents::{AgentError, AgentFiles};

/// Findings of one occupant that wait for whoever follows it.
const WAITING: usize = 64;

/// The files.
#[derive(Debug, Default)]
pub(crate) struct FakeAgentFiles {
    agents: RwLock<BTreeMap<Pid, Written>>,
}

/// What one process has written, and who follows it.
#[derive(Debug, Default)]
struct Written {
    findings: Vec<Finding>,
    followers: Vec<mpsc::Sender<Finding>>,
}

impl FakeAgentFiles {
    /// The process writes this. Whoever follows it finds it before anything that is written later.
    pub(crate) async fn writes(&self, pid: Pid, finding: Finding) {
        let mut agents = self.agents.write().await;
        let written = agents.entry(pid).or_default();
        written.findings.push(finding.clone());
        for follower in &written.followers {
            let _nobody_follows = follower.send(finding.clone()).await;
        }
    }
}

#[async_trait]
impl AgentFiles for FakeAgentFiles {
    async fn follow(
        &self,
        occupant: &Occupant,
        marks: Vec<FileMark>,
    ) -> Result<mpsc::Receiver<Finding>, AgentError> {
        let (follower, receiver) = mpsc::channel(WAITING);
        if ["cursor", "custom"].contains(&occupant.kind.name) {
            return Ok(receiver);
        }
        let mut agents = self.agents.write().await;
        let written = agents.entry(occupant.pid).or_default();
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
    use std::collections::BTreeMap;
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
        files: FakeAgentFiles,
        asked: AtomicU64,
    }

    fn pid() -> Pid {
        Pid::new(41).unwrap()
    }

    #[async_trait]
    impl Agent for Pretended {
        fn occupant(&self, kind: &str) -> Occupant {
            Occupant {
                kind: Kind::named(kind).unwrap(),
                pid: pid(),
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
            self.files.writes(pid(), conversation).await;
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
            self.files.writes(pid(), part).await;
            self.files.writes(pid(), mark).await;
        }
    }

    #[tokio::test]
    async fn the_fake_files_keep_the_contract() {
        let pretended = Pretended::default();
        agent_files_contract::check(&pretended.files, &pretended).await;
    }
}
