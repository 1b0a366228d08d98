//! `register`: watches what runs already.

use crate::cli::args::RegisterArgs;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::render::counted;
use crate::cli::span::milliseconds;
use crate::domain::ids::{PaneId, SessionId};
use crate::domain::text::printable;
use crate::wire::{AttachTmux, Request};

pub(crate) fn run(args: &RegisterArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let request = AttachTmux {
        name: args.name.clone(),
        kind: args.kind.clone(),
        key: args.key.clone(),
        idle_after_ms: args.idle_after.map(milliseconds),
        ..target(args, context)?
    };
    let answer = context.ask(Request::AttachTmux(request))?;
    if args.json {
        return context.output.json(&answer);
    }
    let runners = answer.runners.unwrap_or_default();
    for runner in &runners {
        let name = printable(&runner.name);
        context.output.answer(format!("{name} {}", runner.id))?;
    }
    let watched = counted(runners.len(), "runner");
    context.output.talk(match answer.added {
        Some(0) => format!("{watched} watched; nothing new."),
        Some(added) => format!("{watched} watched; {added} new."),
        None => format!("{watched} watched."),
    });
    Ok(())
}

fn target(args: &RegisterArgs, context: &Context<'_>) -> Result<AttachTmux, Failure> {
    let mut request = AttachTmux::default();
    if let Some(target) = &args.target {
        if target.parse::<PaneId>().is_ok() {
            request.pane_id = Some(target.clone());
        } else if target.parse::<SessionId>().is_ok() {
            request.session_id = Some(target.clone());
        } else {
            request.session_name = Some(target.clone());
        }
    } else if args.pid.is_some() {
        request.pid = args.pid;
    } else if args.pane {
        let pane = context.here().and_then(|here| here.pane);
        request.pane_id = Some(pane.ok_or_else(|| nowhere("pane", "%7"))?);
    } else {
        let session = context.here().and_then(|here| here.session);
        request.session_id = Some(session.ok_or_else(|| nowhere("session", "work"))?);
    }
    Ok(request)
}

fn nowhere(what: &str, example: &str) -> Failure {
    Failure::new(
        Kind::Usage,
        format!("This is not inside a {what} of the tmux server, so none was named."),
    )
    .hint(format!("Name it, as in `geppetto register '{example}'`."))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn registered(added: u32) -> String {
        let runner = runner("work", "running");
        format!(r#"{{"success":true,"runner":{runner},"runners":[{runner}],"added":{added}}}"#)
    }

    #[test]
    fn the_current_session_is_the_default() {
        let said = Session::new(&[&registered(1)])
            .in_tmux("3", "%4")
            .run(&["register"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-tmux","sessionId":"$3"}
        work 0190163d-8694-739b-aea5-966c26f8ad90
        ! 1 runner watched; 1 new.
        [0]
        "#);
    }

    #[test]
    fn the_current_pane_on_demand() {
        let typed = [
            "register",
            "--pane",
            "--name",
            "work",
            "--kind",
            "codex",
            "--idle-after",
            "10s",
        ];
        let said = Session::new(&[&registered(0)])
            .in_tmux("3", "%4")
            .run(&typed);
        assert_snapshot!(said, @r#"
        > {"type":"attach-tmux","paneId":"%4","name":"work","kind":"codex","idleAfterMs":10000}
        work 0190163d-8694-739b-aea5-966c26f8ad90
        ! 1 runner watched; nothing new.
        [0]
        "#);
    }

    #[test]
    fn targets_are_told_apart_by_their_mark() {
        let mut sent = String::new();
        for target in [
            ["$3"].as_slice(),
            &["%4"],
            &["my work"],
            &["--pid", "4711"],
            &["x", "--key", "shop"],
        ] {
            let typed: Vec<&str> = ["register", "--json"]
                .iter()
                .chain(target)
                .copied()
                .collect();
            let said = Session::new(&[&registered(0)]).run(&typed);
            sent.push_str(said.lines().next().unwrap());
            sent.push('\n');
        }
        assert_snapshot!(sent, @r#"
        > {"type":"attach-tmux","sessionId":"$3"}
        > {"type":"attach-tmux","paneId":"%4"}
        > {"type":"attach-tmux","sessionName":"my work"}
        > {"type":"attach-tmux","pid":4711}
        > {"type":"attach-tmux","sessionName":"x","key":"shop"}
        "#);
    }

    #[test]
    fn outside_of_tmux_a_target_is_needed() {
        assert_snapshot!(Session::new(&[]).run(&["register"]), @r"
        ! error: This is not inside a session of the tmux server, so none was named.
        ! hint: Name it, as in `geppetto register 'work'`.
        [2]
        ");
        assert_snapshot!(Session::new(&[]).run(&["register", "--pane"]), @r"
        ! error: This is not inside a pane of the tmux server, so none was named.
        ! hint: Name it, as in `geppetto register '%7'`.
        [2]
        ");
    }
}
