//! Keys that are pressed for a person reach a real pane: the answer to the question on its screen, once. The agents are scripts that
//! draw what the real ones draw and write down each key that they get.

use std::fs;

use crate::support::{Sandbox, write_program};

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
    write_program(&program, script);
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

/// Starts an agent that takes one prompt, shows it, works on it for a moment and answers; every byte that it gets is written down.
fn start_prompted(sandbox: &Sandbox, name: &str, prompt: &str) {
    let directory = sandbox.path(name);
    fs::create_dir_all(&directory).unwrap();
    let frame = "─".repeat(40);
    let idle = format!("● Ready.\r\n\r\n{frame}\r\n❯ \r\n{frame}");
    let shown = format!("● Ready.\r\n\r\n{frame}\r\n❯ {prompt}\r\n{frame}");
    let works = format!(
        "❯ {prompt}\r\n\r\n✻ Pondering… (1s · esc to interrupt)\r\n\r\n{frame}\r\n❯ \r\n{frame}"
    );
    let over = format!(
        "❯ {prompt}\r\n\r\n● Forty-two.\r\n\r\n✻ Baked for 1s\r\n\r\n{frame}\r\n❯ \r\n{frame}"
    );
    for (file, text) in [
        ("idle", idle),
        ("shown", shown),
        ("works", works),
        ("over", over),
    ] {
        fs::write(directory.join(file), text).unwrap();
    }
    let program = directory.join(name);
    // A paste that is marked has six bytes before and behind it.
    let pasted = prompt.len() + 12;
    let script = format!(
        "#!/bin/sh\ncd \"${{0%/*}}\"; stty raw -echo; printf '\\033[?1049h\\033[?2004h'\n\
        show() {{ printf '\\033[H\\033[2J'; cat $1; }}\n\
        take() {{ dd bs=1 count=$1 2>/dev/null >>keys; }}\n\
        show idle; take {pasted}; show shown; take 1; show works\n\
        until [ -e go ]; do sleep 0.05; done\nshow over; take 1\nexec sleep 1000\n"
    );
    write_program(&program, &script);
    sandbox
        .geppetto(&["new", "--name", name, "--", program.to_str().unwrap()])
        .ok();
}

#[test]
fn a_prompt_is_typed_with_care_and_its_answer_is_printed() {
    let sandbox = Sandbox::new();
    start_prompted(&sandbox, "claude", "what is it?");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            let typed = [
                "send",
                "claude",
                "what is it?",
                "--wait",
                "--timeout",
                "30s",
            ];
            sandbox.geppetto(&typed).ok()
        });
        wait(&sandbox, "claude", "running");
        sandbox
            .geppetto(&["send", "claude", "and?", "--wait"])
            .refused(1);
        fs::write(sandbox.path("claude").join("go"), "").unwrap();
        assert_eq!(asked.join().unwrap(), "● Forty-two.\n\n✻ Baked for 1s\n");
    });
    assert_eq!(keys(&sandbox, "claude"), b"\x1b[200~what is it?\x1b[201~\r");
}

#[test]
fn what_asks_is_not_typed_to() {
    let sandbox = Sandbox::new();
    start(&sandbox, "claude", CLAUDE);
    wait(&sandbox, "claude", "waiting");
    let refusal = sandbox.geppetto(&["send", "claude", "1"]).refused(1);
    assert!(refusal.contains("that would be the answer"), "{refusal}");
    assert_eq!(keys(&sandbox, "claude"), b"");
    sandbox
        .geppetto(&["send", "claude", "1", "--no-enter", "--force"])
        .ok();
    wait(&sandbox, "claude", "running");
    assert_eq!(keys(&sandbox, "claude"), b"1");
}
