//! Measuring: reads what the processes of live runners use, and how much of their transcripts is on disk.

use std::collections::BTreeMap;
use std::time::Duration;

use super::vitals::{Meter, TranscriptSize};
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::ids::{Pid, RunnerId};
use crate::domain::time::Tick;
use crate::domain::transcript::Position;
use crate::domain::usage::{ProcessUsage, TreeReading};

/// Readings that are not older are the present.
const RECENT: Duration = Duration::from_secs(2);

/// What is measured besides the runners, and when it was.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    /// The daemon itself, with its control clients.
    pub(super) own: Meter,
    /// When processes were last read.
    measured_at: Option<Tick>,
}

/// A live run and the root of its processes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root {
    tag: RunTag,
    pid: Pid,
}

/// Whose transcripts are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SizesOf {
    /// Every runner's.
    All,
    /// One runner's.
    One(RunnerId),
    /// Those to which something was added since the last look.
    Changed,
}

impl App {
    /// The processes that there are to read.
    pub(super) async fn roots(&self) -> Result<Vec<Root>, AppError> {
        self.monitor.turn(|world| world.roots()).await
    }

    /// Reads what `roots` and the daemon itself use. A process table that cannot be read leaves everything as it is.
    pub(super) async fn read_usage(&self, roots: Vec<Root>) -> Result<(), AppError> {
        let own = own_pid();
        let pids = roots.iter().map(|root| root.pid).chain(own).collect();
        let trees = match self.ports.usage.read(pids).await {
            Ok(trees) => trees,
            Err(error) => {
                tracing::warn!(%error, "what runners use is not known at present");
                return Ok(());
            }
        };
        // Taken behind the reading: a turn may wait, and what it waits must not be divided by.
        let at = self.ports.clock.tick();
        self.monitor
            .turn(move |world| world.take_usage(at, &roots, &trees))
            .await
    }

    /// True when everything that there is to measure was, a moment ago.
    pub(super) async fn is_measured(&self) -> Result<bool, AppError> {
        self.monitor.turn(|world| world.is_measured()).await
    }

    /// Reads what there is to read; where nothing runs, only the rates fall.
    pub(super) async fn measure(&self) -> Result<(), AppError> {
        let roots = self.roots().await?;
        if !roots.is_empty() {
            return self.read_usage(roots).await;
        }
        let at = self.ports.clock.tick();
        self.monitor
            .turn(move |world| world.look_at_rates(at))
            .await
    }

    /// Looks how much is on disk. One that cannot be read keeps the size it had.
    pub(super) async fn look_at_sizes(&self, of: SizesOf) -> Result<(), AppError> {
        for (id, end) in self.monitor.turn(move |world| world.to_size(of)).await? {
            match self.ports.transcripts.reader.extent(id).await {
                Ok(extent) => {
                    let size = TranscriptSize {
                        bytes: extent.bytes,
                        on_disk: extent.on_disk,
                    };
                    self.monitor
                        .turn(move |world| world.take_size(id, end, size))
                        .await?;
                }
                Err(error) => {
                    tracing::debug!(runner = %id, %error, "the size of its transcript is not known");
                }
            }
        }
        Ok(())
    }
}

fn own_pid() -> Option<Pid> {
    Pid::new(std::process::id().cast_signed())
}

impl World {
    fn roots(&self) -> Vec<Root> {
        let runners = self.live().map(|entry| &entry.runner);
        runners
            .filter_map(|runner| {
                let tag = RunTag {
                    runner: runner.id,
                    run: runner.run,
                };
                Some(Root {
                    tag,
                    pid: runner.pid?,
                })
            })
            .collect()
    }

    fn is_measured(&self) -> bool {
        let now = self.clock.tick();
        let has_cpu = |meter: &Meter| meter.usage().and_then(|usage| usage.cpu_permille).is_some();
        let measured_at = self.gauges.measured_at;
        measured_at.is_some_and(|at| now.since(at) <= RECENT)
            && has_cpu(&self.gauges.own)
            && self
                .live()
                .filter(|entry| entry.runner.pid.is_some())
                .all(|entry| has_cpu(&entry.vitals.meter))
    }

    fn take_usage(&mut self, at: Tick, roots: &[Root], trees: &BTreeMap<Pid, Vec<ProcessUsage>>) {
        let reading = |pid: Pid| {
            trees.get(&pid).map(|processes| TreeReading {
                at,
                processes: processes.clone(),
            })
        };
        if let Some(own) = own_pid().and_then(reading) {
            self.gauges.own.take(own);
        }
        self.gauges.measured_at = Some(at);
        for root in roots {
            let Some(entry) = self
                .runners
                .get_mut(&root.tag.runner)
                .filter(|entry| entry.runner.run == root.tag.run)
            else {
                continue;
            };
            match reading(root.pid) {
                Some(tree) => entry.vitals.meter.take(tree),
                None => entry.vitals.meter.lose(),
            }
        }
        self.look_at_rates(at);
    }

    fn look_at_rates(&mut self, at: Tick) {
        for entry in self.runners.values_mut() {
            entry.look_at_rate(at);
        }
    }

    /// Has the counts of all runners saved.
    pub(super) fn keep_lifetimes(&mut self) {
        let mut has_news = false;
        for entry in self.runners.values_mut() {
            has_news |= entry.keep_lifetime();
        }
        if has_news {
            self.touch_store();
        }
    }

    fn to_size(&self, of: SizesOf) -> Vec<(RunnerId, Position)> {
        let runners = self.runners.values();
        runners
            .filter(|entry| match of {
                SizesOf::All => true,
                SizesOf::One(id) => entry.runner.id == id,
                SizesOf::Changed => entry.vitals.looked_up_to != Some(entry.end()),
            })
            .map(|entry| (entry.runner.id, entry.end()))
            .collect()
    }

    fn take_size(&mut self, id: RunnerId, end: Position, size: TranscriptSize) {
        if let Ok(entry) = self.entry_mut(id) {
            entry.vitals.transcript = size;
            entry.vitals.looked_up_to = Some(end);
        }
    }
}
