//! A private tmux server and a daemon for it, in a directory of their own; both end with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) struct World {
    directory: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("gb")
            .tempdir_in("/tmp")
            .unwrap();
        let world = Self { directory };
        for name in ["run", "state", "config", "home"] {
            fs::create_dir(world.path(name)).unwrap();
        }
        world.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-s",
            "anchor",
            "-x",
            "200",
            "-y",
            "50",
        ]);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn clean(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"));
        command
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("SHELL", "/bin/sh");
        command.env("XDG_RUNTIME_DIR", self.path("run"));
        command.env("XDG_STATE_HOME", self.path("state"));
        command.env("XDG_CONFIG_HOME", self.path("config"));
        command
    }

    pub(crate) fn tmux_command(&self, args: &[&str]) -> Command {
        let mut command = self.clean(Path::new("tmux"));
        command.arg("-S").arg(self.path("t")).args(args);
        command
    }

    pub(crate) fn tmux(&self, args: &[&str]) -> String {
        answer(self.tmux_command(args))
    }

    pub(crate) fn geppetto_command(&self, args: &[&str]) -> Command {
        let mut command = self.clean(Path::new(env!("CARGO_BIN_EXE_geppetto")));
        command.arg("-S").arg(self.path("t")).args(args);
        command
    }

    /// As an agent in a pane calls it: tmux has told it where it is.
    pub(crate) fn called_in_pane(&self, pane: &str, args: &[&str]) -> Command {
        let mut command = self.clean(Path::new(env!("CARGO_BIN_EXE_geppetto")));
        let socket = self.path("t");
        command
            .env("TMUX", format!("{},1,0", socket.display()))
            .env("TMUX_PANE", pane)
            .args(args);
        command
    }

    pub(crate) fn geppetto(&self, args: &[&str]) -> String {
        answer(self.geppetto_command(args))
    }

    /// A line for the shell; its arguments follow.
    pub(crate) fn shell_command(&self, line: &str) -> Command {
        let mut command = self.clean(Path::new("sh"));
        command.args(["-c", line, "sh"]);
        command
    }

    /// An answer that is not text.
    pub(crate) fn geppetto_bytes(&self, args: &[&str]) -> Vec<u8> {
        let output = self.geppetto_command(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        output.stdout
    }

    /// Every runner, as `list --json` shows it.
    pub(crate) fn runners(&self) -> Vec<Value> {
        let listed: Value = serde_json::from_str(&self.geppetto(&["list", "--json"])).unwrap();
        match listed {
            Value::Array(runners) => runners,
            other => other["runners"].as_array().unwrap().clone(),
        }
    }

    pub(crate) fn runner(&self, name: &str) -> Value {
        self.runners()
            .into_iter()
            .find(|runner| runner["name"] == name)
            .unwrap()
    }

    pub(crate) fn daemon_pid(&self) -> u32 {
        let status: Value =
            serde_json::from_str(&self.geppetto(&["daemon", "status", "--json"])).unwrap();
        let pid = status["pid"]
            .as_u64()
            .or_else(|| status["daemon"]["pid"].as_u64())
            .unwrap();
        u32::try_from(pid).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for mut command in [
            self.geppetto_command(&["daemon", "stop"]),
            self.tmux_command(&["kill-server"]),
        ] {
            // One that is gone already is as good.
            let _ended = command.output();
        }
    }
}

fn answer(mut command: Command) -> String {
    let output: Output = command.output().unwrap();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {talk}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A child that is ended with its owner.
pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// This program, for use in panes.
pub(crate) fn myself() -> String {
    std::env::current_exe()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// How often is looked for what is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(2);

pub(crate) fn until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !holds() {
        assert!(
            Instant::now() < deadline,
            "{what} did not come within {limit:?}"
        );
        // Waiting must not take a core from what is measured.
        park_timeout(LOOK_EVERY);
    }
}

/// Reads what a program in a pane wrote down at its end.
pub(crate) fn written(path: &Path, limit: Duration) -> String {
    until(&format!("{}", path.display()), limit, || path.exists());
    fs::read_to_string(path).unwrap()
}

pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let tmux = Command::new("tmux")
        .arg("-V")
        .output()
        .map(|o| o.stdout)
        .unwrap_or_default();
    let tmux = String::from_utf8_lossy(&tmux);
    format!(
        "{}, {cores} cores, load {}",
        tmux.trim(),
        load.split(' ').next().unwrap_or("?")
    )
}
