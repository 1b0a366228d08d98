//! What every [`Ledger`] must do, run against the one in memory and the one in SQLite.

use crate::domain::finding::{FileMark, TokenUse, TurnEnd, TurnPart, TurnPartKind};
use crate::domain::ids::RunnerId;
use crate::domain::time::{Day, Timestamp};
use crate::domain::tokens::{By, Tokens, Used};
use crate::ports::ledger::{Batch, Ledger, LedgerBounds, MARKS_KEPT, Sum, SumQuery};
use crate::testkit::store_contract::runner_id;

/// Nothing of a runner, yet.
pub(crate) fn batch(runner: RunnerId, name: &str) -> Batch {
    Batch {
        runner,
        name: name.to_owned(),
        key: None,
        kind: "claude-code",
        messages: Vec::new(),
        parts: Vec::new(),
        marks: Vec::new(),
    }
}

/// A message of a conversation, with so many tokens out, and many more in.
pub(crate) fn message(conversation: &str, name: &str, at: u64, output: u64) -> TokenUse {
    TokenUse {
        conversation: conversation.to_owned(),
        message: name.to_owned(),
        at: Timestamp(at),
        model: "model-a".to_owned(),
        input: output * 10,
        cache_read: output * 100,
        cache_write: output,
        output,
        cost_micros: None,
    }
}

/// A part of a turn of conversation `c`.
pub(crate) fn part(key: &str, at: u64, what: TurnPartKind) -> TurnPart {
    TurnPart {
        conversation: "c".to_owned(),
        key: key.to_owned(),
        at: Timestamp(at),
        what,
    }
}

const fn day(day: u8) -> Day {
    Day {
        year: 2026,
        month: 11,
        day,
    }
}

fn used(message: &TokenUse) -> Used {
    Used::by(Tokens::of(message), message.cost_micros)
}

fn line(sum: Sum) -> String {
    let (used, name) = (sum.used, sum.name.unwrap_or_default());
    format!(
        "{}|{name}|{}|{}: {} messages, {} sent, {} received, {} told, {} untold",
        sum.of,
        sum.kind,
        sum.model,
        used.messages,
        used.tokens.sent(),
        used.tokens.output,
        used.told_micros,
        used.untold
    )
}

async fn told(ledger: &dyn Ledger, query: SumQuery) -> Vec<String> {
    let sums = ledger.sums(query).await.unwrap();
    sums.into_iter().map(line).collect()
}

/// What there are sums of, without the sums.
async fn groups(ledger: &dyn Ledger, wanted: By) -> Vec<String> {
    let lines = told(ledger, SumQuery::all(wanted)).await;
    let group = |line: &String| line.rsplit_once(": ").unwrap().0.to_owned();
    lines.iter().map(group).collect()
}

/// Two runners with messages that are found again, resumed and forked.
async fn fill(ledger: &dyn Ledger) {
    let (one, two) = (runner_id(1), runner_id(2));
    let first = message("c", "m1", 1000, 1);
    // The record of another block of the same message.
    let again = TokenUse {
        at: Timestamp(1500),
        output: 4,
        ..first.clone()
    };
    let mut of_one = batch(one, "one");
    of_one.key = Some("coda::idea::primary".to_owned());
    of_one.messages = vec![
        (day(1), first.clone()),
        (day(2), again),
        (day(2), message("c", "m2", 2000, 10)),
    ];
    let changes = ledger.record(of_one).await.unwrap();
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[0].before, None);
    let before = ("model-a".to_owned(), used(&first));
    assert_eq!(changes[1].before, Some(before));
    assert_eq!((changes[1].runner, changes[1].day), (one, day(1)));
    assert_eq!(changes[1].after.1.tokens.output, 4);

    let told = |model: &str, name, cost| TokenUse {
        model: model.to_owned(),
        cost_micros: Some(cost),
        ..message("d", name, 3001, 1)
    };
    let mut of_two = batch(two, "two");
    of_two.messages = [
        // Resumed by another runner: it stays with the first one, and so does what was forked.
        message("c", "m2", 2000, 11),
        message("fork", "m1", 1500, 4),
        message("fork", "m2", 2000, 11),
        // Another message that happens to have the same name.
        message("d", "m2", 3000, 100),
        told("model-b", "m3", 70),
        told("model-a", "m4", 7),
    ]
    .map(|message| (day(3), message))
    .into();
    let changes = ledger.record(of_two).await.unwrap();
    assert_eq!(changes.len(), 4, "copies change nothing: {changes:?}");
    assert_eq!(changes[0].runner, one);

    let mut other = batch(one, "one");
    other.kind = "codex";
    other.messages = vec![(day(3), message("c", "m1", 1000, 5))];
    ledger.record(other).await.unwrap();
}

