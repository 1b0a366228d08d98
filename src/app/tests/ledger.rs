//! What is found of agents: counted once, shown beside the runner, gone on with by the next daemon.

use super::*;
use crate::domain::finding::{
    ContextUse, Conversation, FileMark, Finding, RateLimit, TokenUse, TurnEnd, TurnPart,
    TurnPartKind,
};
use crate::domain::kind::Kind;
use crate::domain::price::{Price, PriceTable};
use crate::domain::tokens::{By, Spent};

/// The day on which the clock of tests begins.
const TODAY: u64 = 1_700_000_000_000;
const DAY_MS: u64 = 24 * 3_600_000;

/// Three dollars a million in, fifteen out, a tenth for what was cached.
fn priced() -> Settings {
    let price = Price {
        input: 3_000_000,
        cache_read: 300_000,
        cache_write: 3_750_000,
        output: 15_000_000,
        window: Some(1_000_000),
    };
    Settings {
        prices: PriceTable::new("2026-01-31", vec![("priced".to_owned(), price)]),
        ..Settings::default()
    }
}

/// A core with one runner, `one`, that had been given a key.
async fn with_one() -> (Core, RunnerId) {
    let core = Core::with(FakeMux::new(), Arc::default(), priced());
    let request = NewRunner {
        key: Some("idea".to_owned()),
        ..named("one")
    };
    let id = core.new_runner(request).await.unwrap().runner.id;
    (core, id)
}

fn kind(name: &str) -> &'static Kind {
    Kind::named(name).unwrap()
}

fn used(message: &str, at: u64, [input, cache_read, output]: [u64; 3]) -> TokenUse {
    TokenUse {
        conversation: "c".to_owned(),
        message: message.to_owned(),
        at: Timestamp(at),
        model: "priced-1".to_owned(),
        input,
        cache_read,
        cache_write: 0,
        output,
        cost_micros: None,
    }
}

fn tokens(message: &str, counts: [u64; 3]) -> Finding {
    Finding::Tokens(used(message, TODAY, counts))
}

fn mark(offset: u64) -> Finding {
    Finding::Read(FileMark {
        path: "/session.jsonl".into(),
        inode: 7,
        offset,
    })
}

fn part(key: &str, at: u64, what: TurnPartKind) -> Finding {
    Finding::Turn(TurnPart {
        conversation: "c".to_owned(),
        key: key.to_owned(),
        at: Timestamp(at),
        what,
    })
}

async fn spending(core: &Core, name: &str) -> Spending {
    let now = core.app.show(name.to_owned()).await.unwrap();
    now.spending.map(|of| (*of).clone()).unwrap_or_default()
}

fn sent_and_received(spent: Spent) -> (u64, u64, u64) {
    let tokens = spent.tokens;
    (spent.messages, tokens.sent(), tokens.output)
}

