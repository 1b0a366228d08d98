//! Keeps apart what must not meet inside tmux, which would end with all its sessions:
//!
//! - While a control client introduces itself, any notification kills the server (tmux/tmux#4980, met on 3.3a). So one
//!   client attaches at a time, and nothing that makes tmux notify is done by us meanwhile: no window is made or closed,
//!   no other client leaves, no run parent leaves its pane. And a client waits until tmux has had nothing to tell for a
//!   moment, and until it has told the end of every client: the server notices that, and the end of a session, later than
//!   we do.
//! - When the current window of a session and the session itself end in one turn of the server's loop, it dies if there
//!   is any control client (tmux/tmux#5243, met on 3.3a). So run parents leave one after the other, each when the pane
//!   before is seen to be gone.
//!
//! What the user does in the same instant cannot be kept apart. The mends are newer than tmux 3.6.

use std::collections::VecDeque;

use super::clients::is_named;
use super::command::Command;
use super::hub::TmuxHub;
use super::limits::{DEPARTURE, QUIET, QUIET_PATIENCE, SETTLING_PATIENCE, YOUNG};
use super::one_shot::Probed;
use super::purpose::{Answer, Purpose};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, Pid, WindowId};
use crate::domain::settings::KeepWindow;
use crate::domain::time::Tick;
use crate::ports::process::ProcessError;

/// Who waits for whom.
#[derive(Default)]
pub(super) struct Calm {
    /// Commands on their way that make or close windows.
    stirring: usize,
    /// Such commands that wait until no client attaches.
    waiting: VecDeque<(Command, Purpose)>,
    /// A client wants to attach and waits for calm: nothing new begins.
    wanted: bool,
    /// When something last happened of which tmux notifies.
    stirred: Tick,
    /// Since when a client wants to attach.
    wanted_since: Option<Tick>,
    /// When a client ended last.
    left: Tick,
    /// Clients that have ended and of which tmux has not told it, and how long that is waited for.
    untold: Vec<(Pid, Tick)>,
    /// A young server to which we were not attached yet.
    settling: Option<Settling>,
    /// We were attached to this server.
    settled: bool,
    /// Only quiet is missing for it, which is there at this time.
    quiet_due: Option<Tick>,
    /// The pane that a run parent may leave now, and how long the others wait for it.
    departing: Option<(PaneId, Tick)>,
    /// Those that wait to be told that they may leave.
    departures: VecDeque<(PaneId, Vec<Answer<(), ProcessError>>)>,
}

/// What is known of a server that may still be restoring its sessions.
struct Settling {
    since: Tick,
    /// The ids of its sessions when it was last asked.
    sessions: Option<String>,
}

impl Settling {
    const fn new(since: Tick) -> Self {
        Self {
            since,
            sessions: None,
        }
    }

    /// True when its sessions are those of the last time, or it was waited for long enough.
    fn is_over(&mut self, sessions: String, now: Tick) -> bool {
        let before = self.sessions.replace(sessions);
        before.is_some() && before == self.sessions || now.since(self.since) >= SETTLING_PATIENCE
    }
}

impl Calm {
    pub(super) fn deadline(&self) -> Option<Tick> {
        let departing = self.departing.map(|(_, until)| until);
        let untold = self.untold.iter().map(|(_, until)| *until);
        untold.chain(departing).chain(self.quiet_due).min()
    }

    /// A client has ended. With `untold` tmux will tell the others so.
    pub(super) fn left(&mut self, untold: Option<Pid>, now: Tick) {
        self.stirred = now;
        self.left = now;
        let until = now.after(QUIET_PATIENCE);
        self.untold.extend(untold.map(|pid| (pid, until)));
    }

    /// True when no client has ended since.
    pub(super) fn left_before(&self, time: Tick) -> bool {
        self.left <= time
    }

    /// Another server, or none: nothing more comes of the clients of the last.
    pub(super) fn forget_server(&mut self) {
        self.untold.clear();
        self.settling = None;
        self.settled = false;
    }

    /// We are attached to this server.
    pub(super) fn settled(&mut self) {
        self.settling = None;
        self.settled = true;
    }

    /// When it will have been quiet for long enough, or waited for quiet for too long.
    fn quiet_at(&self, now: Tick) -> Tick {
        let since = self.wanted_since.unwrap_or(now);
        self.stirred.after(QUIET).min(since.after(QUIET_PATIENCE))
    }

    /// tmux had something to tell.
    pub(super) fn stirred(&mut self, now: Tick) {
        self.stirred = now;
    }

    /// Nobody wants to attach, as far as is known; [`TmuxHub::may_attach`] says otherwise.
    pub(super) fn nobody_attaches(&mut self) {
        self.wanted = false;
    }
}

impl TmuxHub {
    /// True when a client may attach now. When not, it will be asked again as soon as it may.
    pub(super) fn may_attach(&mut self) -> bool {
        let now = self.now();
        let quiet_at = self.calm.quiet_at(now);
        let alone = self.calm.stirring == 0
            && self.calm.departing.is_none()
            && self.calm.untold.is_empty()
            && self.clients.are_settled();
        let calm = alone && quiet_at <= now;
        self.calm.wanted = !calm;
        self.calm.quiet_due = (alone && !calm).then_some(quiet_at);
        self.calm.wanted_since = match self.calm.wanted_since {
            _ if calm => None,
            since => since.or(Some(now)),
        };
        calm
    }

