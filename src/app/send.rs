//! `send`: types text into a runner's pane. Into an agent with care: not while it asks something, Enter only once the text stands in its
//! prompt, and the answer is given when the text has reached it. Nothing is ever typed twice.

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::acting::{Act, Face};
use super::acting_error::ActError;
use super::entry::RunnerNow;
use super::limits::{AGENT_START_TIMEOUT, ENTER_PAUSE, LANDING_TIMEOUT, LEFT_AFTER, SHOWN_TIMEOUT};
use super::waiter::Waited;
use super::{App, AppError};
use crate::domain::key_name::KeyName;
use crate::domain::sign::{Reason, Source};
use crate::domain::status::Status;
use crate::domain::time::millis;
use crate::domain::typed::{Shown, Typed};

/// Longest text, in bytes: what a person or a script says, not a file.
const LONGEST: usize = 64 * 1024;

const ACTION: &str = "typed to";

/// What is typed.
#[derive(Debug, Clone)]
pub struct Message {
    /// The runner.
    pub runner: String,
    /// The text.
    pub text: String,
    /// What comes behind it.
    pub enter: Enter,
    /// What is made sure of.
    pub care: Care,
}

/// What comes behind a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enter {
    /// The Enter key.
    Press,
    /// Nothing.
    Leave,
}

/// What is made sure of before anything is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// That an agent has begun, that it asks nothing, and that the text stands in its prompt before Enter is pressed.
    Checked,
    /// Nothing.
    Forced,
}

/// A text that was typed.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The runner, as it is now.
    pub now: RunnerNow,
    /// Who says that its agent has it; `None` where nobody can: a program that is no agent, a text without Enter.
    pub landed: Option<Landed>,
}

/// Who says that a text has reached an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// A source that says that it does something else since.
    Worked(Source),
    /// Its prompt, which has it no more.
    LeftPrompt,
}

impl App {
    /// Types it. Of an agent, answers when the text has reached it; else when tmux has it.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Operation` when it has ended, `Invalid` for a text that is too long or has control
    /// characters, which would be keys; `Busy`, `Moved`, `Asks`, `Process`: then nothing was typed. `NotShown`, `Draft`: it was typed,
    /// and Enter was not pressed. `NotTaken` when it stays in the
    /// prompt.
    pub async fn send(&self, message: Message) -> Result<Sent, AppError> {
        check(&message.text)?;
        if message.care == Care::Checked {
            self.started(&message.runner).await?;
        }
        let app = self.clone();
        let typed = async move {
            let act = app.begin_act(message.runner.clone(), ACTION).await?;
            let landed = app.type_into(&act, &message).await?;
            let now = app.show(act.id.to_string()).await?;
            Ok(Sent { now, landed })
        };
        self.to_its_end(typed).await
    }

    /// An agent that has just begun takes nothing yet.
    async fn started(&self, runner: &str) -> Result<(), AppError> {
        let starts = {
            let runner = runner.to_owned();
            let turn = self.monitor.turn(move |world| {
                let entry = world.find_mut(&runner)?;
                let is_agent = entry.awareness.rules().is_some();
                Ok::<_, AppError>(is_agent && entry.status() == Status::Starting)
            });
            turn.await??
        };
        if starts {
            let others = Status::ALL.into_iter();
            let others = others.filter(|status| *status != Status::Starting);
            let limit = Some(AGENT_START_TIMEOUT);
            self.wait(runner.to_owned(), others.collect(), limit)
                .await?;
        }
        Ok(())
    }

    async fn type_into(&self, act: &Act, message: &Message) -> Result<Option<Landed>, AppError> {
        let typed = Typed::new(&message.text);
        let is_agent = !act.rules.rules().is_empty();
        let mut before = Vec::new();
        if is_agent {
            let face = self.face(act).await?;
            asks_nothing(act, &face, message.care)?;
            before = face.rows;
        }
        if !message.text.is_empty() {
            self.ports.typist.paste(&act.handle, &message.text).await?;
        }
        let letters = message.text.chars().count();
        if message.enter == Enter::Leave {
            self.note(act, format!("typed {letters} characters")).await;
            return Ok(None);
        }
        if !is_agent {
            self.press_enter(act).await?;
            self.note(act, format!("sent {letters} characters")).await;
            return Ok(None);
        }
        if message.care == Care::Checked {
            self.until_shown(act, &typed, &before).await?;
        }
        tokio::time::sleep(ENTER_PAUSE).await;
        // Whoever reads the pane may be another one by now, or a question may have come.
        let face = self.face(act).await?;
        asks_nothing(act, &face, message.care)?;
        let changed = self.another_status(act, face.status).await?;
        self.press_enter(act).await?;
        self.note(act, format!("sent {letters} characters")).await;
        self.until_landed(act, &typed, face.status, changed).await
    }

