//! What a new daemon does first: it takes the runners of the one before it from the store, and watches again
//! what tmux still has. Exits that happened in between come from what the run parents wrote down.

use std::sync::Arc;
use std::time::Duration;

use super::conversation::Assumed;
use super::layout::Layout;
use super::limits::KNOWN_LINES;
use super::recorded::Recorded;
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::conversation::{ConversationId, KeptConversation};
use crate::domain::evidence::{Evidence, Fact};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, Pid, RunnerId};
use crate::domain::key::SessionKey;
use crate::domain::kind::Kind;
use crate::domain::name::RunnerName;
use crate::domain::runner::{Origin, Place, Runner, Wishes};
use crate::domain::status::{Status, StatusState};
use crate::domain::transcript::Position;
use crate::ports::mux::{MuxError, MuxPane, MuxServer};
use crate::ports::store::{Stored, StoredRunner, WrittenExit};
use crate::ports::table::RunOf;

impl App {
    /// Recovers; answers when every runner has a status again. Call it once, with the daemon's socket bound (so
    /// that run parents find somebody) and before its first request is answered.
    ///
    /// # Errors
    /// `Mux` when tmux is missing or too old, `Ending`. A store that cannot be read is a warning.
    pub async fn recover(&self) -> Result<(), AppError> {
        let settings = self.settings();
        let stored = match self.ports.store.load().await {
            Ok(stored) => stored,
            Err(error) => {
                let sentence = format!("The list of runners was lost: {error}.");
                self.monitor.turn(move |world| world.warn(sentence)).await?;
                Stored::default()
            }
        };
        self.recover_slots().await?;
        let server = match self.ports.mux.server().await {
            Ok(server) => Some(server),
            Err(MuxError::NoServer { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let same_server = is_same(&stored, server.as_ref());
        let panes: Arc<[MuxPane]> = match &server {
            Some(_) => self.ports.mux.layout().await?.1,
            None => Arc::new([]),
        };
        let forgotten = stored.forgotten_panes.iter().copied().map(PaneId);
        let forgotten: Vec<PaneId> = if same_server {
            forgotten.collect()
        } else {
            Vec::new()
        };
        self.monitor
            .turn(move |world| {
                world.ended_kept = settings.ended_kept;
                world.server = server;
                world.forgotten.extend(forgotten);
            })
            .await?;
        for record in stored.runners {
            self.recover_runner(record, &panes, same_server).await?;
        }
        self.recover_spending().await?;
        self.monitor
            .turn(|world| {
                world.find_slot_runners();
                world.hold_cursors();
            })
            .await?;
        if self.monitor.turn(|world| world.server.is_some()).await? {
            let (sessions, panes) = self.ports.mux.layout().await?;
            self.follow_layout(Layout { sessions, panes }).await?;
            let orphans = self.monitor.turn(|world| world.orphans()).await?;
            self.adopt_all(&orphans).await?;
        }
        Ok(())
    }

    /// The pane of a record's run, if it is still there.
    fn pane_of<'a>(
        &self,
        record: &StoredRunner,
        panes: &'a [MuxPane],
        same_server: bool,
    ) -> Option<&'a MuxPane> {
        match &record.place {
            Some(place) if same_server => at(place, panes),
            Some(_) => None,
            None if record.status.is_ended() => None,
            None => self.being_started(record, panes),
        }
    }

    /// The pane of a run whose daemon was killed while it was started: known by its run parent, since it may have got no
    /// mark yet, else by its mark. The server may be one that the daemon had started for it.
    fn being_started<'a>(
        &self,
        record: &StoredRunner,
        panes: &'a [MuxPane],
    ) -> Option<&'a MuxPane> {
        let (runner, run) = (record.id, record.run);
        let living = || panes.iter().filter(|pane| !pane.dead);
        let run_of = |pane: &MuxPane| self.ports.run_parents.run_of(pane.place.pane_pid);
        let is_marked = |pane: &&MuxPane| pane.runner == Some(runner);
        living()
            .find(|pane| run_of(pane) == Some(RunOf { runner, run }))
            .or_else(|| {
                living()
                    .filter(is_marked)
                    .max_by_key(|pane| pane.place.pane)
            })
    }

    async fn recover_slots(&self) -> Result<(), AppError> {
        let slots = self.ports.slots.slots().await;
        self.monitor
            .turn(move |world| match slots {
                Ok(slots) => {
                    let slots = slots.into_iter().map(|slot| (slot.key.clone(), slot));
                    world.slots.extend(slots);
                }
                Err(error) => world.warn(format!("The slots were lost: {error}.")),
            })
            .await
    }

    async fn recover_runner(
        &self,
        record: StoredRunner,
        panes: &[MuxPane],
        same_server: bool,
    ) -> Result<(), AppError> {
        let pane = self.pane_of(&record, panes, same_server);
        let was = record.status;
        let recorded = Recorded {
            lifetime: record.lifetime.clone(),
            ..self.recorded(record.id).await
        };
        let Some(mut runner) = revive(record) else {
            return Ok(());
        };
        let tag = RunTag {
            runner: runner.id,
            run: runner.run,
        };
        if !same_server {
            // Another server counts its panes and sessions from the same numbers.
            runner.place = None;
        }
        if was.is_ended() {
            return self
                .monitor
                .turn(move |world| {
                    let now = world.clock.tick();
                    world.put(runner).known(recorded, now);
                })
                .await;
        }
        if let Some(pane) = pane {
            runner.place = Some(pane.place.clone());
            runner.session_name.clone_from(&pane.session_name);
        }
        let ours = runner.is_ours();
        if let Some(exit) = self.exit_meanwhile(&runner, pane, same_server).await {
            let ended = move |world: &mut World| world.insert_ended(runner, recorded, exit);
            return self.monitor.turn(ended).await;
        }
        let (silence_after, wishes) = (runner.wishes.idle_after, runner.wishes.clone());
        self.monitor
            .turn(move |world| world.insert_survivor(runner, recorded))
            .await?;
        // What is in the file already is not written again.
        self.write_log_file(tag.runner, &wishes, 0).await?;
        let Some(pane) = pane else { return Ok(()) };
        if let Err(error) = self.watch_found(tag, pane, silence_after, ours).await {
            let reason = format!("It could not be watched again: {error}.");
            return self
                .monitor
                .turn(move |world| world.apply(tag.runner, Fact::Lost { reason }))
                .await;
        }
        if was == Status::Paused {
            self.monitor
                .turn(move |world| world.apply(tag.runner, Fact::Paused))
                .await?;
        }
        Ok(())
    }

    /// What the daemons before recorded of a runner.
    /// What of it cannot be read is warned of now, and told by whoever asks for it.
    async fn recorded(&self, id: RunnerId) -> Recorded {
        let end = self.ports.transcripts.reader.extent(id).await;
        let is_new = matches!(&end, Ok(extent) if extent.end == Position::default());
        let lines = match &end {
            Ok(_) if is_new => Ok(Vec::new()),
            Ok(_) => self.newest_lines(id, KNOWN_LINES).await,
            Err(error) => Err(error.clone().into()),
        };
        let lines = match lines {
            Ok(lines) => lines,
            Err(error) => {
                let sentence = format!("What runner {id} printed before cannot be read: {error}.");
                // An error means that the daemon ends.
                let _ending = self.monitor.turn(move |world| world.warn(sentence)).await;
                Vec::new()
            }
        };
        Recorded {
            // Output goes on there also when nobody can read what is before it.
            end: end.map(|extent| extent.end).unwrap_or_default(),
            is_new,
            lines,
            lifetime: None,
        }
    }

    /// How a runner ended while no daemon was there; `None` when its pane is still there.
    async fn exit_meanwhile(
        &self,
        runner: &Runner,
        pane: Option<&MuxPane>,
        same_server: bool,
    ) -> Option<Exit> {
        let written = if runner.is_ours() {
            self.written_exit(runner.id, runner.run).await
        } else {
            None
        };
        let source = match written {
            // Nobody saw the server go; it took along what had not ended well by itself.
            Some(written) if !same_server && is_victim(&written) => ExitSource::ServerGone,
            Some(written) => return Some(of_run_parent(&written)),
            None if pane.is_some() => return None,
            None if same_server => ExitSource::PaneClosed,
            None => ExitSource::ServerGone,
        };
        Some(Exit {
            outcome: Outcome::NotKnown,
            source,
            at: written.map_or_else(|| self.ports.clock.now(), |written| written.at),
        })
    }

    /// The true exit of a run whose run parent ended at a moment when this daemon did not listen yet, instead of what
    /// tmux told of it.
    pub(super) async fn true_exit(&self, id: RunnerId, run: u32, told: Exit) -> Exit {
        if told.outcome != Outcome::NotKnown {
            return told;
        }
        match self.written_exit(id, run).await {
            Some(written) if told.source == ExitSource::ServerGone && is_victim(&written) => told,
            Some(written) => of_run_parent(&written),
            None => told,
        }
    }

    /// The exit that the run parent of a run wrote down because it found no daemon.
    async fn written_exit(&self, id: RunnerId, run: u32) -> Option<WrittenExit> {
        match self.ports.store.take_exit(id, run).await {
            Ok(written) => written,
            Err(error) => {
                tracing::warn!(runner = %id, %error, "the exit that its run parent wrote down is lost");
                None
            }
        }
    }
}

