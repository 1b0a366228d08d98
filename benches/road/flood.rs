//! A pane prints as fast as tmux delivers: how long does the program take when geppetto watches, and when a
//! `tmux -C` client does that reads and throws away? And is the log complete?

use std::io::Read;
use std::path::Path;
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
        let (took, size) = discarded(&["generate", "flood", &LINES.to_string()], |path| {
            parse(&written(path, LIMIT))
        });
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

/// Runs this program with those arguments and a file for what it has to say at its end, while a control client reads and
/// throws away; `read` waits for the file.
pub(crate) fn discarded<T>(program: &[&str], read: impl FnOnce(&Path) -> T) -> T {
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
    let (me, at) = (myself(), done.to_str().unwrap());
    let window = ["new-window", "-d", "-t", "anchor", &me];
    world.tmux(&[&window[..], program, &[at]].concat());
    let measured = read(&done);
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
