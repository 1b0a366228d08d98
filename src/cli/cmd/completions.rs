//! `completions`: what a shell needs to complete our command lines.

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::context::Context;
use crate::cli::failure::Failure;

pub(crate) fn run(args: &CompletionsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "geppetto", &mut script);
    context.output.raw(&script)
}

#[cfg(test)]
mod tests {
    use crate::cli::fake::Session;

    #[test]
    fn each_shell_gets_a_script_with_our_verbs() {
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let said = Session::without_daemon().run(&["completions", shell]);
            assert!(
                said.contains("register") && said.ends_with("[0]\n"),
                "{shell}: {said}"
            );
        }
    }
}
