//! A file of rules as it was written: unknown keys and words are refused, with the name of the rule that they are in.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::super::ConfigError;
use super::super::value::{Entry, Key, Reader, Value};
use crate::domain::key_name::KeyName;
use crate::domain::screen_rule::{Pattern, PromptKeys, Region, RuleSet, ScreenRule};
use crate::domain::sign::{Doing, Reason, certainty};

const FILE_KEYS: [&str; 3] = ["interrupt", "checked_with", "rule"];

const RULE_KEYS: [&str; 16] = [
    "name",
    "disabled",
    "priority",
    "region",
    "above",
    "below",
    "last",
    "all",
    "any",
    "not",
    "regex",
    "not_regex",
    "status",
    "reason",
    "certainty",
    "keys",
];

const ANSWER_KEYS: [&str; 2] = ["approve", "deny"];

/// Most rows of `bottom:N` and `to-cursor:N`; no screen has more.
const MOST_ROWS: u16 = 1000;

const REGION: &str = "\"screen\", \"bottom:N\" or \"to-cursor:N\" (N rows), \"last-row\", \"cursor-row\", \"title\", \
     \"notification\" or \"bell\"";
const STATUS: &str = "\"running\", \"waiting\" or \"idle\"";
const CERTAINTY: &str = "\"exact\", \"strong\", \"fair\" or \"weak\"";
const REASON: &str = "\"ready\", \"working\", \"tool running\", \"background task running\", \"approval\", \"question\", \
     \"dialog\", \"auth\", \"usage limit\", \"api error\", \"interrupted\", \"done\" or \"turn finished\"";
const KEYS: &str = "a list of keys as tmux names them, as in [\"y\", \"Enter\"]";
const TEXTS: &str = "a text, or a list of texts, that are not empty";
const PATTERN: &str = "a regular expression";
const NAME: &str = "a name of letters, digits and -, up to 64 of them";

/// What a file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    interrupt: Option<Vec<KeyName>>,
    checked_with: Option<Vec<String>>,
    /// Each by its name; `None` takes a rule away.
    rules: Vec<(String, Option<ScreenRule>)>,
}

impl Written {
    /// Reads `text` as the content of `file`.
    pub(super) fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let reader = Reader { file, text };
        let table = reader.parse()?;
        let mut written = Self::default();
        for (key, value) in table.get_ref() {
            let entry = entry(&reader, "", key, value);
            match key.get_ref().as_ref() {
                "interrupt" => written.interrupt = Some(keys(&entry)?),
                "checked_with" => written.checked_with = Some(texts(&entry)?),
                "rule" => written.rules = rules(&entry)?,
                _ => return Err(reader.unknown("", key, &FILE_KEYS)),
            }
        }
        Ok(written)
    }

    /// This with what the user wrote on top: a rule of the same name takes the place of the one that was there.
    pub(super) fn with(mut self, own: Self) -> Self {
        for (name, rule) in own.rules {
            match self.rules.iter_mut().find(|(known, _)| *known == name) {
                Some((_, place)) => *place = rule,
                None => self.rules.push((name, rule)),
            }
        }
        Self {
            interrupt: own.interrupt.or(self.interrupt),
            checked_with: own.checked_with.or(self.checked_with),
            rules: self.rules,
        }
    }

    /// What it means.
    pub(super) fn resolve(self) -> RuleSet {
        let rules = self.rules.into_iter().filter_map(|(_, rule)| rule);
        RuleSet::new(rules.collect(), self.interrupt.unwrap_or_default())
            .checked_with(self.checked_with.unwrap_or_default())
    }
}

const fn entry<'a>(
    reader: &'a Reader<'a>,
    table: &'a str,
    key: &'a Key<'a>,
    value: &'a Value<'a>,
) -> Entry<'a> {
    Entry {
        reader,
        table,
        key,
        value,
    }
}

