//! Aider, from its log and its history in a repository of the test.

use super::super::testing::World;
use crate::domain::finding::Finding;
use crate::domain::occupant::Occupant;
use crate::domain::sign::{Doing, Reason};

/// What other aiders wrote before, and what ours does; shortened from a recorded one.
const LOG: &str = r#"{"event":"message_send","properties":{"main_model":"m","prompt_tokens":9,"completion_tokens":9,"cost":1.0},"time":1600000000}
{"event":"launched","properties":{},"time":1795200433}
{"event":"message_send_starting","properties":{},"time":1795201606}
{"event":"message_send","properties":{"main_model":"openai/stub-model","prompt_tokens":2521,"completion_tokens":210,"cost":0.010713,"total_cost":0.010713},"time":1795201615}
{"event":"message_send","properties":{"main_model":"openai/stub-model","prompt_tokens":2816,"completion_tokens":57,"cost":0.009303,"total_cost":0.020016},"time":1795201785}
"#;

const HISTORY: &str = "
# aider chat started at 2020-01-01 10:00:00

#### an old prompt  

> Tokens: 9k sent, 9 received.  

# aider chat started at 2026-11-26 21:31:38

> Aider v0.86.2  
> Model: openai/stub-model with diff edit format  

#### do it  
#### in two lines  

alpha
echo papa

> Tokens: 2.5k sent, 1.1k cache hit, 210 received. Cost: $0.0107 message, $0.01 session.  
> Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: y  

#### once more  
>  
> ^C again to exit  
";

/// The machine began so that an aider of the test began some seconds before it told of that in [`LOG`].
fn began_before_the_log(world: &World) {
    let stat = world.dir.path().join("proc/stat");
    std::fs::write(stat, "btime 1795200400\n").unwrap();
}

fn aider(world: &World, args: &[&str]) -> Occupant {
    let repository = world.home().join("repo");
    std::fs::create_dir_all(repository.join(".git")).unwrap();
    let mut aider = world.agent("aider", 81, "/elsewhere");
    aider.cwd = Some(repository);
    aider.args.extend(args.iter().map(|arg| (*arg).to_owned()));
    aider
}

