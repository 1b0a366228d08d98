//! A multiplexer without a terminal: the test is what runs in its panes.

mod people;
mod typist;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};

use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId, WindowId};
use crate::domain::key_name::KeyName;
use crate::domain::notice::Terminal;
use crate::domain::pane_screen::PaneScreen;
use crate::domain::runner::Place;
use crate::domain::time::Timestamp;
use crate::domain::transcript::Size;
use crate::ports::mux::{
    AttachCommands, Mux, MuxError, MuxEvent, MuxMarks, MuxPane, MuxPaneText, MuxServer, MuxSession,
    MuxWindow,
};
use crate::ports::process::{
    Existing, Freezer, KillMode, MonitorOptions, ProcessError, ProcessEvent, ProcessHandle,
    ProcessMonitor, RunReports, SpawnSpec, SpawnTarget, Typist,
};
use crate::ports::table::{RunOf, RunParents};

/// Room for the events of one pane.
const STREAM: usize = 1024;

#[derive(Default)]
struct State {
    sessions: Vec<MuxSession>,
    panes: Vec<MuxPane>,
    streams: BTreeMap<PaneId, mpsc::Sender<ProcessEvent>>,
    runs: BTreeMap<Pid, RunOf>,
    /// What was started for each runner.
    commands: BTreeMap<RunnerId, Vec<String>>,
    /// How many servers went away before this one.
    servers_gone: u64,
    next: u32,
    /// Terminals of people.
    terminals: Vec<Terminal>,
    /// What reached people, in order.
    told: Vec<String>,
    deeds: Vec<String>,
    /// What panes show, now and after what is typed.
    screens: BTreeMap<PaneId, VecDeque<String>>,
    /// Those in which a person scrolls.
    scrolled: BTreeSet<PaneId>,
}

/// The fake.
pub(crate) struct FakeMux {
    state: Mutex<State>,
    events: mpsc::Sender<MuxEvent>,
    receiver: Mutex<Option<mpsc::Receiver<MuxEvent>>>,
}

fn pid(number: u32) -> Pid {
    i32::try_from(number)
        .ok()
        .and_then(Pid::new)
        .expect("numbers of a test are small")
}

/// Every pane of the fake has a window of its own.
fn window_of(pane: &MuxPane) -> MuxWindow {
    let Place {
        session,
        window,
        pane: id,
        ..
    } = pane.place;
    MuxWindow {
        session,
        id: window,
        index: window.0,
        active: pane.active,
        name: pane.command.clone(),
        panes: vec![MuxPaneText {
            id,
            index: 0,
            active: true,
            title: format!("title of {id}"),
            cwd: "/src".to_owned(),
        }],
    }
}

impl FakeMux {
    pub(crate) fn new() -> Arc<Self> {
        let (events, receiver) = mpsc::channel(64);
        Arc::new(Self {
            state: Mutex::default(),
            events,
            receiver: Mutex::new(Some(receiver)),
        })
    }

    /// Makes a session with one pane, as a user would.
    pub(crate) async fn user_session(&self, name: &str) -> PaneId {
        let mut state = self.state.lock().await;
        let session = state.open_session(name);
        state.open_pane(session, "sh", None)
    }

    /// Makes one more pane in a session.
    pub(crate) async fn user_pane(&self, session: SessionId) -> PaneId {
        self.state.lock().await.open_pane(session, "worker", None)
    }

    /// Tells what there is now, as control mode would.
    pub(crate) async fn tell_layout(&self) {
        let (sessions, panes) = self.layout().await.expect("the fake always answers");
        self.events
            .send(MuxEvent::Layout { sessions, panes })
            .await
            .expect("the test listens");
    }

    /// The server goes away with everything in it; the daemon is told, first in the streams of all panes. What comes next is of
    /// another server, which counts from the beginning.
    pub(crate) async fn lose_server(&self, at: Timestamp) {
        let streams = {
            let mut state = self.state.lock().await;
            let servers_gone = state.servers_gone + 1;
            let streams = std::mem::take(&mut state.streams);
            *state = State {
                servers_gone,
                deeds: std::mem::take(&mut state.deeds),
                ..State::default()
            };
            streams
        };
        let exit = Exit {
            outcome: Outcome::NotKnown,
            source: ExitSource::ServerGone,
            at,
        };
        for stream in streams.into_values() {
            // Nobody reads those of runs that have ended.
            let _ended = stream.send(ProcessEvent::Exit(exit)).await;
        }
        // Without a daemon nobody is told.
        let _untold = self.events.send(MuxEvent::ServerGone).await;
    }