fn rules(list: &Entry<'_>) -> Result<Vec<(String, Option<ScreenRule>)>, ConfigError> {
    const EXPECTED: &str = "a list of tables, each as in [[rule]]";
    let elements = list.value.get_ref().as_array();
    let elements = elements.ok_or_else(|| list.wrong(EXPECTED))?;
    let mut rules: Vec<(String, Option<ScreenRule>)> = Vec::new();
    for element in elements.iter() {
        let table = element.get_ref().as_table();
        let table = table.ok_or_else(|| list.wrong(EXPECTED))?;
        let line = list.reader.line(element.span().start);
        let (name, rule) = Table::new(list.reader, table, line)?.rule()?;
        if rules.iter().any(|(known, _)| *known == name) {
            return Err(ConfigError::Twice {
                file: list.reader.file.to_owned(),
                line,
                name,
            });
        }
        rules.push((name, rule));
    }
    Ok(rules)
}

/// The table of one rule.
struct Table<'a> {
    reader: &'a Reader<'a>,
    table: &'a DeTable<'a>,
    /// Line of its head, for what is missing.
    line: usize,
    name: String,
    /// How its keys are named in errors: `rule.NAME.`
    place: String,
}

impl<'a> Table<'a> {
    fn new(
        reader: &'a Reader<'a>,
        table: &'a DeTable<'a>,
        line: usize,
    ) -> Result<Self, ConfigError> {
        let mut this = Self {
            reader,
            table,
            line,
            name: String::new(),
            place: "rule.".to_owned(),
        };
        this.name = this.need("name", NAME, name)?;
        this.place = format!("rule.{}.", this.name);
        Ok(this)
    }

    fn rule(self) -> Result<(String, Option<ScreenRule>), ConfigError> {
        for (key, _) in self.table {
            if !RULE_KEYS.contains(&key.get_ref().as_ref()) {
                return Err(self.reader.unknown(&self.place, key, &RULE_KEYS));
            }
        }
        if self.take("disabled", |entry| entry.boolean())? == Some(true) {
            return Ok((self.name, None));
        }
        let region = self.need("region", REGION, region)?;
        let rule = ScreenRule {
            name: self.name.clone(),
            priority: self.take("priority", priority)?.unwrap_or_default(),
            region,
            all: self.take("all", texts)?.unwrap_or_default(),
            any: self.take("any", texts)?.unwrap_or_default(),
            not: self.take("not", texts)?.unwrap_or_default(),
            above: self.take("above", patterns)?.unwrap_or_default(),
            below: self.take("below", pattern)?,
            last: self.take("last", pattern)?,
            regex: self.take("regex", patterns)?.unwrap_or_default(),
            not_regex: self.take("not_regex", patterns)?.unwrap_or_default(),
            doing: self.need("status", STATUS, doing)?,
            reason: self.need("reason", REASON, reason)?,
            certainty: self.need("certainty", CERTAINTY, sureness)?,
            keys: self.take("keys", answers)?,
        };
        Ok((self.name, Some(rule)))
    }

