//! Where an agent leaves files: what a reader of them wants to be woken for.

use std::path::{Path, PathBuf};

/// A place whose change is news to a reader. It need not be there yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A file: made, written, replaced, removed.
    File(PathBuf),
    /// Which entries a directory has; not what is written into them.
    Entries(PathBuf),
}

impl Place {
    /// The directory that tells of it.
    pub(super) fn directory(&self) -> &Path {
        match self {
            Self::File(file) => file.parent().unwrap_or(file),
            Self::Entries(directory) => directory,
        }
    }

    /// The nearest directory that is there now and can tell of it.
    pub(super) fn nearest(&self) -> Option<PathBuf> {
        let there = self.directory().ancestors().find(|above| above.is_dir());
        there.map(Path::to_owned)
    }

    /// True when a change of `path` may be news here. `structure` says that something came or went there.
    pub(super) fn concerns(&self, path: &Path, structure: bool) -> bool {
        match self {
            Self::File(file) => file == path || (structure && file.starts_with(path)),
            Self::Entries(directory) => {
                structure
                    && (path.parent() == Some(directory.as_path()) || directory.starts_with(path))
            }
        }
    }
}
