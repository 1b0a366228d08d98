//! Claims: a registration keeps the key that it is about to give to a session, so that of two sessions that are to get one key at
//! once, one is refused. A claim ends when it is dropped, also with a request that is broken off.

use std::sync::Arc;

use super::world::World;
use super::{App, AppError};
use crate::domain::ids::SessionId;
use crate::domain::key::SessionKey;
use crate::ports::mux::MuxSession;

/// Keeps a key for as long as it lives.
pub(super) type Claim = Arc<()>;

impl App {
    /// Takes a key, if there is one, for a session; `sessions` is what tmux has now.
    ///
    /// # Errors
    /// `KeyOfSession`, `KeyInUse`.
    pub(super) async fn claim_key(
        &self,
        key: Option<SessionKey>,
        session: SessionId,
        sessions: &Arc<[MuxSession]>,
    ) -> Result<Option<Claim>, AppError> {
        let Some(key) = key else { return Ok(None) };
        let sessions = Arc::clone(sessions);
        self.monitor
            .turn(move |world| world.claim_key(key, session, &sessions).map(Some))
            .await?
    }
}

impl World {
    /// Takes a key for a session until the claim is dropped, unless it is that of another session, or of a runner elsewhere.
    fn claim_key(
        &mut self,
        key: SessionKey,
        session: SessionId,
        sessions: &[MuxSession],
    ) -> Result<Claim, AppError> {
        self.claims.retain(|_, (_, claim)| claim.strong_count() > 0);
        let text = key.to_string();
        // Somebody may have given it away since tmux was asked, of which then the layout tells.
        let given = self.layout.session_of(&key).map(|known| known.id);
        let claimed = self.claims.get(&key).map(|(claimed, _)| *claimed);
        let holder = sessions
            .iter()
            .filter(|other| other.id != session)
            .find(|other| {
                other.key.as_ref() == Some(&text) || [given, claimed].contains(&Some(other.id))
            });
        if let Some(holder) = holder {
            return Err(AppError::KeyOfSession {
                key,
                session: holder.name.clone(),
            });
        }
        if let Some(id) = self.started_for(&key) {
            let entry = self.entry(id)?;
            let place = entry.runner.place.as_ref();
            if !entry.status().is_ended() && place.is_none_or(|place| place.session != session) {
                return Err(self.key_in_use(&key, id));
            }
        }
        let claim = Claim::default();
        self.claims.insert(key, (session, Arc::downgrade(&claim)));
        Ok(claim)
    }
}
