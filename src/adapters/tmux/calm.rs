//! Keeps apart what must not meet inside tmux, which would end with all its sessions:
//!
//! - While a control client introduces itself, any notification kills the server (tmux/tmux#4980, met on 3.3a). So one
//!   client attaches at a time, and nothing that makes tmux notify is done by us meanwhile: no window is made or closed,
//!   no other client leaves, no run parent leaves its pane. And a client waits until tmux has had nothing to tell for a
//!   moment: the server notices the end of a client or a session later than we do.
//! - When the current window of a session and the session itself end in one turn of the server's loop, it dies if there
//!   is any control client (tmux/tmux#5243, met on 3.3a). So run parents leave one after the other, each when the pane
//!   before is seen to be gone.
//!
//! What the user does in the same instant cannot be kept apart. The mends are newer than tmux 3.6.

use std::collections::VecDeque;

use super::command::Command;
use super::hub::TmuxHub;
use super::limits::{DEPARTURE, QUIET, QUIET_PATIENCE};
use super::purpose::{Answer, Purpose};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, WindowId};
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
    /// Only quiet is missing for it, which is there at this time.
    quiet_due: Option<Tick>,
    /// The pane that a run parent may leave now, and how long the others wait for it.
    departing: Option<(PaneId, Tick)>,
    /// Those that wait to be told that they may leave.
    departures: VecDeque<(PaneId, Vec<Answer<(), ProcessError>>)>,
}

impl Calm {
    pub(super) fn deadline(&self) -> Option<Tick> {
        let departing = self.departing.map(|(_, until)| until);
        departing.into_iter().chain(self.quiet_due).min()
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
        let alone =
            self.calm.stirring == 0 && self.calm.departing.is_none() && self.clients.are_settled();
        let calm = alone && quiet_at <= now;
        self.calm.wanted = !calm;
        self.calm.quiet_due = (alone && !calm).then_some(quiet_at);
        self.calm.wanted_since = match self.calm.wanted_since {
            _ if calm => None,
            since => since.or(Some(now)),
        };
        calm
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

    pub(super) fn on_calm_time(&mut self, now: Tick) {
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
