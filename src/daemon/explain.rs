//! An explanation as plain values of the wire.

use crate::app::Explanation;
use crate::domain::board::{Exhibit, Weight};
use crate::domain::sign::Doing;
use crate::domain::status::Status;
use crate::wire::{Answer, ExhibitView, ExplanationView, RivalView};

pub(super) fn answer(explanation: &Explanation) -> Answer {
    let status = &explanation.now.runner.status;
    let verdict = status.verdict();
    let view = ExplanationView {
        status: status.status().as_str().to_owned(),
        since_ms: status.since().0,
        reason: status.reason().to_owned(),
        cause: status.cause().as_str().to_owned(),
        confidence: verdict.confidence,
        resident: explanation.resident.clone(),
        agent_pid: explanation.occupant.as_ref().map(|one| one.pid.as_raw()),
        agent_version: explanation.version.clone(),
        title: Some(explanation.title.clone()).filter(|title| !title.is_empty()),
        evidence: explanation.exhibits.iter().map(exhibit).collect(),
        runner_up: verdict.rival.as_ref().map(|rival| RivalView {
            status: word(rival.doing),
            cause: rival.reason.as_str().to_owned(),
            source: rival.source.as_str().to_owned(),
            certainty: rival.certainty,
        }),
        degraded: explanation.degraded.clone(),
    };
    Answer {
        explanation: Some(Box::new(view)),
        ..Answer::default()
    }
}

fn exhibit(one: &Exhibit) -> ExhibitView {
    ExhibitView {
        source: one.source.as_str().to_owned(),
        status: word(one.claim.doing),
        cause: one.claim.reason.as_str().to_owned(),
        detail: one.claim.detail.clone(),
        certainty: one.claim.certainty,
        since_ms: one.since.0,
        counts: one.weight == Weight::Counts,
        note: match one.weight {
            Weight::Counts => None,
            Weight::Unconfirmed => Some("It has to hold a little longer first.".to_owned()),
            Weight::Overtaken(source) => Some(format!(
                "The {} says something else since then.",
                source.as_str()
            )),
        },
    }
}

fn word(doing: Doing) -> String {
    let status = match doing {
        Doing::Resting => Status::Idle,
        Doing::Working => Status::Running,
        Doing::Waiting => Status::Waiting,
    };
    status.as_str().to_owned()
}
