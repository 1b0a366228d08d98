//! Tells the user that a runner needs them: each change of status once, unless they look at its pane at that moment.
//!
//! The bell is rung at once, since the pane of a runner that has ended is about to die; what is shown elsewhere waits a moment for other runners, so that many of them are told in one line.

mod batch;
mod facts;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::entry::{Past, RunnerNow};
use super::limits::{
    LOOK_TIMEOUT, NOTICE_COMMAND_WAIT, NOTICE_COMMANDS, NOTICE_GATHER, NOTICE_LEAVE,
};
use super::world::World;
use super::{App, AppError};
use crate::domain::exit::Outcome;
use crate::domain::ids::{PaneId, RunnerId, SessionId};
use crate::domain::notice::{
    Change, Moment, Terminal, Way, due, hears_bell, is_looked_at, sentence, ways,
};
use crate::domain::runner::Runner;
use crate::domain::settings::KeepWindow;
use crate::domain::status::Status;
use crate::domain::time::Tick;
use crate::ports::mux::MuxError;
use batch::{Batch, Notice};

/// How a runner is written down for the user's command.
pub type Describe = fn(&RunnerNow) -> String;

/// A runner has another status.
#[derive(Debug, Clone)]
pub struct StatusChanged {
    now: RunnerNow,
    from: Status,
    worked: Duration,
    /// Those that show its pane.
    sessions: Vec<SessionId>,
}

/// What the notices are told by the rest of the daemon.
#[derive(Debug)]
pub enum NoticeTurn {
    /// A runner has another status.
    Changed(Box<StatusChanged>),
    /// Somebody waits until what happens in panes has happened for everything before this.
    Told(oneshot::Sender<()>),
}

impl App {
    /// Tells what is to be told; lives until `shutdown`.
    pub async fn run_notify(
        self,
        mut turns: mpsc::Receiver<NoticeTurn>,
        describe: Describe,
        shutdown: CancellationToken,
    ) {
        let mut notices = Notices {
            app: self,
            describe,
            waiting: BTreeMap::new(),
            told: BTreeMap::new(),
            batch: Batch::default(),
            commands: Arc::new(Semaphore::new(NOTICE_COMMANDS)),
            shutdown: shutdown.clone(),
        };
        loop {
            let due = notices.next_due().map(|due| due.since(notices.tick()));
            tokio::select! {
                () = shutdown.cancelled() => return,
                turn = turns.recv() => match turn {
                    Some(turn) => notices.take(turn).await,
                    None => return,
                },
                () = tokio::time::sleep(due.unwrap_or_default()), if due.is_some() => notices.on_time().await,
            }
        }
    }

    /// False for a runner of ours whose window closes when its run parent leaves. That must not be held up: run parents
    /// leave one after the other, each within its time.
    pub(super) fn window_stays(&self, runner: &Runner) -> bool {
        let Some(exit) = runner.status.exit().filter(|_| runner.is_ours()) else {
            return true;
        };
        match self.keep_window {
            KeepWindow::Always => true,
            KeepWindow::Failed => exit.outcome != Outcome::Code(0),
            KeepWindow::Never => false,
        }
    }

    /// Returns when the bell of a change that the world knows of has rung, or a moment later: its program's pane dies then.
    pub(super) async fn rung(&self) {
        let (told, was_told) = oneshot::channel();
        if self.notices.try_send(NoticeTurn::Told(told)).is_ok() {
            // Nobody is told when it takes longer: the program's pane does not wait for ever.
            let _late = timeout(NOTICE_LEAVE, was_told).await;
        }
    }
}

