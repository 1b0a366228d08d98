//! The end of a followed program: what tmux and run parents tell of it, and the fence that puts the exit behind the
//! last output.
//!
//! A pane of ours can be dead or gone for tmux before its run parent's report is here, so such an end waits for the
//! report. A foreign pane's status comes from tmux, which (3.3a) may have lost it: it is poked, then given up; an empty
//! status is never read as 0.

use super::client::ClientId;
use super::command::Command;
use super::death::Death;
use super::hub::TmuxHub;
use super::limits::{DEAD_GIVE_UP, DEAD_LOOK_AFTER, DEAD_POKE_AFTER, REPORT_GRACE};
use super::purpose::{Answer, Purpose, Replies};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, Pid};
use crate::domain::time::{Tick, Timestamp};
use crate::ports::mux::MuxError;
use crate::ports::process::ProcessError;

/// How far a followed program is on its way out.
#[derive(Debug)]
pub(super) enum Life {
    /// It runs.
    Running,
    /// Its pane is dead and tmux does not say how.
    Unexplained { since: Tick, poked: bool },
    /// tmux says that it ended; its run parent may say more.
    Awaiting { exit: Exit, until: Tick },
    /// The exit is known; output from before it is still on its way.
    Fencing {
        exit: Exit,
        answers: Vec<Answer<(), ProcessError>>,
    },
}

impl Life {
    pub(super) fn deadline(&self) -> Option<Tick> {
        match self {
            // A fence has no time of its own: its command is answered, by tmux, by the silence or by the end of its client.
            Self::Running | Self::Fencing { .. } => None,
            Self::Unexplained { since, poked } => Some(since.after(if *poked {
                DEAD_GIVE_UP
            } else {
                DEAD_POKE_AFTER
            })),
            Self::Awaiting { until, .. } => Some(*until),
        }
    }

    /// Output after a respawn belongs to another program.
    pub(super) fn takes_output(&self) -> bool {
        match self {
            Self::Running | Self::Unexplained { .. } => true,
            Self::Awaiting { exit, .. } | Self::Fencing { exit, .. } => {
                exit.source != ExitSource::PaneRespawned
            }
        }
    }

    /// Nobody will see the exit.
    pub(super) fn refuse(self, error: &ProcessError) {
        if let Self::Fencing { answers, .. } = self {
            for answer in answers {
                drop(answer.send(Err(error.clone())));
            }
        }
    }
}

impl TmuxHub {
    /// What tmux says of a pane: `dead,status,signal,pid`.
    pub(super) fn on_pane_value(&mut self, client: ClientId, pane: PaneId, text: &str) {
        let Some(watch) = self.watches.get(&pane).filter(|w| w.source == Some(client)) else {
            return;
        };
        let pid = text
            .rsplit(',')
            .next()
            .and_then(|pid| pid.parse::<Pid>().ok());
        if pid.is_some_and(|pid| pid != watch.place.pane_pid) {
            // Nothing else tells that the layout is no longer true.
            self.listing.mark(self.options.clock.tick());
            self.on_ended_by_tmux(pane, Outcome::NotKnown, ExitSource::PaneRespawned);
        } else if let Some(death) = Death::read(text) {
            self.on_death(pane, death);
        }
    }

    /// Compares every followed pane with a new layout.
    pub(super) fn look_at_watched(&mut self) {
        let panes: Vec<PaneId> = self.watches.keys().copied().collect();
        for id in panes {
            let Some(watch) = self.watches.get_mut(&id) else {
                continue;
            };
            match self.layout.pane(id) {
                None => self.on_ended_by_tmux(id, Outcome::NotKnown, ExitSource::PaneClosed),
                Some(pane) if pane.place.pane_pid != watch.place.pane_pid => {
                    self.on_ended_by_tmux(id, Outcome::NotKnown, ExitSource::PaneRespawned);
                }
                Some(pane) => {
                    watch.place = pane.place.clone();
                    if let Some(death) = self.layout.deaths.get(&id).copied() {
                        self.on_death(id, death);
                    }
                }
            }
        }
    }

    /// The pane is dead but stays open.
    pub(super) fn on_death(&mut self, pane: PaneId, death: Death) {
        match death {
            Death::Explained(outcome) => {
                self.on_ended_by_tmux(pane, outcome, ExitSource::Tmux);
            }
            Death::Unexplained => {
                let since = self.now();
                if let Some(watch) = self.watches.get_mut(&pane)
                    && matches!(watch.life, Life::Running)
                {
                    watch.life = Life::Unexplained {
                        since,
                        poked: false,
                    };
                }
            }
        }
    }

    fn on_ended_by_tmux(&mut self, pane: PaneId, outcome: Outcome, source: ExitSource) {
        let exit = Exit {
            outcome,
            source,
            at: self.options.clock.now(),
        };
        let until = self.now().after(REPORT_GRACE);
        let Some(watch) = self.watches.get_mut(&pane) else {
            return;
        };
        match watch.life {
            Life::Running | Life::Unexplained { .. } if watch.has_run_parent => {
                watch.life = Life::Awaiting { exit, until };
            }
            Life::Running | Life::Unexplained { .. } => self.fence(pane, exit, None),
            Life::Awaiting { .. } | Life::Fencing { .. } => {}
        }
    }

