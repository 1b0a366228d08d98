//! `pause`: freezes a runner's processes.

use crate::cli::args::RunnerArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::Request;

pub(crate) fn run(args: &RunnerArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    respond::to_runner(args, Request::PauseRunner, context)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn the_runner_is_frozen() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "paused")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["pause", "work"]), @r#"
        > {"type":"pause-runner","runner":"work"}
        work paused
        [0]
        "#);
    }
}
