//! What must not meet inside tmux, with a real one: `calm` and `watchers`.

use super::testing::{Hub, Server, options, process, wait_until};
use crate::ports::mux::{Mux, MuxMarks};
use crate::ports::process::ProcessMonitor;

/// A hub on the server whose control clients each say in a file what they were started with, and wait for `gate` to go when
/// there is one.
fn hub_with_log(server: &Server) -> Hub {
    let script =
        r#"echo "$$ $*" >>"$0/clients"; [ ! -e "$0/gate" ] || read line <"$0/gate"; exec "$@""#;
    let mut options = server.options();
    options.control_prefix = vec![
        "/bin/sh".into(),
        "-c".into(),
        script.into(),
        server.path().into(),
    ];
    Hub::start(options)
}

/// The clients that were started so far.
fn clients(server: &Server) -> Vec<String> {
    let text = std::fs::read_to_string(server.path().join("clients")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_has_ended_gets_no_client_again() {
    let server = Server::start();
    server.session("second", (100, 30), "cat");
    let hub = hub_with_log(&server);
    let ids = [hub.session("first").await, hub.session("second").await]
        .map(|session| session.unwrap().to_string());
    let mut lives = hub.watch("%0").await;
    let mut ended = hub.watch("%1").await;
    let watchers = |session: &str| {
        let target = format!(" -t {session}");
        let clients = clients(&server).into_iter();
        clients
            .filter(|client| client.contains("pause-after") && client.ends_with(&target))
            .count()
    };
    assert_eq!(ids.clone().map(|id| watchers(&id)), [1, 1]);

    server.tmux(&["kill-session", "-t", "=second:"]);
    ended.exit().await;
    assert_eq!(hub.session("second").await, None);
    assert_eq!(ids.map(|id| watchers(&id)), [1, 1]);
    server.tmux(&["send-keys", "-t", "%0", "alive", "Enter"]);
    lives.until("alive").await;
    assert_eq!(lives.lost(), 0);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stirs_tmux_while_a_client_introduces_itself_that_nobody_wants_any_more() {
    let server = Server::start();
    server.session("second", (100, 30), "cat");
    server.session("third", (100, 30), "cat");
    let hub = hub_with_log(&server);
    let third = hub.session("third").await.unwrap();
    let handle = hub.handle("%1").await;
    let gate = server.path().join("gate");
    rustix::fs::mkfifoat(rustix::fs::CWD, &gate, rustix::fs::Mode::RWXU).unwrap();
    {
        let watched = hub.tmux.monitor(&handle, options(30));
        let started = wait_until("a client for the session starts", async || {
            clients(&server).len() == 2
        });
        tokio::select! {
            _ = watched => panic!("its client waits at the gate"),
            () = started => {}
        }
    }
    let last = clients(&server).pop().unwrap();
    let pid: i32 = last.split(' ').next().unwrap().parse().unwrap();
    assert!(process(pid).is_some());

    // Nobody waits for the watch any more, so that client is let go.
    server.tmux(&["kill-session", "-t", "=second:"]);
    hub.tmux.layout().await.unwrap();
    assert!(process(pid).is_some());
    hub.tmux.kill_session(third).await.unwrap();
    assert!(process(pid).is_none());
    hub.stop().await;
}
