//! A person sees a light that is wrong: they ask why, say what is right, and have a test of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Sandbox, Terminal, write_program};

const APPROVAL: &str = include_str!("../fixtures/screens/claude-code/approval-command.txt");
const OVER: &str = include_str!("../fixtures/screens/claude-code/turn-over.txt");

/// A program with the name of an agent, that shows a screen of one for each line that is typed to it, and has a title.
fn agent(sandbox: &Sandbox) -> String {
    let directory = sandbox.path("agents");
    fs::create_dir_all(&directory).unwrap();
    for (screen, text) in [("asks", APPROVAL), ("rests", OVER)] {
        let (_, rows) = text.split_once("---\n").unwrap();
        fs::write(directory.join(screen), rows.replace('\n', "\r\n")).unwrap();
    }
    let program = directory.join("claude");
    let script = "#!/bin/sh\nstty -echo; cd \"${0%/*}\"\nprintf '\\033[?1049h'\n\
        while read -r screen; do printf '\\033]2;Keys AKIAABCDEFGHIJKLMNOP\\007\\033[H\\033[2J'; cat \"$screen\"; done\n";
    write_program(&program, script);
    program.to_str().unwrap().to_owned()
}

fn until(sandbox: &Sandbox, pane: &str, status: &str) {
    sandbox.wait_until(&format!("the agent to be {status}"), || {
        let runner = sandbox.runner_of(pane).unwrap();
        runner.kind == "claude-code" && runner.status == status
    });
}

/// The pane of an agent that waits.
fn asking(sandbox: &Sandbox) -> String {
    let claude = agent(sandbox);
    let [session, _, pane] = sandbox.session("work", "exec sh");
    sandbox.geppetto(&["register", &session]).ok();
    sandbox.type_into(&pane, &claude);
    sandbox.wait_until("the agent to be known", || {
        sandbox.runner_of(&pane).unwrap().kind == "claude-code"
    });
    sandbox.type_into(&pane, "asks");
    until(sandbox, &pane, "waiting");
    pane
}

#[test]
fn a_wrong_light_is_explained_and_becomes_a_fixture() {
    let sandbox = Sandbox::new();
    let pane = asking(&sandbox);

    let terminal = Terminal::open(&sandbox);
    terminal.type_line(&sandbox.shell_line(&["dashboard"]));
    terminal.wait_for("1 waiting");
    terminal.press("e");
    terminal.wait_for("why work is waiting");
    terminal.wait_for("cause: approval");
    terminal.wait_for("SOURCE");
    // The words are those of the verb.
    let verb = sandbox.geppetto(&["explain", "work"]).ok();
    terminal.wait_for(verb.lines().next().unwrap());
    // It is kept as it is now.
    sandbox.type_into(&pane, "rests");
    until(&sandbox, &pane, "idle");
    terminal.wait_for("why work is idle");
    terminal.wait_for("idle since");

    terminal.press("w");
    terminal.wait_for("work is really: i:idle");
    terminal.press("Escape");
    sandbox.wait_until("the question to be gone", || {
        !terminal.screen().contains("work is really")
    });
    terminal.press("q");
    terminal.wait_for("Enter:go");
    terminal.press("w");
    terminal.wait_for("work is really: i:idle");
    terminal.press("r");
    terminal.wait_for("Kept: ");
    terminal.wait_for("Read it before you give it to others.");

    let directory = sandbox.path("state/geppetto/fixtures");
    let mut files = fs::read_dir(&directory).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "what was given up is not kept");
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("claude-code-2") && name.ends_with("Z.txt"));
    // A long path is broken over rows.
    let shown = terminal.screen().replace('\n', "");
    assert!(
        shown.contains(&format!("Kept: {}", file.display())),
        "{shown}"
    );
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&file)), (0o700, 0o600));
    let text = fs::read_to_string(&file).unwrap();
    for line in [
        "# kind = claude-code",
        "# title = Keys AKIA****************",
        "# expect = running",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}: {text}");
    }
    assert!(text.contains("\n# shown as idle: "), "{text}");
    assert!(text.contains("\n# screen says idle ("), "{text}");
    terminal.press("q");
    terminal.wait_for("ready>");
}
