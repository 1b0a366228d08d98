//! Ways to a runner's pane, and tmux's sessions as geppetto shows them.

use serde_json::json;

use crate::support::{Sandbox, Terminal};

#[test]
fn the_printed_command_works_when_pasted() {
    let sandbox = Sandbox::new();
    let wanted = sandbox.start("wanted", "echo here it is; read line");
    // Another window in front of the wanted one: attaching must choose window and pane, too.
    let other = sandbox.start("other", "echo not this; read line");
    assert_eq!(wanted.session_id, other.session_id);
    sandbox.wait_for_line("wanted", "here it is");
    let command = sandbox.geppetto(&["attach", "wanted", "--print"]).ok();
    assert_eq!(command.lines().count(), 1, "{command}");

    let terminal = Terminal::open(&sandbox);
    terminal.type_line(command.trim_end());
    terminal.wait_for("here it is");
    terminal.type_line("");
    sandbox.wait_for_status("wanted", "completed");
    assert_eq!(sandbox.runner("other").exit, None);
}

#[test]
fn the_printed_command_reaches_the_session_of_a_key() {
    let sandbox = Sandbox::new();
    sandbox.start_with(
        "one",
        &["--key", "checkout"],
        "echo at the checkout; read line",
    );
    sandbox.wait_for_line("one", "at the checkout");
    let command = sandbox.geppetto(&["attach", "one", "--print"]).ok();
    let terminal = Terminal::open(&sandbox);
    terminal.type_line(command.trim_end());
    terminal.wait_for("at the checkout");
}

#[test]
fn attach_from_outside_attaches() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo here it is; read line");
    sandbox.wait_for_line("one", "here it is");
    let terminal = Terminal::open(&sandbox);
    terminal.type_line(&sandbox.shell_line(&["attach", "one"]));
    terminal.wait_for("here it is");
}

#[test]
fn attach_from_inside_switches_the_client() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo here it is; read line");
    sandbox.wait_for_line("one", "here it is");
    let terminal = Terminal::open(&sandbox);
    let socket = sandbox.text_path("t");
    terminal.type_line(&format!("tmux -S {socket} attach -t anchor"));
    terminal.wait_for("[anchor]");
    terminal.type_line(&sandbox.shell_line(&["attach", "one"]));
    terminal.wait_for("here it is");
}

#[test]
fn the_wire_gives_both_command_lines() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "read line");
    let answer = sandbox.ask(&json!({"type": "attach-runner", "runner": "one"}));
    let attach = answer.answer.attach.unwrap();
    assert!(
        attach.attach[0].ends_with("tmux") && attach.switch[0].ends_with("tmux"),
        "{attach:?}"
    );
    assert!(
        attach.attach.contains(&sandbox.text_path("t")),
        "{attach:?}"
    );
}

#[test]
fn sessions_are_listed_looked_up_and_ended() {
    let sandbox = Sandbox::new();
    let [id, _, _] = sandbox.session("work", "read line");
    sandbox.session("workshop", "read line");
    sandbox.geppetto(&["register", "work"]).ok();

    let answer = sandbox.geppetto_json(&["sessions", "list"]);
    let sessions = answer["sessions"].as_array().unwrap();
    let names: Vec<&str> = sessions.iter().filter_map(|s| s["name"].as_str()).collect();
    assert_eq!(names, ["anchor", "work", "workshop"]);
    let work = &sessions[1];
    assert_eq!(
        (&work["id"], &work["registered"]),
        (&json!(id), &json!(true))
    );
    assert_eq!((&work["runners"], &work["clients"]), (&json!(1), &json!(0)));

    sandbox.geppetto(&["sessions", "exists", "work"]).ok();
    assert_eq!(
        sandbox.geppetto(&["sessions", "exists", "wor"]).code,
        Some(1)
    );
    sandbox.geppetto(&["sessions", "kill", "wor"]).refused(1);
    sandbox.geppetto(&["sessions", "kill", "work"]).ok();
    assert_eq!(sandbox.geppetto(&["sessions", "exists", &id]).code, Some(1));
    sandbox.geppetto(&["sessions", "exists", "workshop"]).ok();
    sandbox.wait_until("its runner to have ended", || {
        sandbox.runners().iter().all(|runner| runner.exit.is_some())
    });
}
