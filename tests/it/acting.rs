//! Keys that are pressed for a person reach a real pane: the answer to the question on its screen, once. The agents are scripts that
//! draw what the real ones draw and write down each key that they get.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::Sandbox;

const CLAUDE: [&str; 3] = [
    include_str!("../fixtures/screens/claude-code/approval-command.txt"),
    include_str!("../fixtures/screens/claude-code/thinking.txt"),
    include_str!("../fixtures/screens/claude-code/turn-over.txt"),
];
const CODEX: [&str; 3] = [
    include_str!("../fixtures/screens/codex/approval.txt"),
    include_str!("../fixtures/screens/codex/thinking.txt"),
    include_str!("../fixtures/screens/codex/turn-over.txt"),
];

/// Starts an agent that asks, and after one key works, and after another one rests.
fn start(sandbox: &Sandbox, name: &str, screens: [&str; 3]) {
    let directory = sandbox.path(name);
    fs::create_dir_all(&directory).unwrap();
    for (number, text) in screens.iter().enumerate() {
        let (_, rows) = text.split_once("---\n").unwrap();
        let rows = rows.trim_end().replace('\n', "\r\n");
        fs::write(directory.join(number.to_string()), rows).unwrap();
    }
    let program = directory.join(name);
    let script = "#!/bin/sh\ncd \"${0%/*}\"; stty raw -echo; printf '\\033[?1049h'\n\
        for screen in 0 1 2; do printf '\\033[H\\033[2J'; cat $screen\n\
        dd bs=1 count=1 2>/dev/null >>keys; done\nexec sleep 1000\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.to_str().unwrap();
    sandbox
        .geppetto(&["new", "--name", name, "--", program])
        .ok();
}

fn keys(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    fs::read(sandbox.path(name).join("keys")).unwrap_or_default()
}

fn wait(sandbox: &Sandbox, name: &str, status: &str) {
    sandbox
        .geppetto(&["wait", name, "--for", status, "--timeout", "20s"])
        .ok();
}

#[test]
fn an_approval_is_one_key_and_the_turn_goes_on_until_it_is_broken_off() {
    let sandbox = Sandbox::new();
    for (name, screens, yes) in [("claude", CLAUDE, b'1'), ("codex", CODEX, b'y')] {
        start(&sandbox, name, screens);
        wait(&sandbox, name, "waiting");
        sandbox.geppetto(&["approve", name]).ok();
        assert_eq!(keys(&sandbox, name), [yes]);
        wait(&sandbox, name, "running");
        let refusal = sandbox.geppetto(&["approve", name]).refused(1);
        assert!(refusal.contains("can be approved"), "{refusal}");
        sandbox.geppetto(&["interrupt", name]).ok();
        assert_eq!(keys(&sandbox, name), [yes, 0x1b]);
        wait(&sandbox, name, "idle");
        sandbox.geppetto(&["interrupt", name]).refused(1);
        let said: Vec<String> = sandbox.log(name).into_iter().map(|one| one.text).collect();
        let noted = |text: &str| said.iter().any(|line| line == text);
        assert!(noted("approved (approval: approval)"), "{said:?}");
        assert!(noted("interrupted (it was running)"), "{said:?}");
    }
}

#[test]
fn a_pane_that_somebody_scrolls_in_takes_no_keys() {
    let sandbox = Sandbox::new();
    start(&sandbox, "claude", CLAUDE);
    wait(&sandbox, "claude", "waiting");
    let pane = sandbox.runner("claude").pane_id.unwrap();
    sandbox.tmux(&["copy-mode", "-t", &pane]);
    let refusal = sandbox.geppetto(&["deny", "claude"]).refused(1);
    assert!(refusal.contains("is in a mode of tmux"), "{refusal}");
    sandbox.tmux(&["send-keys", "-t", &pane, "-X", "cancel"]);
    sandbox.geppetto(&["deny", "claude"]).ok();
    assert_eq!(keys(&sandbox, "claude"), [0x1b]);
}
