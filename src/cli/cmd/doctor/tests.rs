//! `doctor` as a person sees it, with a daemon and a tmux server that answer what a test wants.

use insta::assert_snapshot;

use crate::cli::fake::{DAEMON, Session, runner, write_program};
use crate::domain::survey::{Binding, Respawner, Survey, Terminal};

/// A tmux server in which everything is as it should be, with the plugin of that directory.
fn sound(version: &str, plugin: &str) -> Survey {
    let option = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let press = "run-shell -b \"exec #{q:@geppetto_plugin}/scripts/press\"";
    let key = |key: &str| Binding {
        table: "prefix".to_owned(),
        key: key.to_owned(),
        command: press.to_owned(),
    };
    Survey {
        version: version.to_owned(),
        search_path: String::new(),
        options: [
            ("allow-passthrough", "off"),
            ("default-terminal", "tmux-256color"),
            ("focus-events", "on"),
            ("mouse", "on"),
            ("set-clipboard", "external"),
            ("status", "on"),
            ("status-interval", "15"),
            ("status-left", "#S"),
            ("status-right", "#{E:@geppetto_status} %H:%M"),
            ("status-right-length", "40"),
            ("@geppetto_plugin", plugin),
            (
                "@geppetto_bin",
                &format!("{plugin}/target/release/geppetto"),
            ),
        ]
        .map(option)
        .into(),
        keys: vec![key("G"), key("M-g")],
        respawners: Vec::new(),
        terminals: vec![Terminal {
            name: "/dev/pts/3".to_owned(),
            term: "xterm-256color".to_owned(),
            features: vec!["256".to_owned(), "RGB".to_owned()],
            utf8: true,
        }],
    }
}

/// A person whose `PATH` leads to that tmux and to a geppetto, and to nothing of this machine.
fn person(session: Session, tmux: &str) -> Session {
    let home = session.dir().display().to_string();
    session.tmux_that_says(tmux).variable("PATH", &home)
}

/// A plugin's directory in the home of that person, with a program built there.
fn plugin(session: &Session, version: &str, program: &str) -> String {
    let plugin = session.dir().join("plugin");
    for dir in ["scripts", "src", "target/release"] {
        std::fs::create_dir_all(plugin.join(dir)).unwrap();
    }
    let manifest = format!("[package]\nname = \"geppetto\"\nversion = \"{version}\"\n");
    for (file, text) in [
        ("Cargo.toml", &*manifest),
        ("scripts/press", ""),
        ("src/main.rs", ""),
    ] {
        std::fs::write(plugin.join(file), text).unwrap();
    }
    let program = format!("echo geppetto {program}");
    write_program(&plugin.join("target/release/geppetto"), &program);
    plugin.display().to_string()
}

/// Without what differs from machine to machine.
fn stable(said: &str) -> String {
    let amounts =
        regex::Regex::new(r"[0-9]+ [kM]?B are left on the disk; what is kept takes [0-9]+ [kM]?B")
            .unwrap();
    let said = amounts.replace_all(said, "SPACE are left on the disk; what is kept takes SIZE");
    let this = std::env::current_exe().unwrap();
    said.replace(&this.display().to_string(), "THIS")
}

