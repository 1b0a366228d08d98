//! Registering what the user has running already: a session with all its panes, and what becomes of them.

use std::collections::BTreeSet;

use crate::support::{Process, Sandbox};

/// A program that says each line that is typed.
const PARROT: &str = "echo ready; while read line; do echo said $line; done";

fn panes_of(sandbox: &Sandbox) -> BTreeSet<String> {
    let live = sandbox
        .runners()
        .into_iter()
        .filter(|runner| runner.exit.is_none());
    live.filter_map(|runner| runner.pane_id).collect()
}

/// Types a word into a pane and waits until the runner of that pane has the parrot's answer in its log.
#[track_caller]
fn is_watched(sandbox: &Sandbox, pane: &str, word: &str) {
    let runner = sandbox.wait_for(&format!("a runner in {pane}"), || sandbox.runner_of(pane));
    sandbox.type_into(pane, word);
    sandbox.wait_for_line(&runner.id, &format!("said {word}"));
}

#[test]
fn a_session_is_registered_with_all_its_panes() {
    let sandbox = Sandbox::new();
    let [session, window, first] = sandbox.session("work", PARROT);
    let second = sandbox.split(&first, PARROT);
    let [_, third] = sandbox.window("work", PARROT);

    let answer = sandbox.geppetto_json(&["register", "work"]);
    assert_eq!(answer["added"], 3);
    assert_eq!(answer["runner"]["name"], "work");
    assert_eq!(answer["runner"]["origin"], "registered");
    let expected = BTreeSet::from([first.clone(), second.clone(), third.clone()]);
    assert_eq!(panes_of(&sandbox), expected);
    let runner = sandbox.runner("work");
    assert_eq!(runner.session_id, Some(session));
    assert_eq!(runner.window_id, Some(window));
    for pane in [first, second, third] {
        is_watched(&sandbox, &pane, "hello");
    }
}

#[test]
fn registering_again_changes_nothing() {
    let sandbox = Sandbox::new();
    let [session, _, pane] = sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", &session]).ok();
    let before = sandbox.runners();
    let answer = sandbox.geppetto_json(&["register", "work"]);
    assert_eq!(answer["added"], 0);
    sandbox.geppetto(&["register", &pane]).ok();
    let ids = |runners: &[geppetto::wire::RunnerView]| -> Vec<String> {
        runners.iter().map(|runner| runner.id.clone()).collect()
    };
    assert_eq!(ids(&sandbox.runners()), ids(&before));
}

#[test]
fn one_pane_alone_can_be_registered() {
    let sandbox = Sandbox::new();
    let [_, _, first] = sandbox.session("work", PARROT);
    let second = sandbox.split(&first, PARROT);
    sandbox
        .geppetto(&["register", &second, "--name", "review"])
        .ok();
    assert_eq!(panes_of(&sandbox), BTreeSet::from([second.clone()]));
    assert_eq!(sandbox.runner("review").pane_id, Some(second.clone()));
    is_watched(&sandbox, &second, "hello");
}

#[test]
fn a_process_leads_to_its_pane() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("work", "sh -c 'sleep 1000; true'; true");
    let sleep = sandbox.wait_for("the sleep", || {
        let mut found = sandbox.processes();
        found.retain(|process| process.command.trim() == "sleep 1000");
        found.pop()
    });
    sandbox
        .geppetto(&["register", "--pid", &sleep.pid.to_string()])
        .ok();
    assert_eq!(panes_of(&sandbox), BTreeSet::from([pane]));
    let outside = std::process::id().to_string();
    sandbox
        .geppetto(&["register", "--pid", &outside])
        .refused(1);
}

#[test]
fn new_panes_and_windows_are_followed() {
    let sandbox = Sandbox::new();
    let [_, _, first] = sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let second = sandbox.split(&first, PARROT);
    is_watched(&sandbox, &second, "split");
    let [_, third] = sandbox.window("work", PARROT);
    is_watched(&sandbox, &third, "window");
    is_watched(&sandbox, &first, "first");
    // A session that is not registered is left alone.
    let [_, _, other] = sandbox.session("other", PARROT);
    let fourth = sandbox.split(&first, PARROT);
    is_watched(&sandbox, &fourth, "later");
    assert!(sandbox.runner_of(&other).is_none());
}

#[test]
fn a_renamed_session_is_the_same_one() {
    let sandbox = Sandbox::new();
    let [session, _, pane] = sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let id = sandbox.runner("work").id;
    sandbox.tmux(&["rename-session", "-t", &session, "play"]);
    sandbox.wait_until("the new name", || {
        sandbox.runner(&id).session_name.as_deref() == Some("play")
    });
    is_watched(&sandbox, &pane, "still");
    assert_eq!(sandbox.geppetto_json(&["register", "play"])["added"], 0);
}

