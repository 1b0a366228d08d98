//! The program in the pane: prints what was recorded, when it was recorded, and ends as it was recorded. The file that it reads has
//! one line of JSON for each piece: `{"at": seconds, "hex": bytes}`, and at the end `{"at": seconds, "code": N}` or `{"signal": N}`.
//! It writes when it began into a file beside it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::recording::{Event, Exit, Recording};

/// Writes the part of a recording down.
pub(crate) fn write(recording: &Recording, file: &Path) {
    let mut out = std::io::BufWriter::new(File::create(file).unwrap());
    for (at, event) in &recording.events {
        if let Event::Printed(bytes) = event {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let line = json!({"at": at - recording.begin(), "hex": hex});
            writeln!(out, "{line}").unwrap();
        }
    }
    if let Some(ended) = recording.ended() {
        let at = ended - recording.begin();
        let end = match recording.exit {
            Some(Exit::Signal(signal)) => json!({"at": at, "signal": signal}),
            Some(Exit::Code(code)) => json!({"at": at, "code": code}),
            None => json!({"at": at, "code": 0}),
        };
        writeln!(out, "{end}").unwrap();
    }
    out.flush().unwrap();
}

/// Plays it.
pub(crate) fn run(file: &Path) -> ExitCode {
    // What was recorded is what came out of a terminal already.
    let terminal = std::io::stdin();
    if let Ok(mut modes) = rustix::termios::tcgetattr(&terminal) {
        modes.make_raw();
        rustix::termios::tcsetattr(&terminal, rustix::termios::OptionalActions::Now, &modes)
            .unwrap();
    }
    let began = Instant::now();
    let clock = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let told = file.with_extension("began");
    fs::write(
        told.with_extension("part"),
        format!("{}", clock.as_secs_f64()),
    )
    .unwrap();
    fs::rename(told.with_extension("part"), told).unwrap();
    let mut out = std::io::stdout();
    for line in BufReader::new(File::open(file).unwrap()).lines() {
        let piece: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let due = began + Duration::from_secs_f64(piece["at"].as_f64().unwrap().max(0.0));
        while let Some(left) = due.checked_duration_since(Instant::now()) {
            std::thread::park_timeout(left);
        }
        if let Some(hex) = piece["hex"].as_str() {
            let bytes: Vec<u8> = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect();
            out.write_all(&bytes).unwrap();
            out.flush().unwrap();
        } else if let Some(code) = piece["code"].as_i64() {
            return ExitCode::from(code as u8);
        } else if let Some(signal) = piece["signal"].as_i64() {
            let signal = rustix::process::Signal::from_named_raw(signal as i32).unwrap();
            rustix::process::kill_process(rustix::process::getpid(), signal).unwrap();
        }
    }
    loop {
        // It was not ended in the recording: the stage ends it.
        std::thread::park();
    }
}
