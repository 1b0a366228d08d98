//! How long to wait before something that failed is tried again, and whether the failure is news.

use std::io;
use std::time::Duration;

use super::limits::{RETRY_FIRST, RETRY_LAST};

/// The failures of one thing since it last worked.
#[derive(Debug, Default)]
pub(super) struct Retry {
    failures: u32,
    /// What was said last.
    told: Option<String>,
}

impl Retry {
    /// It failed: the pause before the next try, and true when nobody was told of this reason yet.
    pub(super) fn failed(&mut self, error: &io::Error) -> (Duration, bool) {
        let pause = RETRY_FIRST
            .saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX))
            .min(RETRY_LAST);
        self.failures = self.failures.saturating_add(1);
        let reason = error.to_string();
        let is_news = self.told.as_ref() != Some(&reason);
        self.told = Some(reason);
        (pause, is_news)
    }

    /// It worked: all is forgotten.
    pub(super) fn worked(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_a_reason_is_told_once() {
        let (full, away) = (io::ErrorKind::StorageFull, io::ErrorKind::NotFound);
        let mut retry = Retry::default();
        let mut seen = Vec::new();
        for _ in 0..40 {
            let (pause, is_news) = retry.failed(&full.into());
            seen.push((pause.as_secs(), is_news));
        }
        let first = [
            (1, true),
            (2, false),
            (4, false),
            (8, false),
            (16, false),
            (32, false),
        ];
        assert_eq!(seen[..6], first);
        assert!(seen[6..].iter().all(|one| *one == (60, false)));
        assert_eq!(retry.failed(&away.into()), (RETRY_LAST, true));
        retry.worked();
        assert_eq!(retry.failed(&away.into()), (RETRY_FIRST, true));
    }
}
