//! Being told of the death of panes and of other processes in them, which tmux does about once a second for who subscribes to it.
//!
//! Each window is subscribed to by itself. Of all panes of a session at once tmux must not be asked: when the session is killed
//! while a client there has not left yet, it looks into a session that is gone, and the server ends with all the others (met on
//! 3.3a). Of a single pane it tells nothing any more when that is dead.

use std::collections::BTreeSet;

use super::client::ClientId;
use super::command::Command;
use super::hub::TmuxHub;
use super::purpose::Purpose;
use crate::domain::ids::{PaneId, WindowId};

/// One word for each pane, its parts as [`TmuxHub::on_pane_value`] takes them but for the separator. Ids and integers only: a text
/// could hold a line feed and forge a line.
const PANES: &str =
    "#{P:#{pane_id}/#{pane_dead}/#{pane_dead_status}/#{pane_dead_signal}/#{pane_pid} }";

fn name(window: WindowId) -> String {
    format!("geppetto_dead_{}", window.0)
}

impl TmuxHub {
    /// Subscribes to the windows of followed panes at the clients that these listen to, and to no others.
    pub(super) fn subscribe(&mut self) {
        let now = self.now();
        let wanted: BTreeSet<(ClientId, WindowId)> = self
            .watches
            .values()
            .filter_map(|watch| Some((watch.source?, watch.place.window)))
            .collect();
        let known = std::mem::take(&mut self.watchers.subscribed);
        for (client, window) in known.difference(&wanted) {
            let client = self.clients.get_mut(*client);
            if let Some(client) = client.filter(|client| client.is_attached()) {
                let unsubscribe = Command::new("refresh-client").flag("-B").id(name(*window));
                client.send(&unsubscribe, Purpose::Effect, now);
            }
        }
        for (client, window) in wanted.difference(&known) {
            if let Some(client) = self.clients.get_mut(*client) {
                let what = format!("{}:{window}:{PANES}", name(*window));
                let subscribe = Command::new("refresh-client").flag("-B").id(what);
                client.send(&subscribe, Purpose::Effect, now);
            }
        }
        self.watchers.subscribed = wanted;
    }

    /// A value of such a subscription.
    pub(super) fn on_window_value(&mut self, client: ClientId, value: &[u8]) {
        let text = String::from_utf8_lossy(value);
        for word in text.split_ascii_whitespace() {
            let Some((pane, state)) = word.split_once('/') else {
                continue;
            };
            if let Ok(pane) = pane.parse::<PaneId>() {
                self.on_pane_value(client, pane, &state.replace('/', ","));
            }
        }
    }
}
