//! Typed readers of the values in the config file. Knows types, bounds and how to say what a value should be;
//! which keys there are is `file`'s.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, KeepWindow};

/// Longest `idle_after_seconds`; a larger number is a slip of the pen.
const LONGEST_SILENCE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Longest `stop_grace_seconds`: somebody waits at a shell for as long.
const LONGEST_GRACE: Duration = Duration::from_secs(600);

/// Megabytes of a size: below a disk's, so that a slip of the pen shows.
const MEGABYTES: RangeInclusive<u64> = 1..=100_000;

/// Days of `retention_days`: from a quarter of an hour to a century.
const DAYS: RangeInclusive<f64> = 0.01..=36_500.0;

/// Seconds of `peaks_seconds`: looking more often than once a second costs more than it shows.
const PEAKS: RangeInclusive<f64> = 1.0..=SECONDS_OF_A_DAY;

/// Dollars for a million tokens: far above every price, so that a slip of the pen shows.
const DOLLARS: RangeInclusive<f64> = 0.0..=100_000.0;

const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// A key as the parser gives it.
pub(super) type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
/// A value as the parser gives it.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// The text that entries come from.
pub(super) struct Reader<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> Reader<'a> {
    /// The keys and values of the text.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'a>>, ConfigError> {
        DeTable::parse(self.text).map_err(|error| ConfigError::Syntax {
            file: self.file.to_owned(),
            line: self.line(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })
    }

    pub(super) fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    /// Both keys are in the table, and only one of them may be.
    pub(super) fn contradiction(
        &self,
        table: &Spanned<DeTable<'_>>,
        key: &'static str,
        other: &'static str,
    ) -> ConfigError {
        let found = table
            .get_ref()
            .iter()
            .find(|(name, _)| name.get_ref() == key);
        ConfigError::Contradiction {
            file: self.file.to_owned(),
            line: self.line(found.map_or(0, |(name, _)| name.span().start)),
            key,
            other,
        }
    }

    /// `table` is the table that the key is in, with a dot behind it; empty at the top level.
    pub(super) fn unknown(
        &self,
        table: &str,
        key: &Key<'_>,
        known: &'static [&'static str],
    ) -> ConfigError {
        ConfigError::UnknownKey {
            file: self.file.to_owned(),
            line: self.line(key.span().start),
            key: format!("{table}{}", key.get_ref()),
            nearest: nearest(key.get_ref(), known),
            known,
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
pub(super) struct Entry<'a> {
    pub(super) reader: &'a Reader<'a>,
    /// The table that the key is in, with a dot behind it; empty at the top level.
    pub(super) table: &'a str,
    pub(super) key: &'a Key<'a>,
    pub(super) value: &'a Value<'a>,
}

impl<'a> Entry<'a> {
    pub(super) fn wrong(&self, expected: &'static str) -> ConfigError {
        ConfigError::Value {
            file: self.reader.file.to_owned(),
            line: self.reader.line(self.key.span().start),
            key: self.name(),
            expected,
        }
    }

    /// The key with its table.
    pub(super) fn name(&self) -> String {
        format!("{}{}", self.table, self.key.get_ref())
    }

    pub(super) fn table(&self, expected: &'static str) -> Result<&'a DeTable<'a>, ConfigError> {
        self.value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(expected))
    }

    pub(super) fn count(&self, least: usize, expected: &'static str) -> Result<usize, ConfigError> {
        self.whole(least..=10_000, expected)
    }

    /// Megabytes of 10^6 bytes, in bytes.
    pub(super) fn megabytes(&self) -> Result<u64, ConfigError> {
        let megabytes = self.whole(MEGABYTES, "a whole number of megabytes from 1 to 100000")?;
        Ok(megabytes * 1_000_000)
    }

    pub(super) fn whole<N: std::str::FromStr + PartialOrd>(
        &self,
        range: RangeInclusive<N>,
        expected: &'static str,
    ) -> Result<N, ConfigError> {
        self.value
            .get_ref()
            .as_integer()
            .filter(|number| number.radix() == 10)
            .and_then(|number| number.as_str().replace('_', "").parse().ok())
            .filter(|number| range.contains(number))
            .ok_or_else(|| self.wrong(expected))
    }

    pub(super) fn silence(&self) -> Result<Duration, ConfigError> {
        self.seconds(
            LONGEST_SILENCE,
            "a number of seconds from 0.1 to 31536000 (a year)",
        )
    }

    pub(super) fn grace(&self) -> Result<Duration, ConfigError> {
        self.seconds(LONGEST_GRACE, "a number of seconds from 0.1 to 600")
    }

    /// Time that a runner works before its idleness is told; it may be none.
    pub(super) fn work(&self) -> Result<Duration, ConfigError> {
        self.number()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|time| *time <= LONGEST_SILENCE)
            .ok_or_else(|| self.wrong("a number of seconds from 0 to 31536000 (a year)"))
    }

    /// Days, as a time.
    pub(super) fn days(&self) -> Result<Duration, ConfigError> {
        self.number()
            .filter(|days| DAYS.contains(days))
            .and_then(|days| Duration::try_from_secs_f64(days * SECONDS_OF_A_DAY).ok())
            .ok_or_else(|| self.wrong("a number of days from 0.01 to 36500"))
    }

    /// Time between two looks at what runners use; zero means never.
    pub(super) fn peaks(&self) -> Result<Duration, ConfigError> {
        self.number()
            .filter(|seconds| *seconds == 0.0 || PEAKS.contains(seconds))
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| self.wrong("0 (never) or a number of seconds from 1 to 86400 (a day)"))
    }

    fn seconds(&self, longest: Duration, expected: &'static str) -> Result<Duration, ConfigError> {
        self.number()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|time| (Duration::from_millis(100)..=longest).contains(time))
            .ok_or_else(|| self.wrong(expected))
    }

    fn number(&self) -> Option<f64> {
        let written = match self.value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
            DeValue::Float(number) => Some(number.as_str()),
            _ => None,
        };
        written?.replace('_', "").parse().ok()
    }

    pub(super) fn boolean(&self) -> Result<bool, ConfigError> {
        self.value
            .get_ref()
            .as_bool()
            .ok_or_else(|| self.wrong("true or false"))
    }

    /// A path that says the same wherever it is read: absolute, or below the user's home.
    pub(super) fn path(&self) -> Result<PathBuf, ConfigError> {
        self.value
            .get_ref()
            .as_str()
            .filter(|path| path.starts_with('/') || path.len() > 2 && path.starts_with("~/"))
            // The system takes no path with a zero in it.
            .filter(|path| !path.contains('\0'))
            .map(PathBuf::from)
            .ok_or_else(|| self.wrong("an absolute path, or one that begins with ~/"))
    }

    /// Tokens of a context window.
    pub(super) fn tokens(&self) -> Result<u64, ConfigError> {
        self.whole(
            1000..=1_000_000_000,
            "a whole number of tokens from 1000 to 1000000000",
        )
    }

    /// A text that is not empty.
    pub(super) fn text(&self, expected: &'static str) -> Result<String, ConfigError> {
        self.value
            .get_ref()
            .as_str()
            .filter(|text| !text.trim().is_empty())
            .map(ToOwned::to_owned)
            .ok_or_else(|| self.wrong(expected))
    }

    /// Dollars for a million tokens, in millionths of a dollar.
    pub(super) fn dollars(&self) -> Result<u64, ConfigError> {
        self.number()
            .filter(|dollars| DOLLARS.contains(dollars))
            // A dollar has as many millionths as a second.
            .and_then(|dollars| Duration::try_from_secs_f64(dollars).ok())
            .and_then(|dollars| u64::try_from(dollars.as_micros()).ok())
            .ok_or_else(|| self.wrong("a number of dollars for a million tokens, from 0 to 100000"))
    }

    /// Regular expressions; each is compiled here, so that later none can fail.
    pub(super) fn patterns(&self) -> Result<Vec<String>, ConfigError> {
        const EXPECTED: &str = "a list of regular expressions, as in ['tok_[0-9a-f]{32}']";
        let elements = self.value.get_ref().as_array();
        let elements = elements.ok_or_else(|| self.wrong(EXPECTED))?;
        let mut patterns = Vec::new();
        for element in elements.iter() {
            let pattern = element.get_ref().as_str();
            let pattern = pattern.ok_or_else(|| self.wrong(EXPECTED))?;
            let line = self.reader.line(element.span().start);
            Regex::new(pattern)
                .map_err(|error| self.no_pattern(line, patterns.len() + 1, &error))?;
            patterns.push(pattern.to_owned());
        }
        Ok(patterns)
    }

    /// Element `number` of the value, in `line`, is no regular expression.
    pub(super) fn no_pattern(
        &self,
        line: usize,
        number: usize,
        error: &regex::Error,
    ) -> ConfigError {
        ConfigError::Pattern {
            file: self.reader.file.to_owned(),
            line,
            key: self.name(),
            number,
            message: reason(error),
        }
    }

    /// Line of the key, from 1.
    pub(super) fn line(&self) -> usize {
        self.reader.line(self.key.span().start)
    }

    /// A list of words, each of which means something.
    pub(super) fn words<T: Ord>(
        &self,
        expected: &'static str,
        meaning: impl Fn(&str) -> Option<T>,
    ) -> Result<BTreeSet<T>, ConfigError> {
        let words = self.value.get_ref().as_array();
        let words = words.ok_or_else(|| self.wrong(expected))?;
        words
            .iter()
            .map(|word| word.get_ref().as_str().and_then(&meaning))
            .collect::<Option<_>>()
            .ok_or_else(|| self.wrong(expected))
    }

    pub(super) fn prefix(&self) -> Result<String, ConfigError> {
        self.value
            .get_ref()
            .as_str()
            .filter(|prefix| is_prefix(prefix))
            .map(ToOwned::to_owned)
            .ok_or_else(|| self.wrong(PREFIX_RULE))
    }

    /// Whether agents are told at their start to call hooks.
    pub(super) fn hooks(&self) -> Result<bool, ConfigError> {
        match self.value.get_ref().as_str() {
            Some("launch") => Ok(true),
            Some("off") => Ok(false),
            _ => Err(self.wrong("\"launch\" or \"off\"")),
        }
    }

    pub(super) fn keep_window(&self) -> Result<KeepWindow, ConfigError> {
        match self.value.get_ref().as_str() {
            Some("always") => Ok(KeepWindow::Always),
            Some("failed") => Ok(KeepWindow::Failed),
            Some("never") => Ok(KeepWindow::Never),
            _ => Err(self.wrong("\"always\", \"failed\" or \"never\"")),
        }
    }
}

/// What is wrong with an expression, without the expression, which the text of the error draws over several lines.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().next_back().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
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