#[tokio::test]
async fn the_log_has_exact_tokens_and_cost() {
    let world = World::new();
    began_before_the_log(&world);
    let aider = aider(&world, &["--analytics-log", "log.jsonl"]);
    let log = world.write("repo/log.jsonl", LOG);
    let history = world.write("repo/.aider.chat.history.md", HISTORY);
    let mut found = world.follow(&aider).await;
    found.read(&log).await;
    found.read(&history).await;
    assert_eq!(found.sums(), (2521 + 2816, 210 + 57));
    let cost: Option<u64> = found.tokens().iter().map(|one| one.cost_micros).sum();
    assert_eq!(cost, Some(10_713 + 9_303));
    assert_eq!(found.complaints(), Vec::<&str>::new());
    insta::assert_snapshot!(found.log(), @r"
    > do it/in two lines
    < alpha/echo papa
    > once more
    Interrupted None
    ");
    world.append(
        "repo/log.jsonl",
        "{\"event\":\"message_send_starting\",\"time\":1895201800}\n",
    );
    found.sign(Doing::Working, Reason::Working).await;
}

#[tokio::test]
async fn without_a_log_the_rounded_counts_of_the_history_are_told_as_such() {
    let world = World::new();
    let mut aider = aider(&world, &[]);
    // The history is that of the repository, wherever in it aider was started.
    aider.cwd = Some(aider.cwd.unwrap().join("src"));
    let history = world.write("repo/.aider.chat.history.md", HISTORY);
    let mut found = world.follow(&aider).await;
    found.read(&history).await;
    let tokens = &found.tokens()[0];
    assert_eq!(
        (tokens.input, tokens.cache_read, tokens.output),
        (1400, 1100, 210)
    );
    assert_eq!(
        (tokens.cost_micros, tokens.model.as_str()),
        (Some(10_700), "openai/stub-model")
    );
    assert_eq!(found.tokens().len(), 1);
    assert!(found.complaints()[0].contains("not exact"));
}

#[tokio::test]
async fn files_that_the_command_line_or_the_environment_names_are_read() {
    let world = World::new();
    began_before_the_log(&world);
    let mut aider = aider(&world, &["--chat-history-file=mine.md"]);
    let log = world.write("a.log", LOG);
    aider
        .env
        .insert("AIDER_ANALYTICS_LOG".to_owned(), log.display().to_string());
    let history = world.write("repo/mine.md", HISTORY);
    let mut found = world.follow(&aider).await;
    found.read(&log).await;
    found.read(&history).await;
    assert_eq!(found.tokens().len(), 2);
}

#[tokio::test]
async fn with_two_in_one_directory_nothing_is_guessed() {
    let world = World::new();
    let aider = aider(&world, &[]);
    let cwd = aider.cwd.clone().unwrap();
    world.agent("aider", 82, cwd.to_str().unwrap());
    world.runs(82, &["python3", "/usr/bin/aider"]);
    world.write("repo/.aider.chat.history.md", HISTORY);
    let mut found = world.follow(&aider).await;
    let is_told = |finding: &Finding| matches!(finding, Finding::Degraded(text) if text.contains("Several aiders"));
    found.until("that it is not known", is_told).await;
    assert_eq!(found.all.len(), 1);
}

#[tokio::test]
async fn from_where_another_one_begins_to_write_nothing_is_read_any_more() {
    let world = World::new();
    began_before_the_log(&world);
    let aider = aider(&world, &["--analytics-log", "log.jsonl"]);
    world.write("repo/log.jsonl", LOG);
    world.write("repo/.aider.chat.history.md", HISTORY);
    // In another directory of the repository: no process of ours tells of it.
    world.append(
        "repo/log.jsonl",
        r#"{"event":"launched","properties":{},"time":1795201800}
{"event":"message_send","properties":{"main_model":"m","prompt_tokens":7,"completion_tokens":7},"time":1795201801}
"#,
    );
    world.append(
        "repo/.aider.chat.history.md",
        "\n# aider chat started at 2026-11-26 22:31:38\n\n#### of another  \n\n> ^C again to exit\n",
    );
    let [log, history] =
        ["log.jsonl", ".aider.chat.history.md"].map(|file| world.home().join("repo").join(file));
    let mut found = world.follow(&aider).await;
    found.read(&log).await;
    found.read(&history).await;
    assert_eq!(found.sums(), (2521 + 2816, 210 + 57));
    assert!(!found.log().contains("of another"), "{}", found.log());
    assert!(found.log().contains("> once more"), "{}", found.log());
    let told = |what: &str| found.complaints().iter().any(|text| text.contains(what));
    assert!(told("history of this one") && told("log of this one"));
}

#[tokio::test]
async fn of_two_in_one_directory_a_file_that_only_ours_names_is_read() {
    let world = World::new();
    let aider = aider(&world, &["--chat-history-file", "mine.md"]);
    let cwd = aider.cwd.clone().unwrap();
    world.agent("aider", 82, cwd.to_str().unwrap());
    world.runs(82, &["python3", "/usr/bin/aider"]);
    let history = world.write("repo/mine.md", HISTORY);
    let mut found = world.follow(&aider).await;
    found.read(&history).await;
    assert!(found.log().contains("> do it"), "{}", found.log());
    // It is named in another way, but it is the same.
    world.runs(
        82,
        &["python3", "aider", "--chat-history-file=../repo/mine.md"],
    );
    world.append("repo/mine.md", "\n#### of whom  \n\n> ^C again to exit\n");
    let is_told = |finding: &Finding| matches!(finding, Finding::Degraded(text) if text.contains("write one history"));
    found.until("that it is not known", is_told).await;
    assert!(!found.log().contains("of whom"), "{}", found.log());
}
