//! Aider's chat history, which is written for people: prompts, answers, and rounded counts of tokens.

use super::super::fields::micros;
use super::super::told::{Told, of_turn};
use crate::domain::finding::{TokenUse, TurnEnd, TurnPartKind};
use crate::domain::time::Timestamp;

/// Begins what one process wrote.
const STARTED: &str = "# aider chat started at ";

/// The notice that stands for a Ctrl-C.
const INTERRUPTED: &str = "^C again to exit";

/// Most bytes of an answer that are kept while it is read.
const LONGEST: usize = TurnPartKind::LONGEST;

/// The history, so far as what comes depends on what was.
#[derive(Debug, Default)]
pub(super) struct History {
    /// True in the first chat that began since the process did.
    is_own: bool,
    /// Another chat was begun since: its aider may go on beside ours, and nothing tells their lines apart.
    is_shared: bool,
    has_log: bool,
    model: String,
    prompt: Option<Gathered>,
    answer: Option<Gathered>,
}

/// Lines that belong together, and the byte at which they begin.
#[derive(Debug)]
struct Gathered {
    at: u64,
    text: String,
}

impl History {
    /// `has_log` says that a better source tells the counts.
    pub(super) fn new(has_log: bool) -> Self {
        Self {
            has_log,
            ..Self::default()
        }
    }

    /// Takes in a line, which begins at that byte and was read at `now`: nothing in the file says when it was written.
    pub(super) fn line(
        &mut self,
        line: &str,
        at: u64,
        now: Timestamp,
        began: Timestamp,
        told: &mut Told,
    ) {
        if let Some(time) = line.strip_prefix(STARTED) {
            self.flush(now, told);
            if started(time).is_some_and(|time| time >= began) {
                self.begun(told);
            }
            return;
        }
        if !self.is_own {
            return;
        }
        if let Some(prompt) = line.strip_prefix("#### ") {
            self.end_answer(now, told);
            gather(&mut self.prompt, prompt, at);
        } else if let Some(notice) = line.strip_prefix("> ") {
            self.flush(now, told);
            self.notice(notice.trim(), at, now, told);
        } else if !line.trim().is_empty() {
            self.end_prompt(now, told);
            gather(&mut self.answer, line, at);
        }
    }

    /// An aider begins one chat, at its start.
    fn begun(&mut self, told: &mut Told) {
        self.is_shared = self.is_shared || self.is_own;
        self.is_own = !self.is_shared;
        if self.is_shared {
            told.complain("shared", || {
                "Another aider has begun to write into the history of this one: what it says from there on is not read.".to_owned()
            });
        }
    }

    /// The end is reached: a prompt is whole then.
    pub(super) fn rest(&mut self, now: Timestamp, told: &mut Told) {
        self.end_prompt(now, told);
    }

    /// Forgets what was read before.
    pub(super) fn anew(&mut self) {
        *self = Self::new(self.has_log);
    }

    fn flush(&mut self, now: Timestamp, told: &mut Told) {
        self.end_prompt(now, told);
        self.end_answer(now, told);
    }

    fn end_prompt(&mut self, now: Timestamp, told: &mut Told) {
        if let Some(prompt) = self.prompt.take() {
            let what = TurnPartKind::Prompt(of_turn(prompt.text.trim_end()));
            told.part(format!("prompt:{}", prompt.at), now, what);
        }
    }

    fn end_answer(&mut self, now: Timestamp, told: &mut Told) {
        if let Some(answer) = self.answer.take() {
            let what = TurnPartKind::Answer(of_turn(answer.text.trim_end()));
            told.part(format!("answer:{}", answer.at), now, what);
        }
    }

    fn notice(&mut self, notice: &str, at: u64, now: Timestamp, told: &mut Told) {
        if notice.starts_with(INTERRUPTED) {
            let (how, took_ms) = (TurnEnd::Interrupted, None);
            told.part(format!("end:{at}"), now, TurnPartKind::End { how, took_ms });
            told.is_silent(now);
        }
        let model = ["Main model: ", "Model: "]
            .into_iter()
            .find_map(|word| notice.strip_prefix(word));
        if let Some(model) = model.and_then(|model| model.split(' ').next()) {
            model.clone_into(&mut self.model);
        }
        let Some(report) = notice.strip_prefix("Tokens: ").filter(|_| !self.has_log) else {
            return;
        };
        let sent = count(report, " sent");
        let cached = count(report, " cache hit").unwrap_or(0);
        let (Some(sent), Some(output)) = (sent, count(report, " received")) else {
            return;
        };
        told.complain("rounded", || {
            "Aider keeps no analytics log, and its history has rounded counts: tokens and cost are not exact.".to_owned()
        });
        told.tokens(TokenUse {
            conversation: told.conversation().to_owned(),
            message: format!("report:{at}"),
            at: now,
            model: self.model.clone(),
            input: sent.saturating_sub(cached),
            cache_read: cached,
            cache_write: 0,
            output,
            cost_micros: cost(report),
        });
    }
}

fn gather(into: &mut Option<Gathered>, line: &str, at: u64) {
    let gathered = into.get_or_insert_with(|| Gathered {
        at,
        text: String::new(),
    });
    if gathered.text.len() < LONGEST {
        gathered.text.push_str(line.trim_end());
        gathered.text.push('\n');
    }
}

/// `2026-11-20 19:18:28`, by the clock on the wall.
fn started(time: &str) -> Option<Timestamp> {
    let time: jiff::civil::DateTime = time.trim().parse().ok()?;
    let time = time.to_zoned(jiff::tz::TimeZone::system()).ok()?;
    let millis = time.timestamp().as_millisecond();
    u64::try_from(millis).ok().map(Timestamp)
}

/// The count before that word: `210`, `2.5k`, `13k`.
fn count(report: &str, word: &str) -> Option<u64> {
    let (before, _) = report.split_once(word)?;
    let number = before.rsplit(' ').next()?;
    let (digits, unit) = match number.strip_suffix('k') {
        Some(digits) => (digits, 1e3),
        None => (number, 1.0),
    };
    let count: f64 = digits.parse().ok()?;
    // In millionths of a million.
    micros(count * unit / 1e6)
}

/// `Cost: $0.01 message, $0.02 session.`
fn cost(report: &str) -> Option<u64> {
    let (_, cost) = report.split_once("Cost: $")?;
    micros(cost.split(' ').next()?.parse().ok()?)
}
