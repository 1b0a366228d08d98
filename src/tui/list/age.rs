//! Ages as they are shown, and when they read differently.

use crate::tui::app::App;

/// In how many milliseconds an age in the list will read differently.
pub(crate) fn next_tick(app: &App) -> Option<u64> {
    app.visible()
        .iter()
        .map(|runner| {
            let age = app.now_ms.saturating_sub(runner.since_ms);
            let unit = unit(age / 1000) * 1000;
            unit - age % unit
        })
        .min()
}

/// The seconds after which an age of so many seconds reads differently.
const fn unit(seconds: u64) -> u64 {
    match seconds {
        0..60 => 1,
        60..3600 => 60,
        3600..86_400 => 3600,
        _ => 86_400,
    }
}

/// How long ago, in the largest unit that fits: `3s`, `5m`, `2h`, `4d`.
pub(crate) fn age(since_ms: u64, now_ms: u64) -> String {
    let seconds = now_ms.saturating_sub(since_ms) / 1000;
    let unit = unit(seconds);
    let letter = match unit {
        1 => 's',
        60 => 'm',
        3600 => 'h',
        _ => 'd',
    };
    format!("{}{letter}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::field::Field;
    use crate::tui::sample;

    #[test]
    fn ages_and_when_they_read_differently() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (7200, "2h"),
            (90_000, "1d"),
        ] {
            assert_eq!(age(1000, 1000 + seconds * 1000), text);
        }
        let mut app = sample::empty();
        assert_eq!(next_tick(&app), None, "nothing is shown that could change");
        app.runners = vec![
            sample::runner("a", "running", 59_250),
            sample::runner("b", "idle", 61_000),
        ];
        assert_eq!(next_tick(&app), Some(750));
        app.list.filter = Field::new("b");
        assert_eq!(next_tick(&app), Some(59_000));
    }
}
