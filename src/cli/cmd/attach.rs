//! `attach`: goes to a runner's pane, or prints the command that does.

use crate::cli::args::AttachArgs;
use crate::cli::attach_argv;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::render::shell_words;

pub(crate) fn run(args: &AttachArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let there = attach_argv::runner(&args.runner);
    if let Some(client) = &args.client {
        let view = attach_argv::ask(context, there)?;
        if args.print {
            let line = attach_argv::line_of(client, &view)?;
            return context.output.answer(shell_words(&line));
        }
        return attach_argv::bring(client, &view);
    }
    if args.print {
        let line = attach_argv::line(context, there)?;
        return context.output.answer(line);
    }
    attach_argv::go(context, there)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    const ANSWER: &str = r#"{"success":true,"attach":{"attach":["tmux","attach","-t","=coda__x__primary:"],"switch":["sh","-c","exit 3"]}}"#;

    #[test]
    fn the_command_is_printed_as_a_shell_reads_it() {
        assert_snapshot!(Session::new(&[ANSWER]).run(&["attach", "work", "--print"]), @r#"
        > {"type":"attach-runner","runner":"work"}
        tmux attach -t '=coda__x__primary:'
        [0]
        "#);
        let said = Session::new(&[ANSWER])
            .in_tmux("1", "%1")
            .run(&["attach", "work", "--print"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-runner","runner":"work"}
        sh -c 'exit 3'
        [0]
        "#);
    }

    #[test]
    fn another_client_is_brought_there() {
        let answer = r#"{"success":true,"attach":{"attach":[],"switch":[],"switchClient":["sh","-c","exit 3","-c"]}}"#;
        let said =
            Session::new(&[answer]).run(&["attach", "work", "--client", "/dev/pts/9", "--print"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-runner","runner":"work"}
        sh -c 'exit 3' -c /dev/pts/9
        [0]
        "#);
        let said = Session::new(&[answer]).run(&["attach", "work", "--client", "/dev/pts/9"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-runner","runner":"work"}
        ! error: tmux did not switch to the runner's pane (exit status: 3).
        ! hint: The command was: sh -c 'exit 3' -c /dev/pts/9
        [1]
        "#);
        let said = Session::new(&[ANSWER]).run(&["attach", "work", "--client", "/dev/pts/9"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-runner","runner":"work"}
        ! error: The daemon's answer has no "switchClient".
        ! hint: Run `geppetto daemon restart`: the daemon may be of another version.
        [1]
        "#);
    }

    #[test]
    fn inside_tmux_the_client_is_switched_and_a_refusal_is_told() {
        let said = Session::new(&[ANSWER])
            .in_tmux("1", "%1")
            .run(&["attach", "work"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-runner","runner":"work"}
        ! error: tmux did not switch to the runner's pane (exit status: 3).
        ! hint: The command was: sh -c 'exit 3'
        [1]
        "#);
    }

    #[test]
    fn inside_another_server_nothing_is_nested() {
        let said = Session::new(&[ANSWER])
            .variable("TMUX", "/elsewhere,1,2")
            .run(&["-L", "default", "attach", "work"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-runner","runner":"work"}
        ! error: This terminal is inside another tmux server, and tmux does not attach inside itself.
        ! hint: To nest them all the same, run: TMUX= tmux attach -t '=coda__x__primary:'
        [1]
        "#);
    }

    #[test]
    fn a_missing_tmux_is_told() {
        let answer = r#"{"success":true,"attach":{"attach":["/no/such/tmux","x"],"switch":[]}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["attach", "work"]), @r#"
        > {"type":"attach-runner","runner":"work"}
        ! error: `/no/such/tmux x` cannot be started: No such file or directory (os error 2).
        ! hint: Run `geppetto doctor`.
        [3]
        "#);
    }
}
