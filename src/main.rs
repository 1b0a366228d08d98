//! The binary: reads the command line and becomes what it asks for. Holds no logic but the order in which the
//! daemon leaves its starter, finds its places, reads its settings and listens.

use std::process::ExitCode;

use geppetto::cli::{self, DaemonArgs, Failure, Invocation, Kind, Output};
use geppetto::config::{Environment, Paths, Settings};
use geppetto::daemon_stdio::{Announcer, ReadyLine};
use geppetto::logging;
use geppetto::supervise::{control_child, run_parent};

fn main() -> ExitCode {
    let invocation = match cli::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(code) => return code,
    };
    match invocation {
        Invocation::Client(args) => {
            cli::run(&args, &Environment::of_process(), &mut Output::of_process())
        }
        Invocation::Daemon(args) => daemon(&args),
        Invocation::RunParent(args) => run_parent::run(run_parent::RunParentArgs {
            socket: args.socket,
            state_dir: args.state_dir,
            runner: args.runner,
            run: args.run,
            command: args.command,
        }),
        Invocation::ControlChild { parent, command } => control_child::run(parent, command),
    }
}

/// Leaves the starter's streams first: whoever starts a daemon waits until they are closed.
fn daemon(args: &DaemonArgs) -> ExitCode {
    let mut announcer = match Announcer::take(args.detached) {
        Ok(announcer) => Some(announcer),
        Err(error) => {
            Output::of_process().failure(&Failure::from_error(Kind::Refused, error), false);
            return ExitCode::FAILURE;
        }
    };
    match prepare(args).and_then(|start| serve(&start, &mut announcer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            // Both: the starter reads one line, the log is for later.
            Output::of_process().failure(&refusal.failure, false);
            if let Some(Err(error)) = announcer.map(|starter| starter.refused(&refusal.line())) {
                Output::of_process().failure(&Failure::from_error(Kind::Refused, error), false);
            }
            ExitCode::from(refusal.failure.exit_code())
        }
    }
}

/// What a daemon begins with.
struct Start {
    environment: Environment,
    paths: Paths,
    settings: Settings,
}

/// Why there is no daemon.
struct Refusal {
    failure: Failure,
    /// Another daemon has the lock.
    locked: bool,
}

impl Refusal {
    fn line(&self) -> ReadyLine {
        ReadyLine {
            ready: false,
            locked: self.locked,
            message: Some(self.failure.to_string()),
            hint: Some(self.failure.hints().join(" ")).filter(|hint| !hint.is_empty()),
        }
    }
}

fn refused<E: std::error::Error + Send + Sync + 'static>(
    error: E,
    hint: impl FnOnce(&E) -> String,
) -> Refusal {
    let hint = hint(&error);
    Refusal {
        failure: Failure::from_error(Kind::Refused, error).hint(hint),
        locked: false,
    }
}

fn prepare(args: &DaemonArgs) -> Result<Start, Refusal> {
    let environment = Environment::of_process();
    logging::init(&environment).map_err(|error| refused(error, |error| error.hint().to_owned()))?;
    let paths = Paths::resolve(&environment, &args.wishes)
        .map_err(|error| refused(error, |error| error.hint().to_owned()))?;
    let settings = Settings::load(&environment, &paths.config_file)
        .map_err(|error| refused(error, geppetto::config::ConfigError::hint))?;
    Ok(Start {
        environment,
        paths,
        settings,
    })
}

/// Serves until the end. The composition root comes here: it takes the announcer and calls `ready` once the
/// daemon listens; when that never happens, the announcer stays for the refusal.
fn serve(start: &Start, _announcer: &mut Option<Announcer>) -> Result<(), Refusal> {
    tracing::debug!(environment = ?start.environment, settings = ?start.settings, "not served");
    Err(Refusal {
        failure: Failure::new(
            Kind::Refused,
            format!(
                "This build cannot serve {}.",
                start.paths.tmux_socket.display()
            ),
        )
        .hint("Build the whole program."),
        locked: false,
    })
}
