//! Agents in panes: who comes and goes, and what follows from what they write.

use super::*;
use crate::domain::finding::{Conversation, Finding};
use crate::domain::ids::PaneId;
use crate::domain::screen_rule::Rules;
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source, certainty};

/// A registered pane in which a shell waits.
async fn shell() -> (Core, PaneId, Pid) {
    let core = Core::new();
    let pane = core.mux.user_session("work").await;
    let registered = core
        .app
        .register(RegisterTarget::Pane(pane), Registration::default())
        .await
        .unwrap();
    let pane_pid = registered.runner.runner.place.unwrap().pane_pid;
    core.agents.run(pane_pid, &[(10, "bash")]);
    (core, pane, pane_pid)
}

async fn kind_of(core: &Core) -> &'static str {
    let names = core.names().await;
    core.app
        .show(names[0].clone())
        .await
        .unwrap()
        .runner
        .kind
        .name
}

/// Prints until the pane has a runner of that kind: who lives there is looked at when it prints.
async fn until_kind(core: &Core, pane: PaneId, kind: &str) {
    let found = async {
        while kind_of(core).await != kind {
            core.mux.print(pane, ".").await;
            tokio::time::advance(Duration::from_millis(300)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found)
        .await
        .unwrap();
}

async fn sources(core: &Core, name: &str) -> Vec<Source> {
    let explanation = core.app.explain(name.to_owned()).await.unwrap();
    explanation.exhibits.iter().map(|one| one.source).collect()
}

fn says(source: Source, doing: Doing, reason: Reason) -> Finding {
    Finding::Sign(Sign {
        source,
        at: Timestamp(u64::MAX - 1),
        claim: Some(Claim {
            certainty: certainty::EXACT,
            doing,
            reason,
            detail: "test".to_owned(),
        }),
    })
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_comes_is_found_and_read_and_leaves_again() {
    let (core, pane, pane_pid) = shell().await;
    assert_eq!(kind_of(&core).await, "custom");
    core.agents.run(pane_pid, &[(10, "bash"), (11, "claude")]);
    until_kind(&core, pane, "claude-code").await;
    let name = core.names().await.remove(0);
    assert!(core.agents.is_read(11), "its files are read");
    let conversation = Conversation {
        id: "4b6a".to_owned(),
        version: Some("2.1.329".to_owned()),
        file: None,
    };
    core.agents
        .writes(11, Finding::Conversation(conversation))
        .await;
    core.agents
        .writes(11, says(Source::Registry, Doing::Waiting, Reason::Approval))
        .await;
    let now = core.until(&name, Status::Waiting).await;
    assert_eq!(now.runner.status.cause(), Reason::Approval);
    let explanation = core.app.explain(name.clone()).await.unwrap();
    assert!(
        explanation
            .resident
            .starts_with("claude-code is process 11")
    );
    assert_eq!(explanation.version.as_deref(), Some("2.1.329"));
    assert_eq!(explanation.title, "");
    assert_eq!(
        explanation.exhibits.first().unwrap().source,
        Source::Registry
    );
    // Killed: the shell has the terminal again, and nothing of the agent is left.
    core.agents.run(pane_pid, &[(10, "bash")]);
    until_kind(&core, pane, "custom").await;
    let explanation = core.app.explain(name.clone()).await.unwrap();
    assert!(explanation.occupant.is_none() && explanation.version.is_none());
    let sources = sources(&core, &name).await;
    assert!(!sources.contains(&Source::Registry), "{sources:?}");
    assert!(sources.contains(&Source::Process), "{sources:?}");
    assert!(!core.agents.is_read(11), "nobody reads its files any more");
    // What the shell runs next is its own affair.
    core.agents.run(pane_pid, &[(10, "bash"), (13, "make")]);
    let runs = async {
        while self::sources(&core, &name).await.contains(&Source::Process) {
            core.mux.print(pane, ".").await;
            tokio::time::advance(Duration::from_millis(300)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), runs)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_takes_anothers_place_begins_anew() {
    let (core, pane, pane_pid) = shell().await;
    core.agents.run(pane_pid, &[(10, "bash"), (11, "claude")]);
    until_kind(&core, pane, "claude-code").await;
    let name = core.names().await.remove(0);
    core.agents
        .writes(11, says(Source::Registry, Doing::Waiting, Reason::Approval))
        .await;
    core.until(&name, Status::Waiting).await;
    core.agents.run(pane_pid, &[(10, "bash"), (12, "codex")]);
    until_kind(&core, pane, "codex").await;
    assert_ne!(core.status(&name).await, "waiting");
    assert!(core.agents.is_read(12) && !core.agents.is_read(11));
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_the_user_gives_holds_until_another_agent_is_there() {
    let core = Core::new();
    let pane = core.mux.user_session("work").await;
    let give = |kind: &str| {
        let kind = Some(kind.to_owned());
        let wishes = Registration {
            kind,
            ..Registration::default()
        };
        core.app.register(RegisterTarget::Pane(pane), wishes)
    };
    let registered = give("codex").await.unwrap();
    let pane_pid = registered.runner.runner.place.unwrap().pane_pid;
    // Behind it nothing can be seen.
    core.agents.run(pane_pid, &[(10, "ssh box")]);
    for _ in 0..20 {
        core.mux.print(pane, ".").await;
        tokio::time::advance(Duration::from_millis(300)).await;
    }
    assert_eq!(kind_of(&core).await, "codex");
    core.agents.run(pane_pid, &[(10, "bash"), (11, "claude")]);
    until_kind(&core, pane, "claude-code").await;
    core.agents.run(pane_pid, &[(10, "bash")]);
    until_kind(&core, pane, "codex").await;
    // That it is none is the last word, also of a pane that is watched already.
    core.agents.run(pane_pid, &[(10, "bash"), (12, "claude")]);
    until_kind(&core, pane, "claude-code").await;
    let again = give("custom").await.unwrap();
    assert_eq!(again.added, 0);
    for _ in 0..20 {
        core.mux.print(pane, ".").await;
        tokio::time::advance(Duration::from_millis(300)).await;
    }
    assert_eq!(kind_of(&core).await, "custom");
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_has_drawn_nothing_still_begins() {
    let settings = Settings {
        rules: Rules::shipped().unwrap(),
        ..Settings::default()
    };
    let core = Core::with(FakeMux::new(), Arc::default(), settings);
    let request = NewRunner {
        kind: Some("claude-code".to_owned()),
        ..named("one")
    };
    let now = core.new_runner(request).await.unwrap();
    let pane = pane_of(&core, &now).await;
    core.mux.print(pane, "\x1b[?2004h").await;
    for _ in 0..90 {
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(core.status("one").await, "starting");
    }
    core.mux.print(pane, "something that no rule knows").await;
    core.until("one", Status::Idle).await;
}
