//! What is due when nothing happens: runners whose time is up, lines that settled by silence, screens to look at, and what time alone
//! says of a status. There are no ticks: the next deadline is computed.
//!
//! Of a hundred runners, a piece of output concerns one. So the next deadline is kept, as one that is never too late: it is computed
//! anew from all runners when it has come, and when anything but output has happened.

use std::collections::BTreeSet;
use std::time::Duration;

use super::entry::Entry;
use super::world::World;
use crate::domain::ids::RunnerId;
use crate::domain::time::{Tick, Timestamp};

/// Who has to be looked at, and when.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// Nothing is due before; `None` when that has to be computed.
    next: Option<Deadline>,
    /// Runners of which something has not been told yet, perhaps.
    stirred: Stirred,
}

#[derive(Debug, Clone, Copy)]
enum Deadline {
    At(Tick),
    Never,
}

#[derive(Debug)]
enum Stirred {
    All,
    Only(BTreeSet<RunnerId>),
}

impl Default for Stirred {
    fn default() -> Self {
        Self::Only(BTreeSet::new())
    }
}

impl Agenda {
    /// Something happened that may concern any runner.
    pub(super) fn upset(&mut self) {
        self.next = None;
        self.stirred = Stirred::All;
    }

    /// Something happened that concerns one runner, for which something is due then.
    fn note(&mut self, id: RunnerId, due: Option<Tick>) {
        if let (Some(next), Some(due)) = (&mut self.next, due) {
            *next = match *next {
                Deadline::At(known) => Deadline::At(known.min(due)),
                Deadline::Never => Deadline::At(due),
            };
        }
        if let Stirred::Only(ids) = &mut self.stirred {
            ids.insert(id);
        }
    }
}

/// The two clocks at one moment.
#[derive(Clone, Copy)]
struct Now {
    tick: Tick,
    at: Timestamp,
}

