//! The adapter against a real tmux on a private socket: following panes.

use super::testing::{Server, wait_until};
use crate::domain::exit::{ExitSource, Outcome};
use crate::ports::mux::{Mux, MuxEvent};
use crate::ports::process::ProcessEvent;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_of_two_sessions_is_exact_and_in_order() {
    let server = Server::start();
    server.session("second", (80, 24), "sh");
    server.tmux(&["respawn-pane", "-k", "-t", "=first:", "sh"]);
    let hub = server.hub();
    let mut first = hub.watch("%0").await;
    let mut second = hub.watch("%1").await;
    server.tmux(&[
        "send-keys",
        "-t",
        "%0",
        "stty -echo -onlcr; PS1=; clear; seq 1 20000; echo done-$((1+1))",
        "Enter",
    ]);
    server.tmux(&["send-keys", "-t", "%1", "echo two-$((1+1))", "Enter"]);
    first.until("done-2").await;
    second.until("two-2").await;
    let want: String = (1..=20000).map(|n| format!("{n}\n")).collect();
    assert!(
        memchr::memmem::find(&first.output, want.as_bytes()).is_some(),
        "the numbers are not in the output as one piece"
    );
    assert!(memchr::memmem::find(&first.output, b"two-2").is_none());
    assert_eq!(first.lost() + second.lost(), 0);
    hub.stop().await;
    let left = server.tmux(&["list-clients"]);
    assert_eq!(left, "", "no client stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_event_is_the_layout_and_a_killed_server_is_told_to_all() {
    let server = Server::start();
    let hub = server.hub();
    let mut events = hub.tmux.events().unwrap();
    assert!(hub.tmux.events().is_none());
    let Some(MuxEvent::Layout { sessions, panes }) = events.recv().await else {
        panic!("the first event is the layout");
    };
    assert_eq!(sessions[0].name, "first");
    assert_eq!(
        sessions[0].clients, 0,
        "the sentinel is no terminal of a person"
    );
    assert_eq!(panes[0].command, "cat");
    let mut stream = hub.watch("%0").await;
    server.tmux(&["kill-server"]);
    let exit = stream.exit().await;
    assert_eq!(
        (exit.outcome, exit.source),
        (Outcome::NotKnown, ExitSource::ServerGone)
    );
    wait_until("ServerGone", async || {
        matches!(events.recv().await, Some(MuxEvent::ServerGone))
    })
    .await;
    assert!(hub.tmux.server().await.is_err());
    server.tmux(&["new-session", "-d", "-s", "again", "cat"]);
    wait_until("the new server", async || hub.tmux.server().await.is_ok()).await;
    assert_eq!(hub.tmux.layout().await.unwrap().0[0].name, "again");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn detached_clients_come_back_with_a_mark() {
    let server = Server::start();
    let hub = server.hub();
    let mut stream = hub.watch("%0").await;
    server.tmux(&["send-keys", "-t", "%0", "before", "Enter"]);
    stream.until("before").await;
    // -a spares the client that tmux takes for the current one; the rest by name.
    server.try_tmux(&["detach-client", "-a"]);
    for client in server
        .tmux(&["list-clients", "-F", "#{client_name}"])
        .lines()
    {
        server.try_tmux(&["detach-client", "-t", client]);
    }
    while !matches!(
        stream.next().await,
        Some(ProcessEvent::Lost { bytes: None })
    ) {}
    server.tmux(&["send-keys", "-t", "%0", "after", "Enter"]);
    stream.until("after").await;
    hub.stop().await;
}
