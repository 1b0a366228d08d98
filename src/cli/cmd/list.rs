//! `list`: the runners, one a line.

use crate::cli::args::ListArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{render, table};
use crate::wire::{ListRunners, Request, RunnerView};

pub(crate) fn run(args: &ListArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ListRunners(ListRunners {
        session: args.session.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let runners = answer.runners.unwrap_or_default();
    if runners.is_empty() {
        context
            .output
            .talk("No runners. Start one with `geppetto new -- COMMAND`, or run `geppetto register` in a session.");
        return Ok(());
    }
    let rows = runners.iter().map(|runner| row(runner, context.now_ms));
    let head = ["NAME", "KIND", "STATUS", "SINCE", "SESSION", "COMMAND"];
    table::print(head, rows, context.output)
}

fn row(runner: &RunnerView, now_ms: u64) -> [String; 6] {
    [
        runner.name.clone(),
        runner.kind.clone(),
        runner.status.clone(),
        render::age(runner.since_ms, now_ms),
        runner
            .session_name
            .clone()
            .unwrap_or_else(|| "-".to_owned()),
        render::command(runner),
    ]
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn runners_are_aligned_and_harmless() {
        let hostile =
            runner("修复", "idle").replace("\"work session\"", r#""\u001b[31m$(touch x)""#);
        let answer = format!(
            r#"{{"success":true,"runners":[{},{hostile}]}}"#,
            runner("build", "completed")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["list"]), @r#"
        > {"type":"list-runners"}
        NAME   KIND    STATUS     SINCE  SESSION         COMMAND
        build  custom  completed  0s     work session    make '-j 8'
        修复   custom  idle       0s     [31m$(touch x)  make '-j 8'
        [0]
        "#);
    }

    #[test]
    fn json_is_the_wires_own() {
        let answer = r#"{"success":true,"runners":[],"later":1}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["list", "--json", "--session", "$3"]), @r#"
        > {"type":"list-runners","session":"$3"}
        {"runners":[]}
        [0]
        "#);
    }

    #[test]
    fn an_empty_list_says_what_to_do() {
        assert_snapshot!(Session::new(&[r#"{"success":true,"runners":[]}"#]).run(&["ls"]), @r#"
        > {"type":"list-runners"}
        ! No runners. Start one with `geppetto new -- COMMAND`, or run `geppetto register` in a session.
        [0]
        "#);
    }

    #[test]
    fn without_daemon_and_tmux_there_is_nothing_to_list() {
        assert_snapshot!(Session::without_daemon().run(&["list"]), @r"
        ! error: Neither a daemon nor a tmux server runs (tmux socket DIR/tmux-UID/default).
        ! hint: Start one runner with `geppetto new -- COMMAND`, or start tmux.
        [3]
        ");
        assert_snapshot!(Session::without_daemon().run(&["list", "--json"]), @r#"
        ! {"success":false,"error":{"tag":"Unavailable","message":"Neither a daemon nor a tmux server runs (tmux socket DIR/tmux-UID/default).","hint":"Start one runner with `geppetto new -- COMMAND`, or start tmux."}}
        [3]
        "#);
    }
}
