//! The pages of the dashboard beside its list: a person looks around in tmux, and starts something new.

use crate::support::{Sandbox, Terminal};

fn open(sandbox: &Sandbox) -> Terminal<'_> {
    let terminal = Terminal::open(sandbox);
    terminal.type_line(&sandbox.shell_line(&["dashboard"]));
    terminal.wait_for("No runner is watched.");
    terminal
}

#[test]
fn a_foreign_session_is_found_watched_and_entered() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("foreign", "echo ready; read line; exec sleep 1000");
    sandbox.tmux(&["split-window", "-d", "-t", &pane, "exec sleep 1000"]);
    sandbox.daemon();
    let terminal = open(&sandbox);
    terminal.press("t");
    terminal.wait_for("0 watched");
    terminal.wait_for("anchor");
    terminal.type_line("/foreign");
    sandbox.wait_until("the others to be gone", || {
        !terminal.screen().contains("anchor")
    });
    terminal.press("G");
    sandbox.wait_until("both panes to be watched", || sandbox.runners().len() == 2);
    terminal.wait_for("2 watched");
    let runner = sandbox.runner_of(&pane).unwrap();
    sandbox.wait_until("the runner in its row", || {
        let screen = terminal.screen();
        let mut rows = screen.lines();
        rows.any(|row| row.contains(&format!(" {}", runner.name)) && row.contains("sh"))
    });

    terminal.press("j");
    terminal.press("j");
    terminal.press("x");
    terminal.wait_for(&format!("Forget {}? y/n", runner.name));
    terminal.press("y");
    terminal.wait_for("1 watched");
    assert!(sandbox.runner_of(&pane).is_none());
    // One pane alone.
    terminal.press("r");
    terminal.wait_for("2 watched");
    let runner = sandbox.runner_of(&pane).unwrap();

    terminal.press("Enter");
    // The status line of tmux, since this terminal has become its client.
    terminal.wait_for("[foreign]");
    terminal.type_line("");
    sandbox.wait_until("what was typed to be read", || {
        sandbox.runner(&runner.name).output_bytes > 0
    });
    let clients = sandbox.tmux(&["list-clients", "-t", "=foreign:", "-F", "#{pane_id}"]);
    assert!(clients.lines().any(|shown| shown == pane), "{clients}");
}

#[test]
fn a_runner_is_started_from_a_form_and_mistakes_are_corrected() {
    let sandbox = Sandbox::new();
    for name in ["projects", "projects/shop", "projects/shed"] {
        std::fs::create_dir(sandbox.path(name)).unwrap();
    }
    sandbox.daemon();
    let terminal = open(&sandbox);
    terminal.press("n");
    terminal.wait_for("new runner");
    terminal.press("Down");
    terminal.press("C-u");
    terminal.send(&sandbox.text_path("proj"));
    terminal.press("Tab");
    terminal.wait_for("projects/");
    terminal.send("sh");
    terminal.press("Tab");
    terminal.wait_for("shed/ shop");
    terminal.send("o");
    terminal.press("Tab");
    terminal.wait_for("projects/shop/");
    terminal.press("Down");
    terminal.send("server");
    terminal.press("Down");
    terminal.press("Down");
    terminal.send("shh -c 'pwd; echo got $WORD; exec sleep 1000'");
    terminal.press("Down");
    terminal.send("WORD='two words'");
    terminal.press("Enter");
    terminal.wait_for("The command \"shh\" was not found.");
    let screen = terminal.screen();
    let mut rows = screen.lines().skip_while(|row| !row.contains("> Command"));
    assert!(
        rows.nth(1).is_some_and(|row| row.contains("was not found")),
        "{screen}"
    );
    assert!(sandbox.runners().is_empty());

    for key in ["Home", "Right", "Delete"] {
        terminal.press(key);
    }
    terminal.press("C-s");
    terminal.wait_for("got two words");
    let runner = sandbox.runner("server");
    let directory = sandbox.text_path("projects/shop");
    assert_eq!(runner.cwd.as_deref(), Some(directory.as_str()));
    assert_eq!(runner.kind, "custom");
    let screen = terminal.screen();
    let is_selected = |row: &str| row.starts_with('>') && row.contains("server");
    assert!(screen.lines().any(is_selected), "{screen}");

    // What was typed stays when one leaves, and is gone when it was started.
    terminal.press("n");
    terminal.wait_for("projects/shop");
    assert!(!terminal.screen().contains("sleep"));
    terminal.press("Escape");
    terminal.wait_for("got two words");
    terminal.press("q");
    terminal.wait_for("ready>");
}

#[test]
fn panes_are_listed_and_reached_by_every_client() {
    let sandbox = Sandbox::new();
    let [session, window, pane] = sandbox.session("foreign", "exec sleep 1000");
    sandbox.geppetto(&["register", &pane]).ok();
    let answer = sandbox.geppetto_json(&["sessions", "list", "--panes"]);
    let sessions = answer["sessions"].as_array().unwrap();
    let foreign = sessions
        .iter()
        .find(|one| one["name"] == "foreign")
        .unwrap();
    let found = &foreign["windowList"][0];
    assert_eq!(found["id"], window.as_str());
    assert_eq!(found["panes"][0]["id"], pane.as_str());
    assert_eq!(found["panes"][0]["command"], "sleep");
    assert_eq!(found["panes"][0]["runner"]["status"], "running");
    let table = sandbox.geppetto(&["sessions", "list", "--panes"]).ok();
    assert!(
        table.contains("foreign") && table.contains("sleep"),
        "{table}"
    );

    let ask = |request: serde_json::Value| sandbox.ask(&request).into_result();
    for request in [
        serde_json::json!({"type": "attach-pane", "pane": pane}),
        serde_json::json!({"type": "attach-pane", "session": session}),
    ] {
        let attach = ask(request).unwrap().attach.unwrap();
        let target = attach.switch.last().unwrap();
        assert_eq!(*target, format!("=foreign:.{pane}"));
    }
    for (request, field) in [
        (serde_json::json!({"type": "attach-pane"}), Some("pane")),
        (
            serde_json::json!({"type": "attach-pane", "pane": "7"}),
            Some("pane"),
        ),
        (
            serde_json::json!({"type": "attach-pane", "pane": "%99"}),
            None,
        ),
    ] {
        let refusal = ask(request).unwrap_err();
        assert_eq!(refusal.field.as_deref(), field, "{refusal:?}");
    }
}
