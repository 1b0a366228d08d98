//! What the user's command is told of a change.

use crate::app::entry::RunnerNow;
use crate::domain::status::Status;
use crate::domain::text::printable;
use crate::ports::notifier::Facts;

/// The facts of a runner that was `from` before; `input` is the runner written down.
pub(super) fn of(now: &RunnerNow, from: Status, input: String) -> Facts {
    let runner = &now.runner;
    let place = runner.place.as_ref();
    let variables = [
        ("GEPPETTO_RUNNER", runner.id.to_string()),
        ("GEPPETTO_NAME", runner.name.to_string()),
        ("GEPPETTO_KIND", runner.kind.name.to_owned()),
        (
            "GEPPETTO_STATUS",
            runner.status.status().as_str().to_owned(),
        ),
        ("GEPPETTO_BEFORE", from.as_str().to_owned()),
        ("GEPPETTO_REASON", runner.status.reason().to_owned()),
        ("GEPPETTO_SESSION", runner.session_name.clone()),
        (
            "GEPPETTO_PANE",
            place
                .map(|place| place.pane.to_string())
                .unwrap_or_default(),
        ),
        (
            "GEPPETTO_KEY",
            runner
                .key
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
    ];
    Facts {
        variables: variables
            .into_iter()
            .map(|(name, value)| (name, printable(&value)))
            .collect(),
        input,
    }
}
