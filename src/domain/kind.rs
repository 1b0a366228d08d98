//! Kinds of runner: one row of data each, so that nothing else needs to know an agent by name.

use std::time::Duration;

use super::board::Prints;

/// One kind of program.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The word users type.
    pub name: &'static str,
    /// Names of the executables by which a pane's command is recognised.
    pub executables: &'static [&'static str],
    /// Other names that its program goes by: as released, or as a script of its package.
    pub other_names: &'static [&'static str],
    /// Directories by which its program is known whatever its own name is: packages of script languages, directories of versions.
    pub packages: &'static [&'static str],
    /// First arguments with which its program is no agent but serves one: servers, bridges, sandboxes.
    pub helpers: &'static [&'static str],
    /// What `new` starts when no command is given; empty when one must be given.
    pub start_command: &'static [&'static str],
    /// How it shows its work.
    pub prints: Prints,
}

/// The agents with animated screens were never still for more than 0.8 s while they worked (recordings of November 2026).
const ANIMATES: Prints = Prints::Animates(Duration::from_secs(3));

/// Every kind there is; the last one is for everything else.
pub static KINDS: [Kind; 7] = [
    Kind {
        name: "claude-code",
        executables: &["claude"],
        other_names: &["claude.exe"],
        packages: &[
            "@anthropic-ai/claude-code",
            "@anthropic-ai/claude-code-linux-x64",
            "claude/versions",
        ],
        helpers: &[
            "mcp",
            "--claude-in-chrome-mcp",
            "--chrome-native-host",
            "--ripgrep",
        ],
        start_command: &["claude"],
        prints: ANIMATES,
    },
    Kind {
        name: "codex",
        executables: &["codex"],
        other_names: &["codex.js"],
        packages: &["@openai/codex"],
        helpers: &[
            "app-server",
            "exec-server",
            "mcp",
            "mcp-server",
            "sandbox",
            "responses-api-proxy",
        ],
        start_command: &["codex"],
        prints: ANIMATES,
    },
    Kind {
        name: "cursor",
        executables: &["cursor-agent"],
        other_names: &[],
        packages: &["cursor-agent/versions"],
        helpers: &["mcp", "worker"],
        start_command: &["cursor-agent"],
        prints: ANIMATES,
    },
    Kind {
        name: "gemini",
        executables: &["gemini"],
        other_names: &["gemini.js"],
        packages: &["@google/gemini-cli"],
        helpers: &["mcp"],
        start_command: &["gemini"],
        prints: ANIMATES,
    },
    Kind {
        name: "opencode",
        executables: &["opencode"],
        other_names: &[".opencode"],
        packages: &["opencode-ai"],
        helpers: &["acp", "mcp", "serve", "web"],
        start_command: &["opencode"],
        prints: ANIMATES,
    },
    Kind {
        name: "aider",
        executables: &["aider"],
        other_names: &[],
        packages: &["site-packages/aider"],
        helpers: &[],
        start_command: &["aider"],
        prints: Prints::SaysLittle,
    },
    Kind {
        name: "custom",
        executables: &[],
        other_names: &[],
        packages: &[],
        helpers: &[],
        start_command: &[],
        prints: Prints::IsWork,
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
