//! Command lines for a control client, built so that no argument can become syntax: ids are typed, everything else is
//! quoted. A command knows how many replies tmux will give to it.

use std::fmt;

use super::quote::{literal, quote};
use crate::ports::mux::MuxError;

/// One command line: one command, or several in a list of which the first failing one ends the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    name: &'static str,
    line: String,
    replies: usize,
}

impl Command {
    /// The command itself, without arguments.
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            line: name.to_owned(),
            replies: 1,
        }
    }

    /// An argument that is ours: a flag, or text without anything that tmux could read as syntax.
    pub(super) fn flag(mut self, flag: &'static str) -> Self {
        self.line.push(' ');
        self.line.push_str(flag);
        self
    }

    /// A format of ours, quoted already.
    pub(super) fn format(mut self, format: &str) -> Self {
        self.line.push(' ');
        self.line.push_str(format);
        self
    }

    /// An id or number. Quoted, since a bare `%` begins a directive.
    pub(super) fn id(mut self, id: impl fmt::Display) -> Self {
        self.line.push_str(&format!(" '{id}'"));
        self
    }

    /// Any text that tmux takes as it is.
    ///
    /// # Errors
    /// For a NUL, which cannot be sent.
    pub(super) fn text(mut self, text: &str) -> Result<Self, MuxError> {
        let quoted = quote(text).map_err(|error| MuxError::Command {
            command: self.name.to_owned(),
            message: error.to_string(),
        })?;
        self.line.push(' ');
        self.line.push_str(&quoted);
        Ok(self)
    }

    /// Any text for an argument that tmux expands as a format; it arrives unexpanded.
    ///
    /// # Errors
    /// For a NUL, which cannot be sent.
    pub(super) fn literal(self, text: &str) -> Result<Self, MuxError> {
        self.text(&literal(text))
    }

    /// Another command behind this one.
    pub(super) fn then(mut self, next: &Self) -> Self {
        self.line.push_str(" ; ");
        self.line.push_str(&next.line);
        self.replies += next.replies;
        self
    }

    /// True when it changes what a layout shows and tmux tells nobody.
    pub(super) fn is_silent_change(&self) -> bool {
        self.name == "set-option"
    }

    /// True when doing it twice is the same as doing it once.
    pub(super) fn is_repeatable(&self) -> bool {
        [
            "set-option",
            "set-environment",
            "kill-session",
            "kill-pane",
            "list-panes",
        ]
        .contains(&self.name)
    }

    /// True when it makes or closes windows, of which tmux notifies every control client.
    pub(super) fn stirs(&self) -> bool {
        matches!(
            self.name,
            "new-window" | "new-session" | "kill-pane" | "kill-session"
        )
    }

    /// Its first word.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// How many replies come when nothing fails.
    pub(super) fn replies(&self) -> usize {
        self.replies
    }

    /// The line for tmux, without the line feed.
    pub(super) fn line(&self) -> &str {
        &self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_cannot_become_syntax() {
        let command = Command::new("new-window")
            .flag("-n")
            .literal("#(touch x)'; kill-server\n%exit")
            .unwrap()
            .flag("-t")
            .id("%1");
        assert_eq!(
            command.line(),
            r#"new-window -n '##(touch x)'\''; kill-server'"\n"'%exit' -t '%1'"#
        );
        assert!(Command::new("x").text("a\0b").is_err());
    }

    #[test]
    fn a_list_has_a_reply_for_each_command() {
        let list = Command::new("list-sessions").then(&Command::new("list-clients").flag("-F"));
        assert_eq!(list.replies(), 2);
        assert_eq!(list.line(), "list-sessions ; list-clients -F");
    }
}
