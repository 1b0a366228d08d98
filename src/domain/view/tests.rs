//! Lines and screens from streams as programs print them.

use std::time::Duration;

use super::*;

const SIZE: Size = Size { cols: 40, rows: 6 };

fn at(seconds: u64) -> Tick {
    Tick(Duration::from_secs(seconds))
}

fn owned(lines: &[Arc<str>]) -> Vec<String> {
    lines.iter().map(ToString::to_string).collect()
}

fn texts(settled: Settled) -> Vec<String> {
    let lines = settled.lines.into_iter();
    lines.map(|(_, line)| line.to_string()).collect()
}

/// Everything that a stream logs, with its end.
fn log(parts: &[&str]) -> Vec<String> {
    let mut view = View::new(SIZE);
    let mut lines: Vec<String> = parts
        .iter()
        .flat_map(|part| texts(view.output(part.as_bytes(), at(0))))
        .collect();
    lines.extend(owned(&view.finish()));
    lines
}

#[test]
fn plain_lines_come_at_once_and_can_be_had_from_the_bytes() {
    let mut view = View::new(SIZE);
    let settled = view.output(b"\x1b[32mone\x1b[0m\r\ntwo\r\nthr", at(0));
    assert!(settled.derivable);
    assert_eq!(settled.lines, [(14, "one".into()), (19, "two".into())]);
    assert_eq!(texts(view.output(b"ee\r\n", at(0))), ["three"]);
    assert_eq!(view.picture().rows[..3], ["one", "two", "three"]);
}

