//! A file with one JSON record in each line, read as it grows. A line that is no record is counted and passed over.

use std::path::PathBuf;

use serde_json::Value;

use super::following::Next;
use super::tail::{Line, Progress, Tail};
use super::told::Told;
use crate::domain::finding::{FileMark, Finding};

/// What the records of one kind of agent mean.
pub(super) trait Meaning {
    /// Takes in one record, which begins at that byte of its file.
    fn record(&mut self, record: &Value, at: u64, told: &mut Told);

    /// Forgets what was read before: another content follows.
    fn anew(&mut self);
}

/// The file.
#[derive(Debug)]
pub(super) struct Records {
    tail: Tail,
    /// The mark that was told last.
    marked: Option<FileMark>,
}

impl Records {
    /// From the mark of that file on.
    pub(super) fn new(path: PathBuf, marks: &[FileMark]) -> Self {
        Self {
            tail: Tail::new(path, marks),
            marked: None,
        }
    }

    /// Which file.
    pub(super) fn path(&self) -> &std::path::Path {
        self.tail.path()
    }

    /// How far it was read.
    pub(super) fn mark(&self) -> Option<FileMark> {
        self.tail.mark()
    }

    /// Reads on; what is found goes to `told`, and from there to `found`.
    pub(super) fn look(
        &mut self,
        meaning: &mut dyn Meaning,
        told: &mut Told,
        found: &mut Vec<Finding>,
    ) -> Next {
        let path = self.tail.path().to_owned();
        let read = self.tail.read(&mut |line| match line {
            Line::Whole { at, bytes, known } => {
                told.set_known(known);
                match serde_json::from_slice(bytes) {
                    Ok(record) => meaning.record(&record, at, told),
                    Err(_) => told.complain("malformed", || {
                        format!("{} has lines that are no records.", path.display())
                    }),
                }
            }
            Line::TooLong => told.complain("long", || {
                format!("{} has lines that are too long to be read.", path.display())
            }),
            Line::Anew => meaning.anew(),
        });
        told.set_known(false);
        let next = match read {
            Ok(Progress::More) => Next::Again,
            Ok(Progress::End | Progress::Absent) => {
                told.settle();
                Next::Wait
            }
            Err(error) => {
                told.complain("unreadable", || {
                    format!("{} cannot be read: {error}.", path.display())
                });
                Next::Wait
            }
        };
        found.append(&mut told.take());
        let mark = self.tail.mark();
        if mark.is_some() && mark != self.marked {
            self.marked.clone_from(&mark);
            found.extend(mark.map(Finding::Read));
        }
        next
    }
}
