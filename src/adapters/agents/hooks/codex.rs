//! Codex: hooks in the words of Claude Code, and `notify`, which tells of ended turns only. It also tells of those of a hidden
//! conversation that makes the title of each task, a moment after every prompt. What a turn is made of stands in its rollout, an approval with
//! it by the id of the call, which the hook lacks: so that it is not told from here again.

use super::told::Told;
use crate::domain::sign::certainty::{EXACT, FAIR};
use crate::domain::sign::{Doing, Reason};

/// How the one prompt of the hidden conversation begins.
const TITLE: &str = "Generate a concise, single-line task title";

pub(super) fn read(told: &mut Told) {
    if told.event() == "agent-turn-complete" && writes_title(told) {
        told.is_nobodys();
        return;
    }
    if told.event() != "SessionEnd" {
        told.converses(Some("transcript_path"));
    }
    let tool = told.name("tool_name");
    let tool = tool.as_deref();
    match told.event() {
        // Comes with the first prompt, not at the start.
        "SessionStart" => told.does(FAIR, Doing::Resting, Reason::Ready, None),
        "UserPromptSubmit" => told.does(EXACT, Doing::Working, Reason::Working, None),
        "PreToolUse" => {
            told.calls_tool();
            told.does(FAIR, Doing::Working, Reason::ToolRunning, tool);
        }
        "PermissionRequest" => told.does(EXACT, Doing::Waiting, Reason::Approval, tool),
        "PostToolUse" => {
            told.tool_ended(true);
            told.does(FAIR, Doing::Working, Reason::Working, tool);
        }
        "Stop" | "agent-turn-complete" => told.does(EXACT, Doing::Resting, Reason::Done, None),
        "SessionEnd" => told.says_nothing(),
        _ => {}
    }
}

fn writes_title(told: &Told) -> bool {
    let first = told.list("input-messages").first();
    first
        .and_then(|message| message.as_str())
        .is_some_and(|message| message.starts_with(TITLE))
}
