//! The adapter against a real tmux: starting, ending, freezing. A shell stands in for the run parent.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::testing::{Hub, Server, Stream, options, process, wait_until};
use super::{Tmux, TmuxOptions};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{Pid, RunnerId};
use crate::domain::name::RunnerName;
use crate::domain::runner::Launch;
use crate::domain::time::Timestamp;
use crate::ports::mux::{Mux, MuxError, MuxEvent};
use crate::ports::process::{
    Freezer, KillMode, MonitorOptions, ProcessError, ProcessHandle, ProcessMonitor, RunReports,
    SpawnSpec, SpawnTarget,
};

const GENTLE: KillMode = KillMode::Graceful {
    grace: Duration::from_secs(5),
};

fn runner() -> RunnerId {
    "0190f3a0-0000-7000-8000-00000000000a".parse().unwrap()
}

fn spec(server: &Server, target: SpawnTarget, command: &[&str]) -> SpawnSpec {
    SpawnSpec {
        runner: runner(),
        run: 1,
        name: RunnerName::parse("agent").unwrap(),
        launch: Launch {
            command: command.iter().map(|&word| word.to_owned()).collect(),
            cwd: server.path().to_owned(),
            env: BTreeMap::new(),
            size: Some((120, 33)),
        },
        target,
    }
}

fn named(name: &str) -> SpawnTarget {
    SpawnTarget::Named {
        name: name.to_owned(),
        key: Some("coda::x::primary".to_owned()),
    }
}

/// A run parent that starts its program when a line is typed, and stays below nothing.
fn with_parent(server: &Server) -> TmuxOptions {
    let mut options = server.options();
    let script = r#"shift 5; stty -echo; read go; "$@" & wait $!; read stay"#;
    options.run_prefix = ["/bin/sh", "-c", script, "parent"].map(Into::into).to_vec();
    options
}

fn own(silence: u64) -> MonitorOptions {
    MonitorOptions {
        has_run_parent: true,
        ..options(silence)
    }
}

async fn follow(tmux: &Tmux, handle: &ProcessHandle) -> Stream {
    Stream::new(tmux.monitor(handle, own(30)).await.unwrap())
}

/// Lets the parent start its program, and finds that.
async fn go(server: &Server, handle: &mut ProcessHandle, stream: &mut Stream, said: &str) {
    let pane = handle.place.pane.to_string();
    server.tmux(&["send-keys", "-t", &pane, "go", "Enter"]);
    stream.until(said).await;
    let children = children(handle.place.pane_pid);
    handle.program = children.first().copied();
    assert!(handle.program.is_some());
}

fn children(parent: Pid) -> Vec<Pid> {
    let pid = parent.as_raw();
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    text.split(' ')
        .filter_map(|child| child.parse().ok())
        .collect()
}

fn is_alive(pid: Pid) -> bool {
    process(pid.as_raw()).is_some_and(|process| !process.zombie)
}

