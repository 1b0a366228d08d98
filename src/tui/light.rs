//! A wrong light: a person says what a runner really does, and its screen with all evidence is kept as a fixture. What is
//! kept is what there was to see when they noticed, not what is there when they have answered.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::app::{App, Notice};
use super::message::{Effect, Target, Trouble};
use crate::wire::{ExplanationView, RunnerView, ScreenView};

/// What a light can be instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Idle,
    Running,
    Waiting,
}

impl Right {
    /// The word of the status.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Waiting => "waiting",
        }
    }

    const fn of(code: KeyCode) -> Option<Self> {
        Some(match code {
            KeyCode::Char('i') => Self::Idle,
            KeyCode::Char('r') => Self::Running,
            KeyCode::Char('w') => Self::Waiting,
            _ => return None,
        })
    }
}

/// What there was to see, as the daemon tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shot {
    pub(crate) runner: RunnerView,
    pub(crate) screen: ScreenView,
    /// Absent when the daemon did not tell.
    pub(crate) explanation: Option<ExplanationView>,
}

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Bring what there is to see of the runner with this id.
    Take(String),
    /// Keep it, with what is right.
    Keep { shot: Box<Shot>, right: Right },
}

/// What came of a wish.
#[derive(Debug)]
pub(crate) enum News {
    Taken {
        runner: String,
        shot: Result<Box<Shot>, Trouble>,
    },
    /// The path of the file.
    Kept(Result<String, Trouble>),
}

/// A light that is said to be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Light {
    pub(crate) runner: Target,
    /// Absent until it came.
    shot: Option<Box<Shot>>,
    /// Absent until the person has said it.
    right: Option<Right>,
}

impl Light {
    /// True while the person is asked.
    pub(crate) const fn is_asked(&self) -> bool {
        self.right.is_none()
    }
}

impl App {
    /// The light that the person is asked about at present.
    pub(crate) fn asked_light(&self) -> Option<&Light> {
        self.light.as_ref().filter(|light| light.is_asked())
    }
}

/// Asks what is right, and has a look meanwhile. One at a time.
pub(super) fn ask(app: &mut App, runner: Target) -> Option<Effect> {
    if app.light.is_some() {
        return None;
    }
    let wish = Wish::Take(runner.id.clone());
    app.light = Some(Light {
        runner,
        shot: None,
        right: None,
    });
    Some(Effect::Light(wish))
}

/// A key was pressed while the person is asked: a status, or Escape; others mean nothing.
pub(super) fn press(app: &mut App, key: KeyEvent) -> Option<Effect> {
    if key.code == KeyCode::Esc {
        app.light = None;
        return None;
    }
    let right = Right::of(key.code).filter(|_| key.modifiers.is_empty())?;
    let light = app.light.as_mut()?;
    light.right = Some(right);
    app.notice = Some(Notice::Busy(format!("Keep {} …", light.runner.name)));
    keep(app)
}

/// Something came of a wish.
pub(super) fn came(app: &mut App, news: News) -> Option<Effect> {
    match news {
        News::Taken { runner, shot } => {
            let light = app.light.as_mut()?;
            // Of one that was given up, nothing is wanted.
            if light.runner.id != runner {
                return None;
            }
            match shot {
                Ok(shot) => {
                    light.shot.get_or_insert(shot);
                    return keep(app);
                }
                Err(trouble) => {
                    app.light = None;
                    app.notice = Some(Notice::Wrong(trouble));
                }
            }
        }
        News::Kept(Ok(path)) => app.notice = Some(Notice::Kept(path)),
        News::Kept(Err(trouble)) => app.notice = Some(Notice::Wrong(trouble)),
    }
    None
}

/// Keeps it when both are there: what there was to see, and what is right.
fn keep(app: &mut App) -> Option<Effect> {
    let light = app.light.take()?;
    match (light.shot, light.right) {
        (Some(shot), Some(right)) => Some(Effect::Light(Wish::Keep { shot, right })),
        (shot, right) => {
            app.light = Some(Light {
                shot,
                right,
                ..light
            });
            None
        }
    }
}

#[cfg(test)]
mod tests;
