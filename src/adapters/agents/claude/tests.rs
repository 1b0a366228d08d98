//! Claude Code, from its registry and transcripts in a home of the test.

use std::sync::Arc;

use super::super::following::Reader;
use super::super::limits::HALF_WRITTEN;
use super::super::processes::Processes;
use super::super::scene::Scene;
use super::super::testing::{Found, STARTED, World};
use super::reader::ClaudeReader;
use crate::domain::finding::{Finding, RateLimit};
use crate::domain::sign::{Doing, Reason, Source, certainty};
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;
use crate::testkit::ManualClock;

const FIXTURE: &str = include_str!("../../../../tests/fixtures/agents/claude.jsonl");

/// The conversation of the fixture, and where it is written down.
const ID: &str = "4b6a06ba-dafb-4d5b-9325-5b1fe5223823";
const CWD: &str = "/home/u/demo/claude";
const TRANSCRIPT: &str =
    ".claude/projects/-home-u-demo-claude/4b6a06ba-dafb-4d5b-9325-5b1fe5223823.jsonl";

fn registry(pid: i32, status: &str, id: &str) -> String {
    registry_of(pid, STARTED, status, id)
}

fn registry_of(pid: i32, started: u64, status: &str, id: &str) -> String {
    format!(
        r#"{{"pid":{pid},"sessionId":"{id}","cwd":"{CWD}","procStart":"{started}","version":"2.1.329",
        "tmux":"a:@1.%1","status":{status},"updatedAt":1795201880000,"statusUpdatedAt":1795201880989}}"#
    )
}

fn writes(world: &World, pid: i32, status: &str, id: &str) {
    let path = format!(".claude/sessions/{pid}.json");
    world.write(&path, &registry(pid, status, id));
}

