//! Pictures of panes against a real tmux: they mark their place in the stream, and what they draw on a fresh terminal is what
//! tmux shows.

use std::fmt::Write as _;

use super::testing::{Server, Stream, wait_until};
use crate::domain::pane_screen::PaneScreen;
use crate::domain::seed::{readable, seed};
use crate::ports::process::{ProcessError, ProcessEvent, ProcessMonitor};

/// Random numbers that are the same in every run of the tests (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }
}

/// Something a program may print to a screen of 40 by 12.
fn drawing(random: &mut Random, steps: usize) -> String {
    let mut text = "\x1b)0".to_owned();
    for _ in 0..steps {
        let (a, b) = (random.below(12) + 1, random.below(40) + 1);
        match random.below(14) {
            0 => write!(text, "\x1b[{a};{b}H").unwrap(),
            1 => write!(text, "\x1b[{};{}r", a.min(6), a.min(6) + 1 + b % 6).unwrap(),
            2 => text.push_str(
                random.pick(&["\x1b[r", "\x1b[2K", "\x1b[K", "\x1b[J", "\x1b[L", "\x1b[M"]),
            ),
            3 => {
                text.push_str(random.pick(&["\x1b[?1049h", "\x1b[?1049l", "\x1b[?6h", "\x1b[?6l"]))
            }
            4 => text.push_str(random.pick(&[
                "\x1b[31m",
                "\x1b[1;44m",
                "\x1b[0m",
                "\x1b[38;5;99m",
                "\x1b[7m",
            ])),
            5 => text.push_str(random.pick(&["\x0eqqqqqqqqx\x0f", "\x0elqqqqk\r\nx\r\nmqqj\x0f"])),
            6 => text.push_str(random.pick(&["表", "世界の文字", "é", "─"])),
            7 => text.push_str(&"wrap".repeat(usize::try_from(b).unwrap() / 3)),
            8 => write!(text, "\x1b[{a};1H{}", "=".repeat(40)).unwrap(),
            9 => text.push_str("\r\n"),
            10 => text.push_str("\x1b[2;5Hx\x1bH\t|"),
            _ => write!(text, "w{b} ").unwrap(),
        }
    }
    text
}

/// With a session whose windows have 40 by 12.
fn canvas() -> Server {
    let server = Server::none();
    server.session("first", (40, 12), "cat");
    server
}

/// A new pane that prints the text, and then that it is done.
fn printed(server: &Server, name: &str, text: &str) -> String {
    let file = server.path().join(name);
    std::fs::write(&file, format!("{text}\x1b]2;done\x07")).unwrap();
    let script = format!("stty raw -echo; cat {}; exec sleep 1000", file.display());
    server.window(&script)
}

async fn until_done(server: &Server, pane: &str) {
    wait_until("the text on the screen", async || {
        server.tmux(&["display-message", "-p", "-t", pane, "#{pane_title}"]) == "done"
    })
    .await;
}

async fn first_screen(stream: &mut Stream) -> PaneScreen {
    match stream.next().await {
        Some(ProcessEvent::Screen { screen, .. }) => *screen,
        other => panic!("a watch begins with a picture: {other:?}"),
    }
}

/// A fresh terminal with the picture on it.
fn drawn(screen: &PaneScreen) -> avt::Terminal {
    let mut terminal =
        avt::Terminal::new(screen.size.cols.into(), screen.size.rows.into()).unwrap();
    terminal.feed(std::str::from_utf8(&seed(screen)).unwrap());
    terminal
}

fn rows_of(terminal: &avt::Terminal) -> Vec<String> {
    let lines = terminal.screen().visible_lines();
    lines
        .map(|line| line.text().trim_end().to_owned())
        .collect()
}

