//! The command line's manners: exit codes, answers on stdout and talk on stderr, JSON, help, broken pipes.

use geppetto::wire::{RunnerView, SessionView, Tag};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Process, Sandbox};

/// The verbs that the help of `words` names.
fn verbs_of(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let help = sandbox.geppetto(&[words, &["--help"]].concat()).ok();
    let Some((_, commands)) = help.split_once("Commands:\n") else {
        return Vec::new();
    };
    let lines = commands.lines().take_while(|line| !line.trim().is_empty());
    lines
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|verb| verb != "help")
        .collect()
}

#[test]
fn every_verb_has_help() {
    let sandbox = Sandbox::without_tmux();
    let verbs = verbs_of(&sandbox, &[]);
    for expected in [
        "new", "register", "list", "logs", "attach", "daemon", "doctor", "api",
    ] {
        assert!(
            verbs.iter().any(|verb| verb == expected),
            "{expected} in {verbs:?}"
        );
    }
    for verb in &verbs {
        let help = sandbox.geppetto(&[verb, "--help"]).ok();
        assert!(help.contains("Usage: geppetto"), "{verb}: {help}");
        assert!(
            help.lines().all(|line| line.chars().count() <= 120),
            "{verb}: {help}"
        );
        for inner in verbs_of(&sandbox, &[verb]) {
            sandbox.geppetto(&[verb, &inner, "--help"]).ok();
        }
    }
    sandbox.geppetto(&["--version"]).ok();
    assert!(sandbox.socket().is_none(), "help starts nothing");
}

#[test]
fn exit_codes_tell_what_happened() {
    let sandbox = Sandbox::new();
    sandbox.geppetto(&["list"]).ok();
    sandbox.geppetto(&["show", "nobody"]).refused(1);
    sandbox.geppetto(&[]).refused(2);
    sandbox.geppetto(&["make-coffee"]).refused(2);
    sandbox
        .geppetto(&["wait", "one", "--timeout", "5"])
        .refused(2);
    sandbox.start("one", "read line");
    sandbox
        .geppetto(&["wait", "one", "--timeout", "100ms"])
        .refused(4);
    let without = Sandbox::without_tmux();
    without.geppetto(&["list"]).refused(3);
    without.geppetto(&["daemon", "status"]).refused(3);
}

#[test]
fn an_interrupt_is_130() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo ready; read line");
    let mut logs = sandbox.geppetto_background(&["logs", "one", "-f"]);
    logs.lines_until(|line| line == "ready");
    Process::signal(logs.pid(), Signal::INT);
    assert_eq!(logs.code(), Some(130));
}

#[test]
fn a_broken_pipe_is_a_quiet_zero() {
    let sandbox = Sandbox::new();
    for i in 0..20 {
        sandbox.start(&format!("runner-{i}"), "exit 0");
    }
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["logs", "runner-0"],
        &["sessions", "list"],
        &["api", "schema"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = sandbox.geppetto_into(args, writer);
        assert_eq!(output.code, Some(0), "{output:#?}");
        assert_eq!(output.stderr, "", "{output:#?}");
    }
}

#[test]
fn a_follower_ends_when_nobody_reads_it() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "while :; do echo busy; done");
    let script = format!("{} | head -n 3", sandbox.shell_line(&["logs", "one", "-f"]));
    assert_eq!(sandbox.sh(&script).ok().lines().count(), 3);
}

#[test]
fn reading_verbs_answer_in_the_words_of_the_wire() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "read line");
    let answer = sandbox.geppetto_json(&["list"]);
    let runners: Vec<RunnerView> = serde_json::from_value(answer["runners"].clone()).unwrap();
    assert_eq!(runners.len(), 1);
    let answer = sandbox.geppetto_json(&["show", "one"]);
    let runner: RunnerView = serde_json::from_value(answer["runner"].clone()).unwrap();
    assert_eq!(runner.id, runners[0].id);
    let begin = &runner.id[..runner.id.len() - 4];
    assert_eq!(
        sandbox.geppetto_json(&["show", begin])["runner"]["id"],
        runner.id
    );
    let answer = sandbox.geppetto_json(&["sessions", "list"]);
    let sessions: Vec<SessionView> = serde_json::from_value(answer["sessions"].clone()).unwrap();
    assert_eq!(sessions.len(), 2);
    let doctor = sandbox.geppetto_json(&["doctor"]);
    assert!(doctor.is_object() || doctor.is_array(), "{doctor}");
}

#[test]
fn errors_are_json_when_answers_are() {
    let sandbox = Sandbox::new();
    let said = sandbox.geppetto(&["show", "nobody", "--json"]).refused(1);
    let error: Value =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    let body = error.get("error").unwrap_or(&error);
    let tag: Tag = serde_json::from_value(body["tag"].clone()).unwrap();
    assert_eq!(tag, Tag::RunnerNotFound);
}

#[test]
fn people_get_words() {
    let sandbox = Sandbox::new();
    let said = sandbox.geppetto(&["list"]);
    assert_eq!(said.code, Some(0), "{said:#?}");
    sandbox.start("one", "echo hello; read line");
    let list = sandbox.geppetto(&["list"]).ok();
    assert!(list.contains("one") && list.contains("running"), "{list}");
    let show = sandbox.geppetto(&["show", "one"]).ok();
    for word in ["one", "running", "custom", &sandbox.runner("one").id] {
        assert!(show.contains(word), "{word} in {show}");
    }
    let only = sandbox.geppetto(&["list", "--session", "anchor"]).ok();
    assert!(!only.contains("one"), "{only}");
}

#[test]
fn the_doctor_finds_a_healthy_house() {
    let sandbox = Sandbox::new();
    sandbox.daemon();
    let text = sandbox.geppetto(&["doctor"]).ok();
    assert!(text.contains("tmux"), "{text}");
}

#[test]
fn the_schema_is_json_and_names_every_part() {
    let sandbox = Sandbox::without_tmux();
    let text = sandbox.geppetto(&["api", "schema"]).ok();
    let schema: Value = serde_json::from_str(&text).unwrap();
    for part in ["request", "answer", "event"] {
        assert!(schema[part].is_object(), "{part}");
    }
    for word in ["create-runner", "stream-runner-logs", "kebab"] {
        assert_eq!(text.contains(word), word != "kebab", "{word}");
    }
}

#[test]
fn completions_can_be_read_by_their_shells() {
    let sandbox = Sandbox::without_tmux();
    for shell in ["bash", "zsh", "fish"] {
        let text = sandbox.geppetto(&["completions", shell]).ok();
        assert!(text.contains("geppetto"), "{shell}");
        std::fs::write(sandbox.path("work").join(shell), text).unwrap();
        let check = format!("if command -v {shell} >/dev/null; then {shell} -n ./{shell}; fi");
        sandbox.sh(&check).ok();
    }
}

#[test]
fn internal_programs_are_hidden() {
    let sandbox = Sandbox::without_tmux();
    let help = sandbox.geppetto(&["--help"]).ok();
    assert!(!help.contains("internal"), "{help}");
    sandbox.geppetto(&["internal"]).refused(2);
}
