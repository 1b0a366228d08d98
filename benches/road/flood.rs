//! A pane prints as fast as tmux delivers: how long does the program take when geppetto watches, and when a
//! `tmux -C` client does that reads and throws away? And is the log complete?

use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use crate::world::{Ended, World, myself, written};
use crate::{median, row};

const LINES: u64 = 1_000_000;
const TIMES: usize = 3;
const LIMIT: Duration = Duration::from_secs(300);

pub(crate) fn run() {
    let (mut ours, mut peers, mut bytes, mut whole) = (Vec::new(), Vec::new(), 0.0, 0);
    for _ in 0..TIMES {
        let (took, size) = discarding_reader();
        peers.push(took);
        bytes = size;
        let (took, complete) = geppetto();
        ours.push(took);
        whole += usize::from(complete);
    }
    let (own, peer) = (median(&mut ours), median(&mut peers));
    let megabytes = bytes / 1e6;
    let what = format!("program that prints {megabytes:.0} MB, median of {TIMES}");
    let bar = format!("<= 1.1 x ({:.2})", own / peer);
    row(&what, &format!("{own:.2} s"), &format!("{peer:.2} s"), &bar);
    row(
        "  the same as a rate",
        &format!("{:.1} MB/s", megabytes / own),
        &format!("{:.1} MB/s", megabytes / peer),
        "",
    );
    row(
        "  runs whose log is complete",
        &whole.to_string(),
        "-",
        &TIMES.to_string(),
    );
}

/// Seconds and bytes, from what the program wrote down.
fn parse(done: &str) -> (f64, f64) {
    let (micros, bytes) = done.split_once(' ').unwrap();
    (micros.parse::<f64>().unwrap() / 1e6, bytes.parse().unwrap())
}

fn discarding_reader() -> (f64, f64) {
    let world = World::new();
    let args = [
        "-u",
        "-C",
        "attach-session",
        "-E",
        "-t",
        "anchor",
        "-f",
        "ignore-size",
    ];
    let mut command = world.tmux_command(&args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let _child = Ended(child);
    let reader = std::thread::spawn(move || {
        let mut buffer = vec![0; 256 * 1024];
        while stdout.read(&mut buffer).is_ok_and(|read| read > 0) {}
    });
    crate::world::until("the reader", LIMIT, || {
        world
            .tmux(&["list-clients", "-F", "#{client_control_mode}"])
            .contains('1')
    });
    let done = world.path("done");
    let count = LINES.to_string();
    let (me, at) = (myself(), done.to_str().unwrap());
    world.tmux(&[
        "new-window",
        "-d",
        "-t",
        "anchor",
        &me,
        "generate",
        "flood",
        &count,
        at,
    ]);
    let measured = parse(&written(&done, LIMIT));
    drop(world);
    drop(_child);
    reader.join().unwrap();
    measured
}

fn geppetto() -> (f64, bool) {
    let world = World::new();
    let done = world.path("done");
    let count = LINES.to_string();
    let at = done.to_str().unwrap();
    world.geppetto(&[
        "new",
        "--name",
        "flood",
        "--session",
        "anchor",
        "--",
        &myself(),
        "generate",
        "flood",
        &count,
        at,
    ]);
    let (took, _) = parse(&written(&done, LIMIT));
    world.geppetto(&["wait", "flood", "--timeout", "300s"]);
    let runner = world.runner("flood");
    let complete =
        runner["logEntries"].as_u64() == Some(LINES) && runner["lostBytes"].as_u64() == Some(0);
    if !complete {
        eprintln!("{runner:#}");
    }
    (took, complete)
}
