//! What everything that reads files of agents keeps, whether real or fake.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc::Receiver;

use crate::domain::finding::{FileMark, Finding, TurnPartKind};
use crate::domain::occupant::Occupant;
use crate::ports::agents::AgentFiles;

/// How long a finding may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// An agent that writes files.
#[async_trait]
pub(crate) trait Agent: Send + Sync {
    /// As it lives in a pane; of that kind.
    fn occupant(&self, kind: &str) -> Occupant;

    /// It begins that conversation.
    async fn begins(&self, conversation: &str);

    /// The person asks it something.
    async fn is_asked(&self, text: &str);
}

/// Checks files of an agent of the kind `claude-code` that has begun no conversation yet.
pub(crate) async fn check(files: &dyn AgentFiles, agent: &dyn Agent) {
    let cursor = files.follow(&agent.occupant("cursor"), Vec::new()).await;
    let nothing = next(&mut cursor.unwrap()).await;
    assert_eq!(nothing, None, "a kind without files ends at once");

    let occupant = agent.occupant("claude-code");
    let mut found = files.follow(&occupant, Vec::new()).await.unwrap();
    agent.begins("c").await;
    agent.is_asked("first").await;
    let (before, mark) = until_prompt(&mut found, "first").await;
    let first = before
        .iter()
        .find(|finding| !matches!(finding, Finding::Sign(_) | Finding::Degraded(_)));
    assert!(
        matches!(first, Some(Finding::Conversation(one)) if one.id == "c"),
        "the conversation comes before what belongs to it: {before:?}"
    );
    drop(found);

    let mut later = files.follow(&occupant, vec![mark]).await.unwrap();
    agent.is_asked("second").await;
    let (before, _) = until_prompt(&mut later, "second").await;
    let again = before.iter().filter_map(prompt).any(|text| text == "first");
    assert!(!again, "what was read before is not told again: {before:?}");
}

/// What is found until that prompt and the mark behind it.
async fn until_prompt(found: &mut Receiver<Finding>, text: &str) -> (Vec<Finding>, FileMark) {
    let mut before = Vec::new();
    let mut is_there = false;
    loop {
        let finding = next(found).await.expect("the stream goes on");
        is_there = is_there || prompt(&finding) == Some(text);
        match finding {
            Finding::Read(mark) if is_there => return (before, mark),
            finding => before.push(finding),
        }
    }
}

fn prompt(finding: &Finding) -> Option<&str> {
    match finding {
        Finding::Turn(part) => match &part.what {
            TurnPartKind::Prompt(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

async fn next(found: &mut Receiver<Finding>) -> Option<Finding> {
    tokio::time::timeout(DEADLINE, found.recv())
        .await
        .expect("a finding, or the end")
}
