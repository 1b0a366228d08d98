//! Writes lines to a log file and rotates it. Nobody waits for it: while the disk takes nothing, or the file is put
//! aside, lines are held back, and it says when to go on.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use super::held::Held;
use super::limits::FILES_KEPT;
use super::retry::Retry;
use crate::ports::files::{Compressing, Files};

/// What a person should know; each is told once until it works again, and tried again by itself.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Lines cannot be written. Those that cannot be held back will be missing.
    Write(io::Error),
    /// The file is too large and cannot be put aside, or what was put aside cannot be compressed.
    Rotate(io::Error),
}

/// One log file.
pub(super) struct LogWriter {
    files: Arc<dyn Files>,
    path: PathBuf,
    /// Size at which the file is put aside.
    rotate_at: u64,
    held: Held,
    phase: Phase,
    writing: Retry,
    rotating: Retry,
    /// What was put aside; the next file is not put aside before it is done.
    compressing: Option<Compressing>,
    /// No rotation begins before, since the last one failed.
    no_rotation_until: Option<Instant>,
}

enum Phase {
    /// Lines are written as they come.
    Ready,
    /// Writing failed, and is tried again then.
    Paused(Instant),
    /// The file is being put aside, and nobody may append.
    Rotating(Pin<Box<dyn Future<Output = io::Result<Compressing>> + Send>>),
}

