//! The status segment and the badges of windows, as a terminal shows them, and what they cost it.

use std::fs;

use crate::support::plugin::{attached, load, loaded, program, with_first_in_path};
use crate::support::{Sandbox, Terminal};

const RIGHT: &[&str] = &["set-option", "-g", "status-right", "#{E:@geppetto_status}|"];

/// Sets an option of the user.
#[track_caller]
fn set(sandbox: &Sandbox, option: &str, value: &str) {
    sandbox.tmux(&["set-option", "-g", option, value]);
}

/// Waits until the last row has `text`.
#[track_caller]
fn wait_for_bottom(sandbox: &Sandbox, terminal: &Terminal<'_>, text: &str) {
    let what = format!("{text:?} in the status line");
    sandbox.wait_until(&what, || terminal.bottom().contains(text));
}

fn frozen(sandbox: &Sandbox, name: &str) {
    sandbox.start(name, "exec sleep 1000");
    sandbox.geppetto(&["pause", name]).ok();
}

#[test]
fn options_change_it_at_once() {
    let sandbox = loaded();
    sandbox.tmux(RIGHT);
    let terminal = attached(&sandbox, "=anchor:");
    frozen(&sandbox, "one");
    wait_for_bottom(&sandbox, &terminal, "‖1|");
    set(&sandbox, "@geppetto-icons", "ascii");
    wait_for_bottom(&sandbox, &terminal, "=1|");
    set(&sandbox, "@geppetto-icons", "nerd");
    wait_for_bottom(&sandbox, &terminal, "\u{f04c}1|");
    set(
        &sandbox,
        "@geppetto-status-format",
        "[{?{paused.count} it's (cold); }{failed}]",
    );
    wait_for_bottom(&sandbox, &terminal, "[1 it's (cold); ]|");
    set(&sandbox, "@geppetto-status-width", "3");
    wait_for_bottom(&sandbox, &terminal, " 1|");
    set(&sandbox, "@geppetto-status-width", "");
    // What cannot be understood is the default, and told by the verb.
    set(&sandbox, "@geppetto-status-format", "{frozen} #(touch x)");
    wait_for_bottom(&sandbox, &terminal, "\u{f04c}1|");
    let told = sandbox.geppetto(&["status", "--format", "{frozen}"]);
    assert!(told.stderr.contains("there is no {frozen}"), "{told:?}");
    assert!(!sandbox.path("work/x").exists());
}

#[test]
fn styles_are_its_own_and_the_lines_style_goes_on_behind_it() {
    let sandbox = loaded();
    let right = "#[fg=blue]a#{E:@geppetto_status}b";
    set(&sandbox, "status-right", right);
    set(&sandbox, "@geppetto-style-paused", "fg=red,bold");
    let terminal = attached(&sandbox, "=anchor:");
    frozen(&sandbox, "one");
    wait_for_bottom(&sandbox, &terminal, "a‖1b");
    let row = terminal.colours();
    let row = row.lines().last().unwrap();
    let (before, behind) = row.split_once("‖1").unwrap();
    assert!(
        before.contains("\u{1b}[34m") && before.ends_with("31m"),
        "{row:?}"
    );
    let behind = &behind[..behind.find('b').unwrap()];
    assert!(behind.contains("34m"), "blue again: {row:?}");
}

#[test]
fn it_counts_one_session_when_that_is_wanted() {
    let sandbox = loaded();
    sandbox.tmux(RIGHT);
    set(&sandbox, "@geppetto-status-scope", "session");
    frozen(&sandbox, "one");
    sandbox.session("work", "exec sleep 1000");
    sandbox.geppetto(&["register", "work"]).ok();
    let terminal = attached(&sandbox, "=anchor:");
    wait_for_bottom(&sandbox, &terminal, " |");
    let clients = [
        "list-clients",
        "-F",
        "#{client_control_mode} #{client_name}",
    ];
    let clients = sandbox.tmux(&clients);
    let client = clients.lines().find_map(|line| line.strip_prefix("0 "));
    let client = client.unwrap();
    sandbox.tmux(&["switch-client", "-c", client, "-t", "=geppetto:"]);
    wait_for_bottom(&sandbox, &terminal, " ‖1|");
    set(&sandbox, "@geppetto-status-scope", "global");
    sandbox.wait_until("both", || {
        let bottom = terminal.bottom();
        bottom.contains("●1 ‖1|") || bottom.contains("○1 ‖1|")
    });
}

