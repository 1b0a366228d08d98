//! The form of a new runner: its parts below each other, what is wrong with one of them below that, and what to type.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::bars::{field, trouble_lines};
use super::page::{self, Parts};
use super::palette::Look;
use super::text::{cut, fold};
use super::{look_of, rows};
use crate::tui::app::App;
use crate::tui::form::{BY_COMMAND, Form, KEYS, PARTS, Part};

/// The most important keys.
const SHORT: &str = "F1:keys  Enter:next  C-s:start  Tab:complete  Esc:back";

/// Columns of the longest word and its mark.
const WORD: usize = 14;

/// Fewest columns of what is typed for which the words are cut.
const SHORT_TEXT: usize = 10;

/// Most rows of directories to choose from.
const CHOICES: usize = 4;

/// A row, and the part that it belongs to.
type Told = (Part, Line<'static>);

/// Draws the page.
pub(super) fn draw(frame: &mut Frame<'_>, app: &App, look: Look) {
    let whole = frame.area();
    let bottom = page::bottom(app, SHORT, whole.width);
    let parts = page::parts(whole, bottom.len());
    let top = page::top("new runner", "", whole.width);
    page::bars(frame, parts, top, bottom, look);
    if let Some(first) = app.help {
        page::help(frame, parts.body, KEYS, first);
        return;
    }
    let all = lines(&app.form, usize::from(whole.width));
    let first = first(&all, &app.form, parts);
    for ((_, line), row) in all.into_iter().skip(first).zip(rows(parts.body)) {
        frame.render_widget(look_of(line, look), row);
    }
}

/// The part in a row of the terminal.
pub(crate) fn part_at(app: &App, row: u16) -> Option<Part> {
    let (width, height) = app.size;
    let below = page::bottom(app, SHORT, width).len();
    let parts = page::parts(Rect::new(0, 0, width, height), below);
    let inside = row.checked_sub(parts.body.y)?;
    if inside >= parts.body.height {
        return None;
    }
    let all = lines(&app.form, usize::from(width));
    let at = first(&all, &app.form, parts) + usize::from(inside);
    // What is below the last part is about the one with the focus, but no place to click.
    let end = all.iter().position(|(_, line)| line.spans.is_empty());
    let part = all.get(at).map(|(part, _)| *part);
    part.filter(|_| end.is_none_or(|end| at < end))
}

/// The first row that is seen: all rows of the part with the focus are, if there is room.
fn first(all: &[Told], form: &Form, parts: Parts) -> usize {
    let room = usize::from(parts.body.height);
    let is_it = |(part, line): &Told| *part == form.focus && !line.spans.is_empty();
    let from = all.iter().position(is_it).unwrap_or(0);
    let own = all.iter().skip(from).take_while(|told| is_it(told)).count();
    (from + own).saturating_sub(room).min(from)
}

fn lines(form: &Form, columns: usize) -> Vec<Told> {
    let mut all = Vec::new();
    for part in PARTS {
        all.push((part, part_line(form, part, columns)));
        if let Some((_, trouble)) = form.wrong.as_ref().filter(|(wrong, _)| *wrong == part) {
            let told = trouble_lines(trouble, columns.saturating_sub(2));
            all.extend(told.into_iter().map(|line| (part, indented(line))));
        }
        if part == Part::Directory && form.focus == part {
            let choices = fold(&form.choices.join("/ "), columns.saturating_sub(2));
            let dim = Style::new().add_modifier(Modifier::DIM);
            let choices = choices.into_iter().take(CHOICES);
            all.extend(choices.map(|row| (part, indented(Line::styled(row, dim)))));
        }
    }
    all.push((form.focus, Line::default()));
    let hint = fold(form.focus.hint(), columns);
    all.extend(hint.into_iter().map(|row| (form.focus, Line::raw(row))));
    all
}

fn indented(mut line: Line<'static>) -> Line<'static> {
    line.spans.insert(0, Span::raw("  "));
    line
}

fn part_line(form: &Form, part: Part, columns: usize) -> Line<'static> {
    let has_focus = form.focus == part;
    let mark = if has_focus { ">" } else { " " };
    let word = WORD.min(columns.saturating_sub(SHORT_TEXT));
    let before = format!(
        "{mark} {}",
        super::text::fill(part.word(), word.saturating_sub(2))
    );
    let room = columns.saturating_sub(word);
    let line = match form.text(part) {
        None => Line::raw(format!("{before}{}", cut(&kind(form, has_focus), room))),
        Some(text) if has_focus => field(&before, text, "", columns),
        Some(text) => {
            let mut spans = vec![Span::raw(before), Span::raw(cut(text.text(), room))];
            if let Some(usual) = usual(form, part).filter(|_| text.text().is_empty()) {
                let dim = Style::new().add_modifier(Modifier::DIM);
                spans.push(Span::styled(cut(&usual, room), dim));
            }
            Line::from(spans)
        }
    };
    if !has_focus {
        return line;
    }
    let mut line = line.style(page::bar());
    // To the end of the row, so that it is marked as a whole.
    line.spans.push(Span::raw(" ".repeat(400)));
    line
}

fn kind(form: &Form, has_focus: bool) -> String {
    let name = form.kind_name().unwrap_or(BY_COMMAND);
    if has_focus {
        format!("< {name} >")
    } else {
        name.to_owned()
    }
}

/// What counts where nothing was typed.
fn usual(form: &Form, part: Part) -> Option<String> {
    match part {
        Part::Command => form.kind_command().map(|command| format!("({command})")),
        Part::Kind | Part::Directory | Part::Name | Part::Key | Part::Environment => None,
    }
}
