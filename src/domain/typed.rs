//! A text that was typed into an agent, as its screen shows it: whether it stands in the prompt, and whether it has left it.
//!
//! A prompt is the lowest row that begins with its mark, and what is below; or, where a program draws a bar beside it, the lowest bar that
//! has a foot. Prompts wrap, pad and frame what stands in them, so that only letters and digits are compared. What a program puts in the place of a
//! long paste (`[Pasted text #1 +12 lines]`) stands for the text.

/// Marks with which the row of a prompt begins, behind the frame that it may have.
const MARKS: [char; 3] = ['❯', '›', '>'];

/// So many letters tell one text from another.
const TELLING: usize = 24;

/// So many of them are looked for in the row of the prompt itself, which may be narrow.
const FIRST: usize = 8;

/// What several agents put in the place of a long paste.
const PLACEHOLDER: &str = "[Pasted";

/// A text, as it is looked for.
#[derive(Debug, Clone)]
pub struct Typed {
    /// How its last row that looks like a prompt goes on; of a text without one, its beginning.
    head: String,
    /// How many letters there are from there on.
    length: usize,
    /// Its end.
    tail: String,
    /// What of a row is compared.
    letters: Letters,
}

/// What of a row is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// Letters and digits.
    Words,
    /// Everything that can be seen and is no frame: of a text that has no letters.
    Signs,
}

/// Where a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In the prompt, or what the program puts in its place is.
    InPrompt,
    /// In the prompt, behind something else that nobody has sent.
    BehindAnother,
    /// Nowhere.
    No,
}

impl Typed {
    /// That text.
    pub fn new(text: &str) -> Self {
        let letters = if text.chars().any(char::is_alphanumeric) {
            Letters::Words
        } else {
            Letters::Signs
        };
        let marked = text.lines().rev().find(|line| has_mark(line));
        let from = marked.and_then(|line| text.rfind(line)).unwrap_or(0);
        let end = letters.of([text.get(from..).unwrap_or(text)]);
        let all = letters.of([text]);
        let skipped = all.chars().count().saturating_sub(TELLING);
        Self {
            head: end.chars().take(TELLING).collect(),
            length: end.chars().count(),
            tail: all.chars().skip(skipped).collect(),
            letters,
        }
    }

    /// Where it is in `now`, when `before` was shown before it was typed.
    pub fn shown(&self, before: &[String], now: &[String]) -> Shown {
        if let Some(prompt) = prompt(now) {
            let there = self.letters.of(prompt.rows);
            let is_whole = there.starts_with(&self.head) && there.contains(&self.tail);
            if is_whole {
                return Shown::InPrompt;
            }
            if is_placeholder(prompt.rows) {
                let was = self::prompt(before).is_some_and(|prompt| is_placeholder(prompt.rows));
                return if was {
                    Shown::BehindAnother
                } else {
                    Shown::InPrompt
                };
            }
            let first: String = self.head.chars().take(FIRST).collect();
            let line = self.letters.of(prompt.line);
            if line.find(&first).is_some_and(|at| at > 0) {
                return Shown::BehindAnother;
            }
        }
        // A prompt without a mark, or one that is higher than its box.
        let count = |rows: &[String]| self.letters.of(rows).matches(&self.tail).count();
        if count(now) > count(before) {
            Shown::InPrompt
        } else {
            Shown::No
        }
    }

    /// True when it was in the prompt of `now` and is there no more; `None` when the prompt cannot be told from the rest.
    pub fn has_left(&self, now: &[String]) -> Option<bool> {
        let rows = prompt(now)?.rows;
        let stands = self.letters.of(rows).starts_with(&self.head);
        Some(!stands && !is_placeholder(rows))
    }

