//! The daemon's own life: one per tmux server, started by whoever comes first, gone when asked, and no harm done
//! when it is killed.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixListener;

use geppetto::wire::DaemonView;
use rustix::process::Signal;

use crate::support::{LONG, Process, Sandbox};

/// Prints without end and counts in the file `count`, so that a frozen pane shows.
const ENDLESS: &str =
    "i=0; while :; do i=$((i+1)); echo line $i; echo $i >count.new; mv count.new count; done";

fn daemons(sandbox: &Sandbox) -> Vec<i32> {
    let processes = sandbox.processes().into_iter();
    processes
        .filter(|process| process.command.contains(" daemon run"))
        .map(|process| process.pid)
        .collect()
}

/// Holds that the program in that directory goes on: its count grows.
#[track_caller]
fn goes_on(sandbox: &Sandbox, place: &str) {
    let count = || -> u64 {
        let text = std::fs::read_to_string(sandbox.path(place).join("count")).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    };
    let before = count();
    // Far more than the buffers between program and tmux hold.
    sandbox.wait_until("the program to print on", || count() > before + 3000);
}

#[test]
fn the_first_client_starts_it_and_it_outlives_them_all() {
    let sandbox = Sandbox::new();
    assert!(sandbox.socket().is_none());
    sandbox.geppetto(&["list"]).ok();
    let pid = sandbox.daemon().pid;
    sandbox.geppetto(&["list"]).ok();
    assert_eq!(daemons(&sandbox), [pid]);
    let process = Process::find(pid).unwrap();
    assert_ne!(process.parent, i32::try_from(std::process::id()).unwrap());
}

#[test]
fn it_can_be_started_asked_restarted_and_stopped() {
    let sandbox = Sandbox::new();
    sandbox.geppetto(&["daemon", "status"]).refused(3);
    assert!(sandbox.socket().is_none(), "asking starts nothing");
    sandbox.geppetto(&["daemon", "start"]).ok();
    let first = sandbox.daemon();
    sandbox.geppetto(&["daemon", "start"]).ok();
    assert_eq!(sandbox.daemon().pid, first.pid);
    let answer = sandbox.geppetto_json(&["daemon", "status"]);
    let seen: DaemonView = serde_json::from_value(answer["daemon"].clone()).unwrap();
    assert_eq!((seen.pid, &seen.socket), (first.pid, &first.socket));
    assert_eq!(seen.tmux_socket, sandbox.text_path("t"));
    assert!(seen.tmux_version.is_some());

    let runner = sandbox.start(
        "one",
        "echo ready; while read line; do echo said $line; done",
    );
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["daemon", "restart"]).ok();
    let second = sandbox.daemon();
    assert_ne!(second.pid, first.pid);
    assert_eq!(sandbox.runner("one").id, runner.id);
    sandbox.type_into(&runner.pane_id.unwrap(), "hello");
    sandbox.wait_for_line("one", "said hello");

    sandbox.geppetto(&["daemon", "stop"]).ok();
    // A reply means that the effect has happened.
    sandbox.wait_until("the daemon's end", || Process::find(second.pid).is_none());
    sandbox.wait_until("its control clients' end", || {
        sandbox.control_clients().is_empty()
    });
    assert!(
        Process::find(runner.pid.unwrap()).is_some(),
        "runners go on"
    );
}

#[test]
fn ten_clients_at_once_start_one() {
    let sandbox = Sandbox::new();
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| sandbox.geppetto(&["list"])))
            .collect();
        for client in clients {
            client.join().unwrap().ok();
        }
    });
    sandbox.wait_until("the losers to be gone", || daemons(&sandbox).len() == 1);
    assert_eq!(daemons(&sandbox), [sandbox.daemon().pid]);
}

#[test]
fn a_stale_socket_is_replaced() {
    let sandbox = Sandbox::new();
    let first = sandbox.daemon();
    sandbox.crash_daemon();
    assert!(
        sandbox.socket().is_some(),
        "a killed daemon leaves its socket"
    );
    sandbox.geppetto(&["list"]).ok();
    sandbox.geppetto(&["daemon", "stop"]).ok();
    // One that somebody else left, with nobody behind it.
    if !std::path::Path::new(&first.socket).exists() {
        drop(UnixListener::bind(&first.socket).unwrap());
    }
    sandbox.geppetto(&["list"]).ok();
    assert_ne!(sandbox.daemon().pid, first.pid);
}

