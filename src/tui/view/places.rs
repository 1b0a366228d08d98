//! Which part of the terminal is what. The same for who draws and for who asks what was clicked.

use ratatui::layout::Rect;

use super::{bars, list};
use crate::tui::app::App;
use crate::tui::list::Shares;

/// Columns from which on the screen is beside the list.
const WIDE: u16 = 100;

/// Rows from which on there is a screen below the list.
const TALL: u16 = 8;

/// Fewest rows of the list above a screen.
const SHORT_LIST: u16 = 3;

/// The parts; those that there is no room for are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Places {
    pub(super) top: Rect,
    pub(super) list: Rect,
    /// The column between list and screen, when they are beside each other.
    pub(super) line: Rect,
    pub(super) screen: Rect,
    pub(super) bottom: Rect,
}

impl Places {
    /// All between the bars.
    pub(super) fn body(&self) -> Rect {
        self.list.union(self.line).union(self.screen)
    }
}

/// Shares the terminal out.
pub(super) fn places(app: &App, whole: Rect) -> Places {
    let Rect { width, height, .. } = whole;
    let below = bars::bottom(app, width).len();
    let below = u16::try_from(below).unwrap_or(1).min(height);
    let above = u16::from(height > below);
    let body = Rect {
        y: above,
        height: height - above - below,
        ..whole
    };
    let (list, line, screen) = shared(app, body);
    Places {
        top: Rect {
            height: above,
            ..whole
        },
        list,
        line,
        screen,
        bottom: Rect {
            y: height - below,
            height: below,
            ..whole
        },
    }
}

/// The list, the line, and the screen.
fn shared(app: &App, body: Rect) -> (Rect, Rect, Rect) {
    let nothing = Rect::new(body.x, body.y, 0, 0);
    match app.list.shares {
        Shares::List => (body, nothing, nothing),
        Shares::Screen => (nothing, nothing, body),
        Shares::Both if body.width >= WIDE => {
            let width = body.width * 45 / 100;
            let line = Rect {
                x: body.x + width,
                width: 1,
                ..body
            };
            let screen = Rect {
                x: line.x + 1,
                width: body.width - width - 1,
                ..body
            };
            (Rect { width, ..body }, line, screen)
        }
        Shares::Both if body.height >= TALL => {
            let wanted = u16::try_from(list::height(app, body.width)).unwrap_or(u16::MAX);
            let height = wanted.clamp(SHORT_LIST, (body.height * 2 / 5).max(SHORT_LIST));
            let screen = Rect {
                y: body.y + height,
                height: body.height - height,
                ..body
            };
            (Rect { height, ..body }, nothing, screen)
        }
        Shares::Both => (body, nothing, nothing),
    }
}

/// What is at a place of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spot {
    /// The runner with this id.
    Runner(String),
    /// The screen of the selected one.
    Screen,
    Elsewhere,
}

/// What is in this column and row.
pub(crate) fn spot(app: &App, column: u16, row: u16) -> Spot {
    let (width, height) = app.size;
    let places = places(app, Rect::new(0, 0, width, height));
    let at = (column, row).into();
    if places.screen.contains(at) {
        return Spot::Screen;
    }
    if !places.list.contains(at) {
        return Spot::Elsewhere;
    }
    let below = usize::from(row - places.list.y);
    list::at(app, places.list, below).map_or(Spot::Elsewhere, |id| Spot::Runner(id.to_owned()))
}