/// What tmux shows: its rows without escapes, with lines where it tells letters between SO and SI.
fn rows_in_tmux(server: &Server, pane: &str, rows: usize) -> Vec<String> {
    let captured = server.tmux(&["capture-pane", "-p", "-e", "-t", pane]);
    let mut drawing = false;
    let mut shown: Vec<String> = captured
        .split('\n')
        .map(|row| {
            let (mut text, mut chars) = (String::new(), row.chars());
            while let Some(c) = chars.next() {
                match c {
                    '\x1b' => drop(chars.find(char::is_ascii_alphabetic)),
                    '\x0e' => drawing = true,
                    '\x0f' => drawing = false,
                    _ if drawing => text.push(match c {
                        'q' => '─',
                        'x' => '│',
                        'l' => '┌',
                        'k' => '┐',
                        'm' => '└',
                        'j' => '┘',
                        other => other,
                    }),
                    _ => text.push(c),
                }
            }
            text.trim_end().to_owned()
        })
        .collect();
    shown.resize(rows, String::new());
    shown
}

fn cursor_in_tmux(server: &Server, pane: &str) -> (usize, usize) {
    let told = server.tmux(&[
        "display-message",
        "-p",
        "-t",
        pane,
        "#{cursor_x} #{cursor_y}",
    ]);
    let (col, row) = told.split_once(' ').unwrap();
    (col.parse().unwrap(), row.parse().unwrap())
}

