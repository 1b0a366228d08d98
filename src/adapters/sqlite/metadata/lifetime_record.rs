//! How what is counted of a runner looks as JSON. What is here may only be added to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::lifetime::Lifetime;
use crate::domain::status::Status;
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;
use crate::domain::usage::Usage;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LifetimeRecord {
    status_changes: u64,
    run: u32,
    status: String,
    since_ms: u64,
    status_ms: BTreeMap<String, u64>,
    peak: Option<PeakRecord>,
    output_bytes: u64,
    lost_bytes: u64,
    log_entries: u64,
    last_output_at_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PeakRecord {
    cpu_permille: Option<u32>,
    memory_bytes: u64,
    processes: u32,
}

impl LifetimeRecord {
    pub(super) fn of(lifetime: &Lifetime) -> Self {
        let tally = &lifetime.tally;
        let times = tally.times.iter();
        Self {
            status_changes: tally.changes,
            run: tally.run,
            status: tally.status.as_str().to_owned(),
            since_ms: tally.since.0,
            status_ms: times
                .map(|(status, ms)| (status.as_str().to_owned(), *ms))
                .collect(),
            peak: lifetime.peak.map(|peak| PeakRecord {
                cpu_permille: peak.cpu_permille,
                memory_bytes: peak.memory,
                processes: peak.processes,
            }),
            output_bytes: lifetime.output_bytes,
            lost_bytes: lifetime.lost_bytes,
            log_entries: lifetime.log_entries,
            last_output_at_ms: lifetime.last_output_at.map(|at| at.0),
        }
    }

    pub(super) fn read(self) -> Result<Lifetime, String> {
        let times = self.status_ms.into_iter();
        Ok(Lifetime {
            tally: Tally {
                changes: self.status_changes,
                run: self.run,
                status: status(&self.status)?,
                since: Timestamp(self.since_ms),
                times: times
                    .map(|(word, ms)| Ok((status(&word)?, ms)))
                    .collect::<Result<_, String>>()?,
            },
            peak: self.peak.map(|peak| Usage {
                cpu_permille: peak.cpu_permille,
                memory: peak.memory_bytes,
                processes: peak.processes,
            }),
            output_bytes: self.output_bytes,
            lost_bytes: self.lost_bytes,
            log_entries: self.log_entries,
            last_output_at: self.last_output_at_ms.map(Timestamp),
        })
    }
}

fn status(word: &str) -> Result<Status, String> {
    Status::from_word(word).ok_or_else(|| format!("{word:?} is not a status"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the first version that had one wrote it. Never changed.
    const FIRST: &str = r#"{"statusChanges":3,"run":2,"status":"idle","sinceMs":9,"statusMs":{"running":5,"starting":1},"peak":{"cpuPermille":1500,"memoryBytes":4096,"processes":2},"outputBytes":7,"lostBytes":1,"logEntries":2,"lastOutputAtMs":8}"#;

    #[test]
    fn what_the_first_version_counted_is_read_and_written_the_same() {
        let record: LifetimeRecord = serde_json::from_str(FIRST).unwrap();
        let lifetime = record.read().unwrap();
        assert_eq!(lifetime.tally.status, Status::Idle);
        let again = serde_json::to_string(&LifetimeRecord::of(&lifetime)).unwrap();
        assert_eq!(again, FIRST);
    }

    #[test]
    fn a_status_that_is_none_is_refused() {
        let record: LifetimeRecord =
            serde_json::from_str(&FIRST.replace("running", "dancing")).unwrap();
        assert_eq!(record.read().err().unwrap(), "\"dancing\" is not a status");
    }
}