#[test]
fn a_moved_window_stays_watched() {
    let sandbox = Sandbox::new();
    sandbox.session("work", PARROT);
    let [window, pane] = sandbox.window("work", PARROT);
    let [other, _, _] = sandbox.session("other", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let id = sandbox.runner_of(&pane).unwrap().id;
    is_watched(&sandbox, &pane, "before");
    sandbox.tmux(&["move-window", "-d", "-s", &window, "-t", "other:"]);
    sandbox.wait_until("the new session", || {
        sandbox.runner(&id).session_id == Some(other.clone())
    });
    is_watched(&sandbox, &pane, "after");
    assert_eq!(sandbox.runner_of(&pane).unwrap().id, id);
}

#[test]
fn a_linked_window_is_one_runner() {
    let sandbox = Sandbox::new();
    sandbox.session("work", PARROT);
    let [_, window, pane] = sandbox.session("other", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.tmux(&["link-window", "-d", "-s", &window, "-t", "work:"]);
    is_watched(&sandbox, &pane, "linked");
    let answer = sandbox.geppetto_json(&["register", "other"]);
    assert_eq!(answer["added"], 0);
    let runners = sandbox.runners();
    let here = runners
        .iter()
        .filter(|runner| runner.pane_id.as_ref() == Some(&pane));
    assert_eq!(here.count(), 1);
    is_watched(&sandbox, &pane, "twice");
    let said = sandbox.log_lines(&sandbox.runner_of(&pane).unwrap().id);
    assert_eq!(
        said.iter().filter(|line| *line == "said twice").count(),
        1,
        "{said:?}"
    );
}

#[test]
fn nobody_knows_the_code_of_a_killed_pane() {
    let sandbox = Sandbox::new();
    let [_, _, first] = sandbox.session("work", PARROT);
    let second = sandbox.split(&first, PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let id = sandbox.runner_of(&second).unwrap().id;
    sandbox.tmux(&["kill-pane", "-t", &second]);
    let runner = sandbox.wait_for_status(&id, "stopped");
    let exit = runner.exit.unwrap();
    assert_eq!((exit.code, exit.signal, exit.known), (None, None, false));
    assert_eq!(exit.source, "pane-closed");
    assert!(runner.reason.contains("not known"), "{}", runner.reason);
    is_watched(&sandbox, &first, "still");
}

#[test]
fn a_pane_that_stays_tells_its_code() {
    let sandbox = Sandbox::new();
    for (name, script, code, signal) in [
        ("a", "read line; exit 7", Some(7), None),
        ("b", "read line; exit 0", Some(0), None),
        ("c", "read line; kill -9 $$", None, Some(9)),
    ] {
        let [_, _, pane] = sandbox.session(name, script);
        sandbox.tmux(&["set-option", "-w", "-t", &pane, "remain-on-exit", "on"]);
        // Another one beside it, which goes on.
        let beside = sandbox.split(&pane, PARROT);
        sandbox.geppetto(&["register", name]).ok();
        let id = sandbox.runner_of(&pane).unwrap().id;
        sandbox.type_into(&pane, "");
        let runner = sandbox.wait_for(&format!("{name} to end"), || {
            Some(sandbox.runner(&id)).filter(|runner| runner.exit.is_some())
        });
        assert_eq!(sandbox.runner_of(&beside).unwrap().exit, None);
        let exit = runner.exit.unwrap();
        assert_eq!(
            (exit.code, exit.signal, exit.known),
            (code, signal, true),
            "{name}"
        );
        assert_eq!(exit.source, "tmux");
    }
}

#[test]
fn a_killed_session_ends_its_runners_and_no_others() {
    let sandbox = Sandbox::new();
    sandbox.session("work", PARROT);
    let [_, _, other] = sandbox.session("other", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.geppetto(&["register", "other"]).ok();
    sandbox.tmux(&["kill-session", "-t", "=work:"]);
    sandbox.wait_for_status("work", "stopped");
    is_watched(&sandbox, &other, "still");
}

#[test]
fn a_forgotten_pane_of_a_registered_session_stays_forgotten() {
    let sandbox = Sandbox::new();
    let [_, _, first] = sandbox.session("work", PARROT);
    let second = sandbox.split(&first, PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let id = sandbox.runner_of(&second).unwrap().id;
    sandbox.geppetto(&["forget", &id]).ok();
    // A change of the layout is when it would come back.
    let third = sandbox.split(&first, PARROT);
    is_watched(&sandbox, &third, "new");
    assert!(sandbox.runner_of(&second).is_none());
    sandbox.geppetto(&["register", &second]).ok();
    is_watched(&sandbox, &second, "back");
}

#[test]
fn stop_ends_the_job_in_a_shell_and_leaves_the_shell() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("work", "exec sh -i");
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.type_into(&pane, "sleep 1000");
    let sleep = sandbox.wait_for("the job", || {
        let mut found = sandbox.processes();
        found.retain(|process| process.command.trim() == "sleep 1000");
        found.pop()
    });
    sandbox.geppetto(&["stop", "work"]).ok();
    sandbox.wait_until("the job's end", || Process::find(sleep.pid).is_none());
    assert!(
        Process::find(sleep.parent).is_some(),
        "the shell is the user's"
    );
    assert!(
        sandbox
            .tmux(&["list-panes", "-a", "-F", "#{pane_id}"])
            .contains(&pane)
    );
}
