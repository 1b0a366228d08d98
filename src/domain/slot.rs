//! A slot: one named place of an idea, `<prefix>::<idea>::<slot>`, and what the user last saw of it.

use super::ids::RunnerId;
use super::key::SessionKey;
use super::time::Timestamp;
use super::transcript::Position;

/// What has become of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotStatus {
    /// Its key is taken, and it has no tmux session.
    Reserved,
    /// It has a tmux session to which somebody is attached.
    Attached,
    /// It has a tmux session, and nobody is attached.
    Detached,
    /// Its tmux session is gone; its history is kept.
    Ended,
}

impl SlotStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Reserved, Self::Attached, Self::Detached, Self::Ended];

    /// The word used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Attached => "attached",
            Self::Detached => "detached",
            Self::Ended => "ended",
        }
    }

    /// The status that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// A slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its key.
    pub key: SessionKey,
    /// The tmux session's name: the key's safe form.
    pub session_name: String,
    /// What has become of it.
    pub status: SlotStatus,
    /// The runner whose transcript is the slot's history; the newest that had the key.
    pub runner: Option<RunnerId>,
    /// When it was reserved.
    pub created_at: Timestamp,
    /// When a terminal was last attached.
    pub last_connected_at: Option<Timestamp>,
    /// When the last terminal left.
    pub last_detach_at: Option<Timestamp>,
    /// How far the runner's transcript was when the last terminal left.
    pub cursor: Option<Position>,
    /// The text of the screen at that moment.
    pub snapshot: Option<String>,
}
