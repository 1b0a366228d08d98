//! `start`: starts an ended runner again, in a new window.

use crate::cli::args::RunnerArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::{Request, RunnerRef};

pub(crate) fn run(args: &RunnerArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::StartRunner(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    respond::with_runner(answer, args.json, context.output)
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
    fn a_refusal_has_its_exit_code() {
        let refusal =
            r#"{"success":false,"error":{"tag":"RunnerOperation","message":"work has ended."}}"#;
        assert_snapshot!(Session::new(&[refusal]).run(&["start", "work"]), @r#"
        > {"type":"start-runner","runner":"work"}
        ! error: work has ended.
        [1]
        "#);
    }
}