#[test]
fn another_runtime_directory_leads_to_no_second_one() {
    let sandbox = Sandbox::new();
    let first = sandbox.daemon();
    let elsewhere = sandbox.path("elsewhere");
    DirBuilder::new().mode(0o700).create(&elsewhere).unwrap();
    let mut command = sandbox.geppetto_command(&["new", "--", "true"]);
    command.env("XDG_RUNTIME_DIR", &elsewhere);
    let refusal = sandbox.run(command).refused(3);
    assert!(refusal.contains(&first.socket), "{refusal}");
    assert!(refusal.contains("XDG_RUNTIME_DIR"), "{refusal}");
    assert_eq!(daemons(&sandbox), [first.pid]);
}

#[test]
fn the_socket_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    let socket = sandbox.daemon().socket;
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let socket = std::path::Path::new(&socket);
    assert_eq!(mode(socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
}

#[test]
fn a_directory_that_others_can_write_is_refused() {
    let sandbox = Sandbox::new();
    sandbox
        .sh("mkdir -m 777 ../run/geppetto && chmod 777 ../run/geppetto")
        .ok();
    let said = sandbox.geppetto(&["list"]);
    assert_ne!(said.code, Some(0), "{said:#?}");
    assert!(said.stderr.contains("run/geppetto"), "{said:#?}");
}

#[test]
fn killing_it_freezes_no_pane_and_leaves_no_client() {
    let sandbox = Sandbox::new();
    let place = sandbox.text_path("work");
    let runner = sandbox.start_with("one", &["--cwd", &place], ENDLESS);
    goes_on(&sandbox, "work");
    assert!(
        !sandbox.control_clients().is_empty(),
        "there is a control client to lose"
    );
    sandbox.crash_daemon();
    goes_on(&sandbox, "work");
    sandbox.wait_until("its control clients to be gone", || {
        sandbox.control_clients().is_empty()
    });
    goes_on(&sandbox, "work");

    // A new daemon has the same runner and goes on where it can.
    sandbox.geppetto(&["list"]).ok();
    let again = sandbox.runner("one");
    assert_eq!((&again.id, again.run), (&runner.id, runner.run));
    assert_eq!(again.status, "running");
    let seen = sandbox.runner("one").output_bytes;
    sandbox.wait_until("output after the recovery", || {
        sandbox.runner("one").output_bytes > seen
    });
    let marked = sandbox
        .geppetto(&["logs", "one", "--grep", "geppetto was away"])
        .ok();
    assert_eq!(marked.lines().count(), 1, "the gap is marked: {marked}");
}

#[test]
fn a_new_daemon_knows_registered_sessions_again() {
    let sandbox = Sandbox::new();
    let parrot = "echo ready; while read line; do echo said $line; done";
    let [session, _, first] = sandbox.session("work", parrot);
    let second = sandbox.split(&first, parrot);
    sandbox
        .geppetto(&["register", "work", "--key", "checkout"])
        .ok();
    let before = [
        sandbox.runner_of(&first).unwrap(),
        sandbox.runner_of(&second).unwrap(),
    ];
    sandbox.crash_daemon();
    // Meanwhile the user goes on working.
    let third = sandbox.split(&first, parrot);
    sandbox.tmux(&["rename-session", "-t", &session, "play"]);

    sandbox.geppetto(&["list"]).ok();
    for (pane, old) in [(&first, &before[0]), (&second, &before[1])] {
        let new = sandbox.wait_for("the runner again", || sandbox.runner_of(pane));
        assert_eq!((&new.id, &new.name), (&old.id, &old.name));
        assert_eq!(new.key.as_deref(), Some("coda::checkout::primary"));
        assert_eq!(new.session_name.as_deref(), Some("play"));
    }
    sandbox.wait_for("the new pane's runner", || sandbox.runner_of(&third));
    for pane in [first, second, third] {
        sandbox.type_into(&pane, "hello");
        let id = sandbox.runner_of(&pane).unwrap().id;
        sandbox.wait_for_line(&id, "said hello");
    }
}

#[test]
fn exits_while_no_daemon_is_there_are_true() {
    let sandbox = Sandbox::new();
    let ends = [
        ("zero", "exit 0"),
        ("five", "exit 5"),
        ("nine", "kill -9 $$"),
    ];
    let runners =
        ends.map(|(name, end)| sandbox.start(name, &format!("echo ready; read line; {end}")));
    sandbox.crash_daemon();
    for runner in &runners {
        sandbox.type_into(runner.pane_id.as_deref().unwrap(), "");
    }
    let pids: Vec<i32> = runners.iter().filter_map(|runner| runner.pid).collect();
    sandbox.wait_until("the programs and their parents to be gone", || {
        pids.iter().all(|pid| Process::find(*pid).is_none())
            && !sandbox
                .processes()
                .iter()
                .any(|process| process.command.contains(" internal run"))
    });
    sandbox.geppetto(&["list"]).ok();
    let exit = |name: &str| {
        let runner = sandbox.runner(name);
        let exit = runner.exit.unwrap();
        assert_eq!(exit.source, "run-parent");
        (runner.status, exit.code, exit.signal)
    };
    assert_eq!(exit("zero"), ("completed".to_owned(), Some(0), None));
    assert_eq!(exit("five"), ("failed".to_owned(), Some(5), None));
    assert_eq!(exit("nine"), ("failed".to_owned(), None, Some(9)));
}

#[test]
fn a_paused_runner_is_paused_for_the_next_daemon_too() {
    let sandbox = Sandbox::new();
    let place = sandbox.text_path("work");
    sandbox.start_with("one", &["--cwd", &place], ENDLESS);
    goes_on(&sandbox, "work");
    sandbox.geppetto(&["pause", "one"]).ok();
    sandbox.crash_daemon();
    sandbox.geppetto(&["list"]).ok();
    assert_eq!(sandbox.runner("one").status, "paused");
    sandbox.geppetto(&["resume", "one"]).ok();
    goes_on(&sandbox, "work");
}

#[test]
fn a_daemon_that_stands_still_blocks_no_program() {
    let sandbox = Sandbox::new();
    let flood = "read line; head -c 30000000 /dev/zero | tr '\\0' x | fold -w 100; echo; echo end; touch done; read line; echo after";
    let place = sandbox.text_path("work");
    let runner = sandbox.start_with("one", &["--cwd", &place], flood);
    let pane = runner.pane_id.unwrap();
    let [_, _, other] = sandbox.session("work", "while read line; do echo said $line; done");
    sandbox.geppetto(&["register", "work"]).ok();
    let daemon = sandbox.daemon().pid;
    Process::signal(daemon, Signal::STOP);
    sandbox.type_into(&pane, "");
    let done = sandbox.path("work/done");
    sandbox.wait_within(LONG, "the program to finish", || {
        done.exists().then_some(())
    });
    Process::signal(daemon, Signal::CONT);

    // Afterwards everything is as it was, and what tmux did not keep for us is a mark in the log.
    sandbox.wait_until(
        "the end of the flood, or the mark that it is missing",
        || {
            let is_mark = |entry: &geppetto::wire::LogView| entry.source == "geppetto";
            let log = sandbox.log("one");
            log.iter()
                .any(|entry| entry.text == "end" || is_mark(entry))
        },
    );
    sandbox.type_into(&pane, "");
    sandbox.wait_for_line("one", "after");
    sandbox.wait_for_status("one", "completed");
    assert_eq!(sandbox.daemon().pid, daemon);
    sandbox.type_into(&other, "hello");
    sandbox.wait_for_line("work", "said hello");
}

#[test]
fn one_that_is_killed_again_and_again_loses_no_runner() {
    let sandbox = Sandbox::new();
    let ids = ["a", "b", "c"].map(|name| {
        let place = sandbox.path("work").join(name);
        std::fs::create_dir(&place).unwrap();
        let place = place.to_str().unwrap();
        sandbox.start_with(name, &["--cwd", place], ENDLESS).id
    });
    for _ in 0..5 {
        sandbox.crash_daemon();
        sandbox.geppetto(&["list"]).ok();
        let known = sandbox.runners();
        assert_eq!(known.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ids);
        assert!(
            known.iter().all(|runner| runner.status == "running"),
            "{known:?}"
        );
    }
    for name in ["a", "b", "c"] {
        goes_on(&sandbox, &format!("work/{name}"));
    }
}
