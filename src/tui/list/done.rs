//! What the daemon answered to what it was asked with [`super::update::ask`].

use super::{Line, Mode};
use crate::domain::text::printable;
use crate::tui::app::{App, Notice};
use crate::tui::field::Field;
use crate::tui::message::{Act, Effect, Reply, Target, Trouble};

/// A command was answered.
pub(crate) fn done(
    app: &mut App,
    act: &Act,
    runner: Target,
    result: Result<Reply, Trouble>,
) -> Vec<Effect> {
    app.list.open_acts = app.list.open_acts.saturating_sub(1);
    match result {
        Ok(Reply::Way(view)) => return vec![Effect::Jump(view)],
        Ok(Reply::Resumes(id)) => {
            app.hint(&format!(
                "{} resumes conversation {}.",
                runner.name,
                printable(&id)
            ));
        }
        Ok(Reply::Done) if *act == Act::Jump => {
            app.notice = Some(Notice::Wrong(Trouble {
                text: format!("The daemon does not say how to get to {}.", runner.name),
                hint: Some("Run `geppetto daemon restart`.".to_owned()),
            }));
        }
        Ok(Reply::Done)
            if app.list.open_acts == 0 && matches!(app.notice, Some(Notice::Busy(_))) =>
        {
            app.notice = None;
        }
        Ok(Reply::Done) => {}
        Err(trouble) => {
            app.notice = Some(Notice::Wrong(trouble));
            type_again(app, act, runner);
        }
    }
    Vec::new()
}

/// What was typed and refused is not lost, unless the person is at something else by now.
fn type_again(app: &mut App, act: &Act, runner: Target) {
    let (to, text) = match act {
        Act::Rename(name) => (Line::Rename, name),
        Act::Answer(text) => (Line::Answer, text),
        _ => return,
    };
    if app.list.mode == Mode::List {
        let text = Field::new(text);
        app.list.mode = Mode::Line { to, runner, text };
    }
}
