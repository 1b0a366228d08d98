//! The config file as it was written: every key optional, unknown keys refused. Knows syntax, names and
//! bounds, not defaults; those are in `resolve`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::KeepWindow;

/// Keys of the top level.
const KEYS: [&str; 7] = [
    "runner_limit",
    "ended_kept",
    "stop_grace_seconds",
    "idle_after_seconds",
    "session_prefix",
    "keep_window",
    "kinds",
];

/// Keys of a `[kinds.NAME]` table.
const KIND_KEYS: [&str; 1] = ["idle_after_seconds"];

/// Longest `idle_after_seconds`; a larger number is a slip of the pen.
const LONGEST_SILENCE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Longest `stop_grace_seconds`: somebody waits at a shell for as long.
const LONGEST_GRACE: Duration = Duration::from_secs(600);

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// `runner_limit`
    pub runner_limit: Option<usize>,
    /// `ended_kept`
    pub ended_kept: Option<usize>,
    /// `stop_grace_seconds`
    pub stop_grace: Option<Duration>,
    /// `idle_after_seconds`
    pub idle_after: Option<Duration>,
    /// `idle_after_seconds` of each `[kinds.NAME]`
    pub idle_after_of_kind: BTreeMap<String, Duration>,
    /// `session_prefix`
    pub session_prefix: Option<String>,
    /// `keep_window`
    pub keep_window: Option<KeepWindow>,
}

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
            Self::UnknownKey { nearest: None, .. } => {
                format!("The settings are {}.", KEYS.join(", "))
            }
            Self::Value { .. } => "Correct that line, or remove it for the default.".to_owned(),
            Self::Variable { name, .. } => format!("Correct {name}, or unset it."),
        }
    }
}

impl File {
    /// Reads the file; one that is not there says nothing.
    ///
    /// # Errors
    /// [`ConfigError`] names file, line and key.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read {
                file: file.to_owned(),
                source,
            }),
        }
    }

    /// Reads `text` as the content of `file`.
    ///
    /// # Errors
    /// [`ConfigError`] names file, line and key.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let reader = Reader { file, text };
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            file: file.to_owned(),
            line: reader.line(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let mut settings = Self::default();
        for (key, value) in table.get_ref() {
            settings.set(&reader, key, value)?;
        }
        Ok(settings)
    }

    fn set(
        &mut self,
        reader: &Reader<'_>,
        key: &Key<'_>,
        value: &Value<'_>,
    ) -> Result<(), ConfigError> {
        let entry = Entry {
            reader,
            table: "",
            key,
            value,
        };
        match key.get_ref().as_ref() {
            "runner_limit" => {
                self.runner_limit = Some(entry.count(1, "a whole number from 1 to 10000")?);
            }
            "ended_kept" => {
                self.ended_kept = Some(entry.count(0, "a whole number from 0 to 10000")?);
            }
            "stop_grace_seconds" => {
                let grace = entry.seconds(LONGEST_GRACE, "a number of seconds from 0.1 to 600")?;
                self.stop_grace = Some(grace);
            }
            "idle_after_seconds" => self.idle_after = Some(entry.silence()?),
            "session_prefix" => self.session_prefix = Some(entry.prefix()?),
            "keep_window" => self.keep_window = Some(entry.keep_window()?),
            "kinds" => self.kinds(&entry)?,
            _ => return Err(reader.unknown(key, &KEYS)),
        }
        Ok(())
    }

    fn kinds(&mut self, kinds: &Entry<'_>) -> Result<(), ConfigError> {
        for (name, kind) in kinds.table("a table, as in [kinds.codex]")? {
            let kind = Entry {
                reader: kinds.reader,
                table: "kinds.",
                key: name,
                value: kind,
            };
            for (key, value) in kind.table("a table, as in [kinds.codex]")? {
                let table = format!("kinds.{}.", name.get_ref());
                let entry = Entry {
                    reader: kinds.reader,
                    table: &table,
                    key,
                    value,
                };
                match key.get_ref().as_ref() {
                    "idle_after_seconds" => {
                        let after = entry.silence()?;
                        self.idle_after_of_kind
                            .insert(name.get_ref().to_string(), after);
                    }
                    _ => return Err(kinds.reader.unknown(key, &KIND_KEYS)),
                }
            }
        }
        Ok(())
    }
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
type Value<'a> = Spanned<DeValue<'a>>;

struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    fn unknown(&self, key: &Key<'_>, known: &[&'static str]) -> ConfigError {
        ConfigError::UnknownKey {
            file: self.file.to_owned(),
            line: self.line(key.span().start),
            key: key.get_ref().to_string(),
            nearest: nearest(key.get_ref(), known),
        }
    }
}

/// The known word that looks most like `word`, if one does.
fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    const ALIKE: f64 = 0.7;
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), *candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// One key with its value.
struct Entry<'a> {
    reader: &'a Reader<'a>,
    table: &'a str,
    key: &'a Key<'a>,
    value: &'a Value<'a>,
}

impl<'a> Entry<'a> {
    fn wrong(&self, expected: &'static str) -> ConfigError {
        ConfigError::Value {
            file: self.reader.file.to_owned(),
            line: self.reader.line(self.key.span().start),
            key: format!("{}{}", self.table, self.key.get_ref()),
            expected,
        }
    }

