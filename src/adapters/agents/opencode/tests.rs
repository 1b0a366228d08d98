//! OpenCode, from a database in a home of the test.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::super::fields::Fields;
use super::super::testing::World;
use super::database::{Cursor, Database};
use crate::domain::finding::Finding;
use crate::domain::sign::{Doing, Reason};
use crate::domain::time::Timestamp;

const FIXTURE: &str = include_str!("../../../../tests/fixtures/agents/opencode.jsonl");

const CWD: &str = "/home/u/demo/opencode";
const ID: &str = "ses_e05b765acffezOUKX6jd3V9wCD";

/// What opencode has open.
struct Owner(Connection);

impl Owner {
    fn open(world: &World) -> Self {
        let file = world.write(".local/share/opencode/opencode.db", "");
        let owner = Connection::open(file).unwrap();
        owner
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
                CREATE TABLE session (id text PRIMARY KEY, parent_id text, directory text, version text,
                    time_created integer, time_updated integer);
                CREATE TABLE message (id text PRIMARY KEY, session_id text, time_created integer,
                    time_updated integer, data text);
                CREATE TABLE part (id text PRIMARY KEY, message_id text, session_id text,
                    time_created integer, time_updated integer, data text);",
            )
            .unwrap();
        Self(owner)
    }

    fn writes(&self, line: &str) {
        let line: Value = serde_json::from_str(line).unwrap();
        let row = &line["row"];
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        let number = |name: &str| row[name].as_i64();
        let (created, updated) = (number("time_created"), number("time_updated"));
        let data = row["data"].to_string();
        let written = match line["table"].as_str().unwrap() {
            "session" => self.0.execute(
                "INSERT OR REPLACE INTO session VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    text("id"),
                    text("parent_id"),
                    text("directory"),
                    text("version"),
                    created,
                    updated
                ],
            ),
            "message" => self.0.execute(
                "INSERT OR REPLACE INTO message VALUES (?1, ?2, ?3, ?4, ?5)",
                params![text("id"), text("session_id"), created, updated, data],
            ),
            _ => self.0.execute(
                "INSERT OR REPLACE INTO part VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    text("id"),
                    text("message_id"),
                    text("session_id"),
                    created,
                    updated,
                    data
                ],
            ),
        };
        written.unwrap();
    }

    fn message(&self, id: &str, session: &str, at: u64, data: &str) {
        self.writes(&format!(
            r#"{{"table":"message","row":{{"id":"{id}","session_id":"{session}","time_created":{at},"time_updated":{at},"data":{data}}}}}"#
        ));
    }

    fn session(&self, id: &str, parent: &str, at: u64) {
        self.writes(&format!(
            r#"{{"table":"session","row":{{"id":"{id}","parent_id":{parent},"directory":"{CWD}","time_created":{at},"time_updated":{at}}}}}"#
        ));
    }
}

