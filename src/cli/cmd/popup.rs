//! `popup`: what the plugin shows in a popup or window: the log of a runner, after choosing one where there are several.
//! A popup closes with its program, so what goes wrong is said within it.

use crate::cli::args::PopupVerb;
use crate::cli::changes::trouble;
use crate::cli::client::PATIENCE;
use crate::cli::cmd::dashboard;
use crate::cli::context::{Context, ask_runner};
use crate::cli::failure::Failure;
use crate::cli::start::{self, Start};
use crate::config::Paths;
use crate::tui::{App, Notice};
use crate::wire::{ListRunners, Request, RunnerView};

pub(crate) fn run(verb: &PopupVerb, context: &mut Context<'_>) -> Result<(), Failure> {
    match verb {
        PopupVerb::Logs(args) => logs(args.runner.as_deref(), context),
    }
}

/// The dashboard tells what is wrong with the daemon, as long as it is.
fn logs(named: Option<&str>, context: &mut Context<'_>) -> Result<(), Failure> {
    dashboard::check(context)?;
    let (runners, trouble) = match (named, runners(context.paths)) {
        (Some(named), Ok(_)) => match one(context.paths, named) {
            Ok(runner) => (vec![runner], None),
            Err(failure) => (Vec::new(), Some(trouble(failure, &context.program()))),
        },
        (_, found) => (found.unwrap_or_default(), None),
    };
    dashboard::open(context, None, |app: &mut App| match runners.as_slice() {
        [] => app.notice = trouble.map(Notice::Wrong),
        // One runner is no choice.
        [one] => app.open_logs(one.id.clone(), &one.name, true),
        _ => app.hint("l shows the log of the selected runner."),
    })
}

fn runners(paths: &Paths) -> Result<Vec<RunnerView>, Failure> {
    let request = Request::ListRunners(ListRunners::default());
    let answer = start::connect(paths, Start::WithTmux)?.ask(request, Some(PATIENCE))?;
    Ok(answer.runners.unwrap_or_default())
}

fn one(paths: &Paths, runner: &str) -> Result<RunnerView, Failure> {
    ask_runner(&mut start::connect(paths, Start::WithTmux)?, runner)
}

#[cfg(test)]
mod tests {
    use crate::cli::fake::Session;

    #[test]
    fn without_a_terminal_it_says_what_to_use() {
        let said = Session::new(&[]).run(&["popup", "logs"]).to_string();
        assert!(said.contains("geppetto list"), "{said}");
    }
}
