//! `interrupt`: breaks the turn of an agent off.

use crate::cli::args::RunnerArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::Request;

pub(crate) fn run(args: &RunnerArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    respond::to_runner(args, Request::InterruptTurn, context)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn what_it_does_then_is_told() {
        let answer = format!(r#"{{"success":true,"runner":{}}}"#, runner("work", "idle"));
        assert_snapshot!(Session::new(&[&answer]).run(&["interrupt", "work"]), @r#"
        > {"type":"interrupt-turn","runner":"work"}
        work idle
        [0]
        "#);
    }
}
