//! `usage`: the tokens of messages and what they cost, summed up. What processes use of the machine is [`super::stats`].

use std::collections::{BTreeMap, BTreeSet};

use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::price::PriceTable;
use crate::domain::time::Timestamp;
use crate::domain::tokens::{By, Spent};
use crate::ports::ledger::{Sum, SumQuery};

/// What was spent on one day, by one runner, ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// The day, the runner's id, the kind, the session key (empty: none) or the model.
    pub of: String,
    /// The runner's name; only by runner.
    pub name: Option<String>,
    /// On all of it.
    pub spent: Spent,
    /// On each model of each kind of agent.
    pub models: Vec<ModelSpent>,
}

/// What was spent on one model by one kind of agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpent {
    /// Name of the kind.
    pub kind: String,
    /// The model, as the agent names it.
    pub model: String,
    /// How much.
    pub spent: Spent,
}

/// What was spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageNow {
    /// In the order of what they are for.
    pub rows: Vec<UsageRow>,
    /// On everything.
    pub total: Spent,
    /// The models of which nobody knows what they cost.
    pub unpriced: BTreeSet<String>,
    /// The day of the shipped prices.
    pub prices_as_of: String,
}

impl App {
    /// Sums up what was spent since then, of one runner or of all. A runner that has left the list is known by its whole id.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Store`.
    pub async fn usage(
        &self,
        by: By,
        since: Option<Timestamp>,
        runner: Option<String>,
    ) -> Result<UsageNow, AppError> {
        let runner = match runner {
            Some(text) => Some(self.spender(text).await?),
            None => None,
        };
        let query = SumQuery {
            since,
            runner,
            ..SumQuery::all(by)
        };
        let sums = self.ports.ledger.sums(query).await?;
        let mut now = sum_up(sums, &self.settings().prices);
        if by == By::Runner {
            let names = self.monitor.turn(|world| {
                let names = world.runners.iter();
                let name = |(id, entry): (&RunnerId, &super::entry::Entry)| {
                    (id.to_string(), entry.runner.name.to_string())
                };
                names.map(name).collect::<BTreeMap<_, _>>()
            });
            let mut names = names.await?;
            for row in &mut now.rows {
                row.name = names.remove(&row.of).or(row.name.take());
            }
        }
        Ok(now)
    }

    async fn spender(&self, text: String) -> Result<RunnerId, AppError> {
        let id = text.parse::<RunnerId>();
        let found = self.monitor.turn(move |world| world.resolve(&text)).await?;
        found.or_else(|refusal| id.map_err(|_no_id| refusal))
    }
}

fn sum_up(sums: Vec<Sum>, prices: &PriceTable) -> UsageNow {
    let mut now = UsageNow {
        rows: Vec::new(),
        total: Spent::default(),
        unpriced: BTreeSet::new(),
        prices_as_of: prices.as_of().to_owned(),
    };
    for sum in sums {
        let spent = Spent::on(sum.used, prices.price(&sum.model));
        now.total = now.total.plus(spent);
        if spent.unpriced > 0 {
            now.unpriced.insert(sum.model.clone());
        }
        let model = ModelSpent {
            kind: sum.kind,
            model: sum.model,
            spent,
        };
        match now.rows.last_mut() {
            Some(row) if row.of == sum.of => {
                row.spent = row.spent.plus(spent);
                row.models.push(model);
            }
            _ => now.rows.push(UsageRow {
                of: sum.of,
                name: sum.name,
                spent,
                models: vec![model],
            }),
        }
    }
    now
}
