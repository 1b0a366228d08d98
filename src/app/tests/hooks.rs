//! What agents call, and whose it is.

use super::*;
use crate::domain::kind::Kind;
use crate::domain::runner::Origin;
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
        tokio::time::advance(Duration::from_millis(20)).await;
        let payload = format!(r#"{{"session_id":"{conversation}"}}"#);
        let message = HookMessage {
            kind: Kind::named(kind).unwrap(),
            event: Some(event.to_owned()),
            pane: Some(pane),
            // By a clock that goes ahead of ours.
            at: Timestamp(u64::MAX),
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

#[tokio::test(start_paused = true)]
async fn a_question_is_a_status_at_once_and_an_answer_ends_it() {
    let core = Core::new();
    let pane = core.agent("one", "claude-code").await;
    core.hook("claude-code", pane, "UserPromptSubmit", "a")
        .await;
    assert_eq!(core.status("one").await, "running");
    core.hook("claude-code", pane, "PermissionRequest", "a")
        .await;
    assert_eq!(core.status("one").await, "waiting");
    core.hook("claude-code", pane, "PostToolUse", "a").await;
    assert_eq!(core.status("one").await, "running");
    core.hook("claude-code", pane, "Stop", "a").await;
    assert_eq!(core.status("one").await, "idle");
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_leaves_the_list_takes_its_conversation_along() {
    let core = Core::new();
    let pane = core.agent("one", "claude-code").await;
    core.hook("claude-code", pane, "SessionEnd", "a").await;
    core.app.forget("one".to_owned()).await.unwrap();
    let kept = core.app.monitor.turn(|world| world.hooks.is_empty());
    assert!(kept.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_is_started_calls_hooks_and_its_command_stays_as_it_was_typed() {
    let core = Core::new();
    let new = NewRunner {
        name: Some("one".to_owned()),
        ..command(&["claude", "--resume"])
    };
    let now = core.new_runner(new).await.unwrap();
    let spawned = core.mux.spawned(now.runner.id).await;
    assert_eq!(spawned.first().map(String::as_str), Some("claude"));
    assert_eq!(spawned.get(1).map(String::as_str), Some("--settings"));
    assert_eq!(spawned.last().map(String::as_str), Some("--resume"));
    let Origin::Started(launch) = now.runner.origin else {
        panic!("it was started");
    };
    assert_eq!(launch.command, ["claude", "--resume"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_given_hooks_who_does_not_want_them() {
    let settings = Settings {
        launch_hooks: false,
        ..Settings::default()
    };
    let core = Core::with(FakeMux::new(), Arc::default(), settings);
    let now = core.new_runner(command(&["claude"])).await.unwrap();
    assert_eq!(core.mux.spawned(now.runner.id).await, ["claude"]);
}