    /// True while sessions come and go on a server that was started a moment ago: something restores those of the last
    /// one, most likely, and tmux up to 3.6 can end when a client attaches meanwhile. Nobody is attached
    /// who would be told of it.
    pub(super) fn is_settling(&mut self, probed: Probed) -> bool {
        let now = self.now();
        let age = (self.options.clock.now().0 / 1000).saturating_sub(probed.server.start_time);
        if age > YOUNG.as_secs() || probed.version().survives_coincidence() || self.calm.settled {
            return false;
        }
        let settling = self.calm.settling.get_or_insert_with(|| Settling::new(now));
        !settling.is_over(probed.sessions, now)
    }

    /// True while a client attaches or waits to: nothing that stirs may begin.
    fn is_attach_due(&self) -> bool {
        self.calm.wanted || self.clients.is_one_attaching()
    }

    /// Sends a command of another task, at a moment when it does no harm.
    pub(super) fn send_calmly(&mut self, command: Command, purpose: Purpose) {
        if !command.stirs() {
            self.command(&command, purpose);
        } else if self.is_attach_due() {
            self.calm.waiting.push_back((command, purpose));
        } else {
            self.calm.stirring += 1;
            self.command(&command, purpose);
        }
    }

    /// A command that stirs was answered.
    pub(super) fn on_stirred(&mut self) {
        self.calm.stirring = self.calm.stirring.saturating_sub(1);
        self.calm.stirred = self.now();
        self.on_calmer();
    }

    /// Something that others may have waited for is over.
    pub(super) fn on_calmer(&mut self) {
        self.rebalance();
        if self.is_attach_due() {
            return;
        }
        for (command, purpose) in std::mem::take(&mut self.calm.waiting) {
            self.send_calmly(command, purpose);
        }
        self.next_departure();
    }

    /// The exit of a run is told; its run parent may leave when that does no harm.
    pub(super) fn depart(
        &mut self,
        pane: PaneId,
        exit: &Exit,
        answers: Vec<Answer<(), ProcessError>>,
    ) {
        let closes = match self.options.keep_window {
            KeepWindow::Always => false,
            KeepWindow::Never => true,
            KeepWindow::Failed => exit.outcome == Outcome::Code(0),
        };
        let shown = self.layout.pane(pane).is_some();
        if exit.source == ExitSource::RunParent && closes && shown {
            self.calm.departures.push_back((pane, answers));
            self.next_departure();
        } else {
            let_go(answers);
        }
    }

    fn next_departure(&mut self) {
        if self.calm.departing.is_some() || self.is_attach_due() {
            return;
        }
        if let Some((pane, answers)) = self.calm.departures.pop_front() {
            self.calm.departing = Some((pane, self.now().after(DEPARTURE)));
            let_go(answers);
        }
    }

    /// tmux tells of a closed window, which is sooner than a listing shows it.
    pub(super) fn on_window_closed(&mut self, window: WindowId) {
        let departing = self.calm.departing.map(|(pane, _)| pane);
        let holds = departing.and_then(|pane| self.layout.pane(pane));
        if holds.is_some_and(|pane| pane.place.window == window) {
            self.calm.departing = None;
            self.on_calmer();
        }
    }

    /// Looks whether the pane that was left has closed.
    pub(super) fn look_at_departing(&mut self) {
        let shown = |(pane, _): &(PaneId, Tick)| self.layout.pane(*pane).is_some();
        if self
            .calm
            .departing
            .as_ref()
            .is_some_and(|departing| !shown(departing))
        {
            self.calm.departing = None;
            self.on_calmer();
        }
    }

    /// tmux tells that a client is detached, ours or another.
    pub(super) fn on_detached(&mut self, name: &[u8]) {
        if let Some(client) = self.clients.named(name) {
            client.detached();
        }
        let before = self.calm.untold.len();
        self.calm.untold.retain(|(pid, _)| !is_named(*pid, name));
        if self.calm.untold.len() < before {
            self.on_calmer();
        }
    }

    pub(super) fn on_calm_time(&mut self, now: Tick) {
        let before = self.calm.untold.len();
        self.calm.untold.retain(|(_, until)| *until > now);
        if self.calm.untold.len() < before {
            tracing::debug!("tmux did not tell in time that a client is detached");
            self.on_calmer();
        }
        if let Some((pane, until)) = self.calm.departing
            && until <= now
        {
            tracing::debug!(%pane, "the pane of an ended program did not close in time");
            self.calm.departing = None;
            self.on_calmer();
        }
        if self.calm.quiet_due.is_some_and(|due| due <= now) {
            self.calm.quiet_due = None;
            self.on_calmer();
        }
    }
}

fn let_go(answers: Vec<Answer<(), ProcessError>>) {
    for answer in answers {
        // A run parent that has left already needs no answer.
        drop(answer.send(Ok(())));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_young_server_has_settled_when_its_sessions_stay() {
        let at = |millis| Tick(Duration::from_millis(millis));
        let mut settling = Settling::new(at(0));
        for (millis, sessions, over) in [
            (0, "$0", false),
            (200, "$0$1", false),
            (400, "$0$1$2", false),
            (600, "$0$1$2", true),
            (800, "$0$1", false),
            (3000, "$0", true),
        ] {
            let is_over = settling.is_over(sessions.to_owned(), at(millis));
            assert_eq!(is_over, over, "{millis}");
        }
        // A server without any is asked twice as well.
        let mut empty = Settling::new(at(0));
        assert!(!empty.is_over(String::new(), at(0)));
        assert!(empty.is_over(String::new(), at(200)));
    }
}