#[test]
fn a_spinner_and_a_box_below_do_not_fill_the_log() {
    // As inline interfaces draw: up to the top of their region, erase, and draw again.
    let mut parts = vec!["\x1b[?25lmessage one\r\n> box\r\nhint".to_owned()];
    for frame in 0..50 {
        parts.push(format!(
            "\r\x1b[1A\x1b[J⠋ thinking {frame}s\r\n> box\r\nhint\x1b[1A"
        ));
    }
    parts.push("\r\x1b[1A\x1b[Jmessage two\r\n> box\r\nhint".to_owned());
    for line in 0..10 {
        parts.push(format!(
            "\r\x1b[1A\x1b[Janswer {}\r\n> box\r\nhint",
            char::from(b'a' + line)
        ));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let lines = log(&parts);
    for wanted in [
        "message one",
        "message two",
        "answer a",
        "answer j",
        "> box",
        "hint",
    ] {
        let count = lines.iter().filter(|line| *line == wanted).count();
        assert_eq!(count, 1, "{wanted}: {lines:#?}");
    }
    let thinking = lines
        .iter()
        .filter(|line| line.contains("thinking"))
        .count();
    assert!(thinking <= 1, "{lines:#?}");
    let place = |text: &str| lines.iter().position(|line| line == text);
    assert!(place("message one") < place("message two") && place("answer a") < place("answer j"));
}

#[test]
fn a_full_screen_program_gives_its_text_once() {
    let mut view = View::new(SIZE);
    let draw = |view: &mut View, from: u32, now: u64| {
        let rows: String = (from..from + 5)
            .map(|n| {
                format!(
                    "\x1b[{};1H\x1b[Kline {}",
                    n - from + 1,
                    char::from_u32(97 + n).unwrap()
                )
            })
            .collect();
        let text = format!("{rows}\x1b[6;1H\x1b[Kstatus {now}");
        texts(view.output(text.as_bytes(), at(now)))
    };
    let mut lines = texts(view.output(b"before\r\n\x1b[?1049h\x1b[2J", at(0)));
    for step in 0..8 {
        lines.extend(draw(&mut view, step, u64::from(step) * 2));
        let due = view.deadline().unwrap();
        assert_eq!(due, at(u64::from(step) * 2 + 1), "a second of silence");
        lines.extend(owned(&view.expire(due)));
        assert_eq!(view.deadline(), None);
    }
    lines.extend(texts(view.output(b"\x1b[?1049lafter\r\n", at(30))));
    let wanted: Vec<String> = [
        "before", "line a", "line b", "line c", "line d", "line e", "status 0",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain((5..12).map(|n| format!("line {}", char::from(97 + n))))
    .chain(["after".to_owned()])
    .collect();
    assert_eq!(lines, wanted);
}

#[test]
fn what_is_redrawn_is_not_due_while_the_alternate_screen_is_shown() {
    let mut view = View::new(SIZE);
    view.output(b"one\r\ntwo\r\n\x1b[2A> prompt\x1b[2B\r", at(0));
    assert_eq!(view.deadline(), Some(at(10)));
    view.output(b"\x1b[?1049h\x1b[2J\x1b[Hrows", at(1));
    assert_eq!(view.deadline(), Some(at(2)));
    assert_eq!(owned(&view.expire(at(20))), ["rows"]);
    // Nothing could be done about it: who waits for it would be woken without end.
    assert_eq!(view.deadline(), None);
    let back = texts(view.output(b"\x1b[?1049l", at(30)));
    assert_eq!(back, ["> prompt"]);
    assert_eq!(view.deadline(), None, "it rested long enough meanwhile");
}

#[test]
fn what_a_program_went_back_to_settles_when_it_leaves_it_alone() {
    let mut view = View::new(SIZE);
    let mut lines = texts(view.output(b"a\r\nb\r\n", at(0)));
    lines.extend(texts(
        view.output(b"\x1b[2A\x1b[2Kc\r\n\x1b[2Kd\r\n", at(1)),
    ));
    assert_eq!(lines, ["a", "b"]);
    assert_eq!(view.deadline(), Some(at(11)));
    lines.extend(owned(&view.expire(at(11))));
    assert_eq!(lines, ["a", "b", "c", "d"]);
    assert_eq!(view.deadline(), None);
    // And then it is cheap again.
    let settled = view.output(b"e\r\n", at(12));
    assert!(settled.derivable);
    assert_eq!(texts(settled), ["e"]);
}

#[test]
fn wrapped_rows_are_one_line() {
    let long = "x".repeat(100);
    assert_eq!(
        log(&["\x1b[?25l", &long, "\r\nnext\r\n"]),
        [long.clone(), "next".to_owned()]
    );
    let many: Vec<String> = (0..20)
        .map(|n| char::from(b'a' + n).to_string().repeat(90))
        .collect();
    let stream = format!("\x1b[?25l{}\r\n", many.join("\r\n"));
    assert_eq!(log(&[&stream]), many);
}

#[test]
fn a_seed_is_known_and_what_comes_after_it_is_not() {
    let mut view = View::new(SIZE);
    view.seed(SIZE, b"\x1bc\x1b[1;1Hone\x1b[2;1Htwo\x1b[3;1H$ ");
    let mut lines = texts(view.output(b"ls\r\nfile\r\n$ ", at(0)));
    for n in 0..8 {
        lines.extend(texts(
            view.output(format!("{}\r\n", char::from(b'a' + n)).as_bytes(), at(0)),
        ));
    }
    assert_eq!(lines[..3], ["$ ls", "file", "$ a"]);
    assert!(!lines.contains(&"one".to_owned()), "{lines:?}");
}

#[test]
fn clearing_the_screen_loses_no_line() {
    let lines = log(&["one\r\ntwo\r\n\x1b[H\x1b[2Jthree\r\nfour\r\n"]);
    assert_eq!(lines, ["one", "two", "three", "four"]);
}

#[test]
fn repeated_and_numbered_lines_of_a_program_after_a_cleared_screen_are_all_logged() {
    let numbered: String = (1..=30).map(|n| format!("line {n}\r\n}}\r\n")).collect();
    let lines = log(&["line 0\r\n\x1b[H\x1b[2J", &numbered]);
    let wanted: Vec<String> = ["line 0".to_owned()]
        .into_iter()
        .chain((1..=30).flat_map(|n| [format!("line {n}"), "}".to_owned()]))
        .collect();
    assert_eq!(lines, wanted);
}

#[test]
fn a_box_that_moves_down_is_logged_once() {
    let mut view = View::new(Size { cols: 40, rows: 20 });
    let mut lines = texts(view.output(b"\x1b[?25l> box 0\r\nhint", at(0)));
    for turn in 0..4_u64 {
        let name = char::from(b'a' + u8::try_from(turn).unwrap());
        let text =
            format!("\r\x1b[1A\x1b[Jmessage {name}\r\n}}\r\n> box {turn}\r\nhint\r\nfoot\x1b[1A");
        lines.extend(texts(view.output(text.as_bytes(), at(turn * 100))));
        lines.extend(owned(&view.expire(at(turn * 100 + 50))));
    }
    let count = |text: &str| lines.iter().filter(|line| line.starts_with(text)).count();
    assert_eq!(
        (count("> box"), count("message"), count("}")),
        (1, 4, 4),
        "{lines:#?}"
    );
}

#[test]
fn a_dump_goes_on_where_it_was() {
    let mut view = View::new(SIZE);
    view.output(b"\x1b[31mred\r\n\x1b[5;5Hthere\x1b[?1049halt", at(0));
    let (size, dump) = view.dump();
    let mut other = View::new(size);
    other.seed(size, dump.as_bytes());
    assert_eq!(other.picture(), view.picture());
    for view in [&mut view, &mut other] {
        view.output(b"more\x1b[?1049lback", at(1));
    }
    assert_eq!(other.picture(), view.picture());
}

#[test]
fn wrongly_decoded_quotes_swallow_nothing() {
    // U+009D begins a string in a terminal of eight-bit control characters; tmux is none.
    let text = "he said \u{e2}\u{80}\u{9d} ok\r\n\u{9b}2Jafter\r\n";
    for before in ["", "\x1b[?25l"] {
        let mut view = View::new(SIZE);
        let mut lines = texts(view.output(before.as_bytes(), at(0)));
        lines.extend(texts(view.output(text.as_bytes(), at(0))));
        assert_eq!(lines, ["he said \u{e2} ok", "2Jafter"]);
        assert_eq!(view.picture().rows[..2], lines);
    }
}

#[test]
fn a_line_without_end_is_given_out_while_it_scrolls() {
    let mut view = View::new(SIZE);
    view.output(b"\x1b[?25l", at(0));
    let lines: Vec<String> = (0..100)
        .flat_map(|_| texts(view.output(&[b'x'; 1000], at(0))))
        .collect();
    let given: usize = lines.iter().map(String::len).sum();
    assert!(given + MAX_LINE_BYTES + 40 * 6 >= 100_000, "{given}");
}

#[test]
fn text_above_a_spinner_that_never_rests_is_logged_meanwhile() {
    let mut view = View::new(Size { cols: 40, rows: 30 });
    view.output(b"\x1b[?25lspin\r\nbox", at(0));
    let answer = b"\r\x1b[1A\x1b[Jone\r\ntwo\r\nspin 1\r\nbox";
    let mut lines = texts(view.output(answer, at(1)));
    for now in 2..60 {
        let frame = format!("\r\x1b[1A\x1b[Jspin {now}\r\nbox");
        lines.extend(texts(view.output(frame.as_bytes(), at(now))));
    }
    assert_eq!(lines, ["one", "two"]);
}

#[test]
fn repeated_lines_of_a_region_are_all_logged() {
    let mut view = View::new(Size { cols: 40, rows: 30 });
    let mut lines = texts(view.output(b"\x1b[?25l> box\r\nhint\r\nfoot", at(0)));
    let answer = "fn a() {\r\n  return None;\r\n}\r\nfn b() {\r\n  return None;\r\n}\r\ntest 1 ok\r\ntest 2 ok";
    for turn in 0..2 {
        let text = format!("\r\x1b[2A\x1b[J{answer}\r\n> box\r\nhint\r\nfoot");
        lines.extend(texts(view.output(text.as_bytes(), at(1 + turn * 60))));
        lines.extend(owned(&view.expire(at(40 + turn * 60))));
    }
    let count = |text: &str| lines.iter().filter(|line| *line == text).count();
    assert_eq!(count("  return None;"), 4, "{lines:#?}");
    assert_eq!((count("test 2 ok"), count("> box")), (2, 1), "{lines:#?}");
}

#[test]
fn a_program_that_prints_all_it_said_with_every_frame_is_logged_once() {
    let said: String = (b'a'..b'p')
        .map(|n| format!("said {}\r\n", char::from(n)))
        .collect();
    let frames: Vec<String> = (0..20)
        .map(|n| format!("\x1b[?25l\x1b[2J\x1b[3J\x1b[H{said}spin {n}"))
        .collect();
    let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
    let lines = log(&frames);
    let count = |text: &str| lines.iter().filter(|line| *line == text).count();
    assert_eq!((count("said a"), count("said o")), (1, 1), "{lines:#?}");
    // The same with a visible cursor is a person who clears the screen and runs something again.
    let run = "\x1b[H\x1b[2J\x1b[3Jrunning\r\nok\r\n";
    let lines = log(&[run, run]);
    assert_eq!(
        lines.iter().filter(|line| *line == "ok").count(),
        2,
        "{lines:#?}"
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn part() -> impl Strategy<Value = Vec<u8>> {
        let whole: &[&[u8]] = &[
            b"\x1b[31m",
            b"\x1b[0m",
            b"\x1b[1;4m",
            b"\x1b[K",
            b"\x1b]0;t\x07",
            b"\r\n",
            b"\r\n",
            b"\n",
            b"\r",
            b"\t",
            b"\x08",
            b"\x1b[2C",
            b"\x1b[A",
            b"\x1b[3;3H",
            b"\x1b[2J",
            b"\x1b[?1049h",
            b"\x1b[?1049l",
            b"\x1b[?25l",
            b"\x1b[?25h",
            b"\x1bM",
            b"\x1b[2;4r",
            b"\x1b[L",
            b"\x1b[",
            b"\x1b",
            b"\x1b(0",
            b"\x1b(B",
        ];
        prop_oneof![
            proptest::sample::select(whole).prop_map(<[u8]>::to_vec),
            "[ -~]{0,30}".prop_map(String::into_bytes),
            "[a-zé修\u{200b}]{0,8}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..6),
        ]
    }

    fn plain() -> impl Strategy<Value = Vec<u8>> {
        let whole: &[&[u8]] = &[
            b"\x1b[31m",
            b"\x1b[0m",
            b"\x1b[0;1m",
            b"\x1b[38;5;9m",
            b"\x1b[K",
            b"\x1b]0;t\x07",
            b"\r\n",
            b"\r\n",
            b"\r\n",
            b"\t",
            b"\x1b[?2004h",
        ];
        prop_oneof![
            proptest::sample::select(whole).prop_map(<[u8]>::to_vec),
            "[ -~]{0,60}".prop_map(String::into_bytes),
            "[a-zé修]{0,20}".prop_map(String::into_bytes),
        ]
    }

    proptest! {
        #[test]
        fn nothing_but_printable_text_comes_out_and_nothing_panics(
            parts in proptest::collection::vec(part(), 0..60), cols in 1_u16..50, rows in 1_u16..10,
        ) {
            let mut view = View::new(Size { cols, rows });
            let mut lines = Vec::new();
            for (number, part) in (0_u64..).zip(&parts) {
                lines.extend(texts(view.output(part, at(number))));
                if number % 7 == 3 {
                    lines.extend(owned(&view.expire(at(number + 1))));
                }
                if number % 13 == 5 {
                    view.resize(Size { cols: cols + 3, rows });
                }
            }
            lines.extend(owned(&view.finish()));
            prop_assert_eq!(view.panics(), 0);
            for line in lines {
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
                prop_assert!(line.len() <= MAX_LINE_BYTES);
            }
        }

        /// What is left out of a flood leaves the same screen.
        #[test]
        fn a_flood_leaves_the_screen_that_all_of_it_would(
            parts in proptest::collection::vec(plain(), 1..40), rows in 1_u16..8,
        ) {
            let size = Size { cols: 30, rows };
            let once = [parts.concat(), b"\r\n".to_vec()].concat();
            let flood = once.repeat(60_000 / once.len() + 2);
            let mut view = View::new(size);
            prop_assert!(view.output(&flood, at(0)).derivable);
            let mut whole = avt::Terminal::new(30, usize::from(rows)).unwrap();
            whole.feed(&*String::from_utf8_lossy(&flood));
            prop_assert_eq!(view.picture(), Picture::of(&whole, size));
            // Also what is drawn from here on.
            view.output(b"more", at(1));
            whole.feed("more");
            prop_assert_eq!(view.picture(), Picture::of(&whole, size));
        }

        /// Whatever modes were set before: those that matter to what is left out are not plain.
        #[test]
        fn a_flood_behind_anything_leaves_the_screen_that_all_of_it_would(
            before in proptest::collection::vec(part(), 0..20),
            parts in proptest::collection::vec(plain(), 1..20), rows in 1_u16..8,
        ) {
            let size = Size { cols: 30, rows };
            let once = [parts.concat(), b"\r\n".to_vec()].concat();
            let flood = once.repeat(20_000 / once.len() + 2);
            let before = [before.concat(), b"\x18\x1b(B\x1b[?25h\r\n".to_vec()].concat();
            let mut view = View::new(size);
            view.output(&before, at(0));
            view.expire(at(30));
            view.output(&flood, at(60));
            view.output(&flood, at(90));
            let mut whole = View::new(size);
            whole.output(b"\x1b[?25h", at(0));
            for bytes in [&before, &flood, &flood] {
                whole.output(bytes, at(0));
            }
            prop_assert_eq!(view.picture(), whole.picture());
        }

        #[test]
        fn derivable_lines_are_those_of_a_reader_wherever_the_stream_is_cut(
            parts in proptest::collection::vec(plain(), 1..40), cuts in proptest::collection::vec(1_usize..50, 1..20),
        ) {
            let stream = parts.concat();
            let (mut view, mut reader) = (View::new(SIZE), LineReader::new());
            let (mut live, mut place) = (Vec::new(), 0);
            let mut rest = &stream[..];
            for cut in cuts.into_iter().cycle() {
                let (part, left) = rest.split_at(cut.min(rest.len()));
                let settled = view.output(part, at(0));
                prop_assert!(settled.derivable);
                live.extend(settled.lines.into_iter().map(|(offset, line)| (place + offset, line)));
                place += part.len();
                rest = left;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(live, reader.push(&stream));
        }
    }
}

#[test]
fn a_view_that_rested_goes_on_where_it_was() {
    let texts_so_far = "\x1bc\x1b[1;31mred\x1b[m plain\r\n\x1b[4mline\x1b[m \u{4fee}\r\n";
    let more = b"more\r\n\x1b[32mgreen\r\n";
    let mut rested = View::new(SIZE);
    rested.seed(SIZE, texts_so_far.as_bytes());
    let mut live = View::new(SIZE);
    live.seed(SIZE, texts_so_far.as_bytes());
    for round in 0..3 {
        rested.rest();
        rested.rest();
        assert_eq!(rested.size(), SIZE);
        let lines = texts(rested.output(more, at(round)));
        assert_eq!(lines, texts(live.output(more, at(round))));
        assert_eq!(rested.picture(), live.picture(), "round {round}");
    }
    // What draws is not put away.
    for view in [&mut rested, &mut live] {
        view.output(b"\x1b[Hdrawn", at(4));
        view.rest();
        view.output(b" on", at(4));
    }
    assert_eq!(rested.picture(), live.picture());
    let wider = Size { cols: 90, rows: 30 };
    rested.rest();
    for view in [&mut rested, &mut live] {
        view.resize(wider);
        assert_eq!(view.size(), wider);
    }
    assert_eq!(rested.picture(), live.picture());
}
