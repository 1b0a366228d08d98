//! Tokens and costs as people read them.

use crate::wire::SpentView;

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
