//! Times as people type them on a command line: `90s`, `5m`, `1h30m`, `250ms`. A bare number is refused, since
//! seconds and minutes are both expected.

use std::time::Duration;

/// Why a text is not a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time is a number with ms, s, m, h or d, as in 90s, 5m or 1h30m")]
pub(crate) struct SpanError;

/// Reads a time.
///
/// # Errors
/// [`SpanError`] for everything else, zero included.
pub(crate) fn parse_span(text: &str) -> Result<Duration, SpanError> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (number, after) = split_while(rest, |c| c.is_ascii_digit());
        let (unit, after) = split_while(after, |c| c.is_ascii_alphabetic());
        let number: u64 = number.parse().map_err(|_not_a_number| SpanError)?;
        let part = Duration::from_millis(number.checked_mul(unit_ms(unit)?).ok_or(SpanError)?);
        total = total.checked_add(part).ok_or(SpanError)?;
        rest = after;
    }
    if total.is_zero() {
        return Err(SpanError);
    }
    Ok(total)
}

fn split_while(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !fits(c)).unwrap_or(text.len()))
}

const fn unit_ms(unit: &str) -> Result<u64, SpanError> {
    match unit.as_bytes() {
        b"ms" => Ok(1),
        b"s" => Ok(1000),
        b"m" => Ok(60_000),
        b"h" => Ok(3_600_000),
        b"d" => Ok(86_400_000),
        _ => Err(SpanError),
    }
}

/// As milliseconds for the wire.
pub(crate) fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, ms) in [
            ("250ms", 250),
            ("90s", 90_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("2d", 172_800_000),
        ] {
            assert_eq!(parse_span(text).map(milliseconds), Ok(ms), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "5",
            "s",
            "0s",
            "5x",
            "5 m",
            "-1s",
            "1.5h",
            "99999999999999999999d",
            "9999999999999d9999999999999d",
        ] {
            assert_eq!(parse_span(text), Err(SpanError), "{text}");
        }
    }
}
