//! Why the settings of an agent are left as they are.

use std::io;
use std::path::PathBuf;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IntegrationError {
    /// The path of this program cannot stand in a text.
    #[error("the path of this program is no UTF-8: {}", .0.display())]
    ProgramPath(PathBuf),
    /// A file cannot be read, written or looked at.
    #[error("{} cannot be {action}: {source}", file.display())]
    Io {
        /// Which.
        file: PathBuf,
        /// What was tried, as a participle.
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is somebody else's, or may not be written.
    #[error("{} is not yours to write", .0.display())]
    NotOurs(PathBuf),
    /// It was changed by somebody else at the same moment.
    #[error("{} was changed meanwhile", .0.display())]
    Changed(PathBuf),
    /// What stands in it is not understood.
    #[error("{} is left as it is: {misfit}", file.display())]
    Misfit {
        /// Which.
        file: PathBuf,
        /// What.
        #[source]
        misfit: Misfit,
    },
}

impl IntegrationError {
    /// The next step.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::ProgramPath(_) => "Install geppetto at another place.",
            Self::Io { .. } => "See who owns it, and whether the disk is full.",
            Self::NotOurs(_) => {
                "Something else may write it for you: put the hooks there, as docs/integrations.md shows them."
            }
            Self::Changed(_) => "Try again.",
            Self::Misfit { .. } => {
                "Correct it in an editor, or put the hooks in by hand, as docs/integrations.md shows them."
            }
        }
    }
}

/// What is wrong with the text of settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misfit {
    /// It cannot be parsed.
    #[error("line {line}, column {column} cannot be understood ({reason})")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// The parser's words.
        reason: String,
    },
    /// Something is no object or list where one is needed.
    #[error("\"{place}\" is not {expected}")]
    Shape {
        /// Its keys, joined by dots.
        place: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The user has set the same to something else.
    #[error("line {line} sets {key} already")]
    Taken {
        /// From 1.
        line: usize,
        /// Which key.
        key: &'static str,
    },
}
