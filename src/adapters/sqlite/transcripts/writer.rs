//! The thread that owns every transcript for writing: takes orders, writes what is pending in time, prunes, forgets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::limits::{OPEN_FILES, ORDERS_AT_ONCE, OVERSIZE_PERCENT, SYNC_EVERY};
use super::super::memory;
use super::super::seal::Sealer;
use super::failure::FileError;
use super::file::File;
use super::inbox::{Order, Outlet};
use super::insert::Shared;
use super::keeping;
use super::plan::{Candidate, Plan};
use super::{Allowed, TranscriptOptions};
use crate::domain::ids::RunnerId;
use crate::domain::time::{Timestamp, millis};
use crate::ports::transcript::{Pruned, RecordingEvent, Retention, TranscriptError};

/// The writer.
pub(super) struct Writer {
    directory: PathBuf,
    retention: Allowed,
    recordings: mpsc::Sender<RecordingEvent>,
    shared: Shared,
    files: BTreeMap<RunnerId, File>,
    /// When what was written is to be brought to the medium.
    sync: Option<Instant>,
}

impl Writer {
    pub(super) fn new(
        options: TranscriptOptions,
        recordings: mpsc::Sender<RecordingEvent>,
    ) -> Self {
        Self {
            directory: options.directory,
            retention: options.retention,
            recordings,
            shared: Shared {
                sealer: Sealer::new(options.key),
                redact: options.redact,
            },
            files: BTreeMap::new(),
            sync: None,
        }
    }

