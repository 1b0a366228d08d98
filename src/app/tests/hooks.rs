//! What agents call, and whose it is.

use super::*;
use crate::domain::kind::Kind;
use crate::ports::agents::HookMessage;

impl Core {
    async fn agent(&self, name: &str, kind: &str) -> PaneId {
        let new = NewRunner {
            kind: Some(kind.to_owned()),
            ..named(name)
        };
        let now = self.new_runner(new).await.unwrap();
        pane_of(self, &now).await
    }

    /// It calls, with the environment of that pane.
    async fn hook(&self, kind: &str, pane: PaneId, event: &str, conversation: &str) {
        let payload = format!(r#"{{"session_id":"{conversation}"}}"#);
        let message = HookMessage {
            kind: Kind::named(kind).unwrap(),
            event: Some(event.to_owned()),
            pane: Some(pane),
            at: Timestamp(5),
            payload: Some(payload),
        };
        self.app.hook(message).await.unwrap();
    }

    /// Each event with how often it was called, and of whom the last time.
    async fn heard(&self) -> Vec<String> {
        let runners = self.app.list(None).await.unwrap();
        let name = |id| {
            let found = runners.iter().find(|now| Some(now.runner.id) == id);
            found.map_or("nobody".to_owned(), |now| now.runner.name.to_string())
        };
        let seen = self.app.hooks_seen().await.unwrap();
        seen.into_iter()
            .map(|seen| format!("{} x{} {}", seen.event, seen.calls, name(seen.runner)))
            .collect()
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_noted_with_whose_they_are() {
    let core = Core::new();
    let pane = core.agent("one", "claude-code").await;
    core.hook("claude-code", pane, "SessionStart", "a").await;
    core.hook("claude-code", pane, "Stop", "a").await;
    core.hook("claude-code", pane, "Stop", "a").await;
    core.hook("claude-code", PaneId(99), "Notification", "b")
        .await;
    core.hook("gemini", pane, "AfterAgent", "a").await;
    assert_eq!(
        core.heard().await,
        [
            "Notification x1 nobody",
            "SessionStart x1 one",
            "Stop x2 one",
            "AfterAgent x1 nobody"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_agent_within_an_agent_is_nobody_until_the_outer_one_has_ended() {
    let core = Core::new();
    let pane = core.agent("one", "claude-code").await;
    core.hook("claude-code", pane, "SessionStart", "outer")
        .await;
    core.hook("claude-code", pane, "Stop", "inner").await;
    assert_eq!(
        core.heard().await,
        ["SessionStart x1 one", "Stop x1 nobody"]
    );
    core.hook("claude-code", pane, "SessionEnd", "outer").await;
    core.hook("claude-code", pane, "Stop", "next").await;
    assert_eq!(
        core.heard().await,
        ["SessionEnd x1 one", "SessionStart x1 one", "Stop x2 one"]
    );
}
