//! `restore`: starts again what ran when the tmux server went away, each key and each conversation once.

use std::collections::BTreeSet;

use super::start::StartMode;
use super::world::World;
use super::{App, AppError};
use crate::domain::conversation::ConversationId;
use crate::domain::exit::ExitSource;
use crate::domain::ids::RunnerId;
use crate::domain::key::SessionKey;
use crate::domain::runner::{Origin, Runner};

/// What becomes of a runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreAction {
    /// It will be started.
    Start,
    /// It was started.
    Started,
    /// It is left alone; the reason is a whole sentence.
    Skip(String),
    /// It could not be started; the reason is a whole sentence.
    Failed(String),
}

/// A line of the plan.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The runner.
    pub runner: Runner,
    /// What becomes of it.
    pub action: RestoreAction,
    /// The conversation that it goes on with when it is started.
    pub resumes: Option<ConversationId>,
}

impl App {
    /// The plan, and unless `dry_run` its execution, one after the other. What has been started is no longer in the next plan,
    /// so breaking off and doing it again starts nothing twice.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn restore(&self, dry_run: bool) -> Result<Vec<Restored>, AppError> {
        let mut plan = self.monitor.turn(|world| world.restore_plan()).await?;
        if dry_run {
            return Ok(plan);
        }
        for line in &mut plan {
            if line.action != RestoreAction::Start {
                continue;
            }
            let started = self
                .start(line.runner.id.to_string(), StartMode::Resume)
                .await;
            line.action = match started {
                Ok(now) => {
                    line.resumes = now.resumed;
                    RestoreAction::Started
                }
                Err(AppError::Ending) => return Err(AppError::Ending),
                Err(error) => RestoreAction::Failed(error.to_string()),
            };
        }
        Ok(plan)
    }
}

impl World {
    /// Everything that ran when the server went away, the newest first of those that share a key.
    fn restore_plan(&self) -> Vec<Restored> {
        let mut lost: Vec<&Runner> = self
            .runners
            .values()
            .map(|entry| &entry.runner)
            .filter(|runner| {
                let exit = runner.status.exit();
                runner.status.status().is_ended()
                    && exit.is_some_and(|exit| exit.source == ExitSource::ServerGone)
            })
            .collect();
        lost.sort_by_key(|runner| std::cmp::Reverse((runner.started_at, runner.id)));
        let mut taken: BTreeSet<String> = self
            .live()
            .filter_map(|entry| entry.runner.key.as_ref().map(ToString::to_string))
            .collect();
        let mut plan: Vec<Restored> = lost
            .into_iter()
            .map(|runner| self.restore_line(runner, &mut taken))
            .collect();
        plan.sort_by_key(|line| line.runner.id);
        plan
    }

    fn restore_line(&self, runner: &Runner, taken: &mut BTreeSet<String>) -> Restored {
        let wanted = self.resumable(runner.id);
        let in_use = wanted.and_then(|wanted| self.check_conversation(runner.id, wanted).err());
        let action = match (action(runner, taken), in_use) {
            (RestoreAction::Start, Some(in_use)) => RestoreAction::Skip(in_use.to_string()),
            (action, _) => action,
        };
        let resumes = wanted.filter(|_| action == RestoreAction::Start);
        Restored {
            resumes: resumes.map(|wanted| wanted.id.clone()),
            action,
            runner: runner.clone(),
        }
    }

    /// Refuses a second runner for a key.
    pub(super) fn check_key(&self, key: Option<&SessionKey>) -> Result<(), AppError> {
        let taken = key.and_then(|key| Some((key, self.started_for(key)?)));
        match taken {
            Some((key, id)) => Err(self.key_in_use(key, id)),
            None => Ok(()),
        }
    }

    /// Refuses a second live runner for a key.
    pub(super) fn check_live_key(&self, key: &SessionKey) -> Result<(), AppError> {
        match self.started_for(key) {
            Some(id) if !self.entry(id)?.status().is_ended() => Err(self.key_in_use(key, id)),
            _ => Ok(()),
        }
    }

    /// What a second runner for a key is told.
    pub(super) fn key_in_use(&self, key: &SessionKey, id: RunnerId) -> AppError {
        let name = self.runners.get(&id).map(|entry| &entry.runner.name);
        AppError::KeyInUse {
            key: key.clone(),
            id,
            name: name.map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// The runner that geppetto started for a key, live or ended; the newest.
    pub(super) fn started_for(&self, key: &SessionKey) -> Option<RunnerId> {
        let ours = self
            .runners
            .values()
            .filter(|entry| entry.runner.is_ours() && entry.runner.key.as_ref() == Some(key));
        ours.max_by_key(|entry| {
            let is_live = !entry.status().is_ended();
            (is_live, entry.runner.started_at, entry.runner.id)
        })
        .map(|entry| entry.runner.id)
    }
}

fn action(runner: &Runner, taken: &mut BTreeSet<String>) -> RestoreAction {
    if matches!(runner.origin, Origin::Registered) {
        return RestoreAction::Skip(
            "geppetto did not start it and does not know its command.".to_owned(),
        );
    }
    match &runner.key {
        Some(key) if !taken.insert(key.to_string()) => {
            RestoreAction::Skip(format!("Another runner has the key {key}."))
        }
        _ => RestoreAction::Start,
    }
}
