//! The control child: runs a `tmux -C` client so that it ends with the daemon, however the daemon ends. A client
//! that outlives its reader freezes the user's programs.
//!
//! On Linux it asks the kernel for SIGTERM at the parent's death and becomes the client. The kernel means the
//! *thread* that started it, so that thread must live as long as the daemon. Elsewhere it stays, as a tiny
//! supervisor that notices the end of its standard input.

use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitCode};

use crate::domain::ids::Pid;

/// Exit code when the daemon was gone before the client started.
const ORPHANED: u8 = 1;
/// Exit codes of shells for a program that is not there, and for one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

/// Runs `command` for as long as process `parent` lives. Comes back only when that did not work, or where there is no
/// way to become the client.
pub fn run(parent: Pid, command: Vec<OsString>) -> ExitCode {
    let mut words = command.into_iter();
    let Some(program) = words.next() else {
        return ExitCode::from(NOT_RUNNABLE);
    };
    let mut client = Command::new(program);
    client.args(words);
    become_client(parent, client).unwrap_or_else(|error| {
        ExitCode::from(match error.kind() {
            io::ErrorKind::NotFound => NOT_FOUND,
            _ => NOT_RUNNABLE,
        })
    })
}

#[cfg(target_os = "linux")]
fn become_client(parent: Pid, mut client: Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;

    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::TERM))?;
    // After the wish, not before: a parent that died in between would never be told of.
    if getppid().map(|pid| pid.as_raw_nonzero().get()) != Some(parent.as_raw()) {
        return Ok(ExitCode::from(ORPHANED));
    }
    Err(client.exec())
}

#[cfg(not(target_os = "linux"))]
fn become_client(parent: Pid, client: Command) -> io::Result<ExitCode> {
    if rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get()) != Some(parent.as_raw()) {
        return Ok(ExitCode::from(ORPHANED));
    }
    stand_by::until_input_ends(io::stdin(), client)
}

#[cfg(any(test, not(target_os = "linux")))]
mod stand_by {
    //! The way without a death signal. Tested everywhere.

    use std::io::{self, Read, Write};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitCode, ExitStatus, Stdio};
    use std::sync::mpsc::sync_channel;
    use std::thread;

    use rustix::process::{Pid, Signal, kill_process};

    enum News {
        InputEnded,
        ClientEnded(io::Result<ExitStatus>),
    }

    /// Runs the client with our input passed on, ends it when the input ends, and leaves as it left.
    pub(super) fn until_input_ends(
        mut input: impl Read + Send + 'static,
        mut client: Command,
    ) -> io::Result<ExitCode> {
        let mut client = client.stdin(Stdio::piped()).spawn()?;
        let pid = Pid::from_child(&client);
        let (news, inbox) = sync_channel(2);
        let input_news = news.clone();
        let client_input = client.stdin.take();
        thread::Builder::new().spawn(move || {
            if let Some(mut client_input) = client_input {
                // Ends when either side is gone; both mean the same to us.
                drop(pass_on(&mut input, &mut client_input));
            }
            drop(input_news.send(News::InputEnded));
        })?;
        thread::Builder::new().spawn(move || {
            drop(news.send(News::ClientEnded(client.wait())));
        })?;
        loop {
            match inbox.recv() {
                // Already gone is as good.
                Ok(News::InputEnded) => {
                    let _ = kill_process(pid, Signal::TERM);
                }
                Ok(News::ClientEnded(status)) => return Ok(exit_code(status?)),
                Err(_both_threads_gone) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
    }

    /// Without waiting for more when there is something: commands to tmux are short lines.
    fn pass_on(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
        let mut chunk = [0; 8192];
        loop {
            let length = match from.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            to.write_all(chunk.get(..length).unwrap_or_default())?;
            to.flush()?;
        }
    }

    fn exit_code(status: ExitStatus) -> ExitCode {
        let code = status
            .code()
            .or_else(|| status.signal().map(|signal| 128 + signal));
        ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_ends_with_the_input() {
        let mut endless = Command::new("sleep");
        endless.arg("1000");
        let code = stand_by::until_input_ends(io::empty(), endless).unwrap();
        assert_eq!(code, ExitCode::from(128 + 15));
    }

    #[test]
    fn the_clients_own_end_is_passed_on() {
        let (reader, _writer_stays_open) = io::pipe().unwrap();
        let mut short = Command::new("sh");
        short.args(["-c", "exit 5"]);
        let code = stand_by::until_input_ends(reader, short).unwrap();
        assert_eq!(code, ExitCode::from(5));
    }
}
