//! What recorded calls of real agents mean, one line a call.

use insta::assert_snapshot;

use super::*;
use crate::domain::finding::{Finding, TurnPartKind};
use crate::domain::kind::Kind;
use crate::domain::sign::Source;
use crate::domain::time::Timestamp;

fn read(kind: &str, event: Option<&str>, payload: Option<&str>) -> Result<HookReading, AgentError> {
    HooksOfAgents::new(Path::new("/opt/geppetto")).read(&HookMessage {
        kind: Kind::named(kind).unwrap(),
        event: event.map(str::to_owned),
        pane: None,
        at: Timestamp(7),
        payload: payload.map(str::to_owned),
    })
}

fn shown(finding: &Finding) -> String {
    match finding {
        Finding::Conversation(_) => "conversation".to_owned(),
        Finding::Sign(sign) => {
            assert_eq!((sign.source, sign.at), (Source::Hook, Timestamp(7)));
            sign.claim.as_ref().map_or_else(
                || "says nothing".to_owned(),
                |claim| {
                    let reason = claim.reason.as_str();
                    format!(
                        "{:?}: {reason} {}% ({})",
                        claim.doing, claim.certainty, claim.detail
                    )
                },
            )
        }
        Finding::Turn(part) => {
            let what = match &part.what {
                TurnPartKind::ToolCall { tool, input, .. } => {
                    format!("{tool} {}", &input[..input.len().min(12)])
                }
                TurnPartKind::ToolResult {
                    succeeded,
                    took_ms,
                    output,
                    ..
                } => format!("succeeded={succeeded} {took_ms:?} {} bytes", output.len()),
                other => format!("{other:?}"),
            };
            format!("{} = {what}", part.key)
        }
        other => format!("{other:?}"),
    }
}

fn line(event: &str, reading: &HookReading) -> String {
    let findings: Vec<String> = reading.findings.iter().map(shown).collect();
    let whose = match reading.conversation {
        Some(_) => "",
        None => " of nobody",
    };
    format!("{event}{whose}: {}\n", findings.join("; "))
}

/// Every call of a recording.
fn recorded(kind: &str, calls: &str) -> String {
    calls
        .lines()
        .map(|call| {
            let call: serde_json::Value = serde_json::from_str(call).unwrap();
            let payload = call["payload"].to_string();
            let event = call["event"].as_str().unwrap();
            line(event, &read(kind, Some(event), Some(&payload)).unwrap())
        })
        .collect()
}

/// One call, made up.
fn told(kind: &str, payload: &str) -> String {
    line("", &read(kind, None, Some(payload)).unwrap())
}