    /// What `read` makes of a key, if it is there.
    fn take<T>(
        &self,
        wanted: &str,
        read: impl Fn(&Entry<'_>) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        self.table
            .iter()
            .find(|(key, _)| key.get_ref() == wanted)
            .map(|(key, value)| read(&entry(self.reader, &self.place, key, value)))
            .transpose()
    }

    fn need<T>(
        &self,
        wanted: &'static str,
        expected: &'static str,
        read: impl Fn(&Entry<'_>) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        self.take(wanted, read)?
            .ok_or_else(|| ConfigError::Missing {
                file: self.reader.file.to_owned(),
                line: self.line,
                key: format!("{}{wanted}", self.place),
                expected,
            })
    }
}

/// What `meaning` makes of a text.
fn word<T>(
    entry: &Entry<'_>,
    expected: &'static str,
    meaning: impl Fn(&str) -> Option<T>,
) -> Result<T, ConfigError> {
    entry
        .value
        .get_ref()
        .as_str()
        .and_then(meaning)
        .ok_or_else(|| entry.wrong(expected))
}

fn name(entry: &Entry<'_>) -> Result<String, ConfigError> {
    word(entry, NAME, |text| {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
        fits.then(|| text.to_owned())
    })
}

fn priority(entry: &Entry<'_>) -> Result<i32, ConfigError> {
    entry.whole(-1000..=1000, "a whole number from -1000 to 1000")
}

fn region(entry: &Entry<'_>) -> Result<Region, ConfigError> {
    word(entry, REGION, |text| match text {
        "screen" => Some(Region::Screen),
        "last-row" => Some(Region::LastRow),
        "cursor-row" => Some(Region::CursorRow),
        "title" => Some(Region::Title),
        "notification" => Some(Region::Notification),
        "bell" => Some(Region::Bell),
        _ => {
            let (word, count) = text.split_once(':')?;
            let count = count.parse().ok()?;
            (1..=MOST_ROWS).contains(&count).then_some(())?;
            match word {
                "bottom" => Some(Region::Bottom(count)),
                "to-cursor" => Some(Region::ToCursor(count)),
                _ => None,
            }
        }
    })
}

fn doing(entry: &Entry<'_>) -> Result<Doing, ConfigError> {
    word(entry, STATUS, Doing::from_status)
}

fn reason(entry: &Entry<'_>) -> Result<Reason, ConfigError> {
    // The first three are what is said where no screen was read.
    word(entry, REASON, |text| {
        Reason::from_words(text).filter(|reason| {
            !matches!(
                reason,
                Reason::NoEvidence | Reason::Printed | Reason::Silent
            )
        })
    })
}

fn sureness(entry: &Entry<'_>) -> Result<u8, ConfigError> {
    word(entry, CERTAINTY, |text| match text {
        "exact" => Some(certainty::EXACT),
        "strong" => Some(certainty::STRONG),
        "fair" => Some(certainty::FAIR),
        "weak" => Some(certainty::WEAK),
        _ => None,
    })
}

/// A text, or several; none of them empty, since that would match everything.
fn texts(entry: &Entry<'_>) -> Result<Vec<String>, ConfigError> {
    list(entry, TEXTS)
}

fn keys(entry: &Entry<'_>) -> Result<Vec<KeyName>, ConfigError> {
    let key = |text: &String| KeyName::parse(text).map_err(|_no_key| entry.wrong(KEYS));
    list(entry, KEYS)?.iter().map(key).collect()
}

fn list(entry: &Entry<'_>, expected: &'static str) -> Result<Vec<String>, ConfigError> {
    let text = |value: &DeValue<'_>| {
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(ToOwned::to_owned)
            .ok_or_else(|| entry.wrong(expected))
    };
    match entry.value.get_ref() {
        DeValue::Array(elements) => elements
            .iter()
            .map(|element| text(element.get_ref()))
            .collect(),
        one => Ok(vec![text(one)?]),
    }
}

fn patterns(entry: &Entry<'_>) -> Result<Vec<Pattern>, ConfigError> {
    texts(entry)?
        .iter()
        .enumerate()
        .map(|(at, written)| {
            Pattern::new(written).map_err(|error| entry.no_pattern(entry.line(), at + 1, &error))
        })
        .collect()
}

fn pattern(entry: &Entry<'_>) -> Result<Pattern, ConfigError> {
    let written = word(entry, PATTERN, |text| Some(text.to_owned()))?;
    Pattern::new(&written).map_err(|error| entry.no_pattern(entry.line(), 1, &error))
}

fn answers(entry: &Entry<'_>) -> Result<PromptKeys, ConfigError> {
    let place = format!("{}.", entry.name());
    let mut answers = PromptKeys::default();
    for (key, value) in entry.table("a table, as in { approve = [\"y\"], deny = [\"Escape\"] }")? {
        let answer = self::entry(entry.reader, &place, key, value);
        match key.get_ref().as_ref() {
            "approve" => answers.approve = keys(&answer)?,
            "deny" => answers.deny = keys(&answer)?,
            _ => return Err(entry.reader.unknown(&place, key, &ANSWER_KEYS)),
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    const WHOLE: &str = "[[rule]]\nname = 'a'\nregion = 'screen'\nstatus = 'idle'\nreason = 'ready'\ncertainty = 'fair'\n";

    fn refusal(text: &str) -> String {
        let error = Written::parse(Path::new("codex.toml"), text).unwrap_err();
        format!("{error}\n{}", error.hint())
    }

    #[test]
    fn a_refusal_names_file_line_rule_and_key() {
        assert_snapshot!(refusal("rules = []"), @r#"
        codex.toml:1: there is no setting "rules"
        Did you mean "rule"?
        "#);
        assert_snapshot!(refusal(&format!("{WHOLE}regexp = 'x'\n")), @r#"
        codex.toml:7: there is no setting "rule.a.regexp"
        Did you mean "regex"?
        "#);
        assert_snapshot!(refusal(&format!("{WHOLE}keys = {{ yes = 'y' }}\n")), @r#"
        codex.toml:7: there is no setting "rule.a.keys.yes"
        The settings are approve, deny.
        "#);
        assert_snapshot!(refusal(&WHOLE.replace("idle", "asleep")), @r#"
        codex.toml:4: "rule.a.status" must be "running", "waiting" or "idle"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal(&WHOLE.replace("ready", "silent")), @r#"
        codex.toml:5: "rule.a.reason" must be "ready", "working", "tool running", "background task running", "approval", "question", "dialog", "auth", "usage limit", "api error", "interrupted", "done" or "turn finished"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal(&WHOLE.replace("screen", "bottom:0")), @r#"
        codex.toml:3: "rule.a.region" must be "screen", "bottom:N" or "to-cursor:N" (N rows), "last-row", "cursor-row", "title", "notification" or "bell"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal(&WHOLE.replace("fair", "sure")), @r#"
        codex.toml:6: "rule.a.certainty" must be "exact", "strong", "fair" or "weak"
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal(&WHOLE.replace("status = 'idle'\n", "")), @r#"
        codex.toml:1: "rule.a.status" is missing; it must be "running", "waiting" or "idle"
        Add that key.
        "#);
        assert_snapshot!(refusal(&WHOLE.replace("name = 'a'\n", "")), @r#"
        codex.toml:1: "rule.name" is missing; it must be a name of letters, digits and -, up to 64 of them
        Add that key.
        "#);
        assert_snapshot!(refusal(&format!("{WHOLE}{WHOLE}")), @r#"
        codex.toml:7: there are two rules "a"
        Give one of them another name.
        "#);
        assert_snapshot!(refusal(&format!("{WHOLE}regex = ['a', '(']\n")), @r#"
        codex.toml:7: "rule.a.regex" must hold regular expressions, and number 2 is none: unclosed group
        Correct it, or remove it; in TOML, 'single quotes' leave every \ as it is.
        "#);
        assert_snapshot!(refusal(&format!("{WHOLE}regex = '\\w{{5000}}'\n")), @r#"
        codex.toml:7: "rule.a.regex" must hold regular expressions, and number 1 is none: it is too big
        Correct it, or remove it; in TOML, 'single quotes' leave every \ as it is.
        "#);
        assert_snapshot!(refusal(&format!("{WHOLE}any = ['']\n")), @r#"
        codex.toml:7: "rule.a.any" must be a text, or a list of texts, that are not empty
        Correct that line, or remove it for the default.
        "#);
        assert_snapshot!(refusal("rule = 3"), @r#"
        codex.toml:1: "rule" must be a list of tables, each as in [[rule]]
        Correct that line, or remove it for the default.
        "#);
    }

    #[test]
    fn every_region_has_its_word() {
        for (word, expected) in [
            ("screen", Region::Screen),
            ("bottom:7", Region::Bottom(7)),
            ("last-row", Region::LastRow),
            ("cursor-row", Region::CursorRow),
            ("to-cursor:2", Region::ToCursor(2)),
            ("title", Region::Title),
            ("notification", Region::Notification),
            ("bell", Region::Bell),
        ] {
            let text = WHOLE.replace("screen", word);
            let written = Written::parse(Path::new("x.toml"), &text).unwrap();
            let rules = written.resolve();
            assert_eq!(rules.rules().first().unwrap().region, expected);
        }
    }
}
