//! Screen rules: what a text on the screen, or in the title, says of an agent. Rules are data; this is how they are read off a screen.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::sign::{Doing, Reason};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// All rows.
    Screen,
    /// So many rows up from the last one that is not empty.
    Bottom(u16),
    /// The last row that is not empty.
    LastRow,
    /// The row with the cursor.
    CursorRow,
    /// The title.
    Title,
}

/// A regular expression that is compared by what was written.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenRule {
    /// Unique within the kind.
    pub name: String,
    /// Of the rules that match, the one with the greatest holds; of equals the first.
    pub priority: i32,
    /// Where it looks.
    pub region: Region,
    /// Texts that must all be there.
    pub all: Vec<String>,
    /// Texts of which one must be there, when there are any.
    pub any: Vec<String>,
    /// Texts of which none may be there.
    pub not: Vec<String>,
    /// Only the rows below the last one that matches count, such as those below the frame of a prompt; none when no row does.
    pub below: Option<Pattern>,
    /// Patterns each of which one row must match.
    pub regex: Vec<Pattern>,
    /// Patterns that no row may match.
    pub not_regex: Vec<Pattern>,
    /// What it says.
    pub doing: Doing,
    /// Why.
    pub reason: Reason,
    /// How much it can be relied on, in percent.
    pub certainty: u8,
    /// What answers the question that it sees.
    pub keys: Option<PromptKeys>,
}

/// Keys that answer a prompt, each as tmux names keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromptKeys {
    /// Yes, this once.
    pub approve: Vec<String>,
    /// No.
    pub deny: Vec<String>,
}

/// What the rules look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScreenText {
    /// Printable text of each row, without trailing blanks.
    pub rows: Vec<String>,
    /// The row with the cursor, from 0; `None` while it is hidden.
    pub cursor_row: Option<usize>,
    /// The title, as the program set it; empty when it set none.
    pub title: String,
}

/// The rules of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSet {
    rules: Vec<ScreenRule>,
    interrupt: Vec<String>,
    checked_with: Vec<String>,
}

/// The rules of every kind that has some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(BTreeMap<&'static str, Arc<RuleSet>>);

impl Pattern {
    /// Most bytes that a pattern takes when it is compiled, and again while it matches: rules are looked at ten times a second.
    const SIZE: usize = 256 * 1024;

    /// Compiles it.
    ///
    /// # Errors
    /// When it is no regular expression, or one that is too big.
    pub fn new(written: &str) -> Result<Self, regex::Error> {
        RegexBuilder::new(written)
            .size_limit(Self::SIZE)
            .dfa_size_limit(Self::SIZE)
            .build()
            .map(Self)
    }

    fn matches(&self, row: &str) -> bool {
        self.0.is_match(row)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl Rules {
    /// These.
    pub const fn new(of_kinds: BTreeMap<&'static str, Arc<RuleSet>>) -> Self {
        Self(of_kinds)
    }

    /// The rules of a kind, by its name; none for a kind that has none.
    pub fn of(&self, kind: &str) -> Arc<RuleSet> {
        self.0.get(kind).cloned().unwrap_or_default()
    }
}

impl RuleSet {
    /// Puts them in order. `interrupt` are the keys that break a turn off.
    pub fn new(mut rules: Vec<ScreenRule>, interrupt: Vec<String>) -> Self {
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
        Self {
            rules,
            interrupt,
            checked_with: Vec::new(),
        }
    }

    /// The same, with the versions of the agent that they were checked with.
    #[must_use]
    pub fn checked_with(self, versions: Vec<String>) -> Self {
        Self {
            checked_with: versions,
            ..self
        }
    }

    /// In the order in which they are asked.
    pub fn rules(&self) -> &[ScreenRule] {
        &self.rules
    }

    /// Keys that break a turn off; empty when that is not known.
    pub fn interrupt(&self) -> &[String] {
        &self.interrupt
    }

    /// Versions of the agent that the rules were checked with; with others they may still be right.
    pub fn versions(&self) -> &[String] {
        &self.checked_with
    }

    /// The rule for what the screen shows.
    pub fn on_screen(&self, text: &ScreenText) -> Option<&ScreenRule> {
        let shown = text.shown();
        self.rules
            .iter()
            .filter(|rule| rule.region != Region::Title)
            .find(|rule| rule.matches(rule.region.of(text, shown)))
    }

    /// The rule for what the title says.
    pub fn on_title(&self, text: &ScreenText) -> Option<&ScreenRule> {
        let title = std::slice::from_ref(&text.title);
        self.rules
            .iter()
            .filter(|rule| rule.region == Region::Title)
            .find(|rule| rule.matches(title))
    }
}

impl ScreenText {
    /// The rows down to the last that is not empty.
    fn shown(&self) -> &[String] {
        let last = self.rows.iter().rposition(|row| !row.is_empty());
        let used = last.map_or(0, |last| last + 1);
        self.rows.get(..used).unwrap_or_default()
    }
}

impl ScreenRule {
    fn matches(&self, rows: &[String]) -> bool {
        let Some(rows) = self.rows_below(rows) else {
            return false;
        };
        let has = |wanted: &String| rows.iter().any(|row| row.contains(wanted.as_str()));
        let fits = |pattern: &Pattern| rows.iter().any(|row| pattern.matches(row));
        // Texts first: they are cheaper to find than patterns.
        self.all.iter().all(has)
            && (self.any.is_empty() || self.any.iter().any(has))
            && !self.not.iter().any(has)
            && self.regex.iter().all(fits)
            && !self.not_regex.iter().any(fits)
    }

    fn rows_below<'a>(&self, rows: &'a [String]) -> Option<&'a [String]> {
        let Some(edge) = &self.below else {
            return Some(rows);
        };
        let last = rows.iter().rposition(|row| edge.matches(row))?;
        rows.get(last + 1..)
    }
}

impl Region {
    /// `shown` is what [`ScreenText::shown`] says of the same text.
    fn of<'a>(self, text: &'a ScreenText, shown: &'a [String]) -> &'a [String] {
        let last = |count: usize| shown.get(shown.len().saturating_sub(count)..);
        match self {
            Self::Screen => shown,
            Self::Bottom(count) => last(usize::from(count)).unwrap_or_default(),
            Self::LastRow => last(1).unwrap_or_default(),
            Self::CursorRow => text
                .cursor_row
                .and_then(|row| text.rows.get(row..=row))
                .unwrap_or_default(),
            Self::Title => std::slice::from_ref(&text.title),
        }
    }
}
