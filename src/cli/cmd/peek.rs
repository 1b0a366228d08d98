//! `peek`: prints what an agent said last.

use crate::cli::args::ReadArgs;
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::text::printable;
use crate::wire::{PeekView, Request, RunnerRef};

pub(crate) fn run(args: &ReadArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::PeekRunner(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let peek = answer.peek.ok_or_else(|| missing("peek"))?;
    print(&peek, context.output)
}

/// Prints it, and beside it where it is from.
///
/// # Errors
/// A [`Failure`] when stdout takes no more.
pub(crate) fn print(peek: &PeekView, output: &mut Output) -> Result<(), Failure> {
    for line in peek.text.lines() {
        output.answer(printable(line))?;
    }
    output.talk(match peek.from.as_str() {
        "turns" => "This is what it wrote down of its last answer.",
        _ => "This is from its screen, which may show only a part of it.",
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    #[test]
    fn where_the_answer_is_from_is_told_beside_it() {
        let answer = r#"{"success":true,"peek":{"from":"turns","text":"one\n\u001b[31mtwo"}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["peek", "work"]), @r#"
        > {"type":"peek-runner","runner":"work"}
        one
        [31mtwo
        ! This is what it wrote down of its last answer.
        [0]
        "#);
        let answer = r#"{"success":true,"peek":{"from":"screen","text":"two"}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["peek", "work"]), @r#"
        > {"type":"peek-runner","runner":"work"}
        two
        ! This is from its screen, which may show only a part of it.
        [0]
        "#);
    }
}
