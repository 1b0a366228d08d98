//! Screen rules: what a text on the screen, or in the title, says of an agent. Rules are data; this is how they are read off a screen.

use regex::Regex;

use super::sign::{Doing, Reason};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// All rows.
    Screen,
    /// The last so many rows that are not empty.
    Bottom(u16),
    /// The last row that is not empty.
    LastRow,
    /// The row with the cursor.
    CursorRow,
    /// The title.
    Title,
}

/// A rule.
#[derive(Debug, Clone)]
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
    /// A pattern that one row must match.
    pub regex: Option<Regex>,
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
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: Vec<ScreenRule>,
    interrupt: Vec<String>,
}

impl RuleSet {
    /// Puts them in order. `interrupt` are the keys that break a turn off.
    pub fn new(mut rules: Vec<ScreenRule>, interrupt: Vec<String>) -> Self {
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
        Self { rules, interrupt }
    }

    /// Keys that break a turn off; empty when that is not known.
    pub fn interrupt(&self) -> &[String] {
        &self.interrupt
    }

    /// The rule for what the screen shows.
    pub fn on_screen(&self, text: &ScreenText) -> Option<&ScreenRule> {
        self.rules
            .iter()
            .filter(|rule| rule.region != Region::Title)
            .find(|rule| rule.matches(text))
    }

    /// The rule for what the title says.
    pub fn on_title(&self, text: &ScreenText) -> Option<&ScreenRule> {
        self.rules
            .iter()
            .filter(|rule| rule.region == Region::Title)
            .find(|rule| rule.matches(text))
    }
}

impl ScreenRule {
    fn matches(&self, text: &ScreenText) -> bool {
        let rows = self.region.of(text);
        let has = |wanted: &String| rows.iter().any(|row| row.contains(wanted.as_str()));
        self.all.iter().all(has)
            && (self.any.is_empty() || self.any.iter().any(has))
            && !self.not.iter().any(has)
            && self
                .regex
                .as_ref()
                .is_none_or(|regex| rows.iter().any(|row| regex.is_match(row)))
    }
}

impl Region {
    fn of(self, text: &ScreenText) -> &[String] {
        let used = text
            .rows
            .iter()
            .rposition(|row| !row.is_empty())
            .map_or(0, |last| last + 1);
        let shown = text.rows.get(..used).unwrap_or_default();
        let last = |count: usize| shown.get(used.saturating_sub(count)..).unwrap_or_default();
        match self {
            Self::Screen => shown,
            Self::Bottom(count) => last(usize::from(count)),
            Self::LastRow => last(1),
            Self::CursorRow => text
                .cursor_row
                .and_then(|row| text.rows.get(row..=row))
                .unwrap_or_default(),
            Self::Title => std::slice::from_ref(&text.title),
        }
    }
}