impl LogWriter {
    /// Of the file at `path`, which is put aside at so many bytes.
    pub(super) fn new(files: Arc<dyn Files>, path: PathBuf, rotate_at: u64) -> Self {
        Self {
            files,
            path,
            rotate_at,
            held: Held::default(),
            phase: Phase::Ready,
            writing: Retry::default(),
            rotating: Retry::default(),
            compressing: None,
            no_rotation_until: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes a line, to be written by [`LogWriter::write`].
    pub(super) fn push(&mut self, line: &str) {
        self.held.push(line);
    }

    /// So many lines are missing here.
    pub(super) const fn miss(&mut self, lines: u64) {
        self.held.miss(lines);
    }

    /// Returns when a pause or a part of a rotation is over, so that writing can go on; waits for ever when there is
    /// none. May be dropped at any time without harm.
    pub(super) async fn ready_again(&mut self) -> Option<Trouble> {
        let rotated = tokio::select! {
            put_aside = over(&mut self.phase) => {
                self.phase = Phase::Ready;
                put_aside.map(|compressing| self.compressing = compressing.or(self.compressing.take()))
            }
            compressed = done(&mut self.compressing) => {
                self.compressing = None;
                if compressed.is_ok() {
                    self.rotating.worked();
                }
                compressed
            }
        };
        let error = rotated.err()?;
        let (pause, is_news) = self.rotating.failed(&error);
        self.no_rotation_until = Some(Instant::now() + pause);
        is_news.then_some(Trouble::Rotate(error))
    }

    /// Writes what is held back, unless it has to wait for [`LogWriter::ready_again`].
    pub(super) async fn write(&mut self) -> Option<Trouble> {
        if !matches!(self.phase, Phase::Ready) || self.held.is_empty() {
            return None;
        }
        match self.files.append(&self.path, self.held.text()).await {
            Ok(size) => {
                self.held.clear();
                self.writing.worked();
                self.rotate_if_due(size);
                None
            }
            Err(error) => {
                let (pause, is_news) = self.writing.failed(&error);
                self.phase = Phase::Paused(Instant::now() + pause);
                is_news.then_some(Trouble::Write(error))
            }
        }
    }

    fn rotate_if_due(&mut self, size: u64) {
        let may = self
            .no_rotation_until
            .is_none_or(|until| until <= Instant::now());
        if size >= self.rotate_at && may && self.compressing.is_none() {
            let (files, path) = (Arc::clone(&self.files), self.path.clone());
            let rotation = async move { files.rotate(&path, FILES_KEPT).await };
            self.phase = Phase::Rotating(Box::pin(rotation));
        }
    }

    /// The last try, without pauses: nothing more will come.
    pub(super) async fn finish(&mut self) -> Option<Trouble> {
        if matches!(self.phase, Phase::Rotating(_)) {
            // Why it failed matters no more: the lines are written anyway.
            let _trouble = over(&mut self.phase).await.map(|compressing| {
                self.compressing = compressing;
            });
        }
        self.phase = Phase::Ready;
        let trouble = self.write().await;
        if let Some(compressing) = self.compressing.take() {
            // If it fails, it is taken up by the next rotation, if there is one.
            let _trouble = compressing.await;
        }
        trouble
    }
}

/// The end of a phase in which nothing is written, with what is to be compressed after it.
async fn over(phase: &mut Phase) -> io::Result<Option<Compressing>> {
    match phase {
        Phase::Ready => std::future::pending().await,
        Phase::Paused(until) => {
            sleep_until(*until).await;
            Ok(None)
        }
        Phase::Rotating(rotation) => rotation.await.map(Some),
    }
}

async fn done(compressing: &mut Option<Compressing>) -> io::Result<()> {
    match compressing {
        Some(compressing) => compressing.await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::*;
    use crate::testkit::FakeFiles;

    const LOG: &str = "/out/one.log";

    fn writer(rotate_at: u64) -> (LogWriter, Arc<FakeFiles>) {
        let files = Arc::<FakeFiles>::default();
        (LogWriter::new(files.clone(), LOG.into(), rotate_at), files)
    }

    async fn write(writer: &mut LogWriter, line: &str) {
        writer.push(line);
        let trouble = writer.write().await;
        assert!(trouble.is_none(), "{trouble:?}");
    }

    /// Lets a rotation that has begun come to its end.
    async fn rotated(writer: &mut LogWriter) {
        for part in ["put aside", "compressed"] {
            let trouble = writer.ready_again().await;
            assert!(trouble.is_none(), "{part}: {trouble:?}");
        }
    }

    #[tokio::test]
    async fn a_full_file_is_put_aside_and_the_five_newest_are_kept() {
        let (mut writer, files) = writer(4);
        for number in 1..=8 {
            write(&mut writer, &format!("{number}...")).await;
            rotated(&mut writer).await;
        }
        write(&mut writer, "9").await;
        assert_eq!(files.text(LOG).await.unwrap(), "9\n");
        for (number, text) in [(1, "8...\n"), (2, "7...\n"), (5, "4...\n")] {
            let name = format!("{LOG}.{number}.gz");
            assert_eq!(files.text(&name).await.unwrap(), text);
        }
        assert_eq!(files.written.lock().await.len(), 6);
    }

    #[tokio::test]
    async fn lines_that_come_during_a_rotation_are_written_after_it() {
        let (mut writer, files) = writer(4);
        let slow = files.rotating.lock().await;
        write(&mut writer, "full").await;
        assert!(timed_out(&mut writer).await);
        write(&mut writer, "held").await;
        assert_eq!(files.text(LOG).await.unwrap(), "full\n");
        drop(slow);
        assert!(writer.ready_again().await.is_none());
        assert!(writer.write().await.is_none());
        assert_eq!(files.text(LOG).await.unwrap(), "held\n");
        assert_eq!(files.text(&format!("{LOG}.1.gz")).await.unwrap(), "full\n");
    }

    #[tokio::test]
    async fn the_next_file_is_written_during_compression_and_not_put_aside_before_its_end() {
        let (mut writer, files) = writer(4);
        let compressing = files.compressing.clone();
        let slow = compressing.lock().await;
        write(&mut writer, "full").await;
        assert!(writer.ready_again().await.is_none());
        for line in ["next", "more"] {
            assert!(timed_out(&mut writer).await);
            write(&mut writer, line).await;
        }
        assert_eq!(files.text(LOG).await.unwrap(), "next\nmore\n");
        drop(slow);
        assert!(writer.ready_again().await.is_none());
        write(&mut writer, "last").await;
        rotated(&mut writer).await;
        assert_eq!(files.text(LOG).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_compression_is_told_and_puts_off_the_next_rotation() {
        let (mut writer, files) = writer(4);
        files.cramped.store(true, Ordering::SeqCst);
        write(&mut writer, "full").await;
        assert!(writer.ready_again().await.is_none());
        assert!(matches!(
            writer.ready_again().await,
            Some(Trouble::Rotate(_))
        ));
        write(&mut writer, "next").await;
        assert_eq!(files.text(LOG).await.unwrap(), "next\n");
        assert!(timed_out(&mut writer).await, "a rotation before its time");
        files.cramped.store(false, Ordering::SeqCst);
        tokio::time::advance(Duration::from_secs(1)).await;
        write(&mut writer, "more").await;
        rotated(&mut writer).await;
        assert_eq!(files.text(LOG).await, None);
    }

    /// Polls it once, and drops it.
    async fn timed_out(writer: &mut LogWriter) -> bool {
        tokio::time::timeout(Duration::ZERO, writer.ready_again())
            .await
            .is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_write_is_told_once_and_tried_again_later_and_later() {
        let (mut writer, files) = writer(1000);
        files.full.store(true, Ordering::SeqCst);
        writer.push("first");
        assert!(matches!(writer.write().await, Some(Trouble::Write(_))));
        let begin = Instant::now();
        for seconds in [1, 3, 7, 15, 31, 63, 123, 183] {
            assert!(writer.ready_again().await.is_none());
            assert_eq!(begin.elapsed().as_secs(), seconds);
            assert!(writer.write().await.is_none());
        }
        writer.push("second");
        files.full.store(false, Ordering::SeqCst);
        // New lines do not shorten the pause.
        assert!(writer.write().await.is_none());
        assert_eq!(files.text(LOG).await, None);
        assert!(writer.ready_again().await.is_none());
        assert!(writer.write().await.is_none());
        assert_eq!(files.text(LOG).await.unwrap(), "first\nsecond\n");
        files.full.store(true, Ordering::SeqCst);
        writer.push("third");
        assert!(matches!(writer.write().await, Some(Trouble::Write(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_cannot_be_put_aside_grows_and_that_is_tried_again() {
        let (mut writer, files) = writer(4);
        files.stuck.store(true, Ordering::SeqCst);
        write(&mut writer, "full").await;
        assert!(matches!(
            writer.ready_again().await,
            Some(Trouble::Rotate(_))
        ));
        write(&mut writer, "more").await;
        assert_eq!(files.text(LOG).await.unwrap(), "full\nmore\n");
        assert!(timed_out(&mut writer).await, "a rotation before its time");
        tokio::time::advance(Duration::from_secs(1)).await;
        write(&mut writer, "again").await;
        assert!(writer.ready_again().await.is_none(), "told twice");
        files.stuck.store(false, Ordering::SeqCst);
        tokio::time::advance(Duration::from_secs(2)).await;
        write(&mut writer, "last").await;
        rotated(&mut writer).await;
        assert_eq!(
            files.text(&format!("{LOG}.1.gz")).await.unwrap(),
            "full\nmore\nagain\nlast\n"
        );
    }

    #[tokio::test]
    async fn the_end_waits_for_a_rotation_but_for_no_pause() {
        let (mut writer, files) = writer(4);
        write(&mut writer, "full").await;
        writer.push("last");
        assert!(writer.finish().await.is_none());
        assert_eq!(files.text(LOG).await.unwrap(), "last\n");
        files.full.store(true, Ordering::SeqCst);
        writer.push("lost");
        assert!(writer.finish().await.is_some());
    }
}
