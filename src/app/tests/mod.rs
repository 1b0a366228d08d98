//! The use cases over fakes: what a person asked for, what happened in the panes, what they were told.

mod acting;
mod asking;
mod awareness;
mod conversations;
mod hooks;
mod ledger;
mod life;
mod log_file;
mod logs;
mod notices;
mod pages;
mod recovery;
mod register;
mod restart;
mod restore;
mod slots;
mod spoken;
mod stats;
mod transcript;
mod windows;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(super) use super::*;
use crate::domain::exit::Outcome;
use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId};
use crate::domain::settings::Settings;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::ports::process::ProcessEvent;
use crate::ports::store::WrittenExit;
use crate::ports::transcript::Transcripts;
use crate::testkit::{
    FakeAgents, FakeFiles, FakeMux, FakeNotifier, FakeUsage, ManualClock, MemoryStore,
    MemoryTranscripts, TestSpawn, real_hooks,
};

/// A daemon's core over fakes.
struct Core {
    app: App,
    mux: Arc<FakeMux>,
    files: Arc<FakeFiles>,
    usage: Arc<FakeUsage>,
    notifier: Arc<FakeNotifier>,
    agents: Arc<FakeAgents>,
    /// Who looks at panes ends without it.
    _settings: watch::Sender<Arc<Settings>>,
    _end: tokio_util::sync::DropGuard,
}

impl Core {
    fn new() -> Self {
        Self::with(FakeMux::new(), Arc::default(), Settings::default())
    }

    fn with(mux: Arc<FakeMux>, store: Arc<MemoryStore>, settings: Settings) -> Self {
        Self::recording(mux, store, Arc::default(), settings)
    }

    /// A core over a disk that an earlier one may have used.
    fn recording(
        mux: Arc<FakeMux>,
        store: Arc<MemoryStore>,
        transcripts: Arc<MemoryTranscripts>,
        settings: Settings,
    ) -> Self {
        let (tasks, files) = (TestSpawn::default(), Arc::<FakeFiles>::default());
        let usage = Arc::<FakeUsage>::default();
        let notifier = FakeNotifier::new();
        let agents = FakeAgents::new();
        let ports = Ports {
            mux: mux.clone(),
            marks: mux.clone(),
            terminals: mux.clone(),
            notifier: notifier.clone(),
            plugin: mux.clone(),
            process: mux.clone(),
            freezer: mux.clone(),
            typist: mux.clone(),
            reports: mux.clone(),
            run_parents: mux.clone(),
            store: store.clone(),
            ledger: Arc::new(store.ledger.clone()),
            slots: store,
            transcripts: Transcripts {
                writer: transcripts.clone(),
                reader: transcripts.clone(),
                keeper: transcripts,
            },
            files: files.clone(),
            usage: usage.clone(),
            occupants: agents.clone(),
            agent_files: agents.clone(),
            hooks: real_hooks(),
            clock: Arc::new(ManualClock::new()),
            spawn: Arc::new(tasks.clone()),
        };
        let (keep, settings) = watch::channel(Arc::new(settings));
        let (app, monitor) = App::new(ports, settings);
        let end = CancellationToken::new();
        serve(&app, monitor, &mux, &tasks, &end);
        Self {
            app,
            mux,
            files,
            usage,
            notifier,
            agents,
            _settings: keep,
            _end: end.drop_guard(),
        }
    }

    /// `geppetto new -- COMMAND`, with a run parent in the pane that does its part.
    async fn new_runner(&self, request: NewRunner) -> Result<RunnerNow, AppError> {
        let app = self.app.clone();
        let creating = async move { app.create(request, Path::new("/home")).await };
        tokio::pin!(creating);
        loop {
            tokio::select! {
                created = &mut creating => return created,
                () = self.run_parent_begins() => {}
            }
        }
    }

