//! Values as people read them: ages, points in time, command lines, exits. Pure; every text of others leaves here
//! without control characters.

use jiff::tz::TimeZone;

use crate::domain::text::printable;
use crate::wire::{ExitView, RunnerView};

/// How long ago, in the largest unit that fits: `3s`, `5m`, `2h`, `4d`.
pub(crate) fn age(since_ms: u64, now_ms: u64) -> String {
    let seconds = now_ms.saturating_sub(since_ms) / 1000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A length of time: `30s`, `1h30m`, `250ms`.
pub(crate) fn span(ms: u64) -> String {
    let mut rest = ms;
    let mut text = String::new();
    for (unit, size) in [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
        ("ms", 1),
    ] {
        if rest >= size {
            text = format!("{text}{}{unit}", rest / size);
            rest %= size;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// A point in time, to the second: `2026-11-20 21:05:09`.
pub(crate) fn date_time(ms: u64, zone: &TimeZone) -> String {
    zoned(ms, zone, "%Y-%m-%d %H:%M:%S")
}

/// A time of day, to the millisecond: `21:05:09.250`.
pub(crate) fn time_of_day(ms: u64, zone: &TimeZone) -> String {
    zoned(ms, zone, "%H:%M:%S%.3f")
}

/// A point in time for the name of a file, to the second and in UTC: `20261120T210509Z`.
pub(crate) fn stamp(ms: u64) -> String {
    zoned(ms, &TimeZone::UTC, "%Y%m%dT%H%M%SZ")
}

fn zoned(ms: u64, zone: &TimeZone, format: &str) -> String {
    i64::try_from(ms)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map_or_else(
            || "-".to_owned(),
            |at| at.to_zoned(zone.clone()).strftime(format).to_string(),
        )
}

/// Words as a POSIX shell reads them back. Words that need no quotes get none.
pub(crate) fn shell_words(words: &[impl AsRef<str>]) -> String {
    words
        .iter()
        .map(|word| shell_word(word.as_ref()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A runner's command in one line for reading, not for pasting.
pub(crate) fn command(runner: &RunnerView) -> String {
    if runner.command.is_empty() {
        return "-".to_owned();
    }
    printable(&shell_words(&runner.command))
}

/// How a run ended.
pub(crate) fn exit(exit: &ExitView) -> String {
    match (exit.code, exit.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "exit code not known".to_owned(),
    }
}

/// A runner's status, with how it ended.
pub(crate) fn status(runner: &RunnerView) -> String {
    let status = printable(&runner.status);
    match &runner.exit {
        Some(how) => format!("{status} ({})", exit(how)),
        None => status,
    }
}

/// Bytes as people read them.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// CPU time as people read it, in percent of one core: `12.5 %`.
pub(crate) fn cpu(permille: u32) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

/// `count` things, with the right ending.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_spans() {
        for (ms, text) in [
            (0, "0s"),
            (59_999, "59s"),
            (60_000, "1m"),
            (7_200_000, "2h"),
            (90_000_000, "1d"),
        ] {
            assert_eq!(age(1000, 1000 + ms), text);
        }
        assert_eq!(age(5, 1), "0s");
        for (ms, text) in [
            (0, "0s"),
            (30_000, "30s"),
            (5_400_000, "1h30m"),
            (1250, "1s250ms"),
        ] {
            assert_eq!(span(ms), text);
        }
    }

    #[test]
    fn times_are_shown_in_the_zone() {
        assert_eq!(
            date_time(1_764_000_000_250, &TimeZone::UTC),
            "2025-11-24 16:00:00"
        );
        assert_eq!(
            time_of_day(1_764_000_000_250, &TimeZone::UTC),
            "16:00:00.250"
        );
        assert_eq!(stamp(1_764_000_000_250), "20251124T160000Z");
        assert_eq!(date_time(u64::MAX, &TimeZone::UTC), "-");
    }

    #[test]
    fn words_come_back_from_a_real_shell() {
        let words = [
            "plain",
            "",
            "a b",
            "it's",
            "$(touch x)",
            "=coda__x:",
            "\"\\`",
            "~",
            "a\nb",
        ];
        let script = format!(
            "for w in {}; do printf '%s\\0' \"$w\"; done",
            shell_words(&words)
        );
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        let back = String::from_utf8(output.stdout).unwrap();
        assert_eq!(back.split_terminator('\0').collect::<Vec<_>>(), words);
    }
}
