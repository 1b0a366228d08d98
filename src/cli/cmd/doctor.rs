//! `doctor`: looks at everything geppetto rests on, one line each, and says what to do. Starts and changes nothing.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Serialize;

use crate::cli::args::JsonArgs;
use crate::cli::client::Client;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::tmux_version::TmuxVersion;
use crate::config::{Environment, Paths, Settings, check_private_dir};
use crate::domain::text::printable;
use crate::wire::{DaemonView, Hello, PROTOCOL, Request};

/// A daemon that takes longer to say hello is not well.
const PATIENCE: Duration = Duration::from_secs(3);

/// How it stands with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Ok,
    Warn,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    level: Level,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

#[derive(Serialize)]
struct Report<'a> {
    checks: &'a [Check],
}

pub(crate) fn run(args: &JsonArgs, context: &mut Context<'_>) -> Result<u8, Failure> {
    let checks = examine(context.environment, context.paths);
    if args.json {
        context.output.json(&Report { checks: &checks })?;
    } else {
        for check in &checks {
            let level = match check.level {
                Level::Ok => "ok  ",
                Level::Warn => "warn",
                Level::Bad => "bad ",
            };
            let message = printable(&check.message);
            context
                .output
                .answer(format!("{level}  {:<9} {message}", check.name))?;
            if let Some(hint) = &check.hint {
                context
                    .output
                    .answer(format!("                {}", printable(hint)))?;
            }
        }
    }
    Ok(u8::from(
        checks.iter().any(|check| check.level == Level::Bad),
    ))
}

fn examine(environment: &Environment, paths: &Paths) -> Vec<Check> {
    let program = program_version(&paths.tmux_program);
    let daemon = say_hello(paths);
    let server = daemon
        .as_ref()
        .ok()
        .and_then(Option::as_ref)
        .and_then(|daemon| daemon.tmux_version.as_deref())
        .map(TmuxVersion::parse);
    let mut checks = vec![
        tmux_program(paths, program.as_ref()),
        tmux_server(paths, program.as_ref().ok(), server.as_ref()),
    ];
    let version = server.as_ref().or(program.as_ref().ok());
    checks.extend(version.map(respawn));
    checks.extend(version.and_then(coincidence));
    checks.extend([
        socket_dir(paths),
        state_dir(paths),
        config_file(environment, paths),
        in_path(environment),
    ]);
    checks.extend(daemon_itself(paths, daemon));
    checks
}

fn ok(name: &'static str, message: impl Into<String>) -> Check {
    Check {
        name,
        level: Level::Ok,
        message: message.into(),
        hint: None,
    }
}

fn warn(name: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Check {
    Check {
        name,
        level: Level::Warn,
        message: message.into(),
        hint: Some(hint.into()),
    }
}

fn bad(name: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Check {
    Check {
        name,
        level: Level::Bad,
        message: message.into(),
        hint: Some(hint.into()),
    }
}

fn program_version(program: &Path) -> Result<TmuxVersion, String> {
    let output = Command::new(program)
        .arg("-V")
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!(
            "`{} -V` failed ({})",
            program.display(),
            output.status
        ));
    }
    Ok(TmuxVersion::parse(&String::from_utf8_lossy(&output.stdout)))
}

fn tmux_program(paths: &Paths, version: Result<&TmuxVersion, &String>) -> Check {
    let place = paths.tmux_program.display();
    match version {
        Ok(version) if version.is_supported() => {
            ok("tmux", format!("{place} is {version}, which has popups."))
        }
        Ok(version) => bad(
            "tmux",
            format!("{place} is {version}; 3.2a and older crash under control clients."),
            "Install tmux 3.3 or later.",
        ),
        Err(reason) => bad(
            "tmux",
            format!("tmux cannot be run: {reason}."),
            "Install tmux 3.3 or later, and see that PATH leads to it.",
        ),
    }
}

fn tmux_server(
    paths: &Paths,
    program: Option<&TmuxVersion>,
    server: Option<&TmuxVersion>,
) -> Check {
    let place = paths.tmux_socket.display();
    match (server, program) {
        (Some(server), _) if !server.is_supported() => bad(
            "server",
            format!(
                "The tmux server at {place} is {server}; 3.2a and older crash under control clients."
            ),
            "End that server and start tmux 3.3 or later.",
        ),
        (Some(server), Some(program)) if server != program => warn(
            "server",
            format!("The tmux server at {place} is {server}, the program is {program}."),
            "They may not understand each other: end the server when you can, and start it again.",
        ),
        (Some(server), _) => ok("server", format!("The tmux server at {place} is {server}.")),
        (None, _) if UnixStream::connect(&paths.tmux_socket).is_ok() => {
            ok("server", format!("A tmux server runs at {place}."))
        }
        (None, _) => ok("server", format!("No tmux server runs at {place}.")),
    }
}

