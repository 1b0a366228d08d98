//! The run parent: the pane's own process above a program that geppetto starts. It asks the daemon before the
//! start, waits for the true exit, sees to it that tmux has read the last output, and reports.
//!
//! Invariant: whatever happens to daemon, pane or terminal, a program that was started is waited for, and its exit
//! reaches the daemon or the exits directory before this process leaves the pane.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::daemon_line::{AskError, DaemonLine};
use super::exit_file;
use super::helper_thread::HelperThread;
use super::program::{End, Program, SignalInbox};
use super::terminal::Terminal;
use crate::domain::ids::RunnerId;
use crate::wire::{Request, RunBegin, RunExited, RunFailed, RunStarted, Tag};

/// How long the daemon may take to get the watch of the pane going before the program starts unwatched.
const BEGIN_WITHIN: Duration = Duration::from_secs(10);

/// How long the daemon may take for a report.
const REPORT_WITHIN: Duration = Duration::from_secs(10);

/// How long it may take for an exit. It answers when it has received all output, at the end of what tmux still has to
/// deliver (tmux drops what is older than ten seconds), and when the panes that ended before have closed.
const EXIT_REPORT_WITHIN: Duration = Duration::from_secs(30);

/// Exit code when nothing was started because the daemon or the pane's end said so.
const REFUSED: u8 = 1;
/// Exit codes of shells for a program that is not there, and for one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

/// What a run parent is told on its command line.
#[derive(Debug, Clone)]
pub struct RunParentArgs {
    /// The daemon's socket.
    pub socket: PathBuf,
    /// The daemon's state directory, for an exit that no daemon takes.
    pub state_dir: PathBuf,
    /// Whose run it is.
    pub runner: RunnerId,
    /// Number of the run.
    pub run: u32,
    /// Program and arguments.
    pub command: Vec<OsString>,
}

type Report = HelperThread<Result<(), AskError>>;

/// Runs the program to its end. The exit code is the program's own, or 128 and the number of the signal that ended it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "nothing of the caller's outlives the run"
)]
pub fn run(args: RunParentArgs) -> ExitCode {
    let Ok(mut inbox) = SignalInbox::open() else {
        return ExitCode::from(REFUSED);
    };
    let terminal = Terminal::open();
    let line = match begin(&args) {
        Ok(line) => line,
        Err(refusal) => {
            say(terminal.as_ref(), &refusal.to_string());
            return ExitCode::from(REFUSED);
        }
    };
    if inbox.is_told_to_leave() {
        let message = "its pane was closed before it was started";
        return fail(&args, line, message, REFUSED);
    }
    match Program::start(&args.command, args.runner, inbox, terminal.as_ref()) {
        Ok(program) => accompany(&args, line, program, terminal.as_ref()),
        Err(error) => {
            let program = args.command.first().cloned().unwrap_or_default();
            say(
                terminal.as_ref(),
                &format!("{} could not be started: {error}", program.display()),
            );
            let code = match error.kind() {
                io::ErrorKind::NotFound => NOT_FOUND,
                _ => NOT_RUNNABLE,
            };
            fail(&args, line, &error.to_string(), code)
        }
    }
}

fn accompany(
    args: &RunParentArgs,
    line: Option<DaemonLine>,
    program: Program,
    terminal: Option<&Terminal>,
) -> ExitCode {
    let pid = program.pid();
    let started = report(
        args,
        line,
        Request::RunStarted(RunStarted {
            runner_id: args.runner.to_string(),
            run: args.run,
            pid: pid.as_raw_nonzero().get(),
        }),
    );
    let Ok((end, hung_up)) = program.wait(terminal) else {
        // Somebody else waited for our child, which only a debugger could do: the daemon then sees the pane
        // close without an exit, which is all that is known.
        return ExitCode::from(REFUSED);
    };
    let exited = exited(args, end, hung_up);
    if let Some(terminal) = terminal {
        terminal.drain();
    }
    // The daemon must hear of the start before it hears of the end.
    started.wait(REPORT_WITHIN);
    if !is_confirmed(args, &exited)
        && let Err(error) = exit_file::write(&args.state_dir, &exited)
    {
        say(
            terminal,
            &format!("the exit of this program could not be kept: {error}"),
        );
    }
    if let Some(terminal) = terminal {
        terminal.leave_to(pid);
    }
    end.exit_code()
}

fn exited(args: &RunParentArgs, end: End, hung_up: bool) -> RunExited {
    let (code, signal) = match end {
        End::Code(code) => (Some(code), None),
        End::Signal(signal) => (None, Some(signal)),
    };
    RunExited {
        runner_id: args.runner.to_string(),
        run: args.run,
        code,
        signal,
        hung_up,
        at_ms: now_ms(),
    }
}

/// Asks the daemon whether the program may start. `Ok(None)` when there is no daemon to ask: the program is worth
/// more than its watch.
fn begin(args: &RunParentArgs) -> Result<Option<DaemonLine>, AskError> {
    let socket = args.socket.clone();
    let request = Request::RunBegin(RunBegin {
        runner_id: args.runner.to_string(),
        run: args.run,
    });
    let asking = HelperThread::start("begin", move || {
        let mut line = DaemonLine::connect(&socket, BEGIN_WITHIN)?;
        line.ask(request)?;
        Ok(line)
    });
    match asking.wait(BEGIN_WITHIN) {
        Some(Ok(line)) => Ok(Some(line)),
        Some(Err(AskError::Refused(refusal))) if refusal.tag != Tag::Unavailable => {
            Err(AskError::Refused(refusal))
        }
        Some(Err(_)) | None => Ok(None),
    }
}

/// Tells the daemon something, on the connection there is or on a new one.
fn report(args: &RunParentArgs, line: Option<DaemonLine>, request: Request) -> Report {
    let socket = args.socket.clone();
    HelperThread::start("report", move || {
        let mut line = match line {
            Some(line) => line,
            None => DaemonLine::connect(&socket, EXIT_REPORT_WITHIN)?,
        };
        line.ask(request)
    })
}

fn fail(args: &RunParentArgs, line: Option<DaemonLine>, message: &str, code: u8) -> ExitCode {
    let failed = Request::RunFailed(RunFailed {
        runner_id: args.runner.to_string(),
        run: args.run,
        message: message.to_owned(),
    });
    // Without a daemon there is nobody who waits for this run.
    report(args, line, failed).wait(REPORT_WITHIN);
    ExitCode::from(code)
}

/// True when the daemon has the exit and all output before it, or wants neither because it no longer has the runner.
fn is_confirmed(args: &RunParentArgs, exited: &RunExited) -> bool {
    match report(args, None, Request::RunExited(exited.clone())).wait(EXIT_REPORT_WITHIN) {
        Some(Ok(())) => true,
        Some(Err(AskError::Refused(refusal))) => refusal.tag == Tag::RunnerNotFound,
        Some(Err(_)) | None => false,
    }
}

fn say(terminal: Option<&Terminal>, sentence: &str) {
    if let Some(terminal) = terminal {
        terminal.say(sentence);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the Clock port is the daemon's; a run parent has only this one moment to tell"
)]
fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}
