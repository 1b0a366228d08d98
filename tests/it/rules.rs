//! Rules of the user's own, for a program that no rule of ours knows.

use std::fs;

use crate::support::Sandbox;

const RULES: &str = r#"
[[rule]]
name = "rings"
region = "bell"
status = "waiting"
reason = "question"
certainty = "fair"

[[rule]]
name = "tells"
region = "notification"
regex = '^all is done$'
status = "idle"
reason = "turn finished"
certainty = "fair"
"#;

/// Each line that is typed to it brings one of them.
const PROGRAM: &str = r"stty -echo; echo ready; read -r line; printf '\a'
read -r line; printf '\033]777;notify;mine;nothing new\a\033]777;notify;mine;all is done\a'
read -r line; while :; do echo works; sleep 0.1; done";

#[test]
fn a_bell_and_a_notification_say_what_the_user_says_they_do() {
    let sandbox = Sandbox::new();
    let directory = sandbox.path("config/geppetto/rules");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("custom.toml"), RULES).unwrap();
    let pane = sandbox.start("mine", PROGRAM).pane_id.unwrap();
    sandbox.wait_for_status("mine", "running");
    for (status, source, detail) in [
        ("waiting", "sequence", "rings"),
        ("idle", "sequence", "tells"),
        ("running", "output", "its pane prints"),
    ] {
        sandbox.type_into(&pane, "");
        sandbox.wait_for_status("mine", status);
        let explained = sandbox.geppetto(&["explain", "mine", "--json"]).ok();
        let explained: serde_json::Value = serde_json::from_str(&explained).unwrap();
        let first = &explained["explanation"]["evidence"][0];
        assert_eq!(
            (first["source"].as_str(), first["detail"].as_str()),
            (Some(source), Some(detail)),
            "{explained}"
        );
    }
}
