//! The answer of verbs that change one runner: its name and what it is now.

use super::context::runner_of;
use super::failure::Failure;
use super::output::Output;
use super::render;
use crate::domain::text::printable;
use crate::wire::Answer;

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