#[test]
fn a_day_of_claude() {
    let calls = include_str!("../../../../tests/fixtures/hooks/claude.jsonl");
    assert_snapshot!(recorded("claude-code", calls), @"
    SessionStart: conversation; Resting: ready 75% (SessionStart)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    PreToolUse: conversation; call:toolu_req_stub_15673 = Bash for i in 1 2; Working: tool running 75% (PreToolUse Bash)
    PermissionRequest: conversation; Waiting: approval 97% (PermissionRequest Bash)
    Notification: conversation; Waiting: approval 97% (Notification permission_prompt)
    PostToolUse: conversation; result:toolu_req_stub_15673 = succeeded=true Some(4154) 53 bytes; Working: working 75% (PostToolUse Bash)
    Stop: conversation; Resting: done 97% (Stop)
    Notification: conversation; Resting: turn finished 75% (Notification idle_prompt)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    Stop: conversation; Resting: done 97% (Stop)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    PreToolUse: conversation; call:toolu_req_stub_208891 = Bash timeout 45 t; Working: tool running 75% (PreToolUse Bash)
    PermissionRequest: conversation; Waiting: approval 97% (PermissionRequest Bash)
    PostToolUse: conversation; result:toolu_req_stub_208891 = succeeded=true Some(45163) 0 bytes; Working: working 75% (PostToolUse Bash)
    Stop: conversation; Resting: done 97% (Stop)
    SessionEnd: says nothing
    ");
}

#[test]
fn errors_of_claude() {
    let calls = include_str!("../../../../tests/fixtures/hooks/claude-errors.jsonl");
    assert_snapshot!(recorded("claude-code", calls), @"
    SessionStart: conversation; Resting: ready 75% (SessionStart)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    StopFailure: conversation; Waiting: api error 97% (StopFailure unknown)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    SessionEnd: says nothing
    ");
    let mut said = String::new();
    for payload in [
        r#"{"hook_event_name":"StopFailure","session_id":"s","error":"rate_limit"}"#,
        r#"{"hook_event_name":"StopFailure","session_id":"s","error":"authentication_failed"}"#,
        r#"{"hook_event_name":"PostToolUseFailure","session_id":"s","tool_use_id":"t","is_interrupt":true}"#,
        r#"{"hook_event_name":"PostToolUseFailure","session_id":"s","tool_use_id":"t","error":"no"}"#,
    ] {
        said += &told("claude-code", payload);
    }
    assert_snapshot!(said, @"
    : conversation; Waiting: usage limit 97% (StopFailure rate_limit)
    : conversation; Waiting: auth 97% (StopFailure authentication_failed)
    : conversation; result:t = succeeded=false None 0 bytes; Resting: interrupted 97% (PostToolUseFailure)
    : conversation; result:t = succeeded=false None 2 bytes; Working: working 75% (PostToolUseFailure)
    ");
}

#[test]
fn claude_asks_in_many_ways() {
    let mut said = String::new();
    for payload in [
        r#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"AskUserQuestion"}"#,
        r#"{"hook_event_name":"PermissionRequest","session_id":"s","tool_name":"ExitPlanMode"}"#,
        r#"{"hook_event_name":"Elicitation","session_id":"s"}"#,
        r#"{"hook_event_name":"SubagentStop","session_id":"s"}"#,
        r#"{"hook_event_name":"SessionStart","session_id":"s","source":"compact"}"#,
        r#"{"hook_event_name":"Stop","session_id":"s","background_tasks":[{"id":"b"}]}"#,
    ] {
        said += &told("claude-code", payload);
    }
    assert_snapshot!(said, @"
    : conversation; Waiting: question 97% (PreToolUse AskUserQuestion)
    : conversation; Waiting: question 97% (PermissionRequest ExitPlanMode)
    : conversation; Waiting: question 97% (Elicitation)
    : conversation
    : conversation
    : conversation; Resting: background task running 97% (Stop)
    ");
}

#[test]
fn a_day_of_codex() {
    let calls = include_str!("../../../../tests/fixtures/hooks/codex.jsonl");
    assert_snapshot!(recorded("codex", calls), @"
    SessionStart: conversation; Resting: ready 75% (SessionStart)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    notify of nobody: 
    PreToolUse: conversation; call:call_req_stub_6312 = Bash for i in 1 2; Working: tool running 75% (PreToolUse Bash)
    PermissionRequest: conversation; Waiting: approval 97% (PermissionRequest Bash)
    PostToolUse: conversation; result:call_req_stub_6312 = succeeded=true None 54 bytes; Working: working 75% (PostToolUse Bash)
    Stop: conversation; Resting: done 97% (Stop)
    notify: conversation; Resting: done 97% (agent-turn-complete)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    notify of nobody: 
    Stop: conversation; Resting: done 97% (Stop)
    notify: conversation; Resting: done 97% (agent-turn-complete)
    UserPromptSubmit: conversation; Working: working 97% (UserPromptSubmit)
    notify of nobody: 
    PreToolUse: conversation; call:call_req_stub_52192 = Bash timeout 5 ta; Working: tool running 75% (PreToolUse Bash)
    PermissionRequest: conversation; Waiting: approval 97% (PermissionRequest Bash)
    PostToolUse: conversation; result:call_req_stub_52192 = succeeded=true None 0 bytes; Working: working 75% (PostToolUse Bash)
    Stop: conversation; Resting: done 97% (Stop)
    notify: conversation; Resting: done 97% (agent-turn-complete)
    SessionEnd: says nothing
    ");
}

#[test]
fn a_day_of_gemini() {
    let calls = include_str!("../../../../tests/fixtures/hooks/gemini.jsonl");
    assert_snapshot!(recorded("gemini", calls), @r#"
    SessionStart: conversation; Resting: ready 75% (SessionStart)
    BeforeAgent: conversation; Working: working 97% (BeforeAgent)
    BeforeTool: conversation; Working: tool running 75% (BeforeTool run_shell_command)
    Notification: conversation; approval:7 = ApprovalAsked { tool: "exec" }; Waiting: approval 97% (Notification)
    AfterTool: conversation; Working: working 75% (AfterTool run_shell_command)
    AfterAgent: conversation; Resting: done 97% (AfterAgent)
    BeforeAgent: conversation; Working: working 97% (BeforeAgent)
    AfterAgent: conversation; Resting: done 97% (AfterAgent)
    BeforeAgent: conversation; Working: working 97% (BeforeAgent)
    BeforeTool: conversation; Working: tool running 75% (BeforeTool run_shell_command)
    Notification: conversation; approval:7 = ApprovalAsked { tool: "exec" }; Waiting: approval 97% (Notification)
    AfterTool: conversation; Working: working 75% (AfterTool run_shell_command)
    AfterAgent: conversation; Resting: done 97% (AfterAgent)
    SessionEnd: says nothing
    SessionEnd: says nothing
    SessionEnd: says nothing
    "#);
}

#[test]
fn cursor_and_aider_by_their_documentation() {
    let mut said = String::new();
    for payload in [
        r#"{"hook_event_name":"beforeSubmitPrompt","conversation_id":"c","generation_id":"g","prompt":"do"}"#,
        r#"{"hook_event_name":"afterAgentResponse","conversation_id":"c","generation_id":"g","text":"did"}"#,
        r#"{"hook_event_name":"stop","conversation_id":"c","generation_id":"g","status":"aborted"}"#,
        r#"{"hook_event_name":"stop","conversation_id":"c","generation_id":"g","status":"completed"}"#,
    ] {
        said += &told("cursor", payload);
    }
    said += &line("", &read("aider", Some("notification"), None).unwrap());
    assert_snapshot!(said, @r#"
    : conversation; prompt:g = Prompt("do"); Working: working 97% (beforeSubmitPrompt)
    : conversation; answer:g = Answer("did"); Working: working 75% (afterAgentResponse)
    : conversation; Resting: interrupted 97% (stop)
    : conversation; Resting: done 97% (stop)
     of nobody: Resting: turn finished 50% (notification)
    "#);
}

#[test]
fn what_makes_no_sense_is_an_error_or_says_nothing() {
    assert!(read("claude-code", None, None).is_err());
    assert!(read("claude-code", Some("Stop"), Some("{")).is_err());
    assert!(read("custom", Some("Stop"), None).is_err());
    assert_eq!(
        read("claude-code", Some("Newer"), None).unwrap().findings,
        []
    );
    // Too long for a datagram, or unreadable: the command line of the hook still says what happened.
    let stop = line("Stop", &read("claude-code", Some("Stop"), None).unwrap());
    assert_snapshot!(stop, @"Stop of nobody: Resting: done 97% (Stop)");
    for nonsense in [
        r#"{"type":7}"#,
        r#"{"hook_event_name":"Stop","session_id":[],"cwd":{}}"#,
    ] {
        let reading = read("codex", Some("Stop"), Some(nonsense)).unwrap();
        assert_eq!(
            (reading.event.as_str(), reading.conversation),
            ("Stop", None)
        );
    }
}

#[test]
fn only_claude_is_given_hooks_at_its_start() {
    let hooks = HooksOfAgents::new(Path::new("/opt/geppetto"));
    let kind = |name| Kind::named(name).unwrap();
    let arguments = hooks.launch_arguments(kind("claude-code"), &["--resume".to_owned()]);
    let [flag, settings] = arguments.as_slice() else {
        panic!("{arguments:?}");
    };
    assert_eq!(flag, "--settings");
    let settings: serde_json::Value = serde_json::from_str(settings).unwrap();
    let command = &settings["hooks"]["Stop"][0]["hooks"][0]["command"];
    assert_eq!(command, "/opt/geppetto hook claude-code Stop");
    let own = ["--settings=mine.json".to_owned()];
    assert!(hooks.launch_arguments(kind("claude-code"), &own).is_empty());
    assert!(hooks.launch_arguments(kind("codex"), &[]).is_empty());
}
