//! `doctor` against a real tmux.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use serde_json::Value;

use crate::support::{Sandbox, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_geppetto");
const PLUGIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/geppetto.tmux");

/// The level of each check, the worst of those with one id, and the exit code.
fn levels(sandbox: &Sandbox) -> (BTreeMap<String, String>, Option<i32>) {
    let output = sandbox.geppetto(&["doctor", "--json"]);
    let report: Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:#?}"));
    let mut levels = BTreeMap::new();
    for check in report["checks"].as_array().unwrap() {
        let level = check["level"].as_str().unwrap().to_owned();
        let worst: &mut String = levels
            .entry(check["id"].as_str().unwrap().to_owned())
            .or_default();
        let rank = |level: &str| {
            ["", "ok", "note", "problem"]
                .iter()
                .position(|word| *word == level)
        };
        if rank(&level) > rank(worst) {
            *worst = level;
        }
    }
    (levels, output.code)
}

#[track_caller]
fn expect(levels: &BTreeMap<String, String>, level: &str, ids: &[&str]) {
    for id in ids {
        assert_eq!(
            levels.get(*id).map(String::as_str),
            Some(level),
            "{id}: {levels:#?}"
        );
    }
}

#[test]
fn a_tmux_with_the_plugin_is_looked_at_and_found_well() {
    let sandbox = Sandbox::new();
    let (bare, _) = levels(&sandbox);
    expect(&bare, "note", &["plugin.loaded"]);
    sandbox.tmux(&["set-option", "-g", "@geppetto-bin", PROGRAM]);
    sandbox.tmux(&[
        "set-option",
        "-g",
        "status-right",
        "#{geppetto_status} %H:%M",
    ]);
    sandbox.tmux(&["set-option", "-g", "focus-events", "on"]);
    sandbox.tmux(&["run-shell", &format!("'{PLUGIN}'")]);
    sandbox.daemon();
    let terminal = Terminal::open(&sandbox);
    terminal.type_line(&format!("tmux -S {} attach", sandbox.text_path("t")));
    terminal.wait_for("[anchor]");
    let (levels, code) = levels(&sandbox);
    let well = [
        "tmux.program",
        "tmux.server",
        "options.focus-events",
        "options.segment",
        "terminal.utf-8",
        "terminal.colours",
        "terminal.locale",
        "plugin.loaded",
        "plugin.bin",
        "plugin.program",
        "plugin.version",
        "plugin.key",
        "plugin.dashboard-key",
        "files.socket",
        "files.state",
        "files.config",
        "daemon.reached",
        "daemon.version",
    ];
    expect(&levels, "ok", &well);
    assert_eq!(code, Some(0));
}

#[test]
fn what_is_bad_is_found() {
    let sandbox = Sandbox::new();
    let plugin = sandbox.path("plugin");
    fs::create_dir_all(plugin.join("scripts/lib")).unwrap();
    sandbox.tmux(&[
        "set-option",
        "-g",
        "@geppetto_plugin",
        plugin.to_str().unwrap(),
    ]);
    fs::write(plugin.join("scripts/press"), "").unwrap();
    sandbox.tmux(&["set-option", "-g", "@geppetto_bin", "/nowhere/geppetto"]);
    sandbox.tmux(&["set-option", "-g", "@geppetto-bin", "/nowhere/geppetto"]);
    sandbox.tmux(&["set-option", "-g", "@geppetto-dashboard-key", "y"]);
    sandbox.tmux(&["bind-key", "G", "display-message", "mine"]);
    sandbox.tmux(&["set-option", "-g", "status-right", "#{E:@geppetto_status}"]);
    sandbox.tmux(&["set-option", "-g", "status-right-length", "4"]);
    sandbox.tmux(&["set-option", "-g", "status-interval", "0"]);
    sandbox.tmux(&["set-option", "-g", "set-clipboard", "off"]);
    sandbox.tmux(&["set-hook", "-g", "pane-died", "respawn-pane"]);
    sandbox.configure("nonsense = 1\n");
    let open = sandbox.path("run/geppetto");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    let (found, code) = levels(&sandbox);
    let problems = [
        "plugin.program",
        "files.socket",
        "files.config",
        "daemon.reached",
    ];
    expect(&found, "problem", &problems);
    let notes = [
        "options.focus-events",
        "options.segment",
        "options.status-interval",
        "options.set-clipboard",
        "plugin.bin",
        "plugin.key",
        "plugin.dashboard-key",
    ];
    expect(&found, "note", &notes);
    assert_eq!(code, Some(1));
    let text = sandbox.geppetto(&["doctor"]).stdout;
    assert!(text.contains("the hook pane-died[0]"), "{text}");
    assert!(text.contains("chmod 700"), "{text}");
    fs::remove_dir_all(&plugin).unwrap();
    let (found, _) = levels(&sandbox);
    expect(&found, "problem", &["plugin.loaded"]);
}

#[test]
fn a_server_that_hangs_up_is_a_problem_and_not_taken_for_none() {
    let sandbox = Sandbox::without_tmux();
    let socket = sandbox.path("t");
    let listener = UnixListener::bind(&socket).unwrap();
    let gone = std::thread::spawn(move || {
        // The look whether somebody listens, and tmux itself.
        for _ in 0..2 {
            drop(listener.accept().unwrap());
        }
    });
    let (found, code) = levels(&sandbox);
    expect(&found, "problem", &["tmux.server"]);
    assert_eq!(code, Some(1));
    gone.join().unwrap();
    fs::remove_file(socket).unwrap();
}