impl World {
    /// Hands a change over to be told, if it is to be.
    pub(super) fn tell_person(&mut self, id: RunnerId, past: Past) {
        let now = self.clock.now();
        let Ok(entry) = self.entry_mut(id) else {
            return;
        };
        let runner = &mut entry.runner;
        if runner.snoozed_until.is_some_and(|until| until <= now) {
            runner.snoozed_until = None;
        }
        let last_output = runner.last_output_at.unwrap_or(past.since);
        let worked = Duration::from_millis(last_output.0.saturating_sub(past.since.0));
        let place = runner.place.clone();
        let now = entry.now();
        let mut panes = self.layout.panes.iter();
        let shown = place.as_ref().and_then(|place| {
            let pane = panes.find(|pane| pane.place.is_same_process(place))?;
            Some(pane.sessions.clone())
        });
        let own = || place.into_iter().map(|place| place.session).collect();
        let changed = StatusChanged {
            now,
            from: past.status,
            worked,
            sessions: shown.unwrap_or_else(own),
        };
        if let Err(error) = self
            .notices
            .try_send(NoticeTurn::Changed(Box::new(changed)))
        {
            tracing::debug!(runner = %id, %error, "its change is not told");
        }
    }
}

struct Notices {
    app: App,
    describe: Describe,
    /// Changes of runners that were told of a moment ago.
    waiting: BTreeMap<RunnerId, (Tick, Box<StatusChanged>)>,
    /// When a runner was told of last.
    told: BTreeMap<RunnerId, Tick>,
    batch: Batch,
    /// Permits of the user's commands.
    commands: Arc<Semaphore>,
    shutdown: CancellationToken,
}

impl Notices {
    fn tick(&self) -> Tick {
        self.app.ports.clock.tick()
    }

    fn next_due(&self) -> Option<Tick> {
        let waiting = self.waiting.values().map(|(due, _)| *due);
        waiting.chain(self.batch.due()).min()
    }

    async fn take(&mut self, turn: NoticeTurn) {
        match turn {
            NoticeTurn::Changed(changed) => {
                let (id, now) = (changed.now.runner.id, self.tick());
                // What it was before is over, told or not.
                self.waiting.remove(&id);
                if self.ways(&changed).is_empty() {
                    return;
                }
                let told = self.told.get(&id).copied();
                let due = due(changed.now.runner.status.status(), told, now);
                if due <= now {
                    self.tell(*changed).await;
                } else {
                    self.waiting.insert(id, (due, changed));
                }
            }
            NoticeTurn::Told(waiter) => {
                // It may have stopped waiting.
                let _gone = waiter.send(());
            }
        }
    }

    async fn on_time(&mut self) {
        let now = self.tick();
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let (due, waiting): (Vec<_>, _) = waiting.partition(|(_, (due, _))| *due <= now);
        self.waiting = waiting.into_iter().collect();
        for (_, (_, changed)) in due {
            self.tell(*changed).await;
        }
        if self.batch.due().is_some_and(|due| due <= now) {
            self.tell_batch().await;
        }
    }

    fn ways(&self, changed: &StatusChanged) -> std::collections::BTreeSet<Way> {
        let clock = &self.app.ports.clock;
        let runner = &changed.now.runner;
        let change = Change {
            runner: runner.name.as_str(),
            kind: runner.kind.name,
            from: changed.from,
            to: runner.status.status(),
            worked: changed.worked,
            snoozed_until: runner.snoozed_until,
        };
        let now = Moment {
            at: clock.now(),
            time_of_day: clock.time_of_day(),
        };
        ways(&self.app.settings().notify, &change, now)
    }

    async fn tell(&mut self, changed: StatusChanged) {
        let mut ways = self.ways(&changed);
        let terminals = self.terminals().await;
        let runner = &changed.now.runner;
        let (id, status) = (runner.id, runner.status.status());
        let pane = runner.place.as_ref().map(|place| place.pane);
        if pane.is_some_and(|pane| is_looked_at(pane, &terminals)) {
            tracing::debug!(runner = %id, "somebody looks at its pane: nobody is told");
            return;
        }
        let now = self.tick();
        self.told.insert(id, now);
        let forgotten =
            |_: &RunnerId, told: &mut Tick| due(Status::Waiting, Some(*told), now) > now;
        self.told.retain(forgotten);
        let text = sentence(runner.name.as_str(), status, runner.status.reason());
        tracing::info!(runner = %id, ?ways, "told: {text}");
        if ways.remove(&Way::Bell) && !self.is_heard(&changed, &terminals).await {
            ways.insert(Way::Message);
        }
        if ways.remove(&Way::Command) {
            self.run_command(&changed);
        }
        if !ways.is_empty() {
            let name = runner.name.to_string();
            let notice = Notice {
                runner: id,
                name,
                text,
                pane,
                ways,
            };
            self.batch.push(notice, now.after(NOTICE_GATHER));
        }
    }

