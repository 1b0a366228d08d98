//! One epoch of one pane: its readable lines and its screen, from the bytes that it printed.
//!
//! As long as a program just appends, its lines are read off the bytes and the terminal is fed only when somebody looks. From the
//! first sequence that addresses the screen on, the terminal is fed at once and tells which lines have settled, so that a
//! program that redraws its screen does not fill the log with every frame of it.

mod alternate;
mod backlog;
mod noise;
mod picture;
mod screen;
mod settle;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::backlog::Backlog;
pub use self::picture::Picture;
use self::screen::Screen;
use self::settle::Settler;
use super::line::{LineAssembler, MAX_LINE_BYTES};
use super::text::printable;
use super::time::Tick;
use super::transcript::Size;

/// What output settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// The lines, in order, each with the offset in the bytes behind which it was settled.
    pub lines: Vec<(usize, Arc<str>)>,
    /// True when [`LineReader`] gets the very same lines from the bytes alone.
    pub derivable: bool,
}

/// The lines of output that was derivable, for readers of old transcripts: from the beginning of an epoch, behind a seed, or behind
/// output that was not derivable.
#[derive(Debug, Default)]
pub struct LineReader(LineAssembler);

impl LineReader {
    /// At the beginning of a line.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lines that these bytes complete, each with the offset behind which it was.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<(usize, Arc<str>)> {
        self.0.push(bytes)
    }
}

/// How lines are found at present.
enum Mode {
    /// Off the bytes.
    Appending(Box<LineAssembler>),
    /// Off the terminal.
    Drawing(Box<Settler>),
}

/// The view.
pub struct View {
    /// There is always a terminal while that tells the lines.
    screen: Screen,
    /// Bytes that the terminal has not been fed.
    backlog: Backlog,
    mode: Mode,
    /// Whether the last byte so far ended a line: then no sequence is unfinished.
    at_line_start: bool,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").finish_non_exhaustive()
    }
}

impl View {
    /// A fresh terminal.
    pub fn new(size: Size) -> Self {
        Self {
            screen: Screen::new(size, 0),
            backlog: Backlog::default(),
            mode: Mode::Appending(Box::default()),
            at_line_start: true,
        }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.screen.size()
    }

    /// How often the terminal failed and was made anew; it is empty then until it is seeded.
    pub const fn panics(&self) -> u64 {
        self.screen.panics()
    }

    /// Feeds output, and returns the lines that it settled.
    pub fn output(&mut self, bytes: &[u8], now: Tick) -> Settled {
        self.return_to_appending(now);
        let settled = match &mut self.mode {
            Mode::Appending(lines) => {
                let plain = lines.push_plain(bytes);
                match plain.stopped {
                    None => {
                        self.backlog.push(bytes);
                        if self.backlog.is_full() {
                            self.catch_up();
                        }
                        Settled {
                            lines: plain.lines,
                            derivable: true,
                        }
                    }
                    Some(at) => self.begin_drawing(plain.lines, bytes, at, now),
                }
            }
            Mode::Drawing(_) => Settled {
                lines: at_end(self.draw(bytes, now), bytes.len()),
                derivable: false,
            },
        };
        if let Some(last) = bytes.last() {
            self.at_line_start = *last == b'\n';
        }
        settled
    }

    /// The first sequence that addresses the screen: what comes before it was lines, from there on the terminal tells.
    fn begin_drawing(
        &mut self,
        mut lines: Vec<(usize, Arc<str>)>,
        bytes: &[u8],
        at: usize,
        now: Tick,
    ) -> Settled {
        let (before, rest) = bytes.split_at(at.min(bytes.len()));
        self.backlog.push(before);
        self.catch_up();
        self.mode = Mode::Drawing(Box::new(Settler::begin(self.screen.terminal())));
        lines.extend(at_end(self.draw(rest, now), bytes.len()));
        Settled {
            lines,
            derivable: false,
        }
    }

    /// Back to the cheap way, when the program has long only been appending.
    fn return_to_appending(&mut self, now: Tick) {
        if let Mode::Drawing(settler) = &self.mode
            && self.at_line_start
            && settler.is_calm(self.screen.terminal(), now)
        {
            self.mode = Mode::Appending(Box::default());
        }
    }

    fn draw(&mut self, bytes: &[u8], now: Tick) -> Vec<Arc<str>> {
        let text = self.backlog.text(bytes);
        let Mode::Drawing(settler) = &mut self.mode else {
            return Vec::new();
        };
        match self
            .screen
            .with(|terminal| settler.draw(terminal, &text, now))
        {
            Some(lines) => cut_long(lines),
            None => {
                self.begin_anew();
                Vec::new()
            }
        }
    }

