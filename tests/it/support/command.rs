//! Programs that a test runs: to their end under a deadline, or in the background with their lines read as they
//! come. No program outlives its value here.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::wait::{USUAL, look_until};

/// What a program that ended left behind.
#[derive(Clone)]
pub(crate) struct Output {
    /// Its command line, for messages.
    pub(crate) command: String,
    /// Exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it answered.
    pub(crate) stdout: String,
    /// What it said.
    pub(crate) stderr: String,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "{command}\n--- left with {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
        )
    }
}

impl Output {
    /// The answer of a program that must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.stdout
    }

    /// True when it succeeded.
    pub(crate) fn is_ok(&self) -> bool {
        self.code == Some(0)
    }

    /// What a program said that must have left with `code`.
    #[track_caller]
    pub(crate) fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(!self.stderr.is_empty(), "a refusal says why: {self:#?}");
        self.stderr
    }
}

/// Runs `command` to its end, with nothing to read and its answers going to `stdout`. One that does not end is killed and has no
/// exit code, and its `stderr` says so; nothing here panics, since it also runs while a failed test ends.
#[track_caller]
pub(crate) fn run(mut command: Command, stdout: Stdio, deadline: Duration) -> Output {
    let shown = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{shown} could not be started: {error}"));
    // The command keeps the standard output that it was given.
    drop(command);
    let stdout = read_all(child.stdout.take());
    let stderr = read_all(child.stderr.take());
    let status = look_until(deadline, || child.try_wait().ok().flatten());
    if status.is_none() {
        // It may end at this very moment.
        let _ended = child.kill();
        let _reaped = child.wait();
    }
    let mut output = Output {
        command: shown,
        code: status.and_then(|status| status.code()),
        stdout: String::new(),
        stderr: String::new(),
    };
    match (stdout.recv_timeout(USUAL), stderr.recv_timeout(USUAL)) {
        (Ok(stdout), Ok(stderr)) => (output.stdout, output.stderr) = (stdout, stderr),
        _ => {
            output.code = None;
            output.stderr =
                "it left, but something that it started still holds its output".to_owned();
        }
    }
    if status.is_none() {
        output.stderr += "it was killed, since it did not end";
    }
    output
}

fn read_all(from: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if from.is_none_or(|mut from| from.read_to_end(&mut bytes).is_ok()) {
            // Nobody waits for it any more when the deadline has passed.
            let _late = sender.send(String::from_utf8_lossy(&bytes).into_owned());
        }
    });
    receiver
}

/// A program in the background; killed when dropped.
pub(crate) struct Background {
    child: Child,
    lines: Receiver<String>,
    shown: String,
}

impl Background {
    /// Starts `command`; its standard output is read line by line.
    #[track_caller]
    pub(crate) fn start(mut command: Command) -> Self {
        let shown = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{shown} could not be started: {error}"));
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines() {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            shown,
        }
    }

    /// The next line, or `None` when it ended.
    #[track_caller]
    pub(crate) fn line(&self) -> Option<String> {
        match self.lines.recv_timeout(USUAL) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("{} printed no line", self.shown),
        }
    }

    /// Lines up to and with the first one that `is_last` accepts.
    #[track_caller]
    pub(crate) fn lines_until(&self, is_last: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let Some(line) = self.line() else {
                panic!("{} ended after {lines:#?}", self.shown);
            };
            let done = is_last(&line);
            lines.push(line);
            if done {
                return lines;
            }
        }
    }

    /// Its exit code as a shell shows it, once it has ended: 128 and the number of the signal that ended it.
    #[track_caller]
    pub(crate) fn code(&mut self) -> Option<i32> {
        let status = look_until(USUAL, || self.child.try_wait().unwrap());
        let status = status.unwrap_or_else(|| panic!("{} does not end", self.shown));
        status.code().or(status.signal().map(|signal| 128 + signal))
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
