//! Somebody who waits for a runner: for a status, for its end, or for the end of a turn.

use tokio::sync::oneshot;

use super::entry::RunnerNow;
use crate::domain::sign::Reason;
use crate::domain::status::{Status, StatusState};

/// Somebody who waits for a status.
pub(super) struct Waiter {
    /// What they wait for; empty means any end.
    pub(super) wanted: Vec<Status>,
    /// Whether they wait for the end of a turn, too.
    pub(super) turn: TurnWanted,
    /// They mean the agent that is there now, and no other.
    pub(super) is_pinned: bool,
    pub(super) answer: oneshot::Sender<Waited>,
}

/// Whether somebody waits until a turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TurnWanted {
    No,
    /// Yes, and no work of it was seen yet.
    Begin,
    /// Yes, and it goes on.
    End,
}

/// What came of waiting.
pub(super) enum Waited {
    Met(Box<RunnerNow>),
    /// Its agent has left, or another one is there.
    Moved,
}

impl Waiter {
    pub(super) fn is_met(&mut self, state: &StatusState) -> bool {
        let status = state.status();
        let over = matches!(
            state.cause(),
            Reason::Done | Reason::TurnFinished | Reason::Interrupted | Reason::BackgroundTask
        );
        if self.turn == TurnWanted::Begin
            && (over || matches!(status, Status::Running | Status::Waiting))
        {
            self.turn = TurnWanted::End;
        }
        let is_over = self.turn == TurnWanted::End && status == Status::Idle;
        is_over || is_met(&self.wanted, status)
    }
}

/// True when `status` is one of `wanted`; with none wanted, when it is an end.
pub(super) fn is_met(wanted: &[Status], status: Status) -> bool {
    if wanted.is_empty() {
        status.is_ended()
    } else {
        wanted.contains(&status)
    }
}
