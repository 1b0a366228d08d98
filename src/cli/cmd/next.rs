//! `next`: goes to the pane of the runner that needs you most; from there to the one behind it.

use crate::cli::args::NextArgs;
use crate::cli::attach_argv;
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::cli::render::shell_words;
use crate::wire::{NextRunner, Request};

pub(crate) fn run(args: &NextArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let here = context.here();
    let is_inside = here.is_some() || args.client.is_some();
    let answer = context.ask(Request::NextRunner(NextRunner {
        pane: here.and_then(|here| here.pane),
        client: args.client.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let attach = answer.attach.ok_or_else(|| missing("attach"))?;
    if args.print {
        let argv = if is_inside {
            attach.switch
        } else {
            attach.attach
        };
        return context.output.answer(shell_words(&argv));
    }
    if args.client.is_some() {
        return attach_argv::switch(&attach.switch);
    }
    attach_argv::follow(context, &attach)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn answer() -> String {
        format!(
            r#"{{"success":true,"runner":{},"attach":{{"attach":["tmux","attach","-t","=work:.%3"],"switch":["sh","-c","exit 3"]}}}}"#,
            runner("build", "failed")
        )
    }

    #[test]
    fn the_way_is_printed_for_where_the_person_is() {
        let said = Session::new(&[&answer()]).run(&["next", "--print"]);
        assert_snapshot!(said, @r#"
        > {"type":"next-runner"}
        tmux attach -t '=work:.%3'
        [0]
        "#);
        let said = Session::new(&[&answer()])
            .in_tmux("1", "%1")
            .run(&["next", "--print"]);
        assert_snapshot!(said, @r#"
        > {"type":"next-runner","pane":"%1"}
        sh -c 'exit 3'
        [0]
        "#);
        let said = Session::new(&[&answer()]).run(&["next", "--client", "/dev/pts/1", "--print"]);
        assert_snapshot!(said, @r#"
        > {"type":"next-runner","client":"/dev/pts/1"}
        sh -c 'exit 3'
        [0]
        "#);
    }

    #[test]
    fn the_client_is_switched_and_a_refusal_is_told() {
        let said = Session::new(&[&answer()]).run(&["next", "--client", "/dev/pts/1"]);
        assert_snapshot!(said, @r#"
        > {"type":"next-runner","client":"/dev/pts/1"}
        ! error: tmux did not switch to the runner's pane (exit status: 3).
        ! hint: The command was: sh -c 'exit 3'
        [1]
        "#);
    }

    #[test]
    fn nobody_needs_you() {
        let refusal =
            r#"{"success":false,"error":{"tag":"NoneNeedsYou","message":"No runner needs you."}}"#;
        assert_snapshot!(Session::new(&[refusal]).run(&["next"]), @r#"
        > {"type":"next-runner"}
        ! error: No runner needs you.
        [1]
        "#);
    }

    #[test]
    fn with_json_it_goes_nowhere() {
        let answer = r#"{"success":true,"attach":{"attach":["false"],"switch":["false"]}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["next", "--json"]), @r#"
        > {"type":"next-runner"}
        {"attach":{"attach":["false"],"switch":["false"]}}
        [0]
        "#);
    }
}
