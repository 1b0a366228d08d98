//! The segment as this user wants it: counts of the daemon, painted after the flags, which tmux fills in from options.
//! A wish that cannot be understood is left out and told: whoever reads a status line wants to see it all the same.

use super::args::{IconSet, StatusArgs};
use crate::domain::segment::{Counts, Format, Icons, Look, Sort, USUAL_WIDTH, style_error};
use crate::wire::StatusView;

/// What turns counts into text.
#[derive(Debug)]
pub(crate) struct Painter {
    format: Format,
    look: Look,
    /// What was wrong with the wishes, whole sentences.
    pub(crate) complaints: Vec<String>,
}

impl Painter {
    /// After the flags; for a status line, as long as the line has room for.
    pub(crate) fn new(args: &StatusArgs) -> Self {
        let mut complaints = Vec::new();
        let text = args.format.as_deref().unwrap_or_default();
        let format = Format::parse(text).unwrap_or_else(|error| {
            complaints.push(format!("The format \"{text}\" is not used: {error}."));
            Format::default()
        });
        let wide = (args.follow && format == Format::default()).then_some(USUAL_WIDTH);
        let look = Look {
            icons: match args.icons {
                None | Some(IconSet::Unicode) => Icons::Unicode,
                Some(IconSet::Ascii) => Icons::Ascii,
                Some(IconSet::Nerd) => Icons::Nerd,
            },
            styles: styles(&args.styles, &mut complaints),
            width: width(args.width.as_deref(), wide, &mut complaints),
            is_clickable: args.click,
            is_plain: args.plain,
        };
        Self {
            format,
            look,
            complaints,
        }
    }

    /// The text.
    pub(crate) fn paint(&self, status: &StatusView) -> String {
        let counts = Counts {
            active: status.active,
            waiting: status.waiting,
            idle: status.idle,
            paused: status.paused,
            failed: status.failed,
            ended: status.ended,
        };
        self.format.render(&counts, &self.look)
    }
}

fn styles(wishes: &[String], complaints: &mut Vec<String>) -> Vec<(Sort, String)> {
    let mut styles = Vec::new();
    for wish in wishes {
        let (word, style) = wish.split_once('=').unwrap_or((wish, ""));
        let Some(sort) = Sort::from_word(word) else {
            complaints.push(format!(
                "The style \"{wish}\" is not used: there is no status {word:?}."
            ));
            continue;
        };
        match style_error(style) {
            Some(error) => complaints.push(format!("The style \"{style}\" is not used: {error}.")),
            // tmux would take the capital letters of a colour for formats.
            None => styles.push((sort, style.to_ascii_lowercase())),
        }
    }
    styles
}

fn width(wish: Option<&str>, usual: Option<usize>, complaints: &mut Vec<String>) -> Option<usize> {
    match wish.unwrap_or_default() {
        "" => usual,
        "off" | "none" => None,
        wish => wish.parse().ok().or_else(|| {
            complaints.push(format!(
                "The width \"{wish}\" is not used: it is no number."
            ));
            usual
        }),
    }
}
