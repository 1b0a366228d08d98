//! Measures again and again, as often as the most demanding follower wants it, and seldom for the peaks of live runners. Without
//! followers and live runners it sleeps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::measure::SizesOf;
use super::stats::{BETWEEN_READINGS, RunnerStats};
use super::status::StatusFollower;
use super::world::World;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::settings::Settings;
use crate::domain::time::{Tick, Timestamp};
use crate::ports::clock::Clock;

/// Shortest time between two looks: more often, a look costs more than it shows.
const SHORTEST: Duration = Duration::from_millis(500);

/// A sample that comes so much earlier than a follower wants it is not skipped: timers are never exact.
const EARLY: Duration = Duration::from_millis(50);

/// Time between two looks at the disk, where little changes that somebody must see at once.
const SIZES_EVERY: Duration = Duration::from_secs(10);

/// What followers want.
#[derive(Debug, Default)]
pub(super) struct Wants {
    /// How many followers there ever were, which is the number of the newest.
    joined: u64,
    /// The paces of those who are still there, by their number.
    paces: BTreeMap<u64, Duration>,
}

/// Where they say it.
pub(super) type Wanted = Arc<watch::Sender<Wants>>;

/// What was measured last, and when.
pub(super) type Samples = Arc<watch::Sender<Sample>>;

/// One sample.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    at: Timestamp,
    runners: Arc<[RunnerStats]>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            at: Timestamp::default(),
            runners: Arc::new([]),
        }
    }
}

/// Keeps the sampler going at a pace; dropping it ends that.
#[derive(Debug)]
struct Want {
    wanted: Wanted,
    number: u64,
}

impl Drop for Want {
    fn drop(&mut self) {
        self.wanted.send_modify(|wants| {
            wants.paces.remove(&self.number);
        });
    }
}

/// A reader of what is measured. Measuring lasts as long as it does.
pub struct StatsFollower {
    samples: watch::Receiver<Sample>,
    clock: Arc<dyn Clock>,
    every: Duration,
    told: BTreeMap<RunnerId, RunnerStats>,
    told_at: Option<Tick>,
    _want: Want,
}

impl StatsFollower {
    /// Waits for something that is other than told before, and tells it with its time. `None` when the daemon ends.
    pub async fn next(&mut self) -> Option<(Timestamp, Vec<RunnerStats>)> {
        loop {
            self.samples.changed().await.ok()?;
            let now = self.clock.tick();
            let is_early = |at| now.since(at) + EARLY < self.every;
            if self.told_at.is_some_and(is_early) {
                continue;
            }
            self.told_at = Some(now);
            let sample = self.samples.borrow_and_update().clone();
            let all = sample.runners.iter();
            let news: Vec<RunnerStats> = all
                .clone()
                .filter(|stats| self.told.get(&stats.id) != Some(stats))
                .cloned()
                .collect();
            if news.is_empty() {
                continue;
            }
            self.told = all.map(|stats| (stats.id, stats.clone())).collect();
            return Some((sample.at, news));
        }
    }
}

impl App {
    /// Begins to follow what is measured, at most `every` so often.
    ///
    /// # Errors
    /// `Invalid` when that is too often.
    pub fn follow_stats(&self, every: Duration) -> Result<StatsFollower, AppError> {
        if every < SHORTEST {
            return Err(AppError::Invalid {
                field: "statsEveryMs",
                reason: format!("statsEveryMs must be at least {}.", SHORTEST.as_millis()),
            });
        }
        let samples = self.samples.subscribe();
        let mut number = 0;
        self.wanted.send_modify(|wants| {
            wants.joined += 1;
            number = wants.joined;
            wants.paces.insert(number, every);
        });
        Ok(StatsFollower {
            samples,
            clock: Arc::clone(&self.ports.clock),
            every,
            told: BTreeMap::new(),
            told_at: None,
            _want: Want {
                wanted: Arc::clone(&self.wanted),
                number,
            },
        })
    }

