//! `stop`: ends a runner's program.

use std::time::Duration;

use crate::cli::args::StopArgs;
use crate::cli::client::PATIENCE;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::cli::span::milliseconds;
use crate::wire::{Request, StopRunner};

/// The config's grace time is not known here; no sensible one is longer.
const LONG_GRACE: Duration = Duration::from_secs(600);

pub(crate) fn run(args: &StopArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let request = Request::StopRunner(StopRunner {
        runner: args.of.runner.clone(),
        force: args.force,
        grace_ms: args.grace.map(milliseconds),
    });
    let patience = args.grace.unwrap_or(LONG_GRACE).saturating_add(PATIENCE);
    let answer = context.ask_patiently(request, Some(patience))?;
    respond::with_runner(answer, args.of.json, context.output)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn force_and_grace_are_passed_on() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "stopped")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["stop", "work", "--force"]), @r#"
        > {"type":"stop-runner","runner":"work","force":true}
        work stopped (signal 15)
        [0]
        "#);
        assert_snapshot!(Session::new(&[&answer]).run(&["stop", "work", "--grace", "30s"]), @r#"
        > {"type":"stop-runner","runner":"work","force":false,"graceMs":30000}
        work stopped (signal 15)
        [0]
        "#);
    }
}
