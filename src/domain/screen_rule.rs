//! Screen rules: what a text on the screen, in the title or in a notification says of an agent, and what its bell says. Rules are data;
//! this is how they are read off a screen.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};

use super::key_name::KeyName;
use super::prompt::Prompt;
use super::sign::{Doing, Reason};

/// So many rows up to the cursor belong to a question that stands in the row with the cursor.
const LEADS: u16 = 8;

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
    /// So many rows up from the one with the cursor, and that one.
    ToCursor(u16),
    /// The title.
    Title,
    /// A notification (OSC 9, 99 or 777), when it comes; the rows of it.
    Notification,
    /// The bell, when it rings. There is no text in it.
    Bell,
}

/// A regular expression that is compared by what was written. It is compiled to see that it is one, and again when it is first asked:
/// most kinds of agents are never met, and all their patterns take two megabytes.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: String,
    compiled: OnceLock<Option<Regex>>,
}

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
    /// Only the rows above the last one that matches count, down to the last that is not empty; of several each again, so that two of
    /// them lead out of a frame. The rule does not match where one of them matches nothing.
    pub above: Vec<Pattern>,
    /// Of those only the rows below the last one that matches count, such as those below the frame of a prompt; all when no row does.
    pub below: Option<Pattern>,
    /// A pattern that the last row there must match.
    pub last: Option<Pattern>,
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

/// Keys that answer a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromptKeys {
    /// Yes, this once.
    pub approve: Vec<KeyName>,
    /// No.
    pub deny: Vec<KeyName>,
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
    interrupt: Vec<KeyName>,
    checked_with: Vec<String>,
}

/// The rules of every kind that has some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(BTreeMap<&'static str, Arc<RuleSet>>);

impl Pattern {
    /// Most bytes that a pattern takes when it is compiled, and again while it matches: rules are looked at ten times a second.
    const SIZE: usize = 256 * 1024;

    /// Checks it.
    ///
    /// # Errors
    /// When it is no regular expression, or one that is too big.
    pub fn new(written: &str) -> Result<Self, regex::Error> {
        compile(written)?;
        Ok(Self {
            written: written.to_owned(),
            compiled: OnceLock::new(),
        })
    }

    fn matches(&self, row: &str) -> bool {
        // It was compiled once, so it can be again.
        let compiled = self.compiled.get_or_init(|| compile(&self.written).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(row))
    }
}

fn compile(written: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(written)
        .size_limit(Pattern::SIZE)
        .dfa_size_limit(Pattern::SIZE)
        .build()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
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
    pub fn new(mut rules: Vec<ScreenRule>, interrupt: Vec<KeyName>) -> Self {
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
    pub fn interrupt(&self) -> &[KeyName] {
        &self.interrupt
    }

    /// Versions of the agent that the rules were checked with; with others they may still be right.
    pub fn versions(&self) -> &[String] {
        &self.checked_with
    }

    /// The rule for what the screen shows.
    pub fn on_screen(&self, text: &ScreenText) -> Option<&ScreenRule> {
        let shown = text.shown();
        let mut edges = Edges::default();
        self.rules
            .iter()
            .filter(|rule| rule.region.is_on_screen())
            .find(|rule| rule.matches(rule.region.of(text, shown), &mut edges))
    }

    /// The rule for what the title says.
    pub fn on_title(&self, text: &ScreenText) -> Option<&ScreenRule> {
        self.of_region(Region::Title, std::slice::from_ref(&text.title))
    }

    /// The rule for what a notification says.
    pub fn on_notification(&self, text: &str) -> Option<&ScreenRule> {
        let rows: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        self.of_region(Region::Notification, &rows)
    }

    /// The rule for the bell.
    pub fn on_bell(&self) -> Option<&ScreenRule> {
        self.of_region(Region::Bell, &[])
    }

    fn of_region(&self, region: Region, rows: &[String]) -> Option<&ScreenRule> {
        self.rules
            .iter()
            .filter(|rule| rule.region == region)
            .find(|rule| rule.matches(rows, &mut Edges::default()))
    }
}

impl ScreenText {
    /// The rows down to the last that is not empty.
    fn shown(&self) -> &[String] {
        used(&self.rows)
    }
}

/// The rows down to the last that is not empty.
fn used(rows: &[String]) -> &[String] {
    let last = rows.iter().rposition(|row| !row.is_empty());
    let count = last.map_or(0, |last| last + 1);
    rows.get(..count).unwrap_or_default()
}

impl ScreenRule {
    /// The question on the screen that it matches, whoever can answer it.
    pub fn prompt(&self, text: &ScreenText) -> Option<Prompt> {
        (self.doing == Doing::Waiting).then(|| Prompt::new(self, self.question(text)))
    }

    fn matches<'a>(&'a self, rows: &'a [String], edges: &mut Edges<'a>) -> bool {
        // What is nowhere in the region is in no part of it, and a text is found sooner than the edges of that part.
        if !self.holds_texts(rows) {
            return false;
        }
        let Some(part) = self.looks_at(rows, edges) else {
            return false;
        };
        let is_all = part.len() == rows.len();
        let rows = part;
        let has = |wanted: &String| holds(rows, wanted);
        let fits = |pattern: &Pattern| rows.iter().any(|row| pattern.matches(row));
        let fits_last = |pattern: &Pattern| rows.last().is_some_and(|row| pattern.matches(row));
        // What fails soonest comes first.
        self.last.as_ref().is_none_or(fits_last)
            && (is_all || self.holds_texts(rows))
            && !self.not.iter().any(has)
            && self.regex.iter().all(fits)
            && !self.not_regex.iter().any(fits)
    }

    /// True when the texts that must be there are.
    fn holds_texts(&self, rows: &[String]) -> bool {
        let has = |wanted: &String| holds(rows, wanted);
        self.all.iter().all(has) && (self.any.is_empty() || self.any.iter().any(has))
    }

    /// What it looks at in `text`; for one that only looks around the cursor also what leads to that, since one question is asked of
    /// many things.
    fn question<'a>(&'a self, text: &'a ScreenText) -> &'a [String] {
        let region = match self.region {
            Region::CursorRow | Region::ToCursor(..LEADS) => Region::ToCursor(LEADS),
            region => region,
        };
        self.looks_at(region.of(text, text.shown()), &mut Edges::default())
            .unwrap_or_default()
    }

    fn looks_at<'a>(&'a self, rows: &'a [String], edges: &mut Edges<'a>) -> Option<&'a [String]> {
        let rows = self.above.iter().try_fold(rows, |rows, edge| {
            let last = edges.last(edge, rows)?;
            rows.get(..last).map(used)
        })?;
        let edge = self.below.as_ref();
        Some(match edge.and_then(|edge| edges.last(edge, rows)) {
            Some(edge) => rows.get(edge + 1..).unwrap_or_default(),
            None => rows,
        })
    }
}

