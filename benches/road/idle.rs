//! Fifty quiet runners: what the daemon costs while nothing happens.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::row;
use crate::world::World;

const RUNNERS: usize = 50;
const WATCHED: Duration = Duration::from_secs(30);

/// When the daemon has settled. Half a minute after something was printed it is brought to the medium, in a dozen waits for each
/// transcript, and a minute after the start of the daemon old transcripts are looked for, which is done again every hour. Neither is
/// done by a daemon of which all runners are quiet; the first window shows what it costs.
const SETTLED: Duration = Duration::from_secs(75);

/// Long enough for everything that comes every minute.
const WATCHED_SETTLED: Duration = Duration::from_secs(65);

pub(crate) fn run() {
    let world = World::new();
    for number in 0..RUNNERS {
        let name = format!("quiet-{number}");
        let args = [
            "new",
            "--name",
            &name,
            "--idle-after",
            "1s",
            "--",
            "sh",
            "-c",
            "exec sleep 600",
        ];
        world.geppetto(&args);
    }
    for number in 0..RUNNERS {
        world.geppetto(&[
            "wait",
            &format!("quiet-{number}"),
            "--for",
            "idle",
            "--timeout",
            "30s",
        ]);
    }
    let pid = world.daemon_pid();
    let since = Instant::now();
    let first = wakeups(pid, WATCHED);
    row(
        "the same in the first half minute after they printed",
        &format!("{first:.2} /s"),
        "-",
        "-",
    );
    std::thread::sleep(SETTLED.saturating_sub(since.elapsed()));
    let settled = wakeups(pid, WATCHED_SETTLED);
    row(
        "wakeups of the daemon, 50 quiet runners",
        &format!("{settled:.2} /s"),
        "-",
        "<= 1 /s",
    );
    let resident = status_field(&format!("/proc/{pid}/status"), "VmRSS:") as f64 / 1024.0;
    row(
        "resident memory of the daemon, 50 quiet runners",
        &format!("{resident:.1} MB"),
        "-",
        "< 20 MB",
    );
    let own = status_field(&format!("/proc/{pid}/status"), "RssAnon:") as f64 / 1024.0;
    row(
        "of which not the pages of its program and its files",
        &format!("{own:.1} MB"),
        "-",
        "-",
    );
}

/// Wakeups a second of all threads of a process, over that time.
fn wakeups(pid: u32, over: Duration) -> f64 {
    let before = switches(pid);
    // The one thing measured here is what happens while nobody asks anything.
    std::thread::sleep(over);
    let after = switches(pid);
    // A thread that has ended meanwhile did so without work.
    let woken: u64 = after
        .iter()
        .map(|(thread, count)| count - before.get(thread).unwrap_or(&0))
        .sum();
    woken as f64 / over.as_secs_f64()
}

/// Context switches of each of its threads: each is a wakeup.
fn switches(pid: u32) -> BTreeMap<PathBuf, u64> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    threads
        .map(|thread| thread.unwrap().path().join("status"))
        .map(|status| {
            let count = status_field(status.to_str().unwrap(), "voluntary_ctxt_switches:");
            (status, count)
        })
        .collect()
}

fn status_field(path: &str, field: &str) -> u64 {
    let status = fs::read_to_string(path).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
