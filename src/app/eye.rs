//! What can be seen of an agent: its screen and what it tells its terminal, read by the rules of its kind. It looks when something was
//! printed, a moment later and at most ten times a second: a screen is drawn in pieces, and a spinner is no news.

use std::time::Duration;

use tokio::sync::watch;

use super::tape::Tape;
use crate::domain::osc::{OscReader, Told};
use crate::domain::prompt::Prompt;
use crate::domain::screen_rule::{RuleSet, ScreenRule, ScreenText};
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source, certainty};
use crate::domain::time::{Tick, Timestamp};

/// A frame is drawn by then.
const FRAME: Duration = Duration::from_millis(25);

/// Between two looks.
const EVERY: Duration = Duration::from_millis(100);

/// The eye on one pane.
#[derive(Default)]
pub(super) struct Eye {
    terminal: OscReader,
    seen: ScreenText,
    /// The question that it saw there.
    prompt: watch::Sender<Option<Prompt>>,
    /// How often it looked.
    looks: watch::Sender<u64>,
    due: Option<Tick>,
    looked: Option<Tick>,
    /// When the title was set.
    titled: Option<Tick>,
}

impl Eye {
    /// Another program looks out of the pane, for so long already: only what it told its terminal since is its.
    pub(super) fn begin(&mut self, age: Option<Duration>, now: Tick) {
        let began = age.map_or(now, |age| Tick(now.0.saturating_sub(age)));
        let title = self.titled.filter(|at| *at >= began);
        if title.is_none() {
            self.seen.title.clear();
        }
        *self = Self {
            seen: std::mem::take(&mut self.seen),
            titled: title,
            looks: std::mem::take(&mut self.looks),
            ..Self::default()
        };
    }

    /// It printed; what the sequences in it say.
    pub(super) fn printed(&mut self, at: Timestamp, now: Tick, bytes: &[u8]) -> Vec<Sign> {
        let mut signs = Vec::new();
        for told in self.terminal.push(bytes) {
            match told {
                Told::Title(title) => {
                    self.seen.title = title;
                    self.titled = Some(now);
                }
                Told::Progress(goes_on) => signs.push(progress(at, goes_on)),
                Told::Notification(_) | Told::Bell => {}
            }
        }
        self.wake(now);
        signs
    }

    /// Something is on the screen that was not looked at.
    pub(super) fn wake(&mut self, now: Tick) {
        let soon = now.after(FRAME);
        let due = self.looked.map_or(soon, |at| at.after(EVERY).max(soon));
        self.due.get_or_insert(due);
    }

    /// When to look.
    pub(super) const fn due(&self) -> Option<Tick> {
        self.due
    }

    /// Looks, and says what the rules see.
    pub(super) fn look(
        &mut self,
        tape: &mut Tape,
        rules: &RuleSet,
        at: Timestamp,
        now: Tick,
    ) -> [Sign; 2] {
        self.due = None;
        self.looked = Some(now);
        let title = std::mem::take(&mut self.seen.title);
        self.seen = tape.text();
        self.seen.title = title;
        let on_screen = rules.on_screen(&self.seen);
        let prompt = on_screen.and_then(|rule| rule.prompt(&self.seen));
        self.prompt.send_if_modified(|known| {
            let is_another = *known != prompt;
            *known = prompt;
            is_another
        });
        self.looks.send_modify(|looks| *looks += 1);
        let sign = |source, rule: Option<&ScreenRule>| Sign {
            source,
            at,
            claim: rule.map(claim),
        };
        [
            sign(Source::Screen, on_screen),
            sign(Source::Title, rules.on_title(&self.seen)),
        ]
    }

    /// The title that the program set; empty when it set none that is known.
    pub(super) fn title(&self) -> &str {
        &self.seen.title
    }

    /// The question that was seen last, as it changes.
    pub(super) fn prompt(&self) -> watch::Receiver<Option<Prompt>> {
        self.prompt.subscribe()
    }

    /// How often it looked, as it does.
    pub(super) fn looks(&self) -> watch::Receiver<u64> {
        self.looks.subscribe()
    }

    /// The question that was seen last.
    pub(super) fn asks(&self) -> Option<Prompt> {
        self.prompt.borrow().clone()
    }
}

fn claim(rule: &ScreenRule) -> Claim {
    Claim {
        certainty: rule.certainty,
        doing: rule.doing,
        reason: rule.reason,
        detail: rule.name.clone(),
    }
}

fn progress(at: Timestamp, goes_on: bool) -> Sign {
    Sign {
        source: Source::Sequence,
        at,
        claim: goes_on.then(|| Claim {
            certainty: certainty::FAIR,
            doing: Doing::Working,
            reason: Reason::Working,
            detail: "progress".to_owned(),
        }),
    }
}
