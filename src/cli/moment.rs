//! Points in time as people type them: how long ago (`10m`), a time of day of today (`14:02`), a date, a date with a time, or an
//! RFC 3339 timestamp.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::failure::{Failure, Kind};
use super::span::{milliseconds, parse_span};

/// Reads a point in time, as milliseconds since 1970.
///
/// # Errors
/// A [`Failure`] that names the flag.
pub(crate) fn parse_moment(
    flag: &str,
    text: &str,
    now_ms: u64,
    zone: &TimeZone,
) -> Result<u64, Failure> {
    read(text.trim(), now_ms, zone).ok_or_else(|| {
        Failure::new(Kind::Usage, format!("{text:?} is not a time ({flag}).")).hint(
            "Write 10m (ago), 14:02, 2026-11-26, \"2026-11-26 14:02:30\" or 2026-11-26T14:02:30Z.",
        )
    })
}

fn read(text: &str, now_ms: u64, zone: &TimeZone) -> Option<u64> {
    if let Ok(ago) = parse_span(text) {
        return Some(now_ms.saturating_sub(milliseconds(ago)));
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return u64::try_from(at.as_millisecond()).ok();
    }
    let now = jiff::Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok()?;
    let today = now.to_zoned(zone.clone()).date();
    // A bare number is no time: seconds, minutes and hours are all expected.
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let civil = if let Ok(time) = text.parse::<Time>() {
        today.to_datetime(time)
    } else if let Ok(at) = text.parse::<DateTime>() {
        at
    } else {
        text.parse::<Date>().ok()?.to_datetime(Time::midnight())
    };
    let at = civil.to_zoned(zone.clone()).ok()?.timestamp();
    u64::try_from(at.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_764_000_000_000;

    #[test]
    fn all_forms_are_read() {
        // 2025-11-24 16:00:00 UTC
        for (text, ms) in [
            ("10m", NOW - 600_000),
            ("15:59", NOW - 60_000),
            ("15:59:30", NOW - 30_000),
            ("2025-11-24", NOW - 16 * 3_600_000),
            ("2025-11-24 15:00", NOW - 3_600_000),
            ("2025-11-24T15:00:00Z", NOW - 3_600_000),
            ("2025-11-24T17:00:00+02:00", NOW - 3_600_000),
        ] {
            assert_eq!(read(text, NOW, &TimeZone::UTC), Some(ms), "{text}");
        }
        for wrong in ["", "10", "25:00", "yesterday", "2025-13-01"] {
            assert_eq!(read(wrong, NOW, &TimeZone::UTC), None, "{wrong}");
        }
        let failure = parse_moment("--since", "soon", NOW, &TimeZone::UTC).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(failure.to_string().contains("--since"));
    }
}
