//! What codex records of its provider's allowances, and of errors that come of them.

use serde_json::Value;

use super::super::fields::Fields;
use crate::domain::finding::RateLimit;
use crate::domain::sign::Reason;
use crate::domain::time::Timestamp;

/// The allowances of a `token_count`, written at that time.
pub(super) fn limits(event: &Value, time: Timestamp) -> Vec<RateLimit> {
    let windows = ["/rate_limits/primary", "/rate_limits/secondary"];
    windows
        .into_iter()
        .filter_map(|name| limit(event.pointer(name)?, time))
        .collect()
}

fn limit(window: &Value, time: Timestamp) -> Option<RateLimit> {
    let percent = window.get("used_percent")?.as_f64()?;
    let minutes = window.number("/window_minutes");
    let resets_at = window
        .number("/resets_at")
        .map(|seconds| seconds.saturating_mul(1000))
        .or_else(|| {
            let after = window.number("/resets_in_seconds")?;
            Some(time.0.saturating_add(after.saturating_mul(1000)))
        });
    Some(RateLimit {
        window: match minutes {
            Some(300) => "5h".to_owned(),
            Some(10_080) => "weekly".to_owned(),
            Some(minutes) => format!("{minutes}min"),
            None => "unnamed".to_owned(),
        },
        used_permille: whole_thousandths(percent / 100.0)
            .and_then(|permille| u32::try_from(permille).ok())?,
        resets_at: resets_at.map(Timestamp),
    })
}

/// Thousandths of a number, rounded; `None` for what is none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, and neither negative nor beyond what a u64 holds"
)]
pub(super) fn whole_thousandths(number: f64) -> Option<u64> {
    let thousandths = (number * 1e3).round();
    (0.0..1e15)
        .contains(&thousandths)
        .then_some(thousandths as u64)
}

/// Why a turn ended with that error.
pub(super) fn reason(error: &Value) -> Reason {
    let text = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["usage_limit", "UsageLimit", "usage limit", "quota"]) {
        Reason::UsageLimit
    } else if says(&["unauthorized", "Unauthorized", "401 "]) {
        Reason::Auth
    } else {
        Reason::ApiError
    }
}