    /// A pane of ours that has not got its mark yet.
    pub(crate) async fn unmark(&self, pane: PaneId) {
        let mut state = self.state.lock().await;
        let is_it = |known: &&mut MuxPane| known.place.pane == pane;
        for known in state.panes.iter_mut().filter(is_it) {
            known.runner = None;
        }
    }

    /// So many terminals are attached to a session; the daemon is told.
    pub(crate) async fn attach_terminals(&self, name: &str, clients: u32) {
        let mut state = self.state.lock().await;
        let is_it = |known: &&mut MuxSession| known.name == name;
        for session in state.sessions.iter_mut().filter(is_it) {
            session.clients = clients;
        }
        drop(state);
        self.tell_layout().await;
    }

    /// A person's terminal shows that pane, in the session that has it.
    pub(crate) async fn look_at(&self, name: &str, pane: PaneId, focused: bool) {
        let mut state = self.state.lock().await;
        let place = state.panes.iter().find(|known| known.place.pane == pane);
        let session = place.expect("the pane is there").place.session;
        state.terminals.retain(|known| known.name != name);
        state.terminals.push(Terminal {
            name: name.to_owned(),
            session,
            pane,
            focused,
        });
    }

    /// What reached people, in order.
    pub(crate) async fn told(&self) -> Vec<String> {
        self.state.lock().await.told.clone()
    }

    /// A pane goes away; the daemon is told.
    pub(crate) async fn lose_pane(&self, pane: PaneId) {
        let mut state = self.state.lock().await;
        state.panes.retain(|known| known.place.pane != pane);
        drop(state);
        self.tell_layout().await;
    }

    /// A session goes away with its panes; the daemon is told.
    pub(crate) async fn lose_session(&self, name: &str) {
        let mut state = self.state.lock().await;
        state.sessions.retain(|session| session.name != name);
        state.panes.retain(|pane| pane.session_name != name);
        drop(state);
        self.tell_layout().await;
    }

    /// The pane prints.
    pub(crate) async fn print(&self, pane: PaneId, text: &str) {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        self.event(
            pane,
            ProcessEvent::Output {
                at: Timestamp(1),
                bytes,
            },
        )
        .await;
    }

    /// Anything else happens in the pane.
    pub(crate) async fn event(&self, pane: PaneId, event: ProcessEvent) {
        let stream = self.state.lock().await.streams.get(&pane).cloned();
        stream
            .expect("the pane is watched")
            .send(event)
            .await
            .expect("its stream is read");
    }

    /// What was done to panes and sessions, in order.
    pub(crate) async fn deeds(&self) -> Vec<String> {
        self.state.lock().await.deeds.clone()
    }

    /// True when somebody follows the pane.
    pub(crate) async fn is_watched(&self, pane: PaneId) -> bool {
        self.state
            .lock()
            .await
            .streams
            .get(&pane)
            .is_some_and(|stream| !stream.is_closed())
    }

    /// How many panes are followed.
    pub(crate) async fn watches(&self) -> usize {
        let state = self.state.lock().await;
        let open = |stream: &&mpsc::Sender<ProcessEvent>| !stream.is_closed();
        state.streams.values().filter(open).count()
    }

    /// The command line that was started for a runner.
    pub(crate) async fn spawned(&self, runner: RunnerId) -> Vec<String> {
        let state = self.state.lock().await;
        state.commands.get(&runner).cloned().unwrap_or_default()
    }

    /// The pane of a runner that was started.
    pub(crate) async fn pane_of(&self, runner: RunnerId) -> Option<PaneId> {
        let state = self.state.lock().await;
        state
            .panes
            .iter()
            .find(|pane| pane.runner == Some(runner))
            .map(|pane| pane.place.pane)
    }
}

impl State {
    fn open_session(&mut self, name: &str) -> SessionId {
        let id = SessionId(u32::try_from(self.sessions.len()).unwrap_or_default());
        self.sessions.push(MuxSession {
            id,
            name: name.to_owned(),
            windows: 1,
            clients: 0,
            registered: false,
            key: None,
        });
        id
    }

