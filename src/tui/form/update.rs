//! What keys, the mouse and answers make of the form.

use ratatui::crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use super::complete::{Completion, complete, expand, looks_into};
use super::draft::draft;
use super::keys::{self, Command};
use super::{Form, News, Part, Refusal, Wish};
use crate::config::KINDS;
use crate::tui::app::{App, Notice, Page};
use crate::tui::field::Field;
use crate::tui::list;
use crate::tui::message::Effect;
use crate::tui::view::part_at;
use crate::wire::RunnerView;

/// Shows the form.
pub(crate) fn open(app: &mut App) {
    app.page = Page::Form;
    app.form.is_edited = false;
    app.form.choices.clear();
}

/// A key was pressed.
pub(crate) fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Some(command) = keys::command(app.form.focus, key) else {
        return Vec::new();
    };
    if !app.form.is_starting {
        app.notice = None;
    }
    obey(app, command)
}

/// Text was pasted: into the line that is being typed.
pub(crate) fn paste(app: &mut App, pasted: &str) {
    edit(&mut app.form, |field| field.paste(pasted));
}

/// The mouse was pressed.
pub(crate) fn pointed(app: &mut App, mouse: MouseEvent) {
    if mouse.kind == MouseEventKind::Down(MouseButton::Left)
        && let Some(part) = part_at(app, mouse.row)
    {
        focus(&mut app.form, part);
    }
}

/// Something came of a wish.
pub(crate) fn came(app: &mut App, news: News) -> Vec<Effect> {
    match news {
        News::Names { typed, names } => {
            if app.form.focus == Part::Directory && app.form.directory.text() == typed {
                completed(&mut app.form, &complete(&typed, &names));
            }
            Vec::new()
        }
        News::Started(result) => {
            app.form.is_starting = false;
            app.notice = None;
            match result {
                Ok(runner) => started(app, *runner),
                Err(refusal) => {
                    refused(app, refusal);
                    Vec::new()
                }
            }
        }
    }
}

/// The list has it selected, and the form is empty but for its kind and directory.
fn started(app: &mut App, runner: RunnerView) -> Vec<Effect> {
    let Form {
        kind,
        directory,
        here,
        home,
        ..
    } = std::mem::take(&mut app.form);
    app.form = Form {
        kind,
        directory,
        here,
        home,
        ..Form::default()
    };
    if matches!(app.page, Page::Form) {
        app.page = Page::Runners;
    }
    list::reveal(app, runner)
}

fn refused(app: &mut App, refusal: Refusal) {
    let part = refusal.field.as_deref().and_then(Part::of_field);
    match part {
        Some(part) => {
            focus(&mut app.form, part);
            app.form.wrong = Some((part, refusal.trouble.clone()));
        }
        None => app.notice = Some(Notice::Wrong(refusal.trouble.clone())),
    }
    // Who has left the form meanwhile is told where they are.
    if !matches!(app.page, Page::Form) {
        app.notice = Some(Notice::Wrong(refusal.trouble));
    }
}

fn obey(app: &mut App, command: Command) -> Vec<Effect> {
    let form = &mut app.form;
    match command {
        Command::Back => app.page = Page::Runners,
        Command::Start => return start(app),
        Command::Move(by) => focus(form, form.focus.step(by)),
        Command::Complete if form.is_edited => return begin_to_complete(form),
        Command::Complete => focus(form, form.focus.step(1)),
        Command::Turn(by) => {
            let count = KINDS.len().cast_signed() + 1;
            let to = (form.kind.cast_signed() + by).rem_euclid(count);
            choose(form, to.cast_unsigned());
        }
        Command::Letter(letter) => {
            let named = |kind: &usize| first_letter(*kind) == Some(letter.to_ascii_lowercase());
            let later = form.kind + 1..=KINDS.len();
            if let Some(kind) = later.chain(0..=form.kind).find(named) {
                choose(form, kind);
            }
        }
        Command::Type(key) => edit(form, |field| {
            field.press(key);
        }),
        Command::Help => app.help = Some(0),
    }
    Vec::new()
}

fn choose(form: &mut Form, kind: usize) {
    form.kind = kind;
    form.wrong = None;
}

fn first_letter(kind: usize) -> Option<char> {
    match kind.checked_sub(1) {
        Some(at) => KINDS.get(at)?.name.chars().next(),
        None => super::BY_COMMAND.chars().next(),
    }
}

fn focus(form: &mut Form, part: Part) {
    form.focus = part;
    form.is_edited = false;
    form.choices.clear();
}

/// Changes the line that is being typed.
fn edit(form: &mut Form, change: impl FnOnce(&mut Field)) {
    let focus = form.focus;
    let Some(field) = form.text_mut(focus) else {
        return;
    };
    let before = field.text().to_owned();
    change(field);
    if field.text() != before {
        form.is_edited = true;
        form.choices.clear();
        form.wrong.take_if(|(part, _)| *part == focus);
    }
}

fn begin_to_complete(form: &mut Form) -> Vec<Effect> {
    let typed = form.directory.text().to_owned();
    let Some(directory) = looks_into(&typed) else {
        completed(form, &complete(&typed, &[]));
        return Vec::new();
    };
    let directory = expand(directory, &form.here, form.home.as_deref());
    vec![Effect::Form(Wish::Read { typed, directory })]
}

/// Goes on to the next part when there was nothing to complete, or nothing more.
fn completed(form: &mut Form, completion: &Completion) {
    let is_same = form.directory.text() == completion.text;
    if is_same && (completion.choices.is_empty() || completion.choices == form.choices) {
        focus(form, form.focus.step(1));
        return;
    }
    form.directory = Field::new(&completion.text);
    form.wrong.take_if(|(part, _)| *part == Part::Directory);
    form.choices.clone_from(&completion.choices);
}

fn start(app: &mut App) -> Vec<Effect> {
    if app.form.is_starting {
        return Vec::new();
    }
    app.form.wrong = None;
    match draft(&app.form) {
        Ok(draft) => {
            app.form.is_starting = true;
            app.notice = Some(Notice::Busy("Start it …".to_owned()));
            vec![Effect::Form(Wish::Start(Box::new(draft)))]
        }
        Err((part, trouble)) => {
            focus(&mut app.form, part);
            app.form.wrong = Some((part, trouble));
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests;
