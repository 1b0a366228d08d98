//! A flood that is kept: how much slower is the program than with a reader that throws away, what does it take on disk beside
//! `pipe-pane`, are the bytes the very same, and how fast is it found again?

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::flood::discarded;
use crate::world::{World, myself, written};
use crate::{median, row};

/// About 96 MB: below what is kept of a runner.
const LINES: u64 = 950_000;
const TIMES: usize = 3;
const LIMIT: Duration = Duration::from_secs(300);

/// What the program wrote down.
struct Done {
    seconds: f64,
    bytes: u64,
    crc: u32,
}

fn done(path: &Path) -> Done {
    let text = written(path, LIMIT);
    let mut fields = text.split(' ');
    Done {
        seconds: fields.next().unwrap().parse::<f64>().unwrap() / 1e6,
        bytes: fields.next().unwrap().parse().unwrap(),
        crc: fields.next().unwrap().parse().unwrap(),
    }
}

pub(crate) fn run() {
    let (mut ours, mut peers, mut lags) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..TIMES {
        peers.push(discarded(
            &["generate", "work", &LINES.to_string()],
            |path| done(path).seconds,
        ));
        let (world, flood, lag) = kept();
        ours.push(flood.seconds);
        lags.push(lag);
        last = Some((world, flood));
    }
    let (world, flood) = last.unwrap();
    let (own, peer) = (median(&mut ours), median(&mut peers));
    let megabytes = flood.bytes as f64 / 1e6;
    row(
        &format!("program that prints {megabytes:.0} MB, kept; median of {TIMES}"),
        &format!("{:.1} MB/s", megabytes / own),
        &format!("{:.1} MB/s", megabytes / peer),
        &format!(">= 0.95 x ({:.2})", peer / own),
    );
    row(
        "  all of it on disk after its end",
        &format!("{:.2} s", median(&mut lags)),
        "-",
        "<= 1 s",
    );
    disk(&world, &flood);
    found_again(&world, &flood);
    memory(&world);
}

/// A run with geppetto: the world, what was printed, and how long after its end the last byte was on disk.
fn kept() -> (World, Done, f64) {
    let world = World::new();
    let path = world.path("done");
    world.geppetto(&[
        "new",
        "--name",
        "big",
        "--session",
        "anchor",
        "--",
        &myself(),
        "generate",
        "work",
        &LINES.to_string(),
        path.to_str().unwrap(),
    ]);
    let flood = done(&path);
    let since = Instant::now();
    world.geppetto(&["wait", "big", "--timeout", "300s"]);
    let database = transcript(&world);
    crate::world::until("the last byte on disk", LIMIT, || {
        let connection = rusqlite::Connection::open(&database).unwrap();
        let end: Option<i64> = connection
            .query_row("SELECT max(end) FROM frame", [], |row| row.get(0))
            .unwrap();
        end.map(i64::cast_unsigned) == Some(flood.bytes)
    });
    (world, flood, since.elapsed().as_secs_f64())
}

fn transcript(world: &World) -> std::path::PathBuf {
    let server = fs::read_dir(world.path("state/geppetto")).unwrap().next();
    let directory = server.unwrap().unwrap().path().join("transcripts");
    let mut files = fs::read_dir(directory)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .find(|path| path.extension().is_some_and(|ending| ending == "db"))
        .unwrap()
}

fn disk(world: &World, flood: &Done) {
    let stored = world.geppetto_bytes(&["logs", "big", "--raw"]);
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(&stored);
    let same = stored.len() as u64 == flood.bytes && crc == flood.crc;
    row(
        "  bytes stored are the bytes printed (CRC32)",
        if same { "yes" } else { "NO" },
        "-",
        "yes",
    );
    world.geppetto(&["daemon", "stop"]);
    let database = transcript(world);
    let ours = fs::metadata(&database).unwrap().blocks() * 512;
    let peer = piped(world);
    row(
        "  on disk, beside pipe-pane 'cat >> file'",
        &format!("{:.1} MB", ours as f64 / 1e6),
        &format!("{:.1} MB", peer as f64 / 1e6),
        &format!("<= 0.33 x ({:.2})", ours as f64 / peer as f64),
    );
}

