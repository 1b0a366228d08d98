//! The use cases over fakes: what a person asked for, what happened in the panes, what they were told.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::exit::Outcome;
use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId};
use crate::domain::settings::Settings;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::ports::process::ProcessEvent;
use crate::testkit::{FakeFiles, FakeMux, ManualClock, MemoryStore, TestSpawn};

/// A daemon's core over fakes.
struct Core {
    app: App,
    mux: Arc<FakeMux>,
    files: Arc<FakeFiles>,
    _end: tokio_util::sync::DropGuard,
}

impl Core {
    fn new() -> Self {
        Self::with(FakeMux::new(), Arc::default(), Settings::default())
    }

    fn with(mux: Arc<FakeMux>, store: Arc<MemoryStore>, settings: Settings) -> Self {
        let (tasks, files) = (TestSpawn::default(), Arc::<FakeFiles>::default());
        let ports = Ports {
            mux: mux.clone(),
            marks: mux.clone(),
            process: mux.clone(),
            freezer: mux.clone(),
            reports: mux.clone(),
            store,
            files: files.clone(),
            clock: Arc::new(ManualClock::new()),
            spawn: Arc::new(tasks.clone()),
        };
        let (app, mut monitor) = App::new(ports, watch::channel(Arc::new(settings)).1);
        let end = CancellationToken::new();
        let overdue = monitor.overdue().unwrap();
        tasks.spawn("monitor", Box::pin(monitor.run(end.clone())));
        tasks.spawn("save", Box::pin(app.clone().run_save(end.clone())));
        tasks.spawn("overdue", Box::pin(app.clone().run_overdue(overdue)));
        if let Some(events) = mux.events() {
            let gone = watch::channel(false).0;
            tasks.spawn(
                "follow",
                Box::pin(app.clone().run_follow(events, gone, end.clone())),
            );
        }
        Self {
            app,
            mux,
            files,
            _end: end.drop_guard(),
        }
    }

    /// `geppetto new -- COMMAND`, with a run parent in the pane that does its part.
    async fn new_runner(&self, request: NewRunner) -> Result<RunnerNow, AppError> {
        let app = self.app.clone();
        let creating = async move { app.create(request, Path::new("/home")).await };
        tokio::pin!(creating);
        loop {
            tokio::select! {
                created = &mut creating => return created,
                () = self.run_parent_begins() => {}
            }
        }
    }

    async fn run_parent_begins(&self) {
        loop {
            for now in self.app.list(None).await.unwrap() {
                let (id, run) = (now.runner.id, now.runner.run);
                let starting = now.runner.status.status() == Status::Starting;
                if starting && self.mux.pane_of(id).await.is_some() {
                    self.app.run_begin(id, run).await.unwrap();
                    if now.runner.name.as_str() == "broken" {
                        self.app
                            .run_failed(id, run, "exec format".to_owned())
                            .await
                            .unwrap();
                    } else {
                        let pid = Pid::new(4242).unwrap();
                        self.app.run_started(id, run, pid).await.unwrap();
                    }
                    return;
                }
            }
            tokio::task::yield_now().await;
        }
    }

    async fn status(&self, name: &str) -> &'static str {
        self.app
            .show(name.to_owned())
            .await
            .unwrap()
            .runner
            .status
            .status()
            .as_str()
    }

    async fn until(&self, name: &str, status: Status) -> RunnerNow {
        let limit = Some(Duration::from_secs(20));
        self.app
            .wait(name.to_owned(), vec![status], limit)
            .await
            .unwrap()
    }

    async fn names(&self) -> Vec<String> {
        let all = self.app.list(None).await.unwrap();
        all.iter().map(|now| now.runner.name.to_string()).collect()
    }
}

fn command(words: &[&str]) -> NewRunner {
    NewRunner {
        command: words.iter().map(|&word| word.to_owned()).collect(),
        ..NewRunner::default()
    }
}