/// Checks sums, in an empty ledger.
pub(crate) async fn check_sums(ledger: &dyn Ledger) {
    assert!(told(ledger, SumQuery::all(By::Day)).await.is_empty());
    fill(ledger).await;
    let (one, two) = (runner_id(1), runner_id(2));
    assert_eq!(
        told(ledger, SumQuery::all(By::Day)).await,
        [
            "2026-11-01||claude-code|model-a: 1 messages, 111 sent, 4 received, 0 told, 1 untold",
            "2026-11-02||claude-code|model-a: 1 messages, 1221 sent, 11 received, 0 told, 1 untold",
            "2026-11-03||claude-code|model-a: 2 messages, 11211 sent, 101 received, 7 told, 1 untold",
            "2026-11-03||claude-code|model-b: 1 messages, 111 sent, 1 received, 70 told, 0 untold",
            "2026-11-03||codex|model-a: 1 messages, 555 sent, 5 received, 0 told, 1 untold",
        ]
    );
    assert_eq!(
        groups(ledger, By::Runner).await,
        [
            format!("{one}|one|claude-code|model-a"),
            format!("{one}|one|codex|model-a"),
            format!("{two}|two|claude-code|model-a"),
            format!("{two}|two|claude-code|model-b"),
        ]
    );
    assert_eq!(
        groups(ledger, By::Model).await,
        [
            "model-a||claude-code|model-a",
            "model-a||codex|model-a",
            "model-b||claude-code|model-b",
        ]
    );
    assert_eq!(
        groups(ledger, By::Kind).await,
        [
            "claude-code||claude-code|model-a",
            "claude-code||claude-code|model-b",
            "codex||codex|model-a",
        ]
    );
    assert_eq!(
        groups(ledger, By::Key).await,
        [
            "||claude-code|model-a",
            "||claude-code|model-b",
            "||codex|model-a",
            "coda::idea::primary||claude-code|model-a",
        ]
    );
    check_parts(ledger).await;
}

/// Sums of a part of the messages, and what is left of all.
async fn check_parts(ledger: &dyn Ledger) {
    let (one, two) = (runner_id(1), runner_id(2));
    let part = SumQuery {
        since: Some(Timestamp(2000)),
        runner: Some(one),
        ..SumQuery::all(By::Day)
    };
    let part = told(ledger, part).await;
    assert_eq!(part.len(), 1, "{part:?}");
    assert!(part[0].starts_with("2026-11-02"), "{part:?}");

    let of_day = SumQuery {
        day: Some(day(3)),
        ..SumQuery::all(By::Day)
    };
    assert_eq!(told(ledger, of_day).await.len(), 3);

    let bounds = LedgerBounds {
        messages_since: Timestamp(3000),
        turns_since: Timestamp(0),
        turn_bytes: u64::MAX,
    };
    assert_eq!(ledger.prune(bounds).await.unwrap(), 3);
    ledger.forget(two).await.unwrap();
    let left = groups(ledger, By::Runner).await;
    assert_eq!(left.len(), 2, "what was spent stays: {left:?}");
    assert!(left[0].starts_with(&format!("{two}|two|")), "{left:?}");
}

