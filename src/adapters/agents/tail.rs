//! Reads a file of lines as it grows. Keeps nothing but a place in it between two looks, so that its memory does not depend on the file:
//! a half line is read again when it is whole, a line that is too long is passed over.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::limits::{CHUNK, LONGEST_LINE, LOOK_BACK, TURN};
use crate::domain::finding::FileMark;

/// What is found in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A whole line, without its end.
    Whole {
        /// Where it begins.
        at: u64,
        /// Its bytes.
        bytes: &'a [u8],
        /// True when an earlier reader told of it: it only serves to know what goes on.
        known: bool,
    },
    /// A line that is longer than any that is understood.
    TooLong,
    /// Another file, or another content under the same name: what follows stands in no connection with what was before.
    Anew,
}

/// How reading went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// The end was reached.
    End,
    /// There is more.
    More,
    /// There is no such file now.
    Absent,
}

/// A place in a file.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    inode: Option<u64>,
    /// Everything before it was read.
    offset: u64,
    /// Everything before it was told by an earlier reader.
    told: u64,
    /// We are in the middle of a line that is passed over.
    passing: bool,
    /// Most bytes that a look kept at once.
    #[cfg(test)]
    pub(super) most_kept: usize,
}

impl Tail {
    /// From the mark of that file, if it is still the same; else from its beginning.
    pub(super) fn new(path: PathBuf, marks: &[FileMark]) -> Self {
        let mark = marks.iter().find(|mark| mark.path == path);
        let told = mark.map_or(0, |mark| mark.offset);
        let offset = told.saturating_sub(LOOK_BACK);
        Self {
            path,
            inode: mark.map(|mark| mark.inode),
            offset,
            told,
            passing: offset > 0,
            #[cfg(test)]
            most_kept: 0,
        }
    }

    /// Which file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How far it was read; `None` within a line that is passed over, and before anything was read.
    pub(super) fn mark(&self) -> Option<FileMark> {
        let inode = self
            .inode
            .filter(|_| !self.passing && self.offset >= self.told)?;
        Some(FileMark {
            path: self.path.clone(),
            inode,
            offset: self.offset,
        })
    }

    /// Reads on, at most [`TURN`] bytes and one line.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn read(&mut self, line: &mut dyn FnMut(Line<'_>)) -> io::Result<Progress> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Progress::Absent),
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        self.recognise(&mut file, &metadata, line)?;
        file.seek(SeekFrom::Start(self.offset))?;
        self.read_lines(&mut file, line)
    }

    /// Begins anew when it is not the file, or not the content, that was read before.
    fn recognise(
        &mut self,
        file: &mut File,
        metadata: &std::fs::Metadata,
        line: &mut dyn FnMut(Line<'_>),
    ) -> io::Result<()> {
        let inode = metadata.ino();
        let begun = self.offset.max(self.told);
        let same = self.inode.is_none_or(|known| known == inode)
            && begun <= metadata.len()
            && (self.passing && self.offset > self.told || follows_a_line(file, begun)?);
        self.inode = Some(inode);
        if !same {
            (self.offset, self.told, self.passing) = (0, 0, false);
            line(Line::Anew);
        }
        Ok(())
    }

    fn read_lines(
        &mut self,
        file: &mut File,
        line: &mut dyn FnMut(Line<'_>),
    ) -> io::Result<Progress> {
        let until = self.offset.saturating_add(TURN);
        let mut kept: Vec<u8> = Vec::new();
        loop {
            let before = kept.len();
            let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut kept)?;
            #[cfg(test)]
            {
                self.most_kept = self.most_kept.max(kept.len());
            }
            if read == 0 {
                return Ok(Progress::End);
            }
            let used = self.lines_of(&kept, before, line);
            kept.drain(..used);
            if kept.len() > LONGEST_LINE {
                self.offset += kept.len() as u64;
                if !self.passing {
                    line(Line::TooLong);
                }
                self.passing = true;
                kept.clear();
            }
            if self.offset >= until {
                return Ok(Progress::More);
            }
        }
    }

    /// Tells the whole lines of `kept`, in which there is no end of a line before `seen`. Returns how many bytes they take.
    fn lines_of(&mut self, kept: &[u8], seen: usize, line: &mut dyn FnMut(Line<'_>)) -> usize {
        let mut begin = 0;
        let fresh = kept.get(seen..).unwrap_or_default();
        for end in memchr::memchr_iter(b'\n', fresh).map(|end| seen + end) {
            let bytes = kept.get(begin..end).unwrap_or_default();
            if self.passing {
                self.passing = false;
            } else if bytes.len() > LONGEST_LINE {
                line(Line::TooLong);
            } else if !bytes.is_empty() {
                let at = self.offset;
                let known = at < self.told;
                line(Line::Whole { at, bytes, known });
            }
            self.offset += (end + 1 - begin) as u64;
            begin = end + 1;
        }
        if self.passing {
            // Nothing of it is wanted: do not keep it.
            self.offset += (kept.len() - begin) as u64;
            begin = kept.len();
        }
        begin
    }
}

/// True when a line begins at `offset`: a file that was emptied and filled again mostly has none just there.
fn follows_a_line(file: &mut File, offset: u64) -> io::Result<bool> {
    let Some(before) = offset.checked_sub(1) else {
        return Ok(true);
    };
    file.seek(SeekFrom::Start(before))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte == *b"\n")
}

#[cfg(test)]
mod tests;
