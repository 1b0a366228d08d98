//! Prices of models: those that are shipped, and the `[[price]]` tables of the config file, which look the same.

use std::path::Path;

use toml::de::DeTable;

use super::ConfigError;
use super::value::{Entry, Reader};
use crate::domain::price::{Price, PriceTable};

/// The shipped table.
const SHIPPED: &str = include_str!("prices.toml");

/// Name of the shipped table, for what is wrong with it.
const SHIPPED_NAME: &str = "prices.toml";

/// Keys of the shipped table.
const SHIPPED_KEYS: [&str; 2] = ["as_of", "price"];

/// Keys of a `[[price]]` table.
const KEYS: [&str; 6] = [
    "model",
    "input",
    "cached_input",
    "cache_write",
    "output",
    "context_window",
];

/// The shipped prices.
///
/// # Errors
/// [`ConfigError`] when the shipped file is wrong; a test holds that it is not.
pub(super) fn shipped() -> Result<PriceTable, ConfigError> {
    let reader = Reader {
        file: Path::new(SHIPPED_NAME),
        text: SHIPPED,
    };
    let table = reader.parse()?;
    let (mut as_of, mut rows) = (String::new(), Vec::new());
    for (key, value) in table.get_ref() {
        let entry = Entry {
            reader: &reader,
            table: "",
            key,
            value,
        };
        match key.get_ref().as_ref() {
            "as_of" => as_of = entry.text("a date")?,
            "price" => rows = read(&entry)?,
            _ => return Err(reader.unknown("", key, &SHIPPED_KEYS)),
        }
    }
    Ok(PriceTable::new(&as_of, rows))
}

/// The prices of an array of tables.
pub(super) fn read(prices: &Entry<'_>) -> Result<Vec<(String, Price)>, ConfigError> {
    const EXPECTED: &str = "an array of tables, as in [[price]]";
    let elements = prices.value.get_ref().as_array();
    let elements = elements.ok_or_else(|| prices.wrong(EXPECTED))?;
    elements
        .iter()
        .map(|element| {
            let table = element.get_ref().as_table();
            row(prices, table.ok_or_else(|| prices.wrong(EXPECTED))?)
        })
        .collect()
}

fn row(prices: &Entry<'_>, table: &DeTable<'_>) -> Result<(String, Price), ConfigError> {
    let (mut model, mut window) = (None, None);
    let [mut input, mut cache_read, mut cache_write, mut output] = [None; 4];
    for (key, value) in table {
        let entry = Entry {
            reader: prices.reader,
            table: "price.",
            key,
            value,
        };
        match key.get_ref().as_ref() {
            "model" => model = Some(entry.text("the beginning of a model's name")?),
            "input" => input = Some(entry.dollars()?),
            "cached_input" => cache_read = Some(entry.dollars()?),
            "cache_write" => cache_write = Some(entry.dollars()?),
            "output" => output = Some(entry.dollars()?),
            "context_window" => window = Some(entry.tokens()?),
            _ => return Err(prices.reader.unknown("price.", key, &KEYS)),
        }
    }
    let (Some(model), Some(input), Some(output)) = (model, input, output) else {
        return Err(prices.wrong("given a model, an input and an output"));
    };
    let price = Price {
        input,
        cache_read: cache_read.unwrap_or(input),
        cache_write: cache_write.unwrap_or(input),
        output,
        window,
    };
    Ok((model, price))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::config::File;
    use crate::domain::tokens::Tokens;

    fn parse(text: &str) -> Result<File, ConfigError> {
        File::parse(Path::new("config.toml"), text)
    }

    fn refusal(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_shipped_table_is_sound() {
        let table = shipped().unwrap();
        assert!(table.as_of().parse::<jiff::civil::Date>().is_ok());
        for model in [
            "claude-opus-4-5-20251101",
            "claude-opus-4-1-20250805",
            "claude-opus-5-5[1m]",
            "claude-sonnet-4-5-20250929",
            "claude-haiku-4-5",
            "gpt-5-codex",
            "gpt-5.2-codex",
            "gpt-6.1-sol",
            "gemini-2.5-pro",
            "gemini-3-pro-preview",
        ] {
            let price = table.price(model).unwrap();
            let order = [price.cache_read, price.input, price.output];
            assert!(order.is_sorted(), "{model}: {price:?}");
        }
        assert_eq!(table.price("stub-model"), None);
        assert_eq!(table.price("claude-opus-4-9"), None, "it may be dearer");
        let cheap = table.price("gemini-2.5-flash-lite-preview").unwrap();
        assert_eq!((cheap.input, cheap.cache_read), (100_000, 10_000));
    }

    /// What a recorded Claude Code reckoned itself for a session of five messages.
    #[test]
    fn an_agents_own_reckoning_is_met() {
        let recorded = Tokens {
            input: 36_618,
            cache_read: 36_614,
            cache_write: 0,
            output: 626,
        };
        let price = *shipped().unwrap().price("claude-opus-5-5").unwrap();
        assert_eq!(price.cost_micros(recorded), 166_315);
    }

    #[test]
    fn a_price_of_the_user_is_read() {
        let file = parse(
            "[[price]]\nmodel = \"mine\"\ninput = 0.175\noutput = 2\n\
             [[price]]\nmodel = \"b\"\ninput = 1\noutput = 0\ncached_input = 0.1\ncache_write = 1.25\ncontext_window = 400_000\n",
        );
        let own = file.unwrap().prices;
        let price = |[input, cache_read, cache_write, output]: [u64; 4], window| Price {
            input,
            cache_read,
            cache_write,
            output,
            window,
        };
        let expected = [
            (
                "mine".to_owned(),
                price([175_000, 175_000, 175_000, 2_000_000], None),
            ),
            (
                "b".to_owned(),
                price([1_000_000, 100_000, 1_250_000, 0], Some(400_000)),
            ),
        ];
        assert_eq!(own, expected);
    }

    #[test]
    fn a_wrong_price_names_its_place() {
        assert_snapshot!(refusal("\n[[price]]\nmodel = \"a\"\ninput = -1\noutput = 1"), @r#"config.toml:4: "price.input" must be a number of dollars for a million tokens, from 0 to 100000"#);
        assert_snapshot!(refusal("[[price]]\nmodel = \"a\"\ninput = 1"), @r#"config.toml:1: "price" must be given a model, an input and an output"#);
        assert_snapshot!(refusal("[[price]]\nmodel = \"\"\ninput = 1"), @r#"config.toml:2: "price.model" must be the beginning of a model's name"#);
        assert_snapshot!(refusal("[price]\nmodel = \"a\""), @r#"config.toml:1: "price" must be an array of tables, as in [[price]]"#);
        assert_snapshot!(refusal("[[price]]\ncached = 1"), @r#"config.toml:2: there is no setting "price.cached""#);
    }
}
