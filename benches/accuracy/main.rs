//! How often the light is right: plays recorded streams of agents in real panes of a real tmux, and compares what geppetto says with
//! what was true. `scripts/accuracy DIR` runs it; it asserts nothing. The format of recordings is described in docs/accuracy.md.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    reason = "a measuring program: it prints, and stops at what it did not expect"
)]

mod compare;
mod observe;
mod play;
mod recording;
mod stage;
#[path = "../road/world.rs"]
#[expect(dead_code, reason = "shared with the other benches")]
mod world;

use std::path::Path;
use std::process::ExitCode;

use recording::Recording;

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    // `node /place/gemini play FILE`: the interpreter of an agent has the agent's path before its arguments.
    if let Some(at) = args.iter().position(|arg| arg == "play") {
        return play::run(Path::new(&args[at + 1]));
    }
    args.retain(|arg| arg != "--bench");
    let is_started = args.iter().any(|arg| arg == "--start");
    args.retain(|arg| arg != "--start");
    let Some(directory) = args.first() else {
        eprintln!("Usage: scripts/accuracy DIR [--start] [NAME...]");
        return ExitCode::from(2);
    };
    let recordings: Vec<Recording> = recording::all(Path::new(directory))
        .into_iter()
        .filter(|one| args.len() == 1 || args[1..].contains(&one.name))
        .collect();
    let seen = stage::perform(&recordings, is_started);
    compare::report(&recordings, &seen);
    ExitCode::SUCCESS
}
