//! Why the settings cannot be used, with the place and the next step. Says it; decides nothing.

use std::path::PathBuf;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("the config file {} cannot be read", file.display())]
    Read {
        /// The config file.
        file: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{}:{line}: the config file is not valid TOML: {message}", file.display())]
    Syntax {
        /// The config file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// There is no such key.
    #[error("{}:{line}: there is no setting \"{key}\"", file.display())]
    UnknownKey {
        /// The config file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The key as it was written.
        key: String,
        /// The known key that looks most like it.
        nearest: Option<&'static str>,
        /// Every known key of that place.
        known: &'static [&'static str],
    },
    /// The key is known, its value is of no use.
    #[error("{}:{line}: \"{key}\" must be {expected}", file.display())]
    Value {
        /// The config file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The key, with its table.
        key: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A key that must be there is not.
    #[error("{}:{line}: \"{key}\" is missing; it must be {expected}", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// Line of the table that it belongs into, from 1.
        line: usize,
        /// The key, with its table.
        key: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Two rules of a file have the same name.
    #[error("{}:{line}: there are two rules \"{name}\"", file.display())]
    Twice {
        /// The file.
        file: PathBuf,
        /// Line of the second one, from 1.
        line: usize,
        /// Their name.
        name: String,
    },
    /// Two keys that exclude each other are both set.
    #[error("{}:{line}: \"{key}\" cannot be set together with \"{other}\"", file.display())]
    Contradiction {
        /// The config file.
        file: PathBuf,
        /// Line of `key`, from 1.
        line: usize,
        /// One of them.
        key: &'static str,
        /// The other.
        other: &'static str,
    },
    /// An element of the value is no regular expression. The expression itself is not told: it may hold a secret.
    #[error("{}:{line}: \"{key}\" must hold regular expressions, and number {number} is none: {message}", file.display())]
    Pattern {
        /// The config file.
        file: PathBuf,
        /// Line of the element, from 1.
        line: usize,
        /// The key, with its table.
        key: String,
        /// Which element it is, from 1.
        number: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A variable of the environment has a value of no use.
    #[error("the environment variable {name} must be {expected}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

impl ConfigError {
    /// The next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Read { file, .. } => format!("Make {} readable, or remove it.", file.display()),
            Self::Syntax { .. } => "Correct that line; the README lists every setting.".to_owned(),
            Self::UnknownKey {
                nearest: Some(nearest),
                ..
            } => format!("Did you mean \"{nearest}\"?"),
            Self::UnknownKey {
                nearest: None,
                known,
                ..
            } => format!("The settings are {}.", known.join(", ")),
            Self::Value { .. } => "Correct that line, or remove it for the default.".to_owned(),
            Self::Missing { .. } => "Add that key.".to_owned(),
            Self::Twice { .. } => "Give one of them another name.".to_owned(),
            Self::Contradiction { .. } => "Remove one of the two.".to_owned(),
            Self::Pattern { .. } => {
                "Correct it, or remove it; in TOML, 'single quotes' leave every \\ as it is."
                    .to_owned()
            }
            Self::Variable { name, .. } => format!("Correct {name}, or unset it."),
        }
    }
}
