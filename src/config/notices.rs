//! The `[notify]` table of the config file: as it was written, every key optional, unknown keys refused.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::ConfigError;
use super::value::{Entry, Key, Value};
use crate::domain::name::RunnerName;
use crate::domain::notice::{Choice, NoticeWishes, OscNumber, QuietHours, TOLD, Way};
use crate::domain::status::Status;

/// Keys of `[notify]`.
const KEYS: [&str; 13] = [
    "on",
    "ways",
    "command",
    "quiet_hours",
    "idle_after_work_seconds",
    "osc_number",
    "waiting",
    "completed",
    "failed",
    "errored",
    "idle",
    "kinds",
    "runners",
];

/// Keys of `[notify.runners.NAME]` and `[notify.kinds.NAME]`.
const CHOICE_KEYS: [&str; 2] = ["on", "ways"];

/// Keys of `[notify.STATUS]`.
const STATUS_KEYS: [&str; 1] = ["ways"];

/// What the table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices {
    /// `on` and `ways`
    pub all: Choice,
    /// `ways` of each `[notify.STATUS]`
    pub of_status: BTreeMap<Status, BTreeSet<Way>>,
    /// Each `[notify.kinds.NAME]`
    pub of_kind: BTreeMap<String, Choice>,
    /// Each `[notify.runners.NAME]`
    pub of_runner: BTreeMap<String, Choice>,
    /// `command`
    pub command: Option<String>,
    /// `quiet_hours`
    pub quiet_hours: Option<QuietHours>,
    /// `idle_after_work_seconds`
    pub idle_after_work: Option<Duration>,
    /// `osc_number`
    pub osc_number: Option<OscNumber>,
}

impl Notices {
    /// Reads the table.
    pub(super) fn read(notify: &Entry<'_>) -> Result<Self, ConfigError> {
        let mut notices = Self::default();
        for (key, value) in notify.table("a table, as in [notify]")? {
            notices.set(&below(notify, "notify.", key, value))?;
        }
        let ways = notices.all.ways.iter().chain(notices.of_status.values());
        let choices = notices.of_kind.values().chain(notices.of_runner.values());
        let mut ways = ways.chain(choices.filter_map(|choice| choice.ways.as_ref()));
        if notices.command.is_none() && ways.any(|ways| ways.contains(&Way::Command)) {
            return Err(notify.wrong("given a command, since its ways name one"));
        }
        Ok(notices)
    }

    fn set(&mut self, entry: &Entry<'_>) -> Result<(), ConfigError> {
        match entry.key.get_ref().as_ref() {
            "on" => self.all.on = Some(statuses(entry)?),
            "ways" => self.all.ways = Some(ways(entry)?),
            "command" => self.command = Some(command(entry)?),
            "quiet_hours" => self.quiet_hours = Some(quiet_hours(entry)?),
            "idle_after_work_seconds" => self.idle_after_work = Some(entry.work()?),
            "osc_number" => self.osc_number = Some(osc_number(entry)?),
            "kinds" => self.of_kind = choices(entry, "notify.kinds.")?,
            "runners" => self.of_runner = choices(entry, "notify.runners.")?,
            word => {
                let status = Status::from_word(word).filter(|status| TOLD.contains(status));
                let status = status.ok_or_else(|| entry.reader.unknown("", entry.key, &KEYS))?;
                self.of_status.insert(status, ways_of_status(entry)?);
            }
        }
        Ok(())
    }

    /// What it means.
    pub(super) fn resolve(self) -> NoticeWishes {
        let default = NoticeWishes::default();
        NoticeWishes {
            on: self.all.on.unwrap_or(default.on),
            ways: self.all.ways.unwrap_or(default.ways),
            of_status: self.of_status,
            of_kind: self.of_kind,
            of_runner: self.of_runner,
            command: self.command,
            quiet_hours: self.quiet_hours,
            idle_after_work: self.idle_after_work.unwrap_or(default.idle_after_work),
            osc_number: self.osc_number.unwrap_or(default.osc_number),
        }
    }
}

