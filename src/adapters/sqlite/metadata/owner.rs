//! The owner of the database: opens it, begins it, sets it aside when it is damaged, and knows what is in it, so that only what
//! differs is written. All of its work is done on the store's thread, in the order of the calls.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tokio::time::Instant;

use super::super::database;
use super::super::limits::RESCUE_WITHIN;
use super::failure::Trouble;
use super::own_file::OwnFile;
use super::runners::{self, Known};
use super::schema::MIGRATIONS;
use super::turn_parts::TurnCodec;
use super::{exit_file, import, read_only, rescue, slots};
use crate::domain::ids::RunnerId;
use crate::domain::slot::Slot;
use crate::ports::store::{Rescued, StoreError, Stored, WrittenExit};

/// The open database, and what of the list is in it.
pub(super) struct Open {
    pub(super) connection: Connection,
    pub(super) known: Known,
    /// Which file it is.
    inode: u64,
}

impl Open {
    fn new(path: &Path) -> Result<Self, Trouble> {
        let connection = open_database(path)?;
        Ok(Self {
            known: runners::read(&connection)?,
            inode: fs::metadata(path)?.ino(),
            connection,
        })
    }
}

/// The owner.
pub(super) struct Owner {
    directory: PathBuf,
    path: PathBuf,
    pub(super) open: Option<Open>,
    /// What is to be in the database: the list of the last save, whether or not it could be written.
    latest: Option<Arc<Stored>>,
    /// Runners that nobody has been told of, because the list could never be loaded. A save does not mean to remove them.
    untold: Option<BTreeSet<RunnerId>>,
    /// Damage that the next load tells.
    news: Option<StoreError>,
    /// How parts of turns are written.
    pub(super) codec: TurnCodec,
}

