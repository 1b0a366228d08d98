//! Getting rid of the plugin: asked for, and by deleting its directory.

use std::fs;

use crate::support::plugin::{
    PROGRAM_OPTION, attached, binding, load, loaded, press_prefix, unbuilt_copy,
};
use crate::support::{Sandbox, copy_program};

/// All that a plugin could set.
fn everything(sandbox: &Sandbox) -> Vec<String> {
    [
        &["show-options", "-g"][..],
        &["show-options", "-s"],
        &["show-options", "-gw"],
        &["list-keys"],
        &["list-keys", "-N"],
        &["show-hooks", "-g"],
        &["show-environment", "-g"],
        &["show-environment", "-gh"],
    ]
    .map(|command| sandbox.tmux(command))
    .to_vec()
}

#[test]
fn tmux_is_as_it_was_before() {
    let sandbox = Sandbox::new();
    for (option, value) in [
        PROGRAM_OPTION,
        ("@geppetto-menu-key", "#"),
        ("@geppetto-next-key", "\\;"),
        ("status-left", "#{E:@geppetto_status} of mine"),
        (
            "status-right",
            "a #{geppetto_status} 'b' #{geppetto_status}\\;",
        ),
    ] {
        sandbox.tmux(&["set-option", "-g", option, value]);
    }
    sandbox.tmux(&["unbind-key", "#"]);
    sandbox.tmux(&["unbind-key", "\\;"]);
    sandbox.tmux(&[
        "bind-key",
        "-N",
        "mine, not geppetto: no",
        "y",
        "display-message",
        "mine",
    ]);
    let before = everything(&sandbox);
    load(&sandbox);
    load(&sandbox);
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "G");
    terminal.wait_for("geppetto watches anchor (1 pane).");
    assert_ne!(everything(&sandbox), before);
    let said = sandbox.geppetto(&["plugin", "uninstall"]).ok();
    for key in ["G", "M-g", "#", ";"] {
        assert!(said.contains(key), "{said}");
    }
    assert_eq!(everything(&sandbox), before);
    // What changes now is not published any more, until the plugin is loaded again.
    sandbox.start("one", "exec sleep 1000");
    sandbox.geppetto(&["pause", "one"]).ok();
    assert_eq!(everything(&sandbox), before);
    load(&sandbox);
    sandbox.geppetto(&["resume", "one"]).ok();
    sandbox.wait_until("the environment", || {
        let text = sandbox.tmux(&["show-environment", "-gh"]);
        text.contains("geppetto_status=") && text.contains("geppetto_windows=@")
    });
}

#[test]
fn a_second_time_there_is_nothing_left_to_do() {
    let sandbox = loaded();
    sandbox.geppetto(&["plugin", "uninstall"]).ok();
    let answer = sandbox.geppetto_json(&["plugin", "uninstall"]);
    assert_eq!(answer["unbound"], serde_json::json!([]));
}

#[test]
fn a_deleted_directory_is_told_and_harms_nobody() {
    let sandbox = Sandbox::new();
    let plugin = unbuilt_copy(&sandbox);
    sandbox.tmux(&["set-option", "-g", PROGRAM_OPTION.0, PROGRAM_OPTION.1]);
    sandbox.tmux(&[
        "run-shell",
        &format!("'{}/geppetto.tmux'", plugin.display()),
    ]);
    sandbox.tmux(&["set-option", "-g", "status-right", "#{E:@geppetto_status}|"]);
    sandbox.start("one", "exec sleep 1000");
    let terminal = attached(&sandbox, "=anchor:");
    terminal.wait_for("●1|");
    fs::remove_dir_all(&plugin).unwrap();
    // The follower goes on with its program, which lies elsewhere here, and so does the daemon.
    sandbox.geppetto(&["pause", "one"]).ok();
    terminal.wait_for("‖1|");
    let status = sandbox.geppetto(&["daemon", "status"]).stderr;
    assert!(
        status.contains("is gone, so its keys do nothing"),
        "{status}"
    );
    let doctor = sandbox.geppetto(&["doctor"]);
    assert!(doctor.stdout.contains("plugin uninstall"), "{doctor:?}");
    sandbox.tmux(&["set-option", "-g", "@geppetto-status-format", "{frozen}"]);
    let doctor = sandbox.geppetto(&["doctor"]);
    assert!(
        doctor
            .stdout
            .contains("@geppetto-status-format is not used"),
        "{doctor:?}"
    );
    sandbox.geppetto(&["plugin", "uninstall"]).ok();
    assert_eq!(binding(&sandbox, "G"), None);
}

#[test]
fn a_follower_whose_program_is_deleted_ends_quietly() {
    let sandbox = Sandbox::new();
    let directory = sandbox.path("plug");
    fs::create_dir(&directory).unwrap();
    let copy = directory.join("geppetto");
    copy_program(PROGRAM_OPTION.1, &copy);
    sandbox.tmux(&["set-option", "-g", "@geppetto-bin", copy.to_str().unwrap()]);
    load(&sandbox);
    sandbox.tmux(&["set-option", "-g", "status-right", "#{E:@geppetto_status}|"]);
    sandbox.start("one", "exec sleep 1000");
    let terminal = attached(&sandbox, "=anchor:");
    terminal.wait_for("●1|");
    fs::remove_dir_all(&directory).unwrap();
    let followers = || {
        let all = sandbox.processes();
        let all = all.iter();
        all.filter(|process| process.command.contains("status --follow"))
            .count()
    };
    assert_eq!(followers(), 1);
    press_prefix(&terminal, "d");
    sandbox.wait_until("no follower", || followers() == 0);
    // The next one cannot begin, and the line is as quiet as without a daemon.
    terminal.type_line(&format!("tmux -S {} attach", sandbox.text_path("t")));
    terminal.wait_for("[anchor]");
    sandbox.wait_until("an empty segment", || {
        let bottom = terminal.bottom();
        bottom.ends_with('|') && !bottom.contains("●1|")
    });
    assert!(
        sandbox.geppetto(&["list"]).ok().contains("one"),
        "the daemon is well"
    );
}
