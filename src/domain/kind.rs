//! Kinds of runner: one row of data each, so that nothing else needs to know an agent by name.

use std::time::Duration;

use super::board::Prints;
use super::resume::{Lasts, Resume};

/// One kind of program.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The word users type.
    pub name: &'static str,
    /// Names of the executables by which a pane's command is recognised.
    pub executables: &'static [&'static str],
    /// Other names that its program goes by: as released, or as a script of its package.
    pub other_names: &'static [&'static str],
    /// First arguments with which its program is no agent but serves one: servers, bridges, sandboxes.
    pub helpers: &'static [&'static str],
    /// Parts of a path that only this program has: its package, its directory of versions.
    pub packages: &'static [&'static str],
    /// What `new` starts when no command is given; empty when one must be given.
    pub start_command: &'static [&'static str],
    /// True when its hooks may be called by a server that it shares with others of its kind: then their environment is that of
    /// whoever started the server.
    pub hooks_from_server: bool,
    /// The events that its hooks are set for, in its own words; empty when it has no hooks.
    pub hook_events: &'static [&'static str],
    /// How it shows its work.
    pub prints: Prints,
    /// How it takes a conversation up again; `None` when it cannot, or when nothing tells which one it has.
    pub resume: Option<Resume>,
}

/// The agents with animated screens were never still for more than 0.8 s while they worked (recordings of November 2026).
const ANIMATES: Prints = Prints::Animates(Duration::from_secs(3));

/// Those that versions 2.1.197 and 2.1.329 know: settings with an event that a version does not know may be refused as a whole.
const CLAUDE_EVENTS: [&str; 10] = [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "PostToolUseFailure",
    "Notification",
    "Stop",
    "StopFailure",
    "SessionEnd",
];

const CODEX_EVENTS: [&str; 7] = [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "Stop",
    "SessionEnd",
];

const GEMINI_EVENTS: [&str; 7] = [
    "SessionStart",
    "BeforeAgent",
    "BeforeTool",
    "Notification",
    "AfterTool",
    "AfterAgent",
    "SessionEnd",
];

/// By its documentation.
const CURSOR_EVENTS: [&str; 4] = [
    "beforeSubmitPrompt",
    "afterAgentResponse",
    "afterShellExecution",
    "stop",
];

