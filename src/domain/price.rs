//! What tokens cost: list prices by the beginning of a model's name. Prices change and are not agreed with anybody here, so a table
//! says of which day it is.

use super::tokens::Tokens;

/// Tokens that a price is for.
const PRICED_TOKENS: u128 = 1_000_000;

/// Prices of one model, each in millionths of a dollar for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Of tokens that are sent and not in a cache.
    pub input: u64,
    /// Of tokens that are read from a cache.
    pub cache_read: u64,
    /// Of tokens that are written to a cache.
    pub cache_write: u64,
    /// Of tokens that are received.
    pub output: u64,
    /// Tokens that the model's context window is believed to hold, if that is known.
    pub window: Option<u64>,
}

impl Price {
    /// What these tokens cost, in millionths of a dollar; half of one counts as one.
    pub fn cost_micros(&self, tokens: Tokens) -> u64 {
        let part = |count: u64, price: u64| u128::from(count) * u128::from(price);
        let sum = [
            part(tokens.input, self.input),
            part(tokens.cache_read, self.cache_read),
            part(tokens.cache_write, self.cache_write),
            part(tokens.output, self.output),
        ]
        .into_iter()
        .fold(0_u128, u128::saturating_add);
        let rounded = sum.saturating_add(PRICED_TOKENS / 2) / PRICED_TOKENS;
        u64::try_from(rounded).unwrap_or(u64::MAX)
    }
}

/// Prices by the beginnings of names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceTable {
    as_of: String,
    rows: Vec<(String, Price)>,
    /// Those of the user, which go first.
    own: Vec<(String, Price)>,
}

impl PriceTable {
    /// A table that is believed to hold on the day `as_of`.
    pub fn new(as_of: &str, rows: Vec<(String, Price)>) -> Self {
        Self {
            as_of: as_of.to_owned(),
            rows,
            own: Vec::new(),
        }
    }

    /// The same with prices of the user, which go before those of the table.
    #[must_use]
    pub fn with_own(mut self, own: Vec<(String, Price)>) -> Self {
        self.own = own;
        self
    }

    /// The day on which it is believed to hold, as in `2026-01-31`.
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// The price of the model: that of the longest beginning of its name. A beginning ends where a part of the name ends, so that
    /// `gpt-5` is no price of `gpt-5.9`. What stands before the name (`anthropic/`, `eu.anthropic.`) is passed over.
    pub fn price(&self, model: &str) -> Option<&Price> {
        let model = model.to_ascii_lowercase();
        let within = |rows: &'_ [(String, Price)], name: &str| -> Option<usize> {
            let fits = rows
                .iter()
                .enumerate()
                .filter(|(_, (beginning, _))| begins(name, beginning));
            fits.max_by_key(|(_, (beginning, _))| beginning.len())
                .map(|(at, _)| at)
        };
        [&self.own, &self.rows].into_iter().find_map(|rows| {
            names(&model)
                .find_map(|name| within(rows, name))
                .and_then(|at| rows.get(at))
                .map(|(_, price)| price)
        })
    }
}

/// The name, and what is left of it behind each word that may stand for who serves it.
fn names(model: &str) -> impl Iterator<Item = &str> {
    let behind = model
        .char_indices()
        .filter(|(_, c)| matches!(c, '/' | '.'))
        .map(|(at, c)| model.split_at(at + c.len_utf8()).1);
    std::iter::once(model).chain(behind)
}

fn begins(name: &str, beginning: &str) -> bool {
    let Some(rest) = name.strip_prefix(&beginning.to_ascii_lowercase()) else {
        return false;
    };
    rest.chars()
        .next()
        .is_none_or(|next| matches!(next, '-' | '@' | ':' | '_' | '['))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(input: u64) -> Price {
        Price {
            input,
            cache_read: input / 10,
            cache_write: input,
            output: input * 4,
            window: None,
        }
    }

    fn table() -> PriceTable {
        let rows = [
            ("gpt-5", 1),
            ("gpt-5-mini", 2),
            ("gpt-5.2", 3),
            ("gpt-4.1", 4),
            ("claude-opus-4-5", 5),
        ];
        let rows = rows.map(|(name, input)| (name.to_owned(), price(input)));
        PriceTable::new("2026-01-01", rows.into())
    }

    #[test]
    fn the_longest_beginning_of_a_name_counts() {
        for (model, expected) in [
            ("gpt-5", Some(1)),
            ("GPT-5-2025-08-07", Some(1)),
            ("gpt-5-codex", Some(1)),
            ("gpt-5-mini-2025-08-07", Some(2)),
            ("gpt-5.2-codex", Some(3)),
            ("gpt-5.9", None),
            ("gpt-51", None),
            ("gpt-4.1", Some(4)),
            ("openai/gpt-4.1-2025-04-14", Some(4)),
            ("claude-opus-4-5@20251101", Some(5)),
            ("claude-opus-4-5[1m]", Some(5)),
            ("eu.anthropic.claude-opus-4-5-20251101-v1:0", Some(5)),
            ("my-gpt-5", None),
            ("", None),
        ] {
            let found = table().price(model).map(|price| price.input);
            assert_eq!(found, expected, "{model}");
        }
    }

    #[test]
    fn prices_of_the_user_go_first() {
        let table = table().with_own(vec![("gpt".to_owned(), price(99))]);
        let input = |model| table.price(model).map(|price| price.input);
        assert_eq!(input("gpt-5.2"), Some(99));
        assert_eq!(input("claude-opus-4-5"), Some(5));
    }

    #[test]
    fn costs_are_whole_and_rounded_once() {
        let dollar = Price {
            input: 1_000_000,
            cache_read: 100_000,
            cache_write: 1_250_000,
            output: 5_000_000,
            window: None,
        };
        let cost = |input, cache_read, cache_write, output| {
            dollar.cost_micros(Tokens {
                input,
                cache_read,
                cache_write,
                output,
            })
        };
        assert_eq!(cost(0, 0, 0, 0), 0);
        assert_eq!(cost(1, 0, 0, 0), 1);
        assert_eq!(cost(0, 4, 0, 0), 0, "below a half");
        assert_eq!(cost(0, 5, 0, 0), 1);
        assert_eq!(cost(1000, 10_000, 100, 200), 1000 + 1000 + 125 + 1000);
        assert_eq!(cost(u64::MAX, u64::MAX, u64::MAX, u64::MAX), u64::MAX);
    }
}
