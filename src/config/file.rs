//! The config file as it was written: every key optional, unknown keys refused. Knows syntax, names and
//! bounds, not defaults; those are in `resolve`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::value::{Entry, Key, Reader, Value};
use super::{ConfigError, KeepWindow, Notices, prices};
use crate::domain::price::Price;

/// Keys of the top level.
const KEYS: [&str; 18] = [
    "runner_limit",
    "ended_kept",
    "stop_grace_seconds",
    "idle_after_seconds",
    "session_prefix",
    "keep_window",
    "transcript_megabytes",
    "transcripts_total_megabytes",
    "retention_days",
    "secrets",
    "redact_at_rest",
    "encryption_key_file",
    "encryption_keyring",
    "peaks_seconds",
    "hooks",
    "kinds",
    "notify",
    "price",
];

/// Keys of a `[kinds.NAME]` table.
const KIND_KEYS: [&str; 1] = ["idle_after_seconds"];

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
    /// `transcript_megabytes`, in bytes
    pub transcript_limit: Option<u64>,
    /// `transcripts_total_megabytes`, in bytes
    pub transcripts_total: Option<u64>,
    /// `retention_days`
    pub retention: Option<Duration>,
    /// `secrets`, each a valid regular expression
    pub secrets: Vec<String>,
    /// `redact_at_rest`
    pub redact_at_rest: Option<bool>,
    /// `encryption_key_file`, absolute or beginning with `~/`
    pub key_file: Option<PathBuf>,
    /// `encryption_keyring`; not true beside a `key_file`
    pub keyring: Option<bool>,
    /// `peaks_seconds`; zero turns them off
    pub peaks_every: Option<Duration>,
    /// `hooks`: `"launch"` is true, `"off"` false
    pub launch_hooks: Option<bool>,
    /// `[notify]`
    pub notify: Option<Notices>,
    /// `[[price]]`, in the order of the file
    pub prices: Vec<(String, Price)>,
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
        let table = reader.parse()?;
        let mut settings = Self::default();
        for (key, value) in table.get_ref() {
            settings.set(&reader, key, value)?;
        }
        if settings.key_file.is_some() && settings.keyring == Some(true) {
            return Err(reader.contradiction(&table, "encryption_keyring", "encryption_key_file"));
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
            "stop_grace_seconds" => self.stop_grace = Some(entry.grace()?),
            "idle_after_seconds" => self.idle_after = Some(entry.silence()?),
            "session_prefix" => self.session_prefix = Some(entry.prefix()?),
            "keep_window" => self.keep_window = Some(entry.keep_window()?),
            "transcript_megabytes" => self.transcript_limit = Some(entry.megabytes()?),
            "transcripts_total_megabytes" => self.transcripts_total = Some(entry.megabytes()?),
            "retention_days" => self.retention = Some(entry.days()?),
            "secrets" => self.secrets = entry.patterns()?,
            "redact_at_rest" => self.redact_at_rest = Some(entry.boolean()?),
            "encryption_key_file" => self.key_file = Some(entry.path()?),
            "encryption_keyring" => self.keyring = Some(entry.boolean()?),
            "peaks_seconds" => self.peaks_every = Some(entry.peaks()?),
            "hooks" => self.launch_hooks = Some(entry.hooks()?),
            "kinds" => self.kinds(&entry)?,
            "notify" => self.notify = Some(Notices::read(&entry)?),
            "price" => self.prices = prices::read(&entry)?,
            _ => return Err(reader.unknown("", key, &KEYS)),
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
                    _ => return Err(kinds.reader.unknown("", key, &KIND_KEYS)),
                }
            }
        }
        Ok(())
    }
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
             session_prefix = \"team\"\nkeep_window = \"never\"\ntranscript_megabytes = 5\n\
             transcripts_total_megabytes = 100_000\nretention_days = 0.5\nsecrets = ['tok_\\d+', \"x\"]\n\
             redact_at_rest = true\nencryption_key_file = \"~/key\"\n\
             encryption_keyring = false\npeaks_seconds = 0\nhooks = \"off\"\n[kinds.codex]\nidle_after_seconds = 5\n",
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
            transcript_limit: Some(5_000_000),
            transcripts_total: Some(100_000_000_000),
            retention: Some(Duration::from_secs(12 * 3600)),
            secrets: vec![r"tok_\d+".to_owned(), "x".to_owned()],
            redact_at_rest: Some(true),
            key_file: Some(PathBuf::from("~/key")),
            keyring: Some(false),
            peaks_every: Some(Duration::ZERO),
            launch_hooks: Some(false),
            notify: None,
            prices: Vec::new(),
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
        The settings are runner_limit, ended_kept, stop_grace_seconds, idle_after_seconds, session_prefix, keep_window, transcript_megabytes, transcripts_total_megabytes, retention_days, secrets, redact_at_rest, encryption_key_file, encryption_keyring, peaks_seconds, hooks, kinds, notify, price.
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
    fn a_pattern_that_does_not_compile_names_its_own_line_and_is_not_repeated() {
        assert_snapshot!(refusal("secrets = [\n  'fine',\n  'hunter2(',\n]"), @r#"
        config.toml:3: "secrets" must hold regular expressions, and number 2 is none: unclosed group
        Correct it, or remove it; in TOML, 'single quotes' leave every \ as it is.
        "#);
        assert_snapshot!(refusal("secrets = ['a{1000}{1000}{1000}']"), @r#"
        config.toml:1: "secrets" must hold regular expressions, and number 1 is none: it is too big
        Correct it, or remove it; in TOML, 'single quotes' leave every \ as it is.
        "#);
        assert_snapshot!(refusal("secrets = 'tok'"), @r#"
        config.toml:1: "secrets" must be a list of regular expressions, as in ['tok_[0-9a-f]{32}']
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("secrets = ['tok', 3]"), @r#"
        config.toml:1: "secrets" must be a list of regular expressions, as in ['tok_[0-9a-f]{32}']
        Correct that line, or remove it for the default.
        "#);
        assert!(parse("secrets = []").unwrap().secrets.is_empty());
    }

    #[test]
    fn sizes_ages_and_switches_have_their_bounds() {
        assert_snapshot!(refusal("transcript_megabytes = 0.5"), @r#"
        config.toml:1: "transcript_megabytes" must be a whole number of megabytes from 1 to 100000
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("retention_days = 0"), @r#"
        config.toml:1: "retention_days" must be a number of days from 0.01 to 36500
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("redact_at_rest = \"yes\""), @r#"
        config.toml:1: "redact_at_rest" must be true or false
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("peaks_seconds = 0.5"), @r#"
        config.toml:1: "peaks_seconds" must be 0 (never) or a number of seconds from 1 to 86400 (a day)
        Correct that line, or remove it for the default.
        "#);
        for wrong in [
            "peaks_seconds = -1",
            "peaks_seconds = 86401",
            "peaks_seconds = true",
            "transcript_megabytes = 0",
            "transcript_megabytes = 100001",
            "transcripts_total_megabytes = -1",
            "transcripts_total_megabytes = 0x10",
            "retention_days = 0.0099",
            "retention_days = 36500.1",
            "retention_days = nan",
            "retention_days = inf",
        ] {
            let error = parse(wrong).unwrap_err();
            assert!(
                matches!(error, ConfigError::Value { line: 1, .. }),
                "{wrong}: {error}"
            );
        }
        let least = parse("transcript_megabytes = 1\nretention_days = 0.01").unwrap();
        assert_eq!(least.transcript_limit, Some(1_000_000));
        assert_eq!(least.retention, Some(Duration::from_secs(864)));
        let century = parse("retention_days = 36500").unwrap().retention;
        assert_eq!(century, Some(Duration::from_secs(36500 * 86_400)));
    }

    #[test]
    fn a_key_file_is_absolute_or_in_the_home_directory() {
        assert_snapshot!(refusal("encryption_key_file = \"key\""), @r#"
        config.toml:1: "encryption_key_file" must be an absolute path, or one that begins with ~/
        Correct that line, or remove it for the default.
        "#);
        for wrong in [
            "\"\"",
            "\"~\"",
            "\"~/\"",
            "\"~ann/key\"",
            "\"/a\\u0000b\"",
            "3",
        ] {
            let text = format!("encryption_key_file = {wrong}");
            assert!(parse(&text).is_err(), "{text}");
        }
        let file = parse("encryption_key_file = \"/k\"").unwrap();
        assert_eq!(file.key_file, Some(PathBuf::from("/k")));
    }

    #[test]
    fn the_keyring_and_a_key_file_exclude_each_other() {
        assert_snapshot!(refusal("encryption_key_file = \"/k\"\n\nencryption_keyring = true"), @r#"
        config.toml:3: "encryption_keyring" cannot be set together with "encryption_key_file"
        Remove one of the two.
        "#);
        assert_snapshot!(refusal("encryption_keyring = \"yes\""), @r#"
        config.toml:1: "encryption_keyring" must be true or false
        Correct that line, or remove it for the default.
        "#);
        let file = parse("encryption_keyring = true").unwrap();
        assert_eq!((file.keyring, file.key_file), (Some(true), None));
    }

    #[test]
    fn a_new_key_written_wrong_gets_the_nearest_name() {
        for (wrong, meant) in [
            ("transcript_megabyte = 1", "transcript_megabytes"),
            ("retention = 1", "retention_days"),
            ("encryption_keyfile = 1", "encryption_key_file"),
            ("encrypt_keyring = 1", "encryption_keyring"),
            ("secret = 1", "secrets"),
        ] {
            let hint = parse(wrong).unwrap_err().hint();
            assert_eq!(hint, format!("Did you mean \"{meant}\"?"));
        }
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
