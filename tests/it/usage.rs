//! What agents spent, from the database to the command line through a real daemon. What is in the database was put there by hand: how
//! agents' files are read is tested where that is done.

use std::fs;
use std::path::PathBuf;

use rusqlite::{Connection, params};
use serde_json::json;

use crate::support::Sandbox;

/// Two records of one message and one of another, as a daemon writes them down.
const MESSAGES: &str = "
INSERT INTO message VALUES ('claude-code', 'm1', 'c', ?1, 'coda::idea::primary', 'claude-opus-5-5',
    1795202316466, 1795202316477, 20261120, 7090, 7090, 0, 177, NULL);
";
const OTHER: &str = "
INSERT INTO message VALUES ('aider', 'm1', 'd', ?1, '', 'openai/stub-model',
    1795197740000, 1795197740000, 20261119, 2521, 0, 0, 210, 10713);
";

fn database(sandbox: &Sandbox) -> PathBuf {
    let servers = fs::read_dir(sandbox.path("state/geppetto")).unwrap();
    let mut databases = servers.map(|server| server.unwrap().path().join("geppetto.db"));
    databases.find(|path| path.exists()).unwrap()
}

#[test]
fn what_is_written_down_is_told_by_the_next_daemon() {
    let sandbox = Sandbox::new();
    sandbox.start("work", "echo at work; sleep 1000");
    sandbox.wait_for_line("work", "at work");
    let runner = sandbox.geppetto_json(&["show", "work"]);
    let id = runner["runner"]["id"].as_str().unwrap().to_owned();
    assert!(runner["runner"].get("spending").is_none(), "{runner}");
    sandbox.geppetto(&["usage"]).ok();
    sandbox.geppetto(&["daemon", "stop"]).ok();
    let database = Connection::open(database(&sandbox)).unwrap();
    for message in [MESSAGES, OTHER] {
        database.execute(message, params![id]).unwrap();
    }
    drop(database);

    let usage = sandbox.geppetto(&["usage", "--by", "day"]).ok();
    let rows: Vec<Vec<&str>> = usage
        .lines()
        .map(|row| row.split_whitespace().collect())
        .collect();
    assert_eq!(
        rows[1],
        ["2026-11-19", "1", "2.5k", "0", "0", "210", "$0.01"]
    );
    // 7090 at 4 dollars, 7090 at 0.2, 177 at 20.
    assert_eq!(
        rows[2],
        ["2026-11-20", "1", "7.0k", "7.0k", "0", "177", "$0.03"]
    );
    assert_eq!(rows[3], ["TOTAL", "2", "9.6k", "7.0k", "0", "387", "$0.04"]);

    sandbox.configure("[[price]]\nmodel = \"claude-opus\"\ninput = 100\noutput = 100\n");
    let dearer = || {
        let usage = sandbox.geppetto_json(&["usage", "--by", "runner"]);
        let row = usage["usage"]["rows"][0].clone();
        (row["spent"]["costMicros"] == json!(1_435_700 + 10_713)).then_some(row)
    };
    let row = sandbox.wait_for("the price of the user", dearer);
    assert_eq!(row["name"], "work");
    assert_eq!(row["models"][1]["model"], "claude-opus-5-5");

    let show = sandbox.geppetto(&["show", "work"]).ok();
    assert!(
        show.contains("in 2 messages: 9.6k tokens in, 7.0k cached"),
        "{show}"
    );
    let metrics = sandbox.geppetto(&["metrics"]).ok();
    let told = metrics
        .lines()
        .find(|line| line.starts_with("geppetto_cost_dollars_total{"));
    assert!(
        told.unwrap()
            .ends_with("model=\"openai/stub-model\"} 0.010713"),
        "{metrics}"
    );
    let turns = sandbox.geppetto(&["logs", "work", "--turns"]);
    assert!(
        turns.stderr.contains("No turn of work is known"),
        "{turns:?}"
    );
}
