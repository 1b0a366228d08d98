//! `menu`: a tmux menu of what can be done with a pane. The command comes from the daemon.

use std::process::{Command, Stdio};

use crate::cli::args::MenuArgs;
use crate::cli::context::{Context, missing};
use crate::cli::failure::{Failure, Kind};
use crate::cli::render::shell_words;
use crate::domain::text::printable;
use crate::wire::{GetMenu, Request};

pub(crate) fn run(args: &MenuArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let here = || context.here().and_then(|here| here.pane);
    let pane = args.pane.map(|pane| pane.to_string()).or_else(here);
    let pane = pane.ok_or_else(|| {
        Failure::new(Kind::Usage, "This is no pane of that tmux server.")
            .hint("Say which pane is meant, as in `geppetto menu --pane %3`.")
    })?;
    let client = args.client.clone();
    let answer = context.ask(Request::GetMenu(GetMenu { pane, client }))?;
    let argv = answer.menu.ok_or_else(|| missing("menu"))?;
    if args.print {
        return context.output.answer(shell_words(&argv));
    }
    show(&argv)
}

fn show(argv: &[String]) -> Result<(), Failure> {
    let (program, arguments) = argv.split_first().ok_or_else(|| missing("menu"))?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Failure::new(
                Kind::Unreachable,
                format!("{program} cannot be started: {error}."),
            )
            .hint("Run `geppetto doctor`.")
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(
        Kind::Refused,
        format!("tmux showed no menu: {}.", printable(said.trim_end())),
    )
    .hint("`geppetto doctor` looks at tmux."))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    #[test]
    fn the_pane_is_the_one_that_is_named_or_where_one_is() {
        let answer = r#"{"success":true,"menu":["true","a b"]}"#;
        let said = Session::new(&[answer]).run(&["menu", "--pane", "%3", "--client", "/dev/pts/1"]);
        assert_snapshot!(said, @r#"
        > {"type":"get-menu","pane":"%3","client":"/dev/pts/1"}
        [0]
        "#);
        let said = Session::new(&[answer])
            .in_tmux("1", "%7")
            .run(&["menu", "--print"]);
        assert_snapshot!(said, @r#"
        > {"type":"get-menu","pane":"%7"}
        true 'a b'
        [0]
        "#);
        assert_snapshot!(Session::new(&[]).run(&["menu"]), @r"
        ! error: This is no pane of that tmux server.
        ! hint: Say which pane is meant, as in `geppetto menu --pane %3`.
        [2]
        ");
    }

    #[test]
    fn what_tmux_says_is_told() {
        let answer = r#"{"success":true,"menu":["sh","-c","echo no current client >&2; exit 1"]}"#;
        let said = Session::new(&[answer]).run(&["menu", "--pane", "%3"]);
        assert_snapshot!(said, @r#"
        > {"type":"get-menu","pane":"%3"}
        ! error: tmux showed no menu: no current client.
        ! hint: `geppetto doctor` looks at tmux.
        [1]
        "#);
    }
}
