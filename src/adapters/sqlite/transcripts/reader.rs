//! The thread that reads transcripts, with connections of its own.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::mpsc;

use rusqlite::Connection;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::super::database;
use super::super::limits::{END_READER, OPEN_READERS};
use super::super::seal::Sealer;
use super::super::worker::Worker;
use super::failure::FileError;
use super::keeping;
use super::reading::ReadFile;
use crate::domain::ids::RunnerId;

type Work = Box<dyn FnOnce(&mut Reading) + Send>;

/// How others reach the thread. Dropping it ends the thread.
pub(super) struct Reader {
    work: Option<mpsc::Sender<Work>>,
    thread: Option<Worker>,
}

struct Open {
    connection: Connection,
    inode: u64,
    used: Instant,
}

/// What the thread has.
struct Reading {
    directory: PathBuf,
    sealer: Sealer,
    open: BTreeMap<RunnerId, Open>,
}

impl Reader {
    pub(super) fn start(directory: PathBuf, sealer: Sealer) -> std::io::Result<Self> {
        let (work, orders) = mpsc::channel::<Work>();
        let mut reading = Reading {
            directory,
            sealer,
            open: BTreeMap::new(),
        };
        let thread = Worker::start("reader", move || {
            while let Ok(work) = orders.recv() {
                work(&mut reading);
            }
        })?;
        Ok(Self {
            work: Some(work),
            thread: Some(thread),
        })
    }

    /// Reads in a transcript; of one that is not there everything is nothing.
    pub(super) async fn ask<T, F>(&self, runner: RunnerId, read: F) -> Result<T, FileError>
    where
        T: Default + Send + 'static,
        F: FnMut(&ReadFile<'_>) -> Result<T, FileError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |reading| {
            // Whoever asked may have left.
            let _gone = answer.send(reading.read(runner, read));
        });
        if let Some(queue) = &self.work {
            // An ended thread drops the answer, which says so.
            let _ended = queue.send(work);
        }
        answered.await.unwrap_or(Err(FileError::Closed))
    }

    /// Lets go of a transcript that will be removed.
    pub(super) fn close(&self, runner: RunnerId) {
        if let Some(queue) = &self.work {
            let _ended = queue.send(Box::new(move |reading| {
                reading.open.remove(&runner);
            }));
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            thread.end(END_READER);
        }
    }
}

impl Reading {
    fn read<T: Default>(
        &mut self,
        runner: RunnerId,
        mut read: impl FnMut(&ReadFile<'_>) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let path = keeping::path(&self.directory, runner);
        // A damaged one may have been set aside, and another be in its place.
        let inode = std::fs::metadata(&path).map(|file| file.ino()).ok();
        if self.open.get(&runner).map(|open| open.inode) != inode {
            self.open.remove(&runner);
            let connection = database::open_to_read(&path)?;
            let (Some(connection), Some(inode)) = (connection, inode) else {
                return Ok(T::default());
            };
            let used = Instant::now();
            self.open.insert(
                runner,
                Open {
                    connection,
                    inode,
                    used,
                },
            );
            self.close_unused();
        }
        let Some(open) = self.open.get_mut(&runner) else {
            return Ok(T::default());
        };
        open.used = Instant::now();
        let result = in_one_state(runner, &open.connection, &self.sealer, &mut read);
        if result.is_err() {
            self.open.remove(&runner);
        }
        match result {
            Err(error) if error.is_unopened() && !database::has_log(&path) => {
                let connection = database::open_unwritable(&path)?.ok_or(error)?;
                in_one_state(runner, &connection, &self.sealer, &mut read)
            }
            result => result,
        }
    }

    fn close_unused(&mut self) {
        while self.open.len() > OPEN_READERS {
            let oldest = self.open.iter().min_by_key(|(_, open)| open.used);
            let Some(runner) = oldest.map(|(id, _)| *id) else {
                return;
            };
            self.open.remove(&runner);
        }
    }
}

/// Everything that is asked in one reading is answered from one state of the file: meanwhile the writer makes large frames of small
/// ones, and removes old ones.
fn in_one_state<T>(
    runner: RunnerId,
    connection: &Connection,
    sealer: &Sealer,
    mut read: impl FnMut(&ReadFile<'_>) -> Result<T, FileError>,
) -> Result<T, FileError> {
    let _state = connection.unchecked_transaction()?;
    read(&ReadFile {
        runner,
        connection,
        sealer,
    })
}
