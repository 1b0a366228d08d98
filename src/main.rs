//! The binary: reads the command line and becomes what it asks for.

use std::process::ExitCode;

use geppetto::bootstrap;
use geppetto::cli::{self, Invocation, Output};
use geppetto::config::Environment;
use geppetto::supervise::{control_child, run_parent};

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    // An agent waits for its hook: before anything else.
    if cli::is_hook_done(&words, &Environment::of_process()) {
        return ExitCode::SUCCESS;
    }
    let invocation = match cli::parse(words) {
        Ok(invocation) => invocation,
        Err(code) => return code,
    };
    match invocation {
        Invocation::Client(args) => cli::run(
            &args,
            &Environment::of_process(),
            &bootstrap::survey,
            &mut Output::of_process(),
        ),
        Invocation::Daemon(args) => bootstrap::run_daemon(&args.wishes, args.detached),
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
