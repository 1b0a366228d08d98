//! What the tests with a real tmux share: a private server in a temporary directory, a hub on it, and waiting for conditions.
//!
//! Invariant: everything that was started is gone after the drop, by its own socket or process id.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Tmux, TmuxOptions};
use crate::config::KeepWindow;
use crate::domain::exit::Exit;
use crate::domain::ids::{PaneId, Pid, SessionId};
use crate::domain::time::{Day, Tick, TimeOfDay, Timestamp};
use crate::ports::clock::Clock;
use crate::ports::mux::{Mux, MuxPane};
use crate::ports::process::{
    Existing, MonitorOptions, ProcessEvent, ProcessHandle, ProcessMonitor,
};
use crate::ports::table::{ProcessInfo, ProcessTable, Signal};

pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Time between two looks at a condition.
const LOOK: Duration = Duration::from_millis(10);

/// Time as tokio's timers see it.
pub(super) struct RealClock(tokio::time::Instant);

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        let since = self.0.elapsed().as_millis();
        Timestamp(1_700_000_000_000 + u64::try_from(since).unwrap())
    }

    fn tick(&self) -> Tick {
        Tick(self.0.elapsed())
    }

    fn time_of_day(&self) -> TimeOfDay {
        TimeOfDay(0)
    }

    fn day(&self, _at: Timestamp) -> Day {
        Day::default()
    }
}

/// The machine's processes, from /proc.
pub(super) struct ProcTable;

#[async_trait::async_trait]
impl ProcessTable for ProcTable {
    fn processes(&self) -> std::io::Result<Vec<ProcessInfo>> {
        let pids = std::fs::read_dir("/proc")?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        Ok(pids.filter_map(process).collect())
    }

    fn signal(&self, pid: Pid, signal: Signal) -> std::io::Result<bool> {
        use rustix::process::{Signal as Number, kill_process};
        let number = match signal {
            Signal::Terminate => Number::TERM,
            Signal::Kill => Number::KILL,
            Signal::HangUp => Number::HUP,
            Signal::Stop => Number::STOP,
            Signal::Continue => Number::CONT,
        };
        let pid = rustix::process::Pid::from_raw(pid.as_raw()).expect("a Pid is positive");
        match kill_process(pid, number) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::SRCH) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn ended(&self, pid: Pid) {
        let mut looks = tokio::time::interval(LOOK);
        while process(pid.as_raw()).is_some_and(|process| !process.zombie) {
            looks.tick().await;
        }
    }
}

pub(super) fn process(pid: i32) -> Option<ProcessInfo> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (head, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<i32>().ok());
    Some(ProcessInfo {
        pid: Pid::new(pid)?,
        parent: number(1).and_then(Pid::new),
        group: number(2)?,
        session: number(3)?,
        foreground: number(5).filter(|group| *group > 0),
        stopped: fields[0] == "T",
        deaf: fields[0] == "D",
        zombie: fields[0] == "Z" || fields[0] == "X",
        started: fields[19].parse().ok()?,
        name: head.split_once('(')?.1.to_owned(),
    })
}

/// A private tmux server.
pub(super) struct Server {
    pub(super) directory: tempfile::TempDir,
}

impl Server {
    /// With one session `first` that runs `cat`.
    pub(super) fn start() -> Self {
        let server = Self::none();
        server.session("first", (100, 30), "cat");
        server
    }

    /// Makes a session of so many columns and rows.
    pub(super) fn session(&self, name: &str, (columns, rows): (u16, u16), command: &str) {
        let size = [columns.to_string(), rows.to_string()];
        let size = ["-x", &size[0], "-y", &size[1]];
        let new = ["new-session", "-d", "-s", name];
        self.tmux(&[&new[..], &size[..], &[command]].concat());
    }

    /// The pane of a new window of the session `first` that runs the script.
    pub(super) fn window(&self, script: &str) -> String {
        let ids = ["-P", "-F", "#{pane_id}"];
        let new = ["new-window", "-d", "-t", "=first:", "sh", "-c", script];
        self.tmux(&[&new[..2], &ids[..], &new[2..]].concat())
    }

