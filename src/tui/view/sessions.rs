//! The tree of tmux's sessions: windows and panes below each, with the runner that lives in them.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::bars::field;
use super::page::{self, Parts};
use super::palette::Look;
use super::text::{cut, fill, width};
use super::{rows as screen_rows, tell};
use crate::tui::app::App;
use crate::tui::sessions::{KEYS, Mode, Node, Row, place, rows};
use crate::wire::{PaneView, SessionView, WindowView};

/// The most important keys.
const SHORT: &str = "?:keys  Enter:go  r:watch  x:forget  /:filter  q:back";

/// Most columns of a window and a runner; in narrower terminals they have a third each.
const WIDE: usize = 24;

/// Columns below which there is nothing but them.
const NARROW: usize = 40;

/// Columns of a command.
const COMMAND: usize = 12;

/// Draws the page.
pub(super) fn draw(frame: &mut Frame<'_>, app: &App, look: Look) {
    let whole = frame.area();
    let bottom = bottom(app, whole.width);
    let parts = page::parts(whole, bottom.len());
    let top = page::top("sessions", &counts(app), whole.width);
    page::bars(frame, parts, top, bottom, look);
    if let Some(first) = app.help {
        page::help(frame, parts.body, KEYS, first);
        return;
    }
    let all = rows(&app.sessions);
    if all.is_empty() {
        tell(frame, parts.body, &[nothing(app).to_owned()]);
        return;
    }
    let first = first(app, parts);
    for (row, place) in all.iter().skip(first).zip(screen_rows(parts.body)) {
        let line = line(row, usize::from(place.width), look);
        let is_selected = app.sessions.selected.as_ref() == Some(&row.node());
        frame.render_widget(marked(line, is_selected), place);
    }
}

/// What is in a row of the terminal.
pub(crate) fn session_at(app: &App, row: u16) -> Option<Node> {
    let (width, height) = app.size;
    let below = bottom(app, width).len();
    let parts = page::parts(Rect::new(0, 0, width, height), below);
    let inside = row.checked_sub(parts.body.y)?;
    if inside >= parts.body.height {
        return None;
    }
    let at = first(app, parts) + usize::from(inside);
    rows(&app.sessions).get(at).map(Row::node)
}

/// The first row that is seen: the selected one always is.
fn first(app: &App, parts: Parts) -> usize {
    let selected = place(app).unwrap_or(0);
    (selected + 1).saturating_sub(usize::from(parts.body.height))
}

fn nothing(app: &App) -> &'static str {
    match &app.sessions.all {
        None if app.away.is_some() || app.sessions.trouble.is_some() => "",
        None => "Asking tmux.",
        Some(all) if all.is_empty() => "tmux has no sessions.",
        Some(_) => "No pane fits the filter.",
    }
}

fn counts(app: &App) -> String {
    let Some(all) = &app.sessions.all else {
        return String::new();
    };
    let panes = all.iter().flat_map(|session| {
        let windows = session.window_list.iter().flatten();
        windows.flat_map(|window| &window.panes)
    });
    let watched = all.iter().map(|session| session.runners).sum::<u32>();
    format!(
        "{} sessions, {} panes, {watched} watched",
        all.len(),
        panes.count()
    )
}

fn bottom(app: &App, columns: u16) -> Vec<Line<'static>> {
    let room = usize::from(columns);
    match &app.sessions.mode {
        Mode::Forget(runner) => {
            let mut lines = page::away(app, room);
            lines.push(page::question("Forget", &runner.name, columns));
            lines
        }
        Mode::Filter => {
            let mut lines = page::away(app, room);
            let filter = field("/", &app.sessions.filter, "", room);
            lines.push(filter.style(page::bar()));
            lines
        }
        Mode::Tree => match &app.sessions.trouble {
            Some(trouble) if app.notice.is_none() && app.away.is_none() => {
                super::bars::trouble_lines(trouble, room)
            }
            _ => {
                let filter = app.sessions.filter.text();
                let keys = if filter.is_empty() {
                    SHORT.to_owned()
                } else {
                    format!("/{filter}  Esc: all")
                };
                page::bottom(app, &keys, columns)
            }
        },
    }
}

/// The line with what says that it is selected.
fn marked(mut line: Line<'static>, is_selected: bool) -> Line<'static> {
    if is_selected {
        line = line.style(Style::new().add_modifier(Modifier::REVERSED));
        if let Some(mark) = line.spans.first_mut() {
            *mark = Span::raw(">");
        }
    }
    // To the end of the row, so that it is marked as a whole.
    line.spans.push(Span::raw(" ".repeat(400)));
    line
}

fn line(row: &Row<'_>, columns: usize, look: Look) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    spans.extend(match row {
        Row::Session(session) => session_line(session, columns.saturating_sub(1)),
        Row::Window(_, window) => {
            let label = format!("  {}", window_label(window));
            vec![Span::raw(cut(&label, columns.saturating_sub(1)))]
        }
        Row::Pane(_, window, pane) => pane_line(window, pane, columns.saturating_sub(1), look),
    });
    Line::from(spans)
}

fn session_line(session: &SessionView, columns: usize) -> Vec<Span<'static>> {
    let name = cut(&session.name, columns);
    let mut more = vec![session.id.clone()];
    if session.registered {
        more.push("watched".to_owned());
    }
    more.extend(session.key.clone());
    match session.clients {
        0 => {}
        1 => more.push("1 terminal".to_owned()),
        many => more.push(format!("{many} terminals")),
    }
    let room = columns.saturating_sub(width(&name) + 2);
    let more = format!("  {}", cut(&more.join("  "), room));
    vec![
        Span::styled(name, Style::new().add_modifier(Modifier::BOLD)),
        Span::styled(more, Style::new().add_modifier(Modifier::DIM)),
    ]
}

fn window_label(window: &WindowView) -> String {
    let mark = if window.active { "*" } else { "" };
    format!("{}{mark} {}", window.index, window.name)
}

/// Window or number, runner, command, directory, title.
fn pane_line(
    window: &WindowView,
    pane: &PaneView,
    columns: usize,
    look: Look,
) -> Vec<Span<'static>> {
    let part = if columns < NARROW {
        columns.saturating_sub(1) / 2
    } else {
        WIDE.min(columns / 3)
    };
    let label = if window.panes.len() > 1 {
        let mark = if pane.active { "*" } else { "" };
        format!("    {}.{}{mark}", window.index, pane.index)
    } else {
        format!("  {}", window_label(window))
    };
    let mut spans = vec![Span::raw(format!("{} ", fill(&label, part)))];
    match &pane.runner {
        Some(runner) => {
            let text = format!("{} {}", look.symbol(&runner.status), runner.name);
            let style = look.of_status(&runner.status);
            spans.push(Span::styled(fill(&text, part), style));
        }
        None => spans.push(Span::raw(" ".repeat(part))),
    }
    if columns < NARROW {
        return spans;
    }
    let mut left = columns.saturating_sub(2 * part + 1);
    let command = if pane.dead {
        format!("({})", pane.command)
    } else {
        pane.command.clone()
    };
    let rest = [
        fill(&command, COMMAND.min(left.saturating_sub(1))),
        pane.cwd.clone().unwrap_or_default(),
        pane.title.clone().unwrap_or_default(),
    ];
    for text in rest.into_iter().filter(|text| !text.is_empty()) {
        if left < 2 {
            break;
        }
        let text = format!(" {}", cut(&text, left - 1));
        left -= width(&text);
        spans.push(Span::raw(text));
    }
    spans
}