/// True when a program whose server is gone did not end by itself: its terminal was taken away, or it did not end well.
fn is_victim(written: &WrittenExit) -> bool {
    written.hung_up || written.outcome != Outcome::Code(0)
}

const fn of_run_parent(written: &WrittenExit) -> Exit {
    Exit {
        outcome: written.outcome,
        source: ExitSource::RunParent,
        at: written.at,
    }
}

impl World {
    /// A runner that ended while no daemon was there.
    fn insert_ended(&mut self, mut runner: Runner, recorded: Recorded, exit: Exit) {
        let (at, tick) = (exit.at, self.clock.tick());
        runner.status.apply(&Evidence {
            at,
            fact: Fact::Exited(exit),
        });
        let entry = self.put(runner);
        entry.resume(recorded, tick);
        entry.finish(at);
    }

    /// A runner that lived on while no daemon was there.
    fn insert_survivor(&mut self, runner: Runner, recorded: Recorded) {
        let (now, tick) = (self.clock.now(), self.clock.tick());
        let entry = self.put(runner);
        entry.resume(recorded, tick);
        entry.assumed = Assumed::Recalled;
        if let Some(limit) = entry.runner.wishes.max_duration {
            let ran = Duration::from_millis(now.0.saturating_sub(entry.runner.started_at.0));
            entry.deadline = Some(tick.after(limit.saturating_sub(ran)));
        }
    }
}