impl Owner {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self {
            path: directory.join("geppetto.db"),
            directory,
            open: None,
            latest: None,
            untold: None,
            news: None,
            codec: TurnCodec::default(),
        }
    }

    /// Reads the list, or tells of damage that was met since the last time.
    pub(super) fn load(&mut self) -> Result<Stored, StoreError> {
        let loaded = self.with("read", |open| {
            // From the file, not from memory: it is the file that has to be sound.
            open.known = runners::read(&open.connection)?;
            Ok(open.known.stored())
        });
        let answer = match (self.news.take(), loaded) {
            (Some(news), _) => Err(news),
            (None, Err(error)) => self.read_only(error),
            (None, loaded) => loaded,
        };
        if !matches!(answer, Err(StoreError::Io { .. })) {
            self.untold = Some(BTreeSet::new());
        }
        answer
    }

    /// The list all the same, when it is only writing that is not possible.
    fn read_only(&self, error: StoreError) -> Result<Stored, StoreError> {
        let is_to_be_believed = |source: &io::Error| {
            matches!(
                source.kind(),
                io::ErrorKind::Unsupported | io::ErrorKind::WouldBlock
            )
        };
        if matches!(&error, StoreError::Io { source, .. } if is_to_be_believed(source)) {
            return Err(error);
        }
        match read_only::read(&self.path) {
            Ok(Some(stored)) => {
                tracing::warn!(%error, "the list of runners can only be read");
                Ok(stored)
            }
            Ok(None) => Err(error),
            Err(second) => {
                tracing::warn!(error = %second, "the list of runners cannot even be read");
                Err(error)
            }
        }
    }

    /// Writes what differs from what was written last.
    pub(super) fn save(&mut self, stored: Stored) -> Result<(), StoreError> {
        self.latest = Some(Arc::new(stored));
        match self.write_latest() {
            // There is a new one now.
            Err(StoreError::Corrupt { .. }) => self.write_latest(),
            done => done,
        }
    }

    fn write_latest(&mut self) -> Result<(), StoreError> {
        let Some(latest) = self.latest.clone() else {
            return Ok(());
        };
        self.with_untold("written", |open, untold| {
            runners::write(open, &latest, untold)
        })
    }

    /// Inserts a slot, or replaces the one with its key.
    pub(super) fn put_slot(&mut self, slot: &Slot) -> Result<(), StoreError> {
        let mut put = || self.with("written", |open| slots::put(&open.connection, slot));
        match put() {
            // There is a new one now.
            Err(StoreError::Corrupt { .. }) => put(),
            done => done,
        }
    }

    /// Takes what a run parent left.
    pub(super) fn take_exit(
        &self,
        runner: RunnerId,
        run: u32,
    ) -> Result<Option<WrittenExit>, StoreError> {
        let file = OwnFile::new(self.directory.join(exit_file::name(runner, run)));
        let Some(content) = file.read()? else {
            return Ok(None);
        };
        let exit = exit_file::parse(&content).or_else(|reason| Err(file.set_aside(reason)?))?;
        file.remove()?;
        Ok(Some(exit))
    }

    /// Does something with the database, which is opened for it. When it turns out to be damaged, another is in its place
    /// afterwards.
    pub(super) fn with<T>(
        &mut self,
        action: &'static str,
        work: impl FnOnce(&mut Open) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        self.with_untold(action, |open, _untold| work(open))
    }

    fn with_untold<T>(
        &mut self,
        action: &'static str,
        work: impl FnOnce(&mut Open, &BTreeSet<RunnerId>) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        let trouble = match self.opened() {
            Ok((open, untold)) => match work(open, untold) {
                Ok(done) => return Ok(done),
                Err(trouble) => trouble,
            },
            Err(trouble) => trouble,
        };
        if trouble.is_damage() {
            return Err(self.renew(&trouble.to_string()));
        }
        if !matches!(trouble, Trouble::NameTaken(_)) {
            // Whether the last change is in it is known again when it is opened the next time.
            self.open = None;
        }
        Err(trouble.of(&self.path, action))
    }

    fn opened(&mut self) -> Result<(&mut Open, &BTreeSet<RunnerId>), Trouble> {
        // One whose file was removed would take everything and keep nothing.
        let is_there =
            |open: &Open| fs::metadata(&self.path).is_ok_and(|file| file.ino() == open.inode);
        let open = match self.open.take().filter(is_there) {
            Some(open) => open,
            None => self.connect()?,
        };
        let untold = self
            .untold
            .get_or_insert_with(|| open.known.ids().collect());
        Ok((self.open.insert(open), untold))
    }

    fn connect(&mut self) -> Result<Open, Trouble> {
        database::private_directory(&self.directory)?;
        match fs::metadata(&self.path) {
            Ok(file) if file.is_file() && file.len() == 0 => {
                return Err(Trouble::Meaning("it is empty".to_owned()));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.begin()?,
            Err(error) => return Err(error.into()),
        }
        self.put_old_list_away();
        Open::new(&self.path)
    }

    /// Makes the database beside its place and moves it there when it is whole, so that an empty file in its place can only be
    /// damage. The list of earlier versions is in it from the start.
    fn begin(&mut self) -> Result<(), Trouble> {
        let unfinished = database::beside(&self.path, ".new");
        remove(&unfinished)?;
        for path in [&self.path, &unfinished] {
            // SQLite would take them for what belongs to the new one.
            for ending in ["-wal", "-shm"] {
                remove(&database::beside(path, ending))?;
            }
        }
        let mut open = Open::new(&unfinished)?;
        if let Some(list) = self.old_list()? {
            runners::write(&mut open, &list, &BTreeSet::new())?;
        }
        // One file again, with everything in it.
        open.connection
            .pragma_update(None, "journal_mode", "DELETE")?;
        drop(open);
        File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        File::open(&self.directory)?.sync_all()?;
        Ok(())
    }

    /// What an earlier version left. What cannot be understood is set aside and told.
    fn old_list(&mut self) -> Result<Option<Stored>, Trouble> {
        let file = OwnFile::new(self.directory.join("runners.json"));
        let Some(content) = file.read().map_err(Trouble::Other)? else {
            return Ok(None);
        };
        match import::parse(&content) {
            Ok(stored) => Ok(Some(stored)),
            Err(reason) => {
                self.news = Some(file.set_aside(reason).map_err(Trouble::Other)?);
                Ok(None)
            }
        }
    }

    /// It has been read, or it is of no use beside a database.
    fn put_old_list_away(&self) {
        let path = self.directory.join("runners.json");
        if fs::symlink_metadata(&path).is_err() {
            return;
        }
        if let Err(error) = OwnFile::new(path).put_away("imported") {
            tracing::warn!(%error, "the list of an earlier version stays where it is");
        }
    }

    /// Sets the database aside and begins another with what is known. The error to report is the good outcome.
    fn renew(&mut self, reason: &str) -> StoreError {
        // What was read while it was sound counts when nothing was saved since.
        let known = self.open.take().map(|open| Arc::new(open.known.stored()));
        let aside = match database::set_aside(&self.path) {
            Ok(aside) => aside,
            Err(error) => return Trouble::Io(error).of(&self.path, "set aside"),
        };
        tracing::error!(%reason, aside = %aside.display(), "the database is damaged");
        self.untold = Some(BTreeSet::new());
        let latest = self.latest.take().or(known);
        let slots = slots::readable(&aside);
        // Not by `save`, which would renew again and again on a medium that damages everything.
        let rewritten = self.opened().and_then(|(open, untold)| {
            if let Some(list) = &latest {
                runners::write(open, list, untold)?;
            }
            slots::put_all(&mut open.connection, &slots)?;
            let until = Instant::now() + RESCUE_WITHIN;
            Ok(rescue::ledger(&aside, &mut open.connection, until))
        });
        remove_empty_log(&aside);
        let rescued = rewritten.unwrap_or_else(|error| {
            self.open = None;
            tracing::warn!(%error, "the list of runners waits for the next save");
            Rescued::default()
        });
        self.latest = latest;
        let corrupt = StoreError::Corrupt {
            path: self.path.clone(),
            aside,
            reason: reason.to_owned(),
            rescued: Some(rescued),
        };
        self.news = Some(corrupt.clone());
        corrupt
    }
}

fn open_database(path: &Path) -> Result<Connection, Trouble> {
    let connection = database::open(path, &MIGRATIONS)?;
    // Changes are few, and a verb that was answered must have happened even when the power fails.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The environment of a runner that was forgotten must not stay in free pages.
    connection.pragma_update(None, "secure_delete", "ON")?;
    Ok(connection)
}

/// Reading a database makes these files, and nobody takes those of one that was set aside away.
fn remove_empty_log(path: &Path) {
    let log = database::beside(path, "-wal");
    if !fs::metadata(&log).is_ok_and(|file| file.len() == 0) {
        return;
    }
    for file in [log, database::beside(path, "-shm")] {
        if let Err(error) = remove(&file) {
            tracing::warn!(file = %file.display(), %error, "it is left over");
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
