//! `snooze`: no notices of a runner for a while.

use crate::cli::args::SnoozeArgs;
use crate::cli::context::{Context, runner_of};
use crate::cli::failure::Failure;
use crate::cli::render;
use crate::cli::span::milliseconds;
use crate::domain::text::printable;
use crate::wire::{Request, SnoozeRunner};

pub(crate) fn run(args: &SnoozeArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::SnoozeRunner(SnoozeRunner {
        runner: args.runner.clone(),
        for_ms: (!args.off).then(|| milliseconds(args.length)),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let zone = context.zone();
    let runner = runner_of(answer)?;
    let name = printable(&runner.name);
    context.output.answer(match runner.snoozed_until_ms {
        Some(until) => format!("{name} snoozed until {}", render::date_time(until, &zone)),
        None => format!("{name} not snoozed"),
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn a_runner_is_snoozed_and_woken() {
        let awake = format!(r#"{{"success":true,"runner":{}}}"#, runner("work", "idle"));
        let snoozed = awake.replace(
            r#","outputBytes""#,
            r#","snoozedUntilMs":1764000003000,"outputBytes""#,
        );
        assert_snapshot!(Session::new(&[&snoozed]).run(&["snooze", "work"]), @r#"
        > {"type":"snooze-runner","runner":"work","forMs":1800000}
        work snoozed until 2025-11-24 16:00:03
        [0]
        "#);
        let said = Session::new(&[&snoozed]).run(&["snooze", "work", "--for", "8h"]);
        assert_snapshot!(said, @r#"
        > {"type":"snooze-runner","runner":"work","forMs":28800000}
        work snoozed until 2025-11-24 16:00:03
        [0]
        "#);
        assert_snapshot!(Session::new(&[&awake]).run(&["snooze", "work", "--off"]), @r#"
        > {"type":"snooze-runner","runner":"work"}
        work not snoozed
        [0]
        "#);
    }
}