#[tokio::test]
async fn messages_count_once_with_their_cost() {
    let world = World::new();
    let opencode = world.agent("opencode", 71, CWD);
    let mut found = world.follow(&opencode).await;
    let owner = Owner::open(&world);
    owner.0.execute_batch("BEGIN").unwrap();
    FIXTURE.lines().for_each(|line| owner.writes(line));
    owner.0.execute_batch("COMMIT").unwrap();
    found.sign(Doing::Resting, Reason::TurnFinished).await;
    assert_eq!(found.sums(), (43_098, 626));
    let cost: Option<u64> = found.tokens().iter().map(|one| one.cost_micros).sum();
    assert_eq!(cost, Some(80_505), "of 80,504.4, each message rounded");
    assert_eq!(
        naive(),
        (86_196, 1252),
        "messages, and the ends of their steps"
    );
    assert_eq!(found.conversations(), [ID]);
    insta::assert_snapshot!(found.log(), @r"
    > scenario:full do the stub work
    < alpha hotel oscar victor charlie juliet 
    bash(for i in 1 2 3 4; do date +%s; sleep 1; )
    = true Some(44923) 1795200478/1795200479/1795200480/1795200
    < yankee foxtrot mike tango alpha hotel os
    Finished None
    > scenario:quietthink think=45 be quiet
    < alpha hotel oscar victor charlie juliet 
    Finished None
    > scenario:quiettool tool_sleep=45 run it
    < alpha hotel oscar victor charlie juliet 
    bash(timeout 45 tail -f /dev/null; echo quiet)
    = true Some(48136) (no output)
    < yankee foxtrot mike tango alpha hotel os
    Finished None
    ");
}

/// What adding up every row gives.
fn naive() -> (u64, u64) {
    let rows = FIXTURE
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    rows.fold((0, 0), |(sent, received), row: Value| {
        let count = |name: &str| row.number(&format!("/row/data/tokens/{name}")).unwrap_or(0);
        (
            sent + count("input") + count("cache/read"),
            received + count("output"),
        )
    })
}

#[tokio::test]
async fn rows_that_change_are_signs() {
    const T: u64 = 1_795_200_000_000;
    let world = World::new();
    let opencode = world.agent("opencode", 71, CWD);
    let owner = Owner::open(&world);
    owner.session("s", "null", T);
    let mut found = world.follow(&opencode).await;
    owner.message("m1", "s", T + 1, r#"{"role":"user"}"#);
    found.sign(Doing::Working, Reason::Working).await;
    let part = |id: &str, at: u64, tool: &str, state: &str| {
        owner.writes(&format!(
            r#"{{"table":"part","row":{{"id":"{id}","message_id":"m2","session_id":"s","time_created":{at},"time_updated":{at},"data":{{"type":"tool","tool":"{tool}","callID":"{id}","state":{{"status":"{state}","input":{{"command":"make"}}}}}}}}}}"#
        ));
    };
    part("c1", T + 2, "bash", "running");
    found.sign(Doing::Working, Reason::ToolRunning).await;
    part("c2", T + 3, "question", "running");
    found.sign(Doing::Waiting, Reason::Question).await;
    let error = |name: &str| {
        format!(
            r#"{{"role":"assistant","parentID":"m1","error":{{"name":"{name}","data":{{"message":"no"}}}}}}"#
        )
    };
    owner.message("m2", "s", T + 4, &error("MessageAbortedError"));
    found.sign(Doing::Resting, Reason::Interrupted).await;
    owner.message("m2", "s", T + 5, &error("APIError"));
    found.sign(Doing::Resting, Reason::ApiError).await;
    // The prompt is written again, with a summary of what came of it: no sign of a new one.
    let again = format!(
        r#"{{"table":"message","row":{{"id":"m1","session_id":"s","time_created":{},"time_updated":{},"data":{{"role":"user"}}}}}}"#,
        T + 1,
        T + 6
    );
    owner.writes(&again);
    // An agent of the agent: its cost counts, and what it does is not what ours does.
    owner.session("sub", r#""s""#, T + 6);
    owner.message("m3", "sub", T + 6, r#"{"role":"assistant","finish":"stop","time":{"completed":9},"tokens":{"input":3,"output":4}}"#);
    let is_cost = |finding: &Finding| matches!(finding, Finding::Tokens(_));
    found.until("the cost of the helper", is_cost).await;
    assert_eq!(found.tokens()[0].conversation, "s");
    let last = found
        .all
        .iter()
        .rfind(|one| matches!(one, Finding::Sign(_)));
    assert!(
        matches!(last, Some(Finding::Sign(sign)) if sign.at == Timestamp(T + 5)),
        "{last:?}"
    );
    assert_eq!(found.conversations(), ["s"]);
}

#[tokio::test]
async fn with_two_in_one_directory_nothing_is_guessed_and_nothing_is_made() {
    let world = World::new();
    let opencode = world.agent("opencode", 71, CWD);
    let directory = world.home().join(".local/share/opencode");
    let mut found = world.follow(&opencode).await;
    let owner = Owner::open(&world);
    world.agent("opencode", 72, CWD);
    world.runs(72, &["/usr/bin/opencode"]);
    owner.session("s", "null", 1_795_200_000_000);
    let is_told = |finding: &Finding| matches!(finding, Finding::Degraded(text) if text.contains("Several opencodes"));
    found.until("that it is not known", is_told).await;
    assert_eq!(found.all.len(), 1);
    drop(owner);
    let left: Vec<_> = std::fs::read_dir(directory).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// When everything of these tests goes on.
const T: u64 = 1_795_200_000_000;

const ASKED: &str = r#"{"role":"user"}"#;

fn tells(text: &str) -> impl Fn(&Finding) -> bool {
    move |finding| matches!(finding, Finding::Degraded(told) if told.contains(text))
}

#[tokio::test]
async fn among_others_the_conversation_that_its_command_line_names_is_its_own() {
    for (args, other, is_own) in [
        (["--session", "s"], "--continue", true),
        (["-s", "s"], "--session=x", true),
        (["--session", "s"], "--session=s", false),
        (["--session=s", "--fork"], "--continue", false),
    ] {
        let world = World::new();
        let mut opencode = world.agent("opencode", 71, CWD);
        opencode.args.extend(args.map(str::to_owned));
        world.agent("opencode", 72, CWD);
        world.runs(72, &["/usr/bin/opencode", other]);
        let owner = Owner::open(&world);
        owner.session("s", "null", 5);
        owner.session("x", "null", T);
        owner.message("m", "s", T, ASKED);
        let mut found = world.follow(&opencode).await;
        if is_own {
            found.sign(Doing::Working, Reason::Working).await;
            assert_eq!(found.conversations(), ["s"], "{args:?}");
        } else {
            found
                .until("that it is not known", tells("which conversation is whose"))
                .await;
            assert_eq!(found.all.len(), 1, "{args:?}");
        }
    }
}

#[tokio::test]
async fn what_one_that_has_left_went_on_with_is_not_taken_for_its_own() {
    let world = World::new();
    let opencode = world.agent("opencode", 71, CWD);
    let owner = Owner::open(&world);
    world.agent("opencode", 72, CWD);
    world.runs(72, &["/usr/bin/opencode"]);
    owner.session("theirs", "null", T);
    let mut found = world.follow(&opencode).await;
    found
        .until("that it is not known", tells("which conversation is whose"))
        .await;
    world.ends(72);
    owner.session("own", "null", T + 1);
    // When it is seen that the other one has left, nothing of before is believed.
    found
        .until("that it is known next", tells("when it goes on again"))
        .await;
    owner.session("own", "null", T + 2);
    owner.message("m", "own", T + 2, ASKED);
    found.sign(Doing::Working, Reason::Working).await;
    assert_eq!(found.conversations(), ["own"]);
}

#[tokio::test]
async fn of_several_that_went_on_before_it_was_seen_the_next_one_is_its_own() {
    let world = World::new();
    let opencode = world.agent("opencode", 71, CWD);
    let owner = Owner::open(&world);
    owner.session("one", "null", T);
    owner.session("two", "null", T + 1);
    let mut found = world.follow(&opencode).await;
    found
        .until("that it is not known", tells("when it goes on again"))
        .await;
    owner.session("one", "null", T + 2);
    owner.message("m", "one", T + 2, ASKED);
    found.sign(Doing::Working, Reason::Working).await;
    assert_eq!(found.conversations(), ["one"]);
}

#[tokio::test]
async fn what_a_fork_has_copied_counts_where_it_was_copied_from() {
    let world = World::new();
    let opencode = world.agent("opencode", 71, CWD);
    let owner = Owner::open(&world);
    owner.session("fork", "null", T);
    let cost = r#"{"role":"assistant","finish":"stop","time":{"completed":9},"tokens":{"input":3,"output":4}}"#;
    owner.message("copy", "fork", T - 9, cost);
    owner.writes(&format!(
        r#"{{"table":"part","row":{{"id":"p","message_id":"copy","session_id":"fork","time_created":{T},"time_updated":{T},"data":{{"type":"text","text":"copied"}}}}}}"#
    ));
    owner.message("m", "fork", T + 1, ASKED);
    let mut found = world.follow(&opencode).await;
    found.sign(Doing::Working, Reason::Working).await;
    assert_eq!((found.sums(), found.log()), ((0, 0), String::new()));
}

#[tokio::test]
async fn a_turn_reads_no_more_rows_than_fit_into_memory() {
    let world = World::new();
    let owner = Owner::open(&world);
    let long = format!(r#"{{"role":"user","text":"{}"}}"#, "x".repeat(600_000));
    for id in ["a", "b", "c"] {
        owner.message(id, "s", T, &long);
    }
    let file = world.home().join(".local/share/opencode/opencode.db");
    let database = Database::open(&file).unwrap().unwrap();
    let first = database.messages("s", &Cursor::default()).unwrap();
    assert_eq!((first.records.len(), first.is_cut), (2, true));
    let rest = database.messages("s", &first.records[1].cursor).unwrap();
    assert_eq!((rest.records.len(), rest.is_cut), (1, false));
}
