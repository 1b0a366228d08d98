//! Cursor, by its documentation: nobody has seen it here. It has no hook for a question to the person.

use super::told::Told;
use crate::adapters::agents::told::of_turn;
use crate::domain::finding::TurnPartKind;
use crate::domain::sign::certainty::{EXACT, FAIR, STRONG};
use crate::domain::sign::{Doing, Reason};

pub(super) fn read(told: &mut Told) {
    told.converses(None);
    match told.event() {
        "beforeSubmitPrompt" => {
            said(told, "prompt", "prompt", TurnPartKind::Prompt);
            told.does(EXACT, Doing::Working, Reason::Working, None);
        }
        "afterAgentResponse" => {
            said(told, "answer", "text", TurnPartKind::Answer);
            told.does(FAIR, Doing::Working, Reason::Working, None);
        }
        "afterShellExecution" | "afterMCPExecution" | "afterFileEdit" | "afterAgentThought" => {
            told.does(FAIR, Doing::Working, Reason::Working, None);
        }
        "stop" => {
            let how = told.name("status");
            match how.as_deref() {
                Some("aborted") => told.does(EXACT, Doing::Resting, Reason::Interrupted, None),
                Some("error") => told.does(STRONG, Doing::Waiting, Reason::ApiError, None),
                _ => told.does(EXACT, Doing::Resting, Reason::Done, None),
            }
        }
        "sessionEnd" => told.says_nothing(),
        _ => {}
    }
}

/// Nobody else tells of it: no file of Cursor is read.
fn said(told: &mut Told, what: &str, field: &str, kind: fn(String) -> TurnPartKind) {
    let (Some(turn), Some(text)) = (told.name("generation_id"), told.text(field)) else {
        return;
    };
    let text = of_turn(text);
    told.part(format!("{what}:{turn}"), kind(text));
}
