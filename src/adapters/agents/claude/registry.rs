//! Claude Code's registry: `sessions/PID.json`, rewritten at each change of state while the process lives. A process that was killed
//! leaves it behind with what it said last, so it counts only when it names the very process. The `.key` file beside it is a secret
//! and never opened.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::adapters::agents::fields::Fields;
use crate::adapters::agents::limits::WHOLE_FILE;
use crate::domain::sign::{Claim, Doing, Reason, certainty};
use crate::domain::time::Timestamp;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The conversation; `None` when it does not say, or says what can be none.
    pub(super) session: Option<String>,
    /// The directory in which the process was started.
    pub(super) cwd: Option<PathBuf>,
    /// Version of the agent.
    pub(super) version: Option<String>,
    /// When the state changed last, if it says.
    pub(super) since: Option<Timestamp>,
    /// What the agent does; `None` for a word that is not known, and while it starts.
    pub(super) claim: Option<Claim>,
    /// The word itself, if there is one.
    pub(super) status: Option<String>,
}

/// What there is in place of an entry, or one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Registered {
    /// This.
    As(Entry),
    /// No file, or one that another process left behind.
    Not,
    /// A file that cannot be understood: half written, or of another version.
    Unclear,
}

/// Reads the file, for the process that began at `started`, on the wall at `began`.
pub(super) fn read(file: &Path, started: u64, began: Option<Timestamp>) -> Registered {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(WHOLE_FILE).read_to_end(&mut bytes));
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Registered::Not,
        Err(_) => return Registered::Unclear,
    }
    let Ok(record @ Value::Object(_)) = serde_json::from_slice(&bytes) else {
        return Registered::Unclear;
    };
    if is_of(&record, started, began) {
        Registered::As(entry(&record))
    } else {
        Registered::Not
    }
}

/// A version that does not write when its process began says at least when it wrote first: soon after that.
fn is_of(record: &Value, started: u64, began: Option<Timestamp>) -> bool {
    const SOON_MS: u64 = 120_000;
    let said = record
        .number("/procStart")
        .or_else(|| record.text("/procStart")?.parse().ok());
    match (said, record.number("/startedAt"), began) {
        (Some(said), _, _) => said == started,
        (None, Some(first), Some(Timestamp(began))) => {
            (began..began.saturating_add(SOON_MS)).contains(&first)
        }
        (None, _, _) => false,
    }
}

fn entry(record: &Value) -> Entry {
    let status = record.text("/status");
    let since = ["/statusUpdatedAt", "/updatedAt"]
        .into_iter()
        .find_map(|field| record.number(field));
    Entry {
        session: record
            .text("/sessionId")
            .filter(|id| is_plain(id))
            .map(str::to_owned),
        cwd: record.text("/cwd").map(PathBuf::from),
        version: record.text("/version").map(str::to_owned),
        since: since.map(Timestamp),
        claim: status.and_then(|status| claim(status, record.text("/waitingFor"))),
        status: status.map(str::to_owned),
    }
}

/// An id becomes part of a path.
fn is_plain(id: &str) -> bool {
    id.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn claim(status: &str, waiting_for: Option<&str>) -> Option<Claim> {
    let (doing, reason) = match (status, waiting_for) {
        ("busy", _) => (Doing::Working, Reason::Working),
        ("idle", _) => (Doing::Resting, Reason::Ready),
        // A command that it started goes on without it.
        ("shell", _) => (Doing::Resting, Reason::BackgroundTask),
        ("waiting", Some("permission prompt")) => (Doing::Waiting, Reason::Approval),
        ("waiting", Some("dialog open")) => (Doing::Waiting, Reason::Dialog),
        ("waiting", _) => (Doing::Waiting, Reason::Question),
        _ => return None,
    };
    let detail = match waiting_for {
        Some(what) if doing == Doing::Waiting => format!("{status}: {what}"),
        _ => status.to_owned(),
    };
    // That it takes a prompt is exact, but says nothing of what stands above it: an error, a limit.
    let certainty = match doing {
        Doing::Resting => certainty::GOOD,
        Doing::Working | Doing::Waiting => certainty::EXACT,
    };
    Some(Claim {
        certainty,
        doing,
        reason,
        detail,
    })
}
