//! `sessions`: tmux's sessions as such: list, exists, kill.

use super::world::World;
use super::{App, AppError};
use crate::domain::ids::SessionId;
use crate::ports::mux::{MuxError, MuxSession};

/// A session, and what geppetto has in it.
#[derive(Debug, Clone)]
pub struct SessionNow {
    /// The session.
    pub session: MuxSession,
    /// How many runners live in it.
    pub runners: usize,
}

/// The session that `text` means: `$N` or an exact name, never a prefix.
pub(super) fn find<'a>(sessions: &'a [MuxSession], text: &str) -> Result<&'a MuxSession, AppError> {
    let id = text.parse::<SessionId>().ok();
    sessions
        .iter()
        .find(|session| session.name == text)
        .or_else(|| sessions.iter().find(|session| Some(session.id) == id))
        .ok_or_else(|| {
            MuxError::NoSession {
                target: text.to_owned(),
            }
            .into()
        })
}

impl World {
    /// The session that `text` means, as last seen.
    pub(super) fn session(&self, text: &str) -> Result<&MuxSession, AppError> {
        find(&self.layout.sessions, text)
    }

    /// Name of a session, as last seen.
    pub(super) fn session_name(&self, id: SessionId) -> Option<String> {
        self.layout
            .sessions
            .iter()
            .find(|session| session.id == id)
            .map(|s| s.name.clone())
    }
}

impl App {
    /// Every session, asked of tmux now.
    ///
    /// # Errors
    /// `Mux`.
    pub async fn sessions(&self) -> Result<Vec<SessionNow>, AppError> {
        let (sessions, _) = self.ports.mux.layout().await?;
        self.monitor
            .turn(move |world| {
                let count = |id| {
                    world
                        .live()
                        .filter(|e| e.runner.place.as_ref().is_some_and(|p| p.session == id))
                        .count()
                };
                sessions
                    .iter()
                    .map(|session| SessionNow {
                        session: session.clone(),
                        runners: count(session.id),
                    })
                    .collect()
            })
            .await
    }

    /// Whether a session is there, by id or exact name.
    ///
    /// # Errors
    /// `Mux`, but not `NoSession`.
    pub async fn session_exists(&self, text: &str) -> Result<bool, AppError> {
        match self.ports.mux.layout().await {
            Ok((sessions, _)) => Ok(find(&sessions, text).is_ok()),
            Err(MuxError::NoServer { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a session with all its windows.
    ///
    /// # Errors
    /// `Mux` with `NoSession`, and what every command can meet.
    pub async fn kill_session(&self, text: &str) -> Result<(), AppError> {
        let (sessions, _) = self.ports.mux.layout().await?;
        let id = find(&sessions, text)?.id;
        Ok(self.ports.marks.kill_session(id).await?)
    }
}
