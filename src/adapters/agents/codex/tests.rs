//! Codex, from rollouts in a home of the test.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use super::super::fields::Fields;
use super::super::processes::Processes;
use super::super::testing::{STARTED, World};
use super::threads::{HELD, Has, Threads};
use crate::domain::finding::{Finding, RateLimit};
use crate::domain::sign::{Doing, Reason, Source};
use crate::domain::time::Timestamp;
use crate::testkit::ManualClock;

const FIXTURE: &str = include_str!("../../../../tests/fixtures/agents/codex.jsonl");

const CWD: &str = "/home/u/demo/codex";
const DAY: &str = ".codex/sessions/2026/11/20";
const MARKS: &str = ".codex/tui-thread-reference-capabilities";

fn rollout(id: &str) -> String {
    format!("{DAY}/rollout-2026-11-20T18-42-31-{id}.jsonl")
}

fn record(at: &str, kind: &str, payload: &str) -> String {
    format!(r#"{{"timestamp":"2026-11-20T19:{at}.000Z","type":"{kind}","payload":{payload}}}"#)
        + "\n"
}

fn event(at: &str, kind: &str, rest: &str) -> String {
    record(at, "event_msg", &format!(r#"{{"type":"{kind}"{rest}}}"#))
}

fn meta(id: &str, rest: &str) -> String {
    let payload = format!(r#"{{"id":"{id}","cwd":"{CWD}","cli_version":"0.169.0"{rest}}}"#);
    record("00:00", "session_meta", &payload)
}

fn prompt(at: &str, text: &str) -> String {
    event(at, "user_message", &format!(r#","message":"{text}""#))
}

#[tokio::test]
async fn tokens_are_those_of_each_response_and_cached_ones_are_told_apart() {
    let world = World::new();
    let codex = world.agent("codex", 51, CWD);
    let file = world.write(&rollout("one"), FIXTURE);
    world.opens(51, 40, &file);
    let mut found = world.follow(&codex).await;
    found.read(&file).await;
    assert_eq!(found.sums(), (69_720, 683));
    assert_ne!(naive(), (69_720, 683), "sums of sums");
    let tokens = found.tokens();
    assert_eq!(tokens.len(), 5);
    let first = tokens
        .iter()
        .find(|one| one.message == "resp_req_stub_15482")
        .unwrap();
    assert_eq!(
        (first.input, first.cache_read, first.output),
        (6663, 6663, 206)
    );
    assert_eq!(first.model, "gpt-5-codex");
    let context = found
        .all
        .iter()
        .rfind(|one| matches!(one, Finding::Context(_)));
    let Some(Finding::Context(context)) = context else {
        panic!("no context");
    };
    assert_eq!((context.used, context.window), (14_477, Some(258_400)));
}

/// What adding up every `token_count` gives.
fn naive() -> (u64, u64) {
    let records = FIXTURE
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    records.fold((0, 0), |(sent, received), record: serde_json::Value| {
        let count = |name: &str| {
            let field = format!("/payload/info/total_token_usage/{name}");
            record.number(&field).unwrap_or(0)
        };
        (
            sent + count("input_tokens"),
            received + count("output_tokens"),
        )
    })
}

#[tokio::test]
async fn turns_are_read_with_their_tools_and_ends() {
    let world = World::new();
    let codex = world.agent("codex", 51, CWD);
    let file = world.write(&rollout("one"), FIXTURE);
    world.opens(51, 40, &file);
    let mut found = world.follow(&codex).await;
    let sign = found.sign(Doing::Resting, Reason::TurnFinished).await;
    assert_eq!(
        (sign.source, sign.at),
        (Source::SessionFile, Timestamp(1_795_200_383_337))
    );
    insta::assert_snapshot!(found.log(), @r"
    > scenario:full do the stub work
    < alpha hotel oscar victor charlie juliet 
    exec_command(for i in 1 2 3 4; do date +%s; sleep 1; )
    = true Some(3918) Chunk ID: 76d377/Wall time: 3.9179 secon
    < yankee foxtrot mike tango alpha hotel os
    Finished Some(65459)
    > scenario:quietthink think=45 be quiet
    < alpha hotel oscar victor charlie juliet 
    Finished Some(46114)
    > scenario:quiettool tool_sleep=45 run it
    < alpha hotel oscar victor charlie juliet 
    exec_command(timeout 45 tail -f /dev/null)
    = true Some(10002) Chunk ID: 4c7ba0/Wall time: 10.0016 seco
    < yankee foxtrot mike tango alpha hotel os
    Finished Some(17016)
    ");
}

fn call(at: &str, id: &str, name: &str) -> String {
    let payload = format!(
        r#"{{"type":"function_call","name":"{name}","call_id":"{id}","arguments":"{{\"cmd\":\"make\"}}"}}"#
    );
    record(at, "response_item", &payload)
}

fn output(at: &str, id: &str, text: &str) -> String {
    let payload =
        format!(r#"{{"type":"function_call_output","call_id":"{id}","output":"{text}"}}"#);
    record(at, "response_item", &payload)
}

fn completed(at: &str, rest: &str) -> String {
    event(at, "task_complete", rest)
}

/// Writes one record after the other into a rollout, and waits for the sign that each gives. Returns the turns.
async fn plays<const N: usize>(steps: [(String, Doing, Reason); N]) -> String {
    let world = World::new();
    let codex = world.agent("codex", 51, CWD);
    let file = world.write(&rollout("one"), &meta("one", ""));
    world.opens(51, 40, &file);
    let mut found = world.follow(&codex).await;
    for (text, doing, reason) in steps {
        world.append(&rollout("one"), &text);
        found.sign(doing, reason).await;
    }
    found.log()
}

#[tokio::test]
async fn tools_and_interrupts_are_seen_in_the_rollout() {
    let started = event("00:01", "task_started", r#","turn_id":"t1""#);
    let refused = output("00:03", "c1", "Wall time: 2.6 seconds\\naborted by user");
    let aborted = event(
        "00:04",
        "turn_aborted",
        r#","turn_id":"t1","duration_ms":5"#,
    );
    let log = plays([
        (started, Doing::Working, Reason::Working),
        (
            call("00:02", "c1", "exec_command"),
            Doing::Working,
            Reason::ToolRunning,
        ),
        (refused, Doing::Working, Reason::Working),
        (aborted, Doing::Resting, Reason::Interrupted),
        (
            call("00:05", "c2", "request_user_input"),
            Doing::Waiting,
            Reason::Question,
        ),
    ]);
    insta::assert_snapshot!(log.await, @r"
    exec_command(make)
    = false Some(2600) Wall time: 2.6 seconds/aborted by user
    Interrupted Some(5)
    request_user_input(make)
    ");
}

#[tokio::test]
async fn errors_and_commands_that_go_on_are_seen_in_the_rollout() {
    let limit = completed(
        "00:01",
        r#","turn_id":"t1","error":{"message":"A limit.","codex_error_info":"usage_limit_exceeded"}"#,
    );
    let error = completed("00:02", r#","turn_id":"t2","error":{"message":"no"}"#);
    let goes_on = output("00:03", "c3", "Process running with session ID 7");
    let over = completed("00:04", r#","turn_id":"t3""#);
    let ended = event(
        "00:05",
        "item_completed",
        r#","item":{"type":"CommandExecution","id":"c3"}"#,
    );
    let log = plays([
        (limit, Doing::Resting, Reason::UsageLimit),
        (error, Doing::Resting, Reason::ApiError),
        (goes_on, Doing::Working, Reason::Working),
        (over, Doing::Resting, Reason::BackgroundTask),
        (ended, Doing::Resting, Reason::TurnFinished),
    ]);
    insta::assert_snapshot!(log.await, @r#"
    Failed("A limit.") None
    Failed("no") None
    = true None Process running with session ID 7
    Finished None
    "#);
}

#[tokio::test]
async fn allowances_and_the_tokens_of_older_versions_are_read() {
    let world = World::new();
    let codex = world.agent("codex", 51, CWD);
    let count = |at: &str, total: u64| {
        event(at, "token_count", &format!(
        r#","info":{{"total_token_usage":{{"total_tokens":{total}}},"last_token_usage":{{"input_tokens":90,"cached_input_tokens":40,"output_tokens":10,"total_tokens":100}}}},
        "rate_limits":{{"primary":{{"used_percent":12.5,"window_minutes":300,"resets_at":1795738369}},"secondary":{{"used_percent":3,"window_minutes":10080,"resets_in_seconds":10}}}}"#
    ).replace('\n', ""))
    };
    // The same sum is written again when nothing was sent.
    let text = meta("one", "") + &count("00:01", 100) + &count("00:02", 100) + &count("00:03", 200);
    let file = world.write(&rollout("one"), &text);
    world.opens(51, 40, &file);
    let mut found = world.follow(&codex).await;
    found.read(&file).await;
    assert_eq!(found.sums(), (180, 20));
    let limits: Vec<_> = found
        .all
        .iter()
        .filter_map(|one| match one {
            Finding::Limit(limit) => Some(limit.clone()),
            _ => None,
        })
        .collect();
    let limit = |window: &str, used_permille, resets| RateLimit {
        window: window.to_owned(),
        used_permille,
        resets_at: Some(Timestamp(resets)),
    };
    assert_eq!(
        limits,
        [
            limit("5h", 125, 1_795_738_369_000),
            limit("weekly", 30, 1_795_201_213_000),
        ]
    );
}

#[tokio::test]
async fn two_in_one_directory_have_each_their_own_and_a_new_conversation_is_seen() {
    let world = World::new();
    let (one, two) = (world.agent("codex", 51, CWD), world.agent("codex", 52, CWD));
    let first = world.write(
        &rollout("one"),
        &(meta("one", "") + &prompt("00:01", "first")),
    );
    let second = world.write(
        &rollout("two"),
        &(meta("two", "") + &prompt("00:02", "second")),
    );
    let helper = meta("sub", r#","source":{"subagent":"review"}"#);
    let helper = world.write(&rollout("sub"), &helper);
    world.opens(51, 40, &first);
    world.opens(51, 41, &helper);
    world.opens(52, 40, &second);
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
    let third = world.write(
        &rollout("three"),
        &(meta("three", "") + &prompt("00:03", "third")),
    );
    world.opens(51, 42, &third);
    world.write(".codex/history.jsonl", "{}\n");
    of_one.read(&third).await;
    assert_eq!(of_one.conversations(), ["one", "three"]);
}

#[tokio::test]
async fn a_rollout_that_is_only_looked_into_is_not_its_own() {
    let world = World::new();
    let codex = world.agent("codex", 51, CWD);
    let old = world.write(
        &rollout("old"),
        &(meta("old", "") + &prompt("00:01", "old")),
    );
    // Another codex goes on with it.
    let handle = File::options().append(true).open(&old).unwrap();
    let far = UNIX_EPOCH + Duration::from_secs(3_800_000_000);
    handle.set_modified(far).unwrap();
    world.opens(51, 40, &old);
    // It holds what it writes itself, before anything is written.
    let lock = world.write(".codex/thread-writer-locks/own.lock", "");
    world.opens(51, 39, &lock);
    let mut found = world.follow(&codex).await;
    let own = world.write(
        &rollout("own"),
        &(meta("own", "") + &prompt("00:02", "own")),
    );
    world.opens(51, 41, &own);
    world.write(".codex/history.jsonl", "{}\n");
    found.read(&own).await;
    assert_eq!(found.conversations(), ["own"]);
    // It goes on with the old one.
    let lock = world.write(".codex/thread-writer-locks/old.lock", "");
    world.opens(51, 42, &lock);
    world.write(&format!("{MARKS}/old"), "");
    found.read(&old).await;
    assert_eq!(found.conversations(), ["own", "old"]);
}

#[tokio::test(start_paused = true)]
async fn of_versions_without_locks_only_what_stays_open_is_believed() {
    let world = World::new();
    let codex = world.agent("codex", 51, CWD);
    let mut threads = Threads {
        root: world.home().join(".codex"),
        pid: codex.pid,
        cwd: codex.cwd,
        began: None,
        processes: Processes::new(world.dir.path().join("proc")),
        clock: Arc::new(ManualClock::new()),
        seen: BTreeMap::new(),
        is_early: false,
    };
    let [old, own] = ["old", "own"].map(|id| world.write(&rollout(id), &meta(id, "")));
    world.opens(51, 40, &old);
    assert_eq!((threads.now(), threads.is_early), (Has::None, true));
    world.opens(51, 40, &own);
    tokio::time::advance(HELD).await;
    assert_eq!((threads.now(), threads.is_early), (Has::None, true));
    tokio::time::advance(HELD).await;
    let Has::This(thread) = threads.now() else {
        panic!("what stays open is not believed");
    };
    assert_eq!((thread.id.as_str(), threads.is_early), ("own", false));
}

/// A server that has the conversations of all codexes.
fn server(world: &World) {
    world.agent("codex", 60, "/somewhere");
    world.write(
        ".codex/app-server-daemon/daemon.pid",
        &format!(r#"{{"pid":60,"processIdentity":{{"startTicks":{STARTED}}}}}"#),
    );
}

#[tokio::test]
async fn of_a_server_the_conversation_that_was_taken_up_since_is_known() {
    let world = World::new();
    server(&world);
    let codex = world.agent("codex", 51, CWD);
    // Nobody takes this one up: a codex before us left it running.
    let stale = world.write(
        &rollout("old"),
        &(meta("old", "") + &prompt("00:01", "old")),
    );
    world.opens(60, 40, &stale);
    let mut found = world.follow(&codex).await;
    let own = world.write(
        &rollout("own"),
        &(meta("own", "") + &prompt("00:02", "own")),
    );
    world.opens(60, 41, &own);
    world.write(&format!("{MARKS}/own"), "");
    found.read(&own).await;
    assert_eq!(
        (found.conversations(), found.log()),
        (vec!["own".into()], "> own".into())
    );
    world.append(&rollout("own"), &event("00:03", "task_started", ""));
    found.sign(Doing::Working, Reason::Working).await;
}

#[tokio::test]
async fn of_a_server_with_two_in_one_directory_nothing_is_guessed() {
    let world = World::new();
    server(&world);
    let codex = world.agent("codex", 51, CWD);
    world.agent("codex", 52, CWD);
    world.runs(52, &["/usr/bin/codex", "-c", "x=1"]);
    let own = world.write(&rollout("own"), &meta("own", ""));
    world.opens(60, 41, &own);
    world.write(&format!("{MARKS}/own"), "");
    let mut found = world.follow(&codex).await;
    let is_told = |finding: &Finding| matches!(finding, Finding::Degraded(text) if text.contains("which is whose"));
    found.until("that it is not known", is_told).await;
    assert_eq!(found.conversations(), Vec::<String>::new());
}

#[tokio::test]
async fn the_newest_rollout_in_the_directory_is_not_taken_for_its_own() {
    let world = World::new();
    let codex = world.agent("codex", 51, CWD);
    world.write(&rollout("newest"), FIXTURE);
    let mut found = world.follow(&codex).await;
    world.ends(51);
    world.write(".codex/history.jsonl", "{}\n");
    found.ended().await;
    assert_eq!(found.all, []);
}