    fn open_pane(&mut self, session: SessionId, command: &str, runner: Option<RunnerId>) -> PaneId {
        self.next += 1;
        let number = self.next;
        let name = self
            .sessions
            .iter()
            .find(|s| s.id == session)
            .map(|s| s.name.clone());
        let active = !self.panes.iter().any(|pane| pane.place.session == session);
        self.panes.push(MuxPane {
            place: Place {
                session,
                window: WindowId(number),
                pane: PaneId(number),
                pane_pid: pid(1000 + number),
            },
            sessions: vec![session],
            session_name: name.unwrap_or_default(),
            active,
            command: command.to_owned(),
            activity: 0,
            dead: false,
            runner,
        });
        PaneId(number)
    }

    fn handle(&self, pane: PaneId) -> Result<ProcessHandle, ProcessError> {
        Ok(self.handle_of(pane)?)
    }

    fn handle_of(&self, pane: PaneId) -> Result<ProcessHandle, MuxError> {
        let found = self.panes.iter().find(|known| known.place.pane == pane);
        let pane = found.ok_or_else(|| MuxError::NoPane {
            target: pane.to_string(),
        })?;
        Ok(ProcessHandle {
            place: pane.place.clone(),
            program: None,
        })
    }
}

#[async_trait]
impl Mux for FakeMux {
    async fn server(&self) -> Result<MuxServer, MuxError> {
        Ok(MuxServer {
            socket: PathBuf::from("/tmp/fake"),
            version: "3.5a".to_owned(),
            pid: pid(7),
            start_time: 1 + self.state.lock().await.servers_gone,
        })
    }

    async fn layout(&self) -> Result<(Arc<[MuxSession]>, Arc<[MuxPane]>), MuxError> {
        let state = self.state.lock().await;
        Ok((state.sessions.clone().into(), state.panes.clone().into()))
    }

    async fn windows(&self) -> Result<Vec<MuxWindow>, MuxError> {
        let state = self.state.lock().await;
        let mut windows: Vec<MuxWindow> = state.panes.iter().map(window_of).collect();
        windows.sort_by_key(|window| (window.session, window.index));
        Ok(windows)
    }

    fn events(&self) -> Option<mpsc::Receiver<MuxEvent>> {
        self.receiver.try_lock().ok()?.take()
    }
}

#[async_trait]
impl MuxMarks for FakeMux {
    async fn mark_session(
        &self,
        session: SessionId,
        registered: bool,
        key: Option<&str>,
    ) -> Result<(), MuxError> {
        let mut state = self.state.lock().await;
        let found = state.sessions.iter_mut().find(|known| known.id == session);
        let found = found.ok_or_else(|| MuxError::NoSession {
            target: session.to_string(),
        })?;
        found.registered = registered;
        found.key = key.map(ToOwned::to_owned);
        Ok(())
    }

    async fn publish_status(&self, segment: &str, windows: &str) -> Result<(), MuxError> {
        self.state
            .lock()
            .await
            .deeds
            .push(format!("publish {segment} {windows}"));
        Ok(())
    }

    async fn kill_session(&self, session: SessionId) -> Result<(), MuxError> {
        self.state
            .lock()
            .await
            .deeds
            .push(format!("kill session {session}"));
        Ok(())
    }

    fn attach_commands(&self, session_name: &str, place: &Place) -> AttachCommands {
        AttachCommands {
            attach: vec!["attach".to_owned(), session_name.to_owned()],
            switch: vec!["switch".to_owned(), place.pane.to_string()],
            switch_client: vec!["switch".to_owned(), place.pane.to_string(), "-c".to_owned()],
        }
    }
}

