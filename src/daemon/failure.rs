//! Refusals as clients see them: one table from typed errors to tag, sentence and next step.

use crate::app::{ActError, AppError};
use crate::ports::mux::MuxError;
use crate::ports::process::ProcessError;
use crate::ports::transcript::TranscriptError;
use crate::wire::{ErrorBody, Tag};

pub(super) fn body(error: &AppError) -> ErrorBody {
    let mut body = ErrorBody::new(tag(error), sentence(error));
    body.hint = hint(error);
    match error {
        AppError::RunnerNotFound { text, .. } | AppError::RunnerAmbiguous { text, .. } => {
            body.runner_id = Some(text.clone());
        }
        AppError::Operation { id, .. }
        | AppError::NotOurs { id, .. }
        | AppError::TimedOut { id, .. }
        | AppError::NoScreen { id, .. }
        | AppError::EndedBefore { id, .. } => body.runner_id = Some(id.to_string()),
        AppError::DuplicateName { holder, .. } => {
            body.runner_id = Some(holder.to_string());
            body.field = Some("name".to_owned());
        }
        AppError::Act(error) => body.runner_id = Some(error.runner().to_string()),
        AppError::RunnerLimit { limit } => body.limit = u64::try_from(*limit).ok(),
        AppError::Name { .. } => body.field = Some("name".to_owned()),
        AppError::Key(_) => body.field = Some("key".to_owned()),
        AppError::SlotNotFound { key } | AppError::NoSlotSession { key, .. } => {
            body.target = Some(key.to_string());
        }
        AppError::KeyOfSession { session, .. } => {
            body.target = Some(session.clone());
            body.field = Some("key".to_owned());
        }
        AppError::KeyInUse { id, .. } => {
            body.runner_id = Some(id.to_string());
            body.field = Some("key".to_owned());
        }
        AppError::ConversationInUse { holder, .. } => body.runner_id = Some(holder.to_string()),
        AppError::UnknownKind { .. } => body.field = Some("kind".to_owned()),
        AppError::Invalid { field, .. } => body.field = Some((*field).to_owned()),
        AppError::NoDirectory { .. } => body.field = Some("cwd".to_owned()),
        AppError::OutputDirectory { .. } => body.field = Some("outputDir".to_owned()),
        AppError::CommandNotFound { .. } => body.field = Some("command".to_owned()),
        AppError::Mux(MuxError::NoSession { target } | MuxError::NoPane { target })
        | AppError::Process(ProcessError::Mux(
            MuxError::NoSession { target } | MuxError::NoPane { target },
        )) => body.target = Some(target.clone()),
        AppError::StartTimedOut { .. }
        | AppError::EndedAtStart { .. }
        | AppError::Process(_)
        | AppError::Mux(_)
        | AppError::Store(_)
        | AppError::Transcript(_)
        | AppError::NoneNeeds
        | AppError::Ending => {}
    }
    body
}

