//! A recording: what a pane printed and when, its sizes, and what was true.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

/// A stretch of time and what the agent did in it.
#[derive(Debug, Clone)]
pub(crate) struct Interval {
    pub(crate) state: String,
    pub(crate) from: f64,
    /// The end of the last one is when the recording ends.
    pub(crate) to: f64,
}

/// One thing that happened in the pane, at a time of the recording.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Printed(Vec<u8>),
    Resized(u16, u16),
}

/// A recording.
pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) agent: String,
    pub(crate) size: (u16, u16),
    pub(crate) intervals: Vec<Interval>,
    pub(crate) events: Vec<(f64, Event)>,
    /// Exit code or signal, when the program ended.
    pub(crate) exit: Option<Exit>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Exit {
    Code(i32),
    Signal(i32),
}

impl Recording {
    /// When it begins.
    pub(crate) fn begin(&self) -> f64 {
        self.intervals[0].from
    }

    /// When the program ended; never, if it did not.
    pub(crate) fn ended(&self) -> Option<f64> {
        let last = self.intervals.last().unwrap();
        (last.state == "exited").then_some(last.from)
    }
}

/// Every recording of a directory, by name.
pub(crate) fn all(directory: &Path) -> Vec<Recording> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".trace.gz").map(str::to_owned))
        .collect();
    names.sort();
    assert!(
        !names.is_empty(),
        "{}: no NAME.trace.gz",
        directory.display()
    );
    names.iter().map(|name| read(directory, name)).collect()
}

fn read(directory: &Path, name: &str) -> Recording {
    let truth = File::open(directory.join(format!("{name}.truth.json"))).unwrap();
    let truth: Value = serde_json::from_reader(truth).unwrap();
    let pane = truth["pane"].as_str().unwrap();
    let (cols, rows) = truth["size"].as_str().unwrap().split_once('x').unwrap();
    let trace = File::open(directory.join(format!("{name}.trace.gz"))).unwrap();
    let events = events(BufReader::new(GzDecoder::new(trace)), pane);
    let end = events.last().map_or(0.0, |(at, _)| *at);
    let intervals = truth["intervals"].as_array().unwrap();
    let intervals = intervals.iter().map(|one| {
        let from = one["from"].as_f64().unwrap();
        Interval {
            state: one["state"].as_str().unwrap().to_owned(),
            from,
            to: one["to"].as_f64().unwrap_or(end.max(from + 3.0)),
        }
    });
    let exit = &truth["exit"];
    let signal = exit["signal"]
        .as_i64()
        .map(|signal| Exit::Signal(signal as i32));
    Recording {
        name: name.to_owned(),
        agent: truth["agent"].as_str().unwrap_or(name).to_owned(),
        size: (cols.parse().unwrap(), rows.parse().unwrap()),
        intervals: intervals.collect(),
        events,
        exit: signal.or(exit["code"].as_i64().map(|code| Exit::Code(code as i32))),
    }
}

fn events(trace: impl BufRead, pane: &str) -> Vec<(f64, Event)> {
    let output = format!("%output {pane} ");
    let extended = format!("%extended-output {pane} ");
    let number = pane.trim_start_matches('%');
    let mut events = Vec::new();
    for line in trace.split(b'\n') {
        let line = line.unwrap();
        let Some(space) = line.iter().position(|byte| *byte == b' ') else {
            continue;
        };
        let Ok(at) = String::from_utf8_lossy(&line[..space]).parse::<f64>() else {
            continue;
        };
        let told = &line[space + 1..];
        if let Some(escaped) = told.strip_prefix(output.as_bytes()) {
            events.push((at, Event::Printed(unescape(escaped))));
        } else if let Some(rest) = told.strip_prefix(extended.as_bytes()) {
            let colon = rest.windows(3).position(|three| three == b" : ").unwrap();
            events.push((at, Event::Printed(unescape(&rest[colon + 3..]))));
        } else if told.starts_with(b"%layout-change ")
            && let Some(size) = size_of(&String::from_utf8_lossy(told), number)
        {
            events.push((at, Event::Resized(size.0, size.1)));
        }
    }
    events
}

/// `%layout-change @1 b25d,120x40,0,0,1 ...`: the size of the pane with that number.
fn size_of(told: &str, number: &str) -> Option<(u16, u16)> {
    let layout = told.split(' ').nth(2)?;
    let fields: Vec<&str> = layout.split([',', '{', '}', '[', ']']).collect();
    fields.windows(4).find_map(|four| {
        let (cols, rows) = four[0].split_once('x')?;
        (four[3] == number).then_some(())?;
        Some((cols.parse().ok()?, rows.parse().ok()?))
    })
}

fn unescape(escaped: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut at = 0;
    while at < escaped.len() {
        let octal = (escaped[at] == b'\\').then(|| escaped.get(at + 1..at + 4));
        if let Some(Some(digits)) = octal
            && let Ok(digits) = std::str::from_utf8(digits)
            && let Ok(byte) = u8::from_str_radix(digits, 8)
        {
            bytes.push(byte);
            at += 4;
        } else {
            bytes.push(escaped[at]);
            at += 1;
        }
    }
    bytes
}
