//! `resume`: thaws a runner's processes.

use crate::cli::args::RunnerArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::{Request, RunnerRef};

pub(crate) fn run(args: &RunnerArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ResumeRunner(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    respond::with_runner(answer, args.json, context.output)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn the_runner_goes_on() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "running")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["resume", "work"]), @r#"
        > {"type":"resume-runner","runner":"work"}
        work running
        [0]
        "#);
    }

    #[test]
    fn a_refusal_has_its_exit_code() {
        let refusal =
            r#"{"success":false,"error":{"tag":"RunnerOperation","message":"work has ended."}}"#;
        assert_snapshot!(Session::new(&[refusal]).run(&["resume", "work"]), @r#"
        > {"type":"resume-runner","runner":"work"}
        ! error: work has ended.
        [1]
        "#);
    }
}
