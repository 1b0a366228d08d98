//! Notices that wait a moment for others, and how all of them are told in one line.

use std::collections::BTreeSet;

use super::Notices;
use crate::domain::ids::{PaneId, RunnerId};
use crate::domain::notice::{Terminal, Way, is_looked_at, joint};
use crate::domain::time::Tick;

/// One of them.
pub(super) struct Notice {
    pub(super) runner: RunnerId,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) pane: Option<PaneId>,
    pub(super) ways: BTreeSet<Way>,
}

/// All that wait; at most one of each runner.
#[derive(Default)]
pub(super) struct Batch {
    notices: Vec<Notice>,
    due: Option<Tick>,
}

impl Batch {
    /// When they are told.
    pub(super) const fn due(&self) -> Option<Tick> {
        self.due
    }

    /// Adds one, with the time to tell it when it is the first.
    pub(super) fn push(&mut self, notice: Notice, due: Tick) {
        self.notices.retain(|known| known.runner != notice.runner);
        self.notices.push(notice);
        self.due.get_or_insert(due);
    }

    fn take(&mut self) -> Vec<Notice> {
        self.due = None;
        std::mem::take(&mut self.notices)
    }
}

/// Those that are told in that way, as one line; `None` when there are none.
fn line(notices: &[Notice], way: Way) -> Option<String> {
    let told = || notices.iter().filter(|notice| notice.ways.contains(&way));
    told().next()?;
    Some(joint(
        told().map(|notice| (notice.text.as_str(), notice.name.as_str())),
    ))
}

impl Notices {
    /// Tells what has gathered, besides what somebody looks at by now.
    pub(super) async fn tell_batch(&mut self) {
        let mut notices = self.batch.take();
        let terminals = self.terminals().await;
        notices.retain(|notice| {
            let pane = notice.pane;
            !pane.is_some_and(|pane| is_looked_at(pane, &terminals))
        });
        if let Some(text) = line(&notices, Way::Message) {
            // One after the other: each stops its terminal for a moment.
            for terminal in &terminals {
                if let Err(error) = self.app.ports.terminals.say(&terminal.name, &text).await {
                    tracing::debug!(terminal = terminal.name, %error, "a terminal was not told");
                }
            }
        }
        if let Some(text) = line(&notices, Way::Osc) {
            let with = notices
                .iter()
                .filter(|notice| notice.ways.contains(&Way::Osc));
            let own = with.filter_map(|notice| notice.pane).next();
            self.tell_terminals(own, &terminals, &text).await;
        }
        if let Some(text) = line(&notices, Way::Desktop) {
            self.tell_desktop(text);
        }
    }

    /// From the runner's own pane, or when that is gone from those that the terminals show.
    async fn tell_terminals(&self, own: Option<PaneId>, terminals: &[Terminal], text: &str) {
        if let Some(pane) = own
            && self.announce(pane, text).await
        {
            return;
        }
        let shown: BTreeSet<PaneId> = terminals.iter().map(|terminal| terminal.pane).collect();
        for pane in shown {
            self.announce(pane, text).await;
        }
    }

    /// On its own: the program that shows it may take its time.
    fn tell_desktop(&self, text: String) {
        let app = self.app.clone();
        let tell = async move {
            if let Err(error) = app.ports.notifier.desktop(&text).await {
                app.notice_failed(Way::Desktop, &error).await;
            }
        };
        self.spawn("notify desktop", tell);
    }
}
