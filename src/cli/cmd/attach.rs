//! `attach`: goes to a runner's pane, or prints the command that does.

use crate::cli::args::AttachArgs;
use crate::cli::attach_argv;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

pub(crate) fn run(args: &AttachArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    if args.print {
        let line = attach_argv::line(context, &args.runner)?;
        return context.output.answer(line);
    }
    attach_argv::go(context, &args.runner)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    const ANSWER: &str = r#"{"success":true,"attach":{"attach":["tmux","attach","-t","=coda__x__primary:"],"switch":["sh","-c","exit 3"]}}"#;

    #[test]
    fn the_command_is_printed_as_a_shell_reads_it() {
        assert_snapshot!(Session::new(&[ANSWER]).run(&["attach", "work", "--print"]), @"");
        let said = Session::new(&[ANSWER])
            .in_tmux("1", "%1")
            .run(&["attach", "work", "--print"]);
        assert_snapshot!(said, @"");
    }

    #[test]
    fn inside_tmux_the_client_is_switched_and_a_refusal_is_told() {
        let said = Session::new(&[ANSWER])
            .in_tmux("1", "%1")
            .run(&["attach", "work"]);
        assert_snapshot!(said, @"");
    }

    #[test]
    fn inside_another_server_nothing_is_nested() {
        let said = Session::new(&[ANSWER])
            .variable("TMUX", "/elsewhere,1,2")
            .run(&["attach", "work"]);
        assert_snapshot!(said, @"");
    }

    #[test]
    fn a_missing_tmux_is_told() {
        let answer = r#"{"success":true,"attach":{"attach":["/no/such/tmux","x"],"switch":[]}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["attach", "work"]), @"");
    }
}
