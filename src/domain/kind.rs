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
    /// Parts of a path that only this program has: its package, its directory of versions.
    pub packages: &'static [&'static str],
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
        packages: &["@anthropic-ai/claude-code", "share/claude/versions"],
        start_command: &["claude"],
        prints: ANIMATES,
    },
    Kind {
        name: "codex",
        executables: &["codex"],
        packages: &["@openai/codex", ".codex/packages"],
        start_command: &["codex"],
        prints: ANIMATES,
    },
    Kind {
        name: "cursor",
        executables: &["cursor-agent"],
        packages: &["cursor-agent/versions"],
        start_command: &["cursor-agent"],
        prints: ANIMATES,
    },
    Kind {
        name: "gemini",
        executables: &["gemini"],
        packages: &["@google/gemini-cli"],
        start_command: &["gemini"],
        prints: ANIMATES,
    },
    Kind {
        name: "opencode",
        executables: &["opencode"],
        packages: &["opencode-ai"],
        start_command: &["opencode"],
        prints: ANIMATES,
    },
    Kind {
        name: "aider",
        executables: &["aider"],
        packages: &["aider-chat"],
        start_command: &["aider"],
        prints: Prints::SaysLittle,
    },
    Kind {
        name: "custom",
        executables: &[],
        packages: &[],
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
