//! Conversations that go on: with a script in the place of Claude Code that keeps its registry and its transcripts as that does, says
//! which arguments it got, and takes up another conversation when its id is typed to it.

use std::fs;

use rustix::process::Signal;

use crate::support::{Process, Sandbox, write_program};

const OTHER: &str = "5c7b1c6f-2222-4222-8333-444455556666";

const SCRIPT: &str = r#"#!/bin/sh
printf '%s\n' "$*" >> "$HOME/arguments"
id=4b6a0b5e-1111-4222-8333-00000000000$(grep -c '' "$HOME/arguments")
last=
for word; do
    [ "$last" = --resume ] && id=$word
    last=$word
done
case "$*" in
*--resume*) [ ! -e "$HOME/refuses" ] || { echo "No conversation found with session ID: $id"; exit 1; } ;;
esac
mkdir -p "$HOME/.claude/sessions" "$HOME/.claude/projects/demo"
talk() {
    : >> "$HOME/.claude/projects/demo/$1.jsonl"
    set -- "$1" $(cat /proc/$$/stat)
    shift 22
    registry=$HOME/.claude/sessions/$$.json
    printf '{"pid":%s,"sessionId":"%s","procStart":"%s","status":"idle"}' $$ "$id" "$1" > "$registry.new"
    mv "$registry.new" "$registry"
}
talk "$id"
echo ready
while read -r id; do talk "$id"; done
"#;

/// Puts the script where it goes by the name of the agent; its path.
fn claude(sandbox: &Sandbox) -> String {
    sandbox.configure("hooks = \"off\"\n");
    let program = sandbox.path("claude");
    write_program(&program, SCRIPT);
    program.to_str().unwrap().to_owned()
}

fn new(sandbox: &Sandbox, name: &str, claude: &str) {
    sandbox
        .geppetto(&["new", "--name", name, "--", claude, "-d"])
        .ok();
}

/// The arguments of each start so far.
fn starts(sandbox: &Sandbox) -> Vec<String> {
    let all = fs::read_to_string(sandbox.path("home/arguments")).unwrap();
    all.lines().map(str::to_owned).collect()
}

/// Waits for a start in that place, and looks at its arguments.
fn started_with(sandbox: &Sandbox, place: usize, arguments: &str) {
    let started = sandbox.wait_for("the agent to begin", || {
        let mut starts = starts(sandbox);
        (starts.len() >= place).then(|| starts.remove(place - 1))
    });
    assert_eq!(started, arguments);
}

/// The conversation of a runner, once it has one that is not `before`.
fn conversation(sandbox: &Sandbox, name: &str, before: Option<&str>) -> String {
    sandbox.wait_for("the conversation to be known", || {
        let id = sandbox.runner(name).conversation_id;
        id.filter(|id| Some(id.as_str()) != before)
    })
}

/// Its agent takes another conversation up.
fn take_up(sandbox: &Sandbox, name: &str, id: &str) {
    let before = conversation(sandbox, name, None);
    let pane = sandbox.runner(name).pane_id.unwrap();
    sandbox.type_into(&pane, id);
    assert_eq!(conversation(sandbox, name, Some(&before)), id);
}

#[test]
fn a_start_resumes_the_conversation_whatever_ended_it() {
    let sandbox = Sandbox::new();
    let claude = claude(&sandbox);
    new(&sandbox, "one", &claude);
    let first = conversation(&sandbox, "one", None);
    let listed = sandbox.geppetto_json(&["list"]);
    assert_eq!(listed["runners"][0]["conversationId"], *first);
    Process::signal(sandbox.runner("one").pid.unwrap(), Signal::KILL);
    sandbox.wait_for_status("one", "failed");
    let said = sandbox.geppetto(&["start", "one"]).ok();
    assert!(
        said.contains(&format!("resumes conversation {first}")),
        "{said}"
    );
    started_with(&sandbox, 2, &format!("--resume {first} -d"));
    assert_eq!(sandbox.runner("one").command, [&claude, "-d"]);

    // Another conversation, a daemon that is killed, and an agent that ends meanwhile.
    take_up(&sandbox, "one", OTHER);
    let program = sandbox.runner("one").pid.unwrap();
    sandbox.crash_daemon();
    Process::signal(program, Signal::KILL);
    sandbox.wait_until("the agent to be gone", || Process::find(program).is_none());
    sandbox.geppetto(&["list"]).ok();
    sandbox.wait_for_status("one", "failed");
    assert_eq!(
        sandbox.runner("one").conversation_id.as_deref(),
        Some(OTHER)
    );
    sandbox.geppetto(&["start", "one"]).ok();
    started_with(&sandbox, 3, &format!("--resume {OTHER} -d"));

    // What the agent refuses is told, once, and the way out with it.
    fs::write(sandbox.path("home/refuses"), "").unwrap();
    sandbox.geppetto(&["stop", "one"]).ok();
    sandbox.geppetto(&["start", "one"]).ok();
    sandbox.wait_for_status("one", "failed");
    let shown = sandbox.geppetto(&["show", "one"]).ok();
    assert!(shown.contains("`geppetto start --fresh one`"), "{shown}");
    let said = sandbox.geppetto(&["start", "--fresh", "one"]).ok();
    assert!(said.contains("begins a new conversation"), "{said}");
    let fresh = conversation(&sandbox, "one", Some(OTHER));
    assert_ne!(fresh, first);
    started_with(&sandbox, 5, "-d");
}

#[test]
fn a_conversation_is_never_given_to_two() {
    let sandbox = Sandbox::new();
    let claude = claude(&sandbox);
    new(&sandbox, "one", &claude);
    new(&sandbox, "two", &claude);
    let shared = conversation(&sandbox, "one", None);
    take_up(&sandbox, "two", &shared);
    sandbox.geppetto(&["stop", "two"]).ok();
    let refused = sandbox.geppetto(&["start", "two"]).refused(1);
    assert!(refused.contains("runner \"one\" has it now"), "{refused}");
    assert!(refused.contains("start --fresh two"), "{refused}");
    let answer = sandbox.ask(&serde_json::json!({"type": "start-runner", "runner": "two"}));
    let error = answer.into_result().unwrap_err();
    assert_eq!(error.tag, geppetto::wire::Tag::ConversationInUse);
    assert_eq!(error.runner_id, Some(sandbox.runner("one").id));

    // The next daemon has not seen how one got it.
    sandbox.crash_daemon();
    sandbox.geppetto(&["start", "two"]).refused(1);
    sandbox.geppetto(&["stop", "one"]).ok();

    // The same in a pane in which a person started the agent.
    let [session, _, pane] = sandbox.session("work", "exec sh");
    sandbox.geppetto(&["register", &session]).ok();
    sandbox.type_into(&pane, &format!("{claude} --resume {shared}"));
    sandbox.wait_until("the agent to be known", || {
        let runner = sandbox.runner_of(&pane).unwrap();
        runner.kind == "claude-code" && runner.conversation_id.as_ref() == Some(&shared)
    });
    let refused = sandbox.geppetto(&["start", "two"]).refused(1);
    assert!(refused.contains("runner \"work\" has it now"), "{refused}");
    // It takes up another one there.
    sandbox.type_into(&pane, OTHER);
    sandbox.wait_until("another conversation", || {
        let runner = sandbox.runner_of(&pane).unwrap();
        runner.conversation_id.as_deref() == Some(OTHER)
    });
    sandbox.geppetto(&["start", "two"]).ok();
    started_with(&sandbox, 4, &format!("--resume {shared} -d"));
}
