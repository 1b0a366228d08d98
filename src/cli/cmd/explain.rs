//! `explain`: why a runner has its status.

use jiff::tz::TimeZone;

use crate::cli::args::ReadArgs;
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::cli::render;
use crate::cli::table;
use crate::domain::text::printable;
use crate::wire::{ExhibitView, ExplanationView, Request, RunnerRef};

pub(crate) fn run(args: &ReadArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ExplainRunner(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let explanation = answer.explanation.ok_or_else(|| missing("explanation"))?;
    let zone = context.zone();
    for line in lines(&explanation, &zone) {
        context.output.answer(printable(&line))?;
    }
    if explanation.evidence.is_empty() {
        return Ok(());
    }
    context.output.answer(String::new())?;
    let head = ["SOURCE", "SAYS", "WHY", "%", "SINCE", "SEEN", "COUNTS"];
    let rows = explanation.evidence.iter().map(|one| row(one, &zone));
    table::print(head, rows, context.output)
}

fn lines(of: &ExplanationView, zone: &TimeZone) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} since {}: {}",
            of.status,
            render::date_time(of.since_ms, zone),
            of.reason
        ),
        format!("cause: {}, {} % sure", of.cause, of.confidence),
    ];
    if let Some(rival) = &of.runner_up {
        lines.push(format!(
            "otherwise: {} ({}; {}, {} %)",
            rival.status, rival.cause, rival.source, rival.certainty
        ));
    }
    if !of.resident.is_empty() {
        lines.push(of.resident.clone());
    }
    lines.extend(of.degraded.iter().cloned());
    if of.evidence.is_empty() {
        lines.push("There is no evidence of what it does.".to_owned());
    }
    lines
}

fn row(one: &ExhibitView, zone: &TimeZone) -> [String; 7] {
    [
        one.source.clone(),
        one.status.clone(),
        one.cause.clone(),
        one.certainty.to_string(),
        render::date_time(one.since_ms, zone),
        one.detail.clone(),
        one.note.clone().unwrap_or_else(|| "yes".to_owned()),
    ]
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