    /// Feeds the terminal what it lacks, without what has scrolled off anyway.
    fn catch_up(&mut self) {
        let size = self.size();
        if let Some(text) = self.backlog.take(size) {
            self.feed(&text);
        }
    }

    fn feed(&mut self, text: &str) {
        let fed = self.screen.with(|terminal| {
            terminal.feed(text);
        });
        if fed.is_none() {
            self.begin_anew();
        }
    }

    /// The terminal failed: there is another.
    fn begin_anew(&mut self) {
        if let Mode::Drawing(settler) = &mut self.mode {
            **settler = Settler::begin(self.screen.terminal());
        }
    }

    /// The pane has another size.
    pub fn resize(&mut self, size: Size) {
        self.catch_up();
        let (cols, rows) = (usize::from(size.cols).max(1), usize::from(size.rows).max(1));
        let resized = match &mut self.mode {
            Mode::Appending(_) => self.screen.with(|terminal| {
                terminal.resize(cols, rows);
            }),
            Mode::Drawing(settler) => self
                .screen
                .with(|terminal| settler.resize(terminal, cols, rows)),
        };
        if resized.is_none() {
            self.begin_anew();
        }
    }

    /// Starts anew from a picture of the pane. What it shows is known: nothing of it will be a line because it scrolls off.
    pub fn seed(&mut self, size: Size, picture: &[u8]) {
        let panics = self.panics();
        *self = Self::new(size);
        self.screen = Screen::new(size, panics);
        // Not by way of the backlog: a dump has eight-bit control characters, which output cannot have.
        self.feed(&String::from_utf8_lossy(picture));
        let terminal = self.screen.terminal();
        let cursor = terminal.cursor();
        let primary = terminal.active_screen_kind() == avt::ScreenKind::Primary;
        if !primary || cursor.col > 0 || !cursor.visible {
            self.mode = Mode::Drawing(Box::new(Settler::begin(terminal)));
        }
        self.rest();
    }

    /// Nobody will look at it for a while, as far as that can be told. It takes little memory until somebody does, or until it is drawn on.
    pub fn rest(&mut self) {
        match self.mode {
            Mode::Appending(_) => {
                self.catch_up();
                self.screen.rest();
            }
            Mode::Drawing(_) => {}
        }
    }

    /// When rows of the screen may have settled by silence.
    pub fn deadline(&self) -> Option<Tick> {
        match &self.mode {
            Mode::Appending(_) => None,
            Mode::Drawing(settler) => settler.deadline(),
        }
    }

    /// Lines that have settled by silence.
    pub fn expire(&mut self, now: Tick) -> Vec<Arc<str>> {
        match &mut self.mode {
            Mode::Appending(_) => Vec::new(),
            Mode::Drawing(settler) => cut_long(settler.expire(self.screen.terminal(), now)),
        }
    }

    /// The run is over: everything that was not a line yet.
    pub fn finish(&mut self) -> Vec<Arc<str>> {
        match &mut self.mode {
            Mode::Appending(lines) => lines.finish().into_iter().collect(),
            Mode::Drawing(settler) => cut_long(settler.finish(self.screen.terminal())),
        }
    }

    /// The line that a program that only appends has not ended: a question, for example.
    pub fn unfinished(&self) -> Option<String> {
        match &self.mode {
            Mode::Appending(lines) => Some(printable(lines.unfinished())),
            Mode::Drawing(_) => None,
        }
    }

    /// What it shows.
    pub fn picture(&mut self) -> Picture {
        self.catch_up();
        let size = self.size();
        Picture::of(self.screen.terminal(), size)
    }

    /// The plain text of what it shows, with the row of the cursor while that shows.
    pub fn text(&mut self) -> (Vec<String>, Option<usize>) {
        self.catch_up();
        let terminal = self.screen.terminal();
        let cursor = terminal.cursor().position();
        (picture::rows(terminal), cursor.map(|(_, row)| row))
    }

    /// Escape sequences that make a fresh terminal of that size go on from here.
    pub fn dump(&mut self) -> (Size, String) {
        self.catch_up();
        (self.size(), self.screen.terminal().dump())
    }
}

fn at_end(lines: Vec<Arc<str>>, end: usize) -> Vec<(usize, Arc<str>)> {
    lines.into_iter().map(|line| (end, line)).collect()
}

/// Lines of printable text that are not too long.
fn cut_long(lines: Vec<String>) -> Vec<Arc<str>> {
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let line = printable(&line);
        let mut rest = line.trim_end();
        while rest.len() > MAX_LINE_BYTES {
            let end = (0..=MAX_LINE_BYTES)
                .rev()
                .find(|at| rest.is_char_boundary(*at));
            let (part, left) = rest.split_at(end.unwrap_or(rest.len()));
            all.push(part.into());
            rest = left;
        }
        all.push(rest.into());
    }
    all
}
