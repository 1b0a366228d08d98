//! Gemini. Its hooks have no ids of tool calls, so that those of its files are not told from here again; that it asked is in no file.

use super::told::Told;
use crate::domain::finding::TurnPartKind;
use crate::domain::sign::certainty::{EXACT, FAIR};
use crate::domain::sign::{Doing, Reason};

pub(super) fn read(told: &mut Told) {
    if told.event() != "SessionEnd" {
        told.converses(Some("transcript_path"));
    }
    let tool = told.name("tool_name");
    let tool = tool.as_deref();
    match told.event() {
        "SessionStart" => told.does(FAIR, Doing::Resting, Reason::Ready, None),
        "BeforeAgent" => told.does(EXACT, Doing::Working, Reason::Working, None),
        "BeforeTool" => told.does(FAIR, Doing::Working, Reason::ToolRunning, tool),
        "AfterTool" => told.does(FAIR, Doing::Working, Reason::Working, tool),
        "Notification" if told.text("notification_type") == Some("ToolPermission") => {
            approval(told);
            told.does(EXACT, Doing::Waiting, Reason::Approval, None);
        }
        // Also after errors of the provider and interrupts, of which it says nothing.
        "AfterAgent" => told.does(EXACT, Doing::Resting, Reason::Done, None),
        "SessionEnd" => told.says_nothing(),
        _ => {}
    }
}

fn approval(told: &mut Told) {
    let details = told.value("details");
    let tool = details
        .and_then(|details| details.get("type")?.as_str())
        .unwrap_or("tool");
    let what = TurnPartKind::ApprovalAsked {
        tool: tool.to_owned(),
    };
    told.part(format!("approval:{}", told.at().0), what);
}
