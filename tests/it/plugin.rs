//! The plugin in a real tmux: what loading it does, what its keys do, and what the status line shows.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::support::Sandbox;
use crate::support::plugin::{
    PROGRAM, ROOT, attached, binding, load, loaded, press_prefix, program, unbuilt_copy,
    with_first_in_path,
};

/// For times that are told and not asserted.
#[expect(clippy::disallowed_methods, reason = "a load time is real time")]
fn now() -> Instant {
    Instant::now()
}

/// What a pane shows.
fn screen(sandbox: &Sandbox, pane: &str) -> String {
    sandbox.tmux(&["capture-pane", "-p", "-t", pane])
}

#[test]
fn loading_is_three_calls_at_most() {
    let sandbox = Sandbox::new();
    let calls = sandbox.path("calls");
    let real = sandbox.sh("command -v tmux").ok();
    program(
        &sandbox,
        "tmux",
        &format!(
            "echo call >>'{}'\nexec {} \"$@\"",
            calls.display(),
            real.trim()
        ),
    );
    let server = format!("{},1,0", sandbox.text_path("t"));
    let path = format!(
        "{}:{}",
        sandbox.text_path("bin"),
        sandbox.sh("echo \"$PATH\"").ok().trim()
    );
    for shell in ["sh", "dash", "bash", "busybox"] {
        if sandbox.sh(&format!("command -v {shell}")).code != Some(0) {
            println!("skipped: there is no {shell}");
            continue;
        }
        let words = if shell == "busybox" {
            "busybox sh"
        } else {
            shell
        };
        fs::write(&calls, "").unwrap();
        let start = now();
        let script = format!("TMUX='{server}' PATH='{path}' exec {words} '{ROOT}/geppetto.tmux'");
        let output = sandbox.sh(&script);
        println!("loaded by {shell} in {:?}", start.elapsed());
        assert_eq!(output.clone().ok() + &output.stderr, "");
        let count = fs::read_to_string(&calls).unwrap().lines().count();
        assert!((1..=3).contains(&count), "{count} calls of tmux by {shell}");
        assert!(binding(&sandbox, "G").unwrap().contains("press register"));
    }
}

#[test]
fn the_keys_are_bound_with_notes() {
    let sandbox = loaded();
    let notes = sandbox.tmux(&["list-keys", "-N", "-T", "prefix"]);
    assert!(notes.contains("geppetto: watch this session"), "{notes}");
    assert!(
        notes.contains("geppetto: all runners on one screen"),
        "{notes}"
    );
    assert!(
        binding(&sandbox, "M-g")
            .unwrap()
            .contains("press dashboard")
    );
    assert_eq!(
        sandbox.tmux(&["show-options", "-gv", "@geppetto_bin"]),
        PROGRAM
    );
}

#[test]
fn a_key_of_somebody_else_is_left_alone_unless_it_was_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.tmux(&["bind-key", "G", "display-message", "mine"]);
    load(&sandbox);
    assert_eq!(binding(&sandbox, "G").unwrap(), "display-message mine");
    assert!(
        binding(&sandbox, "M-g")
            .unwrap()
            .contains("press dashboard")
    );
    let terminal = attached(&sandbox, "=anchor:");
    load(&sandbox);
    terminal.wait_for("prefix + G is taken");
    sandbox.tmux(&["set-option", "-g", "@geppetto-key", "G"]);
    load(&sandbox);
    assert!(binding(&sandbox, "G").unwrap().contains("press register"));
}

#[test]
fn a_key_can_be_chosen_or_switched_off() {
    for off in ["", "none", "off"] {
        let sandbox = Sandbox::new();
        sandbox.tmux(&["set-option", "-g", "@geppetto-key", off]);
        sandbox.tmux(&["set-option", "-g", "@geppetto-dashboard-key", "y"]);
        load(&sandbox);
        assert_eq!(binding(&sandbox, "G"), None, "{off:?}");
        assert_eq!(binding(&sandbox, "M-g"), None);
        assert!(binding(&sandbox, "y").unwrap().contains("press dashboard"));
    }
}

#[test]
fn loading_again_changes_nothing() {
    let sandbox = loaded();
    let everything = || {
        [
            &["show-options", "-g"][..],
            &["show-options", "-s"],
            &["list-keys"],
            &["show-hooks", "-g"],
            &["show-environment", "-g"],
        ]
        .map(|command| sandbox.tmux(command))
    };
    sandbox.tmux(&[
        "set-option",
        "-g",
        "status-right",
        "a #{geppetto_status} b #{geppetto_status}\\;",
    ]);
    sandbox.tmux(&[
        "set-option",
        "-g",
        "status-left",
        "#{E:@geppetto_status} #S",
    ]);
    load(&sandbox);
    assert_eq!(
        sandbox.tmux(&["show-options", "-gv", "status-right"]),
        "a #{E:@geppetto_status} b #{E:@geppetto_status};"
    );
    assert_eq!(
        sandbox.tmux(&["show-options", "-gv", "status-left"]),
        "#{E:@geppetto_status} #S"
    );
    let before = everything();
    load(&sandbox);
    load(&sandbox);
    assert_eq!(everything(), before);
}

