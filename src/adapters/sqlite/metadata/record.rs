//! How the parts of a runner look as JSON, in the database as in the `runners.json` of earlier versions. What is here may only
//! be added to.
//!
//! Fields that this version does not know are ignored. No Debug: the environments in here may hold secrets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, Pid, SessionId, WindowId};
use crate::domain::runner::{Launch, Place};
use crate::domain::time::Timestamp;
use crate::ports::store::StoredConversation;

#[derive(Serialize, Deserialize)]
pub(super) struct LaunchRecord {
    command: Vec<String>,
    cwd: PathRecord,
    env: BTreeMap<String, String>,
    size: Option<(u16, u16)>,
}

/// tmux's ids as it writes them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlaceRecord {
    session: String,
    window: String,
    pane: String,
    pane_pid: i32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExitRecord {
    code: Option<i32>,
    signal: Option<i32>,
    source: String,
    at_ms: u64,
}

/// The conversation that the agent of a runner had last.
#[derive(Serialize, Deserialize)]
pub(super) struct ConversationRecord {
    kind: String,
    id: String,
}

/// A path need not be text.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum PathRecord {
    Text(String),
    Bytes(Vec<u8>),
}

impl LaunchRecord {
    pub(super) fn of(launch: &Launch) -> Self {
        Self {
            command: launch.command.clone(),
            cwd: PathRecord::of(&launch.cwd),
            env: launch.env.clone(),
            size: launch.size,
        }
    }

    pub(super) fn read(self) -> Launch {
        Launch {
            command: self.command,
            cwd: self.cwd.read(),
            env: self.env,
            size: self.size,
        }
    }
}

impl PlaceRecord {
    pub(super) fn of(place: &Place) -> Self {
        Self {
            session: place.session.to_string(),
            window: place.window.to_string(),
            pane: place.pane.to_string(),
            pane_pid: place.pane_pid.as_raw(),
        }
    }

    pub(super) fn read(self) -> Result<Place, String> {
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
    pub(super) fn of(exit: Exit) -> Self {
        let (code, signal) = exit.outcome.code_and_signal();
        Self {
            code,
            signal,
            source: exit.source.as_str().to_owned(),
            at_ms: exit.at.0,
        }
    }

    pub(super) fn read(self) -> Result<Exit, String> {
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

impl ConversationRecord {
    pub(super) fn of(conversation: &StoredConversation) -> Self {
        Self {
            kind: conversation.kind.clone(),
            id: conversation.id.clone(),
        }
    }

    pub(super) fn read(self) -> StoredConversation {
        StoredConversation {
            kind: self.kind,
            id: self.id,
        }
    }
}

impl PathRecord {
    pub(super) fn of(path: &Path) -> Self {
        path.to_str().map_or_else(
            || Self::Bytes(path.as_os_str().as_bytes().to_vec()),
            |text| Self::Text(text.to_owned()),
        )
    }

    pub(super) fn read(self) -> PathBuf {
        match self {
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => OsString::from_vec(bytes).into(),
        }
    }
}

/// An id, or what is wrong with it.
pub(super) fn id<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}
