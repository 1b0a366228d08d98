//! Slots of ideas: reserved, filled, attached to and left by real terminals, and started again when tmux itself has gone.

use serde_json::Value;

use crate::support::{Sandbox, Terminal};

/// What `session show` knows of a slot.
fn slot(sandbox: &Sandbox, key: &str) -> Value {
    sandbox.geppetto_json(&["session", "show", key])
}

fn status(sandbox: &Sandbox, key: &str) -> String {
    slot(sandbox, key)["slot"]["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one life of a slot, in its order")]
fn a_slot_knows_who_looks_and_what_was_printed_since() {
    let sandbox = Sandbox::new();
    let reserved = sandbox
        .geppetto(&["session", "reserve", "checkout", "review"])
        .ok();
    assert_eq!(reserved, "coda::checkout::review reserved\n");
    assert_eq!(status(&sandbox, "checkout/review"), "reserved");
    let refused = sandbox
        .geppetto(&["session", "attach", "checkout/review"])
        .refused(1);
    assert!(refused.contains("new --key checkout/review"), "{refused}");

    let runner = sandbox.start_with(
        "one",
        &["--key", "checkout/review"],
        "echo before; while read line; do echo said $line; done",
    );
    let pane = runner.pane_id.unwrap();
    sandbox.wait_for_line("one", "before");
    assert_eq!(
        runner.session_name.as_deref(),
        Some("coda__checkout__review")
    );
    sandbox.wait_until("the slot to have its session", || {
        status(&sandbox, "checkout/review") == "detached"
    });

    // A person attaches with the printed command, looks, and leaves.
    let command = sandbox
        .geppetto(&["session", "attach", "checkout/review", "--print"])
        .ok();
    let terminal = Terminal::open(&sandbox);
    terminal.type_line(command.trim_end());
    terminal.wait_for("before");
    sandbox.wait_until("the slot to be attached", || {
        status(&sandbox, "checkout/review") == "attached"
    });
    sandbox.tmux(&["detach-client", "-s", "coda__checkout__review"]);
    sandbox.wait_until("the slot to be left", || {
        status(&sandbox, "checkout/review") == "detached"
    });
    let left = slot(&sandbox, "checkout/review");
    assert!(left["slot"]["lastConnectedAtMs"].is_u64() && left["slot"]["lastDetachAtMs"].is_u64());
    assert_eq!(left["since"]["entries"], 0, "{left}");

    sandbox.type_into(&pane, "something new");
    sandbox.wait_for_line("one", "said something new");
    let news = slot(&sandbox, "checkout/review");
    assert_eq!(
        news["since"]["newest"][1]["text"], "said something new",
        "{news}"
    );
    let shown = sandbox
        .geppetto(&["session", "show", "checkout/review"])
        .ok();
    assert!(
        shown.contains("2 lines") && shown.contains("said something new"),
        "{shown}"
    );

    // Another daemon knows it as well.
    sandbox.crash_daemon();
    sandbox.geppetto(&["list"]).ok();
    sandbox.wait_for_line("one", "said something new");
    let again = slot(&sandbox, "checkout/review");
    for field in ["cursor", "lastDetachAtMs", "runnerId", "status"] {
        assert_eq!(again["slot"][field], news["slot"][field], "{field}");
    }
    let mut entries = again["since"]["newest"].as_array().unwrap().iter();
    assert!(
        entries.any(|entry| entry["text"] == "said something new"),
        "{again}"
    );

    sandbox
        .geppetto(&["session", "release", "checkout/review"])
        .ok();
    sandbox
        .geppetto(&["session", "show", "checkout/review"])
        .refused(1);
    assert_eq!(sandbox.runner("one").key, None);
    assert_eq!(
        sandbox.tmux(&["show-options", "-qv", "-t", &pane, "@geppetto_key"]),
        ""
    );
}

