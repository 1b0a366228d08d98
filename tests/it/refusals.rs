//! What geppetto refuses: each with its own tag and the next step as a hint, and nothing half-made.

use geppetto::wire::{ErrorBody, Tag};
use serde_json::{Value, json};

use crate::support::Sandbox;

/// Windows and runners that there are: the same before and after a refusal.
fn everything(sandbox: &Sandbox) -> (String, usize) {
    let windows = sandbox.tmux(&["list-windows", "-a", "-F", "#{session_name} #{window_id}"]);
    (windows, sandbox.runners().len())
}

#[track_caller]
fn refused(sandbox: &Sandbox, request: &Value, tag: Tag) -> ErrorBody {
    sandbox.daemon();
    let before = everything(sandbox);
    let error = sandbox.refusal(request);
    assert_eq!(error.tag, tag, "{error:?}");
    assert!(error.message.ends_with('.'), "a whole sentence: {error:?}");
    assert!(error.hint.is_some(), "the next step: {error:?}");
    assert_eq!(everything(sandbox), before);
    error
}

fn create(name: &str) -> Value {
    json!({"type": "create-runner", "name": name, "command": ["sh", "-c", "read line"]})
}

#[test]
fn a_name_is_given_once() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "read line");
    let error = refused(&sandbox, &create("one"), Tag::Validation);
    assert!(error.message.contains("one"), "{error:?}");
    sandbox
        .geppetto(&["new", "--name", "one", "--", "true"])
        .refused(1);
}

#[test]
fn a_bad_name_is_refused() {
    let sandbox = Sandbox::new();
    for name in ["", "a b", "$(x)", "-n", "%1"] {
        refused(&sandbox, &create(name), Tag::Validation);
    }
}

#[test]
fn an_unknown_kind_is_refused() {
    let sandbox = Sandbox::new();
    let mut request = create("one");
    request["kind"] = json!("claud");
    let error = refused(&sandbox, &request, Tag::Validation);
    assert!(error.message.contains("claud"), "{error:?}");
    sandbox
        .geppetto(&["new", "--kind", "claud", "--", "true"])
        .refused(1);
}

#[test]
fn a_missing_directory_is_refused() {
    let sandbox = Sandbox::new();
    let mut request = create("one");
    request["cwd"] = json!(sandbox.text_path("nowhere"));
    let error = refused(&sandbox, &request, Tag::Validation);
    assert!(error.message.contains("nowhere"), "{error:?}");
}

#[test]
fn a_missing_program_is_refused() {
    let sandbox = Sandbox::new();
    let mut request = create("one");
    request["command"] = json!(["no-such-program-here"]);
    let error = refused(&sandbox, &request, Tag::ProcessSpawn);
    assert!(error.message.contains("no-such-program-here"), "{error:?}");
    let said = sandbox
        .geppetto(&["new", "--", "no-such-program-here"])
        .refused(1);
    assert!(said.contains("no-such-program-here"), "{said}");
}

#[test]
fn a_program_that_cannot_be_executed_is_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.path("work/broken");
    std::fs::write(&file, "#!/no/such/interpreter\n").unwrap();
    sandbox.sh("chmod +x broken").ok();
    let mut request = create("one");
    request["command"] = json!([file.to_str().unwrap()]);
    sandbox.daemon();
    let error = sandbox.refusal(&request);
    assert_eq!(error.tag, Tag::ProcessSpawn, "{error:?}");
    assert!(sandbox.runners().is_empty());
    sandbox.wait_until("its window to be gone", || {
        !sandbox
            .tmux(&["list-panes", "-a", "-F", "#{pane_start_command}"])
            .contains("broken")
    });
}

#[test]
fn there_is_a_limit_of_live_runners() {
    let sandbox = Sandbox::new();
    sandbox.configure("runner_limit = 2\n");
    sandbox.start("one", "read line");
    let two = sandbox.start("two", "read line");
    let error = refused(&sandbox, &create("three"), Tag::RunnerLimit);
    assert_eq!(error.limit, Some(2));
    sandbox.type_into(&two.pane_id.unwrap(), "");
    sandbox.wait_for_status("two", "completed");
    // Ended ones do not count.
    sandbox.start("three", "read line");
}

#[test]
fn a_session_that_is_not_there_is_refused() {
    let sandbox = Sandbox::new();
    let attach = json!({"type": "attach-tmux", "sessionName": "nowhere"});
    refused(&sandbox, &attach, Tag::TmuxSessionNotFound);
    sandbox.geppetto(&["register", "nowhere"]).refused(1);
    // A prefix of a name is not the name.
    sandbox.geppetto(&["register", "anch"]).refused(1);
    let mut request = create("one");
    request["session"] = json!("nowhere");
    refused(&sandbox, &request, Tag::TmuxSessionNotFound);
}

#[test]
fn a_runner_that_is_not_there_is_refused_by_every_verb() {
    let sandbox = Sandbox::new();
    for verb in [
        "show", "start", "stop", "pause", "resume", "wait", "logs", "attach", "forget",
    ] {
        let said = sandbox.geppetto(&[verb, "nobody"]).refused(1);
        assert!(said.contains("nobody"), "{verb}: {said}");
    }
}

#[test]
fn without_a_tmux_server_nothing_is_started() {
    let sandbox = Sandbox::without_tmux();
    sandbox.geppetto(&["register", "work"]).refused(3);
    sandbox.geppetto(&["list"]).refused(3);
    assert!(sandbox.socket().is_none());
}

#[test]
fn tmux_is_found_without_the_path_or_missed_in_words() {
    let sandbox = Sandbox::without_tmux();
    let mut command = sandbox.geppetto_command(&["new", "--", "/bin/sh", "-c", "exit 0"]);
    command.env("PATH", sandbox.path("work"));
    let output = sandbox.run(command);
    // It also looks in the usual places, so it depends on the machine which of both happens.
    if output.code != Some(0) {
        assert_eq!(output.code, Some(3), "{output:#?}");
        assert!(output.stderr.contains("tmux"), "{output:#?}");
    }
}
