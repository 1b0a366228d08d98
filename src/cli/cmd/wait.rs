//! `wait`: returns when a runner has a status, or has ended.

use crate::cli::args::WaitArgs;
use crate::cli::client::PATIENCE;
use crate::cli::context::{Context, runner_of};
use crate::cli::failure::{Failure, Kind};
use crate::cli::render;
use crate::cli::span::milliseconds;
use crate::domain::text::printable;
use crate::wire::{Request, RunnerView, WaitRunner};

/// The words that stand for every status of an ended runner.
const END: [&str; 2] = ["end", "exit"];

/// Those statuses.
const ENDED: [&str; 4] = ["completed", "failed", "stopped", "errored"];

/// The word for rest after work.
const DONE: &str = "done";

pub(crate) fn run(args: &WaitArgs, context: &mut Context<'_>) -> Result<u8, Failure> {
    let is_end = |status: &String| END.contains(&status.as_str());
    let done = args.statuses.iter().any(|status| status == DONE);
    let end_will_do = args.statuses.iter().any(is_end) || args.statuses.is_empty();
    let mut statuses: Vec<String> = args
        .statuses
        .iter()
        .filter(|status| !is_end(status) && *status != DONE)
        .cloned()
        .collect();
    // Alone it is what is waited for without any.
    if end_will_do && (done || !statuses.is_empty()) {
        statuses.extend(ENDED.map(str::to_owned));
    }
    let request = Request::WaitRunner(WaitRunner {
        runner: args.of.runner.clone(),
        statuses: statuses.clone(),
        done,
        timeout_ms: args.timeout.map(milliseconds),
    });
    // The daemon keeps the time; we only notice when it does not answer at all.
    let patience = args.timeout.map(|time| time.saturating_add(PATIENCE));
    let answer = context.ask_patiently(request, patience)?;
    if args.of.json {
        context.output.json(&answer)?;
    }
    let runner = runner_of(answer)?;
    if !args.of.json {
        let name = printable(&runner.name);
        context
            .output
            .answer(format!("{name} {}", render::status(&runner)))?;
    }
    let is_done = done && runner.status == "idle";
    if !end_will_do && !is_done && !statuses.contains(&runner.status) {
        statuses.extend(done.then(|| DONE.to_owned()));
        return Err(ended_before(&runner, &statuses));
    }
    if args.exit_code {
        exit_code(&runner)
    } else {
        Ok(0)
    }
}

fn ended_before(runner: &RunnerView, statuses: &[String]) -> Failure {
    Failure::new(
        Kind::Refused,
        format!(
            "{} ended before it was {}: {}.",
            printable(&runner.name),
            statuses.join(" or "),
            render::status(runner)
        ),
    )
    .hint("Add `end` to --for when its end will do as well.")
}

/// As a shell would see it: the exit code, or 128 and the signal.
fn exit_code(runner: &RunnerView) -> Result<u8, Failure> {
    let Some(exit) = &runner.exit else {
        return Ok(0);
    };
    let code = match (exit.code, exit.signal) {
        (Some(code), _) => Some(code),
        (None, Some(signal)) => signal.checked_add(128),
        (None, None) => None,
    };
    code.and_then(|code| u8::try_from(code).ok())
        .ok_or_else(|| {
            Failure::new(
                Kind::Refused,
                format!("The exit code of {} is not known.", printable(&runner.name)),
            )
            .hint("It is known of runners that `geppetto new` started.")
        })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn answer(status: &str) -> String {
        format!(r#"{{"success":true,"runner":{}}}"#, runner("work", status))
    }

    #[test]
    fn the_end_is_the_default() {
        assert_snapshot!(Session::new(&[&answer("failed")]).run(&["wait", "work"]), @r#"
        > {"type":"wait-runner","runner":"work"}
        work failed (exit code 3)
        [0]
        "#);
    }

    #[test]
    fn the_exit_code_is_the_runners_own() {
        let typed = ["wait", "work", "--exit-code"];
        assert_snapshot!(Session::new(&[&answer("failed")]).run(&typed), @r#"
        > {"type":"wait-runner","runner":"work"}
        work failed (exit code 3)
        [3]
        "#);
        let killed = answer("failed").replace(r#""code":3"#, r#""signal":9"#);
        assert_snapshot!(Session::new(&[&killed]).run(&typed), @r#"
        > {"type":"wait-runner","runner":"work"}
        work failed (signal 9)
        [137]
        "#);
        let unknown = answer("failed").replace(r#""code":3,"known":true"#, r#""known":false"#);
        assert_snapshot!(Session::new(&[&unknown]).run(&typed), @r#"
        > {"type":"wait-runner","runner":"work"}
        work failed (exit code not known)
        ! error: The exit code of work is not known.
        ! hint: It is known of runners that `geppetto new` started.
        [1]
        "#);
    }

    #[test]
    fn one_of_several_statuses() {
        let typed = [
            "wait",
            "work",
            "--for",
            "idle,waiting",
            "--for",
            "paused",
            "--timeout",
            "5m",
        ];
        assert_snapshot!(Session::new(&[&answer("idle")]).run(&typed), @r#"
        > {"type":"wait-runner","runner":"work","statuses":["idle","waiting","paused"],"timeoutMs":300000}
        work idle
        [0]
        "#);
    }

    #[test]
    fn an_end_before_the_status_is_a_failure_unless_wanted() {
        assert_snapshot!(Session::new(&[&answer("failed")]).run(&["wait", "work", "--for", "idle"]), @r#"
        > {"type":"wait-runner","runner":"work","statuses":["idle"]}
        work failed (exit code 3)
        ! error: work ended before it was idle: failed (exit code 3).
        ! hint: Add `end` to --for when its end will do as well.
        [1]
        "#);
        let said = Session::new(&[&answer("failed")])
            .run(&["wait", "work", "--for", "idle,end", "--json"]);
        assert!(said.ends_with("[0]\n"), "{said}");
    }

    #[test]
    fn the_end_of_a_turn_or_of_the_runner() {
        assert_snapshot!(Session::new(&[&answer("idle")]).run(&["wait", "work", "--for", "done"]), @r#"
        > {"type":"wait-runner","runner":"work","done":true}
        work idle
        [0]
        "#);
        let said = Session::new(&[&answer("failed")]).run(&["wait", "work", "--for", "done,exit"]);
        assert_snapshot!(said, @r#"
        > {"type":"wait-runner","runner":"work","statuses":["completed","failed","stopped","errored"],"done":true}
        work failed (exit code 3)
        [0]
        "#);
    }

    #[test]
    fn time_is_up_with_its_own_exit_code() {
        let refusal = r#"{"success":false,"error":{"tag":"TimedOut","message":"work was not idle within 1s."}}"#;
        let typed = ["wait", "work", "--for", "idle", "--timeout", "1s"];
        assert_snapshot!(Session::new(&[refusal]).run(&typed), @r#"
        > {"type":"wait-runner","runner":"work","statuses":["idle"],"timeoutMs":1000}
        ! error: work was not idle within 1s.
        [4]
        "#);
    }
}