#[test]
fn a_key_has_one_live_runner_and_its_next_run_has_the_same_history() {
    let sandbox = Sandbox::new();
    let first = sandbox.start_with("one", &["--key", "idea"], "echo first; read line");
    sandbox.wait_for_line("one", "first");
    let again = [
        "new",
        "--key",
        "idea",
        "--",
        "sh",
        "-c",
        "echo second; read line",
    ];
    let refused = sandbox.geppetto(&again).refused(1);
    assert!(
        refused.contains("coda::idea::primary is in use by runner \"one\""),
        "{refused}"
    );
    sandbox.geppetto(&["stop", "one"]).ok();
    sandbox.geppetto(&again).ok();
    let second = sandbox.runner("one");
    assert_eq!((&second.id, second.run), (&first.id, 2));
    sandbox.wait_for_line("one", "second");
    assert!(sandbox.log_lines("one").contains(&"first".to_owned()));
}

#[test]
fn keys_of_one_safe_form_and_sessions_of_others_are_told_apart() {
    let sandbox = Sandbox::new();
    let plain = sandbox.start_with("plain", &["--key", "a_b"], "read line");
    let dotted = sandbox.start_with("dotted", &["--key", "a.b"], "read line");
    assert_ne!(plain.session_name, dotted.session_name);
    assert_ne!(plain.session_id, dotted.session_id);
    let key = |id: &Option<String>| {
        sandbox.tmux(&[
            "show-options",
            "-v",
            "-t",
            id.as_deref().unwrap(),
            "@geppetto_key",
        ])
    };
    assert_eq!(key(&plain.session_id), "coda::a_b::primary");
    assert_eq!(key(&dotted.session_id), "coda::a.b::primary");

    sandbox.session("coda__taken__primary", "read line");
    let refused = sandbox
        .geppetto(&["new", "--key", "taken", "--", "sh", "-c", "read line"])
        .refused(1);
    assert!(
        refused.contains("has not the key coda::taken::primary"),
        "{refused}"
    );
    sandbox
        .geppetto(&["register", "coda__taken__primary", "--key", "taken"])
        .ok();
    assert_eq!(status(&sandbox, "taken"), "detached");
}

#[test]
fn what_a_lost_server_ran_is_started_again_once() {
    let sandbox = Sandbox::new();
    let keyed = sandbox.start_with("keyed", &["--key", "idea"], "echo up $MARK; read line");
    sandbox.start_with("plain", &["--env", "MARK=here"], "echo up $MARK; read line");
    sandbox.start("over", "echo done");
    sandbox.wait_for_status("over", "completed");
    sandbox.session("foreign", "read line");
    sandbox.geppetto(&["register", "foreign"]).ok();
    sandbox.wait_for_line("plain", "up here");
    sandbox.tmux(&["kill-server"]);
    sandbox.wait_for_status("plain", "errored");

    // Another server, whose ids begin anew.
    sandbox.start_tmux();
    let refused = sandbox.geppetto(&["restore"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let plan = sandbox.geppetto(&["restore", "--dry-run"]).ok();
    let line = |name: &str| {
        plan.lines()
            .find(|line| line.starts_with(name))
            .map(str::to_owned)
    };
    assert!(line("keyed").unwrap().contains(" start "), "{plan}");
    assert!(line("plain").unwrap().contains(" start "), "{plan}");
    assert!(line("foreign").unwrap().contains(" skip "), "{plan}");
    assert_eq!(line("over"), None, "{plan}");

    let done = sandbox.geppetto_json(&["restore", "--yes"]);
    let started = done["restored"].as_array().unwrap().iter();
    assert_eq!(
        started.filter(|line| line["action"] == "started").count(),
        2,
        "{done}"
    );
    let again = sandbox.runner("keyed");
    assert_eq!((&again.id, again.run), (&keyed.id, 2));
    assert_eq!(again.session_name.as_deref(), Some("coda__idea__primary"));
    sandbox.wait_until("both to be up again", || {
        ["keyed", "plain"].iter().all(|name| {
            let lines = sandbox.log_lines(name);
            lines.iter().filter(|line| line.starts_with("up")).count() == 2
        })
    });
    assert!(sandbox.log_lines("plain").contains(&"up here".to_owned()));
    let second = sandbox.geppetto_json(&["restore", "--yes"]);
    let started = second["restored"].as_array().unwrap().iter();
    assert_eq!(
        started.filter(|line| line["action"] == "started").count(),
        0,
        "{second}"
    );
}
