//! What is found of agents, written down: tokens, turns, how far files were read. What of it is shown beside a runner is kept with the
//! runner, so that nobody has to ask the disk for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::watch;

use super::limits::{NAME_BYTES, PARTS_UNTIL_PRUNED, RECORD_FINDINGS};
use super::world::World;
use super::{App, AppError};
use crate::domain::finding::{ContextUse, FileMark, Finding, RateLimit, TurnPart};
use crate::domain::ids::RunnerId;
use crate::domain::kind::Kind;
use crate::domain::price::PriceTable;
use crate::domain::time::{Day, Timestamp};
use crate::domain::tokens::{By, Spent, UsedByModel};
use crate::ports::ledger::{Batch, Change, Sum, SumQuery};

/// What the agent of a runner has spent and what it may still, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spending {
    /// On all its messages.
    pub total: Spent,
    /// On those of `day`.
    pub today: Spent,
    /// The day of the newest message or finding.
    pub day: Day,
    /// How full its context is. The window is what the agent says, else what is believed of its model.
    pub context: Option<ContextUse>,
    /// Allowances of its provider.
    pub limits: Vec<RateLimit>,
}

/// What is known of a runner's spending.
#[derive(Debug, Default)]
pub(super) struct Account {
    total: UsedByModel,
    today: UsedByModel,
    day: Day,
    context: Option<ContextUse>,
    limits: Vec<RateLimit>,
    /// The conversation that `context` is of.
    conversation: Option<String>,
    /// The model of the newest message.
    model: Option<(Timestamp, String)>,
    /// True when something could not be written: how far files are read is not written either until they are read again from where
    /// everything before had been written.
    is_behind: bool,
    /// What is told of all this; `None` while there is nothing to tell.
    pub(super) spending: Option<Arc<Spending>>,
    /// How often something was written down.
    records: watch::Sender<u64>,
}

/// What is not written down but shown.
#[derive(Debug, Default)]
struct Shown {
    context: Option<ContextUse>,
    limits: Vec<RateLimit>,
    conversation: Option<String>,
    model: Option<(Timestamp, String)>,
}

impl App {
    /// Writes down what was found of a runner's agent, in the order in which it was found. Answers when it is on disk, so that whoever
    /// reads an agent's files is as fast as the disk. Signs and what is [`Finding::Degraded`] are no concern of this; of a conversation
    /// only that it is another one.
    ///
    /// When it fails, marks are not written any more until [`App::marks_of`] is asked, from where everything is found again.
    ///
    /// # Errors
    /// `RunnerNotFound`, `Store`, `Ending`.
    pub async fn take_findings(
        &self,
        runner: RunnerId,
        occupant_kind: &'static Kind,
        findings: Vec<Finding>,
    ) -> Result<(), AppError> {
        let of = self
            .monitor
            .turn(move |world| world.batch_of(runner, occupant_kind))
            .await??;
        let (mut batch, mut shown) = (of.clone(), Shown::default());
        for finding in findings {
            match finding {
                Finding::Tokens(used)
                    if [&used.conversation, &used.message, &used.model]
                        .into_iter()
                        .all(|name| is_name(name)) =>
                {
                    shown.model = shown.model.max(Some((used.at, used.model.clone())));
                    batch.messages.push((self.ports.clock.day(used.at), used));
                }
                Finding::Turn(part) if is_name(&part.conversation) && is_name(&part.key) => {
                    batch.parts.push(part);
                }
                Finding::Tokens(_) | Finding::Turn(_) => {
                    tracing::debug!(%runner, "a name that is no name was found and passed over");
                }
                Finding::Read(mark) => batch.marks.push(mark),
                Finding::Context(context) => shown.context = Some(context),
                Finding::Limit(limit) => shown.limits.push(limit),
                Finding::Conversation(one) => {
                    // What was found before it is of another one.
                    shown.context = None;
                    shown.conversation = Some(one.id);
                }
                Finding::Sign(_) | Finding::Degraded(_) => {}
            }
            if batch.messages.len() + batch.parts.len() + batch.marks.len() >= RECORD_FINDINGS {
                let full = std::mem::replace(&mut batch, of.clone());
                self.record(full, std::mem::take(&mut shown)).await?;
            }
        }
        self.record(batch, shown).await
    }

    /// How far the files of a runner's agent were read, by this daemon and those before it: where reading goes on.
    pub async fn marks_of(&self, runner: RunnerId) -> Vec<FileMark> {
        let caught_up = self.monitor.turn(move |world| {
            if let Ok(entry) = world.entry_mut(runner) {
                entry.account.is_behind = false;
            }
        });
        // The marks below are of the last whole batch, whatever was lost since.
        let _ending = caught_up.await;
        match self.ports.ledger.marks(runner).await {
            Ok(marks) => marks,
            Err(error) => {
                tracing::warn!(%runner, %error, "its files are read from the beginning");
                Vec::new()
            }
        }
    }

