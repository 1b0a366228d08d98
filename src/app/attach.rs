//! `attach`: how a person gets to a runner's pane, and to the session of a slot.

use super::world::World;
use super::{App, AppError};
use crate::domain::ids::{PaneId, RunnerId};
use crate::domain::key::SessionKey;
use crate::domain::runner::Place;
use crate::ports::mux::{AttachCommands, MuxError, MuxSession};

impl App {
    /// The command lines for a terminal outside and inside of tmux. A runner whose pane is gone still has the session of its
    /// key.
    ///
    /// # Errors
    /// `RunnerNotFound`; `Operation` when its pane is gone; what tmux meets.
    pub async fn attach(&self, runner: String) -> Result<AttachCommands, AppError> {
        self.look_where_it_is().await?;
        let (place, session_name) = self
            .monitor
            .turn(move |world| {
                let runner = &world.find(&runner)?.runner;
                let of_key = || runner.key.as_ref().and_then(|key| world.pane_of(key));
                let there = world.pane_of_runner(runner.id).or_else(of_key);
                there.ok_or_else(|| AppError::Operation {
                    id: runner.id,
                    name: runner.name.to_string(),
                    action: "attached to",
                    status: runner.status.status(),
                })
            })
            .await??;
        Ok(self.ports.marks.attach_commands(&session_name, &place))
    }

    /// The same for a slot: the pane of its runner, else what its session shows.
    ///
    /// # Errors
    /// `Key`, `SlotNotFound`; `NoSlotSession` when neither is there; what tmux meets.
    pub async fn attach_slot(&self, key: &str) -> Result<AttachCommands, AppError> {
        self.look_where_it_is().await?;
        let key = self.key(key)?;
        let short = self.short_key(&key);
        let (place, session_name) = self
            .monitor
            .turn(move |world| {
                let runner = world.slot(&key)?.runner;
                let of_runner = runner.and_then(|id| world.pane_of_runner(id));
                let there = of_runner.or_else(|| world.pane_of(&key));
                there.ok_or(AppError::NoSlotSession { key, short })
            })
            .await??;
        Ok(self.ports.marks.attach_commands(&session_name, &place))
    }

    /// The same for any pane, in the session that was asked for.
    ///
    /// # Errors
    /// `Mux` with `NoSession` or `NoPane`, and what tmux meets.
    pub async fn attach_pane(
        &self,
        pane: PaneId,
        session: Option<String>,
    ) -> Result<AttachCommands, AppError> {
        self.follow_now().await?;
        let (place, session_name) = self
            .monitor
            .turn(move |world| {
                let wanted = session.map(|text| world.session(&text).cloned());
                let wanted = wanted.transpose()?;
                world.pane_in(pane, wanted.as_ref()).ok_or_else(|| {
                    AppError::from(MuxError::NoPane {
                        target: pane.to_string(),
                    })
                })
            })
            .await??;
        Ok(self.ports.marks.attach_commands(&session_name, &place))
    }

    /// The same for what a session shows.
    ///
    /// # Errors
    /// `Mux` with `NoSession`, and what tmux meets.
    pub async fn attach_session(&self, session: String) -> Result<AttachCommands, AppError> {
        self.follow_now().await?;
        let (place, session_name) = self
            .monitor
            .turn(move |world| {
                let known = world.session(&session)?;
                let shown = world.shown_by(known);
                shown.ok_or(AppError::from(MuxError::NoSession { target: session }))
            })
            .await??;
        Ok(self.ports.marks.attach_commands(&session_name, &place))
    }

    /// The pane may have closed or moved in this moment, and the command is to work when it is pasted.
    pub(super) async fn look_where_it_is(&self) -> Result<(), AppError> {
        match self.follow_now().await {
            // Then nothing is anywhere, as the world knows.
            Err(AppError::Mux(MuxError::NoServer { .. })) => Ok(()),
            seen => seen,
        }
    }
}

impl World {
    /// Where a runner's pane is, if tmux still has it, and the name of its session.
    pub(super) fn pane_of_runner(&self, id: RunnerId) -> Option<(Place, String)> {
        let runner = &self.entry(id).ok()?.runner;
        let place = runner.place.as_ref()?;
        let mut panes = self.layout.panes.iter();
        panes
            .any(|known| known.place.is_same_process(place))
            .then(|| (place.clone(), runner.session_name.clone()))
    }

    /// The same of the session that has a key.
    fn pane_of(&self, key: &SessionKey) -> Option<(Place, String)> {
        self.shown_by(self.layout.session_of(key)?)
    }

    /// A pane in the session that is wanted, or else where tmux has it, and the session's name.
    fn pane_in(&self, pane: PaneId, wanted: Option<&MuxSession>) -> Option<(Place, String)> {
        let mut panes = self.layout.panes.iter();
        let known = panes.find(|known| known.place.pane == pane)?;
        let (session, name) = match wanted {
            Some(wanted) if known.sessions.contains(&wanted.id) => (wanted.id, wanted.name.clone()),
            Some(_) => return None,
            None => (known.place.session, known.session_name.clone()),
        };
        let place = Place {
            session,
            ..known.place.clone()
        };
        Some((place, name))
    }

    /// The active pane of a session, else any that it shows, and the session's name.
    fn shown_by(&self, session: &MuxSession) -> Option<(Place, String)> {
        let panes = self.layout.panes.iter();
        let shown = || {
            panes
                .clone()
                .filter(|pane| pane.sessions.contains(&session.id))
        };
        let active = shown().find(|pane| pane.active && pane.place.session == session.id);
        let place = Place {
            session: session.id,
            ..active.or_else(|| shown().next())?.place.clone()
        };
        Some((place, session.name.clone()))
    }
}
