//! The monitor: the one task that owns the world. It takes turns from the verbs and events from the pumps.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::AppError;
use super::awareness::Ask;
use super::limits::{ASKS, EVENTS, LEFT, OVERDUE, TURNS};
use super::notify::NoticeTurn;
use super::world::{Outlets, RunTag, World};
use crate::domain::ids::RunnerId;
use crate::domain::settings::Settings;
use crate::ports::clock::Clock;
use crate::ports::process::ProcessEvent;
use crate::ports::transcript::TranscriptWriter;

type Turn = Box<dyn FnOnce(&mut World) + Send>;

/// How the verbs reach the world.
#[derive(Clone)]
pub(super) struct MonitorHandle {
    turns: mpsc::Sender<Turn>,
    events: mpsc::Sender<(RunTag, ProcessEvent)>,
}

impl MonitorHandle {
    /// Runs `change` within the monitor and returns what it answers.
    ///
    /// # Errors
    /// `Ending` when the monitor is gone.
    pub(super) async fn turn<R, F>(&self, change: F) -> Result<R, AppError>
    where
        R: Send + 'static,
        F: FnOnce(&mut World) -> R + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let turn: Turn = Box::new(move |world| {
            // An error means that the asker has gone away; the change holds all the same.
            let _gone = answer.send(change(world));
        });
        self.turns
            .send(turn)
            .await
            .map_err(|_closed| AppError::Ending)?;
        answered.await.map_err(|_closed| AppError::Ending)
    }

    /// Passes one event of a run on. False when the monitor is gone.
    pub(super) async fn observe(&self, tag: RunTag, event: ProcessEvent) -> bool {
        self.events.send((tag, event)).await.is_ok()
    }
}

/// The task, before it runs.
pub struct Monitor {
    world: World,
    turns: mpsc::Receiver<Turn>,
    events: mpsc::Receiver<(RunTag, ProcessEvent)>,
    overdue: Option<mpsc::Receiver<RunnerId>>,
    left: Option<mpsc::Receiver<RunnerId>>,
    notices: Option<mpsc::Receiver<NoticeTurn>>,
    asks: Option<mpsc::Receiver<Ask>>,
    clock: Arc<dyn Clock>,
}

impl Monitor {
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        writer: Arc<dyn TranscriptWriter>,
        (notices, notice_receiver): (mpsc::Sender<NoticeTurn>, mpsc::Receiver<NoticeTurn>),
        settings: watch::Receiver<Arc<Settings>>,
    ) -> (Self, MonitorHandle) {
        let (turns, turn_receiver) = mpsc::channel(TURNS);
        let (events, event_receiver) = mpsc::channel(EVENTS);
        let (overdue, overdue_receiver) = mpsc::channel(OVERDUE);
        let (left, left_receiver) = mpsc::channel(LEFT);
        let (asks, ask_receiver) = mpsc::channel(ASKS);
        let world = World::new(
            Arc::clone(&clock),
            writer,
            Outlets {
                overdue,
                left,
                notices,
                asks,
            },
            settings,
        );
        let monitor = Self {
            world,
            turns: turn_receiver,
            events: event_receiver,
            overdue: Some(overdue_receiver),
            left: Some(left_receiver),
            notices: Some(notice_receiver),
            asks: Some(ask_receiver),
            clock,
        };
        (monitor, MonitorHandle { turns, events })
    }

    /// The runners that pass their time; for [`super::App::run_overdue`].
    pub fn overdue(&mut self) -> Option<mpsc::Receiver<RunnerId>> {
        self.overdue.take()
    }

    /// The runners that leave the list by themselves; for [`super::App::run_forget`].
    pub fn left(&mut self) -> Option<mpsc::Receiver<RunnerId>> {
        self.left.take()
    }

    /// The changes that people may be told of; for [`super::App::run_notify`].
    pub fn notices(&mut self) -> Option<mpsc::Receiver<NoticeTurn>> {
        self.notices.take()
    }

    /// What has to be looked at outside; for [`super::App::run_residents`].
    pub fn asks(&mut self) -> Option<mpsc::Receiver<Ask>> {
        self.asks.take()
    }

    /// Lives until `shutdown`.
    pub async fn run(mut self, shutdown: CancellationToken) {
        // What nobody has taken by now nobody will read.
        self.notices = None;
        self.asks = None;
        loop {
            let wait = self
                .world
                .next_deadline()
                .map(|due| due.since(self.clock.tick()));
            tokio::select! {
                () = shutdown.cancelled() => return,
                Some(turn) = self.turns.recv() => {
                    turn(&mut self.world);
                    self.world.agenda.upset();
                }
                Some((tag, event)) = self.events.recv() => self.observe(tag, event),
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => self.world.expire(),
            }
            self.world.settle();
        }
    }

    /// Takes the event and those that wait behind it, so that a flood is settled once and not once a chunk.
    fn observe(&mut self, tag: RunTag, event: ProcessEvent) {
        self.world.observe(tag, event);
        for _ in 0..64 {
            let Ok((tag, event)) = self.events.try_recv() else {
                return;
            };
            self.world.observe(tag, event);
        }
    }
}