    /// A socket on which nobody listens yet.
    pub(super) fn none() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("gt")
            .tempdir_in("/tmp")
            .unwrap();
        Self { directory }
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.directory.path().join("s")
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn try_tmux(&self, arguments: &[&str]) -> Output {
        Command::new("tmux")
            .args(["-f", "/dev/null", "-u", "-S"])
            .arg(self.socket())
            .args(arguments)
            .env_remove("TMUX")
            .env_remove("TMUX_PANE")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a command and returns what it printed.
    pub(super) fn tmux(&self, arguments: &[&str]) -> String {
        let output = self.try_tmux(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// What a person's terminal does: attaches to a target, which selects it, and leaves.
    pub(super) fn attach_and_leave(&self, target: &str) {
        let mut client = Command::new("tmux")
            .arg("-S")
            .arg(self.socket())
            .args(["-C", "attach-session", "-t", target])
            .env_remove("TMUX")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
        let answered = |line: &String| line.starts_with("%end") || line.starts_with("%error");
        let answer = lines.by_ref().map(Result::unwrap).find(answered).unwrap();
        assert!(answer.starts_with("%end"), "{target}");
        drop(client.stdin.take());
        // A client whose output nobody reads would stay.
        lines.for_each(drop);
        client.wait().unwrap();
    }

    pub(super) fn options(&self) -> TmuxOptions {
        TmuxOptions {
            tmux_program: "/usr/bin/tmux".into(),
            tmux_socket: self.socket(),
            default_socket: false,
            tmux_arguments: vec!["-f".into(), "/dev/null".into()],
            control_prefix: Vec::new(),
            run_prefix: Vec::new(),
            geppetto: PathBuf::from("geppetto"),
            state_dir: self.path().to_owned(),
            environment: ["PATH", "HOME", "SHELL", "USER", "TERM"]
                .into_iter()
                .filter_map(|name| Some((OsString::from(name), value_of(name)?)))
                .collect(),
            keep_window: KeepWindow::Never,
            clock: Arc::new(RealClock(tokio::time::Instant::now())),
            table: Arc::new(ProcTable),
        }
    }

    pub(super) fn hub(&self) -> Hub {
        Hub::start(self.options())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test passes its own environment on"
)]
fn value_of(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

impl Drop for Server {
    fn drop(&mut self) {
        // Not there any more is fine.
        self.try_tmux(&["kill-server"]);
    }
}

/// A running hub.
pub(super) struct Hub {
    pub(super) tmux: Tmux,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Hub {
    #[expect(clippy::disallowed_methods, reason = "a test runs the hub by itself")]
    pub(super) fn start(options: TmuxOptions) -> Self {
        let (tmux, hub) = Tmux::new(options);
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(hub.run(shutdown.clone()));
        Self {
            tmux,
            shutdown,
            task,
        }
    }

    /// Follows a pane with the defaults.
    pub(super) async fn watch(&self, pane: &str) -> Stream {
        let handle = self.handle(pane).await;
        let stream = self.tmux.monitor(&handle, options(30)).await.unwrap();
        Stream::new(stream)
    }

    pub(super) async fn handle(&self, pane: &str) -> ProcessHandle {
        let what = Existing::Pane(pane.parse().unwrap());
        let mut handles = self.tmux.monitor_existing(what).await.unwrap();
        handles.pop().unwrap()
    }

    /// Ends the hub and waits for it.
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("the hub ends in time")
            .unwrap();
    }

    pub(super) async fn pane(&self, pane: &str) -> Option<MuxPane> {
        let id: PaneId = pane.parse().unwrap();
        let (_, panes) = self.tmux.layout().await.unwrap();
        panes.iter().find(|pane| pane.place.pane == id).cloned()
    }

    pub(super) async fn session(&self, name: &str) -> Option<SessionId> {
        let (sessions, _) = self.tmux.layout().await.unwrap();
        let found = sessions.iter().find(|session| session.name == name);
        found.map(|session| session.id)
    }
}

pub(super) fn options(silence: u64) -> MonitorOptions {
    MonitorOptions {
        silence_after: Duration::from_secs(silence),
        active: true,
        has_run_parent: false,
    }
}

/// A stream with everything that came out of it.
pub(super) struct Stream {
    pub(super) receiver: mpsc::Receiver<ProcessEvent>,
    pub(super) output: BytesMut,
    pub(super) events: Vec<ProcessEvent>,
}

impl Stream {
    pub(super) fn new(receiver: mpsc::Receiver<ProcessEvent>) -> Self {
        Self {
            receiver,
            output: BytesMut::new(),
            events: Vec::new(),
        }
    }

    /// The next event; `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> Option<ProcessEvent> {
        let event = tokio::time::timeout(PATIENCE, self.receiver.recv())
            .await
            .unwrap_or_else(|_| panic!("nothing came: {}", self.dump()))?;
        if let ProcessEvent::Output { bytes, .. } = &event {
            self.output.extend_from_slice(bytes);
        } else {
            self.events.push(event.clone());
        }
        Some(event)
    }

    /// Reads until the output holds this text.
    pub(super) async fn until(&mut self, text: &str) {
        while memchr::memmem::find(&self.output, text.as_bytes()).is_none() {
            assert!(self.next().await.is_some(), "it ended: {}", self.dump());
        }
    }

    /// Reads to the end, which must be an exit.
    pub(super) async fn exit(&mut self) -> Exit {
        while self.next().await.is_some() {}
        match self.events.last() {
            Some(ProcessEvent::Exit(exit)) => *exit,
            _ => panic!("no exit: {}", self.dump()),
        }
    }

    pub(super) fn lost(&self) -> usize {
        let is_lost = |event: &&ProcessEvent| matches!(event, ProcessEvent::Lost { .. });
        self.events.iter().filter(is_lost).count()
    }

    fn dump(&self) -> String {
        let tail = self.output.len().saturating_sub(300);
        let tail = String::from_utf8_lossy(&self.output[tail..]).into_owned();
        format!(
            "{} bytes, ...{tail:?}, {:?}",
            self.output.len(),
            self.events
        )
    }
}

/// Waits for a condition.
pub(super) async fn wait_until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut looks = tokio::time::interval(LOOK);
    while !holds().await {
        assert!(
            tokio::time::Instant::now() < until,
            "never happened: {what}"
        );
        looks.tick().await;
    }
}
