//! `stats`: what is measured of all runners, one a line, or of one, on a page.

use jiff::tz::TimeZone;

use crate::cli::args::StatsArgs;
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::cli::{render, table};
use crate::domain::text::printable;
use crate::wire::{GetStats, Request, StatsView, UsageView};

pub(crate) fn run(args: &StatsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::GetStats(GetStats {
        runner: args.runner.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let stats = answer.stats.ok_or_else(|| missing("stats"))?;
    if args.runner.is_some() {
        let zone = context.zone();
        let one = stats.first().ok_or_else(|| missing("stats"))?;
        return facts(one, &zone).into_iter().try_for_each(|(name, value)| {
            let line = format!("{name:<13} {}", printable(&value));
            context.output.answer(line)
        });
    }
    if stats.is_empty() {
        context
            .output
            .talk("No runners, so there is nothing to measure.");
        return Ok(());
    }
    let head = [
        "NAME", "STATUS", "CPU", "MEMORY", "PROCS", "PEAK CPU", "PEAK MEM", "OUTPUT", "RATE",
        "ON DISK",
    ];
    table::print(head, stats.iter().map(row), context.output)
}

fn row(stats: &StatsView) -> [String; 10] {
    let [now, peak] = [stats.usage, stats.peak];
    [
        stats.name.clone(),
        stats.status.clone(),
        value(now, cpu),
        value(now, memory),
        value(now, processes),
        value(peak, cpu),
        value(peak, memory),
        render::size(stats.output_bytes),
        format!("{}/s", render::size(stats.bytes_per_second)),
        render::size(stats.disk_bytes),
    ]
}

fn value(usage: Option<UsageView>, text: fn(UsageView) -> String) -> String {
    usage.map_or_else(unknown, text)
}

fn unknown() -> String {
    "-".to_owned()
}

fn cpu(usage: UsageView) -> String {
    usage.cpu_permille.map_or_else(unknown, render::cpu)
}

fn memory(usage: UsageView) -> String {
    render::size(usage.memory_bytes)
}

fn processes(usage: UsageView) -> String {
    usage.processes.to_string()
}

/// What is measured; what is not known is left out.
fn facts(stats: &StatsView, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let known = [
        ("name", Some(stats.name.clone())),
        ("id", Some(stats.runner_id.clone())),
        ("kind", Some(stats.kind.clone())),
        ("status", Some(status(stats))),
        ("CPU", with_peak(stats, cpu)),
        ("memory", with_peak(stats, memory)),
        ("processes", with_peak(stats, processes)),
        (
            "output",
            Some(format!(
                "{} bytes, {} log entries",
                stats.output_bytes, stats.log_entries
            )),
        ),
        (
            "rate",
            Some(format!(
                "{}/s, {} lines/s",
                render::size(stats.bytes_per_second),
                stats.lines_per_second
            )),
        ),
        (
            "last output",
            stats
                .last_output_at_ms
                .map(|at| render::date_time(at, zone)),
        ),
        ("last line", stats.last_line.clone()),
        (
            "transcript",
            Some(format!(
                "{} of output, {} on disk",
                render::size(stats.transcript_bytes),
                render::size(stats.disk_bytes)
            )),
        ),
        ("this run", times(stats)),
        (
            "watched",
            stats
                .attach_latency_ms
                .map(|ms| format!("{} after the daemon knew of it", render::span(ms))),
        ),
    ];
    known
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
}

fn status(stats: &StatsView) -> String {
    let changes = usize::try_from(stats.status_changes).unwrap_or(usize::MAX);
    format!(
        "{}, after {}",
        stats.status,
        render::counted(changes, "change")
    )
}

fn with_peak(stats: &StatsView, text: fn(UsageView) -> String) -> Option<String> {
    let peak = text(stats.peak?);
    Some(format!("{} (highest {peak})", value(stats.usage, text)))
}

fn times(stats: &StatsView) -> Option<String> {
    let mut times: Vec<(&String, &u64)> = stats.status_ms.iter().collect();
    times.sort_by_key(|(_, ms)| std::cmp::Reverse(**ms));
    let times = times.into_iter().map(|(status, ms)| {
        // Nobody wants the milliseconds of an hour.
        let ms = if *ms < 10_000 { *ms } else { *ms - *ms % 1000 };
        format!("{} {status}", render::span(ms))
    });
    let text = times.collect::<Vec<_>>().join(", ");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, stats};

    #[test]
    fn all_runners_are_a_table() {
        let ended = r#"{"runnerId":"0191","name":"a\u001b[31m b","kind":"custom","status":"failed","outputBytes":0,"logEntries":0,"bytesPerSecond":0,"linesPerSecond":0,"statusChanges":2,"statusMs":{},"transcriptBytes":0,"diskBytes":0}"#;
        let answer = format!(r#"{{"success":true,"stats":[{},{ended}]}}"#, stats("work"));
        assert_snapshot!(Session::new(&[&answer]).run(&["stats"]), @r#"
        > {"type":"get-stats"}
        NAME     STATUS   CPU     MEMORY  PROCS  PEAK CPU  PEAK MEM  OUTPUT  RATE    ON DISK
        work     running  12.5 %  123 MB  4      200.1 %   223 MB    1 kB    1 kB/s  65 kB
        a[31m b  failed   -       -       -      -         -         0 B     0 B/s   0 B
        [0]
        "#);
    }

    #[test]
    fn one_runner_is_a_page() {
        let answer = format!(r#"{{"success":true,"stats":[{}]}}"#, stats("work"));
        assert_snapshot!(Session::new(&[&answer]).run(&["stats", "work"]), @r#"
        > {"type":"get-stats","runner":"work"}
        name          work
        id            0190163d-8694-739b-aea5-966c26f8ad90
        kind          claude-code
        status        running, after 5 changes
        CPU           12.5 % (highest 200.1 %)
        memory        123 MB (highest 223 MB)
        processes     4 (highest 9)
        output        1234 bytes, 17 log entries
        rate          1 kB/s, 3 lines/s
        last output   2025-11-24 16:00:02
        last line     Compiling [31mgeppetto
        transcript    1 kB of output, 65 kB on disk
        this run      2h idle, 1m1s running, 40ms starting
        watched       12ms after the daemon knew of it
        [0]
        "#);
    }

    #[test]
    fn json_is_the_wires_own() {
        let answer = format!(
            r#"{{"success":true,"stats":[{}],"daemonUsage":{{"cpuPermille":3,"memoryBytes":9000000,"processes":2}}}}"#,
            stats("work")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["stats", "--json"]), @r#"
        > {"type":"get-stats"}
        {"stats":[{"runnerId":"0190163d-8694-739b-aea5-966c26f8ad90","name":"work","kind":"claude-code","status":"running","usage":{"cpuPermille":125,"memoryBytes":123456789,"processes":4},"peak":{"cpuPermille":2001,"memoryBytes":223456789,"processes":9},"outputBytes":1234,"logEntries":17,"bytesPerSecond":1500,"linesPerSecond":3,"lastLine":"Compiling \u001b[31mgeppetto","lastOutputAtMs":1764000002000,"statusChanges":5,"statusMs":{"idle":7200000,"running":61500,"starting":40},"attachLatencyMs":12,"transcriptBytes":1200,"diskBytes":65536}],"daemonUsage":{"cpuPermille":3,"memoryBytes":9000000,"processes":2}}
        [0]
        "#);
    }

    #[test]
    fn without_runners_there_is_nothing_to_measure() {
        assert_snapshot!(Session::new(&[r#"{"success":true,"stats":[]}"#]).run(&["stats"]), @r#"
        > {"type":"get-stats"}
        ! No runners, so there is nothing to measure.
        [0]
        "#);
    }
}
