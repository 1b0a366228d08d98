//! What is found of agents on its way: signs and conversations go to the monitor, everything else is written down.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::App;
use super::limits::FINDINGS;
use super::world::{RunTag, World};
use crate::domain::evidence::Fact;
use crate::domain::finding::Finding;
use crate::domain::kind::Kind;
use crate::domain::occupant::Occupant;

/// Most sentences of what is weaker than it should be that are kept of an agent; the newest.
const DEGRADED: usize = 5;

impl App {
    /// Reads what this agent writes, until it leaves.
    pub(super) async fn follow_files(&self, tag: RunTag, occupant: Occupant) {
        let marks = self.marks_of(tag.runner).await;
        let stream = match self.ports.agent_files.follow(&occupant, marks).await {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(runner = %tag.runner, %error);
                let degraded = vec![Finding::Degraded(format!("{error}."))];
                self.take(tag, occupant.kind, degraded).await;
                return;
            }
        };
        let stopped = CancellationToken::new();
        let guard = stopped.clone().drop_guard();
        let started = self
            .monitor
            .turn(move |world| match world.runners.get_mut(&tag.runner) {
                Some(entry) => entry.awareness.files = Some(guard),
                None => drop(guard),
            })
            .await;
        if started.is_ok() {
            let app = self.clone();
            self.ports.spawn.spawn(
                "findings",
                Box::pin(app.pump_findings(tag, occupant.kind, stream, stopped)),
            );
        }
    }

    async fn pump_findings(
        self,
        tag: RunTag,
        kind: &'static Kind,
        mut stream: mpsc::Receiver<Finding>,
        stopped: CancellationToken,
    ) {
        loop {
            let mut findings = Vec::new();
            let count = tokio::select! {
                biased;
                () = stopped.cancelled() => return,
                count = stream.recv_many(&mut findings, FINDINGS) => count,
            };
            if count == 0 {
                return;
            }
            self.take(tag, kind, findings).await;
        }
    }

    /// Takes in what was found of the agent of a run.
    pub(super) async fn take(&self, tag: RunTag, kind: &'static Kind, findings: Vec<Finding>) {
        let (told, lasting) = (findings.clone(), self.lasting(kind, &findings));
        let turn = self
            .monitor
            .turn(move |world| {
                world.take_told(tag, &told);
                if let Some(lasting) = lasting {
                    world.keep_conversation(tag, lasting);
                }
            })
            .await;
        if turn.is_err() {
            return;
        }
        if let Err(error) = self.take_findings(tag.runner, kind, findings).await {
            tracing::warn!(runner = %tag.runner, %error, "what its agent did is not written down");
        }
    }
}

impl World {
    fn take_told(&mut self, tag: RunTag, findings: &[Finding]) {
        let Some(entry) = self.runners.get_mut(&tag.runner) else {
            return;
        };
        if entry.runner.run != tag.run {
            return;
        }
        let mut signs = Vec::new();
        for finding in findings {
            match finding {
                Finding::Sign(sign) => signs.push(sign.clone()),
                Finding::Conversation(conversation) => {
                    entry.awareness.conversation = Some(conversation.clone());
                    entry.has_another_cause = true;
                }
                Finding::Degraded(sentence) => {
                    let degraded = &mut entry.awareness.degraded;
                    degraded.retain(|known| known != sentence);
                    degraded.push(sentence.clone());
                    let surplus = degraded.len().saturating_sub(DEGRADED);
                    degraded.drain(..surplus);
                }
                Finding::Tokens(_)
                | Finding::Context(_)
                | Finding::Limit(_)
                | Finding::Turn(_)
                | Finding::Read(_) => {}
            }
        }
        for sign in signs {
            self.apply(tag.runner, Fact::Sign(sign));
        }
    }
}
