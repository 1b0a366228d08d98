//! Gemini, from sessions in a home of the test.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

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

/// The machine, and so the agents of the test, began on 13 September 2020 at 12:26:50.
fn began_long_ago(world: &World) {
    let stat = world.dir.path().join("proc/stat");
    std::fs::write(stat, "btime 1600000000\n").unwrap();
}

/// A file that was written before any agent began.
fn write_old(world: &World, path: &str, text: &str) -> PathBuf {
    let file = world.write(path, text);
    let handle = File::options().append(true).open(&file).unwrap();
    handle
        .set_modified(UNIX_EPOCH + Duration::from_secs(1_500_000_000))
        .unwrap();
    file
}

fn tells(text: &str) -> impl Fn(&Finding) -> bool {
    move |finding| matches!(finding, Finding::Degraded(told) if told.contains(text))
}

/// Another gemini lives in the directory.
fn another(world: &World, pid: i32, args: &[&str]) {
    world.agent("gemini", pid, CWD);
    let mut command = vec!["node", "/x/bundle/gemini.js"];
    command.extend(args);
    world.runs(pid, &command);
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
    write_old(&world, &format!("{CHATS}/session-z.jsonl"), &old);
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
    began_long_ago(&world);
    let gemini = world.agent("gemini", 61, CWD);
    // The first starts itself anew, with more memory: that is no other one.
    world.child(62, 61, CWD);
    world.runs(62, &["node", "--max-old-space-size=1", "/usr/bin/gemini"]);
    projects(&world);
    let one = session("one", "2026-11-20T18:00:00.000Z", "");
    let file = world.write(&format!("{CHATS}/session-a.jsonl"), &one);
    let mut found = world.follow(&gemini).await;
    found.read(&file).await;
    another(&world, 63, &[]);
    let mut late = world.follow(&gemini).await;
    late.until("that it is not known", tells("Several geminis"))
        .await;
    assert_eq!(late.all.len(), 1);
}

#[tokio::test]
async fn a_session_that_it_goes_on_with_is_found_in_its_old_file() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    projects(&world);
    let path = format!("{CHATS}/session-a.jsonl");
    let old = session("old", "2020-01-01T00:00:00.000Z", &prompt("o", "old"));
    let old = write_old(&world, &path, &old);
    let mut found = world.follow(&gemini).await;
    // It begins a file for it, and writes into the old one.
    let begun = session("old", "2026-11-20T18:00:00.000Z", "");
    let begun = world.write(&format!("{CHATS}/session-b.jsonl"), &begun);
    found.read(&begun).await;
    world.append(&path, "{\"$set\":{\"sessionId\":\"old\"}}\n");
    world.append(&path, &prompt("n", "new"));
    found.read(&old).await;
    assert_eq!(found.conversations(), ["old"]);
    assert_eq!(found.log(), "> old\n> new");
}

#[tokio::test]
async fn a_session_that_it_takes_up_later_is_found() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    projects(&world);
    let path = format!("{CHATS}/session-a.jsonl");
    let old = session("old", "2020-01-01T00:00:00.000Z", &prompt("o", "old"));
    let old = write_old(&world, &path, &old);
    let mut found = world.follow(&gemini).await;
    let one = session("one", "2026-11-20T18:00:00.000Z", &prompt("a", "first"));
    let one = world.write(&format!("{CHATS}/session-b.jsonl"), &one);
    found.read(&one).await;
    world.append(&path, &prompt("n", "new"));
    found.read(&old).await;
    assert_eq!(found.conversations(), ["one", "old"]);
}

#[tokio::test]
async fn among_others_the_session_that_its_command_line_names_is_its_own() {
    for (args, other, is_own) in [
        (["--resume", "named"], "x", true),
        (["--session-id=named", "-y"], "x", true),
        (["-r", "named"], "named", false),
        (["--resume", "latest"], "x", false),
        (["--resume", "7"], "x", false),
    ] {
        let world = World::new();
        began_long_ago(&world);
        let mut gemini = world.agent("gemini", 61, CWD);
        gemini.args.extend(args.map(str::to_owned));
        another(&world, 63, &["--resume", other]);
        projects(&world);
        for id in ["named", "x"] {
            let text = session(id, "2020-01-01T00:00:00.000Z", "");
            write_old(&world, &format!("{CHATS}/session-{id}.jsonl"), &text);
        }
        let mut found = world.follow(&gemini).await;
        if is_own {
            let is_told = |finding: &Finding| matches!(finding, Finding::Conversation(_));
            found.until("the conversation", is_told).await;
            assert_eq!(found.conversations(), ["named"], "{args:?}");
            assert_eq!(found.complaints(), Vec::<&str>::new());
        } else {
            found
                .until("that it is not known", tells("which session is whose"))
                .await;
            assert_eq!(found.conversations(), Vec::<String>::new(), "{args:?}");
        }
    }
}

