//! How an agent is started so that it goes on with a conversation. What differs between agents is data in the row of each kind; what
//! a command line says of conversations by itself is found here.

use super::conversation::ConversationId;

/// The words of an agent's command line that are about conversations. One with dashes stands also for `--word=VALUE` or `-wVALUE`.
#[derive(Debug, PartialEq, Eq)]
pub struct Resume {
    /// What stands right behind the program, before the id of the conversation that is gone on with.
    pub by: &'static [&'static str],
    /// Words that a conversation follows. It was the first one of the runner: the one that it had last takes its place.
    pub names: &'static [&'static str],
    /// Words for the newest conversation there is. By now that may be somebody else's: the one that the runner had takes its place.
    pub newest: &'static [&'static str],
    /// Words of a command that keeps no conversation to go on with, or chooses it in a way of its own: it is run as it was typed.
    pub alone: &'static [&'static str],
    /// From when on it finds a conversation again.
    pub lasts: Lasts,
}

/// From when on a conversation can be taken up again: agents refuse those that have only just begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// As soon as it is known.
    AtOnce,
    /// Once its file is there.
    Written,
    /// Once something was asked or answered in it, in the run that has it.
    Spoken,
}

/// What an argument is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Not,
    Whole,
    /// The word with more behind it.
    Longer,
}

impl Resume {
    /// The command that goes on with a conversation, from the one that was typed; `None` when that is to be run as it is.
    pub fn command(&self, typed: &[String], id: &ConversationId) -> Option<Vec<String>> {
        let (program, arguments) = typed.split_first()?;
        let mut command = vec![program.clone()];
        command.extend(self.by.iter().map(|&word| word.to_owned()));
        command.push(id.to_string());
        command.extend(self.others(arguments)?);
        Some(command)
    }

    /// The arguments that are not about which conversation.
    fn others(&self, arguments: &[String]) -> Option<Vec<String>> {
        let mut others = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                others.push(argument.clone());
                others.extend(rest.cloned());
                break;
            }
            if fit(argument, self.alone) != Fit::Not {
                return None;
            }
            match (fit(argument, self.names), fit(argument, self.newest)) {
                // Without a name behind it a person chooses, or another word does.
                (Fit::Whole, _) if rest.next().is_none_or(|name| name.starts_with('-')) => {
                    return None;
                }
                // More than one option in one word.
                (_, Fit::Longer) => return None,
                (Fit::Not, Fit::Not) => others.push(argument.clone()),
                _ => {}
            }
        }
        Some(others)
    }
}

fn fit(argument: &str, words: &[&str]) -> Fit {
    let longer = |word: &&&str| {
        argument.strip_prefix(**word).is_some_and(|more| {
            let is_long = word.starts_with("--");
            (is_long && more.starts_with('=')) || (!is_long && word.starts_with('-'))
        })
    };
    if words.contains(&argument) {
        Fit::Whole
    } else if words.iter().any(|word| longer(&word)) {
        Fit::Longer
    } else {
        Fit::Not
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::kind::Kind;

    use super::*;

    /// The command line that goes on with conversation `ID`.
    fn resumed(kind: &str, typed: &str) -> Option<String> {
        let typed: Vec<String> = typed.split(' ').map(str::to_owned).collect();
        let id = ConversationId::parse("ID").unwrap();
        let resume = Kind::named(kind).unwrap().resume.as_ref()?;
        Some(resume.command(&typed, &id)?.join(" "))
    }

    #[test]
    fn each_kind_takes_a_conversation_up_in_its_own_words() {
        for (kind, typed, expected) in [
            ("claude-code", "claude", "claude --resume ID"),
            (
                "claude-code",
                "/opt/claude --model opus fix",
                "/opt/claude --resume ID --model opus fix",
            ),
            ("codex", "codex", "codex resume ID"),
            (
                "codex",
                "codex -c model=x -m o3 fix",
                "codex resume ID -c model=x -m o3 fix",
            ),
            ("gemini", "gemini -y", "gemini --resume ID -y"),
            (
                "opencode",
                "opencode --port 1",
                "opencode --session ID --port 1",
            ),
            ("cursor", "cursor-agent", "cursor-agent --resume ID"),
        ] {
            assert_eq!(resumed(kind, typed).as_deref(), Some(expected));
        }
        for (kind, typed) in [("aider", "aider"), ("custom", "make")] {
            assert_eq!(resumed(kind, typed), None, "{kind}");
        }
    }

    #[test]
    fn the_last_conversation_takes_the_place_of_the_one_that_was_typed() {
        for (kind, typed, expected) in [
            (
                "claude-code",
                "claude --resume X -d",
                "claude --resume ID -d",
            ),
            (
                "claude-code",
                "claude -d --resume=X",
                "claude --resume ID -d",
            ),
            ("claude-code", "claude -r X", "claude --resume ID"),
            ("claude-code", "claude -rX", "claude --resume ID"),
            ("claude-code", "claude --session-id X", "claude --resume ID"),
            ("claude-code", "claude --continue", "claude --resume ID"),
            ("claude-code", "claude -c fix", "claude --resume ID fix"),
            ("codex", "codex -m o3 resume X", "codex resume ID -m o3"),
            ("gemini", "gemini --resume latest", "gemini --resume ID"),
            ("opencode", "opencode -s X -c", "opencode --session ID"),
            (
                "cursor",
                "cursor-agent --resume=X",
                "cursor-agent --resume ID",
            ),
            // Behind the dashes there are no options any more.
            ("claude-code", "claude -- -c", "claude --resume ID -- -c"),
        ] {
            assert_eq!(resumed(kind, typed).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_chooses_for_itself_or_keeps_nothing_is_run_as_it_was_typed() {
        for (kind, typed) in [
            ("claude-code", "claude --resume"),
            ("claude-code", "claude --resume --model opus"),
            ("claude-code", "claude --continue --fork-session"),
            ("claude-code", "claude --from-pr=7"),
            ("claude-code", "claude -p say"),
            ("claude-code", "claude -cp say"),
            ("claude-code", "claude --print say"),
            ("codex", "codex resume"),
            ("codex", "codex resume --last"),
            ("codex", "codex fork X"),
            ("codex", "codex exec fix"),
            ("gemini", "gemini -p say"),
            ("opencode", "opencode run say"),
            ("opencode", "opencode --session X --fork"),
            ("cursor", "cursor-agent ls"),
        ] {
            assert_eq!(resumed(kind, typed), None, "{typed}");
        }
    }
}
