//! Names, directories and output that want to be more than text. Nothing of them is ever executed, and nothing of
//! them is taken for tmux's own words.

use crate::support::{Sandbox, Terminal, write_program};

const PARROT: &str = "echo ready; while read line; do echo said $line; done";

#[test]
fn names_that_want_to_be_commands_run_nothing() {
    let sandbox = Sandbox::new();
    let trap = sandbox.text_path("trap");
    let names = [
        format!("$(touch {trap})"),
        format!("`touch {trap}`"),
        format!("#(touch {trap})"),
        format!("'; touch {trap}; '"),
        format!("\"; touch {trap} #"),
        "#{E:@geppetto_key}".to_owned(),
        "-t".to_owned(),
        "%1".to_owned(),
        "=anchor".to_owned(),
    ];
    for name in &names {
        // tmux reads the name of a new session as a format, in which ## is one #.
        let [session, _, pane] = sandbox.session(&name.replace('#', "##"), PARROT);
        let shown = sandbox.tmux(&["display-message", "-p", "-t", &session, "#{session_name}"]);
        let answer = sandbox.geppetto_json(&["register", &session]);
        assert_eq!(answer["added"], 1, "{name}");
        let runner = sandbox.runner_of(&pane).unwrap();
        assert_eq!(runner.session_name.as_ref(), Some(&shown));
        sandbox.type_into(&pane, "hello");
        sandbox.wait_for_line(&runner.id, "said hello");
        sandbox.geppetto(&["show", &runner.id]).ok();
        sandbox.geppetto(&["status", "--once"]).ok();

        let command = sandbox.geppetto(&["attach", &runner.id, "--print"]).ok();
        let terminal = Terminal::open(&sandbox);
        terminal.type_line(command.trim_end());
        terminal.wait_for("said hello");
        drop(terminal);
        if !name.starts_with('-') {
            sandbox.geppetto(&["sessions", "exists", &shown]).ok();
        }
        assert!(!sandbox.path("trap").exists(), "{name} was run");
    }
    let list = sandbox.geppetto(&["list"]).ok();
    assert!(list.lines().count() >= names.len(), "{list}");
    sandbox.geppetto(&["sessions", "list"]).ok();
    for runner in sandbox.runners() {
        sandbox
            .geppetto(&["sessions", "kill", &runner.session_id.unwrap()])
            .ok();
    }
    assert_eq!(
        sandbox.tmux(&["list-sessions", "-F", "#{session_name}"]),
        "anchor"
    );
    assert!(!sandbox.path("trap").exists());
}

#[test]
fn titles_and_window_names_run_nothing() {
    let sandbox = Sandbox::new();
    let trap = sandbox.text_path("trap");
    let script =
        format!("printf '\\033]2;#(touch {trap})\\007\\033k#(touch {trap})\\033\\\\'; {PARROT}");
    let [_, window, pane] = sandbox.session("work", &script);
    sandbox.tmux(&["rename-window", "-t", &window, &format!("##(touch {trap})")]);
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.type_into(&pane, "hello");
    sandbox.wait_for_line("work", "said hello");
    sandbox.geppetto(&["list"]).ok();
    let terminal = Terminal::open(&sandbox);
    let command = sandbox.geppetto(&["attach", "work", "--print"]).ok();
    terminal.type_line(command.trim_end());
    terminal.wait_for("said hello");
    assert!(!sandbox.path("trap").exists());
}

#[test]
fn a_directory_cannot_speak_for_tmux() {
    let sandbox = Sandbox::new();
    let evil = "d\n%exit\n%begin 1 1 1\n%end 1 1 1\n%window-close @0\n%output %0 lie\n";
    let place = sandbox.path("work").join(evil);
    std::fs::create_dir(&place).unwrap();
    let place = place.to_str().unwrap();
    let cd = format!("cd '{place}' && {PARROT}");
    let [_, _, pane] = sandbox.session("work", &cd);
    sandbox.geppetto(&["register", "work"]).ok();
    let clients = sandbox.control_clients().len();
    // Started there as well, so that the path goes through every door.
    sandbox.start_with(
        "mine",
        &["--cwd", place],
        "pwd | wc -l; echo ready; read line",
    );
    sandbox.wait_for_line("mine", "ready");
    let second = sandbox.split(&pane, &cd);
    sandbox.wait_for("the new pane's runner", || sandbox.runner_of(&second));
    for pane in [&pane, &second] {
        sandbox.type_into(pane, "hello");
        let id = sandbox.runner_of(pane).unwrap().id;
        sandbox.wait_for_line(&id, "said hello");
        assert!(!sandbox.log_lines(&id).iter().any(|line| line == "lie"));
    }
    assert!(sandbox.control_clients().len() >= clients);
    assert!(sandbox.runners().iter().all(|runner| runner.exit.is_none()));
}

#[test]
fn output_cannot_speak_for_tmux() {
    let sandbox = Sandbox::new();
    let lies =
        "%exit\\n%end 1 1 1\\n%begin 1 1 1\\n%window-close @1\\n%unlinked-window-close @1\\n";
    sandbox.start("one", &format!("printf '%b' '{lies}'; echo end; read line"));
    sandbox.wait_for_line("one", "end");
    let lines = sandbox.log_lines("one");
    assert_eq!(lines[0], "%exit");
    assert_eq!(lines.len(), 6);
    assert_eq!(sandbox.runner("one").exit, None);
}

#[test]
fn what_is_shown_holds_no_escapes() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "printf 'a\\033]0;title\\007b\\033[2Jc\\b\\001\\n'; printf '\\342\\200\\256evil\\n'; echo end");
    sandbox.wait_for_status("one", "completed");
    for args in [
        &["logs", "one"][..],
        &["show", "one"],
        &["list"],
        &["sessions", "list"],
    ] {
        let text = sandbox.geppetto(args).ok();
        let bad = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{args:?}: {text:?}");
    }
}

#[test]
fn a_file_in_the_working_directory_is_not_the_program() {
    let sandbox = Sandbox::new();
    let trap = sandbox.text_path("trap");
    for name in ["tmux", "geppetto", "sh"] {
        let file = sandbox.path("work").join(name);
        write_program(&file, &format!("#!/bin/sh\ntouch {trap}\n"));
    }
    let place = sandbox.text_path("work");
    sandbox.start_with("one", &["--cwd", &place], "echo end");
    sandbox.wait_for_status("one", "completed");
    assert!(!sandbox.path("trap").exists());
}
