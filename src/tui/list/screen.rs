//! The screen of the selected runner: what was asked for, what came, and which part of it is seen.

use super::super::app::App;
use super::super::message::{Effect, Trouble};
use crate::wire::ScreenView;

/// The screen of the selected runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preview {
    /// Whose it is.
    pub(crate) runner: String,
    pub(crate) screen: Result<Box<ScreenView>, Trouble>,
    /// How many rows above its end, and columns right of its beginning, is looked at.
    pub(crate) scroll: (u16, u16),
}

impl Preview {
    /// Its last row that holds anything or has the cursor, counted from 1: that is where a program asks.
    pub(crate) fn end(&self) -> usize {
        let Ok(screen) = &self.screen else {
            return 0;
        };
        let cursor = screen.cursor.map_or(0, |(_, row)| usize::from(row) + 1);
        let last = screen
            .styled
            .iter()
            .rposition(|row| !row.is_empty())
            .map_or(0, |last| last + 1);
        last.max(cursor).min(screen.styled.len())
    }
}

/// A question for a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Whose.
    pub(crate) runner: String,
    /// True until the answer is there.
    pub(crate) is_open: bool,
    /// True when something changed since that may not be in the answer.
    pub(crate) again: bool,
}

/// Asks for the screen of the selected runner, unless that is being done. One question at a time: while a key is held
/// down, what is passed over is not asked for.
pub(super) fn look(app: &mut App, again: bool) -> Option<Effect> {
    let selected = app.current().map(|(_, runner)| runner.id.clone());
    if app.list.preview.as_ref().map(|shown| &shown.runner) != selected.as_ref() {
        app.list.preview = None;
    }
    let selected = selected?;
    if let Some(asked) = &mut app.list.asked {
        asked.again |= again;
        if asked.is_open || (asked.runner == selected && !asked.again) {
            return None;
        }
    }
    app.list.asked = Some(Asked {
        runner: selected.clone(),
        is_open: true,
        again: false,
    });
    Some(Effect::Look(selected))
}

/// Takes a screen in, and asks for the next one where that is due.
pub(crate) fn screen_came(
    app: &mut App,
    runner: String,
    screen: Result<Box<ScreenView>, Trouble>,
) -> Option<Effect> {
    let again = match &mut app.list.asked {
        Some(asked) if asked.runner == runner => {
            asked.is_open = false;
            std::mem::take(&mut asked.again)
        }
        Some(_) | None => false,
    };
    // What was seen last stays while the daemon is away.
    let is_kept = app.away.is_some() && screen.is_err() && app.list.preview.is_some();
    if app.list.selected.as_ref() == Some(&runner) && !is_kept {
        let scroll = app
            .list
            .preview
            .as_ref()
            .filter(|shown| shown.runner == runner)
            .map_or((0, 0), |shown| shown.scroll);
        app.list.preview = Some(Preview {
            runner,
            screen,
            scroll,
        });
    }
    look(app, again)
}

/// Looks at another part of the screen: so many rows up and columns to the right, back when negative.
pub(super) fn scroll(app: &mut App, (up, right): (i32, i32)) {
    let Some(preview) = &mut app.list.preview else {
        return;
    };
    let most = match &preview.screen {
        Ok(screen) => (
            u16::try_from(preview.end()).unwrap_or(u16::MAX),
            screen.cols,
        ),
        Err(_) => return,
    };
    let step = |from: u16, by: i32, most: u16| {
        let to = i32::from(from).saturating_add(by);
        u16::try_from(to.clamp(0, i32::from(most.saturating_sub(1)))).unwrap_or(0)
    };
    preview.scroll = (
        step(preview.scroll.0, up, most.0),
        step(preview.scroll.1, right, most.1),
    );
}