/// A record of the person or the agent.
fn record(kind: &str, at: &str, rest: &str) -> String {
    format!(r#"{{"type":"{kind}","uuid":"u-{at}","timestamp":"2026-11-20T19:{at}.000Z",{rest}}}"#)
        + "\n"
}

fn prompt(at: &str, text: &str) -> String {
    record(
        "user",
        at,
        &format!(r#""message":{{"role":"user","content":"{text}"}}"#),
    )
}

#[tokio::test]
async fn the_registry_says_what_it_does() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    let mut found = world.follow(&claude).await;
    // Nothing is there yet, not even the directory.
    for (status, doing, reason) in [
        (r#""busy""#, Doing::Working, Reason::Working),
        (
            r#""waiting","waitingFor":"permission prompt""#,
            Doing::Waiting,
            Reason::Approval,
        ),
        (
            r#""waiting","waitingFor":"dialog open""#,
            Doing::Waiting,
            Reason::Dialog,
        ),
        (
            r#""waiting","waitingFor":"a word of tomorrow""#,
            Doing::Waiting,
            Reason::Question,
        ),
        (r#""idle""#, Doing::Resting, Reason::Ready),
        (r#""shell""#, Doing::Resting, Reason::BackgroundTask),
    ] {
        writes(&world, 41, status, ID);
        let sign = found.sign(doing, reason).await;
        assert_eq!(
            (sign.source, sign.at),
            (Source::Registry, Timestamp(1_795_201_880_989))
        );
        let wanted = match doing {
            Doing::Resting => certainty::GOOD,
            Doing::Working | Doing::Waiting => certainty::EXACT,
        };
        assert_eq!(sign.claim.unwrap().certainty, wanted);
    }
    assert_eq!(found.complaints(), Vec::<&str>::new());
    std::fs::remove_file(world.home().join(".claude/sessions/41.json")).unwrap();
    let is_gone =
        |finding: &Finding| matches!(finding, Finding::Sign(sign) if sign.claim.is_none());
    found.until("the end of the registry", is_gone).await;
}

#[tokio::test]
async fn tokens_are_counted_once_for_each_message() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""idle""#, ID);
    let transcript = world.write(TRANSCRIPT, FIXTURE);
    let mut found = world.follow(&claude).await;
    found.read(&transcript).await;
    assert_eq!(found.sums(), (73_232, 626));
    assert_eq!(
        naive(),
        (102_275, 852),
        "each block has the cost of the whole"
    );
    let tokens = found.tokens();
    assert!(
        tokens
            .iter()
            .all(|one| one.conversation == ID && one.model == "claude-opus-5-5")
    );
    assert_eq!(tokens[0].cache_read, 7090);
    let context = found
        .all
        .iter()
        .rfind(|one| matches!(one, Finding::Context(_)));
    let Some(Finding::Context(context)) = context else {
        panic!("no context");
    };
    assert_eq!(context.used, 7490 + 7489 + 50);
}

/// What adding up every record gives.
fn naive() -> (u64, u64) {
    use super::super::fields::Fields;
    let records = FIXTURE
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    records.fold((0, 0), |(sent, received), record: serde_json::Value| {
        let count = |name: &str| {
            record
                .number(&format!("/message/usage/{name}"))
                .unwrap_or(0)
        };
        (
            sent + count("input_tokens") + count("cache_read_input_tokens"),
            received + count("output_tokens"),
        )
    })
}

#[tokio::test]
async fn turns_are_read_with_their_tools_and_ends() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""idle""#, ID);
    world.write(TRANSCRIPT, FIXTURE);
    let mut found = world.follow(&claude).await;
    let sign = found.sign(Doing::Resting, Reason::TurnFinished).await;
    assert_eq!(sign.source, Source::SessionFile);
    // The time is that of the record.
    assert_eq!(sign.at, Timestamp(1_795_202_553_978));
    insta::assert_snapshot!(found.log(), @r"
    > scenario:full do the stub work
    < alpha hotel oscar victor charlie juliet 
    Bash(for i in 1 2 3 4; do date +%s; sleep 1; )
    Bash?
    = true None 1795202356/1795202357/1795202358/1795202
    < yankee foxtrot mike tango alpha hotel os
    Finished Some(25754)
    > scenario:quietthink think=45 be quiet
    < alpha hotel oscar victor charlie juliet 
    Finished Some(46324)
    > scenario:quiettool tool_sleep=45 run it
    < alpha hotel oscar victor charlie juliet 
    Bash(timeout 45 tail -f /dev/null; echo quiet)
    Bash?
    = true None (Bash completed with no output)
    < yankee foxtrot mike tango alpha hotel os
    Finished Some(49254)
    ");
}

#[tokio::test]
async fn what_another_process_left_behind_says_nothing() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    world.write(
        ".claude/sessions/41.json",
        &registry_of(41, STARTED - 5, r#""busy""#, ID),
    );
    world.write(".claude/sessions/41.key", "a secret");
    world.write(TRANSCRIPT, FIXTURE);
    let mut found = world.follow(&claude).await;
    writes(
        &world,
        41,
        r#""idle""#,
        "11111111-1111-4111-8111-111111111111",
    );
    found.sign(Doing::Resting, Reason::Ready).await;
    assert_eq!(found.all.len(), 1, "{:?}", found.all);
    // Killed: the file stays as it is.
    writes(&world, 41, r#""busy""#, ID);
    found.sign(Doing::Working, Reason::Working).await;
    world.ends(41);
    let mut late = world.follow(&claude).await;
    late.ended().await;
    assert_eq!(late.all, Vec::new());
}

#[tokio::test]
async fn two_in_one_directory_have_each_their_own() {
    let world = World::new();
    let (one, two) = (
        world.agent("claude-code", 41, CWD),
        world.agent("claude-code", 42, CWD),
    );
    writes(&world, 41, r#""idle""#, "one");
    writes(&world, 42, r#""busy""#, "two");
    let dir = ".claude/projects/-home-u-demo-claude";
    let first = world.write(&format!("{dir}/one.jsonl"), &prompt("00:01", "first"));
    let second = world.write(&format!("{dir}/two.jsonl"), &prompt("00:02", "second"));
    let (mut of_one, mut of_two) = (world.follow(&one).await, world.follow(&two).await);
    of_one.read(&first).await;
    of_two.read(&second).await;
    assert_eq!(
        (of_one.conversations(), of_one.log()),
        (vec!["one".into()], "> first".into())
    );
    assert_eq!(
        (of_two.conversations(), of_two.log()),
        (vec!["two".into()], "> second".into())
    );
}

#[tokio::test]
async fn another_conversation_under_the_same_process_is_followed() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""busy""#, "one");
    // Not in the directory of the project: it was started elsewhere.
    let first = world.write(
        ".claude/projects/-elsewhere/one.jsonl",
        &prompt("00:01", "first"),
    );
    let mut found = world.follow(&claude).await;
    found.read(&first).await;
    writes(&world, 41, r#""idle""#, "two");
    let is_two =
        |finding: &Finding| matches!(finding, Finding::Conversation(one) if one.id == "two");
    found.until("the second conversation", is_two).await;
    // It is written down later.
    let second = world.write(
        ".claude/projects/-home-u-demo-claude/two.jsonl",
        &prompt("00:02", "second"),
    );
    found.read(&second).await;
    writes(&world, 41, r#""busy""#, "one");
    world.append(
        ".claude/projects/-elsewhere/one.jsonl",
        &prompt("00:03", "third"),
    );
    found.read(&first).await;
    assert_eq!(found.conversations(), ["one", "two", "one"]);
    assert_eq!(found.log(), "> first\n> second\n> third");
    assert_eq!(
        found
            .all
            .iter()
            .filter(|one| matches!(one, Finding::Turn(_)))
            .count(),
        3
    );
}

async fn after(world: &World, found: &mut Found, text: &str, doing: Doing, reason: Reason) {
    world.append(TRANSCRIPT, text);
    let sign = found.sign(doing, reason).await;
    assert_eq!(sign.claim.unwrap().certainty, certainty::FAIR);
}

#[tokio::test]
async fn escapes_errors_and_questions_are_seen_in_the_transcript() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""busy""#, ID);
    world.write(TRANSCRIPT, "");
    let mut found = world.follow(&claude).await;
    found.sign(Doing::Working, Reason::Working).await;
    let synthetic = |at: &str, error: &str| {
        record(
            "assistant",
            at,
            &format!(
                r#""isApiErrorMessage":true,"error":"{error}","message":{{"model":"<synthetic>","usage":{{"input_tokens":0,"output_tokens":0}},"content":[{{"type":"text","text":"API Error: 400"}}]}}"#
            ),
        )
    };
    let question = r#""message":{"id":"m","content":[{"type":"tool_use","id":"t","name":"AskUserQuestion","input":{}}]}"#;
    let steps = [
        (prompt("00:01", "go"), Doing::Working, Reason::Working),
        (
            prompt("00:02", "[Request interrupted by user]"),
            Doing::Resting,
            Reason::Interrupted,
        ),
        (prompt("00:03", "again"), Doing::Working, Reason::Working),
        (
            synthetic("00:04", "invalid_request"),
            Doing::Resting,
            Reason::ApiError,
        ),
        (
            synthetic(
                "00:05",
                r#"rate_limit","quotaLimits":{"status":"rejected","resetsAt":1795738369,"rateLimitType":"five_hour"},"x":""#,
            ),
            Doing::Resting,
            Reason::UsageLimit,
        ),
        (
            record("assistant", "00:06", question),
            Doing::Waiting,
            Reason::Question,
        ),
    ];
    for (text, doing, reason) in steps {
        after(&world, &mut found, &text, doing, reason).await;
    }
    assert_eq!(found.tokens(), []);
    let limit = Finding::Limit(RateLimit {
        window: "5h".to_owned(),
        used_permille: 1000,
        resets_at: Some(Timestamp(1_795_738_369_000)),
    });
    assert!(found.all.contains(&limit), "{:?}", found.all);
    insta::assert_snapshot!(found.log(), @r#"
    > go
    Interrupted None
    > again
    Failed("API Error: 400") None
    AskUserQuestion({})
    "#);
}

#[tokio::test]
async fn a_helper_of_the_agent_costs_but_takes_no_turn() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""busy""#, ID);
    let usage = r#""sessionId":"S","isSidechain":true,"message":{"id":"m1","model":"x","stop_reason":"end_turn","content":[{"type":"text","text":"aside"}],"usage":{"input_tokens":3,"output_tokens":4}}"#;
    let transcript = world.write(TRANSCRIPT, &record("assistant", "00:01", usage));
    let mut found = world.follow(&claude).await;
    found.read(&transcript).await;
    assert_eq!(found.sums(), (3, 4));
    assert_eq!(found.log(), "");
    let of_file =
        |one: &&Finding| matches!(one, Finding::Sign(sign) if sign.source == Source::SessionFile);
    assert_eq!(found.all.iter().find(of_file), None);
}

#[tokio::test]
async fn agents_of_the_agent_that_write_files_of_their_own_cost_too() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""busy""#, ID);
    let transcript = world.write(TRANSCRIPT, &prompt("00:01", "go"));
    let mut found = world.follow(&claude).await;
    found.read(&transcript).await;
    let usage = |id: &str, output: u64| {
        let rest = format!(
            r#""sessionId":"{ID}","message":{{"id":"{id}","model":"x","stop_reason":"end_turn","content":[],"usage":{{"input_tokens":3,"output_tokens":{output}}}}}"#
        );
        record("assistant", "00:02", &rest)
    };
    let directory = TRANSCRIPT.trim_end_matches(".jsonl");
    for (name, output) in [("a", 4), ("b", 5)] {
        let path = format!("{directory}/subagents/agent-{name}.jsonl");
        let file = world.write(&path, &usage(name, output));
        found.read(&file).await;
    }
    assert_eq!(found.sums(), (6, 9));
    assert!(found.tokens().iter().all(|one| one.conversation == ID));
    assert_eq!(found.log(), "> go");
}

#[tokio::test]
async fn a_later_reader_goes_on_where_the_first_stopped_and_knows_what_goes_on() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""busy""#, ID);
    let transcript = world.write(TRANSCRIPT, &prompt("00:01", "first"));
    let mut found = world.follow(&claude).await;
    let mark = found.read(&transcript).await;
    drop(found);
    let mut found = world.follow_from(&claude, vec![mark]).await;
    let sign = found.sign(Doing::Working, Reason::Working).await;
    assert_eq!(sign.source, Source::Registry);
    found.sign(Doing::Working, Reason::Working).await;
    world.append(TRANSCRIPT, &prompt("00:02", "second"));
    found.read(&transcript).await;
    assert_eq!(found.log(), "> second");
}

#[tokio::test]
async fn an_unknown_version_is_told_and_still_read() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    writes(&world, 41, r#""dreaming""#, ID);
    let mut lines = prompt("00:01", "go");
    lines += "no record\n[1]\n{\"type\":7,\"timestamp\":8}\n";
    lines += &record("thought", "00:02", r#""message":[]"#);
    let transcript = world.write(TRANSCRIPT, &lines);
    let mut found = world.follow(&claude).await;
    found.read(&transcript).await;
    assert_eq!(found.log(), "> go");
    let complaints = found.complaints();
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(
        complaints[0].contains("says \"dreaming\""),
        "{complaints:?}"
    );
    assert!(
        complaints[1].ends_with("lines that are no records."),
        "{complaints:?}"
    );
    // A file that stays half written.
    world.write(".claude/sessions/41.json", "{\"pid\":");
    writes(&world, 41, r#""idle""#, ID);
    found.sign(Doing::Resting, Reason::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_is_being_written_is_not_complained_of_before_it_stays_so() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new());
    let mut reader = ClaudeReader::new(&Scene {
        occupant: &claude,
        marks: &[],
        home: None,
        processes: &Processes::new(world.dir.path().join("proc")),
        clock: &clock,
    })
    .unwrap();
    let mut complaints = || {
        let mut found = Vec::new();
        reader.look(&mut found);
        let is_complaint = |one: &&Finding| matches!(one, Finding::Degraded(_));
        found.iter().filter(is_complaint).count()
    };
    world.write(".claude/sessions/41.json", "");
    assert_eq!(complaints(), 0);
    // Something else changes meanwhile.
    assert_eq!(complaints(), 0);
    writes(&world, 41, r#""idle""#, ID);
    assert_eq!(complaints(), 0);
    tokio::time::advance(HALF_WRITTEN).await;
    world.write(".claude/sessions/41.json", "{\"pid\":");
    assert_eq!(complaints(), 0);
    tokio::time::advance(HALF_WRITTEN).await;
    assert_eq!(complaints(), 1);
}

#[tokio::test]
async fn without_a_registry_only_what_the_process_has_open_counts() {
    let world = World::new();
    let claude = world.agent("claude-code", 41, CWD);
    let newest = world.write(TRANSCRIPT, FIXTURE);
    let own = world.write(
        ".claude/projects/-home-u-demo-claude/own.jsonl",
        &prompt("00:01", "go"),
    );
    let mut found = world.follow(&claude).await;
    world.opens(41, 5, &own);
    world.write(".claude/projects/-home-u-demo-claude/another.jsonl", "");
    found.read(&own).await;
    assert_eq!(
        (found.conversations(), found.log()),
        (vec!["own".to_owned()], "> go".to_owned())
    );
    drop(newest);
}
