//! The run parent and the control child, as the real binary, in a real tmux on a private socket, with a fake daemon that
//! answers and takes notes. The real daemon has tests of its own; here only what these two processes promise.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_geppetto");
const PATIENCE: Duration = Duration::from_secs(60);

/// A tmux server of its own, which ends with the test.
struct Tmux {
    dir: tempfile::TempDir,
}

impl Tmux {
    fn start() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("gp")
            .tempdir_in("/tmp")
            .unwrap();
        let tmux = Self { dir };
        tmux.run(&["new-session", "-d", "-s", "main", "-x", "80", "-y", "24"]);
        tmux.run(&["set-option", "-g", "remain-on-exit", "off"]);
        tmux
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn try_run(&self, args: &[&str]) -> Output {
        Command::new("tmux")
            .arg("-S")
            .arg(self.path("s"))
            .args(["-f", "/dev/null"])
            .args(args)
            .env_remove("TMUX")
            .env_remove("TMUX_PANE")
            .env("SHELL", "/bin/sh")
            .output()
            .unwrap()
    }

    fn run(&self, args: &[&str]) -> String {
        let output = self.try_run(args);
        assert!(output.status.success(), "tmux {args:?}: {output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// Opens a window with a run parent above `command`; its pane.
    fn open(&self, runner: &str, command: &[&str]) -> String {
        let (socket, state) = (self.path("d.sock"), self.path("state"));
        let mut args = vec![
            "new-window",
            "-d",
            "-P",
            "-F",
            "#{pane_id}",
            "-t",
            "main:",
            PROGRAM,
        ];
        args.extend(["internal", "run", "--socket", socket.to_str().unwrap()]);
        args.extend(["--state-dir", state.to_str().unwrap()]);
        args.extend(["--runner", runner, "--run", "1", "--"]);
        args.extend(command);
        self.run(&args)
    }

    fn screen(&self, pane: &str) -> String {
        let output = self.try_run(&["capture-pane", "-p", "-J", "-S", "-", "-t", pane]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn wait_for_screen(&self, pane: &str, text: &str) {
        wait_until(
            &format!("{pane} shows {text:?}"),
            || self.screen(pane).contains(text),
            || self.screen(pane),
        );
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.try_run(&["kill-server"]);
    }
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool, dump: impl Fn() -> String) {
    // Each turn asks another process, so the loop does not spin; the bound is on turns and time alike.
    let (_never, pause) = channel::<()>();
    for _ in 0..PATIENCE.as_millis() / 20 {
        if holds() {
            return;
        }
        let _ = pause.recv_timeout(Duration::from_millis(20));
    }
    panic!("waited in vain until {what}; last seen:\n{}", dump());
}

fn runner_id(number: u32) -> String {
    format!("01930000-0000-7000-8000-{number:012x}")
}

type Answerer = Arc<dyn Fn(&Value) -> Value + Send + Sync>;

/// Answers what it is asked on the daemon's socket, and passes every request on.
struct FakeDaemon {
    requests: Receiver<Value>,
    kept: BTreeMap<(String, String), Value>,
}

impl FakeDaemon {
    fn start(socket: &Path, answer: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let (sender, requests) = channel();
        let answer: Answerer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sender, answer) =
                    (stream.unwrap(), sender.clone(), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &sender, &answer));
            }
        });
        Self {
            requests,
            kept: BTreeMap::new(),
        }
    }

    fn agreeable(socket: &Path) -> Self {
        Self::start(socket, |_| json!({"success": true}))
    }

    /// The request of that type from that runner, which may have come already.
    fn expect(&mut self, kind: &str, runner: &str) -> Value {
        let key = (kind.to_owned(), runner.to_owned());
        loop {
            if let Some(request) = self.kept.remove(&key) {
                return request;
            }
            let request = self.requests.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("no {kind} from {runner}; there are {:?}", self.kept);
            });
            let field = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
            let of = (field("type"), field("runnerId"));
            assert!(self.kept.insert(of, request).is_none(), "reported twice");
        }
    }
}

fn serve(stream: UnixStream, requests: &Sender<Value>, answer: &Answerer) {
    let mut writer = stream.try_clone().unwrap();
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        let request: Value = serde_json::from_str(&line).unwrap();
        let answer = answer(&request);
        requests.send(request).ok();
        if writeln!(writer, "{answer}").is_err() {
            return;
        }
    }
}