fn named(name: &str) -> NewRunner {
    NewRunner {
        name: Some(name.to_owned()),
        ..command(&["agent"])
    }
}

async fn pane_of(core: &Core, now: &RunnerNow) -> PaneId {
    core.mux.pane_of(now.runner.id).await.unwrap()
}

#[tokio::test]
async fn a_runner_lives_from_start_to_exit_code() {
    let core = Core::new();
    let now = core.new_runner(command(&["claude"])).await.unwrap();
    assert_eq!(now.runner.name.as_str(), "claude-code");
    assert_eq!(now.runner.pid, Pid::new(4242));
    let pane = pane_of(&core, &now).await;
    core.mux.print(pane, "hello\r\nwor").await;
    core.mux
        .event(
            pane,
            ProcessEvent::Silence {
                lasted: Duration::from_secs(30),
            },
        )
        .await;
    core.until("claude-code", Status::Idle).await;
    core.mux.print(pane, "ld").await;
    core.until("claude-code", Status::Running).await;
    let id = now.runner.id;
    core.app
        .run_exited(id, 1, Outcome::Code(0), Timestamp(5))
        .await
        .unwrap();
    assert_eq!(core.status("claude-code").await, "completed");
    let log = core.app.logs("claude-code".to_owned(), 10).await.unwrap();
    let texts: Vec<&str> = log.iter().map(|entry| &*entry.text).collect();
    assert_eq!(texts, ["hello", "world"]);
    // A report that comes again changes nothing and is answered.
    core.app
        .run_exited(id, 1, Outcome::Code(1), Timestamp(6))
        .await
        .unwrap();
    assert_eq!(core.status("claude-code").await, "completed");
}

#[tokio::test]
async fn what_cannot_start_leaves_nothing_behind() {
    let core = Core::new();
    let broken = core.new_runner(named("broken")).await.unwrap_err();
    assert!(broken.to_string().contains("exec format"), "{broken}");
    core.new_runner(command(&["unstartable"]))
        .await
        .unwrap_err();
    assert_eq!(core.names().await, [""; 0]);
    assert_eq!(core.mux.deeds().await, ["spawn agent", "close %1"]);
}

#[tokio::test]
async fn wrong_requests_are_refused_by_name() {
    let core = Core::new();
    core.new_runner(named("one")).await.unwrap();
    let mut refusals = Vec::new();
    for request in [
        named("one"),
        named("a b"),
        command(&["missing"]),
        command(&[]),
        NewRunner {
            kind: Some("robot".to_owned()),
            ..named("two")
        },
        NewRunner {
            cwd: Some("/nowhere".into()),
            ..named("two")
        },
        NewRunner {
            cwd: Some("relative".into()),
            ..named("two")
        },
        NewRunner {
            output_dir: Some("/etc/x".into()),
            ..named("two")
        },
        NewRunner {
            key: Some("a b".to_owned()),
            ..named("two")
        },
        NewRunner {
            key: Some("a".to_owned()),
            session: Some("b".to_owned()),
            ..named("two")
        },
        NewRunner {
            session: Some("gone".to_owned()),
            ..named("two")
        },
    ] {
        refusals.push(core.new_runner(request).await.unwrap_err().to_string());
    }
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    There is a runner named "one" already.
    "a b" cannot be a name: a runner's name cannot contain ' '.
    The command "missing" was not found.
    A runner of kind custom needs a command.
    There is no kind "robot".
    The working directory /nowhere does not exist or cannot be entered.
    The working directory relative is not an absolute path.
    The output directory /etc/x cannot be used: permission denied.
    "a b" is not a session key: white space and control characters are not allowed
    A session key and a session cannot be given together.
    there is no tmux session "gone"
    "#);
    assert_eq!(core.names().await, ["one"]);
}

