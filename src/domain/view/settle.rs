//! Which rows of a terminal have settled: those that scrolled off, and those above everything that the program has touched
//! lately. Rows are numbered from where the watching of them began, so that scrolling does not change their numbers.

use std::time::Duration;

use avt::parser::{DecMode, EdScope, Function};
use avt::{Line, Observation, Observer, Operation, ScreenKind, Terminal};

use super::alternate::Alternate;
use super::noise::{Expected, Mark, Recent};
use crate::domain::line::MAX_LINE_BYTES;
use crate::domain::time::Tick;

/// A part of the screen to which the program has not gone back for so long counts as settled.
const CALM: Duration = Duration::from_secs(10);

/// A full-screen program that has been silent for so long has drawn what it wanted.
const QUIET: Duration = Duration::from_secs(1);

/// One that is never silent is looked at so often.
const AT_LEAST: Duration = Duration::from_secs(10);

/// Rows that are drawn again and again.
#[derive(Clone, Copy)]
struct Region {
    /// The highest row that the program went back to since `since`, and in the time before that.
    top: u64,
    top_before: u64,
    since: Tick,
    /// When it last went back.
    at: Tick,
}

impl Region {
    const fn new(top: u64, now: Tick) -> Self {
        Self {
            top,
            top_before: top,
            since: now,
            at: now,
        }
    }

    /// Rows above this one have been left alone for a while, even when those below never rest.
    fn lowest_settled(&self) -> u64 {
        self.top.min(self.top_before)
    }

    fn went_back(&mut self, top: u64, now: Tick) {
        if now.since(self.since) >= CALM {
            self.top_before = self.top;
            (self.top, self.since) = (top, now);
        }
        self.top = self.top.min(top);
        self.at = now;
    }
}

/// The bookkeeping.
pub(super) struct Settler {
    /// Rows that have scrolled off.
    scrolled: u64,
    /// Every row before this one was logged, or was known.
    logged: u64,
    /// What the program goes back to and draws again.
    redrawn: Option<Region>,
    /// Lines that were logged and to whose rows the program has gone back since: the same again is nothing new.
    revisited: Expected,
    /// Lines that were logged last.
    recent: Recent,
    /// The screen was cleared under a hidden cursor, and the rows that were on it are about to come.
    is_cleared: bool,
    /// The last line was blank.
    is_after_blank: bool,
    /// The beginning of a wrapped line that scrolled off.
    partial: String,
    /// The alternate screen.
    alternate: Alternate,
    /// It is what is shown: the rows of the primary one rest until it is left.
    is_alternate: bool,
    /// Rows of the alternate screen have to be looked at, since then; at the latest then.
    quiet: Option<(Tick, Tick)>,
}

impl Settler {
    /// From here on; what is above the cursor is known already.
    pub(super) fn begin(terminal: &Terminal) -> Self {
        let cursor = u64::try_from(terminal.cursor().row).unwrap_or(0);
        let rows: Vec<&Line> = terminal.primary_screen().visible_lines().collect();
        Self {
            scrolled: 0,
            logged: line_start(&rows, cursor),
            redrawn: None,
            revisited: Expected::default(),
            recent: Recent::default(),
            is_cleared: false,
            is_after_blank: false,
            partial: String::new(),
            alternate: Alternate::default(),
            is_alternate: terminal.active_screen_kind() == ScreenKind::Alternate,
            quiet: None,
        }
    }

    /// Draws, and returns the lines that settled by it.
    pub(super) fn draw(&mut self, terminal: &mut Terminal, text: &str, now: Tick) -> Vec<String> {
        let row = terminal.cursor().row;
        let watch = Watch {
            settler: self,
            lines: Vec::new(),
            row,
            screen: terminal.active_screen_kind(),
            now,
        };
        let mut lines = terminal.feed_with(text, watch);
        self.is_alternate = terminal.active_screen_kind() == ScreenKind::Alternate;
        if self.is_alternate {
            let first = self.quiet.map_or(now, |(first, _)| first);
            self.quiet = Some((first, now));
            if now.since(first) >= AT_LEAST {
                lines.extend(self.new_rows(terminal));
            }
        } else {
            self.quiet = None;
            lines.extend(self.above(terminal, now));
        }
        lines
    }