fn is_stopped(pid: Pid) -> bool {
    process(pid.as_raw()).is_some_and(|process| process.stopped)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_gets_its_words_directory_and_variables_untouched() {
    let server = Server::start();
    let directory = server.path().join("d #(touch y) 'q' é");
    std::fs::create_dir(&directory).unwrap();
    let hub = server.hub();
    let mut events = hub.tmux.events().unwrap();
    let script = r#"printf '[%s]' "$@" "$A" "$PWD"; read stay"#;
    let words = [
        "sh",
        "-c",
        script,
        "sh",
        "a b",
        "#(touch z)",
        "x;",
        ";",
        "l\nf",
        "-t",
        "%0",
    ];
    let first = hub.session("first").await.unwrap();
    let mut spec = spec(&server, SpawnTarget::Session(first), &words);
    spec.launch.cwd = directory.clone();
    spec.launch
        .env
        .insert("A".to_owned(), "v'#(touch w)\\;".to_owned());
    let handle = hub.tmux.spawn(&spec).await.unwrap();
    assert_eq!(handle.place.session, first);
    // No layout ever shows the pane without its runner.
    wait_until("a layout with the pane", async || {
        let Some(MuxEvent::Layout { panes, .. }) = events.recv().await else {
            panic!("only layouts come");
        };
        let made = panes
            .iter()
            .find(|pane| pane.place.pane == handle.place.pane);
        assert!(made.is_none_or(|pane| pane.runner == Some(runner())));
        made.is_some()
    })
    .await;
    let pane = handle.place.pane.to_string();
    let want = format!(
        "[a b][#(touch z)][x;][;][l\nf][-t][%0][v'#(touch w)\\;][{}]",
        directory.display()
    );
    wait_until("the words", async || {
        let screen = server.tmux(&["capture-pane", "-p", "-J", "-t", &pane]);
        screen.replace('\n', "").contains(&want.replace('\n', ""))
    })
    .await;
    let shown = server.tmux(&[
        "display-message",
        "-p",
        "-t",
        &pane,
        "#{window_name} #{@geppetto_runner} #{remain-on-exit}",
    ]);
    assert_eq!(shown, format!("agent {} off", runner()));
    for touched in ["y", "z", "w"] {
        assert!(!server.path().join(touched).exists() && !directory.join(touched).exists());
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_session_is_made_once_and_a_server_if_need_be() {
    let server = Server::none();
    let hub = server.hub();
    assert!(matches!(
        hub.tmux.server().await,
        Err(MuxError::NoServer { .. })
    ));
    let spec = spec(&server, named("coda__x__primary"), &["cat"]);
    let first = hub.tmux.spawn(&spec).await.unwrap();
    let second = hub.tmux.spawn(&spec).await.unwrap();
    assert_eq!(first.place.session, second.place.session);
    let (sessions, panes) = hub.tmux.layout().await.unwrap();
    assert_eq!((sessions.len(), panes.len()), (1, 2));
    assert_eq!(sessions[0].key.as_deref(), Some("coda::x::primary"));
    assert!(panes.iter().all(|pane| pane.runner == Some(runner())));
    let other = hub
        .tmux
        .spawn(&self::spec(
            &server,
            SpawnTarget::Named {
                name: "other".to_owned(),
                key: None,
            },
            &["cat"],
        ))
        .await
        .unwrap();
    let session = other.place.session.to_string();
    let sizes = server.tmux(&[
        "list-windows",
        "-t",
        &session,
        "-F",
        "#{window_width}x#{window_height}",
    ]);
    assert_eq!(sizes, "120x33");
    hub.stop().await;
}

/// As after a boot: tmux makes the directory of its sockets only when it chooses the socket itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_where_no_tmux_ran_before() {
    let server = Server::none();
    std::fs::remove_dir(server.path()).unwrap();
    let hub = server.hub();
    let mut spec = spec(&server, named("coda__x__primary"), &["cat"]);
    spec.launch.cwd = "/".into();
    hub.tmux.spawn(&spec).await.unwrap();
    let mode = std::fs::metadata(server.path()).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_started_leaves_nothing() {
    let server = Server::start();
    let hub = server.hub();
    let first = hub.session("first").await.unwrap();
    let mut missing = spec(&server, SpawnTarget::Session(first), &["cat"]);
    missing.launch.cwd = "/nowhere/at/all".into();
    assert!(matches!(
        hub.tmux.spawn(&missing).await,
        Err(ProcessError::Spawn { .. })
    ));
    let nul = spec(&server, SpawnTarget::Session(first), &["cat", "a\0b"]);
    assert!(hub.tmux.spawn(&nul).await.is_err());
    let gone = SpawnTarget::Session(crate::domain::ids::SessionId(99));
    let result = hub.tmux.spawn(&spec(&server, gone, &["cat", "-"])).await;
    assert!(
        matches!(result, Err(ProcessError::Mux(MuxError::NoSession { .. }))),
        "{result:?}"
    );
    let closes = spec(
        &server,
        SpawnTarget::Session(first),
        &["/nowhere/program", "x"],
    );
    // Whether the pane is gone before or after its options are set is tmux's affair.
    drop(hub.tmux.spawn(&closes).await);
    wait_until("only the first pane is there", async || {
        server.tmux(&["list-panes", "-a"]).lines().count() == 1
    })
    .await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_comes_behind_all_output() {
    let server = Server::start();
    let hub = Hub::start(with_parent(&server));
    let spec = spec(
        &server,
        named("own"),
        &["sh", "-c", "seq 1 30000; printf last"],
    );
    let handle = hub.tmux.spawn(&spec).await.unwrap();
    let mut stream = follow(&hub.tmux, &handle).await;
    let pane = handle.place.pane.to_string();
    server.tmux(&["send-keys", "-t", &pane, "go", "Enter"]);
    wait_until("it is printed", async || {
        server
            .tmux(&["capture-pane", "-p", "-t", &pane])
            .contains("last")
    })
    .await;
    let at = Timestamp(42);
    let id = handle.place.pane;
    hub.tmux.exited(id, Outcome::Code(7), at).await.unwrap();
    let exit = stream.exit().await;
    assert_eq!(
        exit,
        Exit {
            outcome: Outcome::Code(7),
            source: ExitSource::RunParent,
            at
        }
    );
    let numbers: String = (1..=30000).map(|n| format!("{n}\r\n")).collect();
    assert!(memchr::memmem::find(&stream.output, numbers.as_bytes()).is_some());
    assert!(stream.output.ends_with(b"last"));
    assert!(matches!(
        hub.tmux.exited(id, Outcome::Code(7), at).await,
        Err(ProcessError::Gone { .. })
    ));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_pane_waits_for_its_report() {
    let server = Server::start();
    let hub = server.hub();
    let spec = spec(&server, named("own"), &["cat", "-"]);
    for reported in [true, false] {
        let handle = hub.tmux.spawn(&spec).await.unwrap();
        let mut stream = follow(&hub.tmux, &handle).await;
        let pane = handle.place.pane;
        server.tmux(&["kill-pane", "-t", &pane.to_string()]);
        wait_until("the pane is gone", async || {
            hub.pane(&pane.to_string()).await.is_none()
        })
        .await;
        if reported {
            hub.tmux
                .exited(pane, Outcome::Signal(1), Timestamp(5))
                .await
                .unwrap();
        }
        let exit = stream.exit().await;
        let want = if reported {
            (Outcome::Signal(1), ExitSource::RunParent)
        } else {
            (Outcome::NotKnown, ExitSource::PaneClosed)
        };
        assert_eq!((exit.outcome, exit.source), want);
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_own_program_is_ended_with_all_its_children_and_the_parent_stays() {
    let server = Server::start();
    let hub = Hub::start(with_parent(&server));
    let stubborn = "trap '' TERM; sleep 1000 & setsid sleep 1000 & printf up; wait; sleep 1000";
    let soft = "sleep 1000 & printf up; wait";
    let grace = Duration::from_millis(300);
    for (script, mode) in [
        (
            soft,
            KillMode::Graceful {
                grace: Duration::from_secs(10),
            },
        ),
        (stubborn, KillMode::Graceful { grace }),
        (stubborn, KillMode::Forced),
    ] {
        let spec = spec(&server, named("own"), &["sh", "-c", script]);
        let mut handle = hub.tmux.spawn(&spec).await.unwrap();
        let mut stream = follow(&hub.tmux, &handle).await;
        go(&server, &mut handle, &mut stream, "up").await;
        let program = handle.program.unwrap();
        let below = children(program);
        assert!(!below.is_empty());
        // A frozen program must get its signal too.
        hub.tmux.freeze(&handle).await.unwrap();
        hub.tmux.kill(&handle, mode).await.unwrap();
        for pid in below.into_iter().chain([program]) {
            assert!(!is_alive(pid), "{script}");
        }
        assert!(
            is_alive(handle.place.pane_pid),
            "the parent has a report to make"
        );
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn freezing_stops_everything_below_the_parent() {
    let server = Server::start();
    let hub = Hub::start(with_parent(&server));
    let script = "sleep 1000 & sh -c 'sleep 1000 & wait' & printf up; wait";
    let spec = spec(&server, named("own"), &["sh", "-c", script]);
    let mut handle = hub.tmux.spawn(&spec).await.unwrap();
    let mut stream = follow(&hub.tmux, &handle).await;
    go(&server, &mut handle, &mut stream, "up").await;
    let program = handle.program.unwrap();
    let members = || children(program).into_iter().chain([program]);
    hub.tmux.freeze(&handle).await.unwrap();
    assert!(members().all(is_stopped));
    assert!(!is_stopped(handle.place.pane_pid));
    hub.tmux.thaw(&handle).await.unwrap();
    wait_until("all go on", async || !members().any(is_stopped)).await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_of_a_shell_is_frozen_thawed_and_ended_and_the_shell_stays() {
    let server = Server::start();
    server.tmux(&[
        "new-window",
        "-d",
        "-t",
        "=first:",
        "bash",
        "--norc",
        "--noprofile",
    ]);
    let hub = server.hub();
    let handle = hub.handle("%1").await;
    let shell = handle.place.pane_pid;
    let mut stream = hub.watch("%1").await;
    server.tmux(&["send-keys", "-t", "%1", "echo up-$((1+1)); cat", "Enter"]);
    stream.until("up-2\r\n").await;
    wait_until("cat runs", async || !children(shell).is_empty()).await;
    let job = children(shell)[0];
    assert_eq!(hub.tmux.attach(job).await.unwrap(), handle);
    wait_until("cat has the terminal", async || {
        process(shell.as_raw()).unwrap().foreground == Some(job.as_raw())
    })
    .await;
    hub.tmux.freeze(&handle).await.unwrap();
    assert!(is_stopped(job));
    stream.until("Stopped").await;
    hub.tmux.thaw(&handle).await.unwrap();
    server.tmux(&["send-keys", "-t", "%1", "awake", "Enter"]);
    stream.until("awake\r\nawake").await;
    hub.tmux.freeze(&handle).await.unwrap();
    stream.until("Stopped").await;
    hub.tmux.kill(&handle, GENTLE).await.unwrap();
    assert!(!is_alive(job) && is_alive(shell));
    let exit = stream.exit().await;
    assert_eq!(
        (exit.outcome, exit.source),
        (Outcome::NotKnown, ExitSource::Killed)
    );
    // Without a job the shell itself is what is ended.
    let mut stream = hub.watch("%1").await;
    hub.tmux.kill(&handle, GENTLE).await.unwrap();
    assert!(!is_alive(shell));
    assert_eq!(stream.exit().await.source, ExitSource::PaneClosed);
    assert!(matches!(
        hub.tmux.freeze(&handle).await,
        Err(ProcessError::Gone { .. })
    ));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_tmux_would_wake_is_not_said_to_be_frozen() {
    let server = Server::start();
    let hub = server.hub();
    let handle = hub.handle("%0").await;
    assert!(matches!(
        hub.tmux.freeze(&handle).await,
        Err(ProcessError::Signal { .. })
    ));
    let this = Pid::new(i32::try_from(std::process::id()).unwrap()).unwrap();
    assert!(matches!(
        hub.tmux.attach(this).await,
        Err(ProcessError::NotInPane { .. })
    ));
    let none = Pid::new(i32::MAX).unwrap();
    assert!(matches!(
        hub.tmux.attach(none).await,
        Err(ProcessError::NoProcess { .. })
    ));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_sessions_gets_one() {
    let server = Server::start();
    server.tmux(&["set-option", "-g", "exit-empty", "off"]);
    server.tmux(&["kill-session", "-t", "=first:"]);
    let hub = server.hub();
    let (sessions, panes) = hub.tmux.layout().await.unwrap();
    assert!(sessions.is_empty() && panes.is_empty());
    let handle = hub
        .tmux
        .spawn(&spec(&server, named("own"), &["cat", "-"]))
        .await
        .unwrap();
    let mut stream = follow(&hub.tmux, &handle).await;
    server.tmux(&["send-keys", "-t", "%1", "here", "Enter"]);
    stream.until("here").await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_again_and_again_loses_no_runner() {
    let server = Server::start();
    let mut prefixed = server.options();
    let script = r#"shift 5; exec "$@""#;
    prefixed.run_prefix = ["/bin/sh", "-c", script, "parent"].map(Into::into).to_vec();
    let hub = Hub::start(prefixed);
    let directory = server.path().to_owned();
    let mut spec = spec(
        &server,
        named("short"),
        // Without a run parent, which asks first, it begins at once: it might be over before the spawn is, and one whose session ends in
        // that moment is killed and made again.
        &[
            "sh",
            "-c",
            "until [ -e go ]; do sleep 0.01; done; rm go; echo x >>ended",
        ],
    );
    // One after the other: two windows that close in one moment can be the end of tmux 3.3a.
    for run in 0..20 {
        spec.run = run;
        let handle = hub.tmux.spawn(&spec).await.unwrap();
        let mut stream = Stream::new(hub.tmux.monitor(&handle, options(30)).await.unwrap());
        std::fs::write(directory.join("go"), "").unwrap();
        stream.exit().await;
    }
    let ended = std::fs::read_to_string(directory.join("ended")).unwrap();
    assert_eq!(ended.lines().count(), 20);
    hub.stop().await;
}