    /// A run parent's report.
    pub(super) fn on_reported(
        &mut self,
        pane: PaneId,
        outcome: Outcome,
        at: Timestamp,
        answer: Answer<(), ProcessError>,
    ) {
        if self.watches.contains_key(&pane) {
            let exit = Exit {
                outcome,
                source: ExitSource::RunParent,
                at,
            };
            return self.fence(pane, exit, Some(answer));
        }
        let error = match self.layout.pane(pane) {
            Some(known) => ProcessError::Gone {
                pane,
                pid: known.place.pane_pid,
            },
            None => MuxError::NoPane {
                target: pane.to_string(),
            }
            .into(),
        };
        drop(answer.send(Err(error)));
    }

    /// We ended its job; the pane goes on.
    pub(super) fn on_killed(&mut self, pane: PaneId, exit: Exit) {
        let fences = |watch: &super::watching::Watch| matches!(watch.life, Life::Fencing { .. });
        if self.watches.get(&pane).is_some_and(|watch| !fences(watch)) {
            self.fence(pane, exit, None);
        }
    }

    /// Tells the exit behind everything that the pane printed before now: a command on the pane's own client is answered after
    /// the output that was queued before it.
    fn fence(&mut self, pane: PaneId, exit: Exit, answer: Option<Answer<(), ProcessError>>) {
        let now = self.now();
        let Some(watch) = self.watches.get_mut(&pane) else {
            return;
        };
        if let Life::Fencing {
            exit: told,
            answers,
            ..
        } = &mut watch.life
        {
            // The run parent knows best; what others say while a fence is on its way adds nothing.
            if exit.source == ExitSource::RunParent {
                *told = exit;
            }
            answers.extend(answer);
            return;
        }
        watch.life = Life::Fencing {
            exit,
            answers: answer.into_iter().collect(),
        };
        let client = watch.source.and_then(|id| self.clients.get_mut(id));
        match client.filter(|client| client.is_attached()) {
            Some(client) => {
                let nothing = Command::new("display-message").flag("-p").flag("''");
                client.send(&nothing, Purpose::Fence { pane }, now);
            }
            None => self.finish(pane),
        }
    }

    /// The fence's answer, or that there will be none: then output from before it may be missing.
    pub(super) fn on_fenced(&mut self, pane: PaneId, result: Result<Replies, MuxError>) {
        let fenced =
            |watch: &&mut super::watching::Watch| matches!(watch.life, Life::Fencing { .. });
        if let Some(watch) = self.watches.get_mut(&pane).filter(fenced) {
            if let Err(error) = result {
                tracing::warn!(%pane, %error, "the last output of an ended program may be missing");
                watch.feed.lost();
            }
            self.finish(pane);
            self.rebalance();
        }
    }

    /// The exit goes into the stream, and the watch is over.
    fn finish(&mut self, pane: PaneId) {
        let Some(mut watch) = self.watches.remove(&pane) else {
            return;
        };
        watch.started();
        if let Life::Fencing { exit, answers, .. } = watch.life {
            watch.feed.exit(exit);
            self.depart(pane, &exit, answers);
        }
        self.leaving.push(watch.feed);
    }

    /// Every program ended in the same way.
    pub(super) fn end_all(&mut self, exit: Exit) {
        self.refuse_waiting_watches();
        for (_, mut watch) in std::mem::take(&mut self.watches) {
            watch.started();
            watch.feed.exit(exit);
            let gone = watch.gone();
            self.leaving.push(watch.feed);
            watch.life.refuse(&gone);
        }
    }

    pub(super) fn on_ending_time(&mut self, now: Tick) {
        let due: Vec<PaneId> = self
            .watches
            .iter()
            .filter(|(_, watch)| watch.life.deadline().is_some_and(|due| due <= now))
            .map(|(pane, _)| *pane)
            .collect();
        let changed = !due.is_empty();
        for pane in due {
            self.on_life_due(pane, now);
        }
        if changed {
            self.rebalance();
        }
    }

    fn on_life_due(&mut self, pane: PaneId, now: Tick) {
        let Some(watch) = self.watches.get_mut(&pane) else {
            return;
        };
        match &mut watch.life {
            Life::Running | Life::Fencing { .. } => {}
            Life::Unexplained { poked: true, .. } => {
                self.on_ended_by_tmux(pane, Outcome::NotKnown, ExitSource::Tmux);
            }
            Life::Unexplained { poked, .. } => {
                *poked = true;
                let poke = Command::new("run-shell").flag("-b").flag("true");
                self.command(&poke, Purpose::Effect);
                self.listing.by(now.after(DEAD_LOOK_AFTER));
            }
            Life::Awaiting { exit, .. } => {
                let exit = *exit;
                self.fence(pane, exit, None);
            }
        }
    }
}
