//! What can be seen of an agent: its screen and what it tells its terminal, read by the rules of its kind. It looks when something was
//! printed, a moment later and at most ten times a second: a screen is drawn in pieces, and a spinner is no news. While screen and
//! title show work without a pause, and little is drawn, it looks five times a second.

use std::time::Duration;

use tokio::sync::watch;

use super::tape::Tape;
use crate::domain::osc::{OscReader, Told};
use crate::domain::prompt::Prompt;
use crate::domain::screen_rule::{RuleSet, ScreenRule, ScreenText};
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source, certainty};
use crate::domain::time::{Tick, Timestamp};

/// A frame is drawn by then. The look is taken at the next point of the grid: after 25 ms in the middle.
const FRAME: Duration = Duration::from_millis(12);

/// Between two looks.
const EVERY: Duration = Duration::from_millis(100);

/// The same while only a spinner seems to turn.
const CALM: Duration = Duration::from_millis(200);

/// So many looks without a pause that showed the same work are a spinner: about a second.
const STEADY: u8 = 8;

/// This is a pause: what is drawn after it may be anything.
const PAUSE: Duration = Duration::from_millis(500);

/// So many bytes are more than a spinner with its clock and its counters: something else may have been drawn.
const MUCH: usize = 512;

/// Looks are taken at multiples of this, so that those at many panes are taken together.
const GRID_MS: u64 = 25;

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
    /// What the rules said of screen and title when it last looked; `None` when something else than output has changed them since.
    said: Option<[Option<Claim>; 2]>,
    /// So many looks before have shown the same work, without a pause.
    steady: u8,
    /// Bytes that were printed since.
    printed: usize,
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
    pub(super) fn printed(
        &mut self,
        rules: &RuleSet,
        at: Timestamp,
        now: Tick,
        bytes: &[u8],
    ) -> Vec<Sign> {
        let mut signs = Vec::new();
        for told in self.terminal.push(bytes) {
            match told {
                Told::Title(title) => {
                    self.seen.title = title;
                    self.titled = Some(now);
                }
                Told::Progress(goes_on) => signs.push(progress(at, goes_on)),
                Told::Notification(text) => {
                    signs.extend(rules.on_notification(&text).map(|rule| rang(at, rule)));
                }
                Told::Bell => signs.extend(rules.on_bell().map(|rule| rang(at, rule))),
            }
        }
        self.printed = self.printed.saturating_add(bytes.len());
        self.plan(now);
        signs
    }

    /// Something is on the screen that was not looked at.
    pub(super) fn wake(&mut self, now: Tick) {
        self.said = None;
        self.plan(now);
    }

    /// A look is to be taken, unless an earlier one is planned.
    fn plan(&mut self, now: Tick) {
        let is_calm = self.steady >= STEADY && self.said.is_some() && self.printed <= MUCH;
        let every = if is_calm { CALM } else { EVERY };
        let soon = now.after(FRAME);
        let due = self.looked.map_or(soon, |at| at.after(every).max(soon));
        let due = on_grid(due);
        self.due = Some(self.due.map_or(due, |planned| planned.min(due)));
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
        let is_pause = self.looked.is_none_or(|at| now.since(at) >= PAUSE);
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
        let said = [on_screen, rules.on_title(&self.seen)].map(|rule| rule.map(claim));
        // More may follow on what was much.
        let is_stirred = is_pause || self.printed > MUCH;
        let is_same = self.said.as_ref() == Some(&said) && is_work(&said) && !is_stirred;
        self.steady = if is_same {
            self.steady.saturating_add(1)
        } else {
            0
        };
        self.printed = 0;
        let [screen, title] = self.said.insert(said).clone();
        let sign = |source, claim| Sign { source, at, claim };
        [sign(Source::Screen, screen), sign(Source::Title, title)]
    }

    /// The title that the program set; empty when it set none that is known.
    pub(super) fn title(&self) -> &str {
        &self.seen.title
    }

    /// There was nothing on the screen when it last looked.
    pub(super) fn is_blank(&self) -> bool {
        self.looked.is_some() && self.seen.rows.iter().all(String::is_empty)
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

/// Somebody says that it works, and nobody anything else.
fn is_work(said: &[Option<Claim>; 2]) -> bool {
    let mut claims = said.iter().flatten().peekable();
    claims.peek().is_some() && claims.all(|claim| claim.doing == Doing::Working)
}

/// The first point of the grid that is not before that.
fn on_grid(due: Tick) -> Tick {
    let whole = u64::try_from(due.0.as_micros().div_ceil(1000)).unwrap_or(u64::MAX);
    Tick(Duration::from_millis(whole.next_multiple_of(GRID_MS)))
}

fn claim(rule: &ScreenRule) -> Claim {
    Claim {
        certainty: rule.certainty,
        doing: rule.doing,
        reason: rule.reason,
        detail: rule.name.clone(),
    }
}

/// A notification or the bell: what the rule for it says.
fn rang(at: Timestamp, rule: &ScreenRule) -> Sign {
    Sign {
        source: Source::Sequence,
        at,
        claim: Some(claim(rule)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Tick {
        Tick(Duration::from_millis(millis))
    }

    /// An eye that has looked at that time, after the same was seen so often.
    fn eye(looked: Tick, is_steady: bool) -> Eye {
        Eye {
            looked: Some(looked),
            said: Some([None, None]),
            steady: if is_steady { STEADY } else { STEADY - 1 },
            ..Eye::default()
        }
    }

    fn print(eye: &mut Eye, now: Tick, len: usize) -> Tick {
        eye.printed(&RuleSet::default(), Timestamp(1), now, &vec![b'x'; len]);
        eye.due().unwrap()
    }

    #[test]
    fn it_looks_soon_after_a_pause_and_ten_times_a_second_while_things_change() {
        assert_eq!(print(&mut Eye::default(), at(1000), 1), at(1025));
        assert_eq!(print(&mut Eye::default(), at(1014), 1), at(1050));
        assert_eq!(print(&mut eye(at(1000), false), at(1010), 1), at(1100));
        assert_eq!(print(&mut eye(at(1000), true), at(5000), 1), at(5025));
    }

    #[test]
    fn it_looks_less_often_at_a_spinner_until_much_is_drawn_or_something_else_happens() {
        let mut calm = eye(at(1000), true);
        assert_eq!(print(&mut calm, at(1010), 100), at(1200));
        assert_eq!(
            print(&mut calm, at(1020), MUCH),
            at(1100),
            "it is much in all"
        );
        let mut calm = eye(at(1000), true);
        calm.printed(&RuleSet::default(), Timestamp(1), at(1010), b"x");
        calm.wake(at(1020));
        assert_eq!(calm.due(), Some(at(1100)));
        assert_eq!(print(&mut calm, at(1030), 1), at(1100), "no later");
    }
}
