//! The tmux program and its server: versions, what they lack, and what can end the server.

use std::os::unix::net::UnixStream;

use super::check::{Check, note, ok, problem};
use super::scene::Scene;
use crate::domain::survey::{Respawner, Survey};
use crate::domain::tmux_version::TmuxVersion;

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let mut checks = vec![program(scene), server(scene)];
    if let Some(version) = scene.tmux_version() {
        checks.extend(missing(&version));
        checks.push(respawn(&version, scene.server()));
        checks.extend(coincidence(&version));
    }
    checks
}

fn program(scene: &Scene<'_>) -> Check {
    const ID: &str = "tmux.program";
    let place = scene.paths.tmux_program.display();
    match &scene.program {
        Ok(version) if version.is_supported() => {
            ok(ID, format!("{place} is {version}, which has popups."))
        }
        Ok(version) => problem(
            ID,
            format!("{place} is {version}; 3.2a and older crash under control clients."),
            "Install tmux 3.3 or later.",
        ),
        Err(reason) => problem(
            ID,
            format!("tmux cannot be run: {reason}."),
            "Install tmux 3.3 or later, and see that PATH leads to it.",
        ),
    }
}

fn server(scene: &Scene<'_>) -> Check {
    const ID: &str = "tmux.server";
    let place = scene.paths.tmux_socket.display();
    if let Err(error) = &scene.survey {
        return problem(
            ID,
            format!("The tmux server at {place} does not answer: {error}."),
            "See whether `tmux ls` works; a server of another version than the program has to be ended first.",
        );
    }
    match (scene.server_version(), &scene.program) {
        (Some(server), _) if !server.is_supported() => problem(
            ID,
            format!(
                "The tmux server at {place} is {server}; 3.2a and older crash under control clients."
            ),
            "End that server and start tmux 3.3 or later.",
        ),
        (Some(server), Ok(program)) if server != *program => note(
            ID,
            format!("The tmux server at {place} is {server}, the program is {program}."),
            "They may not understand each other: end the server when you can, and start it again.",
        ),
        (Some(server), _) => ok(ID, format!("The tmux server at {place} is {server}.")),
        (None, _) if UnixStream::connect(&scene.paths.tmux_socket).is_ok() => {
            ok(ID, format!("A tmux server runs at {place}."))
        }
        (None, _) => ok(ID, format!("No tmux server runs at {place}.")),
    }
}

/// What later versions have and geppetto would use.
fn missing(version: &TmuxVersion) -> Option<Check> {
    let lacks = [
        ((3, 4), "the segment cannot be clicked (3.4)"),
        (
            (3, 6),
            "panes stand still while a message is on the status line (3.6)",
        ),
    ];
    let lacks: Vec<&str> = lacks
        .iter()
        .filter(|((major, minor), _)| !version.is_at_least(*major, *minor))
        .map(|(_, what)| *what)
        .collect();
    (!lacks.is_empty()).then(|| {
        note(
            "tmux.features",
            format!("With {version}, {}.", lacks.join(", and ")),
            "Nothing else needs a later tmux.",
        )
    })
}

/// Only a fixed tmux takes this away; nobody can guard the user's own key.
fn respawn(version: &TmuxVersion, server: Option<&Survey>) -> Check {
    const ID: &str = "tmux.respawn";
    if version.survives_respawn() {
        return ok(ID, "Panes that are watched may be respawned.");
    }
    let who: Vec<String> = server
        .map(|server| server.respawners.iter().map(named).collect())
        .unwrap_or_default();
    let who = if who.is_empty() {
        String::new()
    } else {
        format!(" These do it: {}.", who.join(", "))
    };
    note(
        ID,
        format!(
            "{version} can crash, with all its sessions, when a pane that is watched is respawned.{who}"
        ),
        "Do not use respawn-pane or respawn-window in watched sessions, nor Respawn in tmux's menus; `geppetto start` \
         uses a new window.",
    )
}

fn named(respawner: &Respawner) -> String {
    match respawner {
        Respawner::Key { table, key } => format!("the key {key} of {table}"),
        Respawner::Hook(name) => format!("the hook {name}"),
    }
}

/// geppetto keeps apart what it does itself; the rest is up to the user.
fn coincidence(version: &TmuxVersion) -> Option<Check> {
    let risk = || {
        note(
            "tmux.closing",
            format!(
                "{version} can crash when the last windows of a watched session close in one instant."
            ),
            "Close a session with `geppetto sessions kill` or kill-session, or use tmux 3.7 or later.",
        )
    };
    (!version.survives_coincidence()).then(risk)
}
