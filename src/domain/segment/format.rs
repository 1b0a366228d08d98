//! What the user wants the segment to look like: a small template, `@geppetto-status-format`.
//!
//! - `{waiting}`, `{active}`, `{idle}`, `{paused}`, `{failed}`, `{ended}`: symbol and count, nothing when there is none.
//! - `{waiting.count}` and so on: the bare count, also 0.
//! - `{all}`: the five before `ended`, those that there are, with spaces between them. It is also the default.
//! - `{?…}`: text that vanishes when everything in it that counts is 0. Groups do not nest.
//! - `#[…]`: a style of tmux, as it is. Any other `#` is refused: tmux reads this text once more.
//! - `{{` and `}}` are braces. Everything else is text.

use super::{Counts, Look, Sort};
use crate::domain::text::printable;

/// Why a text is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// No such token.
    #[error("there is no {{{token}}}")]
    Token {
        /// What stands between the braces.
        token: String,
    },
    /// An opening brace or bracket without its other half.
    #[error("\"{open}\" is not closed")]
    Open {
        /// `{`, `{?` or `#[`.
        open: &'static str,
    },
    /// A closing brace of nothing.
    #[error("a \"}}\" closes nothing (a brace is written \"}}}}\")")]
    Close,
    /// A format of tmux.
    #[error("\"#\" can only begin a style, as in #[bold]")]
    Hash,
}

/// One piece of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// The inside of `#[…]`.
    Style(String),
    Count {
        sort: Sort,
        is_bare: bool,
    },
    All,
    Group(Vec<Part>),
}

/// A format that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    pub(super) parts: Vec<Part>,
    /// The user did not choose one.
    pub(super) is_default: bool,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            parts: vec![Part::All],
            is_default: true,
        }
    }
}

impl Format {
    /// Reads a template; an empty one is the default.
    ///
    /// # Errors
    /// [`FormatError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut rest = text;
        let parts = parts(&mut rest, false)?;
        Ok(Self {
            parts,
            is_default: false,
        })
    }

    /// The segment: empty when nothing in it counts anything, shorter when it does not fit.
    pub fn render(&self, counts: &Counts, look: &Look) -> String {
        look.render(self, counts)
    }
}

/// Reads up to the end, or up to the brace that ends a group.
fn parts(rest: &mut &str, in_group: bool) -> Result<Vec<Part>, FormatError> {
    let mut parts = Vec::new();
    let mut text = String::new();
    loop {
        let Some(at) = rest.find(['{', '}', '#']) else {
            if in_group {
                return Err(FormatError::Open { open: "{?" });
            }
            text.push_str(rest);
            *rest = "";
            flush(&mut text, &mut parts);
            return Ok(parts);
        };
        let (before, found) = rest.split_at(at);
        text.push_str(before);
        *rest = found;
        if skip(rest, "{{") {
            text.push('{');
        } else if in_group && skip(rest, "}") {
            flush(&mut text, &mut parts);
            return Ok(parts);
        } else if skip(rest, "}}") {
            text.push('}');
        } else {
            flush(&mut text, &mut parts);
            parts.push(part(rest, in_group)?);
        }
    }
}

fn part(rest: &mut &str, in_group: bool) -> Result<Part, FormatError> {
    if skip(rest, "#[") {
        return Ok(Part::Style(style(&until(rest, ']', "#[")?)));
    }
    if skip(rest, "#") {
        return Err(FormatError::Hash);
    }
    if skip(rest, "{?") {
        if in_group {
            let token = "?".to_owned();
            return Err(FormatError::Token { token });
        }
        return Ok(Part::Group(parts(rest, true)?));
    }
    if !skip(rest, "{") {
        return Err(FormatError::Close);
    }
    let token = until(rest, '}', "{")?;
    if token == "all" {
        return Ok(Part::All);
    }
    let (word, is_bare) = match token.strip_suffix(".count") {
        Some(word) => (word, true),
        None => (token.as_str(), false),
    };
    match Sort::from_word(word) {
        Some(sort) => Ok(Part::Count { sort, is_bare }),
        None => Err(FormatError::Token { token }),
    }
}

/// tmux reads this once more, and takes the capital letters of a colour (`#FF0000`) for formats.
fn style(inside: &str) -> String {
    inside.to_ascii_lowercase()
}

fn skip(rest: &mut &str, word: &str) -> bool {
    match rest.strip_prefix(word) {
        Some(behind) => {
            *rest = behind;
            true
        }
        None => false,
    }
}

fn until(rest: &mut &str, end: char, open: &'static str) -> Result<String, FormatError> {
    let (inside, behind) = rest.split_once(end).ok_or(FormatError::Open { open })?;
    *rest = behind;
    Ok(printable(inside))
}

fn flush(text: &mut String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(printable(&std::mem::take(text))));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Icons;
    use super::*;

    fn counts() -> Counts {
        Counts {
            waiting: 1,
            active: 12,
            ended: 3,
            ..Counts::default()
        }
    }

    #[test]
    fn formats_are_filled_in() {
        let table = [
            ("", "◐1 ●12"),
            ("{all}", "◐1 ●12"),
            ("{active} {waiting}", "●12 ◐1"),
            ("{idle}{waiting}", "◐1"),
            ("{waiting.count}/{idle.count}", "1/0"),
            (
                "{?{waiting.count} need you, }{active.count} busy",
                "1 need you, 12 busy",
            ),
            ("{?{failed} broken }{active}", "●12"),
            ("{{{active}}}", "{●12}"),
            ("ai {ended}", "ai ✓3"),
        ];
        for (text, segment) in table {
            let format = Format::parse(text).unwrap();
            assert_eq!(
                format.render(&counts(), &Look::default()),
                segment,
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_that_counts_is_nothing_at_all() {
        for text in ["", "agents: {all}", "{idle.count} idle", "{?x}"] {
            let format = Format::parse(text).unwrap();
            let none = Counts::default();
            assert_eq!(format.render(&none, &Look::default()), "", "{text}");
        }
    }

    #[test]
    fn what_is_no_format_is_told() {
        let table = [
            ("{wating}", "there is no {wating}"),
            ("{waiting", "\"{\" is not closed"),
            ("{?{waiting}", "\"{?\" is not closed"),
            ("{?{?x}}", "there is no {?}"),
            ("#[bold", "\"#[\" is not closed"),
            ("a}b", "a \"}\" closes nothing (a brace is written \"}}\")"),
            ("#(touch x)", "\"#\" can only begin a style, as in #[bold]"),
            ("#{pid}", "\"#\" can only begin a style, as in #[bold]"),
        ];
        for (text, error) in table {
            assert_eq!(Format::parse(text).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn what_does_not_fit_is_shortened_and_then_left_out() {
        let width = |width, icons| {
            let look = Look {
                width: Some(width),
                icons,
                ..Look::default()
            };
            Format::default().render(&counts(), &look)
        };
        assert_eq!(width(6, Icons::Unicode), "◐1 ●12");
        assert_eq!(width(5, Icons::Unicode), "1/12");
        assert_eq!(width(4, Icons::Ascii), "1/12");
        assert_eq!(width(3, Icons::Unicode), "");
        assert_eq!(width(0, Icons::Unicode), "");
    }
}
