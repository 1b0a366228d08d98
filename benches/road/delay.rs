//! Ten panes print 1,000 lines a second each: how far is a follower of the log behind?

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::channel;

use serde_json::Value;

use crate::generator::now_micros;
use crate::row;
use crate::world::{Ended, World, myself};

const PANES: usize = 10;
const RATE: u64 = 1000;
const SECONDS: u64 = 10;

pub(crate) fn run() {
    let world = World::new();
    let (told, delays) = channel::<Result<u64, u64>>();
    let rate = RATE.to_string();
    let seconds = SECONDS.to_string();
    let mut followers = Vec::new();
    for number in 0..PANES {
        let name = format!("p{number}");
        world.geppetto(&[
            "new",
            "--name",
            &name,
            "--",
            &myself(),
            "generate",
            "lines",
            &rate,
            &seconds,
        ]);
        let mut command = world.geppetto_command(&["logs", &name, "-f", "--json"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        followers.push(Ended(child));
        let told = told.clone();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let arrived = now_micros();
                let entry: Value = serde_json::from_str(&line).unwrap();
                let Some(text) = entry["text"].as_str() else {
                    continue;
                };
                let Some((written, number)) = text.split_once(' ') else {
                    continue;
                };
                let (Ok(written), Ok(number)) = (written.parse::<u128>(), number.parse::<u64>())
                else {
                    continue;
                };
                let delay = u64::try_from(arrived.saturating_sub(written)).unwrap();
                // What was printed before the follower came is history, not delay.
                if number >= RATE && told.send(Ok(delay)).is_err() {
                    return;
                }
                if number + 1 == RATE * SECONDS {
                    // The receiver may have had enough.
                    let _counted = told.send(Err(number));
                    return;
                }
            }
        });
    }
    drop(told);
    let mut all: Vec<u64> = Vec::new();
    let mut finished = 0;
    for delay in delays {
        match delay {
            Ok(delay) => all.push(delay),
            Err(_last) => finished += 1,
        }
    }
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
    row(
        "  the same, median and 99 of 100",
        &format!("{:.1}, {:.1} ms", at(0.5), at(0.99)),
        "-",
        "",
    );
    row(
        "  followers that saw the last line",
        &format!("{finished}"),
        "-",
        "10",
    );
}
