//! A screen kept as a file, with what should be read off it: `capture-fixture` writes them, tests read them.
//!
//! Lines `# key = value`, and lines `# …` for people; then `---`; then the rows.

use std::fmt;

use super::screen_rule::ScreenText;
use super::sign::{Doing, Reason};

/// What a rule should say of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// No rule matches.
    Nothing,
    /// A rule matches that says so.
    Says {
        /// What the agent does.
        doing: Doing,
        /// Why; `None` when it may say so for any reason.
        reason: Option<Reason>,
    },
}

/// A screen with its circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenFixture {
    /// Kind of the runner.
    pub kind: String,
    /// Version of the agent; empty when it is not known.
    pub version: String,
    /// Columns and rows of the pane.
    pub size: (u16, u16),
    /// The title that the program set; empty when it set none.
    pub title: String,
    /// Column and row of the cursor, from 0; `None` while it is hidden.
    pub cursor: Option<(u16, u16)>,
    /// What should be read off it; `None` until somebody has said so.
    pub expect: Option<Expected>,
    /// For people: what was seen besides, a note. One line each.
    pub remarks: Vec<String>,
    /// Printable text of each row.
    pub rows: Vec<String>,
}

/// A line of a fixture that says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the fixture must be {expected}")]
pub struct FixtureError {
    /// From 1.
    pub line: usize,
    /// What it should be.
    pub expected: &'static str,
}

/// Ends the head.
const END_OF_HEAD: &str = "---";

impl Expected {
    /// What words like `waiting approval`, `waiting` or `nothing` stand for.
    pub fn from_words(words: &str) -> Option<Self> {
        if words == "nothing" {
            return Some(Self::Nothing);
        }
        let (doing, reason) = match words.split_once(' ') {
            Some((doing, reason)) => (doing, Some(Reason::from_words(reason)?)),
            None => (words, None),
        };
        Some(Self::Says {
            doing: Doing::from_status(doing)?,
            reason,
        })
    }

    /// True when that is what the rules say: what the agent does and why, or nothing.
    pub fn is_met_by(self, said: Option<(Doing, Reason)>) -> bool {
        match (self, said) {
            (Self::Nothing, None) => true,
            (Self::Says { doing, reason }, Some((does, why))) => {
                doing == does && reason.is_none_or(|reason| reason == why)
            }
            (Self::Nothing, Some(_)) | (Self::Says { .. }, None) => false,
        }
    }

    /// What [`Self::from_words`] understands, for people.
    pub fn in_words() -> String {
        let reasons: Vec<&str> = Reason::ALL.into_iter().map(Reason::as_str).collect();
        format!(
            "It must be `nothing`, or running, waiting or idle, alone or with one of these: {}.",
            reasons.join(", ")
        )
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Says { doing, reason } => {
                f.write_str(doing.status())?;
                reason.map_or(Ok(()), |reason| write!(f, " {}", reason.as_str()))
            }
        }
    }
}

impl fmt::Display for ScreenFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = format!("{}x{}", self.size.0, self.size.1);
        let cursor = match self.cursor {
            Some((col, row)) => format!("{col},{row}"),
            None => "hidden".to_owned(),
        };
        let said = [
            ("kind", Some(self.kind.clone())),
            ("version", Some(self.version.clone())),
            ("size", Some(size)),
            ("title", Some(self.title.clone())),
            ("cursor", Some(cursor)),
            ("expect", self.expect.map(|expect| expect.to_string())),
        ];
        for (key, value) in said {
            if let Some(value) = value {
                writeln!(f, "{}", format!("# {key} = {value}").trim_end())?;
            }
        }
        for remark in &self.remarks {
            writeln!(f, "# {remark}")?;
        }
        writeln!(f, "{END_OF_HEAD}")?;
        let last = self.rows.iter().rposition(|row| !row.is_empty());
        for row in self.rows.iter().take(last.map_or(0, |last| last + 1)) {
            writeln!(f, "{row}")?;
        }
        Ok(())
    }
}

