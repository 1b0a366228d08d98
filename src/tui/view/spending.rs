//! What the agent of a runner spent today and how full its context is, in few columns.

use super::text::width;
use super::usage::short;
use crate::tui::app::App;
use crate::wire::{RunnerView, SpentView};

/// Columns of [`spending`].
pub(super) const SPENDING: usize = 25;

/// True when there is something to show of one of them.
pub(super) fn is_known(runners: &[&RunnerView]) -> bool {
    runners.iter().any(|runner| runner.spending.is_some())
}

/// Tokens and dollars of today and the context, each in its own columns: `1.2M tok   $1.24  ctx 62%`. Blank where nothing is
/// known. A plus says that not everything has a price.
pub(super) fn spending(runner: &RunnerView, app: &App) -> String {
    let Some(spending) = runner.spending.as_deref() else {
        return String::new();
    };
    let today = Some(spending.today)
        .filter(|spent| spent.messages > 0 && spending.day == today(app).as_str());
    let tokens = today.map(|spent| format!("{} tok", short(tokens(spent), 1000)));
    let context = spending
        .context_tokens
        .zip(spending.context_window)
        .filter(|(_, window)| *window > 0)
        .map(|(used, window)| format!("ctx {}%", used.saturating_mul(100) / window));
    let text = format!(
        "{:>8} {:>7} {:>8}",
        tokens.unwrap_or_default(),
        today.and_then(cost).unwrap_or_default(),
        context.unwrap_or_default()
    );
    if width(text.trim()) == 0 {
        return String::new();
    }
    text
}

const fn tokens(spent: SpentView) -> u64 {
    spent
        .input_tokens
        .saturating_add(spent.cached_tokens)
        .saturating_add(spent.cache_write_tokens)
        .saturating_add(spent.output_tokens)
}

/// In dollars and cents; `None` when it is not known of a single message.
fn cost(spent: SpentView) -> Option<String> {
    if spent.unpriced_messages == spent.messages {
        return None;
    }
    let more = if spent.unpriced_messages > 0 { "+" } else { "" };
    let cents = spent.cost_micros.saturating_add(5000) / 10_000;
    if cents >= 100_000 {
        return Some(format!("${}{more}", short(cents / 100, 1000)));
    }
    Some(format!("${}.{:02}{more}", cents / 100, cents % 100))
}

fn today(app: &App) -> String {
    let now = i64::try_from(app.now_ms).unwrap_or(i64::MAX);
    let now = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    now.to_zoned(app.zone.clone()).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;
    use crate::wire::SpendingView;

    fn spent(messages: u64, unpriced_messages: u64, cost_micros: u64) -> SpentView {
        SpentView {
            messages,
            input_tokens: 1_000_000,
            cached_tokens: 200_000,
            cache_write_tokens: 30_000,
            output_tokens: 4_000,
            cost_micros,
            unpriced_messages,
        }
    }

    fn told(today: SpentView, day: &str, context: Option<(u64, u64)>) -> String {
        let mut runner = sample::runner("one", "idle", 0);
        runner.spending = Some(Box::new(SpendingView {
            today,
            day: day.to_owned(),
            context_tokens: context.map(|context| context.0),
            context_window: context.map(|context| context.1),
            ..SpendingView::default()
        }));
        let text = spending(&runner, &sample::empty());
        assert!(text.is_empty() || width(&text) == SPENDING, "{text:?}");
        text
    }

    #[test]
    fn what_is_known_stands_in_columns() {
        let day = "2025-11-24";
        let full = Some((199_999, 200_000));
        for (today, context, text) in [
            (spent(2, 0, 1_235_000), full, "1.2M tok   $1.24  ctx 99%"),
            (spent(2, 1, 1_000), None, "1.2M tok  $0.00+         "),
            (spent(2, 2, 0), None, "1.2M tok                 "),
            (
                spent(2, 0, 1_234_567_890),
                None,
                "1.2M tok   $1.2k         ",
            ),
            (spent(0, 0, 0), full, "                  ctx 99%"),
            (spent(0, 0, 0), None, ""),
        ] {
            assert_eq!(told(today, day, context), text);
        }
        assert_eq!(told(spent(2, 0, 5), "2025-11-23", None), "", "it is over");
    }
}
