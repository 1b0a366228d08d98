//! What a command line asks this binary to be: a client, the daemon, or one of the two tiny processes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use super::args::{Cli, DaemonVerb, InternalVerb, Server, Verb};
use super::output::Output;
use crate::config::Wishes;
use crate::domain::ids::{Pid, RunnerId};

/// What to be.
#[derive(Debug)]
pub enum Invocation {
    /// A client: [`super::run`].
    Client(ClientArgs),
    /// The daemon, in this process.
    Daemon(DaemonArgs),
    /// The parent of a program that geppetto starts.
    RunParent(RunParentArgs),
    /// A command that ends with its parent.
    ControlChild {
        /// The process to end with.
        parent: Pid,
        /// Program and arguments.
        command: Vec<OsString>,
    },
}

/// A client's verb, as typed.
#[derive(Debug)]
pub struct ClientArgs {
    pub(super) server: Server,
    pub(super) verb: Verb,
}

/// How to be the daemon.
#[derive(Debug)]
pub struct DaemonArgs {
    /// Which tmux server, and where to listen.
    pub wishes: Wishes,
    /// Leave the terminal and session of whoever started this.
    pub detached: bool,
}

/// How to be a run parent.
#[derive(Debug)]
pub struct RunParentArgs {
    /// The daemon's socket.
    pub socket: PathBuf,
    /// The daemon's state directory.
    pub state_dir: PathBuf,
    /// The runner.
    pub runner: RunnerId,
    /// Number of the run.
    pub run: u32,
    /// Program and arguments.
    pub command: Vec<OsString>,
}

/// Reads the command line. Help, version and mistakes are printed here.
///
/// # Errors
/// The exit code when there is nothing left to do: 0 after help, 2 after a mistake.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Invocation, ExitCode> {
    match Cli::try_parse_from(args) {
        Ok(cli) => Ok(of(cli)),
        Err(error) => Err(report(&error, &mut Output::of_process())),
    }
}

/// clap's own text goes to the stream that clap chose. A closed one is no error.
fn report(error: &clap::Error, output: &mut Output) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        output.talk(text.trim_end());
    } else {
        let _nobody_reads = output.raw(text.as_bytes()).and_then(|()| output.flush());
    }
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

fn of(cli: Cli) -> Invocation {
    match cli.verb {
        Verb::Daemon(DaemonVerb::Run(args)) => Invocation::Daemon(DaemonArgs {
            wishes: Wishes {
                socket: args.socket,
                config: args.config,
                ..cli.server.wishes()
            },
            detached: args.detached,
        }),
        Verb::Internal(InternalVerb::Run(args)) => Invocation::RunParent(RunParentArgs {
            socket: args.socket,
            state_dir: args.state_dir,
            runner: args.runner,
            run: args.run,
            command: args.command,
        }),
        Verb::Internal(InternalVerb::ControlChild(args)) => Invocation::ControlChild {
            parent: args.parent,
            command: args.command,
        },
        verb => Invocation::Client(ClientArgs {
            server: cli.server,
            verb,
        }),
    }
}

impl Server {
    pub(super) fn wishes(&self) -> Wishes {
        Wishes {
            tmux_socket: self.socket_path.clone(),
            tmux_name: self.socket_name.clone(),
            ..Wishes::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Invocation {
        let words = std::iter::once("geppetto").chain(line.split(' '));
        of(Cli::try_parse_from(words).unwrap())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn each_process_has_its_invocation() {
        let Invocation::Daemon(daemon) = parsed("daemon run --detached -S /s --socket /d") else {
            panic!("not the daemon");
        };
        assert!(daemon.detached);
        assert_eq!(daemon.wishes.tmux_socket, Some("/s".into()));
        assert_eq!(daemon.wishes.socket, Some("/d".into()));
        let id = "0190163d-8694-739b-aea5-966c26f8ad90";
        let line =
            format!("internal run --socket /d --state-dir /st --runner {id} --run 2 -- sh -c x");
        let Invocation::RunParent(run) = parsed(&line) else {
            panic!("not a run parent");
        };
        assert_eq!((run.runner.to_string().as_str(), run.run), (id, 2));
        assert_eq!(run.command, ["sh", "-c", "x"]);
        let Invocation::ControlChild { parent, command } =
            parsed("internal control-child --parent 7 -- tmux -C")
        else {
            panic!("not a control child");
        };
        assert_eq!((parent.as_raw(), command.len()), (7, 2));
        assert!(matches!(parsed("-L x list"), Invocation::Client(_)));
    }

    #[test]
    fn help_is_a_success_and_a_mistake_is_not() {
        for (line, stderr, code) in [
            (["geppetto", "--help"], false, ExitCode::SUCCESS),
            (["geppetto", "lisst"], true, ExitCode::from(2)),
        ] {
            let error = Cli::try_parse_from(line).unwrap_err();
            assert_eq!(error.use_stderr(), stderr);
            let mut output = Output::to(Box::new(std::io::sink()), Box::new(std::io::sink()));
            assert_eq!(report(&error, &mut output), code);
        }
    }
}
