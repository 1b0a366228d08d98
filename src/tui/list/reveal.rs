//! A runner that somebody else has to show: it is in the list, seen, and selected.

use super::super::app::App;
use super::super::field::Field;
use super::super::message::Effect;
use super::order::sort;
use super::screen::look;
use crate::wire::RunnerView;

/// Selects the runner, which the daemon may not have told of yet. A filter that hides it ends.
pub(crate) fn reveal(app: &mut App, runner: RunnerView) -> Vec<Effect> {
    app.list.selected = Some(runner.id.clone());
    // What was told of it since is newer.
    if !app.runners.iter().any(|known| known.id == runner.id) {
        app.runners.push(runner);
        sort(app);
    }
    if app.current().is_none() {
        app.list.filter = Field::default();
    }
    look(app, false).into_iter().collect()
}
