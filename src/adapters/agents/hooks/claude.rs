//! Claude Code. Its transcript has the prompts and answers under ids of its own, so that they are not told from here again; what a
//! tool call is and how long it took is, by the same id. An Escape fires no hook at all, unless a tool runs.

use serde_json::{Value, json};

use super::told::Told;
use crate::domain::kind::Kind;
use crate::domain::sign::certainty::{EXACT, FAIR};
use crate::domain::sign::{Doing, Reason};

/// Tools that are questions to the person.
const QUESTIONS: [&str; 2] = ["AskUserQuestion", "ExitPlanMode"];

pub(super) fn read(told: &mut Told) {
    if told.event() != "SessionEnd" {
        told.converses(Some("transcript_path"));
    }
    let tool = told.name("tool_name");
    let tool = tool.as_deref();
    match told.event() {
        // In the middle of a turn, when the context was full.
        "SessionStart" if told.text("source") == Some("compact") => {}
        "SessionStart" => told.does(FAIR, Doing::Resting, Reason::Ready, None),
        "UserPromptSubmit" => told.does(EXACT, Doing::Working, Reason::Working, None),
        "PreToolUse" => {
            told.calls_tool();
            if tool.is_some_and(|tool| QUESTIONS.contains(&tool)) {
                told.does(EXACT, Doing::Waiting, Reason::Question, tool);
            } else {
                // Not exact: others run at the same time, and one of them may ask.
                told.does(FAIR, Doing::Working, Reason::ToolRunning, tool);
            }
        }
        "PermissionRequest" => told.does(EXACT, Doing::Waiting, asks(tool), tool),
        "PostToolUse" => {
            told.tool_ended(true);
            told.does(FAIR, Doing::Working, Reason::Working, tool);
        }
        "PostToolUseFailure" => {
            told.tool_ended(false);
            if told.flag("is_interrupt") {
                told.does(EXACT, Doing::Resting, Reason::Interrupted, tool);
            } else {
                told.does(FAIR, Doing::Working, Reason::Working, tool);
            }
        }
        "PermissionDenied" => told.does(FAIR, Doing::Working, Reason::Working, tool),
        "Elicitation" => told.does(EXACT, Doing::Waiting, Reason::Question, None),
        "ElicitationResult" | "PreCompact" => {
            told.does(FAIR, Doing::Working, Reason::Working, None);
        }
        "Notification" => notified(told),
        "Stop" if told.list("background_tasks").is_empty() => {
            told.does(EXACT, Doing::Resting, Reason::Done, None);
        }
        "Stop" => told.does(EXACT, Doing::Resting, Reason::BackgroundTask, None),
        "StopFailure" => failed(told),
        "SessionEnd" => told.says_nothing(),
        // An agent within the agent ended; the turn goes on.
        _ => {}
    }
}

/// What a permission that is asked for is about.
fn asks(tool: Option<&str>) -> Reason {
    if tool.is_some_and(|tool| QUESTIONS.contains(&tool)) {
        Reason::Question
    } else {
        Reason::Approval
    }
}

fn notified(told: &mut Told) {
    let about = told.name("notification_type");
    let about = about.as_deref();
    match about {
        Some("permission_prompt") => told.does(EXACT, Doing::Waiting, Reason::Approval, about),
        Some("elicitation_dialog") => told.does(EXACT, Doing::Waiting, Reason::Question, about),
        // A minute after the end of a turn.
        Some("idle_prompt") => told.does(FAIR, Doing::Resting, Reason::TurnFinished, about),
        _ => {}
    }
}

/// It ended with an error of the provider, which is told in the place of `Stop`.
fn failed(told: &mut Told) {
    let error = told.name("error").or_else(|| told.name("error_type"));
    let reason = match error.as_deref() {
        Some("rate_limit") => Reason::UsageLimit,
        Some("authentication_failed" | "oauth_org_not_allowed" | "billing_error") => Reason::Auth,
        _ => Reason::ApiError,
    };
    told.does(EXACT, Doing::Waiting, reason, error.as_deref());
}

/// Settings for one start: Claude Code adds them to those of the user, and calls a command once that stands in both.
pub(super) fn launch_arguments(kind: &Kind, program: &str, arguments: &[String]) -> Vec<String> {
    let is_taken = |argument: &String| argument.starts_with("--settings") || argument == "--bare";
    if arguments.iter().any(is_taken) {
        return Vec::new();
    }
    let hook = |event: &&str| {
        let command = kind.hook_command(program, event);
        let hooks = json!([{"hooks": [{"type": "command", "command": command, "timeout": 5}]}]);
        ((*event).to_owned(), hooks)
    };
    let hooks: serde_json::Map<String, Value> = kind.hook_events.iter().map(hook).collect();
    vec![
        "--settings".to_owned(),
        json!({ "hooks": hooks }).to_string(),
    ]
}