/// Typed errors of the ports begin small and end without a full stop; people get sentences.
fn sentence(error: &AppError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

const fn tag(error: &AppError) -> Tag {
    match error {
        AppError::RunnerNotFound { .. } | AppError::RunnerAmbiguous { .. } => Tag::RunnerNotFound,
        AppError::Operation { .. } | AppError::NotOurs { .. } | AppError::EndedBefore { .. } => {
            Tag::RunnerOperation
        }
        AppError::Act(error) => act_tag(error),
        AppError::RunnerLimit { .. } => Tag::RunnerLimit,
        AppError::DuplicateName { .. }
        | AppError::Name { .. }
        | AppError::Key(_)
        | AppError::UnknownKind { .. }
        | AppError::Invalid { .. }
        | AppError::NoDirectory { .. }
        | AppError::OutputDirectory { .. } => Tag::Validation,
        AppError::CommandNotFound { .. }
        | AppError::StartTimedOut { .. }
        | AppError::EndedAtStart { .. } => Tag::ProcessSpawn,
        AppError::Process(error) => process_tag(error),
        AppError::Mux(error) => mux_tag(error),
        AppError::Store(_) | AppError::Transcript(_) => Tag::Store,
        AppError::NoScreen { .. } => Tag::NoScreen,
        AppError::KeyInUse { .. } | AppError::KeyOfSession { .. } => Tag::KeyInUse,
        AppError::ConversationInUse { .. } => Tag::ConversationInUse,
        AppError::NoSlotSession { .. } => Tag::TmuxSessionNotFound,
        AppError::SlotNotFound { .. } => Tag::SlotNotFound,
        AppError::NoneNeeds => Tag::NoneNeedsYou,
        AppError::TimedOut { .. } => Tag::TimedOut,
        AppError::Ending => Tag::Unavailable,
    }
}

const fn act_tag(error: &ActError) -> Tag {
    match error {
        ActError::NoPrompt { .. } | ActError::NoKeys { .. } => Tag::NoPrompt,
        ActError::PromptChanged { .. } => Tag::PromptChanged,
        ActError::Asks { .. } => Tag::PromptOpen,
        ActError::Draft { .. }
        | ActError::NotShown { .. }
        | ActError::NotTaken { .. }
        | ActError::NotConfirmed { .. } => Tag::NotConfirmed,
        ActError::Busy { .. } => Tag::RunnerOperation,
        ActError::Moved { .. } => Tag::OccupantChanged,
    }
}

const fn process_tag(error: &ProcessError) -> Tag {
    match error {
        ProcessError::Mux(error) => mux_tag(error),
        ProcessError::Spawn { .. } => Tag::ProcessSpawn,
        ProcessError::NotInPane { .. } | ProcessError::NoProcess { .. } => Tag::ProcessAttach,
        ProcessError::Gone { .. } | ProcessError::Watched { .. } | ProcessError::InMode { .. } => {
            Tag::ProcessMonitor
        }
        ProcessError::Signal { .. } | ProcessError::Survived { .. } => Tag::ProcessKill,
    }
}

const fn mux_tag(error: &MuxError) -> Tag {
    match error {
        MuxError::NotFound { .. } | MuxError::TooOld { .. } => Tag::TmuxNotFound,
        MuxError::NoServer { .. } => Tag::TmuxNoServer,
        MuxError::NoSession { .. } => Tag::TmuxSessionNotFound,
        MuxError::SessionTaken { .. } => Tag::KeyInUse,
        MuxError::NoPane { .. } => Tag::ProcessAttach,
        MuxError::NoClient
        | MuxError::Command { .. }
        | MuxError::TimedOut { .. }
        | MuxError::Disconnected { .. }
        | MuxError::Terminal { .. }
        | MuxError::Io { .. } => Tag::TmuxCommand,
    }
}

fn hint(error: &AppError) -> Option<String> {
    let text = match error {
        AppError::RunnerNotFound { nearest, .. } => return Some(nearest_hint(nearest.as_deref())),
        AppError::RunnerAmbiguous { .. } => "Type more of the id, or the runner's name.",
        AppError::Operation { status, action, .. } => operation_hint(*status, action),
        AppError::NotOurs { .. } => {
            "Start it in its pane yourself and register it, or use `geppetto new -- COMMAND`."
        }
        AppError::RunnerLimit { .. } => {
            "Stop or forget a runner, or raise `runner_limit` in the config file."
        }
        AppError::DuplicateName { .. } => "Choose another name, or forget the other runner.",
        AppError::Name { .. } => "Use letters, digits, `-`, `_`, `.` and `/`.",
        AppError::Key(_) => "Write IDEA, IDEA/SLOT or PREFIX::IDEA::SLOT.",
        AppError::SlotNotFound { .. }
        | AppError::KeyInUse { .. }
        | AppError::KeyOfSession { .. }
        | AppError::NoSlotSession { .. } => return slot_hint(error),
        AppError::ConversationInUse {
            holder_name, name, ..
        } => return Some(conversation_hint(holder_name, name)),
        AppError::UnknownKind { .. } => {
            "The kinds are claude-code, codex, cursor, gemini, opencode, aider and custom."
        }
        AppError::Invalid {
            field: "command", ..
        } => "Give it after `--`: `geppetto new -- COMMAND ARGUMENTS`.",
        AppError::NoDirectory { .. } => "Make it first, or give another with `--cwd`.",
        AppError::OutputDirectory { .. } => "Give a directory that you may write to.",
        AppError::CommandNotFound { .. } => {
            "Check its spelling, give its absolute path, or set PATH with `--env`."
        }
        AppError::StartTimedOut { .. } => {
            "Is the machine very busy? `geppetto doctor` looks at the daemon and tmux."
        }
        AppError::TimedOut { .. } => {
            "Wait longer with `--timeout`, or look at it with `geppetto show`."
        }
        AppError::NoneNeeds => {
            "They work, were stopped, are snoozed, or have no pane any more: `geppetto list`."
        }
        AppError::EndedBefore { .. } => "`geppetto show` tells how it ended.",
        AppError::Act(error) => return Some(act_hint(error)),
        AppError::NoScreen { .. } => "`geppetto logs` shows what is kept.",
        AppError::Transcript(TranscriptError::Sealed { .. }) => {
            "Set `encryption_key_file`, or `encryption_keyring`, as it was when that was written."
        }
        AppError::Transcript(TranscriptError::Closed) => "Try again in a moment.",
        AppError::Ending => "Try again in a moment.",
        AppError::Process(error) => return process_hint(error),
        AppError::Mux(error) => return mux_hint(error),
        AppError::Invalid { .. }
        | AppError::EndedAtStart { .. }
        | AppError::Transcript(TranscriptError::Io { .. })
        | AppError::Store(_) => return None,
    };
    Some(text.to_owned())
}

fn nearest_hint(nearest: Option<&str>) -> String {
    let all = "`geppetto list` shows all runners.";
    nearest.map_or_else(
        || all.to_owned(),
        |name| format!("Did you mean \"{name}\"? {all}"),
    )
}

fn act_hint(error: &ActError) -> String {
    let text = match error {
        ActError::NoPrompt { name, .. }
        | ActError::NoKeys { name, .. }
        | ActError::Draft { name, .. }
        | ActError::NotShown { name, .. }
        | ActError::NotTaken { name, .. }
        | ActError::NotConfirmed { name, .. } => {
            return format!(
                "`geppetto attach {}` goes there; nothing more is pressed.",
                shell_word(name)
            );
        }
        ActError::Asks { name, .. } => {
            let name = shell_word(name);
            return format!(
                "`geppetto approve {name}`, `geppetto deny {name}` or `geppetto attach {name}` answers it; `--force` types all the same."
            );
        }
        ActError::PromptChanged { .. } => "Look at what it asks now, and answer that.",
        ActError::Busy { .. } => "Try again in a moment.",
        ActError::Moved { .. } => "`geppetto explain` says who lives there now.",
    };
    text.to_owned()
}

fn conversation_hint(holder: &str, name: &str) -> String {
    let (holder, name) = (shell_word(holder), shell_word(name));
    format!(
        "`geppetto attach {holder}` goes there, `geppetto stop {holder}` ends it; `geppetto start --fresh {name}` begins a new conversation."
    )
}

fn slot_hint(error: &AppError) -> Option<String> {
    let text = match error {
        AppError::SlotNotFound { .. } => "`geppetto session list` shows all slots.".to_owned(),
        AppError::KeyInUse { name, .. } => {
            let name = shell_word(name);
            format!(
                "`geppetto attach {name}` goes there, `geppetto stop {name}` ends it; or choose another slot."
            )
        }
        AppError::KeyOfSession { key, .. } => {
            let key = shell_word(&key.to_string());
            format!(
                "`geppetto session attach {key}` goes there, `geppetto session release {key}` gives the key back; or choose another slot."
            )
        }
        AppError::NoSlotSession { short, .. } => {
            let short = shell_word(short);
            format!("Start something in it: `geppetto new --key {short} -- COMMAND`.")
        }
        _ => return None,
    };
    Some(text)
}

/// A name or a key as it must be typed into a shell; neither can hold a quote.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+:,./_-".contains(c);
    if text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{text}'")
    }
}

