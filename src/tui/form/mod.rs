//! The form of a new runner: what was typed into it, which part of it is being typed, and what was wrong with it. What
//! was typed stays until a runner was started from it.

mod complete;
mod draft;
mod keys;
mod update;

pub(crate) use draft::Draft;
pub(crate) use keys::KEYS;
pub(super) use update::{came, open, paste, pointed, press};

use super::field::Field;
use super::message::Trouble;
use crate::config::KINDS;
use crate::wire::RunnerView;

/// What is said in the place of a kind that the command tells.
pub(crate) const BY_COMMAND: &str = "by command";

/// A part of the form, in the order of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Part {
    #[default]
    Kind,
    Directory,
    Name,
    Key,
    Command,
    Environment,
}

/// All of them.
pub(crate) const PARTS: [Part; 6] = [
    Part::Kind,
    Part::Directory,
    Part::Name,
    Part::Key,
    Part::Command,
    Part::Environment,
];

impl Part {
    /// Its name.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Kind => "Kind",
            Self::Directory => "Directory",
            Self::Name => "Name",
            Self::Key => "Key",
            Self::Command => "Command",
            Self::Environment => "Environment",
        }
    }

    /// What to type into it.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::Kind => {
                "Left and Right, or the first letter. With \"by command\" the command tells it; custom needs one."
            }
            Self::Directory => {
                "Where it runs; ~ is your home directory. Tab completes what you typed."
            }
            Self::Name => "May be empty: it is then made from the kind or the command.",
            Self::Key => "IDEA or IDEA/SLOT, its place in tmux; may be empty.",
            Self::Command => {
                "Program and arguments, with quotes as in a shell, but without variables and pipes; may be empty where the kind has one."
            }
            Self::Environment => {
                "NAME=value, several with blanks between them, quoted as in a shell; may be empty."
            }
        }
    }

    /// The part that a field of the daemon's request is typed into.
    fn of_field(field: &str) -> Option<Self> {
        Some(match field {
            "kind" => Self::Kind,
            "cwd" => Self::Directory,
            "name" => Self::Name,
            "key" => Self::Key,
            "command" => Self::Command,
            "env" => Self::Environment,
            _ => return None,
        })
    }

    /// The one so many below, or above when negative; those at the ends are neighbours.
    fn step(self, by: isize) -> Self {
        let count = PARTS.len().cast_signed();
        let at = PARTS.iter().position(|part| *part == self).unwrap_or(0);
        let to = (at.cast_signed() + by).rem_euclid(count).cast_unsigned();
        PARTS.get(to).copied().unwrap_or_default()
    }
}

/// What is to be done outside of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Start a runner.
    Start(Box<Draft>),
    /// The names of the directories in `directory`, to complete what was `typed`.
    Read { typed: String, directory: String },
}

/// What came of a wish.
#[derive(Debug)]
pub(crate) enum News {
    Started(Result<Box<RunnerView>, Refusal>),
    /// A directory that cannot be read has no names.
    Names {
        typed: String,
        names: Vec<String>,
    },
}

/// Why no runner was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The field of the request that is wrong, if it is one.
    pub(crate) field: Option<String>,
    pub(crate) trouble: Trouble,
}

/// The form.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Place in [`KINDS`], from 1; 0 leaves it to the command.
    pub(crate) kind: usize,
    pub(crate) directory: Field,
    pub(crate) name: Field,
    pub(crate) key: Field,
    pub(crate) command: Field,
    pub(crate) environment: Field,
    pub(crate) focus: Part,
    /// What is wrong with a part.
    pub(crate) wrong: Option<(Part, Trouble)>,
    /// Directories that what was typed may become.
    pub(crate) choices: Vec<String>,
    /// True when the directory was typed at since it has the focus: only then Tab completes it.
    is_edited: bool,
    /// True while a runner is being started.
    is_starting: bool,
    here: String,
    home: Option<String>,
}

impl Form {
    /// An empty one, for a dashboard that was started in `here`.
    pub(crate) fn new(here: &str, home: Option<String>) -> Self {
        Self {
            directory: Field::new(here),
            here: here.to_owned(),
            home,
            ..Self::default()
        }
    }

    /// The name of the kind; `None` when the command tells it.
    pub(crate) fn kind_name(&self) -> Option<&'static str> {
        let at = self.kind.checked_sub(1)?;
        KINDS.get(at).map(|kind| kind.name)
    }

    /// The command of the kind, when it has one.
    pub(crate) fn kind_command(&self) -> Option<String> {
        let kind = KINDS.get(self.kind.checked_sub(1)?)?;
        (!kind.start_command.is_empty()).then(|| kind.start_command.join(" "))
    }

    /// What is typed into a part.
    pub(crate) const fn text(&self, part: Part) -> Option<&Field> {
        Some(match part {
            Part::Kind => return None,
            Part::Directory => &self.directory,
            Part::Name => &self.name,
            Part::Key => &self.key,
            Part::Command => &self.command,
            Part::Environment => &self.environment,
        })
    }

    const fn text_mut(&mut self, part: Part) -> Option<&mut Field> {
        Some(match part {
            Part::Kind => return None,
            Part::Directory => &mut self.directory,
            Part::Name => &mut self.name,
            Part::Key => &mut self.key,
            Part::Command => &mut self.command,
            Part::Environment => &mut self.environment,
        })
    }
}