    async fn record(&self, mut batch: Batch, shown: Shown) -> Result<(), AppError> {
        let id = batch.runner;
        // What is written and what is shown change in the same order.
        let mut parts_since_pruned = self.recording.lock().await;
        let is_behind = self.monitor.turn(move |world| {
            let entry = world.entry(id);
            entry.is_ok_and(|entry| entry.account.is_behind)
        });
        if is_behind.await? {
            batch.marks.clear();
        }
        *parts_since_pruned += batch.parts.len();
        let changes =
            if batch.messages.is_empty() && batch.parts.is_empty() && batch.marks.is_empty() {
                Ok(Vec::new())
            } else {
                self.ports.ledger.record(batch).await
            };
        if *parts_since_pruned >= PARTS_UNTIL_PRUNED {
            *parts_since_pruned = 0;
            self.prune_ledger().await;
        }
        let (settings, today) = (self.settings(), self.today());
        self.monitor
            .turn(move |world| {
                world.show_findings(id, shown, today);
                match changes {
                    Ok(changes) => {
                        world.take_changes(id, changes, &settings.prices);
                        Ok(())
                    }
                    Err(error) => {
                        if let Ok(entry) = world.entry_mut(id) {
                            entry.account.is_behind = true;
                        }
                        world.take_changes(id, Vec::new(), &settings.prices);
                        Err(error.into())
                    }
                }
            })
            .await?
    }

    /// Reads what runners have spent under earlier daemons.
    pub(super) async fn recover_spending(&self) -> Result<(), AppError> {
        let (settings, today) = (self.settings(), self.today());
        let of_today = SumQuery {
            day: Some(today),
            ..SumQuery::all(By::Runner)
        };
        let read = async {
            let all = self.ports.ledger.sums(SumQuery::all(By::Runner)).await?;
            Ok((all, self.ports.ledger.sums(of_today).await?))
        };
        let sums: Result<_, crate::ports::store::StoreError> = read.await;
        self.monitor
            .turn(move |world| match sums {
                Ok((all, of_today)) => {
                    world.restore_spending(&all, &of_today, today, &settings.prices)
                }
                Err(error) => world.warn(format!("What agents spent is not known: {error}.")),
            })
            .await
    }

    fn today(&self) -> Day {
        self.ports.clock.day(self.ports.clock.now())
    }
}

/// A name of a message, a conversation or a model that an agent may have given; what is longer was misread.
const fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_BYTES
}

impl World {
    /// Nothing of that runner, yet.
    fn batch_of(&self, runner: RunnerId, kind: &'static Kind) -> Result<Batch, AppError> {
        let of = &self.entry(runner)?.runner;
        Ok(Batch {
            runner,
            name: of.name.to_string(),
            key: of.key.as_ref().map(ToString::to_string),
            kind: kind.name,
            messages: Vec::new(),
            parts: Vec::<TurnPart>::new(),
            marks: Vec::new(),
        })
    }

    fn show_findings(&mut self, id: RunnerId, shown: Shown, today: Day) {
        let Ok(entry) = self.entry_mut(id) else {
            return;
        };
        let account = &mut entry.account;
        account.records.send_modify(|records| *records += 1);
        account.begin_day(today);
        if shown.conversation.is_some() && shown.conversation != account.conversation {
            account.conversation = shown.conversation;
            account.context = None;
        }
        account.context = shown.context.or(account.context);
        account.model = shown.model.max(account.model.take());
        for limit in shown.limits {
            account.limits.retain(|known| known.window != limit.window);
            account.limits.push(limit);
        }
    }

    /// Counts what was written down. A message may count for another runner than the one of which it was found.
    fn take_changes(&mut self, of: RunnerId, changes: Vec<Change>, prices: &PriceTable) {
        let mut changed = BTreeSet::from([of]);
        for change in changes {
            if let Ok(entry) = self.entry_mut(change.runner) {
                entry.account.take(&change);
                changed.insert(change.runner);
            }
        }
        for id in changed {
            let news = self.entry_mut(id);
            if news.is_ok_and(|entry| entry.account.settle(prices)) {
                self.touch_view(id);
            }
        }
    }

    fn restore_spending(&mut self, all: &[Sum], of_today: &[Sum], day: Day, prices: &PriceTable) {
        for (id, entry) in &mut self.runners {
            let id = id.to_string();
            let account = &mut entry.account;
            account.day = day;
            for sum in all.iter().filter(|sum| sum.of == id) {
                account.total.add(&sum.model, sum.used);
            }
            for sum in of_today.iter().filter(|sum| sum.of == id) {
                account.today.add(&sum.model, sum.used);
            }
            account.settle(prices);
        }
    }
}

impl Account {
    /// How often something was written down, as it is.
    pub(super) fn records(&self) -> watch::Receiver<u64> {
        self.records.subscribe()
    }

    fn begin_day(&mut self, day: Day) {
        if self.day != day {
            self.day = day;
            self.today = UsedByModel::default();
        }
    }

    fn take(&mut self, change: &Change) {
        let is_today = change.day == self.day;
        if let Some((model, used)) = &change.before {
            self.total.take_away(model, *used);
            if is_today {
                self.today.take_away(model, *used);
            }
        }
        let (model, used) = &change.after;
        self.total.add(model, *used);
        if is_today {
            self.today.add(model, *used);
        }
    }

    /// Prices it. True when there is something new to tell.
    fn settle(&mut self, prices: &PriceTable) -> bool {
        let believed = || prices.price(&self.model.as_ref()?.1)?.window;
        let context = self.context.map(|context| ContextUse {
            window: context.window.or_else(believed),
            ..context
        });
        let spending = Spending {
            total: self.total.spent(prices),
            today: self.today.spent(prices),
            day: self.day,
            context,
            limits: self.limits.clone(),
        };
        let nothing = Spending {
            day: self.day,
            ..Spending::default()
        };
        let known = self.spending.as_deref();
        if known == Some(&spending) || known.is_none() && spending == nothing {
            return false;
        }
        self.spending = Some(Arc::new(spending));
        true
    }
}