#[tokio::test]
async fn among_others_the_only_session_that_was_begun_with_it_is_its_own_until_another_may_be() {
    let world = World::new();
    began_long_ago(&world);
    let gemini = world.agent("gemini", 61, CWD);
    another(&world, 63, &[]);
    projects(&world);
    let one = session("one", "2020-09-13T12:26:57.000Z", &prompt("a", "first"));
    world.write(&format!("{CHATS}/session-a.jsonl"), &one);
    let mut found = world.follow(&gemini).await;
    let is_told = tells("session one is of this one is only known by when it began");
    found.until("that it is weak", is_told).await;
    let is_read = |finding: &Finding| matches!(finding, Finding::Read(_));
    found.until("the session", is_read).await;
    assert_eq!(found.log(), "> first");
    // It goes on after this one was begun, by the other: nothing is doubtful.
    let other = session("two", "2020-09-13T13:00:00.000Z", "");
    world.write(&format!("{CHATS}/session-b.jsonl"), &other);
    // And it may have begun this one.
    let next = session("three", "2090-01-01T00:00:00.000Z", "");
    world.write(&format!("{CHATS}/session-c.jsonl"), &next);
    found
        .until("that it is not known", tells("which session is whose"))
        .await;
    assert_eq!(found.conversations(), ["one"]);
    // Of two that were begun with it, none is.
    let both = session("both", "2020-09-13T12:26:58.000Z", "");
    world.write(&format!("{CHATS}/session-d.jsonl"), &both);
    let mut late = world.follow(&gemini).await;
    late.until("that it is not known", tells("which session is whose"))
        .await;
    assert_eq!(late.all.len(), 1);
}

#[tokio::test]
async fn what_one_that_has_left_wrote_is_not_taken_for_its_own() {
    let world = World::new();
    began_long_ago(&world);
    let gemini = world.agent("gemini", 61, CWD);
    another(&world, 63, &[]);
    projects(&world);
    let theirs = session("theirs", "2026-11-20T18:00:00.000Z", "");
    world.write(&format!("{CHATS}/session-a.jsonl"), &theirs);
    let mut found = world.follow(&gemini).await;
    found
        .until("that it is not known", tells("which session is whose"))
        .await;
    world.ends(63);
    let path = format!("{CHATS}/session-b.jsonl");
    world.write(&path, &session("own", "2026-11-20T18:00:01.000Z", ""));
    // When it is seen that the other one has left, nothing of before is believed.
    found
        .until("that it is known next", tells("when it writes again"))
        .await;
    world.append(&path, &prompt("p", "go"));
    found.sign(Doing::Working, Reason::Working).await;
    assert_eq!(found.conversations(), ["own"]);
}

#[tokio::test]
async fn of_several_that_were_written_before_it_was_seen_the_next_one_is_its_own() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    projects(&world);
    for id in ["one", "two"] {
        let text = session(id, "2026-11-20T18:00:00.000Z", "");
        world.write(&format!("{CHATS}/session-{id}.jsonl"), &text);
    }
    let mut found = world.follow(&gemini).await;
    found
        .until("that it is not known", tells("when it writes again"))
        .await;
    world.append(&format!("{CHATS}/session-one.jsonl"), &prompt("p", "go"));
    found.sign(Doing::Working, Reason::Working).await;
    assert_eq!(found.conversations(), ["one"]);
}

#[tokio::test]
async fn what_was_copied_from_another_session_counts_there() {
    let world = World::new();
    let gemini = world.agent("gemini", 61, CWD);
    projects(&world);
    let cost = r#"{"id":"m","timestamp":"2026-11-20T18:00:00.000Z","type":"gemini","content":"a","tokens":{"input":9,"output":9}}"#;
    let text = session("copy", "2026-11-20T18:30:00.000Z", cost) + "\n" + &prompt("p", "go");
    let file = world.write(&format!("{CHATS}/session-a.jsonl"), &text);
    let mut found = world.follow(&gemini).await;
    found.read(&file).await;
    assert_eq!((found.sums(), found.log()), ((0, 0), "> go".to_owned()));
}
