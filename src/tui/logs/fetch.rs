//! What is asked of the daemon so that there is always more than what is seen, and what becomes of the answers.

use super::rows::{Room, Spot};
use super::window::{PAGE, Place};
use super::{Logs, Said, search};
use crate::tui::app::{App, Page};
use crate::tui::message::{Effect, Trouble};
use crate::tui::view;
use crate::wire::{Event, GetRunnerLogs, LogView};

/// When fewer entries than this are left beyond what is seen, the next page is asked for.
const MARGIN: i64 = 200;

/// Something to be brought or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Bring these entries, and say [`Came::Page`].
    Page {
        id: u64,
        request: Box<GetRunnerLogs>,
    },
    /// The same since a time that was typed.
    Since {
        id: u64,
        typed: String,
        request: Box<GetRunnerLogs>,
    },
    /// Bring these entries and everything new, and say [`Came::Followed`] until another one is asked for.
    Follow {
        id: u64,
        request: Box<GetRunnerLogs>,
    },
    /// Bring nothing new any more.
    Rest,
    /// Put it where it can be pasted from, and say [`Came::Copied`].
    Copy { text: String, lines: usize },
}

/// What comes of it.
#[derive(Debug)]
pub(crate) enum Came {
    Page {
        id: u64,
        entries: Result<Vec<LogView>, Trouble>,
    },
    /// New entries; fresh when others may be missing before them, so that they begin a window of their own. Then all
    /// those of their first place are there.
    Followed {
        id: u64,
        is_fresh: bool,
        entries: Vec<LogView>,
    },
    /// Nothing new will come; without a trouble where the daemon is gone, which is told otherwise.
    Unfollowed { id: u64, trouble: Option<Trouble> },
    /// Where it was put.
    Copied(Result<String, Trouble>),
}

/// A question that is open.
#[derive(Debug)]
pub(super) struct Asked {
    id: u64,
    what: What,
    /// The window was moved so often when it was asked.
    moves: u64,
}

impl Asked {
    pub(super) const fn is_search(&self) -> bool {
        matches!(self.what, What::Search { .. } | What::Around { .. })
    }
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The page before the window.
    Before,
    /// The page that begins with the window's last place.
    After,
    /// The beginning of the log.
    Oldest,
    /// The first since a time.
    Since,
    /// The page that begins with the place of that one.
    From { at_ms: u64 },
    /// The next that fits; so many of the first are known.
    Search { back: bool, known: usize },
    /// The page that begins with a place where something was found.
    Around { place: Place, back: bool },
}

impl Logs {
    /// A question for a page.
    pub(super) fn ask(&mut self, what: What, request: GetRunnerLogs) -> Ask {
        let (id, request) = self.question(what, request);
        Ask::Page { id, request }
    }

    /// The same, to be asked in another way.
    pub(super) fn question(
        &mut self,
        what: What,
        request: GetRunnerLogs,
    ) -> (u64, Box<GetRunnerLogs>) {
        self.count += 1;
        self.asked = Some(Asked {
            id: self.count,
            what,
            moves: self.window.moves,
        });
        let request = Box::new(GetRunnerLogs {
            runner: self.runner.id.clone(),
            ..request
        });
        (self.count, request)
    }

    /// Asks for the page that begins with a place.
    pub(super) fn ask_from(&mut self, what: What, place: Place) -> Ask {
        let from = Some(place.just_before().to_string());
        let request = GetRunnerLogs { from, ..page() };
        self.ask(what, request)
    }

    /// No longer follows; what is asked to end that, if it was being done.
    pub(super) fn rest(&mut self) -> Option<Ask> {
        if !std::mem::take(&mut self.is_following) {
            return None;
        }
        self.window.is_last = false;
        self.stream.take().map(|_| Ask::Rest)
    }

    /// Shows other entries; lines that were chosen are there no more.
    fn replace(&mut self, entries: Vec<LogView>) {
        self.window.replace(entries);
        self.top = Spot::default();
        (self.hit, self.reveal, self.selection) = (None, None, None);
    }

    /// Puts the top where it belongs.
    fn place(&mut self, room: Room) {
        let window = &self.window;
        let last = room.top_of(window, room.end(window, window.last()));
        if let Some(number) = self.reveal {
            let third = isize::try_from(room.rows / 3).unwrap_or(0);
            self.top = room.step(window, Spot { number, row: 0 }, -third);
        }
        let start = window.numbers().start;
        if self.is_following || self.top > last {
            self.top = last;
        } else if self.top.number < start {
            self.top = Spot {
                number: start,
                row: 0,
            };
        }
        let end = room.end(window, self.top.number);
        self.top.row = self.top.row.min(end.row);
    }

    /// What is to be asked for next, if anything.
    fn next_ask(&mut self, room: Room) -> Option<Ask> {
        if self.is_stuck {
            return None;
        }
        if self.is_following && self.stream.is_none() {
            return Some(self.follow());
        }
        let is_full = self.selection.is_some() && self.window.is_full();
        if self.asked.is_some() || is_full {
            return None;
        }
        let numbers = self.window.numbers();
        let above = self.top.number - numbers.start;
        // The end of a log that is followed may move away at any time.
        let is_near = above < if self.is_following { 1 } else { MARGIN };
        let (first, last) = (self.window.first_place()?, self.window.last_place()?);
        if is_near && !self.window.is_first {
            let request = GetRunnerLogs {
                before: Some(first.to_string()),
                ..page()
            };
            return Some(self.ask(What::Before, request));
        }
        let bottom = room.bottom_of(&self.window, self.top).number;
        let is_near = numbers.end - bottom < MARGIN;
        if is_near && !self.is_following && !self.window.is_last {
            return Some(self.ask_from(What::After, last));
        }
        None
    }

