//! A hundred panes, of which twenty are agents that work: what it costs to look at their screens and titles.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use crate::row;
use crate::world::World;

const AGENTS: usize = 20;
const QUIET: usize = 80;
const WATCHED: Duration = Duration::from_secs(20);

/// Frames a second, as many as codex draws.
const FRAMES: u32 = 10;

pub(crate) fn run() {
    let world = World::new();
    fs::create_dir(world.path("bin")).unwrap();
    let myself = std::env::current_exe().unwrap();
    for name in ["claude", "codex"] {
        symlink(&myself, world.path("bin").join(name)).unwrap();
    }
    world.tmux(&["new-session", "-d", "-s", "work", "-x", "120", "-y", "40"]);
    for _ in 1..QUIET {
        world.tmux(&["new-window", "-d", "-t", "work", "exec sleep 600"]);
    }
    world.geppetto(&["register", "work"]);
    for number in 0..AGENTS {
        let name = if number % 2 == 0 { "claude" } else { "codex" };
        let program = world.path("bin").join(name).display().to_string();
        world.tmux(&["new-window", "-d", "-t", "work", &program, "animate"]);
    }
    let is_known = || {
        let runners = world.runners();
        let works =
            |one: &&serde_json::Value| one["kind"] != "custom" && one["status"] == "running";
        runners.iter().filter(works).count() == AGENTS
    };
    let limit = Instant::now() + Duration::from_secs(30);
    while !is_known() {
        assert!(Instant::now() < limit, "not every agent is known to work");
        std::thread::park_timeout(Duration::from_millis(200));
    }
    let pid = world.daemon_pid();
    let before = cpu_ticks(pid);
    std::thread::sleep(WATCHED);
    let used = (cpu_ticks(pid) - before) as f64 / 100.0 / WATCHED.as_secs_f64();
    row(
        "CPU of the daemon, 100 panes, 20 agents animate",
        &format!("{:.1} %", 100.0 * used),
        "-",
        "< 3 %",
    );
}

/// User and system time of a process, in ticks of which Linux has a hundred a second.
fn cpu_ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// The program in the pane: a screen of an agent that works, of which the spinner turns and the title with it.
pub(crate) fn animate() {
    let mut out = std::io::stdout();
    let frame = "\x1b[?1049h\x1b[2J\x1b[H\u{276f} do it\r\n\r\n\u{2022} Working (0s \u{2022} esc to interrupt)\r\n\r\n\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\r\n\u{276f} \r\n\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\r\n  esc to interrupt";
    out.write_all(frame.as_bytes()).unwrap();
    for number in 0_u32.. {
        let spinner = char::from_u32(0x2801 + number % 64).unwrap();
        let text = format!(
            "\x1b]0;{spinner} work\x07\x1b[3;1H{spinner} Working\u{2026} ({}s)",
            number / FRAMES
        );
        if out
            .write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            return;
        }
        std::thread::sleep(Duration::from_secs(1) / FRAMES);
    }
}
