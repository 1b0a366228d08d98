//! `daemon`: starts, ends and looks at the daemon. `daemon run` is no client's verb; main does it.

use jiff::tz::TimeZone;

use crate::cli::args::{DaemonVerb, JsonArgs};
use crate::cli::client::{Client, PATIENCE};
use crate::cli::context::{Context, missing};
use crate::cli::failure::{Failure, Kind};
use crate::cli::render;
use crate::cli::start::{Start, end_daemon};
use crate::domain::text::printable;
use crate::wire::{DaemonView, Empty, Request};

pub(crate) fn run(verb: &DaemonVerb, context: &mut Context<'_>) -> Result<(), Failure> {
    match verb {
        DaemonVerb::Start(args) => start(args, context),
        DaemonVerb::Stop(args) => {
            let mut client = context.connect(Start::Never)?;
            let answer = end_daemon(context.paths, &mut client, None)?;
            if args.json {
                return context.output.json(&answer);
            }
            context.output.answer("stopped")
        }
        DaemonVerb::Status(args) => status(args, context),
        DaemonVerb::Restart(args) => {
            if let Some(mut client) = Client::connect(context.paths)? {
                end_daemon(context.paths, &mut client, None)?;
            }
            start(args, context)
        }
        DaemonVerb::Run(_) => Err(Failure::new(
            Kind::Usage,
            "`daemon run` is not for a client of the daemon.",
        )),
    }
}

fn start(args: &JsonArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut client = context.connect(Start::Always)?;
    let answer = client.ask(Request::DaemonStatus(Empty {}), Some(PATIENCE))?;
    if args.json {
        return context.output.json(&answer);
    }
    let daemon = answer.daemon.ok_or_else(|| missing("daemon"))?;
    context.output.answer(format!("running {}", daemon.pid))
}

fn status(args: &JsonArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut client = context.connect(Start::Never)?;
    let answer = client.ask(Request::DaemonStatus(Empty {}), Some(PATIENCE))?;
    if args.json {
        return context.output.json(&answer);
    }
    let zone = context.zone();
    let daemon = answer.daemon.ok_or_else(|| missing("daemon"))?;
    for (name, value) in facts(&daemon, &zone) {
        context
            .output
            .answer(format!("{name:<12} {}", printable(&value)))?;
    }
    for warning in &daemon.warnings {
        context
            .output
            .talk(format!("warning: {}", printable(warning)));
    }
    Ok(())
}

fn facts(daemon: &DaemonView, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let tmux = daemon.tmux_version.as_deref().unwrap_or("not running");
    let mut facts = vec![
        ("pid", daemon.pid.to_string()),
        (
            "version",
            format!("{} (protocol {})", daemon.build, daemon.protocol),
        ),
        ("since", render::date_time(daemon.started_at_ms, zone)),
        ("socket", daemon.socket.clone()),
        ("tmux", format!("{tmux} at {}", daemon.tmux_socket)),
        ("runners", daemon.live_runners.to_string()),
        ("connections", daemon.connections.to_string()),
    ];
    facts.extend(daemon.log_file.clone().map(|file| ("log", file)));
    facts
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{DAEMON, Session};

    fn daemon() -> String {
        format!(r#"{{"success":true,"daemon":{DAEMON}}}"#)
    }

    #[test]
    fn a_running_daemon_is_looked_at() {
        assert_snapshot!(Session::new(&[&daemon()]).run(&["daemon", "status"]), @r#"
        > {"type":"daemon-status"}
        pid          77
        version      0.1.0 (protocol 1)
        since        2025-11-24 16:00:00
        socket       /run/g.sock
        tmux         3.8 at /tmp/t
        runners      2
        connections  1
        log          /state/daemon.log
        ! warning: One warning.
        [0]
        "#);
        assert_snapshot!(Session::new(&[&daemon()]).run(&["daemon", "start"]), @r#"
        > {"type":"daemon-status"}
        running 77
        [0]
        "#);
    }

    #[test]
    fn looking_and_stopping_start_nothing() {
        assert_snapshot!(Session::without_daemon().run(&["daemon", "status"]), @r"
        ! error: No daemon runs for this tmux server.
        ! hint: Start it with `geppetto daemon start`.
        [3]
        ");
        assert_snapshot!(Session::without_daemon().run(&["daemon", "stop"]), @r"
        ! error: No daemon runs for this tmux server.
        ! hint: Start it with `geppetto daemon start`.
        [3]
        ");
    }

    #[test]
    fn stop_waits_until_nobody_listens() {
        let said = Session::new(&[r#"{"success":true}"#]).run(&["daemon", "stop"]);
        assert_snapshot!(said, @r#"
        > {"type":"stop-daemon"}
        stopped
        [0]
        "#);
    }
}