    /// Measures whenever somebody wants it; lives until `shutdown`.
    pub async fn run_sampler(self, shutdown: CancellationToken) {
        let Ok(status) = self.follow_status().await else {
            return;
        };
        let now = self.ports.clock.tick();
        let sampler = Sampler {
            wanted: self.wanted.subscribe(),
            settings: self.settings.clone(),
            status,
            app: self,
            looked_at: None,
            kept_at: now,
            sized_at: None,
            served: 0,
        };
        sampler.run(shutdown).await;
    }
}

/// The task.
struct Sampler {
    app: App,
    wanted: watch::Receiver<Wants>,
    settings: watch::Receiver<Arc<Settings>>,
    status: StatusFollower,
    /// The newest sample for followers; `None` while there are none.
    looked_at: Option<Tick>,
    /// When peaks were last read or saved.
    kept_at: Tick,
    sized_at: Option<Tick>,
    /// The newest follower that has got a sample.
    served: u64,
}

impl Sampler {
    async fn run(mut self, shutdown: CancellationToken) {
        loop {
            let due = self.due();
            let wait = due.map(|due| due.since(self.app.ports.clock.tick()));
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = changed(&mut self.wanted) => {}
                () = changed(&mut self.settings) => {}
                goes_on = self.status.changed() => if !goes_on { return },
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                    if self.sample().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// When there is something to do.
    fn due(&mut self) -> Option<Tick> {
        let look = self.look_due();
        let keep = self.keep_due();
        look.into_iter().chain(keep).min()
    }

    /// At once for followers that have got nothing yet, then at the shortest pace that any of them wants.
    fn look_due(&mut self) -> Option<Tick> {
        let wants = self.wanted.borrow_and_update();
        let pace = wants.paces.values().min().copied();
        let has_new = wants.joined > self.served;
        drop(wants);
        let Some(pace) = pace else {
            self.looked_at = None;
            return None;
        };
        match self.looked_at {
            Some(at) if !has_new => Some(at.after(pace)),
            _ => Some(Tick::default()),
        }
    }

    /// For the peaks, while there is a live runner.
    fn keep_due(&mut self) -> Option<Tick> {
        let every = self.settings.borrow_and_update().peaks_every;
        let counts = self.status.counts(None);
        let live = counts.active + counts.waiting + counts.idle + counts.paused;
        (live > 0 && !every.is_zero()).then(|| self.kept_at.after(every))
    }

    async fn sample(&mut self) -> Result<(), AppError> {
        let now = self.app.ports.clock.tick();
        let is_due = |due: Option<Tick>| due.is_some_and(|due| due <= now);
        let (looks, keeps) = (is_due(self.look_due()), is_due(self.keep_due()));
        if looks && self.looked_at.is_none() && !self.app.is_measured().await? {
            self.app.measure().await?;
            tokio::time::sleep(BETWEEN_READINGS).await;
        }
        if looks || keeps {
            self.app.measure().await?;
        }
        if keeps {
            self.app.monitor.turn(World::keep_lifetimes).await?;
            self.kept_at = now;
        }
        if looks {
            self.look(now).await?;
        }
        Ok(())
    }

    /// Tells the followers.
    async fn look(&mut self, now: Tick) -> Result<(), AppError> {
        let rests = |at| now.since(at) < SIZES_EVERY;
        if !self.sized_at.is_some_and(rests) {
            self.app.look_at_sizes(SizesOf::Changed).await?;
            self.sized_at = Some(now);
        }
        self.served = self.wanted.borrow().joined;
        self.looked_at = Some(now);
        let sample = self.app.monitor.turn(|world| Sample {
            at: world.clock.now(),
            runners: world.stats().into(),
        });
        self.app.samples.send_replace(sample.await?);
        Ok(())
    }
}

/// Waits for a change; for ever when there can be none any more.
async fn changed<T>(watched: &mut watch::Receiver<T>) {
    if watched.changed().await.is_err() {
        std::future::pending().await
    }
}
