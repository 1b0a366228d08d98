//! Ten panes print 1,000 lines a second each: how far is a follower of the log behind?

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{Sender, channel};

use serde_json::Value;

use crate::generator::now_micros;
use crate::row;
use crate::world::{Ended, World, myself};

const PANES: usize = 10;
const RATE: u64 = 1000;
const SECONDS: u64 = 10;

pub(crate) fn run() {
    let world = World::new();
    let (told, delays) = channel::<Told>();
    let (rate, seconds) = (RATE.to_string(), SECONDS.to_string());
    let mut followers = Vec::new();
    for number in 0..PANES {
        let name = format!("p{number}");
        let line = [&myself(), "generate", "lines", &rate, &seconds];
        world.geppetto(&[&["new", "--name", &name, "--"], &line[..]].concat());
        let mut command = world.geppetto_command(&["logs", &name, "-f", "--json"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        followers.push(Ended(child));
        let told = told.clone();
        std::thread::spawn(move || follow(lines, &told));
    }
    drop(told);
    let mut all: Vec<u64> = Vec::new();
    let mut finished = 0;
    for delay in delays {
        match delay {
            Told::Delay(delay) => all.push(delay),
            Told::Last => finished += 1,
        }
    }
    report(&mut all, finished);
}

enum Told {
    /// Microseconds between the print and the follower's line.
    Delay(u64),
    /// The last line has come.
    Last,
}

/// Reads one follower's lines until the last one, or until nobody listens.
fn follow(lines: impl BufRead, told: &Sender<Told>) {
    for line in lines.lines().map_while(Result::ok) {
        let arrived = now_micros();
        let entry: Value = serde_json::from_str(&line).unwrap();
        let words = entry["text"].as_str().and_then(|text| text.split_once(' '));
        let Some((Ok(written), Ok(number))) =
            words.map(|(time, number)| (time.parse::<u128>(), number.parse::<u64>()))
        else {
            continue;
        };
        // What was printed before the follower came is history, not delay.
        if number >= RATE {
            let delay = u64::try_from(arrived.saturating_sub(written)).unwrap();
            if told.send(Told::Delay(delay)).is_err() {
                return;
            }
        }
        if number + 1 == RATE * SECONDS {
            // Nobody may listen any more.
            let _told = told.send(Told::Last);
            return;
        }
    }
}

fn report(all: &mut [u64], finished: u32) {
    all.sort_unstable();
    let at = |part: f64| all[((all.len() - 1) as f64 * part) as usize] as f64 / 1000.0;
    let what = format!(
        "delay of a log follower, 10 x 1,000 lines/s, {} lines",
        all.len()
    );
    row(
        &what,
        &format!("{:.1} ms", at(1.0)),
        "-",
        "<= 100 ms (worst)",
    );
    let both = format!("{:.1}, {:.1} ms", at(0.5), at(0.99));
    row("  the same, median and 99 of 100", &both, "-", "");
    row(
        "  followers that saw the last line",
        &format!("{finished}"),
        "-",
        "10",
    );
}