#[test]
fn the_start_of_tmux_is_not_held_up() {
    let sandbox = Sandbox::without_tmux();
    let config = sandbox.path("tmux.conf");
    fs::write(
        &config,
        format!("set -g @geppetto-bin '{PROGRAM}'\nrun-shell '{ROOT}/geppetto.tmux'\n"),
    )
    .unwrap();
    let start = now();
    sandbox
        .sh(&format!(
            "tmux -S '{}' -f '{}' new-session -d -s anchor",
            sandbox.text_path("t"),
            config.display()
        ))
        .ok();
    println!("tmux started in {:?}", start.elapsed());
    // Bound as soon as the start returns, and nothing is left that runs.
    assert!(binding(&sandbox, "G").is_some());
    let left: Vec<_> = sandbox
        .processes()
        .into_iter()
        .filter(|process| process.command.contains("geppetto.tmux"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(
        !sandbox.path("state/geppetto").exists(),
        "loading starts no daemon"
    );
}

#[test]
fn prefix_g_watches_the_session_and_says_so() {
    let sandbox = loaded();
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "G");
    terminal.wait_for("geppetto watches anchor (1 pane).");
    let runners = sandbox.runners();
    assert_eq!(runners.len(), 1);
    assert_eq!(runners[0].session_name.as_deref(), Some("anchor"));
    press_prefix(&terminal, "G");
    terminal.wait_for("geppetto already watches anchor (1 pane).");
}

#[test]
fn a_session_with_a_hostile_name_is_only_text() {
    for name in ["$(touch x)", "`touch x`;touch x", "a'b\"c #{pid} %H"] {
        let sandbox = loaded();
        let [id, ..] = sandbox.session(&name.replace('#', "##"), "exec sleep 1000");
        let terminal = attached(&sandbox, &id);
        press_prefix(&terminal, "G");
        terminal.wait_for(&format!(
            "geppetto watches {} (1 pane).",
            name.replace('#', "")
        ));
        for directory in ["work", "home"] {
            assert!(
                !sandbox.path(directory).join("x").exists(),
                "{name} was executed"
            );
        }
    }
}

#[test]
fn the_popup_shows_a_log_live_and_closes() {
    let sandbox = loaded();
    sandbox.start(
        "one",
        "for n in 1 2 3; do echo line $n; done; read word; echo said $word; exec sleep 1000",
    );
    sandbox.tmux(&["bind-key", "y", "geppetto-logs"]);
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "y");
    terminal.wait_for("line 3");
    terminal.wait_for("log of one");
    let pane = sandbox.runner("one").pane_id.unwrap();
    sandbox.type_into(&pane, "hello");
    terminal.wait_for("said hello");
    terminal.press("q");
    sandbox.wait_until("the popup to close", || {
        !terminal.screen().contains("said hello")
    });
}

#[test]
fn the_popup_lets_choose_and_is_a_window_where_popups_are_off() {
    let sandbox = loaded();
    sandbox.start("one", "echo from one; exec sleep 1000");
    sandbox.start("two", "echo from two; exec sleep 1000");
    sandbox.tmux(&["set-option", "-g", "@geppetto-popup", "off"]);
    sandbox.tmux(&["bind-key", "y", "geppetto-logs"]);
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "y");
    terminal.wait_for("l shows the log");
    terminal.wait_for("two");
    let windows = || sandbox.tmux(&["list-windows", "-t", "=anchor:", "-F", "#{window_name}"]);
    assert!(windows().contains("geppetto"));
    terminal.type_line("/two");
    terminal.wait_for("1 of 2");
    terminal.press("l");
    terminal.wait_for("log of two");
    terminal.wait_for("from two");
    terminal.press("C-c");
    sandbox.wait_until("the window to close", || !windows().contains("geppetto"));
}

