//! A runner from its start to its end, and every way in which it can be refused.

use super::*;

#[tokio::test]
async fn a_runner_lives_from_start_to_exit_code() {
    let core = Core::new();
    let now = core.new_runner(command(&["worker"])).await.unwrap();
    assert_eq!(now.runner.name.as_str(), "worker");
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
    core.until("worker", Status::Idle).await;
    core.mux.print(pane, "ld").await;
    core.until("worker", Status::Running).await;
    let id = now.runner.id;
    core.app
        .run_exited(id, 1, Outcome::Code(0), Timestamp(5))
        .await
        .unwrap();
    assert_eq!(core.status("worker").await, "completed");
    let log = core
        .app
        .logs("worker".to_owned(), LogQuery::newest(10))
        .await
        .unwrap();
    let texts: Vec<&str> = log.iter().map(|entry| &*entry.text).collect();
    assert_eq!(texts, ["hello", "world"]);
    // A report that comes again changes nothing and is answered.
    core.app
        .run_exited(id, 1, Outcome::Code(1), Timestamp(6))
        .await
        .unwrap();
    assert_eq!(core.status("worker").await, "completed");
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
    let (second, ()) = tokio::join!(
        app.start("one".to_owned(), StartMode::Resume),
        core.run_parent_begins()
    );
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
