//! One test's world: a short directory, a cleared environment, a private tmux server, and the daemon that serves
//! it. Dropping it ends all of that, and fails the test if a process is left that had to be killed.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::command::{Background, Output, run};
use super::failure;
use super::processes::Process;
use super::wait::{LONG, USUAL, look_until};

/// A world of its own.
pub(crate) struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    /// A directory and a tmux server with one session, `anchor`. No daemon yet.
    #[track_caller]
    pub(crate) fn new() -> Self {
        let sandbox = Self::without_tmux();
        sandbox.start_tmux();
        sandbox
    }

    /// A directory only.
    pub(crate) fn without_tmux() -> Self {
        failure::keep();
        // Socket paths have room for a hundred bytes, so not below the build's directory.
        let dir = tempfile::Builder::new()
            .prefix("gep-")
            .tempdir_in("/tmp")
            .unwrap();
        let sandbox = Self { dir };
        for name in ["home", "run", "state", "config", "cache", "data", "work"] {
            let path = sandbox.path(name);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        }
        sandbox
    }

    /// Starts the tmux server (again).
    #[track_caller]
    pub(crate) fn start_tmux(&self) {
        let anchor = ["new-session", "-d", "-s", "anchor", "-x", "120", "-y", "40"];
        self.tmux(&anchor);
    }

    /// A path in the sandbox.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The same as text.
    pub(crate) fn text_path(&self, name: &str) -> String {
        self.path(name).into_os_string().into_string().unwrap()
    }

    /// Writes the config file.
    pub(crate) fn configure(&self, toml: &str) {
        let directory = self.path("config/geppetto");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("config.toml"), toml).unwrap();
    }

    /// `program` with the sandbox's environment and nothing else, in the sandbox's `work`.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", self.path("home"))
            .env("SHELL", "/bin/sh")
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("TMUX_TMPDIR", self.dir.path())
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_DATA_HOME", self.path("data"))
            .current_dir(self.path("work"));
        command
    }

    /// The binary under test, told which tmux server is meant.
    pub(crate) fn geppetto_command(&self, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_geppetto"));
        command.arg("-S").arg(self.path("t")).args(args);
        command
    }

    /// Runs `geppetto` to its end.
    #[track_caller]
    pub(crate) fn geppetto(&self, args: &[&str]) -> Output {
        run(self.geppetto_command(args), Stdio::piped(), LONG)
    }

    /// Runs `geppetto` with its answers going elsewhere.
    #[track_caller]
    pub(crate) fn geppetto_into(&self, args: &[&str], stdout: impl Into<Stdio>) -> Output {
        run(self.geppetto_command(args), stdout.into(), LONG)
    }

    /// `geppetto` with these arguments as a line for a shell.
    pub(crate) fn shell_line(&self, args: &[&str]) -> String {
        let socket = self.text_path("t");
        let words = [&[env!("CARGO_BIN_EXE_geppetto"), "-S", &socket], args].concat();
        let quoted = words
            .iter()
            .map(|word| format!("'{}'", word.replace('\'', "'\\''")));
        quoted.collect::<Vec<_>>().join(" ")
    }

    /// Runs `geppetto … --json`, which must succeed with one JSON value.
    #[track_caller]
    pub(crate) fn geppetto_json(&self, args: &[&str]) -> Value {
        let output = self.geppetto(&[args, &["--json"]].concat());
        let text = output.clone().ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:#?}"))
    }

    /// Runs a command that was made here.
    #[track_caller]
    pub(crate) fn run(&self, command: Command) -> Output {
        run(command, Stdio::piped(), USUAL)
    }

    /// Starts `geppetto` in the background.
    #[track_caller]
    pub(crate) fn geppetto_background(&self, args: &[&str]) -> Background {
        Background::start(self.geppetto_command(args))
    }

    /// Runs a shell script in the sandbox's environment.
    #[track_caller]
    pub(crate) fn sh(&self, script: &str) -> Output {
        let mut command = self.command("sh");
        command.args(["-c", script]);
        self.run(command)
    }

    /// Runs a tmux command on the private server, which must succeed; its answer without the last line end.
    #[track_caller]
    pub(crate) fn tmux(&self, args: &[&str]) -> String {
        self.tmux_on("t", args)
            .ok()
            .trim_end_matches('\n')
            .to_owned()
    }

    /// Runs a tmux command on the server of that socket.
    #[track_caller]
    pub(crate) fn tmux_on(&self, socket: &str, args: &[&str]) -> Output {
        let mut command = self.command("tmux");
        command
            .arg("-S")
            .arg(self.path(socket))
            .args(["-f", "/dev/null"])
            .args(args);
        self.run(command)
    }

    /// Makes a session that runs `script` in its first pane; `$N`, `@N` and `%N` of it.
    #[track_caller]
    pub(crate) fn session(&self, name: &str, script: &str) -> [String; 3] {
        let ids = "#{session_id} #{window_id} #{pane_id}";
        let size = ["-x", "120", "-y", "40"];
        let new = ["new-session", "-d", "-P", "-F", ids, "-s", name];
        let answer = self.tmux(&[&new[..], &size[..], &["--", "sh", "-c", script]].concat());
        let ids: Vec<String> = answer.split(' ').map(str::to_owned).collect();
        ids.try_into().unwrap_or_else(|ids| panic!("{ids:?}"))
    }

    /// Makes a window in a session; `@N` and `%N` of it.
    #[track_caller]
    pub(crate) fn window(&self, session: &str, script: &str) -> [String; 2] {
        let (target, ids) = (format!("={session}:"), "#{window_id} #{pane_id}");
        let new = ["new-window", "-d", "-P", "-F", ids, "-t", &target, script];
        let ids: Vec<String> = self.tmux(&new).split(' ').map(str::to_owned).collect();
        ids.try_into().unwrap_or_else(|ids| panic!("{ids:?}"))
    }

    /// Makes a pane beside that one; `%N` of it.
    #[track_caller]
    pub(crate) fn split(&self, pane: &str, script: &str) -> String {
        let new = ["split-window", "-d", "-P", "-F", "#{pane_id}"];
        self.tmux(&[&new[..], &["-t", pane, script]].concat())
    }

    /// Types a line into a pane of the private server.
    #[track_caller]
    pub(crate) fn type_into(&self, pane: &str, line: &str) {
        self.tmux(&["send-keys", "-t", pane, "-l", line]);
        self.tmux(&["send-keys", "-t", pane, "Enter"]);
    }

    /// Waits until `condition` holds; fails with everything there is to know when it does not.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, mut condition: impl FnMut() -> bool) {
        self.wait_for(what, || condition().then_some(()));
    }

    /// Waits until `look` finds something.
    #[track_caller]
    pub(crate) fn wait_for<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> T {
        self.wait_within(USUAL, what, look)
    }

    /// The same with another deadline.
    #[track_caller]
    pub(crate) fn wait_within<T>(
        &self,
        deadline: Duration,
        what: &str,
        look: impl FnMut() -> Option<T>,
    ) -> T {
        look_until(deadline, look)
            .unwrap_or_else(|| panic!("waited {deadline:?} in vain for {what}\n{}", self.dump()))
    }

    /// Processes of this sandbox: they name its directory in their arguments or environment.
    pub(crate) fn processes(&self) -> Vec<Process> {
        Process::with_trace(&self.dir.path().to_string_lossy())
    }

    /// The control clients (`tmux -C`) of this sandbox.
    pub(crate) fn control_clients(&self) -> Vec<Process> {
        let mut found = self.processes();
        found.retain(|process| {
            let words: Vec<&str> = process.command.split_whitespace().collect();
            words.first().is_some_and(|word| word.ends_with("tmux"))
                && words
                    .iter()
                    .any(|word| *word == "-C" || *word == "-uC" || *word == "-Cu")
        });
        found
    }

    /// Everything that explains a failure: tmux, runners, processes, the daemon's log.
    pub(crate) fn dump(&self) -> String {
        let fields = "#{session_id} #{session_name} #{window_id} #{pane_id} #{pane_pid} dead=#{pane_dead} #{pane_current_command}";
        let panes = self.tmux_on("t", &["list-panes", "-a", "-F", fields]);
        let mut text = format!("--- panes\n{}{}", panes.stdout, panes.stderr);
        for id in panes
            .stdout
            .split_whitespace()
            .filter(|word| word.starts_with('%'))
        {
            let screen = self.tmux_on("t", &["capture-pane", "-p", "-t", id]).stdout;
            text += &format!("--- screen of {id}\n{}\n", screen.trim_end());
        }
        let terminal = self
            .tmux_on("u", &["list-sessions", "-F", "#{session_name}"])
            .stdout;
        for name in terminal.lines() {
            let screen = self
                .tmux_on("u", &["capture-pane", "-p", "-t", &format!("={name}:")])
                .stdout;
            text += &format!("--- {name}\n{}\n", screen.trim_end());
        }
        for process in self.processes() {
            let Process {
                pid,
                parent,
                state,
                resident,
                command,
                ..
            } = process;
            text += &format!("--- process {pid} of {parent} {state} {resident} KiB: {command}\n");
        }
        if let Some(mut wire) = self.try_wire() {
            let request = format!("{}\n", json!({"type": "list-runners"}));
            let sent = wire.send_raw(request.as_bytes());
            let runners = sent.ok().and_then(|()| wire.line());
            text += &format!("--- runners: {runners:?}\n");
        }
        let state = self.path("state/geppetto");
        let servers = fs::read_dir(state).into_iter().flatten();
        for directory in servers.filter_map(Result::ok) {
            let log = fs::read_to_string(directory.path().join("daemon.log")).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let newest = lines.len().saturating_sub(60);
            text += &format!("--- daemon's log\n{}\n", lines[newest..].join("\n"));
        }
        text
    }

    /// Ends everything; what had to be killed.
    fn end(&self, deadline: Duration) -> Vec<Process> {
        for process in self.processes() {
            Process::signal(process.pid, Signal::CONT);
        }
        if let Some(mut wire) = self.try_wire() {
            let stop = format!("{}\n", json!({"type": "stop-daemon"}));
            // The daemon may be ending by itself at this moment.
            let _sent = wire.send_raw(stop.as_bytes());
            let _closed = look_until(USUAL, || self.try_wire().is_none().then_some(()));
        }
        for socket in ["t", "u"] {
            if self.path(socket).exists() {
                // It has no server when the test killed it.
                let _ended = self.tmux_on(socket, &["kill-server"]);
            }
        }
        if look_until(deadline, || self.processes().is_empty().then_some(())).is_some() {
            return Vec::new();
        }
        let left = self.processes();
        for process in &left {
            Process::signal(process.pid, Signal::KILL);
        }
        left
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let is_failing = std::thread::panicking();
        if is_failing {
            say(&self.dump());
            say(&format!("--- it failed with\n{}", failure::message()));
        }
        let left = self.end(USUAL);
        assert!(
            left.is_empty() || is_failing,
            "processes were left behind: {left:#?}"
        );
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the test runner shows it with the failed test"
)]
fn say(text: &str) {
    eprintln!("{text}");
}