impl Entry {
    /// When something is due for it.
    fn due(&self, now: Now) -> Option<Tick> {
        let on_the_clock = |due: Timestamp| {
            let left = due.0.saturating_sub(now.at.0);
            now.tick.after(Duration::from_millis(left))
        };
        [
            self.deadline,
            self.settles_at(),
            self.awareness.due(),
            self.status_due.map(on_the_clock),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

impl World {
    fn now(&self) -> Now {
        Now {
            tick: self.clock.tick(),
            at: self.clock.now(),
        }
    }

    /// When [`World::expire`] may have something to do.
    pub(super) fn next_deadline(&mut self) -> Option<Tick> {
        let next = if let Some(known) = self.agenda.next {
            known
        } else {
            let now = self.now();
            let dues = self.runners.values().filter_map(|entry| entry.due(now));
            dues.min().map_or(Deadline::Never, Deadline::At)
        };
        self.agenda.next = Some(next);
        match next {
            Deadline::At(due) => Some(due),
            Deadline::Never => None,
        }
    }

    /// Runners whose status has another cause than was told.
    pub(super) fn take_other_causes(&mut self) -> Vec<RunnerId> {
        let is_another = |entry: &mut Entry| std::mem::take(&mut entry.has_another_cause);
        match std::mem::take(&mut self.agenda.stirred) {
            Stirred::All => self
                .runners
                .iter_mut()
                .filter_map(|(id, entry)| is_another(entry).then_some(*id))
                .collect(),
            Stirred::Only(ids) => ids
                .into_iter()
                .filter(|id| self.runners.get_mut(id).is_some_and(is_another))
                .collect(),
        }
    }

    /// Output or silence of one runner was taken in.
    pub(super) fn note_due(&mut self, id: RunnerId) {
        let now = self.now();
        let due = self.runners.get(&id).and_then(|entry| entry.due(now));
        self.agenda.note(id, due);
    }

    /// Looks at what is due: runners whose time is up, lines that settled by silence, screens, and what time alone says.
    pub(super) fn expire(&mut self) {
        let now = self.now();
        let (mut changed, mut next) = (Vec::new(), None);
        for (id, entry) in &mut self.runners {
            let due = entry.due(now);
            if due.is_none_or(|due| due > now.tick) {
                next = next.into_iter().chain(due).min();
                continue;
            }
            if entry.settles_at().is_some_and(|due| due <= now.tick) {
                entry.settle_lines(now.at, now.tick);
            }
            if entry.deadline.is_some_and(|due| due <= now.tick) {
                entry.deadline = match self.overdue.try_send(*id) {
                    Ok(()) => None,
                    Err(_full_or_ending) => Some(now.tick.after(super::limits::OVERDUE_RETRY)),
                };
            }
            if let Some(ask) = entry.ask_who(now.tick)
                && self.asks.try_send(ask).is_err()
            {
                entry.wonder(now.tick.after(super::limits::ASK_RETRY));
            }
            if let Some(past) = entry.expire_evidence(now.at, now.tick) {
                changed.push((*id, past));
            }
            next = next.into_iter().chain(entry.due(now)).min();
            self.agenda.note(*id, None);
        }
        self.agenda.next = Some(next.map_or(Deadline::Never, Deadline::At));
        for (id, past) in changed {
            self.after_change(id, past);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use proptest::prelude::*;
    use tokio::sync::{mpsc, watch};
    use uuid::Uuid;

    use super::*;
    use crate::app::awareness::Ask;
    use crate::app::limits::{ASK_RETRY, OVERDUE_RETRY};
    use crate::app::notify::NoticeTurn;
    use crate::app::world::{Outlets, RunTag};
    use crate::domain::board::Prints;
    use crate::domain::evidence::Fact;
    use crate::domain::ids::{PaneId, Pid, SessionId, WindowId};
    use crate::domain::kind::Kind;
    use crate::domain::name::RunnerName;
    use crate::domain::runner::{Origin, Place, Runner, Wishes};
    use crate::domain::settings::Settings;
    use crate::domain::status::Status;
    use crate::domain::transcript::Size;
    use crate::ports::process::ProcessEvent;
    use crate::testkit::{ManualClock, MemoryTranscripts};

    /// A world without a monitor, with room for one message to each of those who are told.
    struct Alone {
        world: World,
        overdue: mpsc::Receiver<RunnerId>,
        asks: mpsc::Receiver<Ask>,
        _settings: watch::Sender<Arc<Settings>>,
        _left: mpsc::Receiver<RunnerId>,
        _notices: mpsc::Receiver<NoticeTurn>,
    }

    impl Alone {
        fn new() -> Self {
            let (overdue, overdue_receiver) = mpsc::channel(1);
            let (left, left_receiver) = mpsc::channel(1);
            let (notices, notice_receiver) = mpsc::channel(1);
            let (asks, ask_receiver) = mpsc::channel(1);
            let (keep, settings) = watch::channel(Arc::new(Settings::default()));
            let outlets = Outlets {
                overdue,
                left,
                notices,
                asks,
            };
            let clock = Arc::new(ManualClock::new());
            let writer = Arc::<MemoryTranscripts>::default();
            Self {
                world: World::new(clock, writer, outlets, settings),
                overdue: overdue_receiver,
                asks: ask_receiver,
                _settings: keep,
                _left: left_receiver,
                _notices: notice_receiver,
            }
        }

        /// A runner in a pane of its own, as a turn takes it in.
        fn runner(&mut self, kind: &str) -> RunnerId {
            let id = RunnerId::new(Uuid::now_v7());
            let number = u32::try_from(self.world.runners.len()).unwrap() + 1;
            let wishes = Wishes {
                idle_after: Duration::from_secs(30),
                max_duration: None,
                output_dir: None,
                kind: None,
            };
            let mut runner = Runner::new(
                id,
                RunnerName::from_any(&format!("runner {number}")),
                Kind::named(kind).unwrap(),
                Origin::Registered,
                wishes,
                self.world.clock.now(),
            );
            runner.place = Some(Place {
                session: SessionId(1),
                window: WindowId(number),
                pane: PaneId(number),
                pane_pid: Pid::new(i32::try_from(number).unwrap() + 100).unwrap(),
            });
            self.turn(|world| {
                world.insert(runner);
            });
            id
        }

        /// As the monitor takes a turn.
        fn turn(&mut self, change: impl FnOnce(&mut World)) {
            change(&mut self.world);
            self.world.agenda.upset();
        }

        fn observe(&mut self, runner: RunnerId, event: ProcessEvent) {
            self.world.observe(RunTag { runner, run: 1 }, event);
        }

        fn print(&mut self, runner: RunnerId, text: &'static str) {
            let (at, bytes) = (self.world.clock.now(), Bytes::from_static(text.as_bytes()));
            self.observe(runner, ProcessEvent::Output { at, bytes });
        }

        fn entry(&mut self, id: RunnerId) -> &mut Entry {
            self.world.runners.get_mut(&id).unwrap()
        }

        /// When something is due, of all runners.
        fn truth(&self) -> Option<Tick> {
            let now = self.world.now();
            let all = self.world.runners.values();
            all.filter_map(|entry| entry.due(now)).min()
        }

        /// What is left to do is not due at this moment: else it would be looked for without end.
        fn expire(&mut self) {
            self.world.expire();
            let (now, left) = (self.world.clock.tick(), self.truth());
            assert!(left.is_none_or(|due| due > now), "{left:?} at {now:?}");
        }

        /// Nothing happens until then: what is due is done in time.
        async fn pass(&mut self, time: Duration) {
            let end = self.world.clock.tick().after(time);
            loop {
                let now = self.world.clock.tick();
                let due = self.world.next_deadline().filter(|due| *due <= end);
                tokio::time::advance(due.unwrap_or(end).since(now)).await;
                if due.is_none() {
                    return;
                }
                self.expire();
                // As those who are told take what they are told.
                while self.overdue.try_recv().is_ok() || self.asks.try_recv().is_ok() {}
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_world_has_no_deadline() {
        let mut alone = Alone::new();
        assert_eq!(alone.world.next_deadline(), None);
        let (agent, other) = (alone.runner("claude-code"), alone.runner("custom"));
        assert!(alone.world.next_deadline().is_some(), "who lives there?");
        for id in [agent, other] {
            for text in TEXTS {
                alone.print(id, text);
            }
        }
        alone.pass(Duration::from_secs(600)).await;
        assert_eq!(alone.world.next_deadline(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_noted_with_output_and_found_in_turns() {
        let mut alone = Alone::new();
        let (one, two) = (alone.runner("claude-code"), alone.runner("custom"));
        // One that has drawn nothing is asked again and again.
        alone.print(one, TEXTS[0]);
        alone.pass(Duration::from_secs(600)).await;
        let now = alone.world.clock.tick();
        let [late, early] = [60, 20].map(|seconds| now.after(Duration::from_secs(seconds)));
        alone.turn(|world| world.runners.get_mut(&two).unwrap().deadline = Some(late));
        assert_eq!(alone.world.next_deadline(), Some(late));
        alone.turn(|world| world.runners.get_mut(&two).unwrap().deadline = Some(early));
        assert_eq!(alone.world.next_deadline(), Some(early));
        alone.print(one, "news");
        let due = alone.entry(one).awareness.due().unwrap();
        assert!(due < early);
        assert_eq!(alone.world.next_deadline(), Some(due));
        alone.turn(|world| drop(world.remove(one)));
        assert_eq!(alone.world.next_deadline(), Some(early));
    }

    #[tokio::test(start_paused = true)]
    async fn whose_time_is_up_is_told_once_and_again_when_there_was_no_room() {
        let mut alone = Alone::new();
        let ids = [alone.runner("custom"), alone.runner("custom")];
        alone.pass(Duration::from_secs(600)).await;
        let due = alone.world.clock.tick().after(Duration::from_secs(5));
        for id in ids {
            alone.turn(|world| world.runners.get_mut(&id).unwrap().deadline = Some(due));
        }
        tokio::time::advance(Duration::from_millis(4999)).await;
        alone.expire();
        assert!(alone.overdue.try_recv().is_err(), "not yet");
        tokio::time::advance(Duration::from_millis(1)).await;
        alone.expire();
        assert_eq!(alone.overdue.try_recv(), Ok(ids[0]));
        assert!(alone.overdue.try_recv().is_err(), "there was room for one");
        assert_eq!(alone.world.next_deadline(), Some(due.after(OVERDUE_RETRY)));
        tokio::time::advance(OVERDUE_RETRY).await;
        alone.expire();
        assert_eq!(alone.overdue.try_recv(), Ok(ids[1]));
        assert_eq!(alone.world.next_deadline(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_found_no_room_is_asked_again() {
        let mut alone = Alone::new();
        alone.runner("custom");
        alone.runner("custom");
        alone.expire();
        let first = alone.asks.try_recv().unwrap();
        assert!(alone.asks.try_recv().is_err(), "there was room for one");
        let again = alone.world.clock.tick().after(ASK_RETRY);
        assert_eq!(alone.world.next_deadline(), Some(again));
        tokio::time::advance(ASK_RETRY).await;
        alone.expire();
        assert_ne!(alone.asks.try_recv().unwrap(), first);
        assert_eq!(alone.world.next_deadline(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_time_alone_says_of_a_status_is_said_in_time() {
        let mut alone = Alone::new();
        let id = alone.runner("claude-code");
        alone.print(id, TEXTS[0]);
        alone.pass(Duration::from_secs(600)).await;
        let moved = Fact::Moved {
            prints: Prints::SaysLittle,
            is_new: true,
        };
        alone.turn(|world| world.apply(id, moved));
        let at = alone.entry(id).status_due.unwrap();
        let before = alone.entry(id).status();
        let left = Duration::from_millis(at.0 - alone.world.clock.now().0);
        let due = alone.world.clock.tick().after(left);
        assert_eq!(alone.world.next_deadline(), Some(due));
        tokio::time::advance(left).await;
        alone.expire();
        assert_eq!(
            (before, alone.entry(id).status()),
            (Status::Starting, Status::Unknown)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn another_cause_is_told_once_whoever_is_stirred() {
        let mut alone = Alone::new();
        let (one, two) = (alone.runner("custom"), alone.runner("custom"));
        drop(alone.world.take_other_causes());
        // A turn may have changed anything.
        alone.turn(|world| world.runners.get_mut(&two).unwrap().has_another_cause = true);
        assert_eq!(alone.world.take_other_causes(), [two]);
        assert_eq!(alone.world.take_other_causes(), []);
        alone.entry(one).has_another_cause = true;
        alone.entry(two).has_another_cause = true;
        // Only one of them is told of.
        alone.world.note_due(one);
        assert_eq!(alone.world.take_other_causes(), [one]);
        alone.world.note_due(two);
        assert_eq!(alone.world.take_other_causes(), [two]);
        alone.turn(|_world| ());
        assert_eq!(alone.world.take_other_causes(), []);
    }

    /// What a pane prints: lines, a drawn screen, one that is drawn anew, a title, work that goes on.
    const TEXTS: [&str; 6] = [
        "a line\r\n",
        "no end of it",
        "\x1b[5;1Hdrawn\r\nmore\r\n\x1b[2A",
        "\x1b[?1049h\x1b[2J\x1b[Hrows\r\nof another screen",
        "\x1b]2;working\x07",
        "\x1b]9;4;3;0\x07",
    ];

    #[derive(Debug, Clone)]
    enum Step {
        Print { runner: usize, text: usize },
        Silence { runner: usize },
        Resize { runner: usize },
        Over { runner: usize, millis: u64 },
        Pass { millis: u64 },
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let runner = 0..3_usize;
        let text = 0..TEXTS.len();
        let millis = prop_oneof![0..30_u64, 0..3000_u64, 0..100_000_u64];
        let step = prop_oneof![
            4 => (runner.clone(), text).prop_map(|(runner, text)| Step::Print { runner, text }),
            1 => runner.clone().prop_map(|runner| Step::Silence { runner }),
            1 => runner.clone().prop_map(|runner| Step::Resize { runner }),
            1 => (runner, millis.clone())
                .prop_map(|(runner, millis)| Step::Over { runner, millis }),
            4 => millis.prop_map(|millis| Step::Pass { millis }),
        ];
        prop::collection::vec(step, 1..40)
    }

    async fn take(alone: &mut Alone, ids: [RunnerId; 3], step: &Step) {
        let at = alone.world.clock.now();
        match *step {
            Step::Print { runner, text } => alone.print(ids[runner], TEXTS[text]),
            Step::Silence { runner } => {
                let lasted = Duration::from_secs(30);
                alone.observe(ids[runner], ProcessEvent::Silence { lasted });
            }
            Step::Resize { runner } => {
                let size = Size { cols: 60, rows: 20 };
                alone.observe(ids[runner], ProcessEvent::Resized { at, size });
            }
            Step::Over { runner, millis } => {
                let due = alone.world.clock.tick();
                let due = due.after(Duration::from_millis(millis));
                alone.turn(|world| {
                    world.runners.get_mut(&ids[runner]).unwrap().deadline = Some(due);
                });
            }
            Step::Pass { millis } => {
                tokio::time::advance(Duration::from_millis(millis)).await;
                let now = alone.world.clock.tick();
                if alone.world.next_deadline().is_some_and(|due| due <= now) {
                    alone.expire();
                }
            }
        }
    }

    async fn nothing_is_late(steps: &[Step]) {
        let mut alone = Alone::new();
        let ids = ["claude-code", "custom", "codex"].map(|kind| alone.runner(kind));
        for step in steps {
            take(&mut alone, ids, step).await;
            let (kept, truth) = (alone.world.next_deadline(), alone.truth());
            let is_late = match (kept, truth) {
                (None, truth) => truth.is_some(),
                (Some(kept), truth) => truth.is_some_and(|truth| truth < kept),
            };
            assert!(!is_late, "{kept:?} is kept, {truth:?} is due");
            let of_another =
                |(id, entry): (&RunnerId, &Entry)| entry.has_another_cause.then_some(*id);
            let others: Vec<RunnerId> = alone.world.runners.iter().filter_map(of_another).collect();
            assert_eq!(alone.world.take_other_causes(), others);
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_never_too_late(steps in steps()) {
            tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap()
                .block_on(nothing_is_late(&steps));
        }
    }
}
