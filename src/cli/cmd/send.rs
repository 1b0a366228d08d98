//! `send`: types text into a runner's pane; with `--wait`, prints what its agent answers.

use crate::cli::args::SendArgs;
use crate::cli::client::PATIENCE;
use crate::cli::cmd::peek;
use crate::cli::context::{Context, runner_of};
use crate::cli::failure::{Failure, Kind};
use crate::cli::respond;
use crate::cli::span::milliseconds;
use crate::domain::text::printable;
use crate::wire::{Answer, Request, RunnerView, SendText};

pub(crate) fn run(args: &SendArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let request = Request::SendText(SendText {
        runner: args.of.runner.clone(),
        text: args.text.join(" "),
        enter: !args.no_enter,
        force: args.force,
        wait: args.wait,
        timeout_ms: args.timeout.map(milliseconds),
    });
    if args.wait {
        let patience = args.timeout.map(|time| time.saturating_add(2 * PATIENCE));
        let answer = context.ask_patiently(request, patience)?;
        return answered(answer, args.of.json, context);
    }
    // An agent may begin, show the text and take it, each in its time.
    let answer = context.ask_patiently(request, Some(2 * PATIENCE))?;
    respond::with_runner(answer, args.of.json, context.output)
}

fn answered(answer: Answer, json: bool, context: &mut Context<'_>) -> Result<(), Failure> {
    if json {
        context.output.json(&answer)?;
    } else if let Some(said) = &answer.peek {
        peek::print(said, context.output)?;
    }
    let is_answered = answer.peek.is_some();
    let runner = runner_of(answer)?;
    if is_answered {
        Ok(())
    } else {
        Err(waits(&runner))
    }
}

fn waits(runner: &RunnerView) -> Failure {
    let name = printable(&runner.name);
    let cause = runner.cause.as_deref().unwrap_or(&runner.status);
    let failure = Failure::new(
        Kind::Refused,
        format!("{name} has the text, and waits for you: {cause}."),
    );
    failure.hint(match cause {
        "approval" => {
            "`geppetto approve` or `geppetto deny` answers it; then `geppetto wait --for done` and `geppetto peek`."
        }
        _ => "`geppetto attach` goes there.",
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn answer(status: &str, more: &str) -> String {
        format!(
            r#"{{"success":true,"runner":{}{more}}}"#,
            runner("work", status)
        )
    }

    #[test]
    fn text_is_sent_with_enter_or_without() {
        let answer = answer("running", "");
        assert_snapshot!(Session::new(&[&answer]).run(&["send", "work", "go", "on"]), @r#"
        > {"type":"send-text","runner":"work","text":"go on","enter":true}
        work running
        [0]
        "#);
        let typed = ["send", "work", "--no-enter", "--force", "--", "-v"];
        assert_snapshot!(Session::new(&[&answer]).run(&typed), @r#"
        > {"type":"send-text","runner":"work","text":"-v","enter":false,"force":true}
        work running
        [0]
        "#);
    }

    #[test]
    fn an_answer_is_waited_for_and_printed() {
        let said = answer(
            "idle",
            r#","landedBy":"hook","peek":{"from":"turns","text":"It\nworks."}"#,
        );
        let typed = ["send", "work", "go", "--wait", "--timeout", "1m"];
        assert_snapshot!(Session::new(&[&said]).run(&typed), @r#"
        > {"type":"send-text","runner":"work","text":"go","enter":true,"wait":true,"timeoutMs":60000}
        It
        works.
        ! This is what it wrote down of its last answer.
        [0]
        "#);
    }

    #[test]
    fn one_that_waits_for_the_person_has_not_answered() {
        let said = Session::new(&[&answer("waiting", "")]).run(&["send", "work", "go", "--wait"]);
        assert_snapshot!(said, @r#"
        > {"type":"send-text","runner":"work","text":"go","enter":true,"wait":true}
        ! error: work has the text, and waits for you: waiting.
        ! hint: `geppetto attach` goes there.
        [1]
        "#);
    }
}