    /// The pane has another size, so lines are broken elsewhere. That alone prints nothing: what is above the cursor is known.
    pub(super) fn resize(&mut self, terminal: &mut Terminal, cols: usize, rows: usize) {
        terminal.resize(cols, rows);
        let cursor = u64::try_from(terminal.cursor().row).unwrap_or(0);
        let rows: Vec<&Line> = terminal.primary_screen().visible_lines().collect();
        self.scrolled = 0;
        self.logged = line_start(&rows, cursor);
        self.redrawn = None;
        self.revisited.clear();
        self.partial.clear();
    }

    /// True when the program has only been appending for long, and everything above the cursor is logged.
    pub(super) fn is_calm(&self, terminal: &Terminal, now: Tick) -> bool {
        let cursor = terminal.cursor();
        let row = self.scrolled + u64::try_from(cursor.row).unwrap_or(0);
        terminal.active_screen_kind() == ScreenKind::Primary
            && cursor.visible
            && cursor.col == 0
            && self.logged == row
            && self.partial.is_empty()
            && self
                .redrawn
                .is_none_or(|region| now.since(region.at) >= CALM)
    }

    /// When [`Self::expire`] has something to do.
    pub(super) fn deadline(&self) -> Option<Tick> {
        if let Some((first, last)) = self.quiet {
            return Some(last.after(QUIET).min(first.after(AT_LEAST)));
        }
        let redrawn = self.redrawn.filter(|_| !self.is_alternate);
        redrawn.map(|region| region.at.after(CALM))
    }

    /// What has settled by silence.
    pub(super) fn expire(&mut self, terminal: &Terminal, now: Tick) -> Vec<String> {
        if self.deadline().is_none_or(|due| due > now) {
            return Vec::new();
        }
        if self.is_alternate {
            return self.new_rows(terminal);
        }
        self.quiet = None;
        self.above(terminal, now)
    }

    /// The run is over: everything that is on the screen.
    pub(super) fn finish(&mut self, terminal: &Terminal) -> Vec<String> {
        let mut lines = Vec::new();
        if terminal.active_screen_kind() == ScreenKind::Alternate {
            lines.extend(self.new_rows(terminal));
        }
        let rows: Vec<&Line> = terminal.primary_screen().visible_lines().collect();
        let used = rows
            .iter()
            .rposition(|row| !row.text().trim_end().is_empty());
        let end = self.scrolled + used.map_or(0, |last| last as u64 + 1);
        lines.extend(self.log_to(&rows, end));
        if !self.partial.is_empty() {
            let rest = std::mem::take(&mut self.partial);
            lines.extend(self.line(rest));
        }
        lines
    }

    /// Rows of the primary screen above the cursor and above what is being redrawn.
    fn above(&mut self, terminal: &Terminal, now: Tick) -> Vec<String> {
        let cursor = self.scrolled + terminal.cursor().row as u64;
        let (end, is_left_alone) = match self.redrawn {
            Some(region) if now.since(region.at) < CALM => {
                (region.lowest_settled().min(cursor), false)
            }
            Some(_) => (cursor, true),
            None => (cursor, false),
        };
        let mut lines = Vec::new();
        if end > self.logged {
            let rows: Vec<&Line> = terminal.primary_screen().visible_lines().collect();
            lines = self.log_to(&rows, end);
        }
        if is_left_alone {
            self.redrawn = None;
            self.revisited.clear();
        }
        lines
    }

    /// Logs the whole lines from `logged` to `end`.
    fn log_to(&mut self, rows: &[&Line], end: u64) -> Vec<String> {
        let mut lines = Vec::new();
        let (mut line, mut row) = (self.partial.clone(), self.logged);
        while row < end {
            let at = usize::try_from(row.saturating_sub(self.scrolled)).unwrap_or(usize::MAX);
            let Some(present) = rows.get(at) else { break };
            line.push_str(&present.text());
            row += 1;
            if !present.is_wrapped() {
                lines.extend(self.line(std::mem::take(&mut line)));
                self.partial.clear();
                self.logged = row;
            }
        }
        lines
    }

    /// A line, unless it is only drawn again. What is drawn has gaps of many blank rows, of which one is enough.
    fn line(&mut self, line: String) -> Option<String> {
        let mark = Mark::of(&line);
        if self.revisited.take(mark) {
            return None;
        }
        let is_blank = line.trim().is_empty();
        if is_blank && self.is_after_blank && self.redrawn.is_some() {
            return None;
        }
        self.is_after_blank = is_blank;
        self.recent.remember(mark);
        Some(line)
    }

