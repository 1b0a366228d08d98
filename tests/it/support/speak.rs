//! What a test says to the daemon and asks it, in geppetto's words. Questions go over the wire, so that waiting
//! for an answer starts no process; what a person does goes through the binary.

use std::fs;
use std::path::PathBuf;

use geppetto::wire::{AnswerLine, DaemonView, ErrorBody, LogView, RunnerView};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::life::Life;
use super::processes::Process;
use super::sandbox::Sandbox;
use super::wire::Wire;

impl Sandbox {
    /// The daemon's socket, once a daemon has made one.
    pub(crate) fn socket(&self) -> Option<PathBuf> {
        self.find_file("run/geppetto", "sock")
    }

    fn find_file(&self, directory: &str, extension: &str) -> Option<PathBuf> {
        let entries = fs::read_dir(self.path(directory)).ok()?;
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|found| found == extension))
    }

    /// A new connection to the daemon, which must be running.
    #[track_caller]
    pub(crate) fn wire(&self) -> Wire {
        self.try_wire()
            .unwrap_or_else(|| panic!("no daemon listens\n{}", self.dump()))
    }

    pub(super) fn try_wire(&self) -> Option<Wire> {
        Wire::connect(&self.socket()?).ok()
    }

    /// One request on a connection of its own.
    #[track_caller]
    pub(crate) fn ask(&self, request: &Value) -> AnswerLine {
        self.wire().ask(request)
    }

    /// One request that must be refused.
    #[track_caller]
    pub(crate) fn refusal(&self, request: &Value) -> ErrorBody {
        self.wire().refusal(request)
    }

    /// Starts the daemon if it does not run, and says what it is.
    #[track_caller]
    pub(crate) fn daemon(&self) -> DaemonView {
        if self.try_wire().is_none() {
            self.geppetto(&["daemon", "start"]).ok();
        }
        let answer = self.ask(&json!({"type": "daemon-status"}));
        *answer.answer.daemon.expect("the daemon knows itself")
    }

    /// Kills the daemon the hard way and waits until it is gone.
    #[track_caller]
    pub(crate) fn crash_daemon(&self) {
        let pid = self.daemon().pid;
        Process::signal(pid, Signal::KILL);
        // Its threads end one by one: the last one lets go of the socket.
        self.wait_until("the daemon to be gone", || {
            Process::find(pid).is_none() && self.try_wire().is_none()
        });
    }

    /// `geppetto new --name NAME -- sh -c SCRIPT`
    #[track_caller]
    pub(crate) fn start(&self, name: &str, script: &str) -> RunnerView {
        self.start_with(name, &[], script)
    }

    /// The same with more options.
    #[track_caller]
    pub(crate) fn start_with(&self, name: &str, options: &[&str], script: &str) -> RunnerView {
        let new = ["new", "--name", name];
        self.geppetto(&[&new[..], options, &["--", "sh", "-c", script]].concat())
            .ok();
        self.runner(name)
    }

    /// A runner, by name or id.
    #[track_caller]
    pub(crate) fn runner(&self, name: &str) -> RunnerView {
        let answer = self.ask(&json!({"type": "get-runner", "runner": name}));
        let answer = answer
            .into_result()
            .unwrap_or_else(|error| panic!("{error:?}"));
        *answer.runner.expect("get-runner answers with the runner")
    }

    /// Every runner.
    #[track_caller]
    pub(crate) fn runners(&self) -> Vec<RunnerView> {
        let answer = self.ask(&json!({"type": "list-runners"}));
        let answer = answer
            .into_result()
            .unwrap_or_else(|error| panic!("{error:?}"));
        answer.runners.expect("list-runners answers with runners")
    }

    /// The runner that watches a pane, if there is one.
    #[track_caller]
    pub(crate) fn runner_of(&self, pane: &str) -> Option<RunnerView> {
        self.runners()
            .into_iter()
            .find(|runner| runner.pane_id.as_deref() == Some(pane))
    }

    /// Waits until a runner has a status, and returns it as it then is.
    #[track_caller]
    pub(crate) fn wait_for_status(&self, name: &str, status: &str) -> RunnerView {
        self.wait_for(&format!("runner {name} to be {status}"), || {
            let runner = self.runner(name);
            (runner.status == status).then_some(runner)
        })
    }

    /// Begins to listen for the statuses of a runner.
    #[track_caller]
    pub(crate) fn follow_life(&self, name: &str) -> Life {
        Life::of(self, name)
    }

    /// Every log entry of a runner that is in memory.
    #[track_caller]
    pub(crate) fn log(&self, name: &str) -> Vec<LogView> {
        let answer = self.ask(&json!({"type": "get-runner-logs", "runner": name}));
        let answer = answer
            .into_result()
            .unwrap_or_else(|error| panic!("{error:?}"));
        answer
            .entries
            .expect("get-runner-logs answers with entries")
    }

    /// What a runner's pane printed, line by line.
    #[track_caller]
    pub(crate) fn log_lines(&self, name: &str) -> Vec<String> {
        let entries = self.log(name).into_iter();
        entries
            .filter(|entry| entry.source == "pane")
            .map(|entry| entry.text)
            .collect()
    }

    /// Waits until a line of a runner's log is `line`.
    #[track_caller]
    pub(crate) fn wait_for_line(&self, name: &str, line: &str) {
        self.wait_until(&format!("{line:?} in the log of {name}"), || {
            self.log_lines(name).iter().any(|found| found == line)
        });
    }
}