/// Every kind there is; the last one is for everything else.
pub static KINDS: [Kind; 7] = [
    Kind {
        name: "claude-code",
        executables: &["claude"],
        other_names: &["claude.exe"],
        helpers: &[
            "mcp",
            "--claude-in-chrome-mcp",
            "--chrome-native-host",
            "--ripgrep",
        ],
        packages: &[
            "@anthropic-ai/claude-code",
            "@anthropic-ai/claude-code-linux-x64",
            "share/claude/versions",
        ],
        start_command: &["claude"],
        hooks_from_server: false,
        hook_events: &CLAUDE_EVENTS,
        prints: ANIMATES,
        resume: Some(Resume {
            by: &["--resume"],
            names: &["--resume", "-r", "--session-id"],
            newest: &["--continue", "-c"],
            alone: &[
                "--fork-session",
                "--from-pr",
                "--teleport",
                "--print",
                "-p",
                "--background",
                "--bg",
                "agents",
                "attach",
            ],
            lasts: Lasts::Written,
        }),
    },
    Kind {
        name: "codex",
        executables: &["codex"],
        other_names: &["codex.js"],
        helpers: &[
            "app-server",
            "exec-server",
            "mcp",
            "mcp-server",
            "sandbox",
            "responses-api-proxy",
        ],
        packages: &["@openai/codex", ".codex/packages"],
        start_command: &["codex"],
        hooks_from_server: true,
        hook_events: &CODEX_EVENTS,
        prints: ANIMATES,
        // Every option that may stand before the sub-command may stand behind it, too (0.169.0). At its start it opens conversations of
        // others for a moment.
        resume: Some(Resume {
            by: &["resume"],
            names: &["resume"],
            newest: &[],
            alone: &["fork", "exec", "e", "review", "agents", "cloud"],
            lasts: Lasts::Spoken,
        }),
    },
    Kind {
        name: "cursor",
        executables: &["cursor-agent"],
        other_names: &[],
        helpers: &["mcp", "worker"],
        packages: &["cursor-agent/versions"],
        start_command: &["cursor-agent"],
        hooks_from_server: false,
        hook_events: &CURSOR_EVENTS,
        prints: ANIMATES,
        // By its documentation.
        resume: Some(Resume {
            by: &["--resume"],
            names: &["--resume"],
            newest: &["--continue"],
            alone: &["--print", "-p", "resume", "ls", "create-chat"],
            lasts: Lasts::AtOnce,
        }),
    },
    Kind {
        name: "gemini",
        executables: &["gemini"],
        other_names: &["gemini.js"],
        helpers: &["mcp"],
        packages: &["@google/gemini-cli"],
        start_command: &["gemini"],
        hooks_from_server: false,
        hook_events: &GEMINI_EVENTS,
        prints: ANIMATES,
        resume: Some(Resume {
            by: &["--resume"],
            names: &["--resume", "-r", "--session-id"],
            newest: &[],
            alone: &[
                "--prompt",
                "-p",
                "--session-file",
                "--acp",
                "--experimental-acp",
            ],
            lasts: Lasts::Spoken,
        }),
    },
    Kind {
        name: "opencode",
        executables: &["opencode"],
        other_names: &[".opencode"],
        helpers: &["acp", "mcp", "serve", "web"],
        packages: &["opencode-ai"],
        start_command: &["opencode"],
        hooks_from_server: false,
        hook_events: &[],
        prints: ANIMATES,
        // By its own help (1.18.33).
        resume: Some(Resume {
            by: &["--session"],
            names: &["--session", "-s"],
            newest: &["--continue", "-c"],
            alone: &["--fork", "run", "attach", "pr"],
            lasts: Lasts::AtOnce,
        }),
    },
    Kind {
        name: "aider",
        executables: &["aider"],
        other_names: &[],
        helpers: &[],
        packages: &["aider-chat", "site-packages/aider"],
        start_command: &["aider"],
        hooks_from_server: false,
        hook_events: &["notification"],
        prints: Prints::SaysLittle,
        // It has one history for each directory and no ids.
        resume: None,
    },
    Kind {
        name: "custom",
        executables: &[],
        other_names: &[],
        helpers: &[],
        packages: &[],
        start_command: &[],
        hooks_from_server: false,
        hook_events: &[],
        prints: Prints::IsWork,
        resume: None,
    },
];

impl Kind {
    /// The kind for programs that no other row describes.
    pub fn custom() -> &'static Self {
        let [.., custom] = &KINDS;
        custom
    }

    /// The row with that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The command line of a hook of it, for a shell.
    pub fn hook_command(&self, program: &str, event: &str) -> String {
        shell_words::join([program, "hook", self.name, event])
    }

    /// The program of a command line that [`Self::hook_command`] may have made; `None` for those of others.
    pub fn hook_program(&self, command: &str) -> Option<String> {
        let words = shell_words::split(command).ok()?;
        let [program, verb, kind, ..] = words.as_slice() else {
            return None;
        };
        let name = program.rsplit('/').next().unwrap_or_default();
        let is_ours = name.starts_with("geppetto");
        (is_ours && verb == "hook" && kind == self.name).then(|| program.clone())
    }

    /// The row whose program `command` is (a name or a path), else custom.
    pub fn of_command(command: &str) -> &'static Self {
        let base = command.rsplit('/').next().unwrap_or(command);
        KINDS
            .iter()
            .find(|kind| kind.executables.contains(&base))
            .unwrap_or_else(|| Self::custom())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_hook_is_known_again() {
        let claude = Kind::named("claude-code").unwrap();
        let program = "/opt/it's here/geppetto";
        let command = claude.hook_command(program, "Stop");
        assert_eq!(
            command,
            r"'/opt/it'\''s here/geppetto' hook claude-code Stop"
        );
        assert_eq!(claude.hook_program(&command).as_deref(), Some(program));
        for other in [
            "say hook claude-code Stop",
            "geppetto list",
            "geppetto hook codex Stop",
            "'",
        ] {
            assert_eq!(claude.hook_program(other), None, "{other}");
        }
    }

    #[test]
    fn a_command_is_recognised_by_its_last_path_part() {
        assert_eq!(
            Kind::of_command("/usr/local/bin/claude").name,
            "claude-code"
        );
        assert_eq!(Kind::of_command("codex").name, "codex");
        assert_eq!(Kind::of_command("vim").name, "custom");
        assert_eq!(Kind::of_command("").name, "custom");
    }
}
