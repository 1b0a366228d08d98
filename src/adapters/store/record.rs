//! The form of `runners.json`, version 1. Private to the store: nothing else may depend on how it looks.
//!
//! Fields that this version does not know are ignored; a `version` it does not know, or a value that means
//! nothing, makes the whole file not understood. No Debug: the environments in here may hold secrets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, Pid, SessionId, WindowId};
use crate::domain::runner::{Launch, Place};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::ports::store::{Stored, StoredRunner, StoredServer};

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileRecord {
    version: u32,
    server: Option<ServerRecord>,
    runners: Vec<RunnerRecord>,
    #[serde(default)]
    forgotten_panes: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerRecord {
    pid: i32,
    start_time: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunnerRecord {
    id: String,
    name: String,
    kind: String,
    launch: Option<LaunchRecord>,
    idle_after_ms: u64,
    max_duration_ms: Option<u64>,
    output_dir: Option<PathRecord>,
    key: Option<String>,
    place: Option<PlaceRecord>,
    session_name: String,
    pid: Option<i32>,
    run: u32,
    status: String,
    reason: String,
    since_ms: u64,
    exit: Option<ExitRecord>,
    created_at_ms: u64,
    started_at_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct LaunchRecord {
    command: Vec<String>,
    cwd: PathRecord,
    env: BTreeMap<String, String>,
    size: Option<(u16, u16)>,
}

/// tmux's ids as it writes them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlaceRecord {
    session: String,
    window: String,
    pane: String,
    pane_pid: i32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExitRecord {
    code: Option<i32>,
    signal: Option<i32>,
    source: String,
    at_ms: u64,
}

/// A path need not be text.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PathRecord {
    Text(String),
    Bytes(Vec<u8>),
}

/// The file's content.
pub(super) fn print(stored: &Stored) -> serde_json::Result<Vec<u8>> {
    let record = FileRecord {
        version: VERSION,
        server: stored.server.as_ref().map(|server| ServerRecord {
            pid: server.pid,
            start_time: server.start_time,
        }),
        runners: stored.runners.iter().map(RunnerRecord::of).collect(),
        forgotten_panes: stored.forgotten_panes.clone(),
    };
    serde_json::to_vec_pretty(&record)
}

/// What the file holds, or what is wrong with it.
pub(super) fn parse(content: &[u8]) -> Result<Stored, String> {
    let json = |error: serde_json::Error| error.to_string();
    // First of all, because another version may look different everywhere else.
    let Versioned { version } = serde_json::from_slice(content).map_err(json)?;
    if version != VERSION {
        return Err(format!("it is of version {version}, not {VERSION}"));
    }
    let record: FileRecord = serde_json::from_slice(content).map_err(json)?;
    Ok(Stored {
        server: record.server.map(|server| StoredServer {
            pid: server.pid,
            start_time: server.start_time,
        }),
        runners: record
            .runners
            .into_iter()
            .map(RunnerRecord::read)
            .collect::<Result<_, _>>()?,
        forgotten_panes: record.forgotten_panes,
    })
}

impl RunnerRecord {
    fn of(runner: &StoredRunner) -> Self {
        Self {
            id: runner.id.to_string(),
            name: runner.name.clone(),
            kind: runner.kind.clone(),
            launch: runner.launch.as_ref().map(LaunchRecord::of),
            idle_after_ms: millis(runner.idle_after),
            max_duration_ms: runner.max_duration.map(millis),
            output_dir: runner.output_dir.as_deref().map(PathRecord::of),
            key: runner.key.clone(),
            place: runner.place.as_ref().map(PlaceRecord::of),
            session_name: runner.session_name.clone(),
            pid: runner.pid,
            run: runner.run,
            status: runner.status.as_str().to_owned(),
            reason: runner.reason.clone(),
            since_ms: runner.since.0,
            exit: runner.exit.map(ExitRecord::of),
            created_at_ms: runner.created_at.0,
            started_at_ms: runner.started_at.0,
        }
    }

    fn read(self) -> Result<StoredRunner, String> {
        let Some(status) = Status::from_word(&self.status) else {
            return Err(format!("{:?} is not a status", self.status));
        };
        Ok(StoredRunner {
            id: id(&self.id)?,
            name: self.name,
            kind: self.kind,
            launch: self.launch.map(LaunchRecord::read),
            idle_after: Duration::from_millis(self.idle_after_ms),
            max_duration: self.max_duration_ms.map(Duration::from_millis),
            output_dir: self.output_dir.map(PathRecord::read),
            key: self.key,
            place: self.place.map(PlaceRecord::read).transpose()?,
            session_name: self.session_name,
            pid: self.pid,
            run: self.run,
            status,
            reason: self.reason,
            since: Timestamp(self.since_ms),
            exit: self.exit.map(ExitRecord::read).transpose()?,
            created_at: Timestamp(self.created_at_ms),
            started_at: Timestamp(self.started_at_ms),
        })
    }
}

impl LaunchRecord {
    fn of(launch: &Launch) -> Self {
        Self {
            command: launch.command.clone(),
            cwd: PathRecord::of(&launch.cwd),
            env: launch.env.clone(),
            size: launch.size,
        }
    }

    fn read(self) -> Launch {
        Launch {
            command: self.command,
            cwd: self.cwd.read(),
            env: self.env,
            size: self.size,
        }
    }
}

impl PlaceRecord {
    fn of(place: &Place) -> Self {
        Self {
            session: place.session.to_string(),
            window: place.window.to_string(),
            pane: place.pane.to_string(),
            pane_pid: place.pane_pid.as_raw(),
        }
    }

    fn read(self) -> Result<Place, String> {
        Ok(Place {
            session: id::<SessionId>(&self.session)?,
            window: id::<WindowId>(&self.window)?,
            pane: id::<PaneId>(&self.pane)?,
            pane_pid: Pid::new(self.pane_pid)
                .ok_or_else(|| format!("{} is not a process id", self.pane_pid))?,
        })
    }
}

impl ExitRecord {
    fn of(exit: Exit) -> Self {
        let (code, signal) = match exit.outcome {
            Outcome::Code(code) => (Some(code), None),
            Outcome::Signal(signal) => (None, Some(signal)),
            Outcome::NotKnown => (None, None),
        };
        Self {
            code,
            signal,
            source: exit.source.as_str().to_owned(),
            at_ms: exit.at.0,
        }
    }

    fn read(self) -> Result<Exit, String> {
        let outcome = match (self.code, self.signal) {
            (Some(code), None) => Outcome::Code(code),
            (None, Some(signal)) => Outcome::Signal(signal),
            (None, None) => Outcome::NotKnown,
            (Some(_), Some(_)) => return Err("an exit has both a code and a signal".to_owned()),
        };
        Ok(Exit {
            outcome,
            source: ExitSource::from_word(&self.source)
                .ok_or_else(|| format!("{:?} is not a source of an exit", self.source))?,
            at: Timestamp(self.at_ms),
        })
    }
}

impl PathRecord {
    fn of(path: &Path) -> Self {
        path.to_str().map_or_else(
            || Self::Bytes(path.as_os_str().as_bytes().to_vec()),
            |text| Self::Text(text.to_owned()),
        )
    }

    fn read(self) -> PathBuf {
        match self {
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => OsString::from_vec(bytes).into(),
        }
    }
}

fn id<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