    fn follow(&mut self) -> Ask {
        self.count += 1;
        self.stream = Some(self.count);
        Ask::Follow {
            id: self.count,
            request: Box::new(GetRunnerLogs {
                runner: self.runner.id.clone(),
                whole: true,
                ..page()
            }),
        }
    }
}

/// As many entries as one page has.
pub(super) fn page() -> GetRunnerLogs {
    GetRunnerLogs {
        limit: Some(PAGE),
        ..GetRunnerLogs::default()
    }
}

/// After each message: puts what is seen in its place, and asks for what is missing.
pub(in crate::tui) fn settle(app: &mut App) -> Option<Effect> {
    let room = view::log_room(app);
    let is_there = app.is_loaded && app.away.is_none();
    let Page::Logs(logs) = &mut app.page else {
        return None;
    };
    logs.place(room);
    let ask = is_there.then(|| logs.next_ask(room)).flatten();
    ask.map(Effect::Logs)
}

/// The daemon told a change.
pub(in crate::tui) fn told(app: &mut App, event: &Event) {
    let Page::Logs(logs) = &mut app.page else {
        return;
    };
    match event {
        Event::Snapshot { .. } => logs.is_stuck = false,
        Event::RunnerRemoved { runner_id } if *runner_id == logs.runner.id => {
            let word = "The runner was forgotten: what you see is all that is left of its log.";
            logs.said = Some(Said::Word(word.to_owned()));
        }
        _ => {}
    }
}

/// Something came.
pub(in crate::tui) fn came(app: &mut App, came: Came) -> Vec<Effect> {
    let Page::Logs(logs) = &mut app.page else {
        return Vec::new();
    };
    match came {
        Came::Page { id, entries } => {
            let asked = logs.asked.take_if(|asked| asked.id == id);
            if let Some(Asked { what, moves, .. }) = asked {
                let ask = match entries {
                    Ok(entries) => logs.page_came(what, entries, moves),
                    Err(trouble) => logs.fail(trouble),
                };
                return ask.map(Effect::Logs).into_iter().collect();
            }
        }
        Came::Followed {
            id,
            is_fresh,
            entries,
        } if logs.stream == Some(id) => {
            if is_fresh {
                let is_empty = entries.is_empty();
                logs.replace(entries);
                logs.window.is_first = is_empty;
            } else {
                logs.window.append(entries);
            }
        }
        Came::Unfollowed { id, trouble } if logs.stream == Some(id) => {
            logs.stream = None;
            logs.is_stuck = true;
            logs.said = trouble.map(Said::Wrong).or(logs.said.take());
        }
        Came::Followed { .. } | Came::Unfollowed { .. } => {}
        Came::Copied(result) => {
            logs.said = Some(match result {
                Ok(word) => Said::Word(word),
                Err(trouble) => Said::Wrong(trouble),
            });
        }
    }
    Vec::new()
}

impl Logs {
    fn fail(&mut self, trouble: Trouble) -> Option<Ask> {
        self.is_stuck = true;
        self.said = Some(Said::Wrong(trouble));
        None
    }

    fn page_came(&mut self, what: What, entries: Vec<LogView>, moves: u64) -> Option<Ask> {
        match what {
            What::Before if moves != self.window.moves => {}
            What::After if moves != self.window.moves => {}
            What::Before if entries.is_empty() => self.window.is_first = true,
            What::Before => self.window.prepend(entries),
            What::After if !self.window.is_continued_by(&entries) => {
                self.replace(entries);
                let word = "What stood here is kept no more; this is the oldest that is left.";
                self.said = Some(Said::Word(word.to_owned()));
            }
            What::After => self.window.is_last = !self.window.extend(entries),
            What::Oldest => {
                self.replace(entries);
                self.window.is_first = true;
            }
            What::Since => {
                let Some(first) = entries.first() else {
                    let word = "Nothing was printed since then.";
                    self.said = Some(Said::Word(word.to_owned()));
                    return None;
                };
                // Others of its place may be older, and a window has all of its first place.
                let at_ms = first.at_ms;
                return Some(self.ask_from(What::From { at_ms }, Place::of(first)));
            }
            What::From { at_ms } => {
                let ask = self.rest();
                self.replace(entries);
                let is_since = |number: &i64| {
                    self.window
                        .get(*number)
                        .is_some_and(|one| one.at_ms >= at_ms)
                };
                let number = self.window.numbers().find(is_since).unwrap_or(0);
                self.top = Spot { number, row: 0 };
                return ask;
            }
            What::Search { back, known } => return search::found(self, back, known, &entries),
            What::Around { place, back } => {
                let ask = self.rest();
                self.replace(entries);
                search::show(self, place, back);
                return ask;
            }
        }
        None
    }

    /// What was found last, seen a third below the top.
    pub(super) const fn reveal(&mut self, number: i64) {
        self.reveal = Some(number);
    }

    /// What is seen stays where it is.
    pub(super) const fn stay(&mut self) {
        self.reveal = None;
    }
}
