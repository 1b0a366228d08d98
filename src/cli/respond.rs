//! Verbs that change one runner: what they ask, and what they answer: its name and what it is now.

use super::args::{AnswerArgs, RunnerArgs};
use super::context::{Context, runner_of};
use super::failure::Failure;
use super::output::Output;
use super::render;
use crate::domain::text::printable;
use crate::wire::{Answer, AnswerPrompt, Request, RunnerRef};

/// Prints `name status`, or the wire's own answer.
///
/// # Errors
/// A [`Failure`] when the answer has no runner or stdout takes no more.
pub(crate) fn with_runner(answer: Answer, json: bool, output: &mut Output) -> Result<(), Failure> {
    if json {
        return output.json(&answer);
    }
    let runner = runner_of(answer)?;
    output.answer(format!(
        "{} {}",
        printable(&runner.name),
        render::status(&runner)
    ))
}

/// Asks for something that needs to know nothing but the runner.
///
/// # Errors
/// The daemon's refusal, and those of [`with_runner`].
pub(crate) fn to_runner(
    args: &RunnerArgs,
    request: fn(RunnerRef) -> Request,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let answer = context.ask(request(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    with_runner(answer, args.json, context.output)
}

/// Answers the question that an agent asks on its screen.
///
/// # Errors
/// The same.
pub(crate) fn to_question(
    args: &AnswerArgs,
    request: fn(AnswerPrompt) -> Request,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let answer = context.ask(request(AnswerPrompt {
        runner: args.of.runner.clone(),
        prompt: args.prompt.clone(),
    }))?;
    with_runner(answer, args.of.json, context.output)
}

#[cfg(test)]
mod tests {
    use crate::cli::fake::Session;

    #[test]
    fn a_refusal_has_its_exit_code() {
        let refusal =
            r#"{"success":false,"error":{"tag":"RunnerOperation","message":"work has ended."}}"#;
        for verb in ["start", "pause", "resume", "interrupt", "approve", "deny"] {
            let told = Session::new(&[refusal]).run(&[verb, "work"]);
            let (_asked, told) = told.split_once('\n').unwrap();
            assert_eq!(told.trim_end(), "! error: work has ended.\n[1]", "{verb}");
        }
    }
}