    async fn press_enter(&self, act: &Act) -> Result<(), AppError> {
        let enter = [KeyName::enter()];
        Ok(self.ports.typist.keys(&act.handle, &enter).await?)
    }

    async fn until_shown(
        &self,
        act: &Act,
        typed: &Typed,
        before: &[String],
    ) -> Result<(), AppError> {
        let until = Instant::now() + SHOWN_TIMEOUT;
        let mut looks = act.looks.clone();
        loop {
            looks.borrow_and_update();
            let rows = self.rows_of(act).await?;
            match typed.shown(before, &rows) {
                Shown::InPrompt => return Ok(()),
                Shown::BehindAnother => {
                    let (id, name) = (act.id, act.name.clone());
                    return Err(ActError::Draft { id, name }.into());
                }
                Shown::No => {}
            }
            if !is_looked_at(&mut looks, until).await {
                return Err(ActError::NotShown {
                    id: act.id,
                    name: act.name.clone(),
                    shows: self.face(act).await?.told,
                    waited_ms: millis(SHOWN_TIMEOUT),
                }
                .into());
            }
        }
    }

    /// What works after Enter has it; what worked before, or has nothing to work on, has it when it stands in the prompt no more.
    async fn until_landed(
        &self,
        act: &Act,
        typed: &Typed,
        before: Status,
        mut changed: oneshot::Receiver<Waited>,
    ) -> Result<Option<Landed>, AppError> {
        let until = Instant::now() + LANDING_TIMEOUT;
        let mut worked = None;
        let mut is_news = before != Status::Running;
        if is_news && let Ok(waited) = tokio::time::timeout(LEFT_AFTER, &mut changed).await {
            worked = landed(act, waited)?;
            is_news = false;
        }
        let mut looks = act.looks.clone();
        loop {
            if let Some(Landed::Worked(source)) = worked
                && source != Source::Output
            {
                return Ok(worked);
            }
            looks.borrow_and_update();
            match typed.has_left(&self.rows_of(act).await?) {
                Some(true) => return Ok(Some(Landed::LeftPrompt)),
                // Nothing better will be known.
                None if !is_news => return Ok(worked),
                Some(false) | None => {}
            }
            tokio::select! {
                waited = &mut changed, if is_news => {
                    worked = landed(act, waited)?;
                    is_news = false;
                }
                seen = is_looked_at(&mut looks, until) => if !seen {
                    return Err(self.not_taken(act).await?);
                },
            }
        }
    }

    async fn not_taken(&self, act: &Act) -> Result<AppError, AppError> {
        let error = ActError::NotTaken {
            id: act.id,
            name: act.name.clone(),
            shows: self.face(act).await?.told,
            waited_ms: millis(LANDING_TIMEOUT),
        };
        Ok(error.into())
    }

    async fn rows_of(&self, act: &Act) -> Result<Vec<String>, AppError> {
        let id = act.id;
        self.monitor
            .turn(move |world| Ok(world.entry_mut(id)?.rows().rows))
            .await?
    }
}

/// Waits until its screen was looked at again. False when the time is up.
async fn is_looked_at(looks: &mut tokio::sync::watch::Receiver<u64>, until: Instant) -> bool {
    let looked = tokio::time::timeout_at(until, looks.changed()).await;
    // Within, an error means that another program is there, which the next look says.
    matches!(looked, Ok(Ok(())))
}

fn landed(
    act: &Act,
    waited: Result<Waited, oneshot::error::RecvError>,
) -> Result<Option<Landed>, AppError> {
    match waited {
        Ok(Waited::Met(now)) => {
            let source = now.runner.status.verdict().source;
            Ok(source.map(Landed::Worked))
        }
        Ok(Waited::Moved) => Err(act.moved()),
        Err(_closed) => Err(AppError::gone(act.id)),
    }
}

/// What is typed while an agent asks something would be the answer to that. After an error of its provider it takes a prompt.
fn asks_nothing(act: &Act, face: &Face, care: Care) -> Result<(), AppError> {
    let asks = face.prompt.as_ref();
    if care == Care::Checked && asks.is_some_and(|prompt| prompt.reason != Reason::ApiError) {
        let (id, name, shows) = (act.id, act.name.clone(), face.told.clone());
        return Err(ActError::Asks { id, name, shows }.into());
    }
    Ok(())
}

fn check(text: &str) -> Result<(), AppError> {
    let invalid = |reason: String| AppError::Invalid {
        field: "text",
        reason,
    };
    if text.len() > LONGEST {
        return Err(invalid(format!(
            "A text to type has at most {LONGEST} bytes."
        )));
    }
    let is_key = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
    match text.chars().find(is_key) {
        Some(key) => Err(invalid(format!(
            "A text to type has no control characters; this one has {key:?}."
        ))),
        None => Ok(()),
    }
}