#[tokio::test]
async fn one_runner_more_than_the_limit_is_refused() {
    let settings = Settings {
        runner_limit: 1,
        ..Settings::default()
    };
    let core = Core::with(FakeMux::new(), Arc::default(), settings);
    core.new_runner(named("one")).await.unwrap();
    let refusal = core.new_runner(named("two")).await.unwrap_err();
    assert!(
        matches!(refusal, AppError::RunnerLimit { limit: 1 }),
        "{refusal}"
    );
    let mode = StopMode::Forced;
    core.app
        .stop("one".to_owned(), mode, "Stopped by the user.")
        .await
        .unwrap();
    core.new_runner(named("two")).await.unwrap();
}

#[tokio::test]
async fn stop_says_who_asked_and_start_runs_it_again() {
    let core = Core::new();
    let first = core.new_runner(named("one")).await.unwrap();
    let mode = StopMode::Graceful { grace: None };
    let stopped = core
        .app
        .stop("one".to_owned(), mode, "Stopped by the user.")
        .await
        .unwrap();
    assert_eq!(
        stopped.runner.status.reason(),
        "Stopped by the user. (signal 15)"
    );
    let again = core
        .app
        .stop("one".to_owned(), mode, "Again.")
        .await
        .unwrap_err();
    assert!(
        matches!(
            again,
            AppError::Operation {
                status: Status::Stopped,
                ..
            }
        ),
        "{again}"
    );
    let app = core.app.clone();
    let (second, ()) = tokio::join!(app.start("one".to_owned()), core.run_parent_begins());
    let second = second.unwrap();
    assert_eq!((second.runner.id, second.runner.run), (first.runner.id, 2));
    assert_eq!(core.status("one").await, "running");
    assert_eq!(
        core.mux.deeds().await,
        ["spawn agent", "stop %1", "spawn agent"]
    );
}

