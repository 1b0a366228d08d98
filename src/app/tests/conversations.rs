//! Which conversation a runner goes on with: the one that its agent had last, through every end, and nobody else at the same time.

use super::*;
use crate::domain::finding::{Conversation, Finding, TurnPart, TurnPartKind};
use crate::domain::runner::Origin;
use crate::ports::store::RunnerStore;

const FIRST: &str = "4b6a0b5e-1111-4222-8333-444455556666";
const NEXT: &str = "5c7b1c6f-1111-4222-8333-444455556666";

fn talks(id: &str) -> Finding {
    written(id, Some("/home/talk.jsonl"))
}

fn written(id: &str, file: Option<&str>) -> Finding {
    Finding::Conversation(Conversation {
        id: id.to_owned(),
        version: None,
        file: file.map(Into::into),
    })
}

fn said(id: &str, at: Timestamp) -> Finding {
    Finding::Turn(TurnPart {
        conversation: id.to_owned(),
        key: "1".to_owned(),
        at,
        what: TurnPartKind::Prompt("Say it.".to_owned()),
    })
}

impl Core {
    async fn with_runner(&self, name: &str, line: &str) -> RunnerId {
        let words: Vec<&str> = line.split(' ').collect();
        let new = NewRunner {
            name: Some(name.to_owned()),
            ..command(&words)
        };
        let creating = self.app.create(new, Path::new("/home"));
        let now = self.while_it_begins(name, creating).await.unwrap();
        now.runner.id
    }

    /// A runner with that command, and its agent with that pid in its pane.
    async fn with_agent(&self, name: &str, line: &str, pid: i32) -> RunnerId {
        let id = self.with_runner(name, line).await;
        self.comes(name, line, pid).await;
        id
    }

