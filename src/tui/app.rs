//! What the dashboard knows. Values only; [`super::update`] changes them, `view` shows them.

use ratatui::crossterm::event::KeyEvent;

use crate::wire::{AttachView, Event, Request, RunnerRef, RunnerView, ScreenView, StopRunner};

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has another size.
    Resized,
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
        name: String,
        result: Result<Option<AttachView>, Trouble>,
    },
    /// The terminal is gone, or somebody wants the program to end.
    End,
}

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Bring the screen of this runner now, and again whenever it has changed, until another one is asked for.
    Look(String),
    /// Ask the daemon for this, and say [`Message::Done`].
    Ask {
        act: Act,
        runner: String,
        name: String,
    },
    /// Leave, and go to a pane with these command lines.
    Jump(AttachView),
    /// Leave.
    Leave,
}

/// What can be done with a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

impl Act {
    /// The word for it at the beginning of a question.
    pub(crate) const fn verb(self) -> &'static str {
        match self {
            Self::Jump => "Go to",
            Self::Stop => "Stop",
            Self::Start => "Start",
            Self::Pause => "Freeze",
            Self::Resume => "Resume",
            Self::Forget => "Forget",
        }
    }

    /// What the daemon is asked.
    pub(crate) fn request(self, runner: String) -> Request {
        match self {
            Self::Jump => Request::AttachRunner(RunnerRef { runner }),
            Self::Stop => Request::StopRunner(StopRunner {
                runner,
                force: false,
                grace_ms: None,
            }),
            Self::Start => Request::StartRunner(RunnerRef { runner }),
            Self::Pause => Request::PauseRunner(RunnerRef { runner }),
            Self::Resume => Request::ResumeRunner(RunnerRef { runner }),
            Self::Forget => Request::ForgetRunner(RunnerRef { runner }),
        }
    }
}

/// What went wrong, and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) text: String,
    pub(crate) hint: Option<String>,
}

/// What the keys mean at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Moving about in the list.
    List,
    /// Typing the filter.
    Filter,
    /// A question that `y` affirms.
    Confirm {
        act: Act,
        runner: String,
        name: String,
    },
    /// Reading the keys.
    Help,
}

/// What the last command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// It is under way.
    Busy(String),
    /// It was refused.
    Wrong(Trouble),
}

/// The screen of the selected runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preview {
    /// Whose it is.
    pub(crate) runner: String,
    pub(crate) screen: Result<Box<ScreenView>, Trouble>,
}

/// A question for a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Whose.
    pub(crate) runner: String,
    /// True until the answer is there.
    pub(crate) is_open: bool,
    /// True when something changed since that may not be in the answer.
    pub(crate) again: bool,
}

/// Everything.
#[derive(Debug)]
pub(crate) struct App {
    /// Every runner, sorted: those that need the person first.
    pub(crate) runners: Vec<RunnerView>,
    /// Id of the selected one; it stays selected wherever the list moves it.
    pub(crate) selected: Option<String>,
    /// What was typed to see fewer of them.
    pub(crate) filter: String,
    pub(crate) mode: Mode,
    pub(crate) notice: Option<Notice>,
    pub(crate) preview: Option<Preview>,
    /// The screen that was asked for last.
    pub(crate) asked: Option<Asked>,
    /// Why there is no connection; absent while there is one.
    pub(crate) away: Option<Trouble>,
    /// True when the first snapshot was there.
    pub(crate) is_loaded: bool,
    /// Milliseconds since 1970, at the last message.
    pub(crate) now_ms: u64,
    /// True when what is on the terminal is not what is known.
    pub(crate) is_stale: bool,
}

impl App {
    /// Knows nothing yet.
    pub(crate) const fn new(now_ms: u64) -> Self {
        Self {
            runners: Vec::new(),
            selected: None,
            filter: String::new(),
            mode: Mode::List,
            notice: None,
            preview: None,
            asked: None,
            away: None,
            is_loaded: false,
            now_ms,
            is_stale: true,
        }
    }

    /// The runners that fit the filter, in their order.
    pub(crate) fn visible(&self) -> Vec<&RunnerView> {
        let wanted = self.filter.to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        self.runners
            .iter()
            .filter(|runner| {
                words.is_empty() || {
                    let text = haystack(runner);
                    words.iter().all(|word| text.contains(word))
                }
            })
            .collect()
    }

    /// The selected runner, if it can be seen, and its place among those that can.
    pub(crate) fn current(&self) -> Option<(usize, &RunnerView)> {
        let selected = self.selected.as_deref()?;
        self.visible()
            .into_iter()
            .enumerate()
            .find(|(_, runner)| runner.id == selected)
    }

    /// In how many milliseconds a time that is shown will read differently.
    pub(crate) fn next_tick(&self) -> Option<u64> {
        self.visible()
            .iter()
            .map(|runner| {
                let age = self.now_ms.saturating_sub(runner.since_ms);
                let unit = unit(age / 1000) * 1000;
                unit - age % unit
            })
            .min()
    }
}

/// The seconds after which an age of so many seconds reads differently.
const fn unit(seconds: u64) -> u64 {
    match seconds {
        0..60 => 1,
        60..3600 => 60,
        3600..86_400 => 3600,
        _ => 86_400,
    }
}

/// How long ago, in the largest unit that fits: `3s`, `5m`, `2h`, `4d`.
pub(crate) fn age(since_ms: u64, now_ms: u64) -> String {
    let seconds = now_ms.saturating_sub(since_ms) / 1000;
    let unit = unit(seconds);
    let letter = match unit {
        1 => 's',
        60 => 'm',
        3600 => 'h',
        _ => 'd',
    };
    format!("{}{letter}", seconds / unit)
}

/// What the filter looks at.
fn haystack(runner: &RunnerView) -> String {
    let key = runner.key.as_deref().unwrap_or_default();
    let session = runner.session_name.as_deref().unwrap_or_default();
    [&runner.name, &runner.status, &runner.kind, key, session]
        .join("\n")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    #[test]
    fn ages_and_when_they_read_differently() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (7200, "2h"),
            (90_000, "1d"),
        ] {
            assert_eq!(age(1000, 1000 + seconds * 1000), text);
        }
        let mut app = App::new(sample::NOW);
        assert_eq!(app.next_tick(), None, "nothing is shown that could change");
        app.runners = vec![
            sample::runner("a", "running", 59_250),
            sample::runner("b", "idle", 61_000),
        ];
        assert_eq!(app.next_tick(), Some(750));
        app.filter = "b".to_owned();
        assert_eq!(app.next_tick(), Some(59_000));
    }

    #[test]
    fn every_word_of_the_filter_must_fit_somewhere() {
        let mut app = App::new(sample::NOW);
        let mut one = sample::runner("Alpha", "idle", 0);
        one.key = Some("coda::checkout::primary".to_owned());
        app.runners = vec![one, sample::runner("beta", "running", 0)];
        for (filter, names) in [
            ("", vec!["Alpha", "beta"]),
            ("alpha", vec!["Alpha"]),
            ("RUN", vec!["beta"]),
            ("check  idle", vec!["Alpha"]),
            ("check running", vec![]),
        ] {
            app.filter = filter.to_owned();
            let found: Vec<&str> = app.visible().iter().map(|one| one.name.as_str()).collect();
            assert_eq!(found, names, "{filter}");
        }
    }
}