/// The streams of findings that recorded sessions give, and what the provider had really counted.
#[tokio::test(start_paused = true)]
async fn sums_are_what_the_provider_counted_and_not_what_the_files_repeat() {
    // claude writes a record for each block of a message, each with the usage of the whole message.
    let claude = [
        ("m1", [7090, 7090, 177]),
        ("m1", [7090, 7090, 177]),
        ("m2", [7217, 7216, 300]),
        ("m3", [7389, 7388, 50]),
        ("m4", [7432, 7431, 49]),
        ("m4", [7432, 7431, 49]),
        ("m5", [7490, 7489, 50]),
    ];
    // codex says of the input with what was cached, which the reader has taken out of it.
    let codex = [
        ("r1", [6663, 6663, 206]),
        ("r2", [6843, 6843, 300]),
        ("r3", [7037, 7036, 50]),
        ("r4", [7104, 7104, 77]),
        ("r5", [7214, 7213, 50]),
    ];
    // gemini writes a record again when its tools are filled in.
    let gemini = [
        ("g1", [13008, 0, 180]),
        ("g1", [13008, 0, 180]),
        ("g2", [13307, 0, 300]),
        ("g3", [13628, 0, 50]),
        ("g4", [13710, 0, 52]),
        ("g4", [13710, 0, 52]),
        ("g5", [13867, 0, 50]),
    ];
    let opencode = [
        ("o1", [4085, 4085, 177]),
        ("o2", [4209, 4209, 300]),
        ("o3", [4375, 4374, 50]),
        ("o4", [4414, 4413, 49]),
        ("o5", [4467, 4467, 50]),
    ];
    for (agent, records, naive, exact) in [
        ("claude-code", &claude[..], (102_275, 852), (73_232, 626)),
        ("codex", &codex, (69_720, 683), (69_720, 683)),
        ("gemini", &gemini, (94_238, 864), (67_520, 632)),
        ("opencode", &opencode, (43_098, 626), (43_098, 626)),
    ] {
        let sum = records.iter().fold((0, 0), |sum, (_, counts)| {
            (sum.0 + counts[0] + counts[1], sum.1 + counts[2])
        });
        assert_eq!(sum, naive, "{agent}: what adding up everything gives");
        let (core, id) = with_one().await;
        let findings = || records.iter().map(|(name, counts)| tokens(name, *counts));
        // All of it twice: as if the file had been read again from its beginning.
        for _ in 0..2 {
            let findings = findings().collect();
            let taken = core.app.take_findings(id, kind(agent), findings).await;
            taken.unwrap();
        }
        let usage = core.app.usage(By::Kind, None, None).await.unwrap();
        let expected = (5, exact.0, exact.1);
        assert_eq!(sent_and_received(usage.total), expected, "{agent}");
        assert_eq!(usage.rows[0].of, agent);
        let shown = spending(&core, "one").await;
        assert_eq!(
            shown.total, usage.total,
            "{agent}: what is shown is the same"
        );
        assert_eq!(shown.today, usage.total);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_agent_says_of_its_cost_goes_first_and_no_price_is_no_cost() {
    let (core, id) = with_one().await;
    let told = |message: &str, model: &str, cost_micros| {
        let model = model.to_owned();
        Finding::Tokens(TokenUse {
            model,
            cost_micros,
            ..used(message, TODAY, [1_000_000, 0, 0])
        })
    };
    let findings = vec![
        told("1", "priced", None),
        told("2", "priced", Some(5)),
        told("3", "stub-model", Some(70)),
        told("4", "stub-model", None),
    ];
    let aider = kind("aider");
    core.app.take_findings(id, aider, findings).await.unwrap();
    let usage = core.app.usage(By::Model, None, None).await.unwrap();
    let costs = usage.rows.iter().map(|row| {
        let spent = row.spent;
        (row.of.as_str(), spent.cost_micros, spent.unpriced)
    });
    let costs: Vec<_> = costs.collect();
    assert_eq!(costs, [("priced", 3_000_005, 0), ("stub-model", 70, 1)]);
    assert_eq!(usage.total.cost_micros, 3_000_075);
    assert_eq!(Vec::from_iter(&usage.unpriced), ["stub-model"]);
    assert_eq!(usage.prices_as_of, "2026-01-31");
}

#[tokio::test(start_paused = true)]
async fn usage_is_summed_up_by_whatever_is_asked_for() {
    let (core, id) = with_one().await;
    let two = core.new_runner(named("two")).await.unwrap().runner.id;
    let before = |message: &str, days: u64| {
        Finding::Tokens(used(message, TODAY - days * DAY_MS, [10, 0, 1]))
    };
    let (claude, codex) = (kind("claude-code"), kind("codex"));
    let of_one = vec![before("1", 2), before("2", 1), before("3", 0)];
    core.app.take_findings(id, claude, of_one).await.unwrap();
    let of_two = vec![before("4", 1)];
    core.app.take_findings(two, codex, of_two).await.unwrap();
    let of = async |by, since: Option<u64>, runner: Option<&str>| {
        let (since, runner) = (since.map(Timestamp), runner.map(str::to_owned));
        let usage = core.app.usage(by, since, runner).await.unwrap();
        let rows = usage.rows.into_iter();
        rows.map(|row| (row.name.unwrap_or(row.of), row.spent.messages))
            .collect::<Vec<_>>()
    };
    let row = |name: &str, messages| (name.to_owned(), messages);
    let days = of(By::Day, None, None).await;
    assert_eq!(days.iter().map(|day| day.1).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(of(By::Day, Some(TODAY - DAY_MS), None).await, days[1..]);
    assert_eq!(
        of(By::Runner, None, None).await,
        [row("one", 3), row("two", 1)]
    );
    assert_eq!(
        of(By::Kind, None, None).await,
        [row("claude-code", 3), row("codex", 1)]
    );
    assert_eq!(
        of(By::Key, None, None).await,
        [row("", 1), row("coda::idea::primary", 3)]
    );
    assert_eq!(of(By::Kind, None, Some("two")).await, [row("codex", 1)]);
    assert_eq!(spending(&core, "one").await.today.messages, 1);

    core.app
        .rename("one".to_owned(), "uno".to_owned())
        .await
        .unwrap();
    assert_eq!(of(By::Runner, None, Some("uno")).await, [row("uno", 3)]);
    core.app.forget("uno".to_owned()).await.unwrap();
    let id = id.to_string();
    assert_eq!(
        of(By::Runner, None, Some(&id)).await,
        [row("one", 3)],
        "what was spent stays, under the name that was written down"
    );
    let nobody = core.app.usage(By::Day, None, Some("uno".to_owned())).await;
    assert!(matches!(nobody, Err(AppError::RunnerNotFound { .. })));
}

#[tokio::test(start_paused = true)]
async fn context_and_limits_are_the_latest() {
    let (core, id) = with_one().await;
    let context = |used| {
        let window = Some(200_000);
        Finding::Context(ContextUse { used, window })
    };
    let limit = |window: &str, used_permille| {
        Finding::Limit(RateLimit {
            window: window.to_owned(),
            used_permille,
            resets_at: None,
        })
    };
    let conversation = |id: &str| {
        Finding::Conversation(Conversation {
            id: id.to_owned(),
            version: None,
            file: None,
        })
    };
    let take = async |findings| {
        let codex = kind("codex");
        core.app.take_findings(id, codex, findings).await.unwrap();
        let shown = spending(&core, "one").await;
        let limits: Vec<u32> = shown.limits.iter().map(|one| one.used_permille).collect();
        (shown.context.map(|context| context.used), limits)
    };
    let mut changes = core.app.subscribe().await.unwrap();
    let first = vec![conversation("c"), context(5), limit("5h", 10)];
    assert_eq!(take(first).await, (Some(5), vec![10]));
    let told = changes.changes.recv().await.unwrap();
    assert!(
        format!("{told:?}").contains("used_permille: 10"),
        "{told:?}"
    );
    let second = vec![context(9), limit("weekly", 3), limit("5h", 20)];
    assert_eq!(take(second).await, (Some(9), vec![3, 20]));
    assert_eq!(take(vec![conversation("c")]).await.0, Some(9), "the same");
    assert_eq!(take(vec![conversation("d")]).await.0, None, "another one");

    let untold = Finding::Context(ContextUse {
        used: 7,
        window: None,
    });
    take(vec![untold]).await;
    let window = async || spending(&core, "one").await.context.unwrap().window;
    assert_eq!(window().await, None);
    take(vec![tokens("1", [1, 1, 1])]).await;
    assert_eq!(
        window().await,
        Some(1_000_000),
        "as is believed of the model"
    );
}

#[tokio::test(start_paused = true)]
async fn the_next_daemon_knows_what_was_spent_and_where_to_read_on() {
    let lasting = Lasting::new();
    lasting.mux.user_session("work").await;
    let daemon = lasting.daemon().await;
    let target = RegisterTarget::Session("work".to_owned());
    let registered = daemon.app.register(target, Registration::default()).await;
    let runner = registered.unwrap().runner.runner;
    let name = runner.name.as_str();
    let findings = vec![tokens("1", [10, 20, 3]), mark(100)];
    let claude = kind("claude-code");
    daemon
        .app
        .take_findings(runner.id, claude, findings)
        .await
        .unwrap();
    let before = spending(&daemon, name).await;
    assert_eq!(sent_and_received(before.today), (1, 30, 3));
    lasting.crash(daemon).await;

    let daemon = lasting.daemon().await;
    assert_eq!(spending(&daemon, name).await, before);
    let marks = daemon.app.marks_of(runner.id).await;
    assert_eq!(marks[0].offset, 100);
    // Another block of the same message, and a new message.
    let findings = vec![tokens("1", [10, 20, 4]), tokens("2", [1, 0, 1])];
    daemon
        .app
        .take_findings(runner.id, claude, findings)
        .await
        .unwrap();
    let after = spending(&daemon, name).await;
    assert_eq!(sent_and_received(after.total), (2, 31, 5));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_written_is_found_again() {
    let store = Arc::<MemoryStore>::default();
    let core = Core::with(FakeMux::new(), store.clone(), priced());
    let id = core.new_runner(named("one")).await.unwrap().runner.id;
    let claude = kind("claude-code");
    let take = |findings| core.app.take_findings(id, claude, findings);
    take(vec![tokens("1", [1, 0, 0]), mark(1)]).await.unwrap();
    store.ledger.set_full(true);
    let refused = take(vec![tokens("2", [1, 0, 0]), mark(2)]).await;
    assert!(matches!(refused, Err(AppError::Store(_))), "{refused:?}");
    store.ledger.set_full(false);
    take(vec![tokens("3", [1, 0, 0]), mark(3)]).await.unwrap();
    assert_eq!(spending(&core, "one").await.total.messages, 2);

    assert_eq!(core.app.marks_of(id).await[0].offset, 1, "before the gap");
    let again = vec![
        tokens("2", [1, 0, 0]),
        mark(2),
        tokens("3", [1, 0, 0]),
        mark(3),
    ];
    take(again).await.unwrap();
    assert_eq!(spending(&core, "one").await.total.messages, 3);
    assert_eq!(core.app.marks_of(id).await[0].offset, 3);
}

#[tokio::test(start_paused = true)]
async fn a_long_file_is_taken_in_pieces_and_nonsense_is_passed_over() {
    let (core, id) = with_one().await;
    let mut findings: Vec<Finding> = (0..1234)
        .map(|n| tokens(&n.to_string(), [1, 1, 1]))
        .collect();
    findings.push(tokens("", [5, 5, 5]));
    findings.push(tokens(&"x".repeat(100_000), [5, 5, 5]));
    findings.push(mark(9));
    let claude = kind("claude-code");
    core.app.take_findings(id, claude, findings).await.unwrap();
    let shown = spending(&core, "one").await;
    assert_eq!(sent_and_received(shown.total), (1234, 2468, 1234));
    assert_eq!(core.app.marks_of(id).await.len(), 1);
    let gone = core.app.forget("one".to_owned()).await.unwrap().runner.id;
    let late = core.app.take_findings(gone, claude, Vec::new()).await;
    assert!(matches!(late, Err(AppError::RunnerNotFound { .. })));
}

#[tokio::test(start_paused = true)]
async fn turns_are_told_in_order_the_newest_of_them() {
    let (core, id) = with_one().await;
    let turn = |n: u64| {
        let at = TODAY + n * 60_000;
        let call = TurnPartKind::ToolCall {
            call: format!("t{n}"),
            tool: "Bash".to_owned(),
            input: "make".to_owned(),
        };
        let end = TurnPartKind::End {
            how: TurnEnd::Finished,
            took_ms: None,
        };
        [
            part(
                &format!("p{n}"),
                at,
                TurnPartKind::Prompt(format!("Do {n}")),
            ),
            part(&format!("t{n}"), at + 1, call),
            part(&format!("e{n}"), at + 9, end),
        ]
    };
    let claude = kind("claude-code");
    // Found in another order than that in which it happened.
    for n in [2, 0, 1] {
        let findings = turn(n).into();
        core.app.take_findings(id, claude, findings).await.unwrap();
    }
    let told = async |limit| {
        let now = core.app.turns("one".to_owned(), limit).await.unwrap();
        let turns = now.turns.into_iter();
        turns
            .map(|turn| {
                (
                    turn.prompt.unwrap_or_default(),
                    turn.steps.len(),
                    turn.took_ms,
                )
            })
            .collect::<Vec<_>>()
    };
    let row = |prompt: &str| (prompt.to_owned(), 1, Some(9));
    assert_eq!(told(None).await, [row("Do 0"), row("Do 1"), row("Do 2")]);
    assert_eq!(told(Some(2)).await, [row("Do 1"), row("Do 2")]);

    let long = (0..100).map(|n| {
        let text = TurnPartKind::Answer("x".repeat(TurnPartKind::LONGEST));
        let at = TODAY + 3_600_000 + n * 2;
        let prompt = TurnPartKind::Prompt(format!("Long {n}"));
        [
            part(&format!("l{n}"), at, prompt),
            part(&format!("a{n}"), at + 1, text),
        ]
    });
    let findings = long.flatten().collect();
    core.app.take_findings(id, claude, findings).await.unwrap();
    let fitting = told(Some(100)).await.len();
    assert!(
        (60..64).contains(&fitting),
        "{fitting} turns of 16 KiB in 1 MiB"
    );
}