/// Command, exit code and signal. One is killed in the middle of a control string, one closes its terminal early.
fn kinds_of_end() -> [(Vec<&'static str>, Value, Value); 5] {
    [
        (vec!["sh", "-c", "exit 3"], json!(3), json!(null)),
        (vec!["sh", "-c", "kill -9 $$"], json!(null), json!(9)),
        (
            vec!["sh", "-c", "seq 1 2000; exit 5"],
            json!(5),
            json!(null),
        ),
        (
            vec!["sh", "-c", "printf '\\033]0;open'; kill -15 $$"],
            json!(null),
            json!(15),
        ),
        (
            vec!["sh", "-c", "exec <&- >&- 2>&-; exit 7"],
            json!(7),
            json!(null),
        ),
    ]
}

#[test]
fn every_exit_is_told_truly_and_after_the_last_output() {
    let tmux = Tmux::start();
    let socket = tmux.path("d.sock");
    let (screens, captured) = channel();
    let tmux_socket = tmux.path("s");
    let panes = Arc::new(tokio::sync::Mutex::new(BTreeMap::<String, String>::new()));
    let panes_of_daemon = Arc::clone(&panes);
    let mut daemon = FakeDaemon::start(&socket, move |request| {
        let runner = request["runnerId"].as_str().unwrap().to_owned();
        // The screen as tmux has it at the moment when the run parent says that all has been printed.
        if request["type"] == "run-exited" && request["code"] == 5 {
            let pane = panes_of_daemon.blocking_lock()[&runner].clone();
            let output = Command::new("tmux")
                .arg("-S")
                .arg(&tmux_socket)
                .args(["capture-pane", "-p", "-t", &pane])
                .output()
                .unwrap();
            screens
                .send((runner, String::from_utf8(output.stdout).unwrap()))
                .unwrap();
        }
        json!({"success": true})
    });
    let kinds = kinds_of_end();
    let mut number = 0;
    for _ in 0..10 {
        let first = number;
        for (command, ..) in kinds.iter().cycle().take(20) {
            let mut panes = panes.blocking_lock();
            let id = runner_id(number);
            let pane = tmux.open(&id, command);
            panes.insert(id, pane);
            number += 1;
        }
        for (number, (command, code, signal)) in (first..).zip(kinds.iter().cycle().take(20)) {
            let id = runner_id(number);
            daemon.expect("run-begin", &id);
            daemon.expect("run-started", &id);
            let exited = daemon.expect("run-exited", &id);
            assert_eq!(
                (&exited["code"], &exited["signal"]),
                (code, signal),
                "{command:?}"
            );
        }
    }
    assert_eq!(number, 200);
    let screens: Vec<_> = captured.try_iter().collect();
    assert_eq!(screens.len(), 40);
    for (runner, screen) in screens {
        assert!(screen.trim_end().ends_with("2000"), "{runner}:\n{screen}");
    }
    assert!(!tmux.path("state").exists(), "nothing was left in files");
}

/// The order that keeps the last output: with tmux standing still, the end is not told although it is known.
#[test]
fn an_exit_is_not_told_before_tmux_has_read_what_was_printed() {
    let tmux = Tmux::start();
    let mut daemon = FakeDaemon::agreeable(&tmux.path("d.sock"));
    let id = runner_id(1);
    let server = tmux.run(&["display-message", "-p", "#{pid}"]);
    // Not told by a key: who sends it would wait for a server that has been stopped already.
    let go = tmux.path("go");
    let script = format!(
        "until [ -e {} ]; do sleep 0.02; done; kill -STOP {server}; echo last; exit 5",
        go.display()
    );
    tmux.open(&id, &["sh", "-c", &script]);
    let program = daemon.expect("run-started", &id)["pid"].to_string();
    std::fs::write(go, "").unwrap();
    let gone = || process_state(&program);
    wait_until("the program has ended", || gone().is_empty(), gone);
    let early = daemon.requests.recv_timeout(Duration::from_millis(300));
    let go_on = Command::new("kill").args(["-CONT", &server]).status();
    assert!(go_on.unwrap().success());
    assert!(early.is_err(), "told too early: {early:?}");
    assert_eq!(daemon.expect("run-exited", &id)["code"], 5);
}

#[test]
fn keys_reach_the_program_and_never_freeze_or_end_its_parent() {
    let tmux = Tmux::start();
    let mut daemon = FakeDaemon::agreeable(&tmux.path("d.sock"));
    let id = runner_id(1);
    let script = "trap 'echo interrupted' INT; echo ready; \
                  while :; do read line && echo \"got $line\"; [ \"$line\" = over ] && exit 4; done";
    let pane = tmux.open(&id, &["sh", "-c", script]);
    tmux.wait_for_screen(&pane, "ready");
    tmux.run(&["send-keys", "-t", &pane, "C-c"]);
    tmux.wait_for_screen(&pane, "interrupted");
    tmux.run(&["send-keys", "-t", &pane, "C-z"]);
    tmux.run(&["send-keys", "-t", &pane, "after", "Enter"]);
    tmux.wait_for_screen(&pane, "got after");
    tmux.run(&["send-keys", "-t", &pane, "over", "Enter"]);
    assert_eq!(daemon.expect("run-exited", &id)["code"], 4);
}

#[test]
fn a_shell_with_job_control_works_and_its_environment_names_the_runner() {
    let tmux = Tmux::start();
    let mut daemon = FakeDaemon::agreeable(&tmux.path("d.sock"));
    let id = runner_id(1);
    let pane = tmux.open(&id, &["bash", "--norc", "--noprofile", "-i"]);
    let ask = "echo \"[$GEPPETTO_RUNNER]\"; sleep 1000";
    tmux.run(&["send-keys", "-t", &pane, ask, "Enter"]);
    tmux.wait_for_screen(&pane, &format!("[{id}]"));
    let command = || {
        let what = "#{pane_current_command}";
        tmux.run(&["display-message", "-p", "-t", &pane, what])
    };
    wait_until("sleep has the terminal", || command() == "sleep", command);
    tmux.run(&["send-keys", "-t", &pane, "C-z"]);
    tmux.wait_for_screen(&pane, "Stopped");
    tmux.run(&["send-keys", "-t", &pane, "fg", "Enter"]);
    wait_until("it has it again", || command() == "sleep", command);
    tmux.run(&["send-keys", "-t", &pane, "C-c"]);
    wait_until("Ctrl-C has ended it", || command() == "bash", command);
    tmux.run(&["send-keys", "-t", &pane, "exit 9", "Enter"]);
    assert_eq!(daemon.expect("run-exited", &id)["code"], 9);
}

#[test]
fn a_closed_pane_ends_the_program_and_the_signal_is_told() {
    let tmux = Tmux::start();
    let mut daemon = FakeDaemon::agreeable(&tmux.path("d.sock"));
    let (plain, trapped, frozen) = (runner_id(1), runner_id(2), runner_id(3));
    let plain_pane = tmux.open(&plain, &["sh", "-c", "echo ready; exec sleep 1000"]);
    let trapped_pane = tmux.open(
        &trapped,
        &[
            "sh",
            "-c",
            "trap 'exit 6' HUP; echo ready; while :; do sleep 0.05; done",
        ],
    );
    let frozen_pane = tmux.open(&frozen, &["sh", "-c", "echo ready; kill -STOP $$; exit 8"]);
    for pane in [&plain_pane, &trapped_pane, &frozen_pane] {
        tmux.wait_for_screen(pane, "ready");
    }
    let program = daemon.expect("run-started", &frozen)["pid"].to_string();
    wait_until(
        "SIGSTOP has stopped the program, and the run parent left it so",
        || process_state(&program) == "T",
        || process_state(&program),
    );
    for pane in [&plain_pane, &trapped_pane, &frozen_pane] {
        tmux.run(&["kill-pane", "-t", pane]);
    }
    assert_eq!(daemon.expect("run-exited", &plain)["signal"], 1);
    assert_eq!(daemon.expect("run-exited", &trapped)["code"], 6);
    assert_eq!(daemon.expect("run-exited", &frozen)["signal"], 1);
}

#[test]
fn without_a_daemon_the_program_runs_and_its_exit_is_left_in_a_file() {
    let tmux = Tmux::start();
    let (code, signal) = (runner_id(1), runner_id(2));
    tmux.open(&code, &["sh", "-c", "exit 3"]);
    tmux.open(&signal, &["sh", "-c", "kill -TERM $$"]);
    for (id, field, value) in [(code, "code", 3), (signal, "signal", 15)] {
        let file = tmux.path("state").join(format!("exits/{id}-1.json"));
        wait_until("the file is there", || file.exists(), String::new);
        let exit: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(exit[field], value);
        assert!(exit["atMs"].as_u64().unwrap() > 1_700_000_000_000);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
    }
}

#[test]
fn an_exit_that_the_daemon_does_not_confirm_is_left_in_a_file() {
    let tmux = Tmux::start();
    let (busy, forgotten) = (runner_id(1), runner_id(2));
    let gone = forgotten.clone();
    let mut daemon = FakeDaemon::start(&tmux.path("d.sock"), move |request| {
        match (
            request["type"].as_str().unwrap(),
            request["runnerId"] == gone.as_str(),
        ) {
            ("run-exited", true) => refusal("RunnerNotFound"),
            _ => refusal("Unavailable"),
        }
    });
    tmux.open(&forgotten, &["sh", "-c", "exit 3"]);
    daemon.expect("run-exited", &forgotten);
    tmux.open(&busy, &["sh", "-c", "exit 3"]);
    let file = |id: &str| tmux.path("state").join(format!("exits/{id}-1.json"));
    wait_until("the file is there", || file(&busy).exists(), String::new);
    assert!(!file(&forgotten).exists(), "nobody would ever read it");
}

fn refusal(tag: &str) -> Value {
    json!({"success": false, "error": {"tag": tag, "message": "No."}})
}

#[test]
fn a_refused_program_is_not_started() {
    let tmux = Tmux::start();
    tmux.run(&["set-option", "-g", "remain-on-exit", "on"]);
    let mut daemon = FakeDaemon::start(&tmux.path("d.sock"), |_| refusal("RunnerNotFound"));
    let id = runner_id(1);
    let proof = tmux.path("started");
    let pane = tmux.open(&id, &["touch", proof.to_str().unwrap()]);
    daemon.expect("run-begin", &id);
    tmux.wait_for_screen(&pane, "geppetto: No.");
    wait_until(
        "the pane is dead",
        || tmux.run(&["display-message", "-p", "-t", &pane, "#{pane_dead}"]) == "1",
        || tmux.screen(&pane),
    );
    assert!(!proof.exists());
}

#[test]
fn a_program_that_cannot_be_started_is_told_with_the_systems_words() {
    let tmux = Tmux::start();
    let mut daemon = FakeDaemon::agreeable(&tmux.path("d.sock"));
    let plain_file = tmux.path("plain");
    fs::write(&plain_file, "no program").unwrap();
    for (number, program, words) in [
        (1, "no-such-program-anywhere", "No such file"),
        (2, plain_file.to_str().unwrap(), "Permission denied"),
    ] {
        let id = runner_id(number);
        tmux.open(&id, &[program]);
        let failed = daemon.expect("run-failed", &id);
        assert!(
            failed["message"].as_str().unwrap().contains(words),
            "{failed}"
        );
    }
}

fn process_state(pid: &str) -> String {
    let output = Command::new("ps")
        .args(["-o", "stat=", "-p", pid])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .chars()
        .take(1)
        .collect()
}

#[test]
fn a_control_child_ends_with_its_parent_and_not_without_it() {
    let with_parent = |parent: &str, command: &str| {
        let script =
            format!("exec 3<&0; {PROGRAM} internal control-child --parent {parent} -- {command}");
        Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .output()
            .unwrap()
    };
    assert_eq!(
        with_parent("$$", "sh -c 'exit 5' <&3").status.code(),
        Some(5)
    );
    assert_eq!(
        with_parent("$$", "no-such-program <&3").status.code(),
        Some(127)
    );
    assert_eq!(
        with_parent("999999999", "sh -c 'exit 5' <&3").status.code(),
        Some(1)
    );

    // The parent prints the child's pid and is killed the hard way; nobody else tells the child to end.
    let script = format!(
        "{PROGRAM} internal control-child --parent $$ -- sleep 1000 & echo $!; kill -STOP $$"
    );
    let mut parent = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = String::new();
    BufReader::new(parent.stdout.take().unwrap())
        .read_line(&mut child)
        .unwrap();
    let child = child.trim();
    let name = || {
        let output = Command::new("ps")
            .args(["-o", "comm=", "-p", child])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    if cfg!(target_os = "linux") {
        wait_until("it has become the command", || name() == "sleep", name);
    }
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_until(
        "it has ended",
        || process_state(child).is_empty() || process_state(child) == "Z",
        name,
    );
}
