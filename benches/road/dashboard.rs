//! The dashboard as a person meets it: how long from the key to the runners, what it costs while they print, and what it sends
//! while nothing changes.

use std::fs;
use std::time::Duration;

use crate::pty::Pty;
use crate::world::{World, myself};
use crate::{median, row};

const RUNNERS: usize = 100;
const ROUNDS: usize = 11;
const WATCHED: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(20);

/// Ticks of the clock that the kernel counts CPU time in.
const TICKS: f64 = 100.0;

pub(crate) fn run() {
    first_frame();
    flood();
}

fn first_frame() {
    let world = World::new();
    for number in 0..RUNNERS {
        let name = format!("quiet-{number}");
        let new = ["new", "--name", &name, "--idle-after", "1s", "--"];
        world.geppetto(&[&new[..], &["sh", "-c", "exec sleep 600"]].concat());
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut pty = Pty::start(world.geppetto_command(&["dashboard"]), 160, 50);
        let took = pty.until("quiet-1", PATIENCE);
        times.push(took.as_secs_f64() * 1000.0);
        pty.press("q");
    }
    let program = median(&mut times);

    let plugin = concat!(env!("CARGO_MANIFEST_DIR"), "/geppetto.tmux");
    world.tmux(&[
        "set-option",
        "-g",
        "@geppetto-bin",
        env!("CARGO_BIN_EXE_geppetto"),
    ]);
    world.tmux(&["run-shell", plugin]);
    let mut client = Pty::start(world.tmux_command(&["attach", "-t", "anchor"]), 160, 50);
    client.until("anchor", PATIENCE);
    let (mut opened, mut chosen) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (times, key, text, leave) in [
            (&mut opened, "\x02\x1bg", "quiet-1", "q"),
            (&mut chosen, "\x02w", "sort:", "q"),
        ] {
            client.take();
            client.press(key);
            let took = client.until(text, PATIENCE);
            times.push(took.as_secs_f64() * 1000.0);
            client.take();
            client.press(leave);
            // The panes are drawn again, and no more comes then.
            std::thread::sleep(Duration::from_millis(500));
        }
    }
    let what = format!("program to first frame, {RUNNERS} runners");
    row(&what, &format!("{program:.0} ms"), "-", "-");
    row(
        &format!("key to first frame, {RUNNERS} runners; choose-tree"),
        &format!("{:.0} ms", median(&mut opened)),
        &format!("{:.0} ms", median(&mut chosen)),
        "<= 100 ms",
    );
    quiet(&world);
}

/// What is sent while nothing changes.
fn quiet(world: &World) {
    let mut pty = Pty::start(world.geppetto_command(&["dashboard"]), 160, 50);
    pty.until("quiet-1", PATIENCE);
    // The keys: a page without ages, which change.
    pty.press("?");
    pty.until("rrows", PATIENCE);
    std::thread::sleep(Duration::from_secs(1));
    pty.take();
    std::thread::sleep(WATCHED);
    row(
        "bytes to the terminal in 10 s, nothing changes",
        &pty.take().to_string(),
        "-",
        "0",
    );
    pty.press("xq");
}

fn flood() {
    let world = World::new();
    for number in 0..10 {
        let name = format!("loud-{number}");
        let new = ["new", "--name", &name, "--"];
        let lines = ["generate", "lines", "1000", "60"];
        world.geppetto(&[&new[..], &[&myself()], &lines].concat());
    }
    let mut pty = Pty::start(world.geppetto_command(&["dashboard"]), 160, 50);
    pty.until("loud-9", PATIENCE);
    std::thread::sleep(Duration::from_secs(2));
    let daemon = world.daemon_pid();
    let before = (ticks(pty.pid()), ticks(daemon));
    pty.take();
    std::thread::sleep(WATCHED);
    let after = (ticks(pty.pid()), ticks(daemon));
    let bytes = pty.take();
    let share =
        |before: u64, after: u64| (after - before) as f64 / TICKS / WATCHED.as_secs_f64() * 100.0;
    // As those do it that look again and again.
    let look = "while :; do tmux -S \"$1\" capture-pane -p -e -t \"$2\"; sleep 0.3; done";
    let pane = world.runner("loud-0")["paneId"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut command = world.shell_command(look);
    command.arg(world.path("t")).arg(pane);
    let poller = Pty::start(command, 160, 50);
    let first = children_ticks(poller.pid());
    std::thread::sleep(WATCHED);
    let polled = share(first, children_ticks(poller.pid()));
    row(
        "CPU, 10 runners x 1,000 lines/s; a loop of capture-pane",
        &format!("{:.1} %", share(before.0, after.0)),
        &format!("{polled:.1} %"),
        "< 2 %",
    );
    row(
        "CPU of the daemon meanwhile",
        &format!("{:.1} %", share(before.1, after.1)),
        "-",
        "-",
    );
    row(
        "bytes to the terminal a second meanwhile",
        &format!("{:.0}", bytes as f64 / WATCHED.as_secs_f64()),
        "-",
        "-",
    );
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        pty.take();
        pty.press("?");
        times.push(pty.until("rrows", PATIENCE).as_secs_f64() * 1000.0);
        pty.press("x");
        std::thread::sleep(Duration::from_millis(300));
    }
    let what = "key to its effect within the flood, median";
    row(what, &format!("{:.0} ms", median(&mut times)), "-", "-");
    pty.press("q");
}

/// CPU time of a process, all its threads.
fn ticks(pid: u32) -> u64 {
    fields(pid)[..2].iter().sum()
}

/// The same with its children that have ended.
fn children_ticks(pid: u32) -> u64 {
    fields(pid).iter().sum()
}

/// User, system, and those two of ended children.
fn fields(pid: u32) -> [u64; 4] {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let behind = stat.rsplit_once(") ").unwrap().1;
    let all: Vec<&str> = behind.split(' ').collect();
    std::array::from_fn(|at| all[11 + at].parse().unwrap())
}
