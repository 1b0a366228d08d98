//! How fast control mode is read: wire bytes per second on one core, on recorded output of coding agents.
//! Peers in the same run: a decoder that looks at every byte, and splitting lines with memchr and nothing else,
//! which is the most that a reader of lines can reach.
//!
//! `cargo bench --bench protocol`

use std::fmt::Write as _;

use bytes::BytesMut;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use geppetto::adapters::tmux::frame::{Frame, Framer};
use geppetto::adapters::tmux::unescape::{escape, unescape_into};

/// What one read of the pipe gives at most.
const CHUNK: usize = 64 * 1024;
const STREAM: usize = 8 << 20;

fn main() {
    divan::main();
}

/// What a client received.
#[derive(Debug, Clone, Copy)]
enum Sample {
    /// Recorded: Claude Code redrawing, an escaped byte every 8 bytes of the wire.
    Claude,
    /// Recorded: Codex, many short lines.
    Codex,
    /// Recorded: Gemini, long lines.
    Gemini,
    /// Made up: log lines, diffs and prose with colours, boxes and CJK in lines of 100 to 1000 bytes.
    Log,
}

const SAMPLES: [Sample; 4] = [Sample::Claude, Sample::Codex, Sample::Gemini, Sample::Log];

/// Data of `%output` lines, still escaped.
fn lines(sample: Sample) -> Vec<Vec<u8>> {
    let recorded: &[u8] = match sample {
        Sample::Claude => include_bytes!("../tests/fixtures/control-mode/agent-claude.txt"),
        Sample::Codex => include_bytes!("../tests/fixtures/control-mode/agent-codex.txt"),
        Sample::Gemini => include_bytes!("../tests/fixtures/control-mode/agent-gemini.txt"),
        Sample::Log => return made_up(),
    };
    recorded
        .split(|&byte| byte == b'\n')
        .filter_map(|line| line.strip_prefix(b"%output %1 "))
        .map(<[u8]>::to_vec)
        .collect()
}

fn made_up() -> Vec<Vec<u8>> {
    let mut text = String::new();
    for n in 0..2000 {
        write!(
            text,
            "\x1b[38;5;246m⏺\x1b[39m I'll look at how the session store is used before changing it, then \
             run the tests of the module that depends on it ({n}).\r\n\r\n\
             \x1b[48;2;4;47;46m\x1b[38;2;248;248;242m {n:>5} +    let reply = hub.send(command).await?;\x1b[K\x1b[0m\r\n\
             \x1b[1m\x1b[32mtest\x1b[0m supervise::exit::tests::case_{n} ... \x1b[32mok\x1b[0m\r\n\
             │ 変更点を確認してから、テストを実行します。エラーが出た場合は原因を調べて修正します。 │\r\n\
             2026-11-20T20:14:07.123Z  INFO worker{{id={n}}}: request finished status=200 latency=12ms\r\n",
        )
        .expect("writing to a String never fails");
    }
    let mut rest = text.as_bytes();
    let mut size = 100;
    let mut all = Vec::new();
    while !rest.is_empty() {
        size = 100 + (size * 7919 + 31) % 901;
        let (line, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        all.push(escape(line).to_vec());
    }
    all
}

/// The sample over and over, each line after `head`.
fn wire(sample: Sample, head: &str) -> Vec<u8> {
    let lines = lines(sample);
    let mut out = Vec::with_capacity(STREAM + CHUNK);
    for line in lines.iter().cycle() {
        if out.len() > STREAM {
            break;
        }
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

fn feed(bencher: Bencher<'_, '_>, input: &[u8]) {
    bencher
        .counter(BytesCount::new(input.len()))
        .bench_local(|| {
            let mut framer = Framer::new();
            let mut total = 0;
            for chunk in input.chunks(CHUNK) {
                framer.feed(chunk, &mut |frame| {
                    if let Frame::Output { bytes, .. } = &frame {
                        total += bytes.len();
                    }
                    black_box(frame);
                });
            }
            total
        });
}

#[divan::bench(args = SAMPLES)]
fn framer_output(bencher: Bencher<'_, '_>, sample: Sample) {
    feed(bencher, &wire(sample, "%output %3 "));
}

#[divan::bench(args = SAMPLES)]
fn framer_extended_output(bencher: Bencher<'_, '_>, sample: Sample) {
    feed(bencher, &wire(sample, "%extended-output %3 0 : "));
}

/// Only the decoding, line by line.
#[divan::bench(args = SAMPLES)]
fn unescape_only(bencher: Bencher<'_, '_>, sample: Sample) {
    let lines = lines(sample);
    let size: usize = lines.iter().map(Vec::len).sum();
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        let mut total = 0;
        let mut out = BytesMut::new();
        for line in &lines {
            unescape_into(black_box(line), &mut out);
            total += out.len();
            out.clear();
        }
        total
    });
}

/// Peer: what one writes first.
#[divan::bench(args = SAMPLES)]
fn peer_per_byte(bencher: Bencher<'_, '_>, sample: Sample) {
    let input = wire(sample, "%output %3 ");
    bencher
        .counter(BytesCount::new(input.len()))
        .bench_local(|| {
            let mut total = 0;
            for line in input.split(|&byte| byte == b'\n') {
                let data = line.strip_prefix(b"%output %3 ").unwrap_or(line);
                let mut out = Vec::new();
                let mut bytes = data.iter();
                while let Some(&byte) = bytes.next() {
                    if byte == b'\\' {
                        let digits = bytes.by_ref().take(3);
                        out.push(digits.fold(0, |value: u8, digit| (value << 3) | (digit & 7)));
                    } else {
                        out.push(byte);
                    }
                }
                total += black_box(out).len();
            }
            total
        });
}

/// Peer: the bound.
#[divan::bench(args = SAMPLES)]
fn bound_split_lines(bencher: Bencher<'_, '_>, sample: Sample) {
    let input = wire(sample, "%output %3 ");
    bencher
        .counter(BytesCount::new(input.len()))
        .bench_local(|| memchr::memchr_iter(b'\n', &input).fold(0, |sum, at| sum ^ black_box(at)));
}
