//! Tokens and costs as people read them.

use jiff::tz::TimeZone;

use super::render;
use crate::wire::{SpendingView, SpentView};

/// What is known of what an agent has spent and may still, one fact a line.
pub(crate) fn facts(
    spending: Option<&SpendingView>,
    zone: &TimeZone,
    now_ms: u64,
) -> Vec<(&'static str, String)> {
    let Some(spending) = spending else {
        return Vec::new();
    };
    // Of a day that is over nothing is told.
    let is_today = render::date_time(now_ms, zone).starts_with(&spending.day);
    let known = [
        ("used", used(spending.total)),
        ("today", used(spending.today).filter(|_| is_today)),
        ("context", context(spending)),
        ("limits", limits(spending, zone)),
    ];
    known
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
}

fn used(spent: SpentView) -> Option<String> {
    if spent.messages == 0 {
        return None;
    }
    let messages = usize::try_from(spent.messages).unwrap_or(usize::MAX);
    Some(format!(
        "{} in {}: {} tokens in, {} cached, {} out",
        cost(spent),
        render::counted(messages, "message"),
        tokens(spent.input_tokens.saturating_add(spent.cache_write_tokens)),
        tokens(spent.cached_tokens),
        tokens(spent.output_tokens)
    ))
}

fn context(spending: &SpendingView) -> Option<String> {
    let used = spending.context_tokens?;
    Some(match spending.context_window {
        Some(window) if window > 0 => format!(
            "{} %, {} of {} tokens",
            used.saturating_mul(100) / window,
            tokens(used),
            tokens(window)
        ),
        _ => format!("{} tokens", tokens(used)),
    })
}

fn limits(spending: &SpendingView, zone: &TimeZone) -> Option<String> {
    let limits = spending.limits.iter().map(|limit| {
        let resets = limit.resets_at_ms.map(|at| {
            let at = render::date_time(at, zone);
            format!(", which begins anew {at}")
        });
        let percent = render::cpu(limit.used_permille);
        format!(
            "{percent} of {}{}",
            limit.window,
            resets.unwrap_or_default()
        )
    });
    let limits = limits.collect::<Vec<_>>().join("; ");
    (!limits.is_empty()).then_some(limits)
}

/// A count of tokens in at most five characters.
pub(crate) fn tokens(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")];
    let Some((unit, letter)) = UNITS.into_iter().find(|(unit, _)| count >= *unit) else {
        return count.to_string();
    };
    let tenths = count / (unit / 10);
    if tenths < 1000 {
        return format!("{}.{}{letter}", tenths / 10, tenths % 10);
    }
    format!("{}{letter}", tenths / 10)
}

/// What was paid; with a plus behind it where that is not all, and a dash where nothing is known.
pub(crate) fn cost(spent: SpentView) -> String {
    if spent.messages > 0 && spent.unpriced_messages == spent.messages {
        return "-".to_owned();
    }
    let more = if spent.unpriced_messages > 0 { "+" } else { "" };
    format!("{}{more}", dollars(spent.cost_micros))
}

/// Dollars with cents, and of less than a cent what there is of it.
pub(crate) fn dollars(micros: u64) -> String {
    if micros == 0 || micros >= 10_000 {
        let cents = micros.saturating_add(5000) / 10_000;
        return format!("${}.{:02}", cents / 100, cents % 100);
    }
    let hundredths = micros.saturating_add(50) / 100;
    if hundredths == 0 {
        return "<$0.0001".to_owned();
    }
    format!("$0.{hundredths:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1.0k"),
            (36_618, "36.6k"),
            (999_999, "999k"),
            (1_000_000, "1.0M"),
            (1_234_567_890, "1.2G"),
        ] {
            assert_eq!(tokens(count), text);
        }
    }

    #[test]
    fn costs_are_dollars() {
        for (micros, text) in [
            (0, "$0.00"),
            (1, "<$0.0001"),
            (99, "$0.0001"),
            (1234, "$0.0012"),
            (9_999, "$0.0100"),
            (10_000, "$0.01"),
            (130_228, "$0.13"),
            (1_234_567_890, "$1234.57"),
        ] {
            assert_eq!(dollars(micros), text, "{micros}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_nothing() {
        let spent = |unpriced_messages| {
            cost(SpentView {
                messages: 2,
                cost_micros: 20_000,
                unpriced_messages,
                ..SpentView::default()
            })
        };
        assert_eq!([spent(0), spent(1), spent(2)], ["$0.02", "$0.02+", "-"]);
    }
}