#[test]
fn a_change_costs_a_line_of_bytes_and_no_process() {
    let sandbox = loaded();
    sandbox.tmux(RIGHT);
    set(&sandbox, "status-interval", "1");
    set(&sandbox, "@geppetto-style-paused", "fg=red,bold");
    set(&sandbox, "@geppetto-style-active", "fg=green");
    sandbox.tmux(&["resize-window", "-t", "=anchor:", "-x", "180", "-y", "45"]);
    let terminal = attached(&sandbox, "=anchor:");
    terminal.resize(180, 45);
    set(&sandbox, "status-left", "");
    sandbox.start("one", "exec sleep 1000");
    wait_for_bottom(&sandbox, &terminal, "●1|");
    let followers = || -> Vec<i32> {
        let all = sandbox.processes();
        let ours = all
            .iter()
            .filter(|process| process.command.contains("status --follow"));
        ours.map(|process| process.pid).collect()
    };
    let before = followers();
    assert_eq!(before.len(), 1);
    terminal.record("bytes");
    let bytes = || fs::metadata(sandbox.path("bytes")).map_or(0, |file| file.len());
    sandbox.wait_until("the recording", || sandbox.path("bytes").exists());
    let mut worst = 0;
    for (verb, seen) in [("pause", "‖1|"), ("resume", "●1|"), ("pause", "‖1|")] {
        let start = bytes();
        sandbox.geppetto(&[verb, "one"]).ok();
        wait_for_bottom(&sandbox, &terminal, seen);
        worst = worst.max(bytes() - start);
    }
    println!("at most {worst} bytes a change");
    assert!((1..=300).contains(&worst), "{worst} bytes a change");
    assert_eq!(
        followers(),
        before,
        "no process for a change or an interval"
    );
}

#[test]
fn windows_are_marked_with_what_their_runners_do() {
    let sandbox = loaded();
    for format in ["window-status-format", "window-status-current-format"] {
        set(&sandbox, format, "#I:#W#{E:@geppetto_badge},");
    }
    set(&sandbox, "status-right", "#{E:@geppetto_status}|");
    set(&sandbox, "@geppetto-style-failed", "fg=red");
    sandbox.start("one", "exec sleep 1000");
    sandbox.start("two", "read line; exit 3");
    let terminal = attached(&sandbox, "=geppetto:");
    wait_for_bottom(&sandbox, &terminal, "one ●,");
    // The count is the same before and after, so only the badges change.
    sandbox.geppetto(&["pause", "one"]).ok();
    wait_for_bottom(&sandbox, &terminal, "one ‖,");
    wait_for_bottom(&sandbox, &terminal, "two ●,");
    let pane = sandbox.runner("two").pane_id.unwrap();
    sandbox.type_into(&pane, "go");
    wait_for_bottom(&sandbox, &terminal, "two ✕,");
    let row = terminal.colours();
    let row = row.lines().last().unwrap();
    assert!(row.contains("31m✕") || row.contains("31;42m✕"), "{row:?}");
    set(&sandbox, "@geppetto-icons", "ascii");
    wait_for_bottom(&sandbox, &terminal, "two x,");
    sandbox.geppetto(&["stop", "one", "--force"]).ok();
    sandbox.geppetto(&["forget", "two"]).ok();
    sandbox.wait_until("no mark", || !terminal.bottom().contains(" x,"));
    let map = [
        "display-message",
        "-p",
        "-t",
        "=anchor:",
        "#{geppetto_windows}",
    ];
    assert_eq!(sandbox.tmux(&map), "");
}

#[test]
fn a_waiting_window_is_marked_from_what_the_daemon_publishes() {
    let sandbox = loaded();
    // Nothing makes a runner wait yet: this is what the daemon would write.
    let window = sandbox.tmux(&["display-message", "-p", "-t", "=anchor:", "#{window_id}"]);
    let map = format!("{window}w{window}1p");
    sandbox.tmux(&["set-environment", "-gh", "geppetto_windows", &map]);
    let badge = [
        "display-message",
        "-p",
        "-t",
        "=anchor:",
        "#W#{E:@geppetto_badge}",
    ];
    assert_eq!(sandbox.tmux(&badge), "sh ◐");
}

#[test]
fn a_click_is_bound_where_tmux_tells_what_was_clicked() {
    let sandbox = loaded();
    let click = || sandbox.tmux(&["list-keys", "-T", "root", "MouseDown1Status"]);
    let before = click();
    set(&sandbox, "@geppetto-mouse", "on");
    load(&sandbox);
    assert_eq!(click(), before, "tmux 3.3 does not tell");
    // A tmux that says that it is 3.4.
    let real = sandbox.sh("command -v tmux").ok();
    let script = format!("{} \"$@\" | sed 's/^3\\.3a$/3.4/'", real.trim());
    program(&sandbox, "tmux", &script);
    with_first_in_path(&sandbox);
    load(&sandbox);
    let bound = click();
    assert!(bound.contains("press dashboard"), "{bound}");
    load(&sandbox);
    assert_eq!(click(), bound);
    // Elsewhere a click does what it did.
    set(&sandbox, "mouse", "on");
    sandbox.tmux(&["new-window", "-t", "=anchor:", "-n", "second"]);
    let terminal = attached(&sandbox, "=anchor:");
    wait_for_bottom(&sandbox, &terminal, "1:second*");
    terminal.send("\u{1b}[<0;12;40M\u{1b}[<0;12;40m");
    wait_for_bottom(&sandbox, &terminal, "0:sh*");
    sandbox.geppetto(&["plugin", "uninstall"]).ok();
    assert_eq!(click(), before);
}
