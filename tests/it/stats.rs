//! What is measured of real programs: CPU, memory and processes of a whole tree, counts that outlive the daemon, and the words
//! in which it is told.

use geppetto::wire::{Event, StatsView};
use serde_json::{Value, json};

use crate::support::{Sandbox, Wire};

/// A shell that is busy, with a child that is not.
const BUSY: &str = "sleep 1000 & echo 'at work'; while :; do :; done";

fn stats(sandbox: &Sandbox, name: &str) -> StatsView {
    let answer = sandbox.ask(&json!({"type": "get-stats", "runner": name}));
    let answer = answer.into_result().unwrap();
    answer.stats.unwrap().remove(0)
}

/// The stats of the next event that has any.
fn next_stats(wire: &mut Wire) -> Vec<StatsView> {
    loop {
        if let Event::Stats { stats } = wire.event() {
            return stats;
        }
    }
}

#[test]
fn a_busy_program_is_seen_with_its_children() {
    let sandbox = Sandbox::new();
    sandbox.start("busy", BUSY);
    sandbox.wait_for_line("busy", "at work");
    let busy = sandbox.wait_for("a busy program with a child", || {
        let stats = stats(&sandbox, "busy");
        let usage = stats.usage?;
        (usage.processes == 2 && usage.cpu_permille? > 100).then_some(stats)
    });
    assert!(busy.usage.unwrap().memory_bytes > 100_000, "{busy:?}");
    assert!(busy.peak.unwrap().cpu_permille >= busy.usage.unwrap().cpu_permille);
    assert_eq!(busy.last_line.as_deref(), Some("at work"));
    assert!(busy.attach_latency_ms.is_some());
    assert!(busy.transcript_bytes > 0 && busy.disk_bytes > 0);
    sandbox.geppetto(&["stop", "busy", "--force"]).ok();
    let over = stats(&sandbox, "busy");
    assert_eq!((over.usage, over.status.as_str()), (None, "stopped"));
    assert!(over.peak.is_some());
}

#[test]
fn who_subscribes_with_stats_is_told_them_and_others_are_not() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("work", "while read line; do echo said $line; done");
    sandbox.geppetto(&["register", "work"]).ok();
    let mut refused = sandbox.wire();
    let error = refused.refusal(&json!({"type": "subscribe", "statsEveryMs": 100}));
    assert_eq!(error.field.as_deref(), Some("statsEveryMs"));

    let mut with = sandbox.wire();
    with.ask(&json!({"type": "subscribe", "statsEveryMs": 500}));
    let first = next_stats(&mut with);
    assert_eq!(first[0].usage.unwrap().processes, 1, "{first:?}");
    let mut without = sandbox.wire();
    without.ask(&json!({"type": "subscribe"}));
    assert!(matches!(without.event(), Event::Snapshot { .. }));

    sandbox.type_into(&pane, "hello");
    loop {
        let news = next_stats(&mut with);
        if news[0].last_line.as_deref() == Some("said hello") {
            assert!(news[0].output_bytes > first[0].output_bytes);
            break;
        }
    }
    // What comes next to the other one is not what was measured meanwhile.
    sandbox.geppetto(&["forget", &first[0].runner_id]).ok();
    loop {
        match without.event() {
            Event::RunnerRemoved { .. } => break,
            Event::Stats { stats } => panic!("nobody asked for {stats:?}"),
            _ => {}
        }
    }
}

#[test]
fn counts_and_peaks_outlive_a_restart_of_the_daemon() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo one; echo two; exec sleep 1000");
    sandbox.wait_for_line("one", "two");
    let before = sandbox.wait_for("its memory", || {
        let stats = stats(&sandbox, "one");
        stats.peak.is_some().then_some(stats)
    });
    sandbox.geppetto(&["daemon", "restart"]).ok();
    let after = stats(&sandbox, "one");
    assert!(after.output_bytes >= before.output_bytes, "{after:?}");
    assert!(after.log_entries >= before.log_entries, "{after:?}");
    assert!(after.peak.unwrap().memory_bytes >= before.peak.unwrap().memory_bytes);
    assert!(after.status_changes >= before.status_changes);
    let total = |stats: &StatsView| stats.status_ms.values().sum::<u64>();
    assert!(total(&after) >= total(&before), "{after:?}");
    assert_eq!(after.last_line.as_deref(), Some("two"));
}

#[test]
fn it_is_told_in_tables_and_to_collectors() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "exec sleep 1000");
    let table = sandbox.geppetto(&["stats"]).ok();
    let row = table.lines().nth(1).unwrap();
    assert!(row.starts_with("one "), "{table}");
    let page = sandbox.geppetto(&["stats", "one"]).ok();
    assert!(page.contains("\nprocesses     1 (highest "), "{page}");
    let json: Value = sandbox.geppetto_json(&["stats"]);
    assert_eq!(json["stats"][0]["name"], "one");
    assert!(
        json["daemonUsage"]["processes"].as_u64().unwrap() > 1,
        "{json}"
    );
    let metrics = sandbox.geppetto(&["metrics"]).ok();
    assert!(
        metrics.contains("geppetto_runner_processes{runner=\"one\","),
        "{metrics}"
    );
    assert!(
        metrics.contains("\ngeppetto_daemon_memory_bytes "),
        "{metrics}"
    );
}

/// What reads the processes would raise it, and a server that we start passes it on to every program.
#[test]
fn the_limit_of_open_files_stays_what_it_was() {
    let sandbox = Sandbox::without_tmux();
    let script = "ulimit -S -n; exec sleep 1000";
    let new = sandbox.shell_line(&["new", "--name", "one", "--", "sh", "-c", script]);
    sandbox.sh(&format!("ulimit -S -n 400; {new}")).ok();
    sandbox.geppetto(&["stats"]).ok();
    sandbox.geppetto(&["stop", "one", "--force"]).ok();
    sandbox.geppetto(&["start", "one"]).ok();
    sandbox.wait_until("the limit in both runs", || {
        sandbox
            .log_lines("one")
            .iter()
            .filter(|line| *line == "400")
            .count()
            == 2
    });
}