/// The pane in that place, if its process is the one that it was.
fn at<'a>(place: &Place, panes: &'a [MuxPane]) -> Option<&'a MuxPane> {
    panes.iter().find(|pane| pane.place.is_same_process(place))
}

fn is_same(stored: &Stored, server: Option<&MuxServer>) -> bool {
    match (&stored.server, server) {
        (Some(then), Some(now)) => {
            then.pid == now.pid.as_raw() && then.start_time == now.start_time
        }
        _ => false,
    }
}

/// The runner of a record; `None` when a newer geppetto wrote what this one does not know.
fn revive(record: StoredRunner) -> Option<Runner> {
    let name = RunnerName::parse(&record.name).ok()?;
    let kind = Kind::named(&record.kind).unwrap_or_else(Kind::custom);
    let origin = record.launch.map_or(Origin::Registered, Origin::Started);
    let wishes = Wishes {
        idle_after: record.idle_after,
        max_duration: record.max_duration,
        output_dir: record.output_dir,
        kind: record.given_kind.as_deref().and_then(Kind::named),
    };
    let mut runner = Runner::new(record.id, name, kind, origin, wishes, record.created_at);
    runner.key = record
        .key
        .as_deref()
        .and_then(|key| SessionKey::parse(key, "").ok());
    runner.place = record.place;
    runner.session_name = record.session_name;
    runner.pid = record.pid.and_then(Pid::new);
    runner.run = record.run;
    runner.started_at = record.started_at;
    runner.snoozed_until = record.snoozed_until;
    runner.conversation = record.conversation.and_then(|one| {
        let (kind, id) = (Kind::named(&one.kind)?, ConversationId::parse(&one.id)?);
        Some(KeptConversation { kind, id })
    });
    if record.status.is_ended() {
        runner.status = StatusState::ended(record.status, record.since, record.reason, record.exit);
    }
    Some(runner)
}