    /// Rings the bell of its pane; false when that is not noticed by anybody who could be told otherwise.
    async fn is_heard(&self, changed: &StatusChanged, terminals: &[Terminal]) -> bool {
        let runner = &changed.now.runner;
        let Some(place) = &runner.place else {
            return false;
        };
        if !self.app.window_stays(runner) {
            return false;
        }
        match self.app.ports.terminals.ring(place.pane).await {
            Ok(()) => {}
            // It closed or died by itself.
            Err(MuxError::NoPane { .. }) => return false,
            Err(error) => {
                self.failed(Way::Bell, &error).await;
                return false;
            }
        }
        hears_bell(&changed.sessions, terminals)
    }

    /// True when the terminal of that pane was asked to notify.
    async fn announce(&self, pane: PaneId, text: &str) -> bool {
        let number = self.app.settings().notify.osc_number;
        match self.app.ports.terminals.announce(pane, number, text).await {
            Ok(()) => true,
            Err(MuxError::NoPane { .. }) => false,
            Err(error) => {
                self.failed(Way::Osc, &error).await;
                false
            }
        }
    }

    /// Runs the user's command on its own: it may take its time.
    fn run_command(&self, changed: &StatusChanged) {
        let Some(command) = self.app.settings().notify.command.clone() else {
            return;
        };
        let facts = facts::of(&changed.now, changed.from, (self.describe)(&changed.now));
        let (app, permits) = (self.app.clone(), Arc::clone(&self.commands));
        let run = async move {
            let permit = timeout(NOTICE_COMMAND_WAIT, permits.acquire_owned()).await;
            let Ok(Ok(_permit)) = permit else {
                tracing::warn!("the notify command was left out: too many of it take too long");
                return;
            };
            if let Err(error) = app.ports.notifier.command(&command, &facts).await {
                app.notice_failed(Way::Command, &error).await;
            }
        };
        self.spawn("notify command", run);
    }

    /// Runs what may take its time beside all others. A daemon that ends does not wait for it; the program goes on.
    fn spawn(&self, name: &'static str, run: impl Future<Output = ()> + Send + 'static) {
        let ending = self.shutdown.clone();
        let task = async move {
            tokio::select! {
                () = ending.cancelled() => {}
                () = run => {}
            }
        };
        self.app.ports.spawn.spawn(name, Box::pin(task));
    }

    /// Who is there; nobody when the multiplexer does not answer.
    async fn terminals(&self) -> Vec<Terminal> {
        let asked = self.app.ports.terminals.terminals();
        match timeout(LOOK_TIMEOUT, asked).await {
            Ok(Ok(terminals)) => terminals,
            Ok(Err(error)) => {
                tracing::debug!(%error, "it is not known what people look at");
                Vec::new()
            }
            Err(_late) => Vec::new(),
        }
    }

    async fn failed(&self, way: Way, error: &MuxError) {
        self.app.notice_failed(way, error).await;
    }
}

impl App {
    /// A way of telling failed: the user hears of it where they look for what is wrong.
    async fn notice_failed(&self, way: Way, error: &(dyn std::error::Error + Sync)) {
        let sentence = format!("Notices by {} fail: {error}.", way.as_str());
        // An error means that the daemon ends.
        let _ending: Result<(), AppError> =
            self.monitor.turn(move |world| world.warn(sentence)).await;
    }
}
