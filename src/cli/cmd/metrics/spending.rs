//! What agents spent, as metrics: of the runners that are in the list.

use crate::cli::client::{Client, PATIENCE};
use crate::cli::context::missing;
use crate::cli::exposition::{Exposition, Labels, Type, thousandths};
use crate::cli::failure::Failure;
use crate::wire::{
    GetUsage, ListRunners, ModelSpentView, Request, RunnerView, SpendingView, SpentView,
    UsageRowView,
};

/// Asks for it, and adds it.
///
/// # Errors
/// A [`Failure`] of the daemon.
pub(super) fn tell(text: &mut Exposition, client: &mut Client) -> Result<(), Failure> {
    let question = Request::GetUsage(GetUsage {
        by: Some("runner".to_owned()),
        ..GetUsage::default()
    });
    let usage = client.ask(question, Some(PATIENCE))?.usage;
    let rows = usage.ok_or_else(|| missing("usage"))?.rows;
    let question = Request::ListRunners(ListRunners::default());
    let runners = client.ask(question, Some(PATIENCE))?.runners;
    let runners = runners.ok_or_else(|| missing("runners"))?;
    let spent: Vec<Of<'_>> = rows
        .iter()
        .filter_map(|row| {
            let runner = runners.iter().find(|runner| runner.id == row.of)?;
            Some((runner, row))
        })
        .flat_map(|(runner, row): (&RunnerView, &UsageRowView)| {
            row.models.iter().map(move |model| Of { runner, model })
        })
        .collect();
    totals(text, &spent);
    gauges(text, &runners);
    Ok(())
}

/// What a runner spent on a model.
struct Of<'a> {
    runner: &'a RunnerView,
    model: &'a ModelSpentView,
}

impl Of<'_> {
    fn labels(&self) -> Labels<'_> {
        vec![
            ("runner", &self.runner.name),
            ("id", &self.runner.id),
            ("kind", &self.model.kind),
            ("model", &self.model.model),
        ]
    }
}

fn totals(text: &mut Exposition, spent: &[Of<'_>]) {
    type Count = fn(&SpentView) -> u64;
    let types: [(&str, Count); 4] = [
        ("input", |spent| spent.input_tokens),
        ("cached", |spent| spent.cached_tokens),
        ("cache_write", |spent| spent.cache_write_tokens),
        ("output", |spent| spent.output_tokens),
    ];
    text.family(
        "tokens_total",
        Type::Counter,
        "Tokens of the messages of a runner's agent; input is what was not in a cache.",
        spent.iter().flat_map(|of| {
            types.into_iter().map(|(name, count)| {
                let mut labels = of.labels();
                labels.push(("type", name));
                (labels, count(&of.model.spent))
            })
        }),
    );
    text.family(
        "cost_dollars_total",
        Type::Counter,
        "What they cost as far as it is known, in US dollars by list prices or as the agent says.",
        spent
            .iter()
            .map(|of| (of.labels(), millionths(of.model.spent.cost_micros))),
    );
    text.family(
        "unpriced_messages_total",
        Type::Counter,
        "Messages of which it is not known what they cost.",
        spent
            .iter()
            .map(|of| (of.labels(), of.model.spent.unpriced_messages)),
    );
}

fn gauges(text: &mut Exposition, runners: &[RunnerView]) {
    let known = || {
        runners
            .iter()
            .filter_map(|runner| Some((runner, runner.spending.as_deref()?)))
    };
    text.family(
        "context_used_ratio",
        Type::Gauge,
        "Part of an agent's context window that is used.",
        known().filter_map(|(runner, spending)| Some((labels(runner), ratio(spending)?))),
    );
    let limits = || {
        known().flat_map(|(runner, spending)| {
            spending.limits.iter().map(move |limit| {
                let mut labels = labels(runner);
                labels.push(("window", limit.window.as_str()));
                (labels, limit)
            })
        })
    };
    text.family(
        "rate_limit_used_ratio",
        Type::Gauge,
        "Part of an allowance of the agent's provider that is used.",
        limits().map(|(labels, limit)| (labels, thousandths(limit.used_permille.into()))),
    );
    text.family(
        "rate_limit_reset_timestamp_seconds",
        Type::Gauge,
        "When an allowance of the agent's provider begins anew, since 1970.",
        limits().filter_map(|(labels, limit)| Some((labels, thousandths(limit.resets_at_ms?)))),
    );
}

fn labels(runner: &RunnerView) -> Labels<'_> {
    vec![
        ("runner", &runner.name),
        ("id", &runner.id),
        ("kind", &runner.kind),
    ]
}

fn ratio(spending: &SpendingView) -> Option<String> {
    let window = spending.context_window.filter(|window| *window > 0)?;
    let used = spending.context_tokens?.saturating_mul(1000);
    Some(thousandths(used / window))
}

/// A number of millionths as a decimal number.
fn millionths(number: u64) -> String {
    format!("{}.{:06}", number / 1_000_000, number % 1_000_000)
}
