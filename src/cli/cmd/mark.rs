//! `mark`: puts the user's words into a runner's transcript.

use crate::cli::args::MarkArgs;
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::wire::{MarkRunner, Request};

pub(crate) fn run(args: &MarkArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::MarkRunner(MarkRunner {
        runner: args.runner.clone(),
        text: args.text.join(" "),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let place = answer.place.ok_or_else(|| missing("place"))?;
    context.output.answer(format!("marked at {place}"))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    #[test]
    fn the_place_of_the_mark_is_told() {
        let answer = r#"{"success":true,"place":"1:4096"}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["mark", "work", "before", "the merge"]), @r#"
        > {"type":"mark-runner","runner":"work","text":"before the merge"}
        marked at 1:4096
        [0]
        "#);
    }
}
