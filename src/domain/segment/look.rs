//! Symbols, styles and width of the segment, and how a format becomes text with them.
//!
//! Invariant: every style stands in a block of its own, since tmux drops the whole block of one that it does not know, and
//! behind the segment the line's own style goes on.

use unicode_width::UnicodeWidthStr;

use super::format::{Format, Part};
use super::{Counts, Icons, Sort};

/// Columns of the default format when nobody says how many: beside a clock it leaves room in tmux's 40.
pub const USUAL_WIDTH: usize = 16;

/// The name of the segment in a mouse event.
const RANGE: &str = "geppetto";

/// How the segment looks.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Its symbols.
    pub icons: Icons,
    /// Styles of tmux by sort, each valid by [`style_error`].
    pub styles: Vec<(Sort, String)>,
    /// Most columns; by default as many as there are.
    pub width: Option<usize>,
    /// Whether a click on it is told to tmux.
    pub is_clickable: bool,
    /// Whether all styles are left out.
    pub is_plain: bool,
}

/// Why a text is no style, if so: a style must not end the block it stands in.
pub fn style_error(style: &str) -> Option<String> {
    let bad = style
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || "=,#-_ ".contains(*c)))?;
    Some(format!("a style cannot contain {bad:?}"))
}

/// Text and how many columns it takes.
#[derive(Default)]
struct Drawn {
    text: String,
    width: usize,
    has_style: bool,
    /// Something in it counts something.
    counts: bool,
}

impl Drawn {
    fn write(&mut self, text: &str) {
        self.text.push_str(text);
        self.width += text.width();
    }

    fn style(&mut self, style: &str) {
        self.text.push_str("#[");
        self.text.push_str(style);
        self.text.push(']');
        self.has_style = true;
    }

    fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.width += other.width;
        self.has_style |= other.has_style;
        self.counts |= other.counts;
    }
}

impl Look {
    pub(super) fn render(&self, format: &Format, counts: &Counts) -> String {
        let whole = self.draw(&format.parts, counts);
        if !whole.counts {
            return String::new();
        }
        let fits = |drawn: &Drawn| self.width.is_none_or(|width| drawn.width <= width);
        if fits(&whole) {
            return self.finish(whole);
        }
        let short = self.shortened(counts);
        if short.counts && fits(&short) {
            return self.finish(short);
        }
        String::new()
    }

    fn draw(&self, parts: &[Part], counts: &Counts) -> Drawn {
        let mut drawn = Drawn::default();
        for part in parts {
            match part {
                Part::Text(text) => drawn.write(text),
                Part::Style(_) if self.is_plain => {}
                Part::Style(style) => {
                    drawn.style(style);
                }
                Part::Count { sort, is_bare } => {
                    let icon = if *is_bare { "" } else { self.icons.of(*sort) };
                    self.count(&mut drawn, counts, *sort, icon, *is_bare);
                }
                Part::All => drawn.append(&self.all(counts)),
                Part::Group(parts) => {
                    let group = self.draw(parts, counts);
                    if group.counts {
                        drawn.append(&group);
                    }
                }
            }
        }
        drawn
    }

    /// All sorts that there are but the one that is over.
    fn all(&self, counts: &Counts) -> Drawn {
        self.listed(counts, " ", |sort| self.icons.of(sort))
    }

    /// The same without symbols.
    fn shortened(&self, counts: &Counts) -> Drawn {
        self.listed(counts, "/", |_| "")
    }

    fn listed(&self, counts: &Counts, between: &str, icon: impl Fn(Sort) -> &'static str) -> Drawn {
        let mut drawn = Drawn::default();
        for sort in Sort::ALL {
            if sort == Sort::Ended || counts.count(sort) == 0 {
                continue;
            }
            if drawn.counts {
                drawn.write(between);
            }
            self.count(&mut drawn, counts, sort, icon(sort), false);
        }
        drawn
    }

    fn count(
        &self,
        drawn: &mut Drawn,
        counts: &Counts,
        sort: Sort,
        icon: &str,
        is_shown_as_zero: bool,
    ) {
        let count = counts.count(sort);
        drawn.counts |= count > 0;
        if count == 0 && !is_shown_as_zero {
            return;
        }
        let style = self.style(sort).filter(|_| count > 0);
        if let Some(style) = style {
            drawn.style(style);
        }
        drawn.write(&format!("{icon}{count}"));
        if style.is_some() {
            drawn.style("default");
        }
    }

    fn style(&self, sort: Sort) -> Option<&str> {
        let style = self.styles.iter().find(|(known, _)| *known == sort);
        let style = style.map(|(_, style)| style.as_str());
        style.filter(|style| !self.is_plain && !style.is_empty())
    }

    /// Makes the line's own style the default meanwhile, so that it is what comes after each style of ours.
    fn finish(&self, drawn: Drawn) -> String {
        let mut text = drawn.text;
        if drawn.has_style {
            text = format!("#[push-default]{text}#[default]#[pop-default]");
        }
        if self.is_clickable && !self.is_plain {
            text = format!("#[range=user|{RANGE}]{text}#[norange]");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look() -> Look {
        Look {
            styles: vec![
                (Sort::Waiting, "fg=yellow,bold".to_owned()),
                (Sort::Idle, String::new()),
            ],
            ..Look::default()
        }
    }

    const COUNTS: Counts = Counts {
        waiting: 1,
        active: 0,
        idle: 2,
        paused: 0,
        failed: 0,
        ended: 0,
    };

    #[test]
    fn styles_are_blocks_of_their_own_and_take_no_columns() {
        let format = Format::default();
        let look = Look {
            width: Some(5),
            ..look()
        };
        assert_eq!(
            format.render(&COUNTS, &look),
            "#[push-default]#[fg=yellow,bold]◐1#[default] ○2#[default]#[pop-default]"
        );
        let plain = Look {
            is_plain: true,
            is_clickable: true,
            ..look.clone()
        };
        assert_eq!(format.render(&COUNTS, &plain), "◐1 ○2");
        let idle = Counts {
            waiting: 0,
            ..COUNTS
        };
        let clickable = Look {
            is_clickable: true,
            ..look
        };
        assert_eq!(
            format.render(&idle, &clickable),
            "#[range=user|geppetto]○2#[norange]"
        );
        assert_eq!(format.render(&Counts::default(), &clickable), "");
    }

    #[test]
    fn styles_of_the_format_are_taken_as_they_are() {
        let format = Format::parse("#[italics]{idle}#[fg=red]{active}").unwrap();
        assert_eq!(
            format.render(&COUNTS, &Look::default()),
            "#[push-default]#[italics]○2#[fg=red]#[default]#[pop-default]"
        );
    }

    #[test]
    fn a_style_cannot_leave_its_block() {
        assert_eq!(style_error("fg=#a0b1c2,bg=colour4,no-bold"), None);
        for style in ["fg=red]", "#{pid}", "#(touch x)", "a|b", "a\n"] {
            assert!(style_error(style).is_some(), "{style}");
        }
    }
}