fn operation_hint(status: crate::domain::status::Status, action: &str) -> &'static str {
    use crate::domain::status::Status;
    match (status, action) {
        (status, "attached to") if status.is_ended() => {
            "Its pane is gone. `geppetto logs` shows what it printed, `geppetto start` runs it again."
        }
        (status, _) if status.is_ended() => {
            "It has ended; `geppetto start` runs again what `geppetto new` had started."
        }
        (Status::Paused, "paused") => "`geppetto resume` lets it go on.",
        (Status::Starting, _) => "Wait until it runs: `geppetto wait --for running`.",
        (_, "started") => "Stop it first.",
        (_, "asked something") => {
            "`geppetto wait --for done` waits for its turn; without `--wait` the text is sent at once."
        }
        (_, "resumed") => "Only a paused runner can be resumed.",
        _ => "`geppetto show` tells more.",
    }
}

fn process_hint(error: &ProcessError) -> Option<String> {
    let text = match error {
        ProcessError::Mux(error) => return mux_hint(error),
        ProcessError::Spawn { .. } => "Check that the program can be run in that directory.",
        ProcessError::NotInPane { .. } => {
            "geppetto watches panes: start the program in tmux, or with `geppetto new`."
        }
        ProcessError::NoProcess { .. } => "It may have ended already.",
        ProcessError::InMode { .. } => "Leave it with q in that pane, and try again.",
        ProcessError::Gone { .. } => "`geppetto list` shows what is there now.",
        ProcessError::Signal { source, .. }
            if source.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            "It belongs to another user."
        }
        ProcessError::Signal { .. } => {
            "What `geppetto new` or a shell in the pane started can be frozen, a pane's first process cannot."
        }
        ProcessError::Survived { .. } => {
            "It may hang in the kernel; `geppetto stop --force` tries again."
        }
        ProcessError::Watched { .. } => return None,
    };
    Some(text.to_owned())
}

