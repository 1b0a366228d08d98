//! What reaches the dashboard, and what it wants done outside of the model.

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use super::logs::{Ask, Came};
use super::{form, light, sessions, why};
use crate::wire::{
    AnswerPrompt, AttachView, Event, RenameRunner, Request, RunnerRef, ScreenView, SendText,
    StartRunner, StopRunner,
};

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse was pressed or turned.
    Mouse(MouseEvent),
    /// The terminal has another size.
    Resized { columns: u16, rows: u16 },
    /// Time has passed.
    Tick,
    /// The daemon told a change; a snapshot comes first, and after each time that it was away.
    Change(Event),
    /// There is no connection to the daemon any more, or not yet.
    Away(Trouble),
    /// The screen that was asked for with [`Effect::Look`].
    Screen {
        runner: String,
        screen: Result<Box<ScreenView>, Trouble>,
    },
    /// A command was answered.
    Done {
        act: Act,
        runner: Target,
        result: Result<Reply, Trouble>,
    },
    /// For the page of sessions.
    Sessions(sessions::News),
    /// For the form of a new runner.
    Form(form::News),
    /// For the page that says why.
    Why(why::News),
    /// For a light that is wrong.
    Light(light::News),
    /// Something for the log that is shown.
    Logs(Came),
    /// The terminal is gone, or somebody wants the program to end.
    End,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// It is done.
    Done,
    /// The way to a pane.
    Way(AttachView),
    /// It runs, and goes on with this conversation.
    Resumes(String),
}

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Bring the screen of this runner now, and again whenever it has changed, until another one is asked for.
    Look(String),
    /// Ask the daemon for this, and say [`Message::Done`].
    Ask { act: Act, runner: Target },
    /// For the page of sessions; it is answered with [`Message::Sessions`].
    Sessions(sessions::Wish),
    /// For the form of a new runner; it is answered with [`Message::Form`].
    Form(form::Wish),
    /// Tell why the runner with this id has its status; it is answered with [`Message::Why`].
    Why(String),
    /// For a light that is wrong; it is answered with [`Message::Light`].
    Light(light::Wish),
    /// Bring or copy a part of a log.
    Logs(Ask),
    /// Leave, and go to a pane with these command lines.
    Jump(AttachView),
    /// Leave.
    Leave,
}

/// A runner that something is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) id: String,
    /// Printable.
    pub(crate) name: String,
}

/// What can be done with a runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Go to its pane.
    Jump,
    /// End its program.
    Stop,
    /// Start it again.
    Start,
    /// Freeze it.
    Pause,
    /// Thaw it.
    Resume,
    /// Remove it from the list.
    Forget,
    /// Give it this name.
    Rename(String),
    /// Type this line into its pane.
    Answer(String),
    /// Say yes to what its agent asks, if it still asks that.
    Approve { prompt: Option<String> },
    /// Say no to it.
    Deny { prompt: Option<String> },
    /// Break its agent's turn off.
    Interrupt,
}

impl Act {
    /// The word for it at the beginning of a question.
    pub(crate) const fn verb(&self) -> &'static str {
        match self {
            Self::Jump => "Go to",
            Self::Stop => "Stop",
            Self::Start => "Start",
            Self::Pause => "Freeze",
            Self::Resume => "Resume",
            Self::Forget => "Forget",
            Self::Rename(_) => "Rename",
            Self::Answer(_) => "Answer",
            Self::Approve { .. } => "Approve",
            Self::Deny { .. } => "Deny",
            Self::Interrupt => "Interrupt",
        }
    }

    /// True when it cannot be undone, so that a person is asked first.
    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Stop | Self::Forget | Self::Interrupt)
    }

    /// What the daemon is asked.
    pub(crate) fn request(&self, runner: String) -> Request {
        match self {
            Self::Jump => Request::AttachRunner(RunnerRef { runner }),
            Self::Stop => Request::StopRunner(StopRunner {
                runner,
                force: false,
                grace_ms: None,
            }),
            Self::Start => Request::StartRunner(StartRunner {
                runner,
                fresh: false,
            }),
            Self::Pause => Request::PauseRunner(RunnerRef { runner }),
            Self::Resume => Request::ResumeRunner(RunnerRef { runner }),
            Self::Forget => Request::ForgetRunner(RunnerRef { runner }),
            Self::Rename(name) => Request::RenameRunner(RenameRunner {
                runner,
                name: name.clone(),
            }),
            Self::Answer(text) => Request::SendText(SendText {
                runner,
                text: text.clone(),
                enter: true,
                // The person sees what it asks.
                force: true,
                wait: false,
                timeout_ms: None,
            }),
            Self::Approve { prompt } => Request::ApprovePrompt(AnswerPrompt {
                runner,
                prompt: prompt.clone(),
            }),
            Self::Deny { prompt } => Request::DenyPrompt(AnswerPrompt {
                runner,
                prompt: prompt.clone(),
            }),
            Self::Interrupt => Request::InterruptTurn(RunnerRef { runner }),
        }
    }
}

/// What went wrong, and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) text: String,
    pub(crate) hint: Option<String>,
}

impl Trouble {
    /// There is no question that keys are known for.
    pub(crate) fn nothing_asked() -> Self {
        Self {
            text: "It asks nothing that these keys answer.".to_owned(),
            hint: Some("`a` types an answer, Enter goes to its pane.".to_owned()),
        }
    }
}
