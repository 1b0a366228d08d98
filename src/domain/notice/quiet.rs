//! Hours of the day in which nobody is told of anything, as `22:00-07:00`.

use std::str::FromStr;

use crate::domain::time::TimeOfDay;

/// Why a text is no span of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("quiet hours are two different times of day, as in 22:00-07:00")]
pub struct QuietHoursError;

/// From one time of day up to another, over midnight when that is the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: TimeOfDay,
    until: TimeOfDay,
}

impl QuietHours {
    /// True when that time is within; the last minute is not.
    pub fn contains(self, time: TimeOfDay) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

impl FromStr for QuietHours {
    type Err = QuietHoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, until) = text.split_once('-').ok_or(QuietHoursError)?;
        let (from, until) = (time(from)?, time(until)?);
        if from == until {
            return Err(QuietHoursError);
        }
        Ok(Self { from, until })
    }
}

/// A time of day of 24 hours, `7:30` or `07:30`.
fn time(text: &str) -> Result<TimeOfDay, QuietHoursError> {
    let (hour, minute) = text.trim().split_once(':').ok_or(QuietHoursError)?;
    let number = |text: &str| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse::<u16>().ok()).flatten()
    };
    match (number(hour), number(minute)) {
        (Some(hour @ 0..24), Some(of_hour @ 0..60)) if minute.len() == 2 => {
            Ok(TimeOfDay(hour * 60 + of_hour))
        }
        _ => Err(QuietHoursError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_quiet(hours: &str, minutes: u16) -> bool {
        let hours: QuietHours = hours.parse().unwrap();
        hours.contains(TimeOfDay(minutes))
    }

    #[test]
    fn hours_may_pass_midnight() {
        let night = "22:00-07:00";
        for (minutes, quiet) in [
            (22 * 60 - 1, false),
            (22 * 60, true),
            (0, true),
            (7 * 60 - 1, true),
            (7 * 60, false),
            (12 * 60, false),
        ] {
            assert_eq!(is_quiet(night, minutes), quiet, "{minutes}");
        }
        for (minutes, quiet) in [(12 * 60 - 1, false), (12 * 60, true), (13 * 60 + 30, false)] {
            assert_eq!(is_quiet("12:00 - 13:30", minutes), quiet, "{minutes}");
        }
        assert!(is_quiet("0:00-23:59", 0));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "22:00",
            "22-7",
            "24:00-07:00",
            "22:60-07:00",
            "22:0-07:00",
            "7:00-7:00",
            "+1:00-07:00",
            "22:00-07:00-08:00",
            "222:00-07:00",
        ] {
            assert_eq!(text.parse::<QuietHours>(), Err(QuietHoursError), "{text}");
        }
    }
}
