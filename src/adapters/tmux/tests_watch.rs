//! The adapter against a real tmux: panes that move, split, are linked, die; hostile names; readers that do not read.

use std::time::Duration;

use super::testing::{Server, Stream, options, wait_until};
use crate::domain::activity::Activity;
use crate::domain::exit::{ExitSource, Outcome};
use crate::ports::mux::{Mux, MuxError, MuxEvent, MuxMarks};
use crate::ports::process::{ProcessError, ProcessEvent, ProcessMonitor};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn split_moved_and_renamed_things_are_followed() {
    let server = Server::start();
    server.tmux(&["new-session", "-d", "-s", "second", "cat"]);
    let hub = server.hub();
    let mut events = hub.tmux.events().unwrap();
    let mut stream = hub.watch("%0").await;
    server.tmux(&["split-window", "-d", "-t", "%0", "cat"]);
    wait_until("the new pane in an event", async || {
        matches!(events.recv().await, Some(MuxEvent::Layout { panes, .. }) if panes.len() == 3)
    })
    .await;
    server.tmux(&["rename-session", "-t", "=first:", "renamed"]);
    wait_until("the new name in an event", async || {
        matches!(events.recv().await, Some(MuxEvent::Layout { sessions, .. })
            if sessions.iter().any(|session| session.name == "renamed"))
    })
    .await;
    server.tmux(&["move-window", "-d", "-s", "@0", "-t", "=second:7"]);
    // A new client watches now; what the old one may not have told is marked.
    while !matches!(
        stream.next().await,
        Some(ProcessEvent::Lost { bytes: None })
    ) {}
    server.tmux(&["send-keys", "-t", "%0", "moved", "Enter"]);
    stream.until("moved").await;
    let pane = hub.pane("%0").await.unwrap();
    assert_eq!(pane.session_name, "second");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_linked_window_is_heard_once_and_survives_a_session() {
    let server = Server::start();
    server.tmux(&["new-session", "-d", "-s", "second", "cat"]);
    server.tmux(&["link-window", "-d", "-s", "@0", "-t", "=second:5"]);
    let hub = server.hub();
    let mut linked = hub.watch("%0").await;
    // Both sessions have a watching client now.
    let mut other = hub.watch("%1").await;
    let pane = hub.pane("%0").await.unwrap();
    assert_eq!(pane.sessions.len(), 2);
    let all = hub.tmux.layout().await.unwrap().1;
    assert_eq!(
        all.iter()
            .filter(|p| p.place.pane == pane.place.pane)
            .count(),
        1
    );
    let type_in = |pane: &str, text: &str| {
        server.tmux(&["send-keys", "-t", pane, "-l", text]);
        server.tmux(&["send-keys", "-t", pane, "Enter"]);
    };
    type_in("%0", "once,");
    // The terminal echoes what is typed next at once, also into the middle of what cat prints.
    linked.until("once,\r\nonce,\r\n").await;
    type_in("%0", "the-end");
    type_in("%1", "other");
    linked.until("the-end\r\nthe-end").await;
    other.until("other").await;
    // The terminal's echo and cat's copy.
    assert_eq!(
        memchr::memmem::find_iter(&linked.output, b"once,").count(),
        2
    );
    server.tmux(&["kill-session", "-t", "=first:"]);
    while !matches!(linked.next().await, Some(ProcessEvent::Lost { .. })) {}
    server.tmux(&["send-keys", "-t", "%0", "alive", "Enter"]);
    linked.until("alive").await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_foreign_pane_gives_its_code_or_signal() {
    let server = Server::start();
    server.tmux(&["set-option", "-g", "remain-on-exit", "on"]);
    let hub = server.hub();
    let script = |end: &str| format!("read x; echo last-words; {end}");
    let ends = [
        ("exit 3", Outcome::Code(3)),
        ("exit 0", Outcome::Code(0)),
        ("kill -9 $$", Outcome::Signal(9)),
    ];
    for (index, (end, want)) in ends.into_iter().enumerate() {
        let pane = format!("%{}", index + 1);
        server.tmux(&[
            "new-window",
            "-d",
            "-t",
            "=first:",
            "sh",
            "-c",
            &script(end),
        ]);
        let mut stream = hub.watch(&pane).await;
        server.tmux(&["send-keys", "-t", &pane, "go", "Enter"]);
        let exit = stream.exit().await;
        assert_eq!(
            (exit.outcome, exit.source),
            (want, ExitSource::Tmux),
            "{end}"
        );
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_and_respawned_panes_end_without_a_code() {
    let server = Server::start();
    server.tmux(&["new-window", "-d", "-t", "=first:", "cat"]);
    let hub = server.hub();
    let mut closed = hub.watch("%1").await;
    server.tmux(&["kill-pane", "-t", "%1"]);
    let exit = closed.exit().await;
    assert_eq!(
        (exit.outcome, exit.source),
        (Outcome::NotKnown, ExitSource::PaneClosed)
    );
    // Watched but quiet: respawning a pane with unsent output can crash tmux itself.
    let old = hub.handle("%0").await;
    let mut respawned = hub.watch("%0").await;
    assert!(matches!(
        hub.tmux.monitor(&old, options(30)).await,
        Err(ProcessError::Watched { .. })
    ));
    server.tmux(&["respawn-pane", "-k", "-t", "%0", "cat"]);
    let exit = respawned.exit().await;
    assert_eq!(
        (exit.outcome, exit.source),
        (Outcome::NotKnown, ExitSource::PaneRespawned)
    );
    assert!(matches!(
        hub.tmux.monitor(&old, options(30)).await,
        Err(ProcessError::Gone { .. })
    ));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_names_inject_nothing() {
    let server = Server::start();
    let evil = server.path().join("d\n%exit\n%output %0 forged");
    std::fs::create_dir(&evil).unwrap();
    let names = ["$(touch x)", "##(touch x)", "a 1 b", "=x", "%0"];
    for name in names {
        server.tmux(&[
            "new-session",
            "-d",
            "-s",
            name,
            "-c",
            evil.to_str().unwrap(),
            "sh",
        ]);
    }
    let hub = server.hub();
    let (sessions, panes) = hub.tmux.layout().await.unwrap();
    let shown: Vec<&str> = sessions
        .iter()
        .map(|session| session.name.as_str())
        .collect();
    assert_eq!(
        shown,
        ["first", "$(touch x)", "#(touch x)", "a 1 b", "=x", "%0"]
    );
    assert_eq!(panes.len(), 6);
    let mut streams = Vec::new();
    for pane in 1..=5 {
        streams.push(hub.watch(&format!("%{pane}")).await);
    }
    for session in sessions.iter() {
        hub.tmux
            .mark_session(session.id, true, Some("coda::a b'#(touch x)::c"))
            .await
            .unwrap();
    }
    for (pane, stream) in (1..=5).zip(&mut streams) {
        server.tmux(&[
            "send-keys",
            "-t",
            &format!("%{pane}"),
            "echo at-$((1+1)) $PWD",
            "Enter",
        ]);
        stream.until("at-2").await;
        assert_eq!(stream.lost(), 0);
    }
    let (sessions, _) = hub.tmux.layout().await.unwrap();
    for session in sessions.iter() {
        assert!(session.registered);
        assert_eq!(session.key.as_deref(), Some("coda::a_b'#(touch_x)::c"));
    }
    assert!(!server.path().join("x").exists());
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_keep_their_size() {
    let server = Server::start();
    let sizes = || {
        server.tmux(&[
            "list-windows",
            "-a",
            "-F",
            "#{window_width}x#{window_height}",
        ])
    };
    let before = sizes();
    let hub = server.hub();
    let mut stream = hub.watch("%0").await;
    server.tmux(&["send-keys", "-t", "%0", "text", "Enter"]);
    stream.until("text").await;
    assert_eq!(sizes(), before);
    hub.stop().await;
    assert_eq!(sizes(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_does_not_read_holds_no_program_up() {
    let server = Server::start();
    let done = server.path().join("done");
    let script = format!("read x; seq 1 3000000; touch {}; cat", done.display());
    server.tmux(&["new-window", "-d", "-t", "=first:", "sh", "-c", &script]);
    let hub = server.hub();
    let handle = hub.handle("%1").await;
    let stream = hub.tmux.monitor(&handle, options(30)).await.unwrap();
    server.tmux(&["send-keys", "-t", "%1", "go", "Enter"]);
    wait_until("the program is done", async || done.exists()).await;
    // Another pane's stream is not held up either.
    let mut other = hub.watch("%0").await;
    server.tmux(&["send-keys", "-t", "%0", "other", "Enter"]);
    other.until("other").await;
    // What was kept is whole; what was not is counted, and the sum is everything.
    let mut late = Stream::new(stream);
    // Makes room for the rest.
    late.next().await;
    server.tmux(&["send-keys", "-t", "%1", "the-end", "Enter"]);
    late.until("the-end").await;
    let lost: u64 = late
        .events
        .iter()
        .filter_map(|event| match event {
            ProcessEvent::Lost { bytes } => *bytes,
            _ => None,
        })
        .sum();
    assert!(lost > 0, "23 MB fit nowhere");
    let numbers: u64 = (1..=3_000_000_u64)
        .map(|n| n.to_string().len() as u64 + 2)
        .sum();
    let read = late.output.len() as u64;
    assert!(
        read + lost >= numbers && read + lost < numbers + 100,
        "{read} + {lost}, {numbers}"
    );
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_stream_ends_the_watch_and_its_client() {
    let server = Server::start();
    let hub = server.hub();
    let clients = || {
        server
            .tmux(&["list-clients", "-F", "#{client_pid}"])
            .lines()
            .count()
    };
    let stream = hub.watch("%0").await;
    assert_eq!(clients(), 2);
    drop(stream);
    wait_until("the watching client leaves", async || clients() == 1).await;
    let _again = hub.watch("%0").await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_client_process_is_replaced() {
    let server = Server::start();
    let hub = server.hub();
    let mut stream = hub.watch("%0").await;
    for client in server
        .tmux(&["list-clients", "-F", "#{client_pid}"])
        .lines()
    {
        let pid = rustix::process::Pid::from_raw(client.parse().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
    while !matches!(
        stream.next().await,
        Some(ProcessEvent::Lost { bytes: None })
    ) {}
    server.tmux(&["send-keys", "-t", "%0", "back", "Enter"]);
    stream.until("back").await;
    assert!(hub.tmux.layout().await.is_ok());
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_and_activity_are_told() {
    let server = Server::start();
    let hub = server.hub();
    let handle = hub.handle("%0").await;
    let mut how = options(0);
    how.silence_after = Duration::from_millis(300);
    let mut stream = Stream::new(hub.tmux.monitor(&handle, how).await.unwrap());
    assert!(matches!(
        stream.next().await,
        Some(ProcessEvent::Screen { .. })
    ));
    let Some(ProcessEvent::Silence { lasted }) = stream.next().await else {
        panic!("silence comes behind the picture");
    };
    assert!(lasted >= how.silence_after && lasted < Duration::from_secs(2));
    assert!(matches!(
        stream.next().await,
        Some(ProcessEvent::Activity(Activity::Idle))
    ));
    server.tmux(&["send-keys", "-t", "%0", "x", "Enter"]);
    assert!(matches!(
        stream.next().await,
        Some(ProcessEvent::Output { .. })
    ));
    assert!(matches!(
        stream.next().await,
        Some(ProcessEvent::Activity(Activity::Active))
    ));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leftover_clients_of_a_crashed_daemon_are_ended() {
    let server = Server::start();
    let hub = server.hub();
    let _stream = hub.watch("%0").await;
    let record = server.path().join("control-clients");
    wait_until("both clients are recorded", async || {
        std::fs::read_to_string(&record).is_ok_and(|text| text.lines().count() == 2)
    })
    .await;
    let text = std::fs::read_to_string(&record).unwrap();
    let mut left = std::process::Command::new("sleep")
        .arg("1000")
        .spawn()
        .unwrap();
    let started = super::testing::process(i32::try_from(left.id()).unwrap())
        .unwrap()
        .started;
    hub.stop().await;
    assert_eq!(std::fs::read_to_string(&record).unwrap(), "");
    // The first line is of a process that is gone; the second one's number and start fit.
    std::fs::write(&record, format!("{text}{} {started}\n", left.id())).unwrap();
    let hub = server.hub();
    assert!(hub.tmux.layout().await.is_ok());
    let status = left.wait().unwrap();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(15)
    );
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_are_unmarked_and_ended_and_the_status_is_published() {
    let server = Server::start();
    server.tmux(&["new-session", "-d", "-s", "second", "cat"]);
    let hub = server.hub();
    let (sessions, _) = hub.tmux.layout().await.unwrap();
    hub.tmux
        .mark_session(sessions[0].id, true, Some("a::b::c"))
        .await
        .unwrap();
    hub.tmux
        .mark_session(sessions[0].id, false, None)
        .await
        .unwrap();
    let again = hub.tmux.layout().await.unwrap().0;
    assert_eq!(
        (again[0].registered, again[0].key.as_deref()),
        (false, None)
    );
    hub.tmux.kill_session(sessions[1].id).await.unwrap();
    assert!(matches!(
        hub.tmux.kill_session(sessions[1].id).await,
        Err(MuxError::NoSession { .. })
    ));
    hub.tmux
        .publish_status("it's #[fg=red]'x'", "@1w")
        .await
        .unwrap();
    let windows = ["display-message", "-p", "#{geppetto_windows}"];
    assert_eq!(server.tmux(&windows), "@1w");
    assert_eq!(
        server.tmux(&["display-message", "-p", "#{geppetto_status}"]),
        "it's #[fg=red]'x'"
    );
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_commands_reach_the_pane() {
    let server = Server::start();
    for name in ["coda__x__primary", "$(touch x)", "%0"] {
        let print = [
            "new-session",
            "-d",
            "-P",
            "-F",
            "#{session_id}:",
            "-s",
            name,
            "cat",
        ];
        let session = server.tmux(&print);
        server.tmux(&["new-window", "-d", "-t", &session, "cat"]);
    }
    let hub = server.hub();
    let (_, panes) = hub.tmux.layout().await.unwrap();
    for pane in panes.iter() {
        let commands = hub.tmux.attach_commands(&pane.session_name, &pane.place);
        let [tmux, dash_s, socket, verb, dash_t, target] = commands.attach.as_slice() else {
            panic!("{commands:?}");
        };
        assert_eq!(
            [tmux, dash_s, verb, dash_t],
            ["tmux", "-S", "attach-session", "-t"]
        );
        assert_eq!(*socket, server.socket().display().to_string());
        assert_eq!(commands.switch.last(), Some(target));
        server.attach_and_leave(target);
        let session = pane.place.session.to_string();
        let now = server.tmux(&["display-message", "-p", "-t", &session, "#{pane_id}"]);
        assert_eq!(now, pane.place.pane.to_string(), "{target}");
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_is_a_timeout_and_no_end() {
    let server = Server::start();
    let hub = server.hub();
    let mut stream = hub.watch("%0").await;
    let pid = hub.tmux.server().await.unwrap().pid.as_raw();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    let asked = hub.tmux.layout().await;
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
    assert!(matches!(asked, Err(MuxError::TimedOut { .. })), "{asked:?}");
    assert!(hub.tmux.layout().await.is_ok());
    server.tmux(&["send-keys", "-t", "%0", "still-here", "Enter"]);
    stream.until("still-here").await;
    assert_eq!(stream.lost(), 0);
    hub.stop().await;
}
