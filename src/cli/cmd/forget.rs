//! `forget`: removes a runner from the list; its program goes on.

use crate::cli::args::RunnerArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::domain::text::printable;
use crate::wire::{Request, RunnerRef};

pub(crate) fn run(args: &RunnerArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ForgetRunner(RunnerRef {
        runner: args.runner.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let name = answer
        .runner
        .map_or_else(|| args.runner.clone(), |runner| runner.name);
    context
        .output
        .answer(format!("{} forgotten", printable(&name)))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn the_forgotten_runner_is_named() {
        let answer = format!(r#"{{"success":true,"runner":{}}}"#, runner("work", "idle"));
        assert_snapshot!(Session::new(&[&answer]).run(&["forget", "0190"]), @r#"
        > {"type":"forget-runner","runner":"0190"}
        work forgotten
        [0]
        "#);
        assert_snapshot!(Session::new(&[r#"{"success":true}"#]).run(&["forget", "0190"]), @r#"
        > {"type":"forget-runner","runner":"0190"}
        0190 forgotten
        [0]
        "#);
    }
}
