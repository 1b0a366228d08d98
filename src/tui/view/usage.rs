//! What a runner uses and prints, in few columns.

use crate::wire::StatsView;

/// Columns of [`usage`].
pub(super) const USAGE: usize = 17;

/// CPU, memory and lines a second, each in its own columns: ` 12%  340M   3/s`. Blank where nothing was measured.
pub(super) fn usage(stats: Option<&StatsView>) -> String {
    let used = stats.and_then(|stats| stats.usage);
    let cpu = used
        .and_then(|used| used.cpu_permille)
        .map(|permille| format!("{}%", permille.div_ceil(10)));
    let memory = used.map(|used| short(used.memory_bytes, 1024));
    let rate = stats
        .filter(|stats| stats.lines_per_second > 0)
        .map(|stats| format!("{}/s", short(stats.lines_per_second, 1000)));
    format!(
        "{:>4} {:>5} {:>6}",
        cpu.unwrap_or_default(),
        memory.unwrap_or_default(),
        rate.unwrap_or_default()
    )
}

/// A number in at most four characters: `7`, `1.2k`, `340M`.
pub(super) fn short(number: u64, unit: u64) -> String {
    let (mut whole, mut rest) = (number, 0);
    let mut letter = "";
    for next in ["k", "M", "G", "T", "P"] {
        if whole < 1000 {
            break;
        }
        rest = whole % unit * 10 / unit;
        whole /= unit;
        letter = next;
    }
    if letter.is_empty() || whole >= 10 {
        format!("{whole}{letter}")
    } else {
        format!("{whole}.{rest}{letter}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::UsageView;

    #[test]
    fn numbers_are_short() {
        for (number, unit, text) in [
            (0, 1000, "0"),
            (999, 1000, "999"),
            (1000, 1000, "1.0k"),
            (1000, 1024, "0.9k"),
            (12_345, 1000, "12k"),
            (340 << 20, 1024, "340M"),
            (5 << 28, 1024, "1.2G"),
            (u64::MAX, 1000, "18446P"),
        ] {
            assert_eq!(short(number, unit), text);
        }
    }

    #[test]
    fn what_was_not_measured_is_blank() {
        assert_eq!(usage(None), " ".repeat(USAGE));
        let mut stats = StatsView {
            lines_per_second: 1234,
            usage: Some(UsageView {
                cpu_permille: Some(1),
                memory_bytes: 340 << 20,
                processes: 1,
            }),
            ..StatsView::default()
        };
        assert_eq!(usage(Some(&stats)), "  1%  340M 1.2k/s");
        stats.usage = None;
        assert_eq!(usage(Some(&stats)), "           1.2k/s");
    }
}
