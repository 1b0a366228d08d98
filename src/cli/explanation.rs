//! An explanation as people read it: the same words in a shell and in the dashboard.

use jiff::tz::TimeZone;

use super::render;
use crate::wire::{ExhibitView, ExplanationView};

/// The heads of what [`row`] gives.
pub(crate) const HEAD: [&str; 7] = ["SOURCE", "SAYS", "WHY", "%", "SINCE", "SEEN", "COUNTS"];

/// What is known besides single evidence, a sentence each; hostile text.
pub(crate) fn sentences(of: &ExplanationView, zone: &TimeZone) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} since {}: {}",
            of.status,
            render::date_time(of.since_ms, zone),
            of.reason
        ),
        format!("cause: {}, {} % sure", of.cause, of.confidence),
    ];
    if let Some(rival) = &of.runner_up {
        lines.push(format!(
            "otherwise: {} ({}; {}, {} %)",
            rival.status, rival.cause, rival.source, rival.certainty
        ));
    }
    if !of.resident.is_empty() {
        lines.push(of.resident.clone());
    }
    lines.extend(of.degraded.iter().cloned());
    if of.evidence.is_empty() {
        lines.push("There is no evidence of what it does.".to_owned());
    }
    lines
}

/// One piece of evidence; hostile text. The last cell says why it does not count, where it does not.
pub(crate) fn row(one: &ExhibitView, zone: &TimeZone) -> [String; 7] {
    [
        one.source.clone(),
        one.status.clone(),
        one.cause.clone(),
        one.certainty.to_string(),
        render::date_time(one.since_ms, zone),
        one.detail.clone(),
        one.note.clone().unwrap_or_else(|| "yes".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fact_has_its_line() {
        let known = r#"{"status":"idle","sinceMs":1764000000000,"reason":"It takes a prompt.","cause":"ready","confidence":75,"resident":"claude-code is process 42.","evidence":[{"source":"hook","status":"running","cause":"working","detail":"Stop","certainty":97,"sinceMs":1764000000000,"counts":false,"note":"The screen says something else since then."}],"runnerUp":{"status":"running","cause":"working","source":"hook","certainty":97},"degraded":["Its rules are of an older version."]}"#;
        let known: ExplanationView = serde_json::from_str(known).unwrap();
        assert_eq!(
            sentences(&known, &TimeZone::UTC),
            [
                "idle since 2025-11-24 16:00:00: It takes a prompt.",
                "cause: ready, 75 % sure",
                "otherwise: running (working; hook, 97 %)",
                "claude-code is process 42.",
                "Its rules are of an older version.",
            ]
        );
        let rows: Vec<_> = known
            .evidence
            .iter()
            .map(|one| row(one, &TimeZone::UTC))
            .collect();
        assert_eq!(
            rows,
            [[
                "hook",
                "running",
                "working",
                "97",
                "2025-11-24 16:00:00",
                "Stop",
                "The screen says something else since then."
            ]]
        );
    }
}