    /// The rows below the place where it was said: what was printed since. All of them when it is not there.
    pub fn below<'a>(&self, rows: &'a [String]) -> &'a [String] {
        let is_said = |row: &usize| {
            let rows = rows.get(*row..).unwrap_or_default();
            let is_marked = rows
                .first()
                .is_some_and(|row| has_mark(row) || is_barred(row));
            is_marked && self.letters.of(rows).starts_with(&self.head)
        };
        let Some(said) = (0..rows.len()).rev().find(is_said) else {
            return rows;
        };
        let mut rows = rows.get(said..).unwrap_or_default();
        let mut left = self.length;
        while let [row, rest @ ..] = rows
            && left > 0
        {
            left = left.saturating_sub(self.letters.of([row]).chars().count());
            rows = rest;
        }
        rows
    }
}

impl Letters {
    fn of(self, rows: impl IntoIterator<Item = impl AsRef<str>>) -> String {
        let counts = |c: &char| match self {
            Self::Words => c.is_alphanumeric(),
            Self::Signs => !c.is_whitespace() && !MARKS.contains(c) && !is_frame(*c),
        };
        let mut letters = String::new();
        for row in rows {
            letters.extend(row.as_ref().chars().filter(counts));
        }
        letters
    }
}

const fn is_frame(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{259f}')
}

/// The rows above the prompt, from the last thing on that was said in it; all of them when there is no prompt.
pub fn last_turn(rows: &[String]) -> &[String] {
    let Some(prompt) = prompt(rows) else {
        return rows;
    };
    let above = rows.get(..prompt.from).unwrap_or_default();
    let mark = prompt.rows.first().and_then(|row| mark(row));
    let is_said = |row: &String| match mark {
        Some(mark) => row.starts_with([mark]) && row.chars().count() > 2,
        None => false,
    };
    let from = above.iter().rposition(is_said).unwrap_or(0);
    above.get(from..).unwrap_or_default()
}

/// Where a program takes what is typed.
struct Prompt<'a> {
    /// Its first row.
    from: usize,
    rows: &'a [String],
    /// Those in which what is typed begins.
    line: &'a [String],
}

fn prompt(rows: &[String]) -> Option<Prompt<'_>> {
    if let Some(from) = rows.iter().rposition(|row| has_mark(row)) {
        let rows = rows.get(from..)?;
        let line = rows.get(..1)?;
        return Some(Prompt { from, rows, line });
    }
    let foot = rows
        .iter()
        .rposition(|row| row.trim_start().starts_with('╹'))?;
    let above = rows.get(..foot)?;
    let from = above.iter().rposition(|row| !is_barred(row));
    let from = from.map_or(0, |before| before + 1);
    let rows = above.get(from..)?;
    Some(Prompt {
        from,
        rows,
        line: rows,
    })
}

fn is_barred(row: &str) -> bool {
    row.trim_start().starts_with('┃')
}

fn mark(row: &str) -> Option<char> {
    let first = row.trim_start_matches(['│', '┃', ' ']).chars().next();
    first.filter(|first| MARKS.contains(first))
}

fn has_mark(row: &str) -> bool {
    mark(row).is_some()
}

