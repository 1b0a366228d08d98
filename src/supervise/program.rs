//! The program below a run parent: started in a process group of its own, waited for, kept awake. The group is
//! what signals go to; it is never signalled once the program has been waited for, when its number may be another's.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, waitpid};
use signal_hook::consts::{
    SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2,
};
use signal_hook::iterator::Signals;

use super::terminal::{Terminal, ignore_background_output_stop};
use crate::domain::ids::RunnerId;

/// Caught, not ignored: what is ignored is inherited by the program, what is caught is not. SIGTTOU is missing:
/// see [`ignore_background_output_stop`].
const CAUGHT: [i32; 9] = [
    SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGUSR1, SIGUSR2,
];

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It left with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

impl End {
    fn of(status: WaitStatus) -> Option<Self> {
        status
            .exit_status()
            .map(Self::Code)
            .or_else(|| status.terminating_signal().map(Self::Signal))
    }

    /// The code with which a shell would tell of it.
    pub(super) fn exit_code(self) -> ExitCode {
        let code = match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
        };
        ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
    }
}

/// The signals that this process gets; taken over before anything else is done.
#[derive(Debug)]
pub(super) struct SignalInbox(Signals);

impl SignalInbox {
    /// From here on no key and no hang-up ends this process.
    pub(super) fn open() -> io::Result<Self> {
        Signals::new(CAUGHT).map(Self)
    }

    /// True when the pane was closed, or somebody wants us gone, since the inbox was opened.
    pub(super) fn is_told_to_leave(&mut self) -> bool {
        self.0
            .pending()
            .any(|signal| matches!(signal, SIGHUP | SIGTERM))
    }
}

/// A program that runs.
#[derive(Debug)]
pub(super) struct Program {
    pid: Pid,
    inbox: SignalInbox,
}

impl Program {
    /// Starts it and gives it the terminal.
    pub(super) fn start(
        command: &[OsString],
        runner: RunnerId,
        inbox: SignalInbox,
        terminal: Option<&Terminal>,
    ) -> io::Result<Self> {
        let [program, arguments @ ..] = command else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no command"));
        };
        let child = Command::new(program)
            .args(arguments)
            .env("GEPPETTO_RUNNER", runner.to_string())
            .process_group(0)
            .spawn()?;
        let pid = Pid::from_child(&child);
        ignore_background_output_stop();
        if let Some(terminal) = terminal {
            // Fails only when the pane was closed meanwhile, of which a SIGHUP tells us. Between its start and this
            // line the program may have been stopped for reading too early; `wait` sees that and wakes it.
            drop(terminal.give_to(pid));
        }
        Ok(Self { pid, inbox })
    }

    /// Its process, which is also its group.
    pub(super) const fn pid(&self) -> Pid {
        self.pid
    }

    /// Returns when it has ended, however long it takes, and passes on what it must know until then.
    /// With the end comes whether its terminal was taken away before.
    pub(super) fn wait(mut self, terminal: Option<&Terminal>) -> io::Result<(End, bool)> {
        let mut hung_up = false;
        loop {
            // SIGCHLD was caught before the program was started, so no end can be missed.
            for signal in self.inbox.0.wait() {
                hung_up |= signal == SIGHUP;
                pass_on(self.pid, signal);
            }
            let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
            while let Some((_, status)) = waitpid(Some(self.pid), options)? {
                if let Some(end) = End::of(status) {
                    return Ok((end, hung_up));
                }
                if let Some(signal) = status.stopping_signal() {
                    keep_awake(self.pid, signal, terminal);
                }
            }
        }
    }
}

/// Signals that tell this process to leave are meant for the program. The keys' signals (INT, QUIT, TSTP) reach the
/// program's group by themselves.
fn pass_on(group: Pid, signal: i32) {
    let passed: &[Signal] = match signal {
        // The kernel tells of a closed pane only here. A frozen program must wake to hear it.
        SIGHUP => &[Signal::HUP, Signal::CONT],
        SIGTERM => &[Signal::TERM],
        SIGUSR1 => &[Signal::USR1],
        SIGUSR2 => &[Signal::USR2],
        _ => &[],
    };
    for signal in passed {
        // Its end, if it just ended, is read next.
        let _ = kill_process_group(group, *signal);
    }
}

/// There is no shell in the pane that could continue a program after Ctrl-Z, so it is continued at once.
/// SIGSTOP is the daemon's freeze and stays.
fn keep_awake(group: Pid, stopped_by: i32, terminal: Option<&Terminal>) {
    let may_go_on = match stopped_by {
        SIGTSTP => true,
        // Without the terminal it would stop again and again.
        SIGTTIN | SIGTTOU => terminal.is_some_and(|terminal| terminal.give_to(group).is_ok()),
        _ => false,
    };
    if may_go_on {
        let _ = kill_process_group(group, Signal::CONT);
    }
}