/// The same flood into a file by pipe-pane, which stays in the world as `piped`.
fn piped(world: &World) -> u64 {
    let (file, path) = (world.path("piped"), world.path("piped.done"));
    let go = world.path("go");
    let script = format!(
        "while [ ! -e {0} ]; do sleep 0.05; done; exec {1} generate work {LINES} {2}",
        go.display(),
        myself(),
        path.display()
    );
    let pane = world.tmux(&[
        "new-window",
        "-d",
        "-P",
        "-F",
        "#{pane_id}",
        "-t",
        "anchor",
        &script,
    ]);
    let cat = format!("cat >> {}", file.display());
    world.tmux(&["pipe-pane", "-O", "-t", pane.trim(), &cat]);
    fs::write(go, "").unwrap();
    let printed = done(&path).bytes;
    // What the pane printed at its very end can be lost on this way.
    let mut size = 0;
    crate::world::until("the pipe to be empty", LIMIT, || {
        let before = std::mem::replace(&mut size, fs::metadata(&file).map_or(0, |file| file.len()));
        size == before && size > printed / 2
    });
    fs::metadata(&file).unwrap().blocks() * 512
}

fn timed(mut command: Command) -> f64 {
    let start = Instant::now();
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    start.elapsed().as_secs_f64() * 1e3
}

#[expect(clippy::too_many_lines, reason = "one row after the other")]
fn found_again(world: &World, flood: &Done) {
    let file = world.path("piped");
    let peer = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).arg(&file);
        timed(command)
    };
    // The first look after the daemon began.
    world.geppetto(&["daemon", "start"]);
    let open = timed(world.geppetto_command(&["logs", "big", "-n", "50"]));
    row(
        "  newest 50 lines, first look of a new daemon",
        &format!("{open:.1} ms"),
        &format!("{:.1} ms (tail)", peer("tail", &["-n", "50"])),
        "<= 50 ms",
    );
    let needle = format!(" {} ", LINES / 3);
    let grep = timed(world.geppetto_command(&["logs", "big", "--grep", &needle]));
    row(
        &format!("  --grep over {:.0} MB", flood.bytes as f64 / 1e6),
        &format!("{grep:.0} ms"),
        &format!(
            "{:.0} ms (grep)",
            peer("grep", &["-c", &LINES.to_string()[..2]])
        ),
        "<= 1000 ms",
    );
    let mut wire = Wire::new(world);
    let mut times: Vec<f64> = (0..200_u64)
        .map(|number| {
            let seq = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % flood.bytes;
            let start = Instant::now();
            let page = wire.ask(&json!({"type": "read-transcript", "runner": "big",
                "from": format!("1:{seq}"), "maxBytes": 1024}));
            assert_eq!(page["transcript"]["pieces"][0]["seq"], seq);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let worst = times.iter().copied().fold(0.0, f64::max);
    row(
        "  random read by sequence, median (worst) of 200",
        &format!("{:.2} ({worst:.2}) ms", median(&mut times)),
        "-",
        "<= 5 ms",
    );
    let lacking = 10_000;
    wire.send(&json!({"type": "stream-transcript", "runner": "big",
        "from": format!("1:{}", flood.bytes - lacking)}));
    let (mut got, mut sent) = (0, wire.line().len());
    while got < lacking {
        let line = wire.line();
        sent += line.len();
        let event: Value = serde_json::from_str(&line).unwrap();
        for piece in event["pieces"].as_array().unwrap() {
            if let Some(data) = piece["data"].as_str() {
                let engine = base64::engine::general_purpose::STANDARD;
                got += engine.decode(data).unwrap().len() as u64;
            }
        }
    }
    row(
        &format!("  bytes for a follower that lacks {lacking}"),
        &got.to_string(),
        &format!("{sent} sent"),
        "its delta",
    );
}

fn memory(world: &World) {
    let status = fs::read_to_string(format!("/proc/{}/status", world.daemon_pid())).unwrap();
    let line = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<f64>()
            .unwrap()
            / 1e3
    };
    row(
        "  memory of the daemon after all that (peak)",
        &format!("{:.0} ({:.0}) MB", line("VmRSS"), line("VmHWM")),
        "-",
        "bounded",
    );
}

/// One connection to the daemon.
struct Wire {
    stream: BufReader<UnixStream>,
}

impl Wire {
    fn new(world: &World) -> Self {
        let status: Value =
            serde_json::from_str(&world.geppetto(&["daemon", "status", "--json"])).unwrap();
        let socket = status["daemon"]["socket"].as_str().unwrap();
        Self {
            stream: BufReader::new(UnixStream::connect(socket).unwrap()),
        }
    }

    fn send(&mut self, request: &Value) {
        writeln!(self.stream.get_mut(), "{request}").unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.stream.read_line(&mut line).unwrap() > 0);
        line
    }

    fn ask(&mut self, request: &Value) -> Value {
        self.send(request);
        serde_json::from_str(&self.line()).unwrap()
    }
}