    fn table(&self, expected: &'static str) -> Result<&'a DeTable<'a>, ConfigError> {
        self.value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(expected))
    }

    fn count(&self, least: usize, expected: &'static str) -> Result<usize, ConfigError> {
        self.value
            .get_ref()
            .as_integer()
            .filter(|number| number.radix() == 10)
            .and_then(|number| number.as_str().replace('_', "").parse().ok())
            .filter(|number| (least..=10_000).contains(number))
            .ok_or_else(|| self.wrong(expected))
    }

    fn silence(&self) -> Result<Duration, ConfigError> {
        self.seconds(
            LONGEST_SILENCE,
            "a number of seconds from 0.1 to 31536000 (a year)",
        )
    }

    fn seconds(&self, longest: Duration, expected: &'static str) -> Result<Duration, ConfigError> {
        let written = match self.value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
            DeValue::Float(number) => Some(number.as_str()),
            _ => None,
        };
        written
            .and_then(|number| number.replace('_', "").parse::<f64>().ok())
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|time| (Duration::from_millis(100)..=longest).contains(time))
            .ok_or_else(|| self.wrong(expected))
    }

    fn prefix(&self) -> Result<String, ConfigError> {
        self.value
            .get_ref()
            .as_str()
            .filter(|prefix| is_prefix(prefix))
            .map(ToOwned::to_owned)
            .ok_or_else(|| self.wrong(PREFIX_RULE))
    }

    fn keep_window(&self) -> Result<KeepWindow, ConfigError> {
        match self.value.get_ref().as_str() {
            Some("always") => Ok(KeepWindow::Always),
            Some("failed") => Ok(KeepWindow::Failed),
            Some("never") => Ok(KeepWindow::Never),
            _ => Err(self.wrong("\"always\", \"failed\" or \"never\"")),
        }
    }
}

/// What a prefix of session keys may be, in words.
pub(super) const PREFIX_RULE: &str =
    "a word of letters, digits, _ and - (the first part of session keys)";

/// Stricter than a session key need be: the prefix is part of every tmux session name that geppetto makes.
pub(super) fn is_prefix(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= 64
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn parse(text: &str) -> Result<File, ConfigError> {
        File::parse(Path::new("config.toml"), text)
    }

    fn refusal(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!("{error}\n{}", error.hint())
    }

    #[test]
    fn every_key_is_read() {
        let file = parse(
            "runner_limit = 1_000\nended_kept = 0\nstop_grace_seconds = 2.5\nidle_after_seconds = 60\n\
             session_prefix = \"team\"\nkeep_window = \"never\"\n[kinds.codex]\nidle_after_seconds = 5\n",
        )
        .unwrap();
        let expected = File {
            runner_limit: Some(1000),
            ended_kept: Some(0),
            stop_grace: Some(Duration::from_millis(2500)),
            idle_after: Some(Duration::from_secs(60)),
            idle_after_of_kind: [("codex".to_owned(), Duration::from_secs(5))].into(),
            session_prefix: Some("team".to_owned()),
            keep_window: Some(KeepWindow::Never),
        };
        assert_eq!(file, expected);
        assert_eq!(parse("").unwrap(), File::default());
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_name() {
        assert_snapshot!(refusal("# mine\n\nrunner_limits = 3\n"), @r#"
        config.toml:3: there is no setting "runner_limits"
        Did you mean "runner_limit"?
        "#);
        assert_snapshot!(refusal("zzz = 3"), @r#"
        config.toml:1: there is no setting "zzz"
        The settings are runner_limit, ended_kept, stop_grace_seconds, idle_after_seconds, session_prefix, keep_window, kinds.
        "#);
        assert_snapshot!(refusal("[kinds.codex]\nidle_after = 3"), @r#"
        config.toml:2: there is no setting "idle_after"
        Did you mean "idle_after_seconds"?
        "#);
    }

    #[test]
    fn a_bad_value_names_its_place_and_what_it_should_be() {
        assert_snapshot!(refusal("runner_limit = 0"), @r#"
        config.toml:1: "runner_limit" must be a whole number from 1 to 10000
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("\nidle_after_seconds = \"30\""), @r#"
        config.toml:2: "idle_after_seconds" must be a number of seconds from 0.1 to 31536000 (a year)
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[kinds.codex]\nidle_after_seconds = -1"), @r#"
        config.toml:2: "kinds.codex.idle_after_seconds" must be a number of seconds from 0.1 to 31536000 (a year)
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("keep_window = true"), @r#"
        config.toml:1: "keep_window" must be "always", "failed" or "never"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("session_prefix = \"a::b\""), @r#"
        config.toml:1: "session_prefix" must be a word of letters, digits, _ and - (the first part of session keys)
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("kinds = 3"), @r#"
        config.toml:1: "kinds" must be a table, as in [kinds.codex]
        Correct that line, or remove it for the default.
        "#);
    }

    #[test]
    fn what_is_not_toml_is_refused_with_its_line() {
        assert_snapshot!(refusal("runner_limit = 3\nidle_after_seconds =\n"), @r"
        config.toml:2: the config file is not valid TOML: string values must be quoted, expected literal string
        Correct that line; the README lists every setting.
        ");
    }

    #[test]
    fn a_file_that_is_not_there_says_nothing_and_a_directory_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(
            File::load(&dir.path().join("none.toml")).unwrap(),
            File::default()
        );
        assert!(matches!(
            File::load(dir.path()),
            Err(ConfigError::Read { .. })
        ));
    }
}
