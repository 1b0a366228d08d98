//! What a reader is given to begin with.

use std::path::PathBuf;
use std::sync::Arc;

use super::processes::Processes;
use crate::domain::finding::FileMark;
use crate::domain::occupant::Occupant;
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;

/// An occupant, and what is known around it.
pub(super) struct Scene<'a> {
    /// Whose files are read.
    pub(super) occupant: &'a Occupant,
    /// How far files were read before.
    pub(super) marks: &'a [FileMark],
    /// The home of whoever runs this daemon, for systems that do not tell the environment of a process.
    pub(super) home: Option<&'a PathBuf>,
    /// The processes of this machine.
    pub(super) processes: &'a Processes,
    /// For what happens without a time of its own.
    pub(super) clock: &'a Arc<dyn Clock>,
}

impl Scene<'_> {
    /// A variable of its environment that names a directory or a file.
    pub(super) fn variable(&self, name: &str) -> Option<PathBuf> {
        let value = self.occupant.env.get(name)?;
        let path = PathBuf::from(value);
        path.is_absolute().then_some(path)
    }

    /// Its home directory.
    pub(super) fn home(&self) -> Option<PathBuf> {
        self.variable("HOME").or_else(|| self.home.cloned())
    }

    /// When it began.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.processes.began(self.occupant.started)
    }
}
