//! A stream gives the same frames whole and cut anywhere. The first byte says how the rest is cut, and whether
//! the limits are small enough to be met.
#![no_main]

use geppetto::adapters::tmux::frame::{Frame, FrameCounters, FrameLimits, Framer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&cut, stream)) = input.split_first() else {
        return;
    };
    let limits = if cut & 1 == 0 {
        FrameLimits::default()
    } else {
        FrameLimits { line: 64, reply: 256 }
    };
    let size = usize::from(cut >> 1) + 1;
    assert_eq!(
        read(limits, [stream].into_iter()),
        read(limits, stream.chunks(size))
    );
});

/// Neighbouring output of one pane is joined: chunks may cut it anywhere.
fn read<'a>(
    limits: FrameLimits,
    chunks: impl Iterator<Item = &'a [u8]>,
) -> (Vec<Frame>, FrameCounters) {
    let mut framer = Framer::with_limits(limits);
    let mut all: Vec<Frame> = Vec::new();
    for chunk in chunks {
        framer.feed(chunk, &mut |frame| join(&mut all, frame));
    }
    (all, framer.counters())
}

fn join(all: &mut Vec<Frame>, frame: Frame) {
    if let Frame::Output { pane, bytes, age_ms } = &frame
        && let Some(Frame::Output {
            pane: last_pane,
            bytes: last_bytes,
            age_ms: last_age,
        }) = all.last_mut()
        && last_pane == pane
    {
        *last_bytes = [last_bytes.as_ref(), bytes.as_ref()].concat().into();
        *last_age = (*last_age).max(*age_ms);
    } else {
        all.push(frame);
    }
}
