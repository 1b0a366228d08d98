//! Tokens of messages in sum, and what they cost. A message counts once: what was known of it is taken away before it is added again.

use std::collections::BTreeMap;

use super::finding::TokenUse;
use super::price::{Price, PriceTable};

/// Tokens of one message, or of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Sent, and not in a cache.
    pub input: u64,
    /// Read from a cache.
    pub cache_read: u64,
    /// Written to a cache.
    pub cache_write: u64,
    /// Received.
    pub output: u64,
}

impl Tokens {
    /// Those of one message.
    pub const fn of(one: &TokenUse) -> Self {
        Self {
            input: one.input,
            cache_read: one.cache_read,
            cache_write: one.cache_write,
            output: one.output,
        }
    }

    /// Everything that was sent, cached or not.
    pub const fn sent(self) -> u64 {
        self.input
            .saturating_add(self.cache_read)
            .saturating_add(self.cache_write)
    }

    fn each(self, other: Self, both: fn(u64, u64) -> u64) -> Self {
        Self {
            input: both(self.input, other.input),
            cache_read: both(self.cache_read, other.cache_read),
            cache_write: both(self.cache_write, other.cache_write),
            output: both(self.output, other.output),
        }
    }
}

/// What messages of one model used, before anybody asks for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// How many messages.
    pub messages: u64,
    /// Their tokens.
    pub tokens: Tokens,
    /// What the agent itself says that they cost, in millionths of a dollar, as far as it says.
    pub told_micros: u64,
    /// Messages of which it does not say.
    pub untold: u64,
    /// Their tokens.
    pub untold_tokens: Tokens,
}

impl Used {
    /// By one message.
    pub fn by(tokens: Tokens, told_micros: Option<u64>) -> Self {
        let is_told = told_micros.is_some();
        Self {
            messages: 1,
            tokens,
            told_micros: told_micros.unwrap_or_default(),
            untold: u64::from(!is_told),
            untold_tokens: if is_told { Tokens::default() } else { tokens },
        }
    }

    fn each(self, other: Self, both: fn(u64, u64) -> u64) -> Self {
        Self {
            messages: both(self.messages, other.messages),
            tokens: self.tokens.each(other.tokens, both),
            told_micros: both(self.told_micros, other.told_micros),
            untold: both(self.untold, other.untold),
            untold_tokens: self.untold_tokens.each(other.untold_tokens, both),
        }
    }

    /// With those of `other`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    /// Without those of `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.each(other, u64::saturating_sub)
    }
}

/// What was used of each model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsedByModel(BTreeMap<String, Used>);

impl UsedByModel {
    /// Adds.
    pub fn add(&mut self, model: &str, used: Used) {
        let sum = self.0.entry(model.to_owned()).or_default();
        *sum = sum.plus(used);
    }

    /// Takes away what was added before.
    pub fn take_away(&mut self, model: &str, used: Used) {
        if let Some(sum) = self.0.get_mut(model) {
            *sum = sum.minus(used);
            if sum.messages == 0 {
                self.0.remove(model);
            }
        }
    }

    /// What all of it cost.
    pub fn spent(&self, prices: &PriceTable) -> Spent {
        let each = self.0.iter();
        each.map(|(model, used)| Spent::on(*used, prices.price(model)))
            .fold(Spent::default(), Spent::plus)
    }
}

/// What messages used and cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// How many messages.
    pub messages: u64,
    /// Their tokens.
    pub tokens: Tokens,
    /// What they cost as far as it is known, in millionths of a dollar.
    pub cost_micros: u64,
    /// Messages of which nobody knows what they cost.
    pub unpriced: u64,
}

impl Spent {
    /// On messages of one model, which may have a price. What the agent itself says of the cost goes first.
    pub fn on(used: Used, price: Option<&Price>) -> Self {
        let priced = price.map(|price| price.cost_micros(used.untold_tokens));
        Self {
            messages: used.messages,
            tokens: used.tokens,
            cost_micros: used.told_micros.saturating_add(priced.unwrap_or_default()),
            unpriced: if priced.is_some() { 0 } else { used.untold },
        }
    }

    /// With those of `other`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_add(other.messages),
            tokens: self.tokens.each(other.tokens, u64::saturating_add),
            cost_micros: self.cost_micros.saturating_add(other.cost_micros),
            unpriced: self.unpriced.saturating_add(other.unpriced),
        }
    }

    /// True when what they cost is not known of a single one.
    pub const fn is_unpriced(&self) -> bool {
        self.messages > 0 && self.unpriced == self.messages
    }
}

/// What sums are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Each day.
    Day,
    /// Each runner.
    Runner,
    /// Each kind of agent.
    Kind,
    /// Each session key.
    Key,
    /// Each model.
    Model,
}

impl By {
    const ALL: [Self; 5] = [Self::Day, Self::Runner, Self::Kind, Self::Key, Self::Model];

    /// The word used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Runner => "runner",
            Self::Kind => "kind",
            Self::Key => "key",
            Self::Model => "model",
        }
    }

    /// What this word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(input: u64, cache_read: u64, cache_write: u64, output: u64) -> Tokens {
        Tokens {
            input,
            cache_read,
            cache_write,
            output,
        }
    }

    fn prices() -> PriceTable {
        let price = Price {
            input: 3_000_000,
            cache_read: 300_000,
            cache_write: 3_750_000,
            output: 15_000_000,
            window: None,
        };
        PriceTable::new("2026-01-01", vec![("known".to_owned(), price)])
    }

    #[test]
    fn what_the_agent_says_goes_before_the_price() {
        let mut used = UsedByModel::default();
        used.add("known-1", Used::by(tokens(1_000_000, 0, 0, 0), None));
        used.add("known-1", Used::by(tokens(1_000_000, 0, 0, 0), Some(7)));
        let spent = used.spent(&prices());
        assert_eq!((spent.cost_micros, spent.unpriced), (3_000_007, 0));
        assert_eq!(
            (spent.messages, spent.tokens),
            (2, tokens(2_000_000, 0, 0, 0))
        );
    }

    #[test]
    fn a_model_without_a_price_is_counted_without_a_cost() {
        let mut used = UsedByModel::default();
        used.add("new", Used::by(tokens(5, 0, 0, 5), None));
        assert!(used.spent(&prices()).is_unpriced());
        used.add("known", Used::by(tokens(1_000_000, 0, 0, 0), None));
        used.add("new", Used::by(tokens(5, 0, 0, 5), Some(40)));
        let spent = used.spent(&prices());
        assert_eq!((spent.cost_micros, spent.unpriced), (3_000_040, 1));
        assert!(!spent.is_unpriced());
    }

    #[test]
    fn what_is_found_again_is_taken_away_before_it_is_added() {
        let mut used = UsedByModel::default();
        let first = Used::by(tokens(10, 20, 30, 40), None);
        let again = Used::by(tokens(10, 20, 30, 44), Some(9));
        used.add("known", first);
        used.take_away("known", first);
        used.add("known", again);
        let spent = used.spent(&prices());
        assert_eq!((spent.messages, spent.tokens.output), (1, 44));
        assert_eq!(spent.cost_micros, 9);
        used.take_away("known", again);
        assert_eq!(used, UsedByModel::default());
    }
}