fn search_path() -> OsString {
    variable("PATH").expect("tests are run with a PATH").into()
}

/// A variable of the environment in which the tests run.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where tests read it"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[test]
fn a_process_that_is_left_behind_is_noticed_and_ended() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("sh");
    command.args(["-c", "trap '' HUP TERM; exec sleep 1000"]);
    let mut child = command.spawn().unwrap();
    let left = sandbox.end(Duration::ZERO);
    child.wait().unwrap();
    assert!(
        left.iter()
            .any(|process| process.command.starts_with("sleep 1000")),
        "{left:?}"
    );
    assert!(sandbox.processes().is_empty());
}

#[test]
fn control_clients_are_told_from_other_programs() {
    let sandbox = Sandbox::new();
    let [session, _, _] = sandbox.session("work", "exec sleep 1000");
    assert!(sandbox.control_clients().is_empty());
    let mut command = sandbox.command("tmux");
    let attach = ["-u", "-C", "attach-session", "-t", &session];
    command.arg("-S").arg(sandbox.path("t")).args(attach);
    let mut client = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    sandbox.wait_until("the control client", || {
        sandbox.control_clients().len() == 1
    });
    drop(client.stdin.take());
    client.wait().unwrap();
    assert!(sandbox.control_clients().is_empty());
}