/// Only a fixed tmux takes this away; nobody can guard the user's own key.
fn respawn(version: &TmuxVersion) -> Check {
    if version.survives_respawn() {
        return ok("respawn", "Panes that are watched may be respawned.");
    }
    warn(
        "respawn",
        format!(
            "{version} can crash, with all its sessions, when a pane that is watched is respawned."
        ),
        "Do not use respawn-pane or respawn-window in watched sessions; `geppetto start` uses a new window.",
    )
}

/// geppetto keeps apart what it does itself; the rest is up to the user.
fn coincidence(version: &TmuxVersion) -> Option<Check> {
    let risk = || {
        warn(
            "closing",
            format!(
                "{version} can crash when the last windows of a watched session close in one instant."
            ),
            "Close a session with `geppetto sessions kill` or kill-session, or use tmux 3.7 or later.",
        )
    };
    (!version.survives_coincidence()).then(risk)
}

fn socket_dir(paths: &Paths) -> Check {
    let dir = paths.socket.parent().unwrap_or(&paths.socket);
    match check_private_dir(dir) {
        Ok(true) => ok("socket", format!("{} is private.", dir.display())),
        Ok(false) => ok("socket", format!("{} will be made.", dir.display())),
        Err(error) => bad("socket", sentence(&error), error.hint()),
    }
}

fn state_dir(paths: &Paths) -> Check {
    let dir = &paths.state_dir;
    if let Err(error) = check_private_dir(dir) {
        return bad("state", sentence(&error), error.hint());
    }
    let nearest = dir.ancestors().find(|dir| dir.exists()).unwrap_or(dir);
    let wanted = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    match rustix::fs::access(nearest, wanted) {
        Ok(()) => ok("state", format!("{} can be written.", dir.display())),
        Err(error) => bad(
            "state",
            format!("{} cannot be written: {error}.", nearest.display()),
            "See who owns it, or set XDG_STATE_HOME to a directory of your own.",
        ),
    }
}

fn config_file(environment: &Environment, paths: &Paths) -> Check {
    match Settings::load(environment, &paths.config_file) {
        Ok(_) if paths.config_file.exists() => ok(
            "config",
            format!("{} is valid.", paths.config_file.display()),
        ),
        Ok(_) => ok(
            "config",
            format!(
                "{} is not there: all defaults.",
                paths.config_file.display()
            ),
        ),
        Err(error) => bad("config", sentence(&error), error.hint()),
    }
}

fn in_path(environment: &Environment) -> Check {
    let search = environment.value("PATH").unwrap_or_default();
    match std::env::split_paths(&search)
        .map(|dir| dir.join("geppetto"))
        .find(|file| file.is_file())
    {
        Some(file) => ok("PATH", format!("geppetto is {}.", file.display())),
        None => warn(
            "PATH",
            "PATH does not lead to geppetto.",
            "Add its directory to PATH, as in: PATH=\"$HOME/.cargo/bin:$PATH\"",
        ),
    }
}

fn say_hello(paths: &Paths) -> Result<Option<DaemonView>, Failure> {
    let Some(mut client) = Client::connect(paths)? else {
        return Ok(None);
    };
    let hello = Request::Hello(Hello {
        protocol: PROTOCOL,
        build: Some(env!("CARGO_PKG_VERSION").to_owned()),
    });
    let answer = client.ask(hello, Some(PATIENCE))?;
    Ok(answer.daemon.map(|daemon| *daemon))
}

fn daemon_itself(paths: &Paths, daemon: Result<Option<DaemonView>, Failure>) -> Vec<Check> {
    let place = paths.socket.display();
    let daemon = match daemon {
        Ok(Some(daemon)) => daemon,
        Ok(None) => {
            let message = format!("No daemon listens at {place}; it starts when it is needed.");
            return vec![ok("daemon", message)];
        }
        Err(failure) => {
            let hint = failure.hints().join(" ");
            return vec![bad("daemon", failure.to_string(), hint)];
        }
    };
    let mut checks = vec![if daemon.build == env!("CARGO_PKG_VERSION") {
        ok(
            "daemon",
            format!(
                "Process {} listens at {place}, protocol {}.",
                daemon.pid, daemon.protocol
            ),
        )
    } else {
        warn(
            "daemon",
            format!(
                "The daemon is geppetto {}, this is {}.",
                daemon.build,
                env!("CARGO_PKG_VERSION")
            ),
            "Run `geppetto daemon restart`; runners go on.",
        )
    }];
    let log = paths.log_file.display();
    checks.extend(
        daemon
            .warnings
            .iter()
            .map(|warning| warn("daemon", warning.clone(), format!("See its log: {log}"))),
    );
    checks
}

