//! The plugin in the tmux server: whether it is loaded, whether its directory and program are still there and fit each
//! other, and whose the keys are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use super::check::{Check, note, ok, problem};
use super::scene::Scene;
use crate::cli::programs::{is_program, is_same_file};
use crate::domain::survey::Survey;

const LOADED: &str = "plugin.loaded";

/// What every binding of ours has in it.
const OURS: &str = "@geppetto_plugin";

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let Some(server) = scene.server() else {
        return Vec::new();
    };
    let Some(plugin) = set(server, "@geppetto_plugin").map(PathBuf::from) else {
        return vec![note(
            LOADED,
            "The plugin is not loaded in this tmux server: there are no keys and no segment.",
            "Put the lines of the README's \"Install\" into tmux.conf, and press prefix + I.",
        )];
    };
    if !plugin.join("scripts/press").is_file() {
        return vec![problem(
            LOADED,
            format!(
                "The plugin was loaded from {}, which is gone: its keys fail.",
                plugin.display()
            ),
            "Install it again with prefix + I, or remove its lines from tmux.conf and start tmux anew.",
        )];
    }
    let place = format!("The plugin is loaded from {}.", plugin.display());
    let mut checks = vec![ok(LOADED, place), wished(server), program(scene, server)];
    checks.extend(fits(scene, server, &plugin));
    checks.push(key(server, "plugin.key", "@geppetto-key", "G"));
    checks.push(key(
        server,
        "plugin.dashboard-key",
        "@geppetto-dashboard-key",
        "M-g",
    ));
    checks
}

/// The value of an option that is set to something.
fn set<'a>(server: &'a Survey, name: &str) -> Option<&'a str> {
    server.option(name).filter(|value| !value.is_empty())
}

/// The user's own choice of a program.
fn wished(server: &Survey) -> Check {
    const ID: &str = "plugin.bin";
    match set(server, "@geppetto-bin") {
        None => ok(ID, "@geppetto-bin is not set: the program is looked for."),
        Some(wish) if wish.starts_with("~/") || is_program(Path::new(wish)) => {
            ok(ID, format!("@geppetto-bin is {wish}."))
        }
        Some(wish) => note(
            ID,
            format!("@geppetto-bin is {wish}, which is no program: others are used in its place."),
            "Correct it in tmux.conf, or remove it.",
        ),
    }
}

/// Whether the program that tmux would run is this one.
fn program(scene: &Scene<'_>, server: &Survey) -> Check {
    const ID: &str = "plugin.program";
    let this = &scene.paths.program;
    match set(server, "@geppetto_bin").map(Path::new) {
        None => note(
            ID,
            "The plugin has no program yet.",
            "Press prefix + G, which offers to build it, or name one with @geppetto-bin.",
        ),
        Some(bin) if !is_program(bin) => problem(
            ID,
            format!("tmux would run {}, which is gone.", bin.display()),
            "Press prefix + G to build it, or name another with @geppetto-bin.",
        ),
        Some(bin) if is_same_file(bin, this) => {
            ok(ID, format!("tmux runs this program, {}.", bin.display()))
        }
        Some(bin) => note(
            ID,
            format!(
                "tmux runs {}, and this is {}.",
                bin.display(),
                this.display()
            ),
            "Two programs of one version do no harm. To have one, set @geppetto-bin.",
        ),
    }
}

/// Whether the program is what the plugin's directory holds: the same version, and, when it was built there, none of its
/// sources newer.
fn fits(scene: &Scene<'_>, server: &Survey, plugin: &Path) -> Option<Check> {
    const ID: &str = "plugin.version";
    let bin = set(server, "@geppetto_bin").map(Path::new)?;
    let wanted = version_in(&std::fs::read_to_string(plugin.join("Cargo.toml")).ok()?)?;
    let found = version_of(scene, bin)?;
    let is_built_here = bin.starts_with(plugin.join("target"));
    let update = || {
        if is_built_here {
            "Press prefix + G, which offers to build it anew; if you have declined, run `cargo build --release --locked` in the \
             plugin's directory."
        } else {
            "Update the program as you installed it, for example with cargo install."
        }
    };
    Some(if found != wanted {
        note(
            ID,
            format!("An update is pending: the plugin is {wanted}, its program {found}."),
            update(),
        )
    } else if is_built_here && is_outdated(plugin, bin) {
        note(
            ID,
            format!(
                "An update is pending: the plugin's sources ({wanted}) are newer than its program."
            ),
            update(),
        )
    } else {
        ok(ID, format!("Plugin and program are {found}."))
    })
}

/// The version in a `Cargo.toml`.
fn version_in(manifest: &str) -> Option<String> {
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \""))?;
    Some(line.trim_end_matches('"').to_owned())
}

/// The version that a program says it is.
fn version_of(scene: &Scene<'_>, bin: &Path) -> Option<String> {
    if is_same_file(bin, &scene.paths.program) {
        return Some(env!("CARGO_PKG_VERSION").to_owned());
    }
    let output = Command::new(bin)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.trim().strip_prefix("geppetto ").map(str::to_owned)
}

/// The rule of the key press, in `scripts/lib/binary.sh`, which besides heeds that the user has declined.
fn is_outdated(plugin: &Path, bin: &Path) -> bool {
    let changed = |file: &Path| file.metadata().and_then(|found| found.modified()).ok();
    let Some(built) = changed(bin) else {
        return false;
    };
    ["Cargo.toml", "Cargo.lock", "src"]
        .iter()
        .any(|name| is_newer(&plugin.join(name), built))
}

/// A directory changes when a file in it comes or goes.
fn is_newer(path: &Path, than: SystemTime) -> bool {
    let changed = path.metadata().and_then(|found| found.modified());
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    changed.is_ok_and(|changed| changed > than)
        || entries
            .into_iter()
            .any(|entry| is_newer(&entry.path(), than))
}

/// Whose a key is.
fn key(server: &Survey, id: &'static str, option: &str, default: &str) -> Check {
    let wish = server.option(option);
    if matches!(wish, Some("" | "none" | "off")) {
        return ok(id, format!("{option} is switched off."));
    }
    let key = wish.unwrap_or(default);
    match server.key("prefix", key) {
        Some(command) if command.contains(OURS) => ok(id, format!("prefix + {key} is ours.")),
        Some(_) => note(
            id,
            format!("prefix + {key} is bound to something else."),
            format!(
                "Set {option} to a key that is free, or to {key} to take it; see it with `tmux list-keys -T prefix`."
            ),
        ),
        None => note(
            id,
            format!("prefix + {key} is not bound, though the plugin was loaded."),
            "Load the plugin again: `tmux source ~/.tmux.conf`.",
        ),
    }
}
