//! Reaching people against a real tmux: what is written into a pane is not its output, and nobody's text is read as code.

use super::testing::{PATIENCE, Server, wait_until};
use crate::domain::notice::OscNumber;
use crate::ports::mux::{Mux, MuxError};
use crate::ports::process::ProcessEvent;
use crate::ports::terminals::Terminals;
use crate::testkit::terminals_contract;
use crate::testkit::typist_contract::{self, Program};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_is_kept() {
    let server = Server::start();
    let hub = server.hub();
    let (_, panes) = hub.tmux.layout().await.unwrap();
    terminals_contract::holds(&hub.tmux, panes[0].place.pane).await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_we_write_into_a_pane_is_not_its_output() {
    let server = Server::start();
    server.tmux(&["new-window", "-d", "-t", "=first:", "cat"]);
    let hub = server.hub();
    let mut stream = hub.watch("%1").await;
    let flag = || server.tmux(&["display-message", "-p", "-t", "%1", "#{window_bell_flag}"]);
    let pane = "%1".parse().unwrap();
    hub.tmux.ring(pane).await.unwrap();
    wait_until("the bell", async || flag() == "1").await;
    hub.tmux
        .announce(pane, OscNumber::Nine, "text")
        .await
        .unwrap();
    server.tmux(&["send-keys", "-t", "%1", "typed", "Enter"]);
    stream.until("typed").await;
    assert!(!stream.output.contains(&0x07), "{:?}", stream.output);
    let woke = |event: &ProcessEvent| matches!(event, ProcessEvent::Lost { .. });
    assert!(!stream.events.iter().any(woke));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_terminal_of_a_dead_pane_is_left_alone() {
    let server = Server::start();
    server.tmux(&["set-option", "-g", "remain-on-exit", "on"]);
    server.tmux(&["new-window", "-d", "-t", "=first:", "true"]);
    let hub = server.hub();
    let dead = || server.tmux(&["display-message", "-p", "-t", "%1", "#{pane_dead}"]) == "1";
    wait_until("the pane to be dead", async || dead()).await;
    let rung = hub.tmux.ring("%1".parse().unwrap()).await;
    assert!(matches!(rung, Err(MuxError::NoPane { .. })), "{rung:?}");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_was_stopped_holds_nobody_up() {
    let server = Server::start();
    server.tmux(&["new-window", "-d", "-t", "=first:", "stty ixon; exec cat"]);
    let hub = server.hub();
    let pane = "%1".parse().unwrap();
    server.tmux(&["send-keys", "-t", "%1", "C-s"]);
    // Until the key has arrived the bell rings.
    wait_until(
        "the terminal to be stopped",
        async || match tokio::time::timeout(PATIENCE / 2, hub.tmux.ring(pane)).await {
            Ok(Ok(())) => false,
            Ok(Err(MuxError::Terminal { .. })) => true,
            other => panic!("{other:?}"),
        },
    )
    .await;
    hub.stop().await;
}

/// A program that writes down every byte.
struct Writes<'a> {
    server: &'a Server,
    pane: &'a str,
}

impl Program for Writes<'_> {
    fn got(&self) -> String {
        std::fs::read_to_string(self.server.path().join("got")).unwrap_or_default()
    }

    fn scroll(&self, scrolls: bool) {
        if scrolls {
            self.server.tmux(&["copy-mode", "-t", self.pane]);
        } else {
            let cancel = ["send-keys", "-t", self.pane, "-X", "cancel"];
            self.server.tmux(&cancel);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_arrives_by_the_contract() {
    let server = Server::start();
    let got = server.path().join("got");
    let program = format!("stty raw -echo; echo up; exec cat >'{}'", got.display());
    server.tmux(&["new-window", "-d", "-t", "=first:", &program]);
    let hub = server.hub();
    let pane = "%1";
    let shows = || server.tmux(&["capture-pane", "-p", "-t", pane]);
    wait_until("the terminal to be raw", async || shows().contains("up")).await;
    let handle = hub.handle(pane).await;
    let program = Writes {
        server: &server,
        pane,
    };
    typist_contract::holds(&hub.tmux, &handle, &program).await;
    hub.stop().await;
}
