//! Settings as they are meant: no options left open.

use std::path::{Path, PathBuf};

use super::value::{PREFIX_RULE, is_prefix};
use super::{ConfigError, Environment, File, Rules, prices};
use crate::domain::settings::Settings;

/// The variable that gives the first part of session keys.
const PREFIX_VARIABLE: &str = "TTY_SESSION_PREFIX";

impl Settings {
    /// Reads the config file and the environment, and nothing of the rules of screens, which only a daemon needs.
    ///
    /// # Errors
    /// [`ConfigError`] when one of them has a value of no use.
    pub fn load(environment: &Environment, config_file: &Path) -> Result<Self, ConfigError> {
        Self::resolve(environment, File::load(config_file)?)
    }

    /// The same with the rules of screens; `report` gets what is wrong with the user's own, whose place those of the program take.
    ///
    /// # Errors
    /// [`ConfigError`] when file or environment have a value of no use.
    pub fn load_with_rules(
        environment: &Environment,
        config_file: &Path,
        report: impl FnMut(&ConfigError),
    ) -> Result<Self, ConfigError> {
        let settings = Self::load(environment, config_file)?;
        let (rules, wrong) = Rules::load(&Rules::dir(config_file));
        wrong.iter().for_each(report);
        Ok(Self { rules, ..settings })
    }

    /// What environment and file mean together: environment, else file, else default.
    ///
    /// # Errors
    /// [`ConfigError::Variable`] when a variable has a value of no use.
    pub fn resolve(environment: &Environment, file: File) -> Result<Self, ConfigError> {
        let default = Self::default();
        let from_environment = match environment.value(PREFIX_VARIABLE) {
            Some(prefix) => Some(
                prefix
                    .into_string()
                    .ok()
                    .filter(|prefix| is_prefix(prefix))
                    .ok_or(ConfigError::Variable {
                        name: PREFIX_VARIABLE,
                        expected: PREFIX_RULE,
                    })?,
            ),
            None => None,
        };
        Ok(Self {
            runner_limit: file.runner_limit.unwrap_or(default.runner_limit),
            ended_kept: file.ended_kept.unwrap_or(default.ended_kept),
            stop_grace: file.stop_grace.unwrap_or(default.stop_grace),
            idle_after: file.idle_after.unwrap_or(default.idle_after),
            idle_after_of_kind: file.idle_after_of_kind,
            key_prefix: from_environment
                .or(file.session_prefix)
                .unwrap_or(default.key_prefix),
            keep_window: file.keep_window.unwrap_or(default.keep_window),
            transcript_limit: file.transcript_limit.unwrap_or(default.transcript_limit),
            transcripts_total: file.transcripts_total.unwrap_or(default.transcripts_total),
            retention: file.retention.unwrap_or(default.retention),
            secrets: file.secrets,
            redact_at_rest: file.redact_at_rest.unwrap_or(default.redact_at_rest),
            key_file: match file.key_file {
                Some(path) => Some(absolute(environment, path)?),
                None => default.key_file,
            },
            keyring: file.keyring.unwrap_or(default.keyring),
            peaks_every: file.peaks_every.unwrap_or(default.peaks_every),
            launch_hooks: file.launch_hooks.unwrap_or(default.launch_hooks),
            notify: file.notify.unwrap_or_default().resolve(),
            prices: prices::shipped()?.with_own(file.prices),
            rules: default.rules,
        })
    }
}

/// A path with the user's home in place of `~`.
fn absolute(environment: &Environment, path: PathBuf) -> Result<PathBuf, ConfigError> {
    let Ok(below_home) = path.strip_prefix("~") else {
        return Ok(path);
    };
    let home = environment.home().ok_or(ConfigError::Variable {
        name: "HOME",
        expected: "your home directory, since a path in the config file begins with ~/",
    })?;
    Ok(home.join(below_home))
}

/// Where everything of one daemon is. One daemon serves one tmux server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Socket of the tmux server.
    pub tmux_socket: PathBuf,
    /// Absolute path of the tmux program, or `tmux` when none was found.
    pub tmux_program: PathBuf,
    /// Name of that server in our file names: `default`, or `<socket's name>-<POSIX cksum of its path>`.
    pub server: String,
    /// The daemon's socket.
    pub socket: PathBuf,
    /// The daemon's lock, beside its socket.
    pub lock: PathBuf,
    /// Directory of the daemon's state, 0700.
    pub state_dir: PathBuf,
    /// The daemon's log, in `state_dir`.
    pub log_file: PathBuf,
    /// The config file, whether it is there or not.
    pub config_file: PathBuf,
    /// The user's home directory.
    pub home: PathBuf,
    /// This program, absolute: what tmux starts as a run parent.
    pub program: PathBuf,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn resolve(variable: &str, file: File) -> Result<Settings, ConfigError> {
        Settings::resolve(&Environment::given([(PREFIX_VARIABLE, variable)]), file)
    }

    /// With the prices, which are no matter of taste.
    fn default() -> Settings {
        Settings {
            prices: prices::shipped().unwrap(),
            ..Settings::default()
        }
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
        let file = File {
            session_prefix: Some("file".to_owned()),
            runner_limit: Some(3),
            ..File::default()
        };
        assert_eq!(resolve("env", file.clone()).unwrap().key_prefix, "env");
        let settings = resolve("", file).unwrap();
        assert_eq!(
            (settings.key_prefix.as_str(), settings.runner_limit),
            ("file", 3)
        );
        assert_eq!(resolve("", File::default()).unwrap(), default());
    }

    #[test]
    fn a_prefix_that_tmux_would_change_is_refused() {
        let error = resolve("a:b", File::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the environment variable TTY_SESSION_PREFIX must be")
        );
    }

    #[test]
    fn what_is_kept_and_how_comes_from_the_file() {
        let file = File {
            transcript_limit: Some(1),
            transcripts_total: Some(2),
            retention: Some(Duration::from_secs(3)),
            secrets: vec!["x".to_owned()],
            redact_at_rest: Some(true),
            key_file: Some("/k".into()),
            keyring: Some(true),
            peaks_every: Some(Duration::from_secs(9)),
            ..File::default()
        };
        let expected = Settings {
            transcript_limit: 1,
            transcripts_total: 2,
            retention: Duration::from_secs(3),
            secrets: vec!["x".to_owned()],
            redact_at_rest: true,
            key_file: Some("/k".into()),
            keyring: true,
            peaks_every: Duration::from_secs(9),
            ..default()
        };
        assert_eq!(resolve("", file).unwrap(), expected);
    }

    #[test]
    fn a_key_file_in_the_home_directory_gets_its_absolute_path() {
        let file = File {
            key_file: Some("~/keys/mine".into()),
            ..File::default()
        };
        let at_home = Environment::given([("HOME", "/home/ann")]);
        let settings = Settings::resolve(&at_home, file).unwrap();
        assert_eq!(settings.key_file, Some("/home/ann/keys/mine".into()));
    }

    #[test]
    fn a_kind_may_have_its_own_silence() {
        let file = File {
            idle_after_of_kind: [("codex".to_owned(), Duration::from_secs(5))].into(),
            ..File::default()
        };
        let settings = resolve("", file).unwrap();
        assert_eq!(settings.idle_after("codex"), Duration::from_secs(5));
        assert_eq!(settings.idle_after("custom"), Duration::from_secs(30));
    }
}
