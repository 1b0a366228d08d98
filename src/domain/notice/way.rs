//! The ways in which a person can be told, from quiet to loud.

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// The bell of the runner's pane; tmux does with it what the user's bell options say.
    Bell,
    /// A line on the terminals that do not show the pane.
    Message,
    /// A sequence with which a program asks its terminal to notify.
    Osc,
    /// The desktop's notifications.
    Desktop,
    /// A command of the user's own.
    Command,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 5] = [
        Self::Bell,
        Self::Message,
        Self::Osc,
        Self::Desktop,
        Self::Command,
    ];

    /// The word in the config file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bell => "bell",
            Self::Message => "message",
            Self::Osc => "osc",
            Self::Desktop => "desktop",
            Self::Command => "command",
        }
    }

    /// The way that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }
}
