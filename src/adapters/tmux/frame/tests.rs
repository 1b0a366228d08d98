//! Frames: order, blocks that nothing can forge, limits, and chunks cut anywhere.

use proptest::prelude::*;

use super::*;

fn feed(framer: &mut Framer, input: &[u8]) -> Vec<Frame> {
    let mut all = Vec::new();
    framer.feed(input, &mut |frame| all.push(frame));
    all
}

fn frames(input: &[u8]) -> Vec<Frame> {
    feed(&mut Framer::new(), input)
}

fn output(pane: u32, bytes: &'static [u8]) -> Frame {
    Frame::Output {
        pane: PaneId(pane),
        bytes: Bytes::from_static(bytes),
        age_ms: None,
    }
}

fn reply(number: u32, ok: bool, rows: &[&'static [u8]]) -> Frame {
    Frame::Reply(Reply {
        guard: Guard {
            time: 5,
            number,
            flags: 1,
        },
        ok,
        rows: rows.iter().map(|row| Bytes::from_static(row)).collect(),
        truncated: false,
    })
}

/// Joins neighbouring output of one pane, which chunks may cut anywhere.
fn joined(frames: Vec<Frame>) -> Vec<Frame> {
    let mut all: Vec<Frame> = Vec::new();
    for frame in frames {
        if let Frame::Output {
            pane,
            bytes,
            age_ms,
        } = &frame
            && let Some(Frame::Output {
                pane: last_pane,
                bytes: last_bytes,
                age_ms: last_age,
            }) = all.last_mut()
            && last_pane == pane
        {
            *last_bytes = [last_bytes.as_ref(), bytes.as_ref()].concat().into();
            *last_age = (*last_age).max(*age_ms);
            continue;
        }
        all.push(frame);
    }
    all
}

#[test]
fn order_is_kept_and_neighbours_of_one_pane_are_joined() {
    let got = frames(
        b"%output %1 a\\015\\012\n%output %1 b\n%output %2 c\n%pause %1\n%output %1 d\n\
          %begin 5 6 1\nrow\n%end 5 6 1\n%output %1 e\n%extended-output %1 7 : f\n\
          %extended-output %1 5 later fields : g : h\n",
    );
    let want = [
        output(1, b"a\r\nb"),
        output(2, b"c"),
        Frame::Notification(Notification::Pause { pane: PaneId(1) }),
        output(1, b"d"),
        reply(6, true, &[b"row"]),
        Frame::Output {
            pane: PaneId(1),
            bytes: Bytes::from_static(b"efg : h"),
            age_ms: Some(7),
        },
    ];
    assert_eq!(got, want);
}

#[test]
fn a_row_that_looks_like_an_event_injects_nothing() {
    let rows: [&[u8]; 14] = [
        b"%output %1 forged",
        b"%extended-output %1 0 : forged",
        b"%exit",
        b"%end 1 2 3",
        b"%end 5 6 0",
        b"%end 5 7 1",
        b"%error 4 6 1",
        b"%end 5 6 1 ",
        b"%end 5 6 1\r",
        b" %end 5 6 1",
        b"%end 5 6",
        b"%begin 5 7 1",
        b"%pause %1",
        b"",
    ];
    let mut input = b"%begin 5 6 1\n".to_vec();
    for row in rows {
        input.extend_from_slice(row);
        input.push(b'\n');
    }
    input.extend_from_slice(b"%end 5 6 1\n%sessions-changed\n");
    let mut framer = Framer::new();
    let got = feed(&mut framer, &input);
    let want = [
        reply(6, true, &rows),
        Frame::Notification(Notification::SessionsChanged),
    ];
    assert_eq!(got, want);
    assert_eq!(framer.counters(), FrameCounters::default());
}

#[test]
fn error_ends_a_block_and_an_end_without_a_block_is_stray() {
    let mut framer = Framer::new();
    let got = feed(
        &mut framer,
        b"%begin 5 6 1\nno such pane\n%error 5 6 1\n%end 5 6 1\nhi\n\n",
    );
    let stray = |text: &'static [u8]| Frame::Stray(Bytes::from_static(text));
    let want = [
        reply(6, false, &[b"no such pane"]),
        stray(b"%end 5 6 1"),
        stray(b"hi"),
        stray(b""),
    ];
    assert_eq!(got, want);
    assert_eq!(framer.counters().malformed, 1);
}

#[test]
fn what_is_not_understood_is_counted_and_kept() {
    let mut framer = Framer::new();
    let lines: [&'static [u8]; 6] = [
        b"%brand-new @1 x",
        b"%",
        b"%output x y",
        b"%window-add 1",
        b"%begin 1 2",
        b"%layout-change @1 a",
    ];
    let got = feed(
        &mut framer,
        &[lines.join(&b'\n').as_slice(), b"\n"].concat(),
    );
    let want = lines.map(|line| {
        Frame::Notification(Notification::Unknown {
            line: Bytes::from_static(line),
        })
    });
    assert_eq!(got, want);
    let counters = framer.counters();
    assert_eq!((counters.unknown, counters.malformed), (2, 4));
}

#[test]
fn a_line_without_an_end_is_cut_at_the_limit_however_it_comes() {
    let limits = FrameLimits {
        line: 20,
        reply: 1 << 20,
    };
    let input = b"%output %1 0123456789abcdef\n%output %1 next\n%output %1 012345678\n";
    for size in 1..=input.len() {
        let mut framer = Framer::with_limits(limits);
        let got: Vec<Frame> = input
            .chunks(size)
            .flat_map(|chunk| feed(&mut framer, chunk))
            .collect();
        assert_eq!(
            joined(got),
            [output(1, b"012345678next012345678")],
            "chunks of {size}"
        );
        assert_eq!(framer.counters().oversized, 1, "chunks of {size}");
    }
}

#[test]
fn a_reply_keeps_rows_up_to_the_limit_and_says_that_some_are_missing() {
    let limits = FrameLimits {
        line: 100,
        reply: 2 * (size_of::<Bytes>() + 3),
    };
    let mut framer = Framer::with_limits(limits);
    let got = feed(
        &mut framer,
        b"%begin 5 6 1\none\ntwo\nthree\n4\n%end 5 6 1\n%begin 5 7 1\n%end 5 7 1\n",
    );
    let [Frame::Reply(cut), whole] = got.as_slice() else {
        panic!("{got:?}");
    };
    assert!(cut.truncated && cut.ok);
    assert_eq!(cut.rows, ["one", "two"]);
    assert_eq!(*whole, reply(7, true, &[]));
    assert_eq!(framer.counters().oversized, 1);
}

/// Lines of every sort, well formed and not, and garbage between.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let fixed = prop::sample::select(vec![
        "%begin 5 6 1",
        "%end 5 6 1",
        "%error 5 6 1",
        "%end 5 7 1",
        "%begin 5 7 1",
        "%exit",
        "%pause %1",
        "%subscription-changed a $1 @2 3 %4 new : v : w",
        "%layout-change @1 a b ",
        "%output %1",
        "text",
        "",
    ]);
    let printed = (
        0..3_u32,
        prop::collection::vec(any::<u8>(), 0..60),
        any::<bool>(),
    )
        .prop_map(|(pane, raw, extended)| {
            let data = crate::adapters::tmux::unescape::escape(&raw);
            let head = if extended {
                format!("%extended-output %{pane} {} : ", raw.len())
            } else {
                format!("%output %{pane} ")
            };
            [head.as_bytes(), &data].concat()
        });
    let garbage = prop::collection::vec(any::<u8>(), 0..30);
    let line = prop_oneof![
        4 => fixed.prop_map(|line| line.as_bytes().to_vec()),
        6 => printed,
        1 => garbage.clone(),
        1 => garbage.prop_map(|bytes| [b"%", bytes.as_slice()].concat()),
    ];
    prop::collection::vec(line, 0..40).prop_map(|lines| lines.join(&b'\n'))
}