fn mux_hint(error: &MuxError) -> Option<String> {
    let text = match error {
        MuxError::NotFound { .. } => {
            "Install tmux 3.3 or later (apt-get install tmux, brew install tmux) and see that it is in PATH."
        }
        MuxError::TooOld { .. } => "Upgrade tmux and restart its server.",
        MuxError::NoServer { .. } => "Start tmux, or start a runner with `geppetto new`.",
        MuxError::NoSession { .. } => "`geppetto sessions list` shows all sessions.",
        MuxError::SessionTaken { .. } => {
            "Rename that session, or give it the key: `geppetto register SESSION --key KEY`."
        }
        MuxError::NoPane { .. } => {
            "`geppetto sessions list` shows what tmux has; a pane's id is its `#{pane_id}`."
        }
        MuxError::NoClient => {
            "A menu needs one; elsewhere there are `geppetto list` and `geppetto dashboard`."
        }
        MuxError::TimedOut { .. } | MuxError::Disconnected { .. } => "Try again in a moment.",
        MuxError::Command { .. } | MuxError::Terminal { .. } | MuxError::Io { .. } => {
            "`geppetto doctor` looks at the daemon and tmux."
        }
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::ConversationId;
    use crate::domain::key::SessionKey;

    #[test]
    fn commands_in_hints_can_be_pasted() {
        let key = SessionKey::parse("it;$(x)/a", "coda").unwrap();
        let hint = |error: AppError| body(&error).hint.unwrap();
        let session = "work".to_owned();
        let told = hint(AppError::KeyOfSession {
            key: key.clone(),
            session,
        });
        assert!(
            told.contains("`geppetto session attach 'coda::it;$(x)::a'`"),
            "{told}"
        );
        let told = hint(AppError::ConversationInUse {
            conversation: ConversationId::parse("4b6a").unwrap(),
            holder: "0190163d-8694-739b-aea5-966c26f8ad91".parse().unwrap(),
            holder_name: "a$b".to_owned(),
            name: "work".to_owned(),
        });
        assert!(told.contains("`geppetto attach 'a$b'`"), "{told}");
        assert!(told.contains("`geppetto start --fresh work`"), "{told}");
        let short = "it;$(x)/a".to_owned();
        let told = hint(AppError::NoSlotSession { key, short });
        assert!(told.contains("--key 'it;$(x)/a' --"), "{told}");
    }
}
