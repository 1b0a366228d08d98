//! `show`: everything that is known of a runner.

use jiff::tz::TimeZone;

use crate::cli::args::ReadArgs;
use crate::cli::context::{Context, runner_of};
use crate::cli::failure::Failure;
use crate::cli::{render, spent};
use crate::domain::text::printable;
use crate::wire::{Request, RunnerRef, RunnerView};

pub(crate) fn run(args: &ReadArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::GetRunner(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let zone = context.zone();
    let history = answer.history.clone().unwrap_or_default();
    let now_ms = context.now_ms;
    for (name, value) in facts(&runner_of(answer)?, &zone, now_ms) {
        context
            .output
            .answer(format!("{name:<13} {}", printable(&value)))?;
    }
    for change in history {
        let at = render::date_time(change.at_ms, &zone);
        let line = format!("{:<13} {at} {}: {}", "was", change.status, change.reason);
        context.output.answer(printable(&line))?;
    }
    Ok(())
}

/// What is known, in the order in which it is asked for; what is not known is left out.
fn facts(runner: &RunnerView, zone: &TimeZone, now_ms: u64) -> Vec<(&'static str, String)> {
    let at = |ms| render::date_time(ms, zone);
    let known = [
        ("name", Some(runner.name.clone())),
        ("id", Some(runner.id.clone())),
        ("kind", Some(runner.kind.clone())),
        (
            "status",
            Some(format!(
                "{} since {}",
                render::status(runner),
                at(runner.since_ms)
            )),
        ),
        ("reason", Some(runner.reason.clone())),
        (
            "exit",
            runner.exit.as_ref().map(|exit| {
                format!(
                    "{} at {}, as told by {}",
                    render::exit(exit),
                    at(exit.at_ms),
                    exit.source
                )
            }),
        ),
        (
            "origin",
            Some(format!("{}, run {}", runner.origin, runner.run)),
        ),
        ("session", runner.session_name.clone()),
        ("pane", place(runner)),
        ("key", runner.key.clone()),
        ("pid", runner.pid.map(|pid| pid.to_string())),
        (
            "command",
            (!runner.command.is_empty()).then(|| render::command(runner)),
        ),
        ("directory", runner.cwd.clone()),
        ("created", Some(at(runner.created_at_ms))),
        ("started", Some(at(runner.started_at_ms))),
        ("last output", runner.last_output_at_ms.map(at)),
        ("idle after", Some(render::span(runner.idle_after_ms))),
        (
            "snoozed until",
            runner
                .snoozed_until_ms
                .filter(|until| *until > now_ms)
                .map(at),
        ),
        ("max duration", runner.max_duration_ms.map(render::span)),
        ("log directory", runner.output_dir.clone()),
        ("output", Some(output(runner))),
        ("not recorded", runner.recording_paused.clone()),
    ];
    known
        .into_iter()
        .chain(talked(runner))
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .chain(spent::facts(runner.spending.as_deref(), zone, now_ms))
        .collect()
}

/// Its conversation; and what may help when its agent ended badly that was to go on with one: it may have refused that.
fn talked(runner: &RunnerView) -> [(&'static str, Option<String>); 2] {
    let is_in_question = runner.status == "failed" && runner.resumed_conversation_id.is_some();
    let next_step = is_in_question.then(|| {
        let name = render::shell_words(std::slice::from_ref(&runner.name));
        format!("`geppetto start --fresh {name}`, if its agent refused that conversation")
    });
    [
        ("conversation", runner.conversation_id.clone()),
        ("next step", next_step),
    ]
}

fn place(runner: &RunnerView) -> Option<String> {
    let parts: Vec<&str> = [&runner.session_id, &runner.window_id, &runner.pane_id]
        .into_iter()
        .filter_map(|part| part.as_deref())
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn output(runner: &RunnerView) -> String {
    let lost = match runner.lost_bytes {
        0 => String::new(),
        lost => format!(", {lost} bytes lost"),
    };
    format!(
        "{} bytes, {} log entries{lost}",
        runner.output_bytes, runner.log_entries
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn what_is_known_is_shown() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("build", "failed")
        )
        .replace(
            r#","outputBytes""#,
            r#","snoozedUntilMs":4102444800000,"outputBytes""#,
        )
        .replace(
            r#","runner""#,
            r#","history":[{"run":1,"status":"running","reason":"It printed.","atMs":1764000001000}],"runner""#,
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["show", "build"]), @r#"
        > {"type":"get-runner","runner":"build"}
        name          build
        id            0190163d-8694-739b-aea5-966c26f8ad90
        kind          custom
        status        failed (exit code 3) since 2100-01-01 00:00:00
        reason        It printed.
        exit          exit code 3 at 2025-11-24 16:00:09, as told by run-parent
        origin        started, run 1
        session       work session
        pane          $1 @2 %3
        pid           4711
        command       make '-j 8'
        directory     /src
        created       2025-11-24 16:00:00
        started       2025-11-24 16:00:01
        last output   2025-11-24 16:00:02
        idle after    30s
        snoozed until 2100-01-01 00:00:00
        max duration  1m30s
        output        1234 bytes, 17 log entries
        was           2025-11-24 16:00:01 running: It printed.
        [0]
        "#);
    }

    #[test]
    fn an_agent_that_may_have_refused_its_conversation_has_a_next_step() {
        let ids = r#","conversationId":"4b6a","resumedConversationId":"4b6a","outputBytes""#;
        let show = |status| {
            let runner = runner("it;s", status).replace(r#","outputBytes""#, ids);
            let answer = format!(r#"{{"success":true,"runner":{runner}}}"#);
            let told = Session::new(&[&answer]).run(&["show", "x"]);
            let about = |line: &&str| line.starts_with("conv") || line.starts_with("next");
            told.lines().filter(about).collect::<Vec<_>>().join("\n")
        };
        assert_snapshot!(show("completed"), @"conversation  4b6a");
        assert_snapshot!(show("failed"), @r#"
        conversation  4b6a
        next step     `geppetto start --fresh 'it;s'`, if its agent refused that conversation
        "#);
    }

    #[test]
    fn what_its_agent_spent_is_shown_as_far_as_it_is_known() {
        let spent = r#"{"messages":5,"inputTokens":36618,"cachedTokens":36614,"cacheWriteTokens":500,"outputTokens":626,"costMicros":166315,"unpricedMessages":1}"#;
        let show = |more: &str, day: &str| {
            let spending = format!(
                r#","spending":{{"total":{spent},"today":{spent},"day":"{day}"{more}}},"outputBytes""#
            );
            let runner = runner("work", "running").replace(r#","outputBytes""#, &spending);
            let answer = format!(r#"{{"success":true,"runner":{runner}}}"#);
            let told = Session::new(&[&answer]).run(&["show", "work"]);
            let told = told.lines().skip_while(|line| !line.starts_with("used"));
            told.collect::<Vec<_>>().join("\n")
        };
        assert_snapshot!(show(r#","contextTokens":45678,"contextWindow":200000,"limits":[{"window":"5h","usedPermille":421,"resetsAtMs":1764003600000},{"window":"week\u001b","usedPermille":7}]"#, "1999-12-31"), @"
        used          $0.17+ in 5 messages: 37.1k tokens in, 36.6k cached, 626 out
        context       22 %, 45.6k of 200k tokens
        limits        42.1 % of 5h, which begins anew 2025-11-24 17:00:00; 0.7 % of week
        [0]
        ");
        assert_snapshot!(show(r#","contextTokens":45678"#, &today()), @"
        used          $0.17+ in 5 messages: 37.1k tokens in, 36.6k cached, 626 out
        today         $0.17+ in 5 messages: 37.1k tokens in, 36.6k cached, 626 out
        context       45.6k tokens
        [0]
        ");
    }

    fn today() -> String {
        let now = crate::cli::clock::now_ms();
        let now = crate::cli::render::date_time(now, &jiff::tz::TimeZone::UTC);
        now.chars().take(10).collect()
    }

    #[test]
    fn an_unknown_runner_is_refused() {
        let refusal = r#"{"success":false,"error":{"tag":"RunnerNotFound","message":"There is no runner \"x\".","hint":"Run `geppetto list`.","runnerId":"x"}}"#;
        assert_snapshot!(Session::new(&[refusal]).run(&["show", "x"]), @r#"
        > {"type":"get-runner","runner":"x"}
        ! error: There is no runner "x".
        ! hint: Run `geppetto list`.
        [1]
        "#);
        assert_snapshot!(Session::new(&[refusal]).run(&["show", "x", "--json"]), @r#"
        > {"type":"get-runner","runner":"x"}
        ! {"success":false,"error":{"tag":"RunnerNotFound","message":"There is no runner \"x\".","hint":"Run `geppetto list`.","runnerId":"x"}}
        [1]
        "#);
    }
}
