//! `start`: starts an ended runner again, in a new window, with the conversation that its agent had.

use crate::cli::args::StartArgs;
use crate::cli::context::{Context, runner_of};
use crate::cli::failure::Failure;
use crate::cli::render;
use crate::domain::text::printable;
use crate::wire::{Request, RunnerView, StartRunner};

pub(crate) fn run(args: &StartArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::StartRunner(StartRunner {
        runner: args.of.runner.clone(),
        fresh: args.fresh,
    }))?;
    if args.of.json {
        return context.output.json(&answer);
    }
    let runner = runner_of(answer)?;
    let (name, status) = (printable(&runner.name), render::status(&runner));
    let told = conversation(&runner);
    context.output.answer(format!("{name} {status}{told}"))
}

/// What becomes of the conversation of an agent.
fn conversation(runner: &RunnerView) -> String {
    match &runner.resumed_conversation_id {
        Some(id) => format!(", resumes conversation {}", printable(id)),
        None if runner.kind == "custom" => String::new(),
        None => ", begins a new conversation".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn the_runner_starts_again() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "starting")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["start", "work"]), @r#"
        > {"type":"start-runner","runner":"work"}
        work starting
        [0]
        "#);
    }

    #[test]
    fn what_becomes_of_a_conversation_is_told() {
        let answer = |more: &str| {
            let agent = runner("work", "starting").replace("\"custom\"", "\"codex\"");
            let agent = agent.replace(r#","run":1"#, &format!(r#","run":2{more}"#));
            format!(r#"{{"success":true,"runner":{agent}}}"#)
        };
        let resumed = answer(r#","resumedConversationId":"0190\u001b""#);
        assert_snapshot!(Session::new(&[&resumed]).run(&["start", "work"]), @r#"
        > {"type":"start-runner","runner":"work"}
        work starting, resumes conversation 0190
        [0]
        "#);
        assert_snapshot!(Session::new(&[&answer("")]).run(&["start", "--fresh", "work"]), @r#"
        > {"type":"start-runner","runner":"work","fresh":true}
        work starting, begins a new conversation
        [0]
        "#);
    }
}