impl ScreenFixture {
    /// Reads one.
    ///
    /// # Errors
    /// [`FixtureError`] names the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, FixtureError> {
        let mut fixture = Self {
            kind: String::new(),
            version: String::new(),
            size: (0, 0),
            title: String::new(),
            cursor: None,
            expect: None,
            remarks: Vec::new(),
            rows: Vec::new(),
        };
        let mut lines = text.lines().enumerate();
        for (at, line) in lines.by_ref() {
            if line == END_OF_HEAD {
                break;
            }
            let wrong = |expected| FixtureError {
                line: at + 1,
                expected,
            };
            let said = line.strip_prefix('#').map(str::trim);
            let said = said.ok_or_else(|| wrong("one that begins with #, or ---"))?;
            let (key, value) = said.split_once(" =").unwrap_or((said, ""));
            if !fixture.set(key, value.trim()).map_err(wrong)? {
                fixture.remarks.push(said.to_owned());
            }
        }
        fixture.rows = lines.map(|(_, row)| row.to_owned()).collect();
        fixture
            .rows
            .resize(usize::from(fixture.size.1), String::new());
        Ok(fixture)
    }

    /// Takes what a line of the head says; false when it is a remark.
    fn set(&mut self, key: &str, value: &str) -> Result<bool, &'static str> {
        match key {
            "kind" => value.clone_into(&mut self.kind),
            "version" => value.clone_into(&mut self.version),
            "title" => value.clone_into(&mut self.title),
            "size" => {
                self.size = pair(value, 'x').ok_or("a size, as in 120x40")?;
            }
            "cursor" if value == "hidden" => self.cursor = None,
            "cursor" => {
                self.cursor = Some(pair(value, ',').ok_or("column and row, or hidden")?);
            }
            "expect" => {
                self.expect = Some(Expected::from_words(value).ok_or(
                    "a status, alone or with a reason, as in waiting approval, or nothing",
                )?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// As the rules look at it.
    pub fn text(&self) -> ScreenText {
        ScreenText {
            rows: self.rows.clone(),
            cursor_row: self.cursor.map(|(_, row)| usize::from(row)),
            title: self.title.clone(),
        }
    }
}

fn pair(text: &str, between: char) -> Option<(u16, u16)> {
    let (first, second) = text.split_once(between)?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "# kind = codex\n# version = 1.2\n# size = 20x4\n# title = [ ! ] Action\n# cursor = 3,1\n\
        # expect = waiting background task running\n# seen at night = x\n---\n# a heading\n\n> hi\n";

    #[test]
    fn a_fixture_is_written_as_it_was_read() {
        let fixture = ScreenFixture::parse(WHOLE).unwrap();
        assert_eq!(fixture.to_string(), WHOLE);
        assert_eq!(fixture.rows, ["# a heading", "", "> hi", ""]);
        assert_eq!(fixture.text().cursor_row, Some(1));
        assert_eq!(fixture.remarks, ["seen at night = x"]);
        let bare = "# kind =\n# version =\n# size = 1x0\n# title =\n# cursor = hidden\n---\n";
        assert_eq!(ScreenFixture::parse(bare).unwrap().to_string(), bare);
    }

    #[test]
    fn a_status_alone_may_have_any_reason() {
        let says = |doing, reason| Some((doing, reason));
        for (words, met, missed) in [
            (
                "waiting",
                says(Doing::Waiting, Reason::Question),
                says(Doing::Working, Reason::Working),
            ),
            (
                "waiting approval",
                says(Doing::Waiting, Reason::Approval),
                says(Doing::Waiting, Reason::Question),
            ),
            ("idle", says(Doing::Resting, Reason::Ready), None),
            ("nothing", None, says(Doing::Resting, Reason::Ready)),
        ] {
            let expected = Expected::from_words(words).unwrap();
            assert_eq!(expected.to_string(), words);
            assert!(expected.is_met_by(met), "{words}");
            assert!(!expected.is_met_by(missed), "{words}");
        }
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (right, wrong, line) in [
            ("20x4", "20", 3),
            ("3,1", "a,1", 5),
            ("waiting background task running", "asleep", 6),
            ("waiting background", "asleep background", 6),
            ("# seen", "seen", 7),
        ] {
            let error = ScreenFixture::parse(&WHOLE.replace(right, wrong)).unwrap_err();
            assert_eq!(error.line, line, "{wrong}");
        }
    }
}