/// Where the edges are that rules look for in one screen: many look for the same.
#[derive(Default)]
struct Edges<'a>(Vec<(&'a Pattern, &'a [String], Option<usize>)>);

impl<'a> Edges<'a> {
    /// The last of the rows that matches.
    fn last(&mut self, edge: &'a Pattern, rows: &'a [String]) -> Option<usize> {
        let known = self
            .0
            .iter()
            .find(|(pattern, of, _)| std::ptr::eq(*of, rows) && *pattern == edge);
        if let Some((.., last)) = known {
            return *last;
        }
        let last = rows.iter().rposition(|row| edge.matches(row));
        self.0.push((edge, rows, last));
        last
    }
}

fn holds(rows: &[String], text: &str) -> bool {
    rows.iter().any(|row| row.contains(text))
}

impl Region {
    const fn is_on_screen(self) -> bool {
        !matches!(self, Self::Title | Self::Notification | Self::Bell)
    }

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
            Self::ToCursor(count) => text
                .cursor_row
                .and_then(|row| {
                    let first = (row + 1).saturating_sub(usize::from(count));
                    text.rows.get(first..=row)
                })
                .unwrap_or_default(),
            Self::Title => std::slice::from_ref(&text.title),
            // They are no part of what is shown.
            Self::Notification | Self::Bell => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut ScreenRule);

    fn rule(region: Region) -> ScreenRule {
        ScreenRule {
            name: "a".to_owned(),
            priority: 0,
            region,
            all: Vec::new(),
            any: Vec::new(),
            not: Vec::new(),
            above: Vec::new(),
            below: None,
            last: None,
            regex: Vec::new(),
            not_regex: Vec::new(),
            doing: Doing::Resting,
            reason: Reason::Ready,
            certainty: 50,
            keys: None,
        }
    }

    fn pattern(written: &str) -> Pattern {
        Pattern::new(written).unwrap()
    }

    fn patterns(written: &[&str]) -> Vec<Pattern> {
        written.iter().map(|written| pattern(written)).collect()
    }

    fn texts(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// Two lines around a prompt, with an answer above and a row below, and the rest of the screen empty.
    fn screen() -> ScreenText {
        ScreenText {
            rows: texts(&["one", "two", "----", "> hi", "----", "help", "", ""]),
            cursor_row: Some(3),
            title: "title".to_owned(),
        }
    }

    fn matches(rule: ScreenRule) -> bool {
        let rules = RuleSet::new(vec![rule], Vec::new());
        rules.on_screen(&screen()).is_some()
    }

    #[test]
    fn a_region_limits_where_a_text_is_looked_for() {
        let cases = [
            (Region::Screen, "one", true),
            (Region::Bottom(1), "help", true),
            (Region::Bottom(2), "> hi", false),
            (Region::Bottom(99), "one", true),
            (Region::LastRow, "help", true),
            (Region::LastRow, "----", false),
            (Region::CursorRow, "> hi", true),
            (Region::CursorRow, "help", false),
            (Region::ToCursor(99), "one", true),
            (Region::ToCursor(99), "help", false),
            (Region::ToCursor(2), "> hi", true),
            (Region::ToCursor(2), "two", false),
        ];
        for (region, text, expected) in cases {
            let rule = ScreenRule {
                all: texts(&[text]),
                ..rule(region)
            };
            assert_eq!(matches(rule), expected, "{region:?} {text}");
        }
    }

    #[test]
    fn every_condition_can_fail_a_rule() {
        let cases: [(bool, Change); 14] = [
            (true, |rule| rule.all = texts(&["one", "wo"])),
            (false, |rule| rule.all = texts(&["one", "ten"])),
            (true, |rule| rule.any = texts(&["ten", "two"])),
            (false, |rule| rule.any = texts(&["ten"])),
            (false, |rule| rule.not = texts(&["two"])),
            (true, |rule| rule.regex = patterns(&["^o", "o$"])),
            (false, |rule| rule.regex = patterns(&["^o", "^x"])),
            (false, |rule| rule.not_regex = patterns(&["^x", "^t"])),
            (true, |rule| rule.last = Some(pattern("^help$"))),
            (false, |rule| rule.last = Some(pattern("^one$"))),
            (false, |rule| rule.below = Some(pattern("^[-o]"))),
            (true, |rule| rule.below = Some(pattern("^="))),
            (true, |rule| rule.above = patterns(&["^-", "^-"])),
            (false, |rule| rule.above = patterns(&["^-", "^-", "^-"])),
        ];
        for (at, (expected, change)) in cases.into_iter().enumerate() {
            let mut rule = rule(Region::Screen);
            change(&mut rule);
            // Two of them say where to look.
            if rule.below.is_some() || !rule.above.is_empty() {
                rule.all = texts(&["two"]);
            }
            assert_eq!(matches(rule), expected, "case {at}");
        }
    }

    #[test]
    fn of_the_rules_that_match_the_greatest_priority_holds_and_of_equals_the_first() {
        let named = |name: &str, priority| ScreenRule {
            name: name.to_owned(),
            priority,
            ..rule(Region::Screen)
        };
        let rules = RuleSet::new(
            vec![named("low", -1), named("first", 5), named("second", 5)],
            Vec::new(),
        );
        assert_eq!(rules.on_screen(&screen()).unwrap().name, "first");
    }

    #[test]
    fn a_title_says_nothing_of_the_screen_and_the_other_way_round() {
        let rules = RuleSet::new(vec![rule(Region::Title)], Vec::new());
        assert!(rules.on_screen(&screen()).is_none());
        assert!(rules.on_title(&screen()).is_some());
        let rules = RuleSet::new(vec![rule(Region::Screen)], Vec::new());
        assert!(rules.on_title(&screen()).is_none());
    }

    #[test]
    fn what_comes_and_goes_says_nothing_of_the_screen() {
        let asks = ScreenRule {
            regex: patterns(&["^needs you$"]),
            ..rule(Region::Notification)
        };
        let rules = RuleSet::new(vec![asks], Vec::new());
        assert!(rules.on_notification("Agent\nneeds you").is_some());
        assert!(rules.on_notification("Agent: needs you").is_none());
        assert!(rules.on_bell().is_none());
        let rules = RuleSet::new(vec![rule(Region::Bell)], Vec::new());
        assert!(rules.on_bell().is_some());
        assert!(rules.on_screen(&screen()).is_none());
        assert!(rules.on_title(&screen()).is_none());
        assert!(rules.on_notification("Agent").is_none());
    }

    #[test]
    fn without_a_cursor_its_row_says_nothing() {
        let rules = RuleSet::new(
            vec![ScreenRule {
                all: texts(&["> hi"]),
                ..rule(Region::CursorRow)
            }],
            Vec::new(),
        );
        let hidden = ScreenText {
            cursor_row: None,
            ..screen()
        };
        assert!(rules.on_screen(&hidden).is_none());
        let outside = ScreenText {
            cursor_row: Some(99),
            ..screen()
        };
        assert!(rules.on_screen(&outside).is_none());
    }

    #[test]
    fn a_pattern_is_what_was_written_and_has_a_bound() {
        assert_eq!(pattern("a"), pattern("a"));
        assert_ne!(pattern("a"), pattern("b"));
        assert!(Pattern::new(r"\w{5000}").is_err());
    }
}
