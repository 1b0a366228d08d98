//! `metrics`: everything that is measured, in the text format of Prometheus. Never starts a daemon: a collector asks again and
//! again, and is no reason for one.

mod spending;

use crate::cli::client::PATIENCE;
use crate::cli::context::{Context, missing};
use crate::cli::exposition::{Exposition, Labels, Type, thousandths};
use crate::cli::failure::Failure;
use crate::cli::start::Start;
use crate::wire::{DaemonView, Empty, GetStats, Request, StatsView, UsageView};

/// Every status, so that a count of none is a zero and not a hole.
const STATUSES: [&str; 10] = [
    "starting",
    "running",
    "waiting",
    "idle",
    "paused",
    "completed",
    "failed",
    "stopped",
    "errored",
    "unknown",
];

pub(crate) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let mut client = context.connect(Start::Never)?;
    let question = Request::GetStats(GetStats::default());
    let answer = client.ask(question, Some(PATIENCE))?;
    let stats = answer.stats.ok_or_else(|| missing("stats"))?;
    let about = client.ask(Request::DaemonStatus(Empty {}), Some(PATIENCE))?;
    let daemon = about.daemon.ok_or_else(|| missing("daemon"))?;
    let mut text = Exposition::default();
    counts(&mut text, &stats);
    usage(&mut text, &stats);
    output(&mut text, &stats);
    life(&mut text, &stats);
    of_daemon(&mut text, &daemon, answer.daemon_usage);
    spending::tell(&mut text, &mut client)?;
    text.into_lines()
        .into_iter()
        .try_for_each(|line| context.output.answer(line))
}

fn labels(stats: &StatsView) -> Labels<'_> {
    vec![
        ("runner", &stats.name),
        ("id", &stats.runner_id),
        ("kind", &stats.kind),
    ]
}

fn with_status<'a>(stats: &'a StatsView, status: &'a str) -> Labels<'a> {
    let mut labels = labels(stats);
    labels.push(("status", status));
    labels
}

/// Samples of the runners of which there is a value.
fn each<V>(
    stats: &[StatsView],
    value: impl Fn(&StatsView) -> Option<V>,
) -> impl Iterator<Item = (Labels<'_>, V)> {
    stats
        .iter()
        .filter_map(move |stats| Some((labels(stats), value(stats)?)))
}

fn counts(text: &mut Exposition, stats: &[StatsView]) {
    let count = |status: &str| stats.iter().filter(|one| one.status == status).count();
    text.family(
        "runners",
        Type::Gauge,
        "Runners in the list, by status.",
        STATUSES.map(|status| (vec![("status", status)], count(status))),
    );
    text.family(
        "runner_status",
        Type::Gauge,
        "1 for the status that a runner has.",
        stats.iter().map(|one| (with_status(one, &one.status), 1)),
    );
}

fn usage(text: &mut Exposition, stats: &[StatsView]) {
    type Of = fn(&StatsView) -> Option<UsageView>;
    let sorts: [(&str, &str, Of); 2] = [
        ("", "at present", |one| one.usage),
        ("_peak", "the most ever measured", |one| one.peak),
    ];
    for (ending, when, of) in sorts {
        text.family(
            &format!("runner_cpu{ending}_cores"),
            Type::Gauge,
            &format!("Cores that a runner's processes use, {when}; 1 is one core at full."),
            each(stats, |one| {
                let permille = of(one)?.cpu_permille?;
                Some(thousandths(permille.into()))
            }),
        );
        text.family(
            &format!("runner_memory{ending}_bytes"),
            Type::Gauge,
            &format!("Resident memory of a runner's processes, {when}."),
            each(stats, |one| Some(of(one)?.memory_bytes)),
        );
        text.family(
            &format!("runner_processes{ending}"),
            Type::Gauge,
            &format!("Processes of a runner, {when}."),
            each(stats, |one| Some(of(one)?.processes)),
        );
    }
}