#[test]
fn the_popup_works_in_twenty_columns_and_follows_a_resize() {
    let sandbox = loaded();
    sandbox.start("one", "echo abcdefghijklmnopqrstuvwxyz; exec sleep 1000");
    let command = format!("'{PROGRAM}' popup logs; exec sleep 1000");
    let [_, window, pane] = sandbox.session("small", &command);
    sandbox.tmux(&["resize-window", "-t", &window, "-x", "20", "-y", "6"]);
    sandbox.wait_until("folded rows", || {
        screen(&sandbox, &pane).contains("abcdefghijklmnopqrst\nuvwxyz")
    });
    sandbox.tmux(&["resize-window", "-t", &window, "-x", "40", "-y", "8"]);
    sandbox.wait_until("one row", || {
        screen(&sandbox, &pane).contains("abcdefghijklmnopqrstuvwxyz")
    });
    sandbox.tmux(&["send-keys", "-t", &pane, "C-c"]);
    sandbox.wait_until("the old screen", || {
        !screen(&sandbox, &pane).contains("log of one")
    });
    let tty = sandbox.tmux(&["display-message", "-p", "-t", &pane, "#{pane_tty}"]);
    let modes = sandbox.sh(&format!("stty -a <{tty}")).ok();
    assert!(
        modes.contains(" icanon") && modes.contains(" echo "),
        "{modes}"
    );
}

/// The segment's text for one live runner, printing or silent.
fn shows_one(text: &str) -> bool {
    text.contains("●1") || text.contains("○1")
}

#[test]
fn the_segment_comes_through_each_door() {
    for right in [
        "#{E:@geppetto_status}",
        "#{geppetto_status}",
        "[#{T:@nested}]",
    ] {
        let sandbox = loaded();
        sandbox.tmux(&["set-option", "-g", "@nested", "#{E:@geppetto_status}"]);
        sandbox.tmux(&["set-option", "-g", "status-right", right]);
        sandbox.tmux(&["set-option", "-g", "status-interval", "1"]);
        let terminal = attached(&sandbox, "=anchor:");
        press_prefix(&terminal, "G");
        sandbox.wait_until("the segment", || {
            shows_one(terminal.screen().lines().last().unwrap_or_default())
        });
        assert!(shows_one(
            &sandbox.geppetto(&["status", "--once", "--plain"]).ok()
        ));
    }
}

#[test]
fn a_change_of_status_sets_no_option_and_forces_no_redraw() {
    let sandbox = loaded();
    let right = "#{E:@geppetto_status}";
    sandbox.tmux(&["set-option", "-g", "status-right", right]);
    let terminal = attached(&sandbox, "=anchor:");
    sandbox.start("one", "echo a; read x; exit 3");
    terminal.wait_for("●1");
    let noted = sandbox.path("noted");
    let note = |word: &str| format!("run-shell -b \"echo {word} >>'{}'\"", noted.display());
    sandbox.tmux(&["set-hook", "-g", "after-set-option", &note("set")]);
    let forced = format!("if-shell -F '#{{hook_flag_S}}' {{ {} }}", note("refresh"));
    sandbox.tmux(&["set-hook", "-g", "after-refresh-client", &forced]);
    sandbox.geppetto(&["pause", "one"]).ok();
    terminal.wait_for("‖1");
    sandbox.geppetto(&["resume", "one"]).ok();
    terminal.wait_for("●1");
    let pane = sandbox.runner("one").pane_id.unwrap();
    sandbox.type_into(&pane, "go");
    terminal.wait_for("✕1");
    assert_eq!(fs::read_to_string(&noted).unwrap_or_default(), "");
    // The notes would have been seen.
    sandbox.tmux(&["set-option", "-g", "@x", "1"]);
    sandbox.wait_until("the note of this option", || {
        fs::read_to_string(&noted).is_ok_and(|text| text == "set\n")
    });
}

#[test]
fn the_followers_end_with_their_clients() {
    let sandbox = loaded();
    sandbox.tmux(&["set-option", "-g", "status-right", "#{E:@geppetto_status}"]);
    let followers = || {
        sandbox
            .processes()
            .iter()
            .filter(|process| process.command.contains("status --follow"))
            .count()
    };
    let terminal = attached(&sandbox, "=anchor:");
    sandbox.wait_until("a follower", || followers() == 1);
    press_prefix(&terminal, "d");
    sandbox.wait_until("no follower", || followers() == 0);
}

#[test]
fn a_missing_program_is_offered_to_be_built() {
    let sandbox = Sandbox::new();
    unbuilt_copy(&sandbox);
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "G");
    terminal.wait_for("Build it now? [y/N]");
    let screen = terminal.screen();
    assert!(screen.contains("build --release --locked"), "{screen}");
    terminal.type_line("n");
    sandbox.wait_until("the popup to close", || {
        !terminal.screen().contains("Build it now?")
    });
    assert!(
        sandbox
            .processes()
            .iter()
            .all(|process| !process.command.contains("cargo build"))
    );
}

