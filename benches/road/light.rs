//! How late is the status? From a print to `running`, and from the end of the silence threshold to `idle`, as a
//! subscriber sees it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::Value;

use crate::generator::now_micros;
use crate::row;
use crate::world::{World, myself, written};

const ROUNDS: usize = 20;
const THRESHOLD_MS: u64 = 500;

pub(crate) fn run() {
    let world = World::new();
    let events = subscribe(&world);
    let times = world.path("times");
    let (idle_after, rounds) = (format!("{THRESHOLD_MS}ms"), ROUNDS.to_string());
    let program = [
        &myself(),
        "generate",
        "beats",
        &rounds,
        times.to_str().unwrap(),
    ];
    let new = ["new", "--name", "beats", "--idle-after", &idle_after, "--"];
    world.geppetto(&[&new[..], &program[..]].concat());
    let (mut woke, mut slept) = (Vec::new(), Vec::new());
    for line in events.lines().map_while(Result::ok) {
        let arrived = now_micros();
        let event: Value = serde_json::from_str(&line).unwrap();
        match event["runner"]["status"].as_str() {
            Some("running") => woke.push(arrived),
            Some("idle") => slept.push(arrived),
            Some("completed") => break,
            _ => {}
        }
    }
    let printed: Vec<u128> = written(&times, Duration::from_secs(10))
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    // The first one is `running` since its start, without a print.
    let woke = woke.get(1..).unwrap_or_default();
    let threshold = u128::from(THRESHOLD_MS) * 1000;
    let what = format!("print to `running`, worst of {}", woke.len());
    row(
        &what,
        &format!("{:.1} ms", worst(&printed, 0, woke)),
        "-",
        "<= 250 ms",
    );
    let what = format!("end of the silence to `idle`, worst of {}", slept.len());
    row(
        &what,
        &format!("{:.1} ms", worst(&printed, threshold, &slept)),
        "-",
        "<= 1000 ms",
    );
}

pub(crate) fn subscribe(world: &World) -> BufReader<UnixStream> {
    world.geppetto(&["daemon", "start"]);
    let status = world.geppetto(&["daemon", "status", "--json"]);
    let status: Value = serde_json::from_str(&status).unwrap();
    let mut stream = UnixStream::connect(status["daemon"]["socket"].as_str().unwrap()).unwrap();
    stream.write_all(b"{\"type\":\"subscribe\"}\n").unwrap();
    BufReader::new(stream)
}

/// Milliseconds of the longest wait from `offset` after the newest print to what was told.
fn worst(printed: &[u128], offset: u128, told: &[u128]) -> f64 {
    let due = |at: u128| {
        printed
            .iter()
            .rev()
            .map(|from| from + offset)
            .find(|due| *due <= at)
    };
    let waits = told.iter().filter_map(|at| Some(at - due(*at)?));
    waits.max().unwrap_or(0) as f64 / 1000.0
}