fn output(text: &mut Exposition, stats: &[StatsView]) {
    text.family(
        "runner_output_bytes_total",
        Type::Counter,
        "Bytes that a runner's pane printed.",
        each(stats, |one| Some(one.output_bytes)),
    );
    text.family(
        "runner_log_entries_total",
        Type::Counter,
        "Entries of a runner's log.",
        each(stats, |one| Some(one.log_entries)),
    );
    text.family(
        "runner_last_output_timestamp_seconds",
        Type::Gauge,
        "When a runner's pane last printed, since 1970.",
        each(stats, |one| one.last_output_at_ms.map(thousandths)),
    );
    text.family(
        "runner_transcript_bytes",
        Type::Gauge,
        "Bytes of output in a runner's transcript.",
        each(stats, |one| Some(one.transcript_bytes)),
    );
    text.family(
        "runner_transcript_disk_bytes",
        Type::Gauge,
        "Bytes that a runner's transcript takes on disk.",
        each(stats, |one| Some(one.disk_bytes)),
    );
}

fn life(text: &mut Exposition, stats: &[StatsView]) {
    text.family(
        "runner_status_changes_total",
        Type::Counter,
        "Changes of a runner's status.",
        each(stats, |one| Some(one.status_changes)),
    );
    text.family(
        "runner_status_seconds",
        Type::Gauge,
        "Time that the present run of a runner spent in a status.",
        stats.iter().flat_map(|one| {
            let times = one.status_ms.iter();
            times.map(|(status, ms)| (with_status(one, status), thousandths(*ms)))
        }),
    );
    text.family(
        "runner_attach_latency_seconds",
        Type::Gauge,
        "Time from when the daemon knew of a run until its pane was watched.",
        each(stats, |one| one.attach_latency_ms.map(thousandths)),
    );
}

