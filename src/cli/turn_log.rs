//! `logs --turns`: what an agent was asked and what came of it, as people read it. Everything that is printed here was written by an
//! agent, or by what an agent read: it loses its control characters.

use jiff::tz::TimeZone;

use super::args::LogsArgs;
use super::context::{Context, missing};
use super::failure::Failure;
use super::output::Output;
use super::render;
use crate::domain::kind::Kind;
use crate::domain::text::printable;
use crate::wire::{GetTurns, Request, RunnerView, StepView, ToolResultView, TurnView};

/// Lines of what a tool gave.
const OUTPUT_LINES: usize = 8;

/// Lines of what a tool was to do.
const INPUT_LINES: usize = 4;

/// Prints the turns of a runner.
///
/// # Errors
/// A [`Failure`] of the daemon or the output.
pub(crate) fn run(args: &LogsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::GetTurns(GetTurns {
        runner: args.of.runner.clone(),
        limit: args.lines,
    }))?;
    let turns = answer.turns.ok_or_else(|| missing("turns"))?;
    if args.of.json {
        return turns.iter().try_for_each(|turn| context.output.json(turn));
    }
    if let Some(count) = answer.unreadable {
        let parts = render::counted(count, "part");
        context.output.talk(format!(
            "{parts} of turns cannot be read: the key that encrypted them is not there, or they are damaged."
        ));
    }
    if turns.is_empty() && answer.unreadable.is_none() {
        let runner = answer.runner.ok_or_else(|| missing("runner"))?;
        context.output.talk(why_none(&runner));
        return Ok(());
    }
    let zone = context.zone();
    for (number, turn) in turns.iter().enumerate() {
        if number > 0 {
            context.output.answer("")?;
        }
        print(turn, &zone, context.output)?;
    }
    Ok(())
}

fn why_none(runner: &RunnerView) -> String {
    let name = printable(&runner.name);
    if runner.kind == Kind::custom().name {
        return format!(
            "No turn of {name} is known: it is of the kind custom, and no agent was found in it."
        );
    }
    format!(
        "No turn of {name} is known: no conversation of it was found, or nothing has been asked in it. \
         What its pane printed is in `geppetto logs {name}`."
    )
}

fn print(turn: &TurnView, zone: &TimeZone, output: &mut Output) -> Result<(), Failure> {
    let at = render::date_time(turn.at_ms, zone);
    output.answer(format!("{at}{}", end(turn)))?;
    if let Some(prompt) = &turn.prompt {
        lines(prompt, usize::MAX, "> ", output)?;
    }
    for step in &turn.steps {
        match step {
            StepView::Answer { text, .. } => lines(text, usize::MAX, "  ", output)?,
            StepView::Tool {
                tool,
                input,
                asked,
                result,
                ..
            } => {
                let name = printable(tool.as_deref().unwrap_or("a tool"));
                let asked = if *asked { " (asked for approval)" } else { "" };
                output.answer(format!("  * {name}{asked}"))?;
                lines(input, INPUT_LINES, "    $ ", output)?;
                if let Some(result) = result {
                    print_result(result, output)?;
                }
            }
            StepView::ApprovalAsked { tool, .. } => {
                output.answer(format!("  * asked for approval of {}", printable(tool)))?;
            }
        }
    }
    if let Some(error) = &turn.error {
        lines(error, OUTPUT_LINES, "  ! ", output)?;
    }
    Ok(())
}

fn end(turn: &TurnView) -> String {
    let Some(end) = &turn.end else {
        return String::new();
    };
    let took = turn.took_ms.map(|ms| format!(" after {}", span(ms)));
    format!(", {}{}", printable(end), took.unwrap_or_default())
}

fn print_result(result: &ToolResultView, output: &mut Output) -> Result<(), Failure> {
    let took = result.took_ms.map(|ms| format!(" after {}", span(ms)));
    let word = if result.succeeded { "done" } else { "failed" };
    output.answer(format!("    {word}{}", took.unwrap_or_default()))?;
    lines(&result.output, OUTPUT_LINES, "    | ", output)
}

/// Nobody wants the milliseconds of a minute.
fn span(ms: u64) -> String {
    render::span(if ms < 10_000 { ms } else { ms - ms % 1000 })
}

