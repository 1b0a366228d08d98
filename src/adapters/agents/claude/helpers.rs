//! The transcripts of agents that a Claude Code starts for itself: beside the conversation, in a directory of its name. They cost, and
//! take no turn of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::following::Next;
use super::super::place::Place;
use super::super::records::Records;
use super::super::told::Told;
use super::transcript::Transcript;
use crate::domain::finding::{FileMark, Finding};

/// Most of one conversation that are read.
const MOST: usize = 256;

/// Those of one conversation.
pub(super) struct Helpers {
    directory: PathBuf,
    files: BTreeMap<PathBuf, (Records, Transcript)>,
}

impl Helpers {
    /// Of the conversation that is written down there.
    pub(super) fn new(transcript: &Path) -> Self {
        Self {
            directory: transcript.with_extension("").join("subagents"),
            files: BTreeMap::new(),
        }
    }

    /// The places whose change is news.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        let files = self.files.keys().cloned().map(Place::File);
        files.chain([Place::Entries(self.directory.clone())])
    }

    /// Reads what is new.
    pub(super) fn look(
        &mut self,
        marks: &[FileMark],
        told: &mut Told,
        found: &mut Vec<Finding>,
    ) -> Next {
        self.find(marks, told);
        let mut next = Next::Wait;
        for (records, transcript) in self.files.values_mut() {
            if records.look(transcript, told, found) == Next::Again {
                next = Next::Again;
            }
        }
        next
    }

    fn find(&mut self, marks: &[FileMark], told: &mut Told) {
        let Ok(entries) = fs::read_dir(&self.directory) else {
            return;
        };
        let transcripts = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| file.extension().is_some_and(|end| end == "jsonl"));
        for file in transcripts {
            if self.files.len() == MOST && !self.files.contains_key(&file) {
                told.complain("helpers", || {
                    format!(
                        "{} has more than {MOST} transcripts: the rest does not count.",
                        self.directory.display()
                    )
                });
                return;
            }
            self.files.entry(file).or_insert_with_key(|file| {
                (Records::new(file.clone(), marks), Transcript::of_a_helper())
            });
        }
    }
}
