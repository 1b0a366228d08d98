//! `doctor`: looks at everything geppetto rests on, and says what to do where something is amiss. Starts and changes
//! nothing.

mod agents;
mod check;
mod daemon;
mod files;
mod options;
mod plugin;
mod program;
mod scene;
mod terminal;
mod tmux;

use serde::Serialize;

use self::check::{Check, Level};
use self::scene::Scene;
use crate::cli::args::JsonArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::render::counted;
use crate::domain::text::printable;

#[derive(Serialize)]
struct Report<'a> {
    checks: &'a [Check],
}

pub(crate) fn run(args: &JsonArgs, context: &mut Context<'_>) -> Result<u8, Failure> {
    let checks = examine(&Scene::look(context));
    if args.json {
        context.output.json(&Report { checks: &checks })?;
    } else {
        show(&checks, context.output)?;
    }
    Ok(u8::from(count(&checks, Level::Problem) > 0))
}

/// One section after the other, what everything else rests on first.
fn examine(scene: &Scene<'_>) -> Vec<Check> {
    [
        tmux::checks,
        options::checks,
        terminal::checks,
        plugin::checks,
        program::checks,
        files::checks,
        daemon::checks,
        agents::checks,
    ]
    .iter()
    .flat_map(|checks| checks(scene))
    .collect()
}

fn count(checks: &[Check], level: Level) -> usize {
    checks.iter().filter(|check| check.level == level).count()
}

fn show(checks: &[Check], output: &mut Output) -> Result<(), Failure> {
    let mut section = "";
    for check in checks {
        if check.section() != section {
            section = check.section();
            output.answer(section)?;
        }
        let mark = match check.level {
            Level::Ok => "ok",
            Level::Note => "note",
            Level::Problem => "PROBLEM",
        };
        output.answer(format!("  {mark:<7}  {}", printable(&check.message)))?;
        if let Some(hint) = &check.hint {
            output.answer(format!("           -> {}", printable(hint)))?;
        }
    }
    let problems = counted(count(checks, Level::Problem), "problem");
    let notes = counted(count(checks, Level::Note), "note");
    output.answer(format!("{problems}, {notes}"))
}

#[cfg(test)]
mod tests;
