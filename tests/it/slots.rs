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

#[test]
fn of_two_who_want_a_key_at_once_one_gets_it_and_the_other_is_told_where_it_is() {
    let sandbox = Sandbox::new();
    sandbox.daemon();
    // The second round meets a runner of that key that has ended.
    for round in 1..=2 {
        let new = |script: &str| {
            let script = format!("echo {script}; read line");
            let named = ["new", "--json", "--key", "idea", "--name", "it"];
            sandbox.geppetto(&[&named[..], &["--", "sh", "-c", &script]].concat())
        };
        let (a, b) = std::thread::scope(|scope| {
            let a = scope.spawn(|| new("by a"));
            let b = scope.spawn(|| new("by b"));
            (a.join().unwrap(), b.join().unwrap())
        });
        let (lost, line) = match (a.is_ok(), b.is_ok()) {
            (true, false) => (b, "by a"),
            (false, true) => (a, "by b"),
            _ => panic!("{a:#?}\n{b:#?}"),
        };
        let error: Value = serde_json::from_str(&lost.clone().refused(1)).unwrap();
        assert_eq!(error["error"]["tag"], "KeyInUse", "{lost:#?}");
        sandbox.wait_for_line("it", line);
        let runner = sandbox.runner("it");
        assert_eq!((sandbox.runners().len(), runner.run), (1, round));
        assert!(runner.command.last().unwrap().contains(line), "{runner:#?}");

        // What it is told to do can be pasted, and means this very server.
        let hint = error["error"]["hint"].as_str().unwrap();
        let stop = hint
            .split('`')
            .find(|part| part.contains(" stop "))
            .unwrap();
        let program = env!("CARGO_BIN_EXE_geppetto");
        sandbox.sh(&stop.replacen("geppetto", program, 1)).ok();
        assert_eq!(sandbox.runner("it").status, "stopped");
    }
}

#[test]
fn a_run_of_a_key_that_cannot_start_leaves_the_runner_as_it_was() {
    let sandbox = Sandbox::new();
    sandbox.start_with("one", &["--key", "idea"], "echo up; exit 0");
    let before = sandbox.wait_for_status("one", "completed");
    sandbox
        .sh("printf '\\177ELF' >broken; chmod +x broken")
        .ok();
    let broken = sandbox.text_path("work/broken");
    sandbox
        .geppetto(&["new", "--key", "idea", "--name", "two", "--", &broken])
        .refused(1);
    let after = sandbox.runner("one");
    assert_eq!(
        (&after.command, &after.kind, &after.status, &after.id),
        (&before.command, &before.kind, &before.status, &before.id)
    );
    assert_eq!(sandbox.runners().len(), 1);
    sandbox.geppetto(&["start", "one"]).ok();
    sandbox.wait_for_status("one", "completed");
}

#[test]
fn a_slot_is_reached_also_without_its_runner_and_says_so_when_nothing_is_there() {
    let sandbox = Sandbox::new();
    let runner = sandbox.start_with("one", &["--key", "idea"], "read line");
    let session = runner.session_id.unwrap();
    let new = [
        "new-window",
        "-d",
        "-t",
        &session,
        "sh -c 'echo beside; read line'",
    ];
    sandbox.tmux(&new);
    sandbox.tmux(&["kill-pane", "-t", &runner.pane_id.unwrap()]);
    sandbox.wait_for_status("one", "failed");
    let attach = ["session", "attach", "idea", "--print"];
    for is_forgotten in [false, true] {
        if is_forgotten {
            sandbox.geppetto(&["forget", "one"]).ok();
        }
        let command = sandbox.geppetto(&attach).ok();
        let terminal = Terminal::open(&sandbox);
        terminal.type_line(command.trim_end());
        terminal.wait_for("beside");
        sandbox.tmux(&["detach-client", "-s", &session]);
    }
    sandbox.tmux(&["kill-session", "-t", &session]);
    sandbox.wait_until("the slot to have no session", || {
        status(&sandbox, "idea") == "ended"
    });
    let refused = sandbox.geppetto(&attach).refused(1);
    let socket = sandbox.text_path("t");
    let next = format!("`geppetto -S {socket} new --key idea/primary -- COMMAND`");
    assert!(refused.contains(&next), "{refused}");
}

#[test]
fn a_key_is_not_taken_from_a_session_that_has_it() {
    let sandbox = Sandbox::new();
    sandbox.session("one", "read line");
    sandbox.session("two", "read line");
    sandbox.geppetto(&["register", "one", "--key", "idea"]).ok();
    let take = ["register", "two", "--key", "idea"];
    let refused = sandbox.geppetto(&take).refused(1);
    assert!(
        refused.contains("is that of the tmux session \"one\""),
        "{refused}"
    );
    let key = || sandbox.tmux(&["show-options", "-qv", "-t", "=two:", "@geppetto_key"]);
    assert_eq!(key(), "");
    let release = refused
        .split('`')
        .find(|part| part.contains(" release "))
        .unwrap();
    let program = env!("CARGO_BIN_EXE_geppetto");
    sandbox.sh(&release.replacen("geppetto", program, 1)).ok();
    sandbox.geppetto(&take).ok();
    assert_eq!(key(), "coda::idea::primary");
}
