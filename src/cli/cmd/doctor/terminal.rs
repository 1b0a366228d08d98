//! The terminals in which tmux is shown, and the one of this shell.

use super::check::{Check, note, ok};
use super::scene::Scene;
use crate::domain::survey::Terminal;

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(server) = scene.server() {
        if server.terminals.is_empty() {
            checks.push(ok("terminal.clients", "No terminal shows tmux."));
        }
        for terminal in &server.terminals {
            checks.push(characters(terminal));
            checks.push(colours(terminal));
        }
    }
    checks.push(locale(scene));
    checks
}

fn characters(terminal: &Terminal) -> Check {
    const ID: &str = "terminal.utf-8";
    if terminal.utf8 {
        return ok(
            ID,
            format!("{} ({}) gets UTF-8.", terminal.name, terminal.term),
        );
    }
    note(
        ID,
        format!(
            "{} ({}) gets no UTF-8 from tmux: symbols show as underscores.",
            terminal.name, terminal.term
        ),
        "Attach with `tmux -u`, or set LANG to a UTF-8 locale before; or put `set -g @geppetto-icons ascii` into tmux.conf.",
    )
}

fn colours(terminal: &Terminal) -> Check {
    const ID: &str = "terminal.colours";
    let has = |feature: &str| terminal.features.iter().any(|own| own == feature);
    let name = &terminal.name;
    if has("RGB") {
        ok(ID, format!("{name} shows all colours."))
    } else if has("256") || terminal.term.contains("256color") {
        ok(ID, format!("{name} shows 256 colours."))
    } else {
        note(
            ID,
            format!(
                "{name} ({}) shows few colours, as far as tmux knows.",
                terminal.term
            ),
            "Set TERM outside of tmux to what the terminal is, such as xterm-256color.",
        )
    }
}

/// The first of the locale's variables that is set decides.
fn locale(scene: &Scene<'_>) -> Check {
    const ID: &str = "terminal.locale";
    let variables = ["LC_ALL", "LC_CTYPE", "LANG"];
    let found = variables.into_iter().find_map(|name| {
        let value = scene.environment.value(name)?;
        Some((name, value.to_string_lossy().into_owned()))
    });
    let is_utf8 = |value: &str| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    };
    match found {
        Some((name, value)) if is_utf8(&value) => ok(ID, format!("{name} is {value}.")),
        Some((name, value)) => note(
            ID,
            format!("{name} is {value}, which is not a UTF-8 locale."),
            format!("Set {name} to a UTF-8 locale, such as C.UTF-8."),
        ),
        None => note(
            ID,
            "No variable says which locale this shell has.",
            "Set LANG to a UTF-8 locale, such as C.UTF-8.",
        ),
    }
}
