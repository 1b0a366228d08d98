//! What the multiplexer last told of its sessions and panes.

use std::sync::Arc;

use crate::domain::key::SessionKey;
use crate::ports::mux::{MuxPane, MuxSession};

/// What the multiplexer last told.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) sessions: Arc<[MuxSession]>,
    pub(super) panes: Arc<[MuxPane]>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            sessions: Arc::new([]),
            panes: Arc::new([]),
        }
    }
}

impl Layout {
    /// The session that has a key.
    pub(super) fn session_of(&self, key: &SessionKey) -> Option<&MuxSession> {
        let key = key.to_string();
        self.sessions
            .iter()
            .find(|session| session.key.as_ref() == Some(&key))
    }
}
