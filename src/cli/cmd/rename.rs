//! `rename`: gives a runner another name.

use crate::cli::args::RenameArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::{RenameRunner, Request};

pub(crate) fn run(args: &RenameArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::RenameRunner(RenameRunner {
        runner: args.of.runner.clone(),
        name: args.name.clone(),
    }))?;
    respond::with_runner(answer, args.of.json, context.output)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn the_runner_is_told_by_its_new_name() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("review", "idle")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["rename", "work", "review"]), @r#"
        > {"type":"rename-runner","runner":"work","name":"review"}
        review idle
        [0]
        "#);
    }
}
