//! Brings the person to the pane of a runner or a slot with the command lines that the daemon gave. Knows no tmux syntax.

use std::os::unix::process::CommandExt;
use std::process::Command;

use super::context::{Context, missing};
use super::failure::{Failure, Kind};
use super::render::shell_words;
use crate::config::TmuxHere;
use crate::wire::{AttachView, Request, RunnerRef};

/// Goes there. Outside of tmux this process becomes the tmux client, so it returns only on failure.
///
/// # Errors
/// The daemon's refusal, or tmux's.
pub(crate) fn go(context: &Context<'_>, to: Request) -> Result<(), Failure> {
    follow(context, &ask(context, to)?)
}

/// Goes where the daemon said.
///
/// # Errors
/// tmux's refusal.
pub(crate) fn follow(context: &Context<'_>, view: &AttachView) -> Result<(), Failure> {
    if context.here().is_some() {
        return switch(&view.switch);
    }
    if TmuxHere::of(context.environment).is_some() {
        return Err(Failure::new(
            Kind::Refused,
            "This terminal is inside another tmux server, and tmux does not attach inside itself.",
        )
        .hint(format!(
            "To nest them all the same, run: TMUX= {}",
            shell_words(&view.attach)
        )));
    }
    let mut command = command(&view.attach)?;
    let error = command.exec();
    Err(unstartable(&view.attach, &error))
}

/// Brings another tmux client where the daemon said.
///
/// # Errors
/// tmux's refusal.
pub(crate) fn bring(client: &str, view: &AttachView) -> Result<(), Failure> {
    switch(&line_of(client, view)?)
}

/// The command line for another tmux client.
///
/// # Errors
/// A daemon that has none.
pub(crate) fn line_of(client: &str, view: &AttachView) -> Result<Vec<String>, Failure> {
    if view.switch_client.is_empty() {
        return Err(missing("switchClient"));
    }
    Ok([view.switch_client.as_slice(), &[client.to_owned()]].concat())
}

/// The command line for where the person is.
///
/// # Errors
/// The daemon's refusal.
pub(crate) fn line(context: &Context<'_>, to: Request) -> Result<String, Failure> {
    let view = ask(context, to)?;
    let argv = if context.here().is_some() {
        view.switch
    } else {
        view.attach
    };
    Ok(shell_words(&argv))
}

/// The question how to get to a runner.
pub(crate) fn runner(runner: &str) -> Request {
    Request::AttachRunner(RunnerRef {
        runner: runner.to_owned(),
    })
}

/// Asks the daemon where that is.
///
/// # Errors
/// The daemon's refusal.
pub(crate) fn ask(context: &Context<'_>, to: Request) -> Result<AttachView, Failure> {
    let answer = context.ask(to)?;
    answer.attach.ok_or_else(|| missing("attach"))
}

/// Switches the tmux client that the command line is for.
///
/// # Errors
/// tmux's refusal.
pub(crate) fn switch(argv: &[String]) -> Result<(), Failure> {
    let status = command(argv)?
        .status()
        .map_err(|error| unstartable(argv, &error))?;
    if status.success() {
        return Ok(());
    }
    // tmux has said why on stderr.
    Err(Failure::new(
        Kind::Refused,
        format!("tmux did not switch to the runner's pane ({status})."),
    )
    .hint(format!("The command was: {}", shell_words(argv))))
}

fn command(argv: &[String]) -> Result<Command, Failure> {
    let (program, arguments) = argv.split_first().ok_or_else(|| missing("attach"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

fn unstartable(argv: &[String], error: &std::io::Error) -> Failure {
    Failure::new(
        Kind::Unreachable,
        format!("`{}` cannot be started: {error}.", shell_words(argv)),
    )
    .hint("Run `geppetto doctor`.")
}
