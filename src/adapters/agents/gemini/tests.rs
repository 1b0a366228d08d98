//! Gemini, from sessions in a home of the test.

use super::super::fields::Fields;
use super::super::testing::World;
use crate::domain::finding::Finding;
use crate::domain::sign::{Doing, Reason};

const FIXTURE: &str = include_str!("../../../../tests/fixtures/agents/gemini.jsonl");

const CWD: &str = "/home/u/demo/gemini";
const CHATS: &str = ".gemini/tmp/demo/chats";

fn projects(world: &World) {
    let list = format!(r#"{{"projects":{{"{CWD}":"demo","/home/u":"../../x"}}}}"#);
    world.write(".gemini/projects.json", &list);
}

fn session(id: &str, started: &str, rest: &str) -> String {
    format!(r#"{{"sessionId":"{id}","startTime":"{started}","kind":"main"}}"#) + "\n" + rest
}

fn prompt(id: &str, text: &str) -> String {
    format!(
        r#"{{"id":"{id}","timestamp":"2026-11-20T19:00:00.000Z","type":"user","content":[{{"text":"{text}"}}]}}"#
    ) + "\n"
}

fn notice(kind: &str, text: &str) -> String {
    format!(
        r#"{{"id":"{text}","timestamp":"2026-11-20T19:00:01.000Z","type":"{kind}","content":"{text}"}}"#
    ) + "\n"
}

#[tokio::test]
async fn a_record_that_is_written_again_counts_once() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    let mut found = world.follow(&gemini).await;
    projects(&world);
    let file = world.write(&format!("{CHATS}/session-a.jsonl"), FIXTURE);
    found.read(&file).await;
    assert_eq!(found.sums(), (67_520, 632));
    assert_eq!(naive(), (94_238, 864), "records of tools are written twice");
    assert_eq!(
        found.conversations(),
        ["baecf8ce-df70-404f-a88c-32ecc33382bc"]
    );
    insta::assert_snapshot!(found.log(), @r"
    > scenario:full do the stub work
    < alpha hotel oscar victor charlie juliet 
    run_shell_command(for i in 1 2 3 4; do date +%s; sleep 1; )
    = true None <untrusted_context>/Output: 1795200220/1
    < yankee foxtrot mike tango alpha hotel os
    > scenario:quietthink think=45 be quiet
    < alpha hotel oscar victor charlie juliet 
    > scenario:quiettool tool_sleep=45 run it
    < alpha hotel oscar victor charlie juliet 
    run_shell_command(timeout 45 tail -f /dev/null; echo quiet)
    = true None <untrusted_context>/Output: (empty)/Proc
    < yankee foxtrot mike tango alpha hotel os
    ");
}

/// What adding up every record gives.
fn naive() -> (u64, u64) {
    let records = FIXTURE
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    records.fold((0, 0), |(sent, received), record: serde_json::Value| {
        let count = |name: &str| record.number(&format!("/tokens/{name}")).unwrap_or(0);
        (sent + count("input"), received + count("output"))
    })
}

#[tokio::test]
async fn cached_tokens_and_thoughts_are_told_apart() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    projects(&world);
    let record = r#"{"id":"m","timestamp":"2026-11-20T19:00:00.000Z","type":"gemini","content":"","model":"g","tokens":{"input":100,"cached":60,"output":7,"thoughts":5,"tool":1,"total":113}}"#;
    let text = session("one", "2026-11-20T18:00:00.000Z", record) + "\n";
    let file = world.write(&format!("{CHATS}/session-a.jsonl"), &text);
    let mut found = world.follow(&gemini).await;
    found.read(&file).await;
    let tokens = &found.tokens()[0];
    assert_eq!(
        (tokens.input, tokens.cache_read, tokens.output),
        (41, 60, 12)
    );
}

#[tokio::test]
async fn prompts_interrupts_and_errors_are_signs() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    projects(&world);
    let path = format!("{CHATS}/session-a.jsonl");
    world.write(&path, &session("one", "2026-11-20T18:00:00.000Z", ""));
    let mut found = world.follow(&gemini).await;
    for (text, doing, reason) in [
        (prompt("p", "go"), Doing::Working, Reason::Working),
        (
            notice("info", "Request cancelled."),
            Doing::Resting,
            Reason::Interrupted,
        ),
        (
            notice("error", "API Error: 400"),
            Doing::Resting,
            Reason::ApiError,
        ),
    ] {
        world.append(&path, &text);
        found.sign(doing, reason).await;
    }
}

#[tokio::test]
async fn only_a_session_that_began_since_is_taken_and_a_newer_one_replaces_it() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    projects(&world);
    let old = session("old", "2020-01-01T00:00:00.000Z", &prompt("o", "old"));
    world.write(&format!("{CHATS}/session-z.jsonl"), &old);
    let mut found = world.follow(&gemini).await;
    let one = session("one", "2026-11-20T18:00:00.000Z", &prompt("a", "first"));
    // In two pieces: its header is not whole when it is seen first.
    let path = format!("{CHATS}/session-a.jsonl");
    world.write(&path, &one[..20]);
    world.append(&path, &one[20..]);
    let one = world.home().join(path);
    found.read(&one).await;
    let two = session("two", "2026-11-20T18:30:00.000Z", &prompt("b", "second"));
    let two = world.write(&format!("{CHATS}/session-b.jsonl"), &two);
    found.read(&two).await;
    assert_eq!(found.conversations(), ["one", "two"]);
    assert_eq!(found.log(), "> first\n> second");
}

#[tokio::test]
async fn with_two_in_one_directory_nothing_is_guessed() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    // The first starts itself anew, with more memory: that is no other one.
    world.child(62, 61, CWD);
    world.runs(62, &["node", "--max-old-space-size=1", "/usr/bin/gemini"]);
    projects(&world);
    let one = session("one", "2026-11-20T18:00:00.000Z", "");
    let file = world.write(&format!("{CHATS}/session-a.jsonl"), &one);
    let mut found = world.follow(&gemini).await;
    found.read(&file).await;
    world.agent("gemini", 63, CWD);
    world.runs(63, &["node", "/x/bundle/gemini.js"]);
    let mut late = world.follow(&gemini).await;
    let is_told = |finding: &Finding| matches!(finding, Finding::Degraded(text) if text.contains("Several geminis"));
    late.until("that it is not known", is_told).await;
    assert_eq!(late.all.len(), 1);
}