fn sentence(error: &(impl std::error::Error + ?Sized)) -> String {
    let source = error
        .source()
        .map_or_else(String::new, |source| format!(": {source}"));
    format!("{error}{source}.")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::cli::fake::{DAEMON, Session};

    #[test]
    fn a_sound_place_is_all_ok() {
        let hello = format!(r#"{{"success":true,"daemon":{DAEMON}}}"#);
        let said = Session::new(&[&hello])
            .tmux_that_says("tmux 3.8")
            .run(&["doctor"]);
        assert_snapshot!(said, @r#"
        > {"type":"hello","protocol":1,"build":"0.1.0"}
        ok    tmux      DIR/tmux is tmux 3.8, which has popups.
        ok    server    The tmux server at DIR/tmux-UID/default is tmux 3.8.
        ok    respawn   Panes that are watched may be respawned.
        ok    socket    DIR/run/geppetto is private.
        ok    state     DIR/state/geppetto/SERVER can be written.
        ok    config    DIR/config/geppetto/config.toml is not there: all defaults.
        ok    PATH      geppetto is DIR/geppetto.
        ok    daemon    Process 77 listens at DIR/run/geppetto/SERVER.sock, protocol 1.
        warn  daemon    One warning.
                        See its log: DIR/state/geppetto/SERVER/daemon.log
        [0]
        "#);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_do() {
        let said = Session::without_daemon()
            .tmux_that_says("tmux 3.2a")
            .config("runner_limit = 0\n")
            .run(&["doctor"]);
        assert_snapshot!(said, @r#"
        bad   tmux      DIR/tmux is tmux 3.2a; 3.2a and older crash under control clients.
                        Install tmux 3.3 or later.
        ok    server    No tmux server runs at DIR/tmux-UID/default.
        warn  respawn   tmux 3.2a can crash, with all its sessions, when a pane that is watched is respawned.
                        Do not use respawn-pane or respawn-window in watched sessions; `geppetto start` uses a new window.
        warn  closing   tmux 3.2a can crash when the last windows of a watched session close in one instant.
                        Close a session with `geppetto sessions kill` or kill-session, or use tmux 3.7 or later.
        ok    socket    DIR/run/geppetto will be made.
        ok    state     DIR/state/geppetto/SERVER can be written.
        bad   config    DIR/config/geppetto/config.toml:1: "runner_limit" must be a whole number from 1 to 10000.
                        Correct that line, or remove it for the default.
        ok    PATH      geppetto is DIR/geppetto.
        ok    daemon    No daemon listens at DIR/run/geppetto/SERVER.sock; it starts when it is needed.
        [1]
        "#);
        let said = Session::without_daemon()
            .tmux_that_says("tmux 3.3a")
            .run(&["doctor", "--json"]);
        assert_snapshot!(said, @r#"
        {"checks":[{"name":"tmux","level":"ok","message":"DIR/tmux is tmux 3.3a, which has popups."},{"name":"server","level":"ok","message":"No tmux server runs at DIR/tmux-UID/default."},{"name":"respawn","level":"warn","message":"tmux 3.3a can crash, with all its sessions, when a pane that is watched is respawned.","hint":"Do not use respawn-pane or respawn-window in watched sessions; `geppetto start` uses a new window."},{"name":"closing","level":"warn","message":"tmux 3.3a can crash when the last windows of a watched session close in one instant.","hint":"Close a session with `geppetto sessions kill` or kill-session, or use tmux 3.7 or later."},{"name":"socket","level":"ok","message":"DIR/run/geppetto will be made."},{"name":"state","level":"ok","message":"DIR/state/geppetto/SERVER can be written."},{"name":"config","level":"ok","message":"DIR/config/geppetto/config.toml is not there: all defaults."},{"name":"PATH","level":"ok","message":"geppetto is DIR/geppetto."},{"name":"daemon","level":"ok","message":"No daemon listens at DIR/run/geppetto/SERVER.sock; it starts when it is needed."}]}
        [0]
        "#);
    }

    #[test]
    fn an_old_server_under_a_new_program_is_told() {
        let version = TmuxVersion::parse;
        let home = crate::cli::fake::Home::new();
        let server = |server, program| {
            let check = tmux_server(
                home.paths(),
                Some(&version(program)),
                Some(&version(server)),
            );
            check.level
        };
        assert_eq!(server("3.2a", "3.4"), Level::Bad);
        assert_eq!(server("3.3a", "3.4"), Level::Warn);
        assert_eq!(server("3.4", "3.4"), Level::Ok);
    }
}
