//! Two million small appends to one transcript: the last hundred thousand are to be as fast as the first, since no step of them
//! may look at what is there already. The store by itself; its peer is the same bytes appended to a plain file.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use geppetto::adapters::sqlite::{SqliteTranscripts, TranscriptOptions, query_plans};
use geppetto::domain::ids::{Epoch, RunnerId, Seq};
use geppetto::domain::time::Timestamp;
use geppetto::domain::transcript::{Chunk, Piece, Position};
use geppetto::ports::transcript::{Retention, TranscriptWriter};

use crate::row;

const APPENDS: u64 = 2_000_000;
const TENTH: u64 = APPENDS / 10;
const HUNDRED_THOUSAND: u64 = 100_000;

/// Appends between two commits: few, so that small frames are written and made into large ones all the time, as with a runner
/// that prints line by line.
const BATCH: u64 = 200;

pub(crate) fn run() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let id = RunnerId::new(uuid::Uuid::now_v7());
    let directory = dir.path().join("transcripts");
    let (times, bytes) = runtime.block_on(appended(&directory, id));
    let peer = plain(&dir.path().join("plain"));
    let database = directory.join(format!("{id}.db"));
    let (first, last) = (times[0], times[9]);
    let each = |seconds: &f64| format!("{:.0} ms", seconds * 1e3 / per_tenth());
    row(
        &format!(
            "{APPENDS} small appends ({:.0} MB), first tenth, 100k",
            bytes as f64 / 1e6
        ),
        &each(&first),
        &format!("{} (file)", each(&peer[0])),
        "-",
    );
    row(
        "  last tenth, 100k",
        &each(&last),
        &format!("{} (file)", each(&peer[9])),
        &format!("<= 1.5 x first ({:.2})", last / first),
    );
    let stored: i64 = rusqlite::Connection::open(&database)
        .unwrap()
        .query_row("SELECT sum(end - first) FROM frame", [], |row| row.get(0))
        .unwrap();
    let all = stored.cast_unsigned() == bytes;
    row(
        "  all of it stored",
        if all { "yes" } else { "NO" },
        "-",
        "yes",
    );
    plans(&database);
}

fn per_tenth() -> f64 {
    (TENTH / HUNDRED_THOUSAND) as f64
}

fn line(number: u64) -> String {
    format!("{number} of the lines that a runner prints\r\n")
}

/// Seconds of each tenth, and the bytes of all.
async fn appended(directory: &Path, id: RunnerId) -> (Vec<f64>, u64) {
    let store = SqliteTranscripts::start(TranscriptOptions {
        directory: directory.to_owned(),
        retention: Arc::new(|| Retention {
            bytes_per_runner: u64::MAX / 2,
            age: Duration::from_secs(1 << 40),
            total_on_disk: u64::MAX / 2,
        }),
        key: None,
        redact: None,
    })
    .unwrap();
    let start = Position::new(Epoch(1), Seq(0));
    let (mut at, mut times) = (start, Vec::new());
    for tenth in 0..10 {
        let began = Instant::now();
        for number in tenth * TENTH..(tenth + 1) * TENTH {
            let chunk = Chunk {
                at,
                // Each stands by itself in the table of chunks.
                time: Timestamp(number * 20),
                bytes: line(number).into_bytes().into(),
            };
            at = chunk.end();
            store
                .append(id, Piece::Output { chunk, lines: None })
                .unwrap();
            if (number + 1).is_multiple_of(BATCH) {
                store.flush(id, false).await.unwrap();
            }
        }
        times.push(began.elapsed().as_secs_f64());
    }
    (times, at.seq.0)
}

/// The same bytes appended to a file, written out as often.
fn plain(path: &Path) -> Vec<f64> {
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let tenth = |tenth: u64| {
        let began = Instant::now();
        for number in tenth * TENTH..(tenth + 1) * TENTH {
            file.write_all(line(number).as_bytes()).unwrap();
            if (number + 1).is_multiple_of(BATCH) {
                file.flush().unwrap();
            }
        }
        began.elapsed().as_secs_f64()
    };
    (0..10).map(tenth).collect()
}

fn plans(database: &Path) {
    let plans = query_plans(database).unwrap();
    let searches = |plan: &str| plan.starts_with("SEARCH") || plan.contains("USING INDEX");
    let (good, bad): (Vec<_>, Vec<_>) = plans.iter().partition(|(_, plan)| searches(plan));
    row(
        "  questions of the store that are index searches",
        &format!("{} of {}", good.len(), plans.len()),
        "-",
        "all",
    );
    for (question, plan) in bad {
        println!("    {question}: {plan}");
    }
}