#[tokio::test]
async fn a_frozen_runner_is_paused_until_it_is_thawed() {
    let core = Core::new();
    core.new_runner(named("one")).await.unwrap();
    core.app.resume("one".to_owned()).await.unwrap_err();
    core.app.pause("one".to_owned()).await.unwrap();
    assert_eq!(core.status("one").await, "paused");
    core.app.pause("one".to_owned()).await.unwrap_err();
    core.app.resume("one".to_owned()).await.unwrap();
    assert_eq!(core.status("one").await, "running");
    assert_eq!(
        core.mux.deeds().await,
        ["spawn agent", "freeze %1", "thaw %1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_runner_over_its_time_is_stopped_and_says_why() {
    let core = Core::new();
    let limit = Some(Duration::from_secs(90));
    core.new_runner(NewRunner {
        max_duration: limit,
        ..named("one")
    })
    .await
    .unwrap();
    let ended = core
        .app
        .wait("one".to_owned(), Vec::new(), None)
        .await
        .unwrap();
    assert_eq!(
        ended.runner.status.reason(),
        "Its maximum duration of 90 s has passed. (signal 15)"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_the_time_or_with_another_end() {
    let core = Core::new();
    core.new_runner(named("one")).await.unwrap();
    let limit = Some(Duration::from_secs(2));
    let late = core
        .app
        .wait("one".to_owned(), vec![Status::Idle], limit)
        .await
        .unwrap_err();
    assert!(
        matches!(
            late,
            AppError::TimedOut {
                waited_ms: 2000,
                ..
            }
        ),
        "{late}"
    );
    let app = core.app.clone();
    let waiting = app.wait("one".to_owned(), vec![Status::Idle], None);
    let stopping = core
        .app
        .stop("one".to_owned(), StopMode::Forced, "Stopped by the user.");
    let (waited, stopped) = tokio::join!(waiting, stopping);
    stopped.unwrap();
    let other = waited.unwrap_err();
    assert_eq!(
        other.to_string(),
        "Runner \"one\" ended as stopped before it was idle."
    );
}

#[tokio::test]
async fn a_registered_session_brings_all_its_panes_and_later_ones() {
    let core = Core::new();
    core.mux.user_session("work").await;
    core.mux.user_pane(SessionId(0)).await;
    let target = || RegisterTarget::Session("work".to_owned());
    let first = core
        .app
        .register(target(), Registration::default())
        .await
        .unwrap();
    assert_eq!(
        (first.added, first.runner.runner.name.as_str()),
        (2, "work")
    );
    let again = core
        .app
        .register(target(), Registration::default())
        .await
        .unwrap();
    assert_eq!(
        (again.added, again.runner.runner.id),
        (0, first.runner.runner.id)
    );
    assert_eq!(core.names().await, ["work", "work-2"]);
    core.app.forget("work-2".to_owned()).await.unwrap();
    core.mux.user_pane(SessionId(0)).await;
    core.mux.tell_layout().await;
    core.until_named("work-3").await;
    assert_eq!(
        core.names().await,
        ["work", "work-3"],
        "a forgotten pane stays forgotten"
    );
    assert!(core.mux.is_watched(PaneId(3)).await);
}

impl Core {
    async fn until_named(&self, name: &str) {
        while !self.names().await.contains(&name.to_owned()) {
            tokio::task::yield_now().await;
        }
        self.until(name, Status::Idle).await;
    }
}

#[tokio::test]
async fn one_pane_or_process_is_registered_by_itself() {
    let core = Core::new();
    core.mux.user_session("work").await;
    let wishes = Registration {
        name: Some("mine".to_owned()),
        ..Registration::default()
    };
    let pid = RegisterTarget::Process(Pid::new(1001).unwrap());
    let done = core.app.register(pid, wishes).await.unwrap();
    assert_eq!(done.runner.runner.name.as_str(), "mine");
    core.mux.user_pane(SessionId(0)).await;
    core.mux.tell_layout().await;
    let missing = RegisterTarget::Pane(PaneId(99));
    core.app
        .register(missing, Registration::default())
        .await
        .unwrap_err();
    assert_eq!(
        core.names().await,
        ["mine"],
        "the session itself is not registered"
    );
}

#[tokio::test]
async fn a_follower_gets_every_line_once() {
    let core = Core::new();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    let lines = |from: u32, to: u32| (from..to).map(|n| format!("{n}\n")).collect::<String>();
    core.mux.print(pane, &lines(1, 500)).await;
    core.until_seq(499).await;
    let mut follower = core
        .app
        .follow_logs("one".to_owned(), usize::MAX)
        .await
        .unwrap();
    for from in (500..1000).step_by(10) {
        core.mux.print(pane, &lines(from, from + 10)).await;
    }
    let mut seen = Vec::new();
    while seen.len() < 999 {
        match follower.next().await.unwrap() {
            FollowItem::Entries(entries) => {
                assert!(entries.len() <= 50);
                seen.extend(
                    entries
                        .iter()
                        .map(|entry| entry.text.parse::<u32>().unwrap()),
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen, (1..1000).collect::<Vec<_>>());
    core.app
        .stop("one".to_owned(), StopMode::Forced, "Stopped by the user.")
        .await
        .unwrap();
    assert!(matches!(follower.next().await, Some(FollowItem::Ended(_))));
    core.app.forget("one".to_owned()).await.unwrap();
    assert!(follower.next().await.is_none());
}

impl Core {
    async fn until_seq(&self, seq: u64) {
        while self.app.show("one".to_owned()).await.unwrap().last_seq.0 < seq {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_slow_follower_is_told_how_much_it_missed() {
    let core = Core::new();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    let mut follower = core
        .app
        .follow_logs("one".to_owned(), usize::MAX)
        .await
        .unwrap();
    let total = 20_000;
    for from in (0..total).step_by(100) {
        let text: String = (from..from + 100).map(|n| format!("{n}\n")).collect();
        core.mux.print(pane, &text).await;
    }
    core.until_seq(total).await;
    let (mut given, mut missed, mut expected) = (0_u64, 0_u64, 1_u64);
    while given + missed < total {
        match follower.next().await.unwrap() {
            FollowItem::Entries(entries) => {
                for entry in entries {
                    assert_eq!(entry.seq.0, expected);
                    expected += 1;
                    given += 1;
                }
            }
            FollowItem::Lagged(count) => {
                missed += count;
                expected += count;
            }
            other @ FollowItem::Ended(_) => panic!("{other:?}"),
        }
    }
    assert!(missed > 0 && given > 0, "{given} given, {missed} missed");
}

#[tokio::test]
async fn lost_output_leaves_a_mark() {
    let core = Core::new();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    core.mux
        .event(pane, ProcessEvent::Lost { bytes: Some(12) })
        .await;
    core.mux.print(pane, "after\n").await;
    core.until_seq(2).await;
    let log = core.app.logs("one".to_owned(), 10).await.unwrap();
    let texts: Vec<&str> = log.iter().map(|entry| &*entry.text).collect();
    assert_eq!(texts, ["12 bytes of output are missing here.", "after"]);
}

#[tokio::test]
async fn the_output_directory_gets_the_log() {
    let core = Core::new();
    let request = NewRunner {
        output_dir: Some("/out".into()),
        ..named("one")
    };
    let now = core.new_runner(request).await.unwrap();
    let pane = pane_of(&core, &now).await;
    core.mux.print(pane, "first\nsecond\n").await;
    core.until_seq(2).await;
    let path = Path::new("/out/one.log");
    while core
        .files
        .written
        .lock()
        .await
        .get(path)
        .is_none_or(|text| !text.contains("second"))
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        core.files.written.lock().await.get(path).unwrap(),
        "first\nsecond\n"
    );
}

#[tokio::test]
async fn a_new_daemon_finds_what_lives_and_what_ended_meanwhile() {
    let (mux, store) = (FakeMux::new(), Arc::<MemoryStore>::default());
    let old = Core::with(mux.clone(), store.clone(), Settings::default());
    old.app.recover().await.unwrap();
    let lives = old.new_runner(named("lives")).await.unwrap();
    let ended = old.new_runner(named("ended")).await.unwrap();
    let vanished = old.new_runner(named("vanished")).await.unwrap();
    old.app
        .stop(
            "vanished".to_owned(),
            StopMode::Forced,
            "Stopped by the user.",
        )
        .await
        .unwrap();
    let _ = vanished;
    drop(old);
    store
        .leave_exit(ended.runner.id, 1, Outcome::Code(3), Timestamp(8))
        .await;
    let pane = mux.pane_of(lives.runner.id).await.unwrap();
    while mux.is_watched(pane).await {
        tokio::task::yield_now().await;
    }
    let new = Core::with(mux.clone(), store, Settings::default());
    new.app.recover().await.unwrap();
    assert_eq!(new.names().await, ["lives", "ended", "vanished"]);
    assert_eq!(new.status("lives").await, "idle");
    assert_eq!(new.status("ended").await, "failed");
    assert_eq!(new.status("vanished").await, "stopped");
    assert!(mux.is_watched(pane).await);
}

#[tokio::test]
async fn a_subscriber_gets_a_snapshot_and_every_change() {
    let core = Core::new();
    core.new_runner(named("one")).await.unwrap();
    let mut subscription = core.app.subscribe().await.unwrap();
    assert_eq!(subscription.snapshot.len(), 1);
    core.app.pause("one".to_owned()).await.unwrap();
    match subscription.changes.recv().await.unwrap() {
        Change::Runner(now) => assert_eq!(now.runner.status.status(), Status::Paused),
        other @ Change::Removed(_) => panic!("{other:?}"),
    }
    let forgotten = core.app.forget("one".to_owned()).await.unwrap().runner.id;
    let removed = |change: &Change, id: RunnerId| matches!(change, Change::Removed(r) if *r == id);
    while let Some(change) = subscription.changes.recv().await {
        if removed(&change, forgotten) {
            return;
        }
    }
    panic!("the removal was not told");
}