fn is_placeholder(prompt: &[String]) -> bool {
    prompt.iter().any(|row| row.contains(PLACEHOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    const CLAUDE: &str = "❯ first\n\n● done\n\n─────────\n❯ \n─────────\n  ? for shortcuts";

    fn shown(text: &str, now: &str) -> Shown {
        Typed::new(text).shown(&rows(CLAUDE), &rows(now))
    }

    #[test]
    fn a_text_stands_in_its_prompt_however_that_draws_it() {
        for (text, now) in [
            ("go on", "● done\n─────\n❯ go on\n─────\n  help"),
            // Wrapped, in a frame.
            (
                "tell me what the tests do",
                "╭──────────╮\n│ > tell me │\n│   what the│\n│   tests do│\n╰──────────╯",
            ),
            // Two lines, the second of which looks like a prompt.
            (
                "see:\n> quoted text",
                "─────\n❯ see:\n  > quoted text\n─────",
            ),
            ("/clear", "─────\n❯ /clear\n─────\n  /clear   Forget all"),
            ("?!", "❯ ?!\n"),
            // A bar instead of a mark.
            (
                "say hello",
                "● done\n\n  ┃\n  ┃  say hello\n  ┃\n  ┃  Build\n  ╹▀▀▀\n   /work",
            ),
            // Neither.
            ("say hello", "hello there\nsay hello\n"),
            ("a\nb\nc", "┃  old\n\n┃\n┃  [Pasted ~3 lines]\n┃\n╹▀▀▀"),
            ("one\ntwo\nthree", "› [Pasted Content 1234 chars]"),
            (
                "first",
                "❯ first\n\n● done\n\n─────────\n❯ first\n─────────",
            ),
        ] {
            assert_eq!(shown(text, now), Shown::InPrompt, "{text:?} in {now:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_shown() {
        for text in ["go on", "first", "?!"] {
            assert_eq!(shown(text, CLAUDE), Shown::No, "{text:?}");
        }
    }

    #[test]
    fn a_draft_before_it_is_told() {
        let now = "● done\n─────\n❯ please dogo on\n─────";
        assert_eq!(shown("go on", now), Shown::BehindAnother);
        let barred = "┃  please dogo on\n┃\n┃  Build\n╹▀▀▀";
        assert_eq!(shown("go on", barred), Shown::BehindAnother);
        let pasted = rows("❯ [Pasted text #1 +3 lines]");
        let both = rows("❯ [Pasted text #1 +3 lines] [Pasted text #2 +2 lines]");
        assert_eq!(
            Typed::new("a\nb").shown(&pasted, &both),
            Shown::BehindAnother
        );
        // What its own words begin with is none.
        assert_eq!(shown("go on", "❯ go on"), Shown::InPrompt);
    }

    #[test]
    fn it_leaves_the_prompt_when_it_is_sent() {
        let left = |text: &str, now: &str| Typed::new(text).has_left(&rows(now));
        assert_eq!(
            left("go on", "❯ go on\n\n✻ Pondering…\n\n─────\n❯ \n─────"),
            Some(true)
        );
        assert_eq!(left("go on", "─────\n❯ go on\n─────"), Some(false));
        assert_eq!(
            left("a\nb\nc", "─────\n❯ [Pasted text #1 +3 lines]\n─────"),
            Some(false)
        );
        let barred = "┃  go on\n\n  ▣  Build\n\n┃\n┃\n┃  Build\n╹▀▀▀";
        assert_eq!(left("go on", barred), Some(true));
        assert_eq!(left("go on", "┃\n┃  go on\n┃\n┃  Build\n╹▀▀▀"), Some(false));
        assert_eq!(left("go on", "go on"), None);
    }

    #[test]
    fn the_last_turn_is_what_stands_between_two_prompts() {
        let turn = |screen: &str| last_turn(&rows(screen)).join("\n");
        assert_eq!(turn(CLAUDE), "❯ first\n\n● done\n\n─────────");
        assert_eq!(
            turn("› one\n• 1\n› two\n• 2\n  > quoted\n› "),
            "› two\n• 2\n  > quoted"
        );
        assert_eq!(
            turn("┃  go\n\n  one\n\n┃\n┃  Build\n╹▀▀▀"),
            "┃  go\n\n  one\n"
        );
        assert_eq!(turn("one\ntwo"), "one\ntwo");
    }

    #[test]
    fn an_answer_stands_below_what_was_said() {
        let below = |text: &str, now: &str| Typed::new(text).below(&rows(now)).join("\n");
        let screen = "❯ old\n\n● older\n\n❯ go on\n  and on\n\n● go on\n\n─────\n❯ \n─────";
        assert_eq!(
            below("go on\nand on", screen),
            "\n● go on\n\n─────\n❯ \n─────"
        );
        let barred = "┃\n┃  go on\n┃\n\n  one\n\n┃\n┃  Build\n╹▀▀▀";
        assert_eq!(below("go on", barred), "┃\n\n  one\n\n┃\n┃  Build\n╹▀▀▀");
        assert_eq!(below("not said", "● one\n❯ "), "● one\n❯ ");
    }
}