fn answers(daemon: &str, runners: &str) -> [String; 2] {
    [
        format!(r#"{{"success":true,"daemon":{daemon}}}"#),
        format!(r#"{{"success":true,"runners":[{runners}]}}"#),
    ]
}

#[test]
fn a_sound_place_has_no_problem() {
    let [hello, list] = answers(DAEMON, &runner("one", "running"));
    let session = person(Session::new(&[&hello, &list]), "tmux 3.8").variable("LANG", "C.UTF-8");
    let plugin = plugin(&session, "0.1.0", "0.1.0");
    let said = session.tmux_server(sound("3.8", &plugin)).run(&["doctor"]);
    assert_snapshot!(stable(&said), @r#"
    > {"type":"hello","protocol":1,"build":"0.1.0"}
    > {"type":"list-runners"}
    tmux
      ok       DIR/tmux is tmux 3.8, which has popups.
      ok       The tmux server at DIR/tmux-UID/default is tmux 3.8.
      ok       Panes that are watched may be respawned.
    options
      ok       focus-events is on: tmux learns which terminal you look at.
      ok       allow-passthrough is off: notices of programs to the terminal itself are swallowed, which is tmux's default.
      ok       set-clipboard is external: what is copied in tmux reaches the system's clipboard.
      ok       mouse is on.
      ok       default-terminal is tmux-256color.
      ok       status-interval is 15 s.
      ok       status-right has the segment.
    terminal
      ok       /dev/pts/3 (xterm-256color) gets UTF-8.
      ok       /dev/pts/3 shows all colours.
      ok       LANG is C.UTF-8.
    plugin
      ok       The plugin is loaded from DIR/plugin.
      ok       @geppetto-bin is not set: the program is looked for.
      note     tmux runs DIR/plugin/target/release/geppetto, and this is THIS.
               -> Two programs of one version do no harm. To have one, set @geppetto-bin.
      ok       Plugin and program are 0.1.0.
      ok       prefix + G is ours.
      ok       prefix + M-g is ours.
    program
      note     PATH leads to DIR/geppetto, and this is THIS.
               -> Remove the one that you do not want.
      note     PATH leads to no agent: claude, codex, cursor-agent, gemini, opencode, aider.
               -> Any other command can be watched as well: `geppetto new -- COMMAND`.
    files
      ok       DIR/run/geppetto is private.
      ok       DIR/state/geppetto/SERVER can be written.
      ok       SPACE are left on the disk; what is kept takes SIZE.
      ok       DIR/config/geppetto/config.toml is not there: all defaults.
    daemon
      ok       Process 77 listens at DIR/run/geppetto/SERVER.sock.
      ok       The daemon is geppetto 0.1.0 and speaks protocol 1, as this program does.
      note     One warning.
               -> See its log: DIR/state/geppetto/SERVER/daemon.log
    0 problems, 4 notes
    [0]
    "#);
}

/// A tmux server in which much is not as it should be.
fn troubled(plugin: &str) -> Survey {
    let mut server = sound("3.3a", plugin);
    for (name, value) in [
        ("default-terminal", "screen"),
        ("focus-events", "off"),
        ("set-clipboard", "off"),
        ("status-interval", "0"),
        ("status-right-length", "10"),
        ("@geppetto-bin", "/nowhere/geppetto"),
        ("@geppetto-dashboard-key", "y"),
    ] {
        server.options.insert(name.to_owned(), value.to_owned());
    }
    "display-message mine".clone_into(&mut server.keys[0].command);
    let key = Respawner::Key {
        table: "root".to_owned(),
        key: "F5".to_owned(),
    };
    server.respawners = vec![key, Respawner::Hook("pane-died[0]".to_owned())];
    let terminal = &mut server.terminals[0];
    (terminal.utf8, terminal.features, terminal.term) = (false, Vec::new(), "vt100".to_owned());
    server
}

#[test]
fn what_is_wrong_in_tmux_is_said_with_what_to_do() {
    let session = person(Session::without_daemon(), "tmux 3.3a");
    let plugin = plugin(&session, "0.2.0", "0.1.0");
    let said = session.tmux_server(troubled(&plugin)).run(&["doctor"]);
    let (tmux, _) = said.split_once("program\n").unwrap();
    assert_snapshot!(stable(tmux), @"
    tmux
      ok       DIR/tmux is tmux 3.3a, which has popups.
      ok       The tmux server at DIR/tmux-UID/default is tmux 3.3a.
      note     With tmux 3.3a, the segment cannot be clicked (3.4), and panes stand still while a message is on the status line (3.6).
               -> Nothing else needs a later tmux.
      note     tmux 3.3a can crash, with all its sessions, when a pane that is watched is respawned. These do it: the key F5 of root, the hook pane-died[0].
               -> Do not use respawn-pane or respawn-window in watched sessions, nor Respawn in tmux's menus; `geppetto start` uses a new window.
      note     tmux 3.3a can crash when the last windows of a watched session close in one instant.
               -> Close a session with `geppetto sessions kill` or kill-session, or use tmux 3.7 or later.
    options
      note     focus-events is off: tmux does not learn which terminal you look at.
               -> Put `set -g focus-events on` into tmux.conf.
      ok       allow-passthrough is off: notices of programs to the terminal itself are swallowed, which is tmux's default.
      note     set-clipboard is off: what is copied in tmux does not reach the system's clipboard.
               -> Put `set -g set-clipboard external` into tmux.conf.
      ok       mouse is on.
      note     default-terminal is screen, which promises programs eight colours only.
               -> Put `set -g default-terminal tmux-256color` into tmux.conf.
      note     status-interval is 0: the doors of the segment other than the live one are never drawn anew.
               -> Use `#{E:@geppetto_status}`, or put `set -g status-interval 15` into tmux.conf.
      note     status-right has the segment, and status-right-length is 10: it may be cut off.
               -> Put `set -g status-right-length 60` into tmux.conf.
    terminal
      note     /dev/pts/3 (vt100) gets no UTF-8 from tmux: symbols show as underscores.
               -> Attach with `tmux -u`, or set LANG to a UTF-8 locale before; or put `set -g @geppetto-icons ascii` into tmux.conf.
      note     /dev/pts/3 (vt100) shows few colours, as far as tmux knows.
               -> Set TERM outside of tmux to what the terminal is, such as xterm-256color.
      note     No variable says which locale this shell has.
               -> Set LANG to a UTF-8 locale, such as C.UTF-8.
    plugin
      ok       The plugin is loaded from DIR/plugin.
      note     @geppetto-bin is /nowhere/geppetto, which is no program: others are used in its place.
               -> Correct it in tmux.conf, or remove it.
      note     tmux runs DIR/plugin/target/release/geppetto, and this is THIS.
               -> Two programs of one version do no harm. To have one, set @geppetto-bin.
      note     An update is pending: the plugin is 0.2.0, its program 0.1.0.
               -> Press prefix + G, which offers to build it anew; if you have declined, run `cargo build --release --locked` in the plugin's directory.
      note     prefix + G is bound to something else.
               -> Set @geppetto-key to a key that is free, or to G to take it; see it with `tmux list-keys -T prefix`.
      note     prefix + y is not bound, though the plugin was loaded.
               -> Load the plugin again: `tmux source ~/.tmux.conf`.
    ");
}

#[test]
fn what_is_wrong_with_files_and_the_daemon_is_said_with_what_to_do() {
    let paused = runner("one", "running").replace(
        r#""status""#,
        r#""recordingPaused":"The disk is full.","status""#,
    );
    let [hello, list] = answers(&DAEMON.replace("0.1.0", "0.0.9"), &paused);
    let said = person(Session::new(&[&hello, &list]), "tmux 3.8")
        .config("encryption_key_file = \"/nowhere/key\"\n")
        .run(&["doctor"]);
    let (_, files) = said.split_once("\nfiles\n").unwrap();
    assert_snapshot!(stable(files), @"
      ok       DIR/run/geppetto is private.
      ok       DIR/state/geppetto/SERVER can be written.
      ok       SPACE are left on the disk; what is kept takes SIZE.
      ok       DIR/config/geppetto/config.toml is valid.
      PROBLEM  The key file /nowhere/key cannot be read: No such file or directory (os error 2).
               -> Bring it back: without it nothing that was recorded with it can be read.
    daemon
      ok       Process 77 listens at DIR/run/geppetto/SERVER.sock.
      note     The daemon is geppetto 0.0.9 and speaks protocol 1, this is 0.1.0.
               -> Run `geppetto daemon restart`; runners go on.
      note     One warning.
               -> See its log: DIR/state/geppetto/SERVER/daemon.log
      PROBLEM  What one prints is not recorded: The disk is full.
               -> It goes on by itself when the reason is gone; see `files` above.
    2 problems, 5 notes
    [1]
    ");
}

#[test]
fn a_daemon_that_knows_no_protocol_of_ours_is_a_problem() {
    let refusal = r#"{"success":false,"error":{"tag":"ProtocolVersion","message":"The client speaks protocol 1, this daemon 3 to 4.","hint":"Restart it."}}"#;
    for (hello, problem) in [
        (refusal.to_owned(), "this daemon 3 to 4"),
        (
            answers(&DAEMON.replace("\"protocol\":1", "\"protocol\":0"), "")[0].clone(),
            "speaks protocol 0, this program 1 to 1",
        ),
    ] {
        let list = r#"{"success":true,"runners":[]}"#;
        let said = person(Session::new(&[&hello, list]), "tmux 3.8").run(&["doctor"]);
        let line = said.lines().find(|line| line.contains(problem));
        assert!(line.is_some_and(|line| line.contains("PROBLEM")), "{said}");
        assert!(said.ends_with("[1]\n"), "{said}");
    }
}

#[test]
fn a_bare_place_is_no_problem_but_an_old_tmux_and_a_broken_config_are() {
    let said = person(Session::without_daemon(), "tmux 3.2a")
        .config("runner_limit = 0\n")
        .run(&["doctor"]);
    assert_snapshot!(stable(&said), @r#"
    tmux
      PROBLEM  DIR/tmux is tmux 3.2a; 3.2a and older crash under control clients.
               -> Install tmux 3.3 or later.
      ok       No tmux server runs at DIR/tmux-UID/default.
      note     With tmux 3.2a, the segment cannot be clicked (3.4), and panes stand still while a message is on the status line (3.6).
               -> Nothing else needs a later tmux.
      note     tmux 3.2a can crash, with all its sessions, when a pane that is watched is respawned.
               -> Do not use respawn-pane or respawn-window in watched sessions, nor Respawn in tmux's menus; `geppetto start` uses a new window.
      note     tmux 3.2a can crash when the last windows of a watched session close in one instant.
               -> Close a session with `geppetto sessions kill` or kill-session, or use tmux 3.7 or later.
    terminal
      note     No variable says which locale this shell has.
               -> Set LANG to a UTF-8 locale, such as C.UTF-8.
    program
      note     PATH leads to DIR/geppetto, and this is THIS.
               -> Remove the one that you do not want.
      note     PATH leads to no agent: claude, codex, cursor-agent, gemini, opencode, aider.
               -> Any other command can be watched as well: `geppetto new -- COMMAND`.
    files
      ok       DIR/run/geppetto will be made.
      ok       DIR/state/geppetto/SERVER can be written.
      ok       SPACE are left on the disk; what is kept takes SIZE.
      PROBLEM  DIR/config/geppetto/config.toml:1: "runner_limit" must be a whole number from 1 to 10000.
               -> Correct that line, or remove it for the default.
    daemon
      ok       No daemon listens at DIR/run/geppetto/SERVER.sock; it starts when it is needed.
    2 problems, 6 notes
    [1]
    "#);
}

#[test]
fn scripts_get_an_id_for_each_check() {
    let said = person(Session::without_daemon(), "tmux 3.8").run(&["doctor", "--json"]);
    assert_snapshot!(stable(&said), @r#"
    {"checks":[{"id":"tmux.program","level":"ok","message":"DIR/tmux is tmux 3.8, which has popups."},{"id":"tmux.server","level":"ok","message":"No tmux server runs at DIR/tmux-UID/default."},{"id":"tmux.respawn","level":"ok","message":"Panes that are watched may be respawned."},{"id":"terminal.locale","level":"note","message":"No variable says which locale this shell has.","hint":"Set LANG to a UTF-8 locale, such as C.UTF-8."},{"id":"program.path","level":"note","message":"PATH leads to DIR/geppetto, and this is THIS.","hint":"Remove the one that you do not want."},{"id":"program.agents","level":"note","message":"PATH leads to no agent: claude, codex, cursor-agent, gemini, opencode, aider.","hint":"Any other command can be watched as well: `geppetto new -- COMMAND`."},{"id":"files.socket","level":"ok","message":"DIR/run/geppetto will be made."},{"id":"files.state","level":"ok","message":"DIR/state/geppetto/SERVER can be written."},{"id":"files.space","level":"ok","message":"SPACE are left on the disk; what is kept takes SIZE."},{"id":"files.config","level":"ok","message":"DIR/config/geppetto/config.toml is not there: all defaults."},{"id":"daemon.reached","level":"ok","message":"No daemon listens at DIR/run/geppetto/SERVER.sock; it starts when it is needed."}]}
    [0]
    "#);
}

#[test]
fn a_plugin_that_is_gone_or_not_loaded_is_told() {
    let said = |change: &dyn Fn(&mut Survey)| {
        let session = person(Session::without_daemon(), "tmux 3.8");
        let plugin = plugin(&session, "0.1.0", "0.1.0");
        let mut server = sound("3.8", &plugin);
        change(&mut server);
        let said = session.tmux_server(server).run(&["doctor"]);
        let (_, from) = said.split_once("\nplugin\n").unwrap();
        let (section, _) = from.split_once("\nprogram\n").unwrap();
        section.to_owned()
    };
    let loaded = said(&|server| {
        server.options.remove("@geppetto_plugin");
    });
    assert_snapshot!(loaded, @r#"
    note     The plugin is not loaded in this tmux server: there are no keys and no segment.
             -> Put the lines of the README's "Install" into tmux.conf, and press prefix + I.
    "#);
    let gone = said(&|server| {
        let gone = [
            ("@geppetto_plugin", "/gone"),
            ("@geppetto_bin", "/gone/geppetto"),
        ];
        server
            .options
            .extend(gone.map(|(name, value)| (name.to_owned(), value.to_owned())));
        server
            .options
            .insert("@geppetto-key".to_owned(), String::new());
        server.keys.clear();
    });
    assert_snapshot!(gone, @"
    PROBLEM  The plugin was loaded from /gone, which is gone: its keys fail.
             -> Install it again with prefix + I, or remove its lines from tmux.conf and start tmux anew.
    ");
}
