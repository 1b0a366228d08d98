//! The form of `runners.json`, version 1: where earlier versions kept the list of runners. Only read, once, when the database
//! begins.
//!
//! Fields that are not known are ignored; a `version` that is not known, or a value that means nothing, makes the whole
//! file not understood. No Debug: the environments in here may hold secrets.

use std::time::Duration;

use serde::Deserialize;

use super::record::{ExitRecord, LaunchRecord, PathRecord, PlaceRecord, id};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::ports::store::{Stored, StoredRunner, StoredServer};

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileRecord {
    server: Option<ServerRecord>,
    runners: Vec<RunnerRecord>,
    #[serde(default)]
    forgotten_panes: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerRecord {
    pid: i32,
    start_time: u64,
}

#[derive(Deserialize)]
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
            lifetime: None,
            snoozed_until: None,
            conversation: None,
            given_kind: None,
        })
    }
}