    /// Works until the order to end.
    pub(super) fn run(mut self, outlet: &Outlet) {
        let mut is_drained = false;
        'life: loop {
            let mut next = self.next(outlet, is_drained);
            let mut room = ORDERS_AT_ONCE;
            while let Some(order) = next {
                if matches!(order, Order::End) {
                    break 'life;
                }
                self.obey(order);
                room -= 1;
                next = if room > 0 { outlet.ready() } else { None };
            }
            is_drained = room > 0;
            self.on_time();
        }
        for file in self.files.values_mut() {
            file.commit(&self.shared);
            if let Err(error) = file.sync() {
                tracing::warn!(file = %file.path().display(), %error, "not on the medium yet");
            }
        }
    }

    /// Waits for the next order. While output waits to be written together, more of it is no reason to do anything.
    fn next(&self, outlet: &Outlet, is_drained: bool) -> Option<Order> {
        let now = Instant::now();
        let from_now = |due: Instant| due.saturating_duration_since(now);
        let write = self.files.values().filter_map(File::write_due).min();
        if let Some(write) = write
            && is_drained
        {
            return outlet.doze(from_now(write));
        }
        let retry = self.files.values().filter_map(File::due).min();
        let due = retry.into_iter().chain(self.sync).min();
        outlet.next(due.map(from_now))
    }

    fn on_time(&mut self) {
        let now = Instant::now();
        let is_due = |due: Option<Instant>| due.is_some_and(|due| due <= now);
        // When one has to be written, all that wait are: one awakening serves them all.
        let writes = self.files.values().any(|file| is_due(file.write_due()));
        for file in self.files.values_mut() {
            if is_due(file.due()) || (writes && file.write_due().is_some()) {
                file.commit(&self.shared);
            }
        }
        self.tell();
        let is_open = |file: &File| file.unsynced || file.is_open();
        match self.sync {
            None if self.files.values().any(is_open) => self.sync = Some(now + SYNC_EVERY),
            Some(due) if due <= now => {
                self.sync = None;
                self.sync_and_rest();
            }
            _ => {}
        }
        self.close_unused();
    }

    /// Brings everything to the medium and closes what nobody writes to at present: a database that is open takes a quarter of a
    /// megabyte.
    fn sync_and_rest(&mut self) {
        let mut is_less = false;
        for file in self.files.values_mut() {
            match file.sync() {
                Ok(()) => is_less |= file.rest(),
                Err(error) => {
                    tracing::warn!(file = %file.path().display(), %error, "not on the medium yet");
                }
            }
        }
        if is_less {
            memory::give_back();
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Append { runner, piece } => {
                let shared = &self.shared;
                let path = keeping::path(&self.directory, runner);
                let file = self
                    .files
                    .entry(runner)
                    .or_insert_with(|| File::new(runner, path));
                file.push(piece, shared);
                self.keep_within(runner);
            }
            Order::Flush {
                runner,
                durable,
                answer,
            } => {
                let done = self.flush(runner, durable);
                // Whoever asked may have left.
                let _gone = answer.send(done);
            }
            Order::Prune {
                retention,
                now,
                dry_run,
                answer,
            } => {
                let pruned = self.prune(retention, now, dry_run);
                let _gone = answer.send(pruned);
            }
            Order::Check { runner, answer } => {
                let path = keeping::path(&self.directory, runner);
                self.files
                    .entry(runner)
                    .or_insert_with(|| File::new(runner, path))
                    .check(&self.shared);
                let _gone = answer.send(Ok(()));
            }
            Order::Forget { runner, answer } => {
                drop(self.files.remove(&runner));
                let done = keeping::remove(&keeping::path(&self.directory, runner));
                let _gone = answer.send(done);
            }
            Order::Runners { answer } => {
                let _gone = answer.send(keeping::runners(&self.directory));
            }
            Order::End => {}
        }
    }

    fn flush(&mut self, runner: RunnerId, durable: bool) -> Result<(), TranscriptError> {
        let Some(file) = self.files.get_mut(&runner) else {
            return Ok(());
        };
        let is_due = file.due().is_none_or(|due| due <= Instant::now());
        if !file.is_in_trouble() || is_due {
            file.commit(&self.shared);
        }
        if file.is_in_trouble() {
            return Err(TranscriptError::Io {
                path: file.path().to_owned(),
                action: "written",
                reason: "recording is paused".to_owned(),
            });
        }
        if durable {
            let synced = file.sync();
            return synced.map_err(|error| error.of(file.path(), "written"));
        }
        Ok(())
    }

    /// A transcript that has grown over its limit loses its oldest part.
    fn keep_within(&mut self, runner: RunnerId) {
        let limit = (self.retention)().bytes_per_runner;
        let Some(file) = self.files.get_mut(&runner) else {
            return;
        };
        if file.kept.saturating_sub(limit) <= limit / 100 * OVERSIZE_PERCENT {
            return;
        }
        let surplus = file.kept - limit;
        let pruned = file.connection().map(|connection| {
            let target = keeping::place_of_surplus(connection, surplus)?;
            keeping::prune_to(connection, runner, target)
        });
        match pruned {
            Some(Ok(pruned)) => file.kept = file.kept.saturating_sub(pruned.bytes),
            Some(Err(error)) => {
                // It is tried again with the next frame; growing is better than stopping.
                tracing::warn!(file = %file.path().display(), %error, "old output could not be removed");
            }
            None => {}
        }
    }

    fn prune(
        &mut self,
        retention: Retention,
        now: Timestamp,
        dry_run: bool,
    ) -> Result<Vec<Pruned>, TranscriptError> {
        for file in self.files.values_mut() {
            file.commit(&self.shared);
        }
        let oldest = Timestamp(now.0.saturating_sub(millis(retention.age)));
        let mut plan = Plan::default();
        for runner in keeping::runners(&self.directory)? {
            let path = keeping::path(&self.directory, runner);
            match self.with(runner, |connection| {
                Candidate::of(connection, runner, oldest)
            }) {
                Ok(candidate) => plan.add(candidate),
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "it cannot be looked at for pruning");
                }
            }
        }
        let (mut all, mut failed) = (Vec::new(), None);
        for (runner, cut) in plan.cuts(&retention, oldest) {
            let path = keeping::path(&self.directory, runner);
            let pruned = self.with(runner, |connection| {
                let target = keeping::target(connection, cut)?;
                if dry_run {
                    keeping::would_prune(connection, runner, target)
                } else {
                    keeping::prune_to(connection, runner, target)
                }
            });
            let pruned = match pruned {
                Ok(pruned) => pruned,
                Err(error) => {
                    // One that cannot be cut keeps none of the others from it.
                    failed.get_or_insert(error.of(&path, "pruned"));
                    continue;
                }
            };
            if let Some(file) = self.files.get_mut(&runner)
                && !dry_run
            {
                file.kept = file.kept.saturating_sub(pruned.bytes);
            }
            if pruned.bytes > 0 {
                all.push(pruned);
            }
        }
        memory::give_back();
        failed.map_or(Ok(all), Err)
    }

    /// Does something with a transcript's database, which is opened for it if it is not open.
    fn with<T>(
        &mut self,
        runner: RunnerId,
        work: impl FnOnce(&mut rusqlite::Connection) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let path = keeping::path(&self.directory, runner);
        let file = self
            .files
            .entry(runner)
            .or_insert_with(|| File::new(runner, path));
        let was_open = file.is_open();
        file.try_open(Timestamp::default());
        let done = match file.connection() {
            Some(connection) => work(connection),
            None => Err(FileError::Seal(std::io::Error::other(
                "it cannot be opened",
            ))),
        };
        if !was_open {
            file.rest();
        }
        done
    }

    fn tell(&mut self) {
        for (runner, file) in &mut self.files {
            let Some(state) = file.news.take() else {
                continue;
            };
            let event = RecordingEvent {
                runner: *runner,
                state,
            };
            if let Err(error) = self.recordings.try_send(event) {
                // Told again when there is room; nobody listens any more at the end.
                let event = match error {
                    mpsc::error::TrySendError::Full(event)
                    | mpsc::error::TrySendError::Closed(event) => event,
                };
                file.news = Some(event.state);
            }
        }
    }

    fn close_unused(&mut self) {
        while self.files.len() > OPEN_FILES {
            let idle = self.files.iter().filter(|(_, file)| file.is_idle());
            let Some(runner) = idle.min_by_key(|(_, file)| file.used).map(|(id, _)| *id) else {
                return;
            };
            if let Some(mut file) = self.files.remove(&runner)
                && let Err(error) = file.sync()
            {
                tracing::warn!(file = %file.path().display(), %error, "not on the medium yet");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::super::super::limits::COMMIT_AFTER;
    use super::super::reader::Reader;
    use super::*;
    use crate::domain::ids::{Epoch, Seq};
    use crate::domain::transcript::{Extent, Position};
    use crate::ports::transcript::Cursor;
    use crate::testkit::transcript_contract::{bytes_of, output};

    const BEGIN: Position = Position::new(Epoch(1), Seq(0));

    /// A writer on the thread and the clock of the test, and a reader of its files.
    struct Pair {
        _dir: tempfile::TempDir,
        writer: Writer,
        reader: Reader,
        runner: RunnerId,
    }

    impl Pair {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let roomy = Retention {
                bytes_per_runner: u64::MAX / 2,
                age: Duration::from_secs(u64::MAX / 2000),
                total_on_disk: u64::MAX / 2,
            };
            let options = TranscriptOptions {
                directory: dir.path().to_owned(),
                retention: Arc::new(move || roomy),
                key: None,
                redact: None,
            };
            Self {
                writer: Writer::new(options, mpsc::channel(9).0),
                reader: Reader::start(dir.path().to_owned(), Sealer::new(None)).unwrap(),
                runner: RunnerId::new(uuid::Uuid::now_v7()),
                _dir: dir,
            }
        }

        async fn append(&mut self, seq: u64, text: &str) {
            self.writer.obey(Order::Append {
                runner: self.runner,
                piece: output(BEGIN.after(seq), seq, text),
            });
            self.pass(COMMIT_AFTER).await;
        }

        async fn pass(&mut self, time: Duration) {
            tokio::time::advance(time).await;
            self.writer.on_time();
        }

        fn is_open(&self) -> bool {
            self.writer.files.get(&self.runner).unwrap().is_open()
        }

        async fn text(&self) -> String {
            let page = self.reader.ask(self.runner, |file| {
                Ok(file.read(Cursor::default(), 1 << 20)?.stored)
            });
            String::from_utf8(bytes_of(&page.await.unwrap())).unwrap()
        }

        async fn extent(&self) -> Extent {
            let extent = self.reader.ask(self.runner, |file| file.extent());
            extent.await.unwrap()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_file_is_closed_at_a_sync_and_goes_on_where_it_ended() {
        let mut pair = Pair::new();
        pair.append(0, "before").await;
        assert!(pair.is_open());
        pair.pass(SYNC_EVERY - COMMIT_AFTER).await;
        assert!(pair.is_open(), "the next output may come at any moment");
        pair.pass(COMMIT_AFTER).await;
        assert!(!pair.is_open());
        assert_eq!(pair.text().await, "before");
        // A part of it is known already, though nobody has the file open.
        pair.append(3, "ore and after").await;
        assert!(pair.is_open());
        assert_eq!(pair.text().await, "before and after");
        for _ in 0..3 {
            pair.pass(SYNC_EVERY).await;
        }
        assert!(!pair.is_open());
        assert_eq!(pair.text().await, "before and after");
        assert_eq!(pair.extent().await.end, BEGIN.after(16));
        assert!(pair.writer.sync.is_none(), "nothing is left to be closed");
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_to_be_written_keeps_its_file_open() {
        let mut pair = Pair::new();
        pair.append(0, "one").await;
        pair.writer.obey(Order::Append {
            runner: pair.runner,
            piece: output(BEGIN.after(3), 3, "two"),
        });
        pair.writer.sync_and_rest();
        assert!(pair.is_open());
        pair.pass(COMMIT_AFTER).await;
        pair.writer.sync_and_rest();
        assert!(!pair.is_open());
        assert_eq!(pair.text().await, "onetwo");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_sees_one_state_while_the_file_is_closed_and_opened_again() {
        let mut pair = Pair::new();
        pair.append(0, "before").await;
        let (go, went) = oneshot::channel();
        let (done, is_done) = oneshot::channel::<()>();
        let mut once = Some((go, is_done));
        let reading = pair.reader.ask(pair.runner, move |file| {
            let before = file.extent()?;
            let (go, is_done) = once.take().unwrap();
            go.send(()).unwrap();
            is_done.blocking_recv().unwrap();
            Ok((before, file.extent()?))
        });
        let mut reading = std::pin::pin!(reading);
        tokio::select! {
            biased;
            _ = &mut reading => panic!("it waits"),
            reads = went => reads.unwrap(),
        }
        let close = |writer: &mut Writer| {
            writer.sync_and_rest();
            assert!(!writer.files.values().any(File::is_open));
        };
        close(&mut pair.writer);
        pair.writer.obey(Order::Append {
            runner: pair.runner,
            piece: output(BEGIN.after(6), 6, " and after"),
        });
        tokio::time::advance(COMMIT_AFTER).await;
        pair.writer.on_time();
        close(&mut pair.writer);
        done.send(()).unwrap();
        let (before, meanwhile) = reading.await.unwrap();
        assert_eq!((before.bytes, meanwhile.bytes), (6, 6));
        assert_eq!(pair.text().await, "before and after");
    }
}
