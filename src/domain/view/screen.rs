//! The terminal of a view, which exists only while it is of use: of a pane that is looked at now and then, what would draw it is
//! kept. A terminal takes as much memory as its rows are wide, however little is on them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Size;

/// The terminal, or what makes it.
pub(super) struct Screen {
    size: Size,
    terminal: Option<avt::Terminal>,
    /// What a fresh terminal has to be fed while there is none.
    content: Box<str>,
    panics: u64,
}

fn terminal(size: Size) -> avt::Terminal {
    let (cols, rows) = (usize::from(size.cols).max(1), usize::from(size.rows).max(1));
    // It keeps no history: what scrolls off is told once, and is in the transcript.
    avt::Terminal::new(cols, rows)
        .or_else(|_| avt::Terminal::new(80, 24))
        .expect("80 by 24 is a size")
}

impl Screen {
    /// A fresh one.
    pub(super) fn new(size: Size, panics: u64) -> Self {
        Self {
            size,
            terminal: None,
            content: Box::default(),
            panics,
        }
    }

    /// Its size.
    pub(super) fn size(&self) -> Size {
        match &self.terminal {
            None => self.size,
            Some(terminal) => {
                let (cols, rows) = terminal.size();
                Size {
                    cols: u16::try_from(cols).unwrap_or(u16::MAX),
                    rows: u16::try_from(rows).unwrap_or(u16::MAX),
                }
            }
        }
    }

    /// How often it failed and was made anew.
    pub(super) const fn panics(&self) -> u64 {
        self.panics
    }

    /// The terminal, made if there is none.
    pub(super) fn terminal(&mut self) -> &mut avt::Terminal {
        let (size, content, panics) = (self.size, &mut self.content, &mut self.panics);
        self.terminal.get_or_insert_with(|| {
            let content = std::mem::take(content);
            let fed = catch_unwind(|| {
                let mut fresh = terminal(size);
                fresh.feed(&*content);
                fresh
            });
            fed.unwrap_or_else(|_panic| {
                *panics += 1;
                terminal(size)
            })
        })
    }

    /// Does something with the terminal. `None` when it failed, which must not take the daemon with it: it is a fresh one then.
    pub(super) fn with<T>(&mut self, work: impl FnOnce(&mut avt::Terminal) -> T) -> Option<T> {
        let terminal = self.terminal();
        let done = catch_unwind(AssertUnwindSafe(|| work(terminal)));
        if done.is_err() {
            *self = Self::new(self.size(), self.panics + 1);
        }
        done.ok()
    }

    /// Keeps only what draws it, until the terminal is wanted again.
    pub(super) fn rest(&mut self) {
        self.size = self.size();
        if let Some(terminal) = self.terminal.take() {
            self.content = terminal.dump().into();
        }
    }
}