    /// The program has gone back to that row of the screen.
    fn went_back(&mut self, rows: &[&Line], to: usize, now: Tick) {
        let top = self.scrolled + to as u64;
        match &mut self.redrawn {
            Some(region) => region.went_back(top, now),
            None => self.redrawn = Some(Region::new(top, now)),
        }
        let top = self.scrolled + line_start(rows, to as u64);
        if top >= self.logged {
            return;
        }
        let mut line = String::new();
        for row in top..self.logged {
            let at = usize::try_from(row - self.scrolled).unwrap_or(usize::MAX);
            let Some(present) = rows.get(at) else { break };
            line.push_str(&present.text());
            if !present.is_wrapped() {
                self.revisited.add(Mark::of(&line));
                line.clear();
            }
        }
        self.logged = top;
    }

    /// A row has scrolled off for good.
    fn evicted(&mut self, row: &Line) -> Option<String> {
        let number = self.scrolled;
        self.scrolled += 1;
        if number < self.logged {
            return None;
        }
        self.logged = self.scrolled;
        self.partial.push_str(&row.text());
        // A line without end must not stay here until it ends.
        if row.is_wrapped() && self.partial.len() < MAX_LINE_BYTES {
            return None;
        }
        let line = std::mem::take(&mut self.partial);
        self.line(line)
    }

    /// Behind a screen that was cleared under a hidden cursor: a program that always prints all that it has said begins another
    /// frame of it.
    fn expect_all(&mut self) {
        self.revisited.clear();
        for mark in self.recent.marks() {
            self.revisited.add(mark);
        }
    }

    /// Rows of the alternate screen that were not there before.
    fn new_rows(&mut self, terminal: &Terminal) -> Vec<String> {
        self.quiet = None;
        self.alternate.look(terminal)
    }
}

/// The first row of the line that is in that row: rows above it may be wrapped into it.
fn line_start(rows: &[&Line], row: u64) -> u64 {
    let mut start = usize::try_from(row).unwrap_or(usize::MAX).min(rows.len());
    while start > 0 && rows.get(start - 1).is_some_and(|above| above.is_wrapped()) {
        start -= 1;
    }
    start as u64
}

/// Sees every step of the terminal.
struct Watch<'a> {
    settler: &'a mut Settler,
    lines: Vec<String>,
    /// Row of the cursor before the step, and which screen it was on.
    row: usize,
    screen: ScreenKind,
    now: Tick,
}

impl Observer for Watch<'_> {
    type Output = Vec<String>;

    fn before(&mut self, context: &mut Observation<'_>, operation: &Operation) {
        if std::mem::take(&mut self.settler.is_cleared) {
            self.settler.expect_all();
        }
        let leaves = match operation {
            Operation::Function(Function::Decrst(modes)) => modes.as_slice().iter().any(|mode| {
                matches!(
                    mode,
                    DecMode::AltScreenBuffer | DecMode::SaveCursorAltScreenBuffer
                )
            }),
            Operation::Function(Function::Ris) => true,
            Operation::Function(_) | Operation::Resize { .. } => false,
        };
        if leaves && context.terminal().active_screen_kind() == ScreenKind::Alternate {
            let rows = self.settler.new_rows(context.terminal());
            self.lines.extend(rows);
            self.settler.alternate.leave();
        }
    }

    fn after(&mut self, context: &mut Observation<'_>, operation: &Operation) {
        if matches!(
            operation,
            Operation::Function(Function::Print(_) | Function::Sgr(_))
        ) {
            // These never go up. They are nearly all that there is.
            return;
        }
        let terminal = context.terminal();
        let row = terminal.cursor().row;
        let before = std::mem::replace(&mut self.row, row);
        let screen = terminal.active_screen_kind();
        let is_same = std::mem::replace(&mut self.screen, screen) == screen;
        if row < before && is_same && screen == ScreenKind::Primary {
            let rows: Vec<&Line> = terminal.primary_screen().visible_lines().collect();
            self.settler.went_back(&rows, row, self.now);
        }
        let is_cleared = matches!(operation, Operation::Function(Function::Ed(EdScope::All)));
        if is_cleared && screen == ScreenKind::Primary && !terminal.cursor().visible {
            self.settler.is_cleared = true;
        }
    }

    fn evicted(&mut self, _: &mut Observation<'_>, line: &Line) {
        self.lines.extend(self.settler.evicted(line));
    }

    fn end(&mut self, _: &mut Observation<'_>) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }
}
