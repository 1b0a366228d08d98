//! `completions`: what a shell needs to complete our command lines.

use clap::{Command, CommandFactory};

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::context::Context;
use crate::cli::failure::Failure;

pub(crate) fn run(args: &CompletionsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut for_people(), "geppetto", &mut script);
    context.output.raw(&script)
}

/// The verbs without those that are geppetto's own business, which some shells would offer all the same.
fn for_people() -> Command {
    let all = Cli::command();
    let verbs = all.get_subcommands().filter(|verb| !verb.is_hide_set());
    Command::new("geppetto")
        .version(env!("CARGO_PKG_VERSION"))
        .args(all.get_arguments().cloned())
        .subcommands(verbs.cloned())
}

#[cfg(test)]
mod tests {
    use super::for_people;
    use crate::cli::fake::Session;

    fn script(shell: &str) -> String {
        let said = Session::without_daemon().run(&["completions", shell]);
        said.strip_suffix("[0]\n").unwrap().to_owned()
    }

    #[test]
    fn each_shell_gets_a_script_with_our_verbs_and_flags() {
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let script = script(shell);
            for verb in for_people().get_subcommands() {
                assert!(script.contains(verb.get_name()), "{shell}: {verb}");
            }
            for word in ["max-duration", "reserve", "exit-code", "unicode"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
            assert!(!script.contains("control-child"), "{shell}");
        }
    }

    /// What each shell needs to take the script, asserted also where the shell itself is not installed.
    #[test]
    fn each_script_is_built_as_its_shell_wants_it() {
        let bash = script("bash");
        assert!(bash.starts_with("_geppetto() {"), "{bash}");
        assert!(bash.contains("\n    complete -F _geppetto -o"), "{bash}");
        let cases = |word: &str| bash.lines().filter(|line| line.trim() == word).count();
        let opened = bash
            .lines()
            .filter(|line| line.trim_start().starts_with("case "))
            .count();
        assert_eq!(opened, cases("esac"), "{bash}");

        let zsh = script("zsh");
        assert!(zsh.starts_with("#compdef geppetto\n"), "{zsh}");
        assert!(zsh.contains("\n_geppetto() {\n"), "{zsh}");
        assert!(zsh.contains("compdef _geppetto geppetto"), "{zsh}");

        let fish = script("fish");
        let begins = |line: &&str| line.starts_with("complete -c geppetto ");
        assert!(fish.lines().filter(begins).count() > 100, "{fish}");
        assert_eq!(
            fish.lines()
                .filter(|line| line.starts_with("function "))
                .count(),
            fish.lines().filter(|line| *line == "end").count(),
            "{fish}"
        );
    }
}