/// The first `most` lines of a text, each behind `before`.
fn lines(text: &str, most: usize, before: &str, output: &mut Output) -> Result<(), Failure> {
    let text = text.trim_end();
    if text.is_empty() {
        return Ok(());
    }
    for line in text.lines().take(most) {
        let line = printable(&line.replace('\t', "    "));
        output.answer(format!("{before}{line}").trim_end())?;
    }
    match text.lines().count().saturating_sub(most) {
        0 => Ok(()),
        left => output.answer(format!("{before}({} more)", render::counted(left, "line"))),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    const TURNS: &str = r#"[{"conversation":"c","atMs":1764000000000,"prompt":"Make the tests\npass","steps":[{"type":"answer","atMs":1764000001000,"text":"I look.\n\nThen I \u001b[31mbuild."},{"type":"tool","atMs":1764000002000,"tool":"Bash","input":"cargo test","asked":true,"result":{"succeeded":false,"tookMs":61500,"output":"1\n2\n3\n4\n5\n6\n7\n8\n9\n\tten\n"}},{"type":"tool","atMs":1764000003000,"input":"","result":{"succeeded":true,"output":""}},{"type":"approval-asked","atMs":1764000003000,"tool":"Edit"}],"end":"failed","error":"529 overloaded","tookMs":125250},{"conversation":"c","atMs":1764000200000,"steps":[{"type":"tool","atMs":1764000202000,"tool":"Read","input":"a.rs"}]}]"#;

    fn answer(turns: &str, kind: &str) -> String {
        let runner = runner("work", "running").replace("\"custom\"", &format!("\"{kind}\""));
        format!(r#"{{"success":true,"runner":{runner},"turns":{turns}}}"#)
    }

    #[test]
    fn turns_are_told_as_they_went() {
        let answer = answer(TURNS, "claude-code");
        assert_snapshot!(Session::new(&[&answer]).run(&["logs", "work", "--turns"]), @r#"
        > {"type":"get-turns","runner":"work"}
        2025-11-24 16:00:00, failed after 2m5s
        > Make the tests
        > pass
          I look.

          Then I [31mbuild.
          * Bash (asked for approval)
            $ cargo test
            failed after 1m1s
            | 1
            | 2
            | 3
            | 4
            | 5
            | 6
            | 7
            | 8
            | (2 lines more)
          * a tool
            done
          * asked for approval of Edit
          ! 529 overloaded

        2025-11-24 16:03:20
          * Read
            $ a.rs
        [0]
        "#);
        assert_snapshot!(Session::new(&[&answer]).run(&["logs", "work", "--turns", "-n", "2", "--json"]), @r#"
        > {"type":"get-turns","runner":"work","limit":2}
        {"conversation":"c","atMs":1764000000000,"prompt":"Make the tests\npass","steps":[{"type":"answer","atMs":1764000001000,"text":"I look.\n\nThen I \u001b[31mbuild."},{"type":"tool","atMs":1764000002000,"tool":"Bash","input":"cargo test","asked":true,"result":{"succeeded":false,"tookMs":61500,"output":"1\n2\n3\n4\n5\n6\n7\n8\n9\n\tten\n"}},{"type":"tool","atMs":1764000003000,"input":"","result":{"succeeded":true,"output":""}},{"type":"approval-asked","atMs":1764000003000,"tool":"Edit"}],"end":"failed","error":"529 overloaded","tookMs":125250}
        {"conversation":"c","atMs":1764000200000,"steps":[{"type":"tool","atMs":1764000202000,"tool":"Read","input":"a.rs"}]}
        [0]
        "#);
    }

    #[test]
    fn no_turns_have_a_reason() {
        let of_kind = |kind| Session::new(&[&answer("[]", kind)]).run(&["logs", "work", "--turns"]);
        assert_snapshot!(of_kind("custom"), @r#"
        > {"type":"get-turns","runner":"work"}
        ! No turn of work is known: it is of the kind custom, and no agent was found in it.
        [0]
        "#);
        assert_snapshot!(of_kind("codex"), @r#"
        > {"type":"get-turns","runner":"work"}
        ! No turn of work is known: no conversation of it was found, or nothing has been asked in it. What its pane printed is in `geppetto logs work`.
        [0]
        "#);
        let sealed = answer("[]", "codex").replace(r#","turns""#, r#","unreadable":3,"turns""#);
        assert_snapshot!(Session::new(&[&sealed]).run(&["logs", "work", "--turns"]), @r#"
        > {"type":"get-turns","runner":"work"}
        ! 3 parts of turns cannot be read: the key that encrypted them is not there, or they are damaged.
        [0]
        "#);
    }
}