#[test]
fn a_build_is_followed_by_what_the_key_was_pressed_for() {
    let sandbox = Sandbox::new();
    let plugin = unbuilt_copy(&sandbox);
    // Stands for cargo: takes its arguments, prints as it does, and leaves the program where it would be.
    let build = format!(
        "echo \"Compiling with $*\"\nmkdir -p \"$5/release\" && cp '{PROGRAM}' \"$5/release/geppetto\""
    );
    program(&sandbox, "cargo", &build);
    with_first_in_path(&sandbox);
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "G");
    terminal.wait_for("Build it now? [y/N]");
    terminal.type_line("y");
    terminal.wait_for("geppetto watches anchor (1 pane).");
    let log = fs::read_to_string(sandbox.path("state/geppetto/build.log")).unwrap();
    assert!(
        log.contains("Compiling with build --release --locked --target-dir"),
        "{log}"
    );
    let built = plugin.join("target/release/geppetto");
    sandbox.wait_until("the program to be published", || {
        Path::new(&sandbox.tmux(&["show-options", "-gv", "@geppetto_bin"])) == built
    });
    assert!(!plugin.join("target/.building").exists());
}

#[test]
fn a_failed_build_stays_on_the_screen() {
    let sandbox = Sandbox::new();
    let plugin = unbuilt_copy(&sandbox);
    program(&sandbox, "cargo", "echo 'error: no network'\nexit 101");
    with_first_in_path(&sandbox);
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "M-g");
    terminal.wait_for("Build it now? [y/N]");
    terminal.type_line("y");
    terminal.wait_for("error: no network");
    terminal.wait_for("Press Enter to close.");
    assert!(!plugin.join("target/.building").exists());
    terminal.press("Enter");
    sandbox.wait_until("the popup to close", || {
        !terminal.screen().contains("no network")
    });
}

#[test]
fn a_shell_with_nc_is_client_enough() {
    let sandbox = Sandbox::new();
    if sandbox.sh("nc -h 2>&1 | grep -q -e -U").code != Some(0) {
        println!("skipped: there is no nc that knows Unix sockets");
        return;
    }
    let cli = |args: &str| {
        sandbox.sh(&format!(
            "TMUX='{},1,0' '{ROOT}/scripts/geppetto-cli.sh' {args}",
            sandbox.text_path("t")
        ))
    };
    assert!(cli("list").refused(3).contains("no daemon"));
    assert!(cli("nonsense").refused(2).contains("usage"));
    sandbox.geppetto(&["daemon", "start"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&cli("list").ok()).unwrap();
    assert_eq!(listed["runners"], serde_json::json!([]));
    sandbox.session(r#"a "b" \c"#, "exec sleep 1000");
    let name = sandbox.tmux(&["list-sessions", "-F", "#{session_name}"]);
    let name = name
        .lines()
        .find(|name| name.starts_with('a') && *name != "anchor")
        .unwrap()
        .to_owned();
    let attached: serde_json::Value =
        serde_json::from_str(&cli(&format!("attach '{name}'")).ok()).unwrap();
    assert_eq!(attached["runners"][0]["sessionName"], name);
    let refused = cli("attach nobody");
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stdout.contains("TmuxSessionNotFound"),
        "{refused:?}"
    );
}

/// Not compiled without the feature `real-tpm`: a test that cannot do its work must not look like one that passed.
#[cfg(feature = "real-tpm")]
#[test]
fn tpm_installs_and_loads_it() {
    let tpm = tpm_git().expect("TPM_GIT names a clone of TPM");
    let sandbox = Sandbox::without_tmux();
    let home = sandbox.path("home");
    let script = format!(
        "set -e; mkdir -p '{home}/.tmux/plugins'; git clone -q '{tpm}' '{home}/.tmux/plugins/tpm'\n\
         mkdir '{home}/geppetto'; cd '{ROOT}'; cp -R geppetto.tmux scripts '{home}/geppetto'; cd '{home}/geppetto'\n\
         git init -q; git add .; git -c user.name=x -c user.email=x@y commit -qm x",
        home = home.display()
    );
    sandbox.sh(&script).ok();
    let config = format!(
        "set -g @plugin '{home}/geppetto'\nset -g @geppetto-bin '{PROGRAM}'\nrun '{home}/.tmux/plugins/tpm/tpm'\n",
        home = home.display()
    );
    fs::write(home.join(".tmux.conf"), config).unwrap();
    let start = format!(
        "tmux -S '{}' new-session -d -s anchor",
        sandbox.text_path("t")
    );
    sandbox.sh(&start).ok();
    let terminal = attached(&sandbox, "=anchor:");
    press_prefix(&terminal, "I");
    sandbox.wait_until("the plugin to be installed and loaded", || {
        binding(&sandbox, "G").is_some()
    });
    terminal.press("Escape");
    press_prefix(&terminal, "G");
    terminal.wait_for("geppetto watches anchor (1 pane).");
}

#[cfg(feature = "real-tpm")]
#[expect(
    clippy::disallowed_methods,
    reason = "the one wish that this test takes from outside"
)]
fn tpm_git() -> Result<String, std::env::VarError> {
    std::env::var("TPM_GIT")
}
