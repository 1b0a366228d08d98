//! What status lines show of the world: counts, and what windows are marked with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::Entry;
use super::world::World;
use crate::domain::ids::SessionId;
use crate::domain::segment::{Badges, Counts, mark};

/// What there is to show, and for which life of the server: a new server has to be told again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shown {
    pub(super) counts: Counts,
    /// The counts of each session that has any.
    pub(super) sessions: Arc<BTreeMap<SessionId, Counts>>,
    pub(super) badges: Arc<Badges>,
    pub(super) server_pid: i32,
}

impl World {
    /// Tells those who show it when it is not what they know. Looks only when there may be news: this comes after every
    /// piece of output.
    pub(super) fn show(&mut self, is_changed: bool) {
        let server_pid = self.server.as_ref().map_or(0, |server| server.pid.as_raw());
        let is_same_server = self.shown.borrow().server_pid == server_pid;
        let are_same_panes = Arc::ptr_eq(&self.shown_panes, &self.layout.panes);
        if !is_changed && is_same_server && are_same_panes {
            return;
        }
        self.shown_panes = Arc::clone(&self.layout.panes);
        let mut sessions: BTreeMap<SessionId, Counts> = BTreeMap::new();
        let mut badges = Badges::new();
        for entry in self.runners.values() {
            let Some(place) = &entry.runner.place else {
                continue;
            };
            let status = entry.status();
            sessions.entry(place.session).or_default().add(status);
            if !status.is_ended() || self.is_left_in(entry) {
                mark(&mut badges, place.window, status);
            }
        }
        let now = Shown {
            counts: Counts::of(self.runners.values().map(Entry::status)),
            sessions: Arc::new(sessions),
            badges: Arc::new(badges),
            server_pid,
        };
        self.shown.send_if_modified(|shown| {
            let is_news = *shown != now;
            *shown = now;
            is_news
        });
    }

    /// True while the pane of an ended runner stays open. Its ids alone would not do: another server uses them again.
    fn is_left_in(&self, entry: &Entry) -> bool {
        let (id, place) = (entry.runner.id, entry.runner.place.as_ref());
        let mut panes = self.layout.panes.iter();
        panes.any(|pane| {
            Some(pane.place.pane) == place.map(|place| place.pane)
                && (pane.dead || pane.runner == Some(id))
        })
    }
}