    /// The agent is found in the pane of its runner.
    async fn comes(&self, name: &str, line: &str, pid: i32) {
        let now = self.app.show(name.to_owned()).await.unwrap();
        let place = now.runner.place.unwrap();
        let (pane, pane_pid) = (place.pane, place.pane_pid);
        self.agents.run(pane_pid, &[(pid, line)]);
        let found = async {
            while !self.agents.is_read(pid) {
                self.mux.print(pane, ".").await;
                tokio::time::advance(Duration::from_millis(300)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found)
            .await
            .unwrap();
    }

    /// The run parent of that runner does its part of a start.
    async fn while_it_begins<F>(&self, name: &str, starting: F) -> F::Output
    where
        F: Future<Output = Result<RunnerNow, AppError>>,
    {
        tokio::pin!(starting);
        tokio::select! {
            started = &mut starting => started,
            () = self.begins(name) => starting.await,
        }
    }

    async fn begins(&self, name: &str) {
        let (id, run) = loop {
            tokio::time::advance(Duration::from_millis(1)).await;
            let Ok(now) = self.app.show(name.to_owned()).await else {
                continue;
            };
            let (id, run) = (now.runner.id, now.runner.run);
            let is_starting = now.runner.status.status() == Status::Starting;
            if is_starting && self.mux.pane_of(id).await.is_some() {
                break (id, run);
            }
        };
        self.app.run_begin(id, run).await.unwrap();
        if name == "broken" {
            let reason = "exec format".to_owned();
            self.app.run_failed(id, run, reason).await.unwrap();
        } else {
            let pid = Pid::new(4242).unwrap();
            self.app.run_started(id, run, pid).await.unwrap();
        }
    }

    /// The agent tells that conversation, and it is known.
    async fn tells(&self, name: &str, pid: i32, id: &str) {
        self.agents.writes(pid, talks(id)).await;
        self.agents.writes(pid, said(id, Timestamp(u64::MAX))).await;
        self.until_kept(name, id).await;
    }

    /// Everything that its agent has told is taken in.
    async fn until_degraded(&self, name: &str, pid: i32) {
        let last = Finding::Degraded("So far.".to_owned());
        self.agents.writes(pid, last).await;
        let taken = async {
            while self.explained(name).await.degraded.is_empty() {
                tokio::time::advance(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), taken)
            .await
            .unwrap();
    }

    async fn explained(&self, name: &str) -> Explanation {
        self.app.explain(name.to_owned()).await.unwrap()
    }

    async fn until_kept(&self, name: &str, id: &str) {
        let kept = async {
            while self.kept(name).await.as_deref() != Some(id) {
                tokio::time::advance(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), kept)
            .await
            .unwrap();
    }

    async fn kept(&self, name: &str) -> Option<String> {
        let now = self.app.show(name.to_owned()).await.unwrap();
        now.runner.conversation.map(|kept| kept.id.to_string())
    }

    async fn end(&self, name: &str) {
        let mode = StopMode::Forced;
        self.app
            .stop(name.to_owned(), mode, "Stopped.")
            .await
            .unwrap();
    }

    async fn start(&self, name: &str, mode: StartMode) -> Result<RunnerNow, AppError> {
        let starting = self.app.start(name.to_owned(), mode);
        self.while_it_begins(name, starting).await
    }

    /// Starts it, and gives its command line as it was run, without our own arguments.
    async fn started_as(&self, name: &str, mode: StartMode) -> String {
        let now = self.start(name, mode).await.unwrap();
        self.mux.spawned(now.runner.id).await.join(" ")
    }
}

fn without_hooks() -> Settings {
    Settings {
        launch_hooks: false,
        ..Settings::default()
    }
}

fn new_core() -> Core {
    Core::with(FakeMux::new(), Arc::default(), without_hooks())
}

#[tokio::test(start_paused = true)]
async fn a_runner_goes_on_with_the_conversation_that_it_had_last() {
    let core = new_core();
    let id = core.with_agent("one", "claude --model opus", 11).await;
    assert_eq!(core.kept("one").await, None);
    core.tells("one", 11, FIRST).await;
    // Another one in the same agent, of which nothing is written down at first.
    core.agents.writes(11, written(NEXT, None)).await;
    core.agents
        .writes(11, written(NEXT, Some("/missing/talk")))
        .await;
    core.agents
        .writes(11, written("--yolo", Some("/home/talk")))
        .await;
    core.until_degraded("one", 11).await;
    assert_eq!(core.kept("one").await.as_deref(), Some(FIRST));
    core.tells("one", 11, NEXT).await;
    core.end("one").await;
    assert_eq!(core.kept("one").await.as_deref(), Some(NEXT));
    let now = core.start("one", StartMode::Resume).await.unwrap();
    assert_eq!(now.resumed.unwrap().as_str(), NEXT);
    assert_eq!(
        core.mux.spawned(id).await,
        ["claude", "--resume", NEXT, "--model", "opus"]
    );
    let Origin::Started(launch) = now.runner.origin else {
        panic!("it was started");
    };
    assert_eq!(launch.command, ["claude", "--model", "opus"]);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_in_which_nothing_was_said_is_not_kept_of_those_who_refuse_it() {
    let core = new_core();
    core.with_agent("one", "codex", 11).await;
    let began = core
        .app
        .show("one".to_owned())
        .await
        .unwrap()
        .runner
        .started_at;
    core.agents.writes(11, talks(FIRST)).await;
    // Said long before, to another codex.
    core.agents
        .writes(11, said(FIRST, Timestamp(began.0 - 1)))
        .await;
    core.agents.writes(11, talks(NEXT)).await;
    core.agents.writes(11, said(FIRST, began)).await;
    core.until_degraded("one", 11).await;
    assert_eq!(core.kept("one").await, None);
    core.agents.writes(11, said(NEXT, began)).await;
    core.until_kept("one", NEXT).await;
}

#[tokio::test(start_paused = true)]
async fn a_fresh_start_runs_what_was_typed_and_loses_nothing() {
    let core = new_core();
    core.with_agent("one", "claude", 11).await;
    core.tells("one", 11, FIRST).await;
    core.end("one").await;
    assert_eq!(core.started_as("one", StartMode::Fresh).await, "claude");
    let now = core.app.show("one".to_owned()).await.unwrap();
    assert_eq!(now.resumed, None);
    // It ended before it had a conversation of its own.
    core.end("one").await;
    let again = core.started_as("one", StartMode::Resume).await;
    assert_eq!(again, format!("claude --resume {FIRST}"));
}

#[tokio::test(start_paused = true)]
async fn hooks_and_the_conversation_are_given_together() {
    let core = Core::new();
    core.with_agent("one", "claude -d", 11).await;
    core.tells("one", 11, FIRST).await;
    core.end("one").await;
    let line = core.started_as("one", StartMode::Resume).await;
    assert!(line.starts_with("claude --settings "), "{line}");
    assert!(line.ends_with(&format!(" --resume {FIRST} -d")), "{line}");
}

#[tokio::test(start_paused = true)]
async fn another_program_is_not_given_the_conversation() {
    let core = new_core();
    // An agent behind a shell: nobody knows where in that its words go.
    core.with_runner("shell", "bash").await;
    core.comes("shell", "claude", 12).await;
    core.tells("shell", 12, FIRST).await;
    core.end("shell").await;
    assert_eq!(core.started_as("shell", StartMode::Resume).await, "bash");
    // Another agent in the place of the one that was started.
    core.with_agent("mixed", "codex", 13).await;
    core.comes("mixed", "claude", 14).await;
    core.tells("mixed", 14, NEXT).await;
    core.end("mixed").await;
    assert_eq!(core.started_as("mixed", StartMode::Resume).await, "codex");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_outlives_daemons_and_the_tmux_server() {
    let lasting = Lasting::new();
    let old = lasting.daemon().await;
    old.with_agent("one", "codex", 11).await;
    old.tells("one", 11, FIRST).await;
    // As a daemon that is killed leaves it: by now it is on disk.
    old.app.saved().await.unwrap();
    lasting.crash(old).await;
    let next = lasting.daemon().await;
    assert_eq!(next.kept("one").await.as_deref(), Some(FIRST));
    next.mux.lose_server(next.app.ports.clock.now()).await;
    next.until("one", Status::Errored).await;
    lasting.crash(next).await;
    let last = lasting.daemon().await;
    let plan = last.app.restore(true).await.unwrap();
    let resumes = plan[0].resumes.as_ref().map(|id| id.as_str());
    assert_eq!(resumes, Some(FIRST));
    let app = last.app.clone();
    let (done, ()) = tokio::join!(app.restore(false), last.begins("one"));
    let done = done.unwrap();
    assert_eq!(done[0].action, RestoreAction::Started);
    let id = done[0].runner.id;
    assert_eq!(last.mux.spawned(id).await, ["codex", "resume", FIRST]);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_means_nothing_here_is_passed_over() {
    let lasting = Lasting::new();
    let old = lasting.daemon().await;
    for (name, pid) in [("one", 11), ("two", 12)] {
        old.with_agent(name, "codex", pid).await;
        old.tells(name, pid, FIRST).await;
        old.end(name).await;
    }
    old.app.saved().await.unwrap();
    lasting.crash(old).await;
    let mut stored = lasting.store.load().await.unwrap();
    for (runner, [kind, id]) in stored
        .runners
        .iter_mut()
        .zip([["later-agent", FIRST], ["codex", "--yolo"]])
    {
        let kept = runner.conversation.as_mut().unwrap();
        (kept.kind, kept.id) = (kind.to_owned(), id.to_owned());
    }
    lasting.store.save(stored).await.unwrap();
    let core = lasting.daemon().await;
    for name in ["one", "two"] {
        assert_eq!(core.started_as(name, StartMode::Resume).await, "codex");
    }
}

fn is_in_use(refused: &AppError, by: &str) -> bool {
    matches!(refused, AppError::ConversationInUse { holder_name, conversation, .. }
        if holder_name == by && conversation.as_str() == FIRST)
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_another_runner_has_is_refused_until_it_lets_go() {
    let core = new_core();
    for (name, pid) in [("one", 11), ("two", 12)] {
        core.with_agent(name, "claude", pid).await;
        core.tells(name, pid, FIRST).await;
    }
    core.end("two").await;
    let before = core.app.show("two".to_owned()).await.unwrap().runner;
    let refused = core.start("two", StartMode::Resume).await.unwrap_err();
    assert!(is_in_use(&refused, "one"), "{refused:?}");
    let after = core.app.show("two".to_owned()).await.unwrap().runner;
    assert_eq!((after.run, after.status), (before.run, before.status));
    assert_eq!(core.started_as("two", StartMode::Fresh).await, "claude");
    core.end("two").await;
    // The other one begins another conversation, of which nothing is written down yet.
    core.agents.writes(11, written(NEXT, None)).await;
    let resumed = async {
        while core.start("two", StartMode::Resume).await.is_err() {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), resumed)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_two_who_start_one_conversation_at_once_one_wins() {
    let core = new_core();
    for (name, pid) in [("one", 11), ("two", 12)] {
        core.with_agent(name, "claude", pid).await;
        core.tells(name, pid, FIRST).await;
        core.end(name).await;
    }
    let both = async {
        tokio::join!(
            core.app.start("one".to_owned(), StartMode::Resume),
            core.app.start("two".to_owned(), StartMode::Resume),
        )
    };
    tokio::pin!(both);
    let (one, two) = tokio::select! {
        both = &mut both => both,
        () = core.begins("one") => both.await,
        () = core.begins("two") => both.await,
    };
    let (won, lost) = match (one, two) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        other => panic!("{other:?}"),
    };
    assert!(is_in_use(&lost, won.runner.name.as_str()), "{lost:?}");
    // It has not told its conversation yet; that it was given it is enough.
    let ended = if won.runner.name.as_str() == "one" {
        "two"
    } else {
        "one"
    };
    let refused = core.start(ended, StartMode::Resume).await.unwrap_err();
    assert!(is_in_use(&refused, won.runner.name.as_str()), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_in_a_pane_of_the_persons_is_refused_too() {
    let core = new_core();
    core.with_agent("one", "claude", 11).await;
    core.tells("one", 11, FIRST).await;
    core.end("one").await;
    let pane = core.mux.user_session("work").await;
    let target = RegisterTarget::Pane(pane);
    let registered = core
        .app
        .register(target, Registration::default())
        .await
        .unwrap();
    let name = registered.runner.runner.name.to_string();
    core.comes(&name, "claude --continue", 12).await;
    core.tells(&name, 12, FIRST).await;
    let refused = core.start("one", StartMode::Resume).await.unwrap_err();
    assert!(is_in_use(&refused, &name), "{refused:?}");
    let plan = core.app.restore(true).await.unwrap();
    assert!(plan.is_empty(), "{plan:?}");
    // The agent leaves, its shell stays.
    core.comes(&name, "codex", 13).await;
    let line = core.started_as("one", StartMode::Resume).await;
    assert_eq!(line, format!("claude --resume {FIRST}"));
}

#[tokio::test(start_paused = true)]
async fn the_next_daemon_still_knows_who_has_a_conversation() {
    let lasting = Lasting::new();
    let old = lasting.daemon().await;
    for (name, pid) in [("one", 11), ("two", 12)] {
        old.with_agent(name, "claude", pid).await;
        old.tells(name, pid, FIRST).await;
    }
    old.end("two").await;
    old.app.saved().await.unwrap();
    lasting.crash(old).await;
    let core = lasting.daemon().await;
    let refused = core.start("two", StartMode::Resume).await.unwrap_err();
    assert!(is_in_use(&refused, "one"), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_start_that_comes_to_nothing_gives_the_conversation_back() {
    let core = new_core();
    for name in ["one", "broken"] {
        let pid = if name == "one" { 11 } else { 12 };
        core.with_agent("first", "claude", pid).await;
        core.tells("first", pid, FIRST).await;
        core.end("first").await;
        core.app
            .rename("first".to_owned(), name.to_owned())
            .await
            .unwrap();
    }
    // Its run parent reports that it cannot be run.
    core.start("broken", StartMode::Resume).await.unwrap_err();
    assert_eq!(core.kept("broken").await.as_deref(), Some(FIRST));
    let line = core.started_as("one", StartMode::Resume).await;
    assert_eq!(line, format!("claude --resume {FIRST}"));
}
