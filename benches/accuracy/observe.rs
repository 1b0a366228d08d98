//! What geppetto says of every runner, with the time at which a client was told.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::SystemTime;

use serde_json::Value;

/// One thing said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) at: f64,
    pub(crate) runner: String,
    pub(crate) status: String,
    /// Why, in a word.
    pub(crate) cause: String,
    pub(crate) reason: String,
    pub(crate) kind: String,
}

pub(crate) fn now() -> f64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

/// Subscribes, and passes everything on until the daemon ends.
pub(crate) fn start(socket: &Path) -> Receiver<Said> {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(b"{\"type\":\"subscribe\"}\n").unwrap();
    let (heard, all) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            let event: Value = serde_json::from_str(&line).unwrap();
            let at = now();
            let many = event["runners"].as_array().cloned().unwrap_or_default();
            let one = event.get("runner").cloned();
            for runner in many.iter().chain(&one) {
                if heard.send(said(at, runner)).is_err() {
                    return;
                }
            }
        }
    });
    all
}

fn said(at: f64, runner: &Value) -> Said {
    let text = |field: &str| runner[field].as_str().unwrap_or_default().to_owned();
    Said {
        at,
        runner: text("name"),
        status: text("status"),
        cause: text("cause"),
        reason: text("reason"),
        kind: text("kind"),
    }
}
