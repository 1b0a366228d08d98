//! The rows of the tree, and which of them fit the filter.

use super::{Node, Place, Sessions};
use crate::wire::{AttachPane, PaneView, SessionView, WindowView};

/// A row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row<'a> {
    Session(&'a SessionView),
    /// A window with several panes.
    Window(&'a SessionView, &'a WindowView),
    /// A pane; one that is alone in its window stands for it.
    Pane(&'a SessionView, &'a WindowView, &'a PaneView),
}

impl Row<'_> {
    /// Which one it is.
    pub(crate) fn node(&self) -> Node {
        let (session, window, pane) = match self {
            Self::Session(session) => (session, None, None),
            Self::Window(session, window) => (session, Some(window), None),
            Self::Pane(session, window, pane) => (session, Some(window), Some(pane)),
        };
        Node {
            session: session.id.clone(),
            window: window.map(|window| window.index),
            pane: pane.map(|pane| pane.id.clone()),
        }
    }

    /// What is registered with it, and its name; hostile text.
    pub(super) fn places(&self) -> (&str, Vec<Place>) {
        let pane = |pane: &PaneView| Place::Pane(pane.id.clone());
        match self {
            Self::Session(session) => (&session.name, vec![Place::Session(session.id.clone())]),
            Self::Window(_, window) => (&window.name, window.panes.iter().map(pane).collect()),
            Self::Pane(_, _, one) => (&one.id, vec![pane(one)]),
        }
    }

    /// Where Enter leads.
    pub(super) fn way(&self) -> AttachPane {
        let (session, pane) = match self {
            Self::Session(session) => (session, None),
            Self::Window(session, window) => {
                (session, window.panes.iter().find(|pane| pane.active))
            }
            Self::Pane(session, _, pane) => (session, Some(*pane)),
        };
        AttachPane {
            session: Some(session.id.clone()),
            pane: pane.map(|pane| pane.id.clone()),
        }
    }
}

/// The rows that can be seen: panes that fit the filter, and what they are in.
pub(crate) fn rows(sessions: &Sessions) -> Vec<Row<'_>> {
    let wanted = sessions.filter.text().to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let mut rows = Vec::new();
    for session in sessions.all.iter().flatten() {
        let before = rows.len();
        rows.push(Row::Session(session));
        for window in session.window_list.iter().flatten() {
            let fitting = window
                .panes
                .iter()
                .filter(|pane| fits(&words, || haystack(session, window, pane)));
            let before = rows.len();
            if window.panes.len() > 1 {
                rows.push(Row::Window(session, window));
            }
            let with_heading = rows.len();
            rows.extend(fitting.map(|pane| Row::Pane(session, window, pane)));
            if rows.len() == with_heading {
                rows.truncate(before);
            }
        }
        let is_alone = rows.len() == before + 1;
        if is_alone && !fits(&words, || session.name.to_lowercase()) {
            rows.truncate(before);
        }
    }
    rows
}

fn fits(words: &[&str], text: impl FnOnce() -> String) -> bool {
    words.is_empty() || {
        let text = text();
        words.iter().all(|word| text.contains(word))
    }
}

/// What the filter looks at.
fn haystack(session: &SessionView, window: &WindowView, pane: &PaneView) -> String {
    let runner = pane.runner.as_ref();
    [
        session.name.as_str(),
        session.key.as_deref().unwrap_or_default(),
        &window.name,
        &pane.id,
        &pane.command,
        pane.title.as_deref().unwrap_or_default(),
        pane.cwd.as_deref().unwrap_or_default(),
        runner.map_or("", |runner| runner.name.as_str()),
        runner.map_or("", |runner| runner.status.as_str()),
    ]
    .join("\n")
    .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::field::Field;
    use crate::tui::sample;

    fn shown(filter: &str) -> Vec<String> {
        let sessions = Sessions {
            all: Some(sample::sessions()),
            filter: Field::new(filter),
            ..Sessions::default()
        };
        rows(&sessions)
            .iter()
            .map(|row| match row {
                Row::Session(session) => session.id.clone(),
                Row::Window(_, window) => window.id.clone(),
                Row::Pane(_, _, pane) => pane.id.clone(),
            })
            .collect()
    }

    #[test]
    fn a_window_has_a_row_where_it_has_several_panes() {
        assert_eq!(
            shown(""),
            ["$0", "@0", "%0", "%1", "%2", "$3", "%7", "$4", "%2"]
        );
    }

    #[test]
    fn the_filter_keeps_panes_and_what_they_are_in() {
        assert_eq!(shown("WAITING work"), ["$0", "@0", "%0"]);
        assert_eq!(shown("%7"), ["$3", "%7"]);
        assert_eq!(shown("nothing like that"), Vec::<String>::new());
    }
}