#[async_trait]
impl ProcessMonitor for FakeMux {
    async fn spawn(&self, spec: &SpawnSpec) -> Result<ProcessHandle, ProcessError> {
        let mut state = self.state.lock().await;
        let program = spec.launch.command.first().cloned().unwrap_or_default();
        if program == "unstartable" {
            return Err(ProcessError::Spawn {
                program,
                reason: "no pty".to_owned(),
            });
        }
        let session = match &spec.target {
            SpawnTarget::Session(id) => *id,
            SpawnTarget::Named { name, key } => {
                let known = state
                    .sessions
                    .iter()
                    .find(|s| s.name == *name)
                    .map(|s| s.id);
                let session = known.unwrap_or_else(|| state.open_session(name));
                if let Some(known) = state.sessions.iter_mut().find(|s| s.id == session) {
                    known.key.clone_from(key);
                }
                session
            }
        };
        let command = spec.launch.command.clone();
        state.commands.insert(spec.runner, command);
        let pane = state.open_pane(session, &program, Some(spec.runner));
        let handle = state.handle(pane)?;
        let run = RunOf {
            runner: spec.runner,
            run: spec.run,
        };
        state.runs.insert(handle.place.pane_pid, run);
        state.deeds.push(format!("spawn {program}"));
        Ok(handle)
    }

    async fn attach(&self, asked: Pid) -> Result<ProcessHandle, ProcessError> {
        let state = self.state.lock().await;
        let found = state.panes.iter().find(|pane| pane.place.pane_pid == asked);
        let pane = found
            .ok_or(ProcessError::NotInPane { pid: asked })?
            .place
            .pane;
        state.handle(pane)
    }

    async fn monitor_existing(&self, what: Existing) -> Result<Vec<ProcessHandle>, ProcessError> {
        let state = self.state.lock().await;
        match what {
            Existing::Pane(pane) => Ok(vec![state.handle(pane)?]),
            Existing::Session(session) => state
                .panes
                .iter()
                .filter(|pane| pane.place.session == session)
                .map(|pane| state.handle(pane.place.pane))
                .collect(),
        }
    }

    async fn monitor(
        &self,
        handle: &ProcessHandle,
        _: MonitorOptions,
    ) -> Result<mpsc::Receiver<ProcessEvent>, ProcessError> {
        let pane = handle.place.pane;
        let mut state = self.state.lock().await;
        state.handle(pane)?;
        if state
            .streams
            .get(&pane)
            .is_some_and(|stream| !stream.is_closed())
        {
            return Err(ProcessError::Watched { pane });
        }
        let (sender, receiver) = mpsc::channel(STREAM);
        state.streams.insert(pane, sender);
        Ok(receiver)
    }

    async fn look(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        let pane = handle.place.pane;
        self.state.lock().await.deeds.push(format!("look {pane}"));
        self.show_screen(pane).await;
        Ok(())
    }

    async fn kill(&self, handle: &ProcessHandle, mode: KillMode) -> Result<(), ProcessError> {
        let pane = handle.place.pane;
        let word = if mode == KillMode::Forced {
            "force"
        } else {
            "stop"
        };
        self.state.lock().await.deeds.push(format!("{word} {pane}"));
        let outcome = Outcome::Signal(15);
        let exit = Exit {
            outcome,
            source: ExitSource::RunParent,
            at: Timestamp(9),
        };
        self.event(pane, ProcessEvent::Exit(exit)).await;
        Ok(())
    }

    async fn close(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        let pane = handle.place.pane;
        let mut state = self.state.lock().await;
        state.panes.retain(|known| known.place.pane != pane);
        state.deeds.push(format!("close {pane}"));
        Ok(())
    }
}

impl RunParents for FakeMux {
    fn run_of(&self, pid: Pid) -> Option<RunOf> {
        let state = self.state.try_lock().expect("nobody else asks now");
        state.runs.get(&pid).copied()
    }
}

#[async_trait]
impl Freezer for FakeMux {
    async fn freeze(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        self.state
            .lock()
            .await
            .deeds
            .push(format!("freeze {}", handle.place.pane));
        Ok(())
    }

    async fn thaw(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        self.state
            .lock()
            .await
            .deeds
            .push(format!("thaw {}", handle.place.pane));
        Ok(())
    }
}

#[async_trait]
impl RunReports for FakeMux {
    async fn exited(
        &self,
        pane: PaneId,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<(), ProcessError> {
        let exit = Exit {
            outcome,
            source: ExitSource::RunParent,
            at,
        };
        self.event(pane, ProcessEvent::Exit(exit)).await;
        Ok(())
    }
}

#[tokio::test]
async fn people_are_reached_by_the_contract() {
    let mux = FakeMux::new();
    let pane = mux.user_session("a").await;
    crate::testkit::terminals_contract::holds(&*mux, pane).await;
}
