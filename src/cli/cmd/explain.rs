//! `explain`: why a runner has its status.

use crate::cli::args::ReadArgs;
use crate::cli::context::{Context, missing};
use crate::cli::explanation::{HEAD, row, sentences};
use crate::cli::failure::Failure;
use crate::cli::table;
use crate::domain::text::printable;
use crate::wire::{Request, RunnerRef};

pub(crate) fn run(args: &ReadArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ExplainRunner(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let explanation = answer.explanation.ok_or_else(|| missing("explanation"))?;
    let zone = context.zone();
    for line in sentences(&explanation, &zone) {
        context.output.answer(printable(&line))?;
    }
    if explanation.evidence.is_empty() {
        return Ok(());
    }
    context.output.answer(String::new())?;
    let rows = explanation.evidence.iter().map(|one| row(one, &zone));
    table::print(HEAD, rows, context.output)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    #[test]
    fn what_counts_and_what_does_not_is_told() {
        let answer = r#"{"success":true,"explanation":{"status":"waiting","sinceMs":1764000000000,"reason":"It asks for approval (screen: approval).","cause":"approval","confidence":90,"resident":"claude-code, process 42: its program is named claude.","agentPid":42,"evidence":[{"source":"screen","status":"waiting","cause":"approval","detail":"approval","certainty":90,"sinceMs":1764000000000,"counts":true},{"source":"hook","status":"running","cause":"working","detail":"UserPromptSubmit","certainty":97,"sinceMs":1763999990000,"counts":false,"note":"The screen says something else since then."}],"degraded":[]}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["explain", "work"]), @r#"
        > {"type":"explain-runner","runner":"work"}
        waiting since 2025-11-24 16:00:00: It asks for approval (screen: approval).
        cause: approval, 90 % sure
        claude-code, process 42: its program is named claude.

        SOURCE  SAYS     WHY       %   SINCE                SEEN              COUNTS
        screen  waiting  approval  90  2025-11-24 16:00:00  approval          yes
        hook    running  working   97  2025-11-24 15:59:50  UserPromptSubmit  The screen says something else since then.
        [0]
        "#);
    }

    #[test]
    fn a_runner_of_which_nothing_is_known() {
        let answer = r#"{"success":true,"explanation":{"status":"unknown","sinceMs":1764000000000,"reason":"Nothing tells what it does.","cause":"no evidence","confidence":0,"resident":"","evidence":[]}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["explain", "work"]), @r#"
        > {"type":"explain-runner","runner":"work"}
        unknown since 2025-11-24 16:00:00: Nothing tells what it does.
        cause: no evidence, 0 % sure
        There is no evidence of what it does.
        [0]
        "#);
    }
}
