//! Programs that are looked for: geppetto itself in the shell's `PATH` and the agents in that of the shell and of tmux.

use std::ffi::OsStr;

use super::check::{Check, note, ok};
use super::scene::Scene;
use crate::cli::programs::{find_program, is_same_file};
use crate::domain::kind::KINDS;

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let mut checks = vec![in_path(scene), agents(scene)];
    checks.extend(agents_in_tmux(scene));
    checks
}

fn in_path(scene: &Scene<'_>) -> Check {
    const ID: &str = "program.path";
    match find_program(&scene.search_path(), "geppetto") {
        Some(found) if is_same_file(&found, &scene.paths.program) => ok(
            ID,
            format!("PATH leads to this program, {}.", found.display()),
        ),
        Some(found) => note(
            ID,
            format!(
                "PATH leads to {}, and this is {}.",
                found.display(),
                scene.paths.program.display()
            ),
            "Remove the one that you do not want.",
        ),
        None => note(
            ID,
            "PATH does not lead to geppetto.",
            "Add its directory to PATH, as in: PATH=\"$HOME/.cargo/bin:$PATH\"",
        ),
    }
}

/// The agents' programs, each with whether `search` leads to it.
fn programs(search: &OsStr) -> (Vec<&'static str>, Vec<&'static str>) {
    KINDS
        .iter()
        .flat_map(|kind| kind.executables)
        .partition(|name| find_program(search, name).is_some())
}

fn agents(scene: &Scene<'_>) -> Check {
    const ID: &str = "program.agents";
    let (found, missing) = programs(&scene.search_path());
    if found.is_empty() {
        return note(
            ID,
            format!("PATH leads to no agent: {}.", missing.join(", ")),
            "Any other command can be watched as well: `geppetto new -- COMMAND`.",
        );
    }
    let missing = if missing.is_empty() {
        String::new()
    } else {
        format!(" Not installed: {}.", missing.join(", "))
    };
    ok(ID, format!("PATH leads to {}.{missing}", found.join(", ")))
}

/// Agents that the shell finds and tmux does not.
fn agents_in_tmux(scene: &Scene<'_>) -> Option<Check> {
    let server = scene.server()?;
    let (here, _) = programs(&scene.search_path());
    let (_, not_there) = programs(OsStr::new(&server.search_path));
    let hidden: Vec<&str> = here
        .into_iter()
        .filter(|name| not_there.contains(name))
        .collect();
    (!hidden.is_empty()).then(|| {
        note(
            "program.tmux-path",
            format!(
                "The PATH of tmux does not lead to {}, that of this shell does.",
                hidden.join(", ")
            ),
            "Run `tmux set-environment -g PATH \"$PATH\"` in this shell, or start tmux anew from it.",
        )
    })
}