/// One part of each sort.
pub(crate) fn parts() -> Vec<TurnPart> {
    let call = TurnPartKind::ToolCall {
        call: "t1".to_owned(),
        tool: "Bash".to_owned(),
        input: "make".to_owned(),
    };
    let asked = TurnPartKind::ApprovalAsked {
        tool: "Bash".to_owned(),
    };
    let result = TurnPartKind::ToolResult {
        call: "t1".to_owned(),
        succeeded: false,
        took_ms: Some(7),
        output: "no rule\n\t\"all\"".to_owned(),
    };
    let end = |how, took_ms| TurnPartKind::End { how, took_ms };
    vec![
        part(
            "1",
            10,
            TurnPartKind::Prompt("Build \"it\" \u{4fee}".to_owned()),
        ),
        part("2", 20, call),
        part("3", 20, asked),
        part("4", 30, result),
        part("5", 40, TurnPartKind::Answer("Done.".to_owned())),
        part("6", 50, end(TurnEnd::Finished, Some(40))),
        part("7", 60, end(TurnEnd::Interrupted, None)),
        part("8", 70, end(TurnEnd::Failed("529".to_owned()), None)),
    ]
}

fn keys(parts: &[TurnPart]) -> Vec<&str> {
    parts.iter().map(|part| part.key.as_str()).collect()
}

/// Checks turns, in an empty ledger.
pub(crate) async fn check_turns(ledger: &dyn Ledger) {
    let (one, two) = (runner_id(1), runner_id(2));
    let mut all = batch(one, "one");
    all.parts = parts();
    ledger.record(all).await.unwrap();
    let turns = ledger.turns(one, 100).await.unwrap();
    assert_eq!((turns.parts, turns.unreadable), (parts(), 0));

    let longer = TurnPartKind::Answer("Done. All.".to_owned());
    let over = TurnPartKind::End {
        how: TurnEnd::Finished,
        took_ms: None,
    };
    let prompt = TurnPartKind::Prompt("found late".to_owned());
    let mut again = batch(two, "two");
    again.parts = vec![
        part("5", 999, longer.clone()),
        part("6", 999, over),
        part("9", 80, prompt.clone()),
        part("0", 5, prompt),
    ];
    ledger.record(again).await.unwrap();
    let newest = ledger.turns(one, 4).await.unwrap().parts;
    assert_eq!(keys(&newest), ["5", "6", "7", "8"], "it keeps its place");
    assert_eq!(newest[0].what, longer);
    assert_eq!(
        newest[1].what,
        parts()[5].what,
        "how long it took is not forgotten"
    );
    let of_two = ledger.turns(two, 9).await.unwrap().parts;
    assert_eq!(keys(&of_two), ["0", "9"]);

    let bounds = |turns_since, turn_bytes| LedgerBounds {
        messages_since: Timestamp(0),
        turns_since: Timestamp(turns_since),
        turn_bytes,
    };
    assert_eq!(ledger.prune(bounds(20, u64::MAX)).await.unwrap(), 2);
    assert_eq!(ledger.turns(one, 1).await.unwrap().parts.len(), 1);
    ledger.forget(one).await.unwrap();
    assert!(ledger.turns(one, 9).await.unwrap().parts.is_empty());
    assert_eq!(keys(&ledger.turns(two, 9).await.unwrap().parts), ["9"]);
    assert_eq!(ledger.prune(bounds(0, 0)).await.unwrap(), 1);
}

/// Checks marks, in an empty ledger.
pub(crate) async fn check_marks(ledger: &dyn Ledger) {
    let (one, two) = (runner_id(1), runner_id(2));
    let mark = |name: &str, offset| FileMark {
        path: format!("/{name}").into(),
        inode: u64::MAX,
        offset,
    };
    let marked = |runner, marks| Batch {
        marks,
        ..batch(runner, "x")
    };
    assert!(ledger.marks(one).await.unwrap().is_empty());
    let marks = vec![mark("a", 1), mark("b", 2), mark("a", 3)];
    ledger.record(marked(one, marks)).await.unwrap();
    let other = marked(two, vec![mark("a", 9)]);
    ledger.record(other).await.unwrap();
    let expected = [mark("b", 2), mark("a", 3)];
    assert_eq!(ledger.marks(one).await.unwrap(), expected);
    let many = (1..MARKS_KEPT).map(|n| mark(&n.to_string(), 5)).collect();
    ledger.record(marked(one, many)).await.unwrap();
    let kept = ledger.marks(one).await.unwrap();
    assert_eq!((kept.len(), &kept[0]), (MARKS_KEPT, &mark("a", 3)));
    ledger.forget(one).await.unwrap();
    assert!(ledger.marks(one).await.unwrap().is_empty());
    assert_eq!(ledger.marks(two).await.unwrap(), [mark("a", 9)]);
}