fn compare(server: &Server, pane: &str, terminal: &avt::Terminal, what: &str) -> Vec<String> {
    let mut differences = Vec::new();
    let (want, got) = (rows_in_tmux(server, pane, 12), rows_of(terminal));
    if want != got {
        differences.push(format!("{what}: rows\n want {want:#?}\n got {got:#?}"));
    }
    let (want, got) = (cursor_in_tmux(server, pane), terminal.cursor().position());
    if Some(want) != got {
        differences.push(format!("{what}: cursor {want:?}, drawn {got:?}"));
    }
    differences
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_drawn_is_what_tmux_shows() {
    let server = canvas();
    let hub = server.hub();
    let mut wrong = Vec::new();
    for case in 0..60_u64 {
        let text = drawing(&mut Random(case * 7919 + 1), 60);
        let pane = printed(&server, &format!("case{case}"), &text);
        until_done(&server, &pane).await;
        let mut stream = hub.watch(&pane).await;
        let screen = first_screen(&mut stream).await;
        let found = compare(&server, &pane, &drawn(&screen), &format!("case {case}"));
        wrong.extend(found);
        drop(stream);
        server.tmux(&["kill-pane", "-t", &pane]);
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    hub.stop().await;
}

/// A picture, and what came before it.
struct Stretch {
    output: String,
    screen: PaneScreen,
    /// Output is missing in it: then neither it nor the picture before it can be judged.
    void: bool,
}

/// Reads up to the next picture.
async fn until_screen(stream: &mut Stream) -> Stretch {
    let (mut output, mut void) = (String::new(), false);
    loop {
        match stream.next().await {
            Some(ProcessEvent::Output { bytes, .. }) => {
                output.push_str(std::str::from_utf8(&bytes).unwrap());
            }
            Some(ProcessEvent::Lost { .. }) => void = true,
            Some(ProcessEvent::Screen { screen, .. }) => {
                return Stretch {
                    output,
                    screen: *screen,
                    void,
                };
            }
            Some(ProcessEvent::Activity(_)) => {}
            other => panic!("only output and pictures: {other:?}"),
        }
    }
}

/// A pane that prints without end.
fn flooded(server: &Server) -> String {
    server.window("i=0; while :; do i=$((i+1)); echo line $i of many; done")
}

/// How many stretches could be judged, and how many of them do not lead from one picture to the next. tmux throws output away in
/// front of replies that it has queued already and says so afterwards: what is followed by a void stretch is void as well.
fn judge(first: &PaneScreen, stretches: &[Stretch]) -> (usize, usize) {
    let (mut known, mut judged, mut wrong) = (first, 0, 0);
    for (number, stretch) in stretches.iter().enumerate() {
        let followed_by_void = stretches.get(number + 1).is_some_and(|next| next.void);
        if !stretch.void && !followed_by_void {
            judged += 1;
            wrong += usize::from(!looks_like(drawn(known), &stretch.output, &stretch.screen));
        }
        known = &stretch.screen;
    }
    (judged, wrong)
}

fn looks_like(mut before: avt::Terminal, output: &str, screen: &PaneScreen) -> bool {
    before.feed(output);
    let after = drawn(screen);
    rows_of(&before) == rows_of(&after) && before.cursor().position() == after.cursor().position()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_and_the_output_behind_it_make_the_next_picture() {
    let server = canvas();
    let hub = server.hub();
    let pane = flooded(&server);
    let handle = hub.handle(&pane).await;
    let (mut judged, mut wrong, mut printed) = (0, 0, 0);
    for _attach in 0..15 {
        let mut stream = hub.watch(&pane).await;
        let first = first_screen(&mut stream).await;
        let mut stretches = Vec::new();
        for _look in 0..20 {
            hub.tmux.look(&handle).await.unwrap();
            stretches.push(until_screen(&mut stream).await);
        }
        // Judged behind the reading: a slow reader would lose output.
        drop(stream);
        printed += stretches
            .iter()
            .map(|stretch| stretch.output.len())
            .sum::<usize>();
        let found = judge(&first, &stretches);
        judged += found.0;
        wrong += found.1;
    }
    eprintln!("{judged} of 300 judged, {printed} bytes, {wrong} wrong");
    assert!(printed > 10_000, "the program did not print meanwhile");
    assert!(judged > 100, "most was void: {judged}");
    assert_eq!(wrong, 0);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_comes_with_the_first_picture() {
    let server = canvas();
    let text: String = (1..=3000).map(|n| format!("line {n}\r\n")).collect();
    let hub = server.hub();
    let pane = printed(&server, "history", &text);
    until_done(&server, &pane).await;
    let screen = first_screen(&mut hub.watch(&pane).await).await;
    let lines = readable(&screen).lines();
    // tmux keeps 2000 lines and drops the oldest tenth when that is full.
    let first: usize = lines[0].strip_prefix("line ").unwrap().parse().unwrap();
    assert!(
        screen.history.len() > 1700 && first > 1,
        "{} {first}",
        screen.history.len()
    );
    let want: Vec<String> = (first..=3000).map(|n| format!("line {n}")).collect();
    assert_eq!(lines, want);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pane_without_history_has_none() {
    let server = canvas();
    let hub = server.hub();
    let pane = printed(&server, "short", "only this");
    until_done(&server, &pane).await;
    let screen = first_screen(&mut hub.watch(&pane).await).await;
    assert!(screen.history.is_empty(), "{:?}", screen.history);
    assert_eq!(rows_of(&drawn(&screen))[0], "only this");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_behind_a_full_screen_program_is_there() {
    let server = canvas();
    let hub = server.hub();
    let text = "shell $ edit\r\n\x1b[?1049h\x1b[3;4Hfull screen";
    let pane = printed(&server, "alternate", text);
    until_done(&server, &pane).await;
    let screen = first_screen(&mut hub.watch(&pane).await).await;
    let mut terminal = drawn(&screen);
    assert_eq!(terminal.active_screen_kind(), avt::ScreenKind::Alternate);
    assert_eq!(
        compare(&server, &pane, &terminal, "alternate"),
        Vec::<String>::new()
    );
    terminal.feed("\x1b[?1049lnext");
    let rows = rows_of(&terminal);
    assert_eq!(
        (rows[0].as_str(), rows[1].as_str()),
        ("shell $ edit", "next")
    );
    hub.stop().await;
}

/// Reads up to a size, and on to the picture behind it.
async fn until_resized(stream: &mut Stream, cols: u16, rows: u16) -> PaneScreen {
    loop {
        match stream.next().await {
            Some(ProcessEvent::Resized { size, .. }) if (size.cols, size.rows) == (cols, rows) => {
                break;
            }
            Some(_) => {}
            None => panic!("the stream ended before {cols}x{rows}"),
        }
    }
    loop {
        match stream.next().await {
            Some(ProcessEvent::Screen { screen, .. })
                if (screen.size.cols, screen.size.rows) == (cols, rows) =>
            {
                return *screen;
            }
            Some(_) => {}
            None => panic!("no picture of {cols}x{rows} came"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_size_is_told_and_followed_by_a_picture() {
    let server = canvas();
    let hub = server.hub();
    let mut stream = hub.watch("%0").await;
    let first = first_screen(&mut stream).await;
    assert_eq!((first.size.cols, first.size.rows), (40, 12));
    server.tmux(&["resize-window", "-t", "@0", "-x", "60", "-y", "20"]);
    until_resized(&mut stream, 60, 20).await;
    server.tmux(&["split-window", "-d", "-h", "-t", "%0", "cat"]);
    until_resized(&mut stream, 30, 20).await;
    // Zoomed, the visible layout is the one that counts.
    server.tmux(&["resize-pane", "-Z", "-t", "%0"]);
    until_resized(&mut stream, 60, 20).await;
    assert_eq!(
        server.tmux(&["display-message", "-p", "-t", "%0", "#{pane_width}"]),
        "60"
    );
    server.tmux(&["resize-pane", "-Z", "-t", "%0"]);
    until_resized(&mut stream, 30, 20).await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pane_that_closes_while_it_is_looked_at_just_ends() {
    let server = canvas();
    let hub = server.hub();
    for _ in 0..10 {
        let pane = server.window("cat");
        let handle = hub.handle(&pane).await;
        let mut stream = hub.watch(&pane).await;
        let (looked, _) = tokio::join!(hub.tmux.look(&handle), async {
            server.tmux(&["kill-pane", "-t", &pane])
        });
        assert!(
            matches!(looked, Ok(()) | Err(ProcessError::Gone { .. })),
            "{looked:?}"
        );
        stream.exit().await;
    }
    let gone = hub.handle("%0").await;
    assert!(matches!(
        hub.tmux.look(&gone).await,
        Err(ProcessError::Gone { .. })
    ));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moved_window_is_marked_and_looked_at_anew() {
    let server = canvas();
    server.session("second", (40, 12), "cat");
    let hub = server.hub();
    let pane = printed(&server, "moving", "here");
    until_done(&server, &pane).await;
    let mut stream = hub.watch(&pane).await;
    first_screen(&mut stream).await;
    let window = server.tmux(&["display-message", "-p", "-t", &pane, "#{window_id}"]);
    server.tmux(&["move-window", "-d", "-s", &window, "-t", "=second:7"]);
    while !matches!(
        stream.next().await,
        Some(ProcessEvent::Lost { bytes: None })
    ) {}
    let Stretch { output, screen, .. } = until_screen(&mut stream).await;
    assert_eq!(
        (output.as_str(), rows_of(&drawn(&screen))[0].as_str()),
        ("", "here")
    );
    hub.stop().await;
}

/// The control client that tells the output of panes.
fn watching_client(server: &Server) -> String {
    let told = server.tmux(&["list-clients", "-F", "#{client_name} #{client_flags}"]);
    let is_watching = |line: &&str| line.contains("pause-after") && !line.contains("no-output");
    let line = told.lines().find(is_watching).unwrap();
    line.split(' ').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_pane_goes_on_behind_a_picture() {
    let server = canvas();
    let hub = server.hub();
    let pane = flooded(&server);
    let handle = hub.handle(&pane).await;
    let mut stream = hub.watch(&pane).await;
    first_screen(&mut stream).await;
    let client = watching_client(&server);
    for _ in 0..5 {
        server.tmux(&[
            "refresh-client",
            "-t",
            &client,
            "-A",
            &format!("{pane}:pause"),
        ]);
        while !matches!(
            stream.next().await,
            Some(ProcessEvent::Lost { bytes: None })
        ) {}
        let first = until_screen(&mut stream).await;
        assert_eq!(first.output, "", "what came between is in the picture");
        // It goes on: on a busy machine the program has not printed in front of every picture.
        let mut stretches: Vec<Stretch> = Vec::new();
        while stretches.len() < 5 || stretches.iter().all(|stretch| stretch.output.is_empty()) {
            hub.tmux.look(&handle).await.unwrap();
            stretches.push(until_screen(&mut stream).await);
            assert!(stretches.len() < 1000, "nothing is told any more");
        }
        assert_eq!(judge(&first.screen, &stretches).1, 0);
    }
    hub.stop().await;
}
