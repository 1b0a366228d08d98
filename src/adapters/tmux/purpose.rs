//! Why a command was sent, and so what its answer is for; and what other tasks ask of the hub.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::client::ClientId;
use super::command::Command;
use super::layout::Layout;
use crate::domain::exit::{Exit, Outcome};
use crate::domain::ids::{PaneId, RunnerId};
use crate::domain::runner::Place;
use crate::domain::time::Timestamp;
use crate::ports::mux::{MuxError, MuxServer};
use crate::ports::process::{MonitorOptions, ProcessError, ProcessEvent};

/// Where an answer goes.
pub(super) type Answer<T, E> = oneshot::Sender<Result<T, E>>;

/// Rows of each reply to a command line.
pub(super) type Replies = Vec<Vec<Bytes>>;

/// Why a command was sent.
#[derive(Debug)]
pub(super) enum Purpose {
    /// For its effect; a failure is logged.
    Effect,
    /// Another task asked for it.
    Request {
        /// Who waits.
        answer: Answer<Replies, MuxError>,
        /// Set when it makes a pane for this runner: its first row begins with the pane's id.
        makes: Option<RunnerId>,
        /// The command itself, when it may be sent again on another connection.
        again: Option<Command>,
        /// True when it makes or closes windows.
        stirs: bool,
    },
    /// The layout was asked.
    Listing,
    /// The pane is looked at.
    Look {
        /// Which.
        pane: PaneId,
        /// Its client then.
        client: ClientId,
    },
    /// Everything that the pane printed before is told before the answer.
    Fence {
        /// The pane that ended.
        pane: PaneId,
    },
}

/// What other tasks ask.
#[derive(Debug)]
pub(super) enum Request {
    /// Which server is it?
    Server {
        /// Who waits.
        answer: Answer<MuxServer, MuxError>,
    },
    /// What is there, asked after this moment?
    Layout {
        /// Who waits.
        answer: Answer<Layout, MuxError>,
    },
    /// Run this on the command channel.
    Run {
        /// The command line.
        command: Command,
        /// As in [`Purpose::Request`].
        makes: Option<RunnerId>,
        /// Who waits.
        answer: Answer<Replies, MuxError>,
    },
    /// Follow this pane.
    Watch(WatchRequest),
    /// A picture of this pane is wanted in its stream.
    Look {
        /// The epoch that is meant.
        place: Place,
        /// Who waits until it is asked for.
        answer: Answer<(), ProcessError>,
    },
    /// A run parent reports an end.
    Exited {
        /// Its pane.
        pane: PaneId,
        /// How.
        outcome: Outcome,
        /// When.
        at: Timestamp,
        /// Who waits until it is in the stream.
        answer: Answer<(), ProcessError>,
    },
    /// We are about to write this into a pane ourselves.
    Expect {
        /// The pane.
        pane: PaneId,
        /// What.
        bytes: Bytes,
        /// Told when tmux has read it.
        seen: oneshot::Sender<()>,
        /// Who waits until it is expected.
        answer: Answer<(), MuxError>,
    },
    /// We ended the job of a pane that goes on.
    Killed {
        /// The pane.
        pane: PaneId,
        /// How it ended.
        exit: Exit,
    },
}

/// A call of `monitor`.
#[derive(Debug)]
pub(super) struct WatchRequest {
    /// The epoch that is meant.
    pub(super) place: Place,
    /// How.
    pub(super) options: MonitorOptions,
    /// Who waits.
    pub(super) answer: Answer<mpsc::Receiver<ProcessEvent>, ProcessError>,
}

impl Request {
    /// Answers that it cannot be done.
    pub(super) fn refuse(self, error: MuxError) {
        // A caller that has left needs no answer: hence the ignored results.
        match self {
            Self::Server { answer } => drop(answer.send(Err(error))),
            Self::Layout { answer } => drop(answer.send(Err(error))),
            Self::Run { answer, .. } => drop(answer.send(Err(error))),
            Self::Watch(watch) => drop(watch.answer.send(Err(error.into()))),
            Self::Look { answer, .. } => drop(answer.send(Err(error.into()))),
            Self::Exited { answer, .. } => drop(answer.send(Err(error.into()))),
            Self::Expect { answer, .. } => drop(answer.send(Err(error))),
            Self::Killed { .. } => {}
        }
    }
}