/// An entry of the table that `above` is.
fn below<'a>(
    above: &Entry<'a>,
    table: &'a str,
    key: &'a Key<'a>,
    value: &'a Value<'a>,
) -> Entry<'a> {
    Entry {
        reader: above.reader,
        table,
        key,
        value,
    }
}

/// Each `[notify.kinds.NAME]` or `[notify.runners.NAME]`.
fn choices(entry: &Entry<'_>, table: &str) -> Result<BTreeMap<String, Choice>, ConfigError> {
    const EXPECTED: &str = "a table, as in [notify.runners.build]";
    let mut choices = BTreeMap::new();
    for (name, value) in entry.table(EXPECTED)? {
        let one = below(entry, table, name, value);
        if RunnerName::parse(name.get_ref()).is_err() {
            return Err(one.wrong("a name that a runner or a kind can have"));
        }
        let own_table = format!("{table}{}.", name.get_ref());
        let mut choice = Choice::default();
        for (key, value) in one.table(EXPECTED)? {
            let entry = below(entry, &own_table, key, value);
            match key.get_ref().as_ref() {
                "on" => choice.on = Some(statuses(&entry)?),
                "ways" => choice.ways = Some(ways(&entry)?),
                _ => return Err(entry.reader.unknown("", key, &CHOICE_KEYS)),
            }
        }
        choices.insert(name.get_ref().to_string(), choice);
    }
    Ok(choices)
}

/// The `ways` of a `[notify.STATUS]`, which has nothing else.
fn ways_of_status(status: &Entry<'_>) -> Result<BTreeSet<Way>, ConfigError> {
    const EXPECTED: &str = "a table with ways, as in [notify.failed]";
    let own_table = format!("notify.{}.", status.key.get_ref());
    let mut found = None;
    for (key, value) in status.table(EXPECTED)? {
        let entry = below(status, &own_table, key, value);
        match key.get_ref().as_ref() {
            "ways" => found = Some(ways(&entry)?),
            _ => return Err(entry.reader.unknown("", key, &STATUS_KEYS)),
        }
    }
    found.ok_or_else(|| status.wrong(EXPECTED))
}

fn statuses(entry: &Entry<'_>) -> Result<BTreeSet<Status>, ConfigError> {
    entry.words(
        "a list of \"waiting\", \"completed\", \"failed\", \"errored\" and \"idle\"",
        |word| Status::from_word(word).filter(|status| TOLD.contains(status)),
    )
}

fn ways(entry: &Entry<'_>) -> Result<BTreeSet<Way>, ConfigError> {
    entry.words(
        "a list of \"bell\", \"message\", \"osc\", \"desktop\" and \"command\"",
        Way::from_word,
    )
}

fn command(entry: &Entry<'_>) -> Result<String, ConfigError> {
    let command = entry.value.get_ref().as_str();
    command
        .filter(|command| !command.trim().is_empty() && !command.contains('\0'))
        .map(ToOwned::to_owned)
        .ok_or_else(|| entry.wrong("a command for sh"))
}

fn quiet_hours(entry: &Entry<'_>) -> Result<QuietHours, ConfigError> {
    let hours = entry.value.get_ref().as_str();
    hours
        .and_then(|hours| hours.parse().ok())
        .ok_or_else(|| entry.wrong("two times of day, as in \"22:00-07:00\""))
}