proptest! {
    #[test]
    fn chunks_cut_anywhere_give_the_same_frames(
        input in stream(),
        sizes in prop::collection::vec(1..40_usize, 1..20),
        small_limits: bool,
    ) {
        let limits = if small_limits {
            FrameLimits { line: 40, reply: 200 }
        } else {
            FrameLimits::default()
        };
        let mut whole = Framer::with_limits(limits);
        let at_once = feed(&mut whole, &input);
        let mut cut = Framer::with_limits(limits);
        let mut in_pieces = Vec::new();
        let mut rest = input.as_slice();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            in_pieces.extend(feed(&mut cut, chunk));
            rest = after;
        }
        prop_assert_eq!(joined(at_once), joined(in_pieces));
        prop_assert_eq!(whole.counters(), cut.counters());
    }

    #[test]
    fn garbage_never_panics(chunks: Vec<Vec<u8>>) {
        let mut framer = Framer::with_limits(FrameLimits { line: 50, reply: 100 });
        for chunk in chunks {
            feed(&mut framer, &chunk);
        }
    }

    #[test]
    fn output_comes_back_byte_for_byte(pieces: Vec<Vec<u8>>) {
        let mut wire = Vec::new();
        for piece in &pieces {
            wire.extend_from_slice(b"%output %9 ");
            wire.extend_from_slice(&crate::adapters::tmux::unescape::escape(piece));
            wire.push(b'\n');
        }
        let mut got = Vec::new();
        for frame in frames(&wire) {
            let Frame::Output { pane: PaneId(9), bytes, .. } = frame else {
                return Err(TestCaseError::fail(format!("{frame:?}")));
            };
            got.extend_from_slice(&bytes);
        }
        prop_assert_eq!(got, pieces.concat());
    }
}
