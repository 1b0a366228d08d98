//! `restore`: starts again what ran when the tmux server went away; shows the plan first.

use std::io::{BufRead, IsTerminal};

use crate::cli::args::RestoreArgs;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::start::Start;
use crate::cli::{render, table};
use crate::wire::{Request, RestoreRunners, RestoreView};

pub(crate) fn run(args: &RestoreArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut client = context.connect(Start::Always)?;
    let mut ask = |dry_run| client.ask(Request::RestoreRunners(RestoreRunners { dry_run }), None);
    if args.json {
        let answer = ask(args.dry_run || !args.yes)?;
        return context.output.json(&answer);
    }
    let plan = ask(true)?.restored.unwrap_or_default();
    print(&plan, context)?;
    let count = plan.iter().filter(|line| line.action == "start").count();
    if count == 0 {
        context.output.talk("There is nothing to start again.");
        return Ok(());
    }
    if args.dry_run || !(args.yes || agreed(count, context)?) {
        return Ok(());
    }
    let done = ask(false)?.restored.unwrap_or_default();
    print(&done, context)?;
    match done.iter().filter(|line| line.action == "failed").count() {
        0 => Ok(()),
        failed => Err(Failure::new(
            Kind::Refused,
            format!("{failed} of {count} could not be started again."),
        )
        .hint("Each says why; `geppetto start RUNNER` tries one again.")),
    }
}

fn agreed(count: usize, context: &mut Context<'_>) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Kind::Usage, "Somebody has to agree.")
            .hint("Without a terminal, say --yes, or look with --dry-run."));
    }
    context.output.flush()?;
    context.output.talk(format!("Start {count} again? [y/N]"));
    let mut line = String::new();
    // No answer is no.
    let _unread = std::io::stdin().lock().read_line(&mut line);
    Ok(line.trim().eq_ignore_ascii_case("y") || line.trim().eq_ignore_ascii_case("yes"))
}

fn print(lines: &[RestoreView], context: &mut Context<'_>) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let rows = lines.iter().map(|line| {
        let command = if line.command.is_empty() {
            "-".to_owned()
        } else {
            render::shell_words(&line.command)
        };
        [
            line.name.clone(),
            line.action.clone(),
            or_none(&line.key),
            or_none(&line.cwd),
            command,
            reason(line),
        ]
    });
    let head = ["RUNNER", "ACTION", "KEY", "DIRECTORY", "COMMAND", "REASON"];
    table::print(head, rows, context.output)
}

/// Why it is not started, or what becomes of it then.
fn reason(line: &RestoreView) -> String {
    let resumes = || {
        let id = line.conversation_id.as_ref()?;
        Some(format!("It resumes conversation {id}."))
    };
    line.reason.clone().or_else(resumes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    const PLAN: &str = r#"{"success":true,"restored":[{"runnerId":"0190","name":"work","key":"coda::a::primary","command":["claude","-p x"],"cwd":"/src","action":"start"},{"runnerId":"0191","name":"shell","command":[],"action":"skip","reason":"geppetto did not start it."}]}"#;

    #[test]
    fn the_plan_is_shown_and_done() {
        let done = PLAN.replace(r#""action":"start""#, r#""action":"started""#);
        assert_snapshot!(Session::new(&[PLAN, &done]).run(&["restore", "--yes"]), @r#"
        > {"type":"restore-runners","dryRun":true}
        > {"type":"restore-runners","dryRun":false}
        RUNNER  ACTION  KEY               DIRECTORY  COMMAND        REASON
        work    start   coda::a::primary  /src       claude '-p x'
        shell   skip    -                 -          -              geppetto did not start it.
        RUNNER  ACTION   KEY               DIRECTORY  COMMAND        REASON
        work    started  coda::a::primary  /src       claude '-p x'
        shell   skip     -                 -          -              geppetto did not start it.
        [0]
        "#);
        assert_snapshot!(Session::new(&[PLAN]).run(&["restore", "--dry-run"]), @r#"
        > {"type":"restore-runners","dryRun":true}
        RUNNER  ACTION  KEY               DIRECTORY  COMMAND        REASON
        work    start   coda::a::primary  /src       claude '-p x'
        shell   skip    -                 -          -              geppetto did not start it.
        [0]
        "#);
    }

    #[test]
    fn the_conversation_that_goes_on_is_in_the_plan() {
        let plan = PLAN.replace(
            r#""action":"start""#,
            r#""action":"start","conversationId":"4b6a""#,
        );
        assert_snapshot!(Session::new(&[&plan]).run(&["restore", "--dry-run"]), @r#"
        > {"type":"restore-runners","dryRun":true}
        RUNNER  ACTION  KEY               DIRECTORY  COMMAND        REASON
        work    start   coda::a::primary  /src       claude '-p x'  It resumes conversation 4b6a.
        shell   skip    -                 -          -              geppetto did not start it.
        [0]
        "#);
    }

    #[test]
    fn nothing_to_do_and_failures_are_told() {
        let nothing = r#"{"success":true,"restored":[]}"#;
        assert_snapshot!(Session::new(&[nothing]).run(&["restore"]), @r#"
        > {"type":"restore-runners","dryRun":true}
        ! There is nothing to start again.
        [0]
        "#);
        let failed = PLAN.replace(
            r#""action":"start""#,
            r#""action":"failed","reason":"No such program.""#,
        );
        assert_snapshot!(Session::new(&[PLAN, &failed]).run(&["restore", "--yes"]), @r#"
        > {"type":"restore-runners","dryRun":true}
        > {"type":"restore-runners","dryRun":false}
        RUNNER  ACTION  KEY               DIRECTORY  COMMAND        REASON
        work    start   coda::a::primary  /src       claude '-p x'
        shell   skip    -                 -          -              geppetto did not start it.
        RUNNER  ACTION  KEY               DIRECTORY  COMMAND        REASON
        work    failed  coda::a::primary  /src       claude '-p x'  No such program.
        shell   skip    -                 -          -              geppetto did not start it.
        ! error: 1 of 1 could not be started again.
        ! hint: Each says why; `geppetto start RUNNER` tries one again.
        [1]
        "#);
    }
}
