//! What is said, in one line. The texts of others in it are without control characters.

use crate::domain::status::Status;
use crate::domain::text::printable;

/// Names that are told; of more runners than that only how many.
const NAMES: usize = 5;

/// What is said of one runner; `reason` is the whole sentence of its status.
pub fn sentence(name: &str, status: Status, reason: &str) -> String {
    let what = match status {
        Status::Waiting => "waits for you",
        Status::Completed => "has completed",
        Status::Failed => "has failed",
        Status::Errored => "is lost from sight",
        Status::Idle => "has fallen silent",
        other => other.as_str(),
    };
    let because = match status {
        Status::Waiting | Status::Failed | Status::Errored => format!(": {reason}"),
        _ => String::new(),
    };
    printable(&format!("{name} {what}{because}"))
}

/// What is said of several runners at once, whose sentences and names these are.
pub fn joint<'a>(notices: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let (sentences, names): (Vec<_>, Vec<_>) = notices.unzip();
    if let [only] = sentences.as_slice() {
        return (*only).to_owned();
    }
    let shown: Vec<_> = names.iter().take(NAMES).copied().collect();
    let more = match names.len().saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    printable(&format!(
        "{} runners need you: {}{more}",
        names.len(),
        shown.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_runner_has_a_sentence_and_many_have_one_together() {
        let failed = sentence(
            "build",
            Status::Failed,
            "It left with exit code\u{1b}[31m 3.",
        );
        assert_eq!(failed, "build has failed: It left with exit code[31m 3.");
        let idle = sentence("b", Status::Idle, "It has printed nothing for a while.");
        assert_eq!(idle, "b has fallen silent");
        assert_eq!(joint([(failed.as_str(), "build")].into_iter()), failed);
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        let some = |count| joint(names.iter().take(count).map(|name| ("x", *name)));
        assert_eq!(some(3), "3 runners need you: a, b, c");
        assert_eq!(some(7), "7 runners need you: a, b, c, d, e and 2 more");
    }
}
