//! What the daemon's news make of the page of all runners.

use super::Mode;
use super::order::Order;
use super::screen::look;
use super::update::keep_place;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::wire::Event;

/// The daemon told a change.
pub(crate) fn change(app: &mut App, event: Event) -> Vec<Effect> {
    let is_about_current = take_in(app, event);
    look(app, is_about_current).into_iter().collect()
}

/// True when the screen of the selected runner may be another one now.
fn take_in(app: &mut App, event: Event) -> bool {
    match event {
        Event::Snapshot { runners, .. } => {
            app.away = None;
            app.is_loaded = true;
            keep_place(app, |app| app.runners = runners);
            let known: Vec<&String> = app.runners.iter().map(|one| &one.id).collect();
            app.list.marked.retain(|id| known.contains(&id));
            app.stats.retain(|id, _| known.contains(&id));
            true
        }
        Event::Runner { runner } => {
            let is_current = app.list.selected.as_ref() == Some(&runner.id);
            keep_place(app, |app| {
                match app.runners.iter_mut().find(|known| known.id == runner.id) {
                    Some(known) => *known = *runner,
                    None => app.runners.push(*runner),
                }
            });
            is_current
        }
        Event::RunnerRemoved { runner_id } => {
            keep_place(app, |app| app.runners.retain(|known| known.id != runner_id));
            app.list.marked.remove(&runner_id);
            app.stats.remove(&runner_id);
            drop_target(app, &runner_id);
            false
        }
        Event::Stats { stats } => {
            // Only what differs from what was told before.
            let by_id = stats.into_iter().map(|one| (one.runner_id.clone(), one));
            app.stats.extend(by_id);
            if app.list.order == Order::Activity {
                keep_place(app, |_| {});
            }
            false
        }
        Event::Log { .. }
        | Event::Lagged { .. }
        | Event::LogEnd { .. }
        | Event::Transcript { .. }
        | Event::Status { .. } => false,
    }
}

/// Who is gone is asked about no more.
fn drop_target(app: &mut App, gone: &str) {
    let is_over = match &mut app.list.mode {
        Mode::Confirm { runners, .. } => {
            runners.retain(|target| target.id != gone);
            runners.is_empty()
        }
        Mode::Line { runner, .. } => runner.id == gone,
        Mode::List | Mode::Filter => false,
    };
    if is_over {
        app.list.mode = Mode::List;
    }
}
