//! The keys of the plugin and where their things are shown: popups, windows where there can be no popup, and the
//! program that is built first.

use crate::support::plugin::{
    PROGRAM, attached, binding, load, loaded, press_prefix, program, unbuilt_copy,
    with_first_in_path,
};
use crate::support::{Sandbox, Terminal};

/// The names of the windows of `anchor`.
fn windows(sandbox: &Sandbox) -> String {
    sandbox.tmux(&["list-windows", "-t", "=anchor:", "-F", "#{window_name}"])
}

#[test]
fn the_dashboard_opens_in_a_popup_and_enter_brings_its_client_to_the_pane() {
    let sandbox = loaded();
    sandbox.start("alpha", "echo first words; read line");
    let other = Terminal::open(&sandbox);
    other.type_line(&format!(
        "tmux -S {} attach -t anchor",
        sandbox.text_path("t")
    ));
    other.wait_for("[anchor]");
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "M-g");
    terminal.wait_for("first words");
    assert_eq!(windows(&sandbox).lines().count(), 1, "it is a popup");
    terminal.press("Enter");
    terminal.wait_for("[geppetto]");
    // Of two clients, the one where the key was pressed.
    assert!(other.screen().contains("[anchor]"), "{}", other.screen());
    terminal.type_line("");
    sandbox.wait_for_status("alpha", "completed");
}

#[test]
fn keys_without_a_default_are_bound_when_they_are_named() {
    let sandbox = loaded();
    let keys = || sandbox.tmux(&["list-keys", "-N", "-T", "prefix"]);
    assert!(!keys().contains("menu of this pane"));
    sandbox.tmux(&["set-option", "-g", "@geppetto-menu-key", "y"]);
    sandbox.tmux(&["set-option", "-g", "@geppetto-next-key", "none"]);
    load(&sandbox);
    assert!(binding(&sandbox, "y").unwrap().contains("press menu"));
    assert!(!keys().contains("waited longest"), "{}", keys());
    sandbox.tmux(&["set-option", "-g", "@geppetto-next-key", "Y"]);
    load(&sandbox);
    assert!(binding(&sandbox, "Y").unwrap().contains("press next"));
}

#[test]
fn every_action_is_a_command_to_be_bound() {
    let sandbox = loaded();
    let before = sandbox.tmux(&["show-options", "-s", "command-alias"]);
    for (slot, action) in (240..).zip(["register", "logs", "dashboard", "menu", "next"]) {
        let alias = format!("command-alias[{slot}] \"geppetto-{action}=");
        assert!(before.contains(&alias), "{before}");
        let command = format!("geppetto-{action}");
        sandbox.tmux(&["bind-key", "y", &command]);
        assert!(
            binding(&sandbox, "y")
                .unwrap()
                .contains(&format!("press {action}"))
        );
    }
    load(&sandbox);
    let after = sandbox.tmux(&["show-options", "-s", "command-alias"]);
    assert_eq!(before, after);
}

#[test]
fn next_is_asked_for_the_client_and_what_it_says_is_shown() {
    let sandbox = Sandbox::new();
    let stand_in = program(&sandbox, "stand-in", "echo \"$1 for $3\"");
    let stand_in = stand_in.to_str().unwrap();
    sandbox.tmux(&["set-option", "-g", "@geppetto-bin", stand_in]);
    sandbox.tmux(&["set-option", "-g", "@geppetto-next-key", "Y"]);
    load(&sandbox);
    let terminal = attached(&sandbox, "=anchor:");
    let client = sandbox.tmux(&["list-clients", "-F", "#{client_name}"]);
    press_prefix(&terminal, "Y");
    terminal.wait_for(&format!("next for {client}"));
}

#[test]
fn without_a_client_the_dashboard_is_a_window() {
    let sandbox = loaded();
    sandbox.tmux(&["geppetto-dashboard"]);
    sandbox.wait_until("the window", || windows(&sandbox).contains("geppetto"));
    let terminal = attached(&sandbox, "=anchor:");
    terminal.wait_for("No runner is watched.");
    terminal.press("q");
    sandbox.wait_until("the window to close", || {
        !windows(&sandbox).contains("geppetto")
    });
}

#[test]
fn inside_a_popup_nothing_happens_to_it() {
    let sandbox = loaded();
    // It would be started for the question what the menu has, and perhaps come when the server is gone already.
    sandbox.daemon();
    let terminal = attached(&sandbox, "=anchor:");
    let shell = "PS1='inside> ' sh -i";
    sandbox.tmux(&["bind-key", "y", "display-popup", "-E", shell]);
    press_prefix(&terminal, "y");
    terminal.wait_for("inside>");
    terminal.type_line("tmux geppetto-dashboard; echo left with $?");
    terminal.wait_for("left with 0");
    terminal.type_line("tmux geppetto-menu; echo then $?");
    terminal.wait_for("then 0");
    assert_eq!(windows(&sandbox).lines().count(), 1);
    terminal.type_line("exit");
    sandbox.wait_until("the popup to close", || {
        !terminal.screen().contains("inside>")
    });
}

#[test]
fn where_tmux_has_no_popups_there_is_a_window() {
    let sandbox = loaded();
    let real = sandbox.sh("command -v tmux").ok();
    // A tmux that does not know popups says nothing when it is asked for them.
    let script = format!(
        "case $1 in list-commands) exit 0 ;; display-popup) exit 1 ;; esac\nexec {} \"$@\"",
        real.trim()
    );
    program(&sandbox, "tmux", &script);
    with_first_in_path(&sandbox);
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "M-g");
    terminal.wait_for("No runner is watched.");
    assert!(windows(&sandbox).contains("geppetto"));
    terminal.press("q");
}

#[test]
fn a_build_is_followed_by_the_dashboard_or_the_menu() {
    for (key, seen) in [("M-g", "No runner is watched."), ("y", "asked for a menu")] {
        let sandbox = Sandbox::new();
        sandbox.tmux(&["set-option", "-g", "@geppetto-menu-key", "y"]);
        unbuilt_copy(&sandbox);
        // What the build leaves is the program, but for the menu.
        let script =
            format!("case $1 in menu) echo asked for a menu ;; *) exec '{PROGRAM}' \"$@\" ;; esac");
        let stand_in = program(&sandbox, "stand-in", &script);
        let build = format!(
            "mkdir -p \"$5/release\" && cp '{}' \"$5/release/geppetto\"",
            stand_in.display()
        );
        program(&sandbox, "cargo", &build);
        with_first_in_path(&sandbox);
        let terminal = attached(&sandbox, "=anchor:");
        press_prefix(&terminal, key);
        terminal.wait_for("Build it now? [y/N]");
        terminal.type_line("y");
        terminal.wait_for(seen);
    }
}