fn of_daemon(text: &mut Exposition, daemon: &DaemonView, usage: Option<UsageView>) {
    let mut one = |name: &str, help: &str, value: Option<String>| {
        let samples = value.map(|value| (Vec::new(), value));
        text.family(&format!("daemon_{name}"), Type::Gauge, help, samples);
    };
    one(
        "start_time_seconds",
        "When the daemon began, since 1970.",
        Some(thousandths(daemon.started_at_ms)),
    );
    one(
        "connections",
        "Open connections to the daemon, this one included.",
        Some(daemon.connections.to_string()),
    );
    one(
        "warnings",
        "Warnings of the daemon that a person should see.",
        Some(daemon.warnings.len().to_string()),
    );
    let cpu = usage.and_then(|usage| usage.cpu_permille);
    one(
        "cpu_cores",
        "Cores that the daemon and its helpers use at present.",
        cpu.map(|permille| thousandths(permille.into())),
    );
    one(
        "memory_bytes",
        "Resident memory of the daemon and its helpers.",
        usage.map(|usage| usage.memory_bytes.to_string()),
    );
    one(
        "processes",
        "Processes of the daemon and its helpers.",
        usage.map(|usage| usage.processes.to_string()),
    );
    text.family(
        "daemon_info",
        Type::Gauge,
        "1, with the version of the daemon.",
        [(vec![("version", daemon.build.as_str())], 1)],
    );
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{DAEMON, Session, runner, stats};

    /// What is printed of one runner with this name, as it stands in JSON.
    fn printed(name: &str) -> String {
        let first = format!(
            r#"{{"success":true,"stats":[{}],"daemonUsage":{{"cpuPermille":3,"memoryBytes":9000000,"processes":2}}}}"#,
            stats(name)
        );
        let second = format!(r#"{{"success":true,"daemon":{DAEMON}}}"#);
        let spent = r#"{"messages":2,"inputTokens":36618,"cachedTokens":36614,"cacheWriteTokens":5,"outputTokens":626,"costMicros":1166315,"unpricedMessages":1}"#;
        let row = |id: &str| {
            format!(
                r#"{{"of":"{id}","name":"{name}","spent":{spent},"models":[{{"kind":"codex","model":"gpt-5","spent":{spent}}}]}}"#
            )
        };
        let third = format!(
            r#"{{"success":true,"usage":{{"rows":[{},{}],"total":{spent},"pricesAsOf":"2026-10-05"}}}}"#,
            row("0190163d-8694-739b-aea5-966c26f8ad90"),
            row("0190163d-8694-739b-aea5-000000000000")
        );
        let spending = format!(
            r#","spending":{{"total":{spent},"today":{spent},"day":"2026-11-26","contextTokens":50000,"contextWindow":200000,"limits":[{{"window":"5h","usedPermille":421,"resetsAtMs":1764003600000}}]}},"outputBytes""#
        );
        let listed = runner(name, "running").replace(r#","outputBytes""#, &spending);
        let fourth = format!(r#"{{"success":true,"runners":[{listed}]}}"#);
        Session::new(&[&first, &second, &third, &fourth]).run(&["metrics"])
    }

    #[test]
    fn everything_is_there_in_base_units() {
        let text = printed("work").replace(
            r#"runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="claude-code""#,
            "…",
        );
        let is_told = |line: &&str| !line.starts_with('#') && !line.ends_with("\"} 0");
        let samples: Vec<&str> = text.lines().filter(is_told).collect();
        assert_snapshot!(samples.join("\n"), @r#"
        > {"type":"get-stats"}
        > {"type":"daemon-status"}
        > {"type":"get-usage","by":"runner"}
        > {"type":"list-runners"}
        geppetto_runners{status="running"} 1
        geppetto_runner_status{…,status="running"} 1
        geppetto_runner_cpu_cores{…} 0.125
        geppetto_runner_memory_bytes{…} 123456789
        geppetto_runner_processes{…} 4
        geppetto_runner_cpu_peak_cores{…} 2.001
        geppetto_runner_memory_peak_bytes{…} 223456789
        geppetto_runner_processes_peak{…} 9
        geppetto_runner_output_bytes_total{…} 1234
        geppetto_runner_log_entries_total{…} 17
        geppetto_runner_last_output_timestamp_seconds{…} 1764000002.000
        geppetto_runner_transcript_bytes{…} 1200
        geppetto_runner_transcript_disk_bytes{…} 65536
        geppetto_runner_status_changes_total{…} 5
        geppetto_runner_status_seconds{…,status="idle"} 7200.000
        geppetto_runner_status_seconds{…,status="running"} 61.500
        geppetto_runner_status_seconds{…,status="starting"} 0.040
        geppetto_runner_attach_latency_seconds{…} 0.012
        geppetto_daemon_start_time_seconds 1764000000.000
        geppetto_daemon_connections 1
        geppetto_daemon_warnings 1
        geppetto_daemon_cpu_cores 0.003
        geppetto_daemon_memory_bytes 9000000
        geppetto_daemon_processes 2
        geppetto_daemon_info{version="0.1.0"} 1
        geppetto_tokens_total{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="codex",model="gpt-5",type="input"} 36618
        geppetto_tokens_total{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="codex",model="gpt-5",type="cached"} 36614
        geppetto_tokens_total{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="codex",model="gpt-5",type="cache_write"} 5
        geppetto_tokens_total{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="codex",model="gpt-5",type="output"} 626
        geppetto_cost_dollars_total{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="codex",model="gpt-5"} 1.166315
        geppetto_unpriced_messages_total{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="codex",model="gpt-5"} 1
        geppetto_context_used_ratio{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="custom"} 0.250
        geppetto_rate_limit_used_ratio{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="custom",window="5h"} 0.421
        geppetto_rate_limit_reset_timestamp_seconds{runner="work",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="custom",window="5h"} 1764003600.000
        [0]
        "#);
    }

    #[test]
    fn every_family_says_what_it_is_and_only_counters_are_totals() {
        let text = printed("work");
        let mut family = "";
        let mut lines = text.lines().filter(|line| line.contains("geppetto_"));
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').unwrap();
                assert!(words.ends_with('.'), "{line}");
                let type_ = lines.next().unwrap();
                let is_total = name.ends_with("_total");
                let word = if is_total { "counter" } else { "gauge" };
                assert_eq!(type_, format!("# TYPE {name} {word}"));
                family = name;
            } else {
                let name = line.split(['{', ' ']).next().unwrap();
                assert_eq!(name, family, "{line}");
            }
        }
    }

    #[test]
    fn a_hostile_name_stays_within_its_label() {
        let text = printed(r#"a\"} 1\nx\\"#);
        let line = text
            .lines()
            .find(|line| line.starts_with("geppetto_runner_processes{"));
        assert_snapshot!(line.unwrap(), @r#"geppetto_runner_processes{runner="a\"} 1x\\",id="0190163d-8694-739b-aea5-966c26f8ad90",kind="claude-code"} 4"#);
    }

    #[test]
    fn without_a_daemon_there_is_nothing_and_none_is_started() {
        assert_snapshot!(Session::without_daemon().run(&["metrics"]), @"
        ! error: No daemon runs for this tmux server.
        ! hint: Start it with `geppetto daemon start`.
        [3]
        ");
    }
}