fn osc_number(entry: &Entry<'_>) -> Result<OscNumber, ConfigError> {
    match entry
        .value
        .get_ref()
        .as_integer()
        .map(|number| number.as_str())
    {
        Some("9") => Ok(OscNumber::Nine),
        Some("777") => Ok(OscNumber::SevenHundredSeventySeven),
        _ => Err(entry.wrong("9 or 777")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use insta::assert_snapshot;

    use super::*;
    use crate::config::File;

    fn read(text: &str) -> Result<NoticeWishes, ConfigError> {
        let file = File::parse(Path::new("config.toml"), text)?;
        Ok(file.notify.unwrap_or_default().resolve())
    }

    fn refusal(text: &str) -> String {
        let error = read(text).unwrap_err();
        format!("{error}\n{}", error.hint())
    }

    #[test]
    fn every_key_is_read_and_what_is_left_out_has_a_default() {
        assert_eq!(read("").unwrap(), NoticeWishes::default());
        assert_eq!(read("[notify]").unwrap(), NoticeWishes::default());
        assert!(read("notify.ways = []").unwrap().ways.is_empty());
        let text = r#"
            [notify]
            on = ["waiting", "failed"]
            ways = ["bell", "command"]
            command = "say \"$GEPPETTO_NAME\""
            quiet_hours = "22:00-07:00"
            idle_after_work_seconds = 0
            osc_number = 777
            failed.ways = ["desktop"]
            kinds.codex.on = ["idle"]
            [notify.runners.build]
            on = ["completed"]
            ways = ["osc", "message"]
        "#;
        let wishes = read(text).unwrap();
        let expected = NoticeWishes {
            on: [Status::Waiting, Status::Failed].into(),
            ways: [Way::Bell, Way::Command].into(),
            of_status: [(Status::Failed, [Way::Desktop].into())].into(),
            of_kind: [(
                "codex".to_owned(),
                Choice {
                    on: Some([Status::Idle].into()),
                    ways: None,
                },
            )]
            .into(),
            of_runner: [(
                "build".to_owned(),
                Choice {
                    on: Some([Status::Completed].into()),
                    ways: Some([Way::Osc, Way::Message].into()),
                },
            )]
            .into(),
            command: Some("say \"$GEPPETTO_NAME\"".to_owned()),
            quiet_hours: Some("22:00-07:00".parse().unwrap()),
            idle_after_work: Duration::ZERO,
            osc_number: OscNumber::SevenHundredSeventySeven,
        };
        assert_eq!(wishes, expected);
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_name() {
        for (wrong, meant) in [
            ("[notify]\nway = []", "ways"),
            ("[notify]\nquiet = 1", "quiet_hours"),
            ("[notify.fail]\nways = []", "failed"),
            ("[notify.failed]\nway = []", "ways"),
            ("[notify.runners.a]\nway = []", "ways"),
            ("notif = 1", "notify"),
        ] {
            let hint = read(wrong).unwrap_err().hint();
            assert_eq!(hint, format!("Did you mean \"{meant}\"?"), "{wrong}");
        }
        // Whoever stops a runner knows.
        assert!(read("[notify.stopped]\nways = []").is_err());
    }

    #[test]
    fn a_bad_value_names_its_place_and_what_it_should_be() {
        assert_snapshot!(refusal("[notify]\non = ['stopped']"), @r#"
        config.toml:2: "notify.on" must be a list of "waiting", "completed", "failed", "errored" and "idle"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[notify]\nways = 'bell'"), @r#"
        config.toml:2: "notify.ways" must be a list of "bell", "message", "osc", "desktop" and "command"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[notify]\nquiet_hours = '22-7'"), @r#"
        config.toml:2: "notify.quiet_hours" must be two times of day, as in "22:00-07:00"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[notify]\nidle_after_work_seconds = -1"), @r#"
        config.toml:2: "notify.idle_after_work_seconds" must be a number of seconds from 0 to 31536000 (a year)
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[notify]\nosc_number = 99"), @r#"
        config.toml:2: "notify.osc_number" must be 9 or 777
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[notify.runners.build]\nways = ['command']"), @r#"
        config.toml:1: "notify" must be given a command, since its ways name one
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[notify.runners]\n'a b' = {}"), @r#"
        config.toml:2: "notify.runners.a b" must be a name that a runner or a kind can have
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("[notify]\nfailed = ['bell']"), @r#"
        config.toml:2: "notify.failed" must be a table with ways, as in [notify.failed]
        Correct that line, or remove it for the default.
        "#);
    }
}