    async fn run_parent_begins(&self) {
        loop {
            for now in self.app.list(None).await.unwrap() {
                let (id, run) = (now.runner.id, now.runner.run);
                let starting = now.runner.status.status() == Status::Starting;
                if starting && self.mux.pane_of(id).await.is_some() {
                    self.app.run_begin(id, run).await.unwrap();
                    if now.runner.name.as_str() == "broken" {
                        self.app
                            .run_failed(id, run, "exec format".to_owned())
                            .await
                            .unwrap();
                    } else {
                        let pid = Pid::new(4242).unwrap();
                        self.app.run_started(id, run, pid).await.unwrap();
                    }
                    return;
                }
            }
            tokio::task::yield_now().await;
        }
    }

    async fn status(&self, name: &str) -> &'static str {
        self.app
            .show(name.to_owned())
            .await
            .unwrap()
            .runner
            .status
            .status()
            .as_str()
    }

    async fn until(&self, name: &str, status: Status) -> RunnerNow {
        let limit = Some(Duration::from_secs(20));
        self.app
            .wait(name.to_owned(), vec![status], limit)
            .await
            .unwrap()
    }

    async fn names(&self) -> Vec<String> {
        let all = self.app.list(None).await.unwrap();
        all.iter().map(|now| now.runner.name.to_string()).collect()
    }
}

/// A multiplexer and a disk that outlive daemons.
struct Lasting {
    mux: Arc<FakeMux>,
    store: Arc<MemoryStore>,
}

impl Lasting {
    fn new() -> Self {
        Self {
            mux: FakeMux::new(),
            store: Arc::default(),
        }
    }

    /// A daemon that has found what is there.
    async fn daemon(&self) -> Core {
        let core = Core::with(self.mux.clone(), self.store.clone(), Settings::default());
        core.app.recover().await.unwrap();
        core
    }

    /// It dies, and lets go of every pane.
    async fn crash(&self, daemon: Core) {
        drop(daemon);
        while self.mux.watches().await > 0 {
            tokio::task::yield_now().await;
        }
    }
}

fn command(words: &[&str]) -> NewRunner {
    NewRunner {
        command: words.iter().map(|&word| word.to_owned()).collect(),
        ..NewRunner::default()
    }
}

/// Runs what a daemon runs.
fn serve(
    app: &App,
    mut monitor: Monitor,
    mux: &FakeMux,
    tasks: &TestSpawn,
    end: &CancellationToken,
) {
    let overdue = monitor.overdue().unwrap();
    let notices = monitor.notices().unwrap();
    let asks = monitor.asks().unwrap();
    tasks.spawn(
        "residents",
        Box::pin(app.clone().run_residents(asks, end.clone())),
    );
    let describe = |now: &RunnerNow| now.runner.name.to_string();
    let notify = app.clone().run_notify(notices, describe, end.clone());
    tasks.spawn("notify", Box::pin(notify));
    tasks.spawn("monitor", Box::pin(monitor.run(end.clone())));
    tasks.spawn("sampler", Box::pin(app.clone().run_sampler(end.clone())));
    tasks.spawn("save", Box::pin(app.clone().run_save(end.clone())));
    tasks.spawn("overdue", Box::pin(app.clone().run_overdue(overdue)));
    if let Some(events) = mux.events() {
        let gone = watch::channel(false).0;
        tasks.spawn(
            "follow",
            Box::pin(app.clone().run_follow(events, gone, end.clone())),
        );
    }
}

/// What a run parent without a daemon writes down.
fn written(outcome: Outcome) -> WrittenExit {
    WrittenExit {
        outcome,
        at: Timestamp(8),
        hung_up: false,
    }
}

fn named(name: &str) -> NewRunner {
    NewRunner {
        name: Some(name.to_owned()),
        ..command(&["agent"])
    }
}

async fn pane_of(core: &Core, now: &RunnerNow) -> PaneId {
    core.mux.pane_of(now.runner.id).await.unwrap()
}

impl Core {
    async fn until_named(&self, name: &str) {
        while !self.names().await.contains(&name.to_owned()) {
            tokio::task::yield_now().await;
        }
        self.until(name, Status::Idle).await;
    }
}

impl Core {
    async fn until_seq(&self, seq: u64) {
        while self.app.show("one".to_owned()).await.unwrap().entries < seq {
            tokio::task::yield_now().await;
        }
    }
}
