//! Does what the dashboard's page of sessions wishes.

use super::changes::trouble;
use super::client::PATIENCE;
use super::context::missing;
use super::failure::Failure;
use super::start::{self, Start};
use crate::config::Paths;
use crate::tui::sessions::{News, Place, Wish};
use crate::wire::{AttachPane, AttachTmux, AttachView, ListTmuxSessions, Request, SessionView};

/// Does it; `program` is how geppetto is called for the same server.
pub(crate) fn fulfil(paths: &Paths, program: &str, wish: Wish) -> News {
    let trouble = |failure| trouble(failure, program);
    match wish {
        Wish::List => News::Listed(list(paths).map_err(trouble)),
        Wish::Register(places) => News::Registered(register(paths, places).map_err(trouble)),
        Wish::Go(to) => News::Way(way(paths, to).map_err(trouble)),
    }
}

/// Starts no daemon: this is asked again and again, and whoever ended it wants it to be gone.
fn list(paths: &Paths) -> Result<Vec<SessionView>, Failure> {
    let list = Request::ListTmuxSessions(ListTmuxSessions { panes: true });
    let answer = start::connect(paths, Start::Never)?.ask(list, Some(PATIENCE))?;
    let sessions = answer.sessions.unwrap_or_default();
    // A daemon of an older version knows nothing of panes.
    if sessions.iter().any(|session| session.window_list.is_none()) {
        return Err(missing("windowList"));
    }
    Ok(sessions)
}

fn register(paths: &Paths, places: Vec<Place>) -> Result<(), Failure> {
    let mut client = start::connect(paths, Start::WithTmux)?;
    for place in places {
        let request = match place {
            Place::Session(id) => AttachTmux {
                session_id: Some(id),
                ..AttachTmux::default()
            },
            Place::Pane(id) => AttachTmux {
                pane_id: Some(id),
                ..AttachTmux::default()
            },
        };
        client.ask(Request::AttachTmux(request), Some(PATIENCE))?;
    }
    Ok(())
}

fn way(paths: &Paths, to: AttachPane) -> Result<AttachView, Failure> {
    let answer =
        start::connect(paths, Start::WithTmux)?.ask(Request::AttachPane(to), Some(PATIENCE))?;
    answer.attach.ok_or_else(|| missing("attach"))
}
