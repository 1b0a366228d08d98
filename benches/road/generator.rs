//! What runs in the panes: prints a flood and writes down how long it took, or lines with the time at a rate.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A line as agents print them: colours, some text beyond ASCII, 106 bytes.
const LINE: &str = "\x1b[32m✓\x1b[0m \x1b[1msrc/module/file.rs\x1b[0m:\x1b[36m118\x1b[0m updated the handler, 12 lines added, ok\r\n";

pub(crate) fn run(args: &[String]) {
    let number = |at: usize| args[at].parse::<u64>().unwrap();
    match args[0].as_str() {
        "flood" => flood(number(1), Path::new(&args[2])),
        "work" => work(number(1), Path::new(&args[2])),
        "beats" => beats(number(1), Path::new(&args[2])),
        "lines" => lines(number(1), number(2)),
        other => panic!("{other}"),
    }
}

/// Prints `count` lines as fast as the terminal takes them; their bytes and the time go to `done`.
fn flood(count: u64, done: &Path) {
    let chunk = LINE.repeat(100);
    let mut out = std::io::stdout().lock();
    let start = Instant::now();
    for _ in 0..count / 100 {
        out.write_all(chunk.as_bytes()).unwrap();
    }
    out.flush().unwrap();
    let took = start.elapsed();
    let part = done.with_extension("part");
    fs::write(
        &part,
        format!("{} {}", took.as_micros(), count / 100 * chunk.len() as u64),
    )
    .unwrap();
    fs::rename(part, done).unwrap();
}

const WORDS: [&str; 24] = [
    "handler", "updated", "module", "reading", "tests", "failed", "passed", "import", "commit",
    "branch", "review", "warning", "refactor", "the", "a", "of", "in", "line", "file", "token",
    "request", "answer", "wait", "retry",
];

/// Prints `count` lines of text as agents do, no two alike, with the terminal's own conversions off, so that what is stored can
/// be compared byte for byte: time, bytes and CRC32 go to `done`.
fn work(count: u64, done: &Path) {
    let mut terminal = rustix::termios::tcgetattr(std::io::stdout()).unwrap();
    terminal.make_raw();
    rustix::termios::tcsetattr(
        std::io::stdout(),
        rustix::termios::OptionalActions::Now,
        &terminal,
    )
    .unwrap();
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    let (mut digest, mut bytes, mut state) = (crc.digest(), 0, 0x2545_f491_4f6c_dd1d_u64);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut out = std::io::stdout().lock();
    let mut chunk = String::new();
    let start = Instant::now();
    for number in 0..count {
        chunk.push_str("\x1b[32m✓\x1b[0m ");
        for _ in 0..10 {
            chunk.push_str(WORDS[(next() % 24) as usize]);
            chunk.push(' ');
        }
        chunk.push_str(&format!(
            "\x1b[36m{number}\x1b[0m {:08x}\r\n",
            next() as u32
        ));
        if chunk.len() > 8192 || number + 1 == count {
            digest.update(chunk.as_bytes());
            bytes += chunk.len();
            out.write_all(chunk.as_bytes()).unwrap();
            chunk.clear();
        }
    }
    out.flush().unwrap();
    let took = start.elapsed().as_micros();
    let part = done.with_extension("part");
    fs::write(&part, format!("{took} {bytes} {}", digest.finalize())).unwrap();
    fs::rename(part, done).unwrap();
}

pub(crate) fn now_micros() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_micros()
}

/// Prints `rate` lines a second for so many seconds, each with the time at which it was written.
fn lines(rate: u64, seconds: u64) {
    let start = Instant::now();
    let mut out = std::io::stdout().lock();
    for number in 0..rate * seconds {
        let due = Duration::from_micros(number * 1_000_000 / rate);
        if let Some(early) = due.checked_sub(start.elapsed()) {
            std::thread::sleep(early);
        }
        writeln!(out, "{} {number}", now_micros()).unwrap();
        out.flush().unwrap();
    }
}

/// Prints one line a second, so many times, and writes down when.
fn beats(count: u64, times: &Path) {
    let mut out = std::io::stdout().lock();
    let mut written = String::new();
    for _ in 0..count {
        std::thread::sleep(Duration::from_secs(1));
        written.push_str(&format!("{}\n", now_micros()));
        writeln!(out, "beat").unwrap();
        out.flush().unwrap();
    }
    let part = times.with_extension("part");
    fs::write(&part, written).unwrap();
    fs::rename(part, times).unwrap();
}
