//! What is typed into a runner's pane arrives as it is: no key, no format, no shell.

use crate::support::Sandbox;

#[test]
fn a_program_that_wants_pastes_marked_gets_them_marked() {
    let sandbox = Sandbox::new();
    sandbox.start("plain", "read line; echo got $line; exec sleep 1000");
    let hostile = "a ; kill-server #(touch x) $(touch y) Enter C-c 修";
    sandbox.geppetto(&["send", "plain", hostile]).ok();
    sandbox.wait_for_line("plain", &format!("got {hostile}"));

    // Bracketed paste is on, and the terminal passes every byte on as it comes.
    sandbox.start(
        "marked",
        "printf '\\033[?2004h'; stty raw -echo; echo ready; dd bs=1 count=16 2>/dev/null | od -An -c; exec sleep 1000",
    );
    sandbox.wait_for_line("marked", "ready");
    sandbox
        .geppetto(&["send", "marked", "--no-enter", "--", "-a\tb\nc"])
        .ok();
    let line = sandbox.wait_for("what the program got", || {
        let lines = sandbox.log_lines("marked");
        lines.into_iter().find(|line| line.contains("033"))
    });
    let got: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(got.join(" "), r"033 [ 2 0 0 ~ - a \t b \r c 033 [ 2 0");

    let keys = sandbox.geppetto(&["send", "plain", "\u{1b}[A"]).refused(1);
    assert!(keys.contains("control characters"), "{keys}");
    sandbox.geppetto(&["stop", "plain"]).ok();
    sandbox.geppetto(&["send", "plain", "x"]).refused(1);
}
