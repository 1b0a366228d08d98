//! aider's hook: two keys at the end of its flat YAML settings, below a line that says whose they are.

use super::error::Misfit;
use crate::domain::kind::Kind;

const HEAD: &str = "# geppetto is told when aider wants input; `geppetto integrate aider --remove` takes this out.";

/// Keys that are set.
const KEYS: [&str; 2] = ["notifications", "notifications-command"];

/// `text` with the hook at its end. It must not be in it.
pub(super) fn with(text: &str, kind: &Kind, program: &str) -> Result<String, Misfit> {
    for (line, set) in (1..).zip(text.lines()) {
        let taken = KEYS.iter().find(|key| {
            set.strip_prefix(**key)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        });
        if let Some(key) = taken {
            return Err(Misfit::Taken { line, key });
        }
        // One flat mapping is all that lines can be put behind.
        if set.starts_with(['{', '[', '-']) || set == "..." {
            return Err(Misfit::Shape {
                place: format!("line {line}"),
                expected: "a key with its value",
            });
        }
    }
    let event = kind.hook_events.first().copied().unwrap_or_default();
    let command = kind.hook_command(program, event);
    let [notify, by] = KEYS;
    let block = [
        HEAD.to_owned(),
        format!("{notify}: true"),
        format!("{by}: {}", quoted(&command)),
    ]
    .join("\n");
    // Whether the last line had an end is seen again by whether ours has one.
    Ok(match text.is_empty() || text.ends_with('\n') {
        true => format!("{text}{block}\n"),
        false => format!("{text}\n{block}"),
    })
}

/// `text` without the hook.
pub(super) fn without(text: &str, kind: &Kind) -> String {
    let Some((block, _)) = block(text, kind) else {
        return text.to_owned();
    };
    let before = text.get(..block.start).unwrap_or_default();
    let after = text.get(block.end..).unwrap_or_default();
    let before = if after.is_empty() && !text.ends_with('\n') {
        before.strip_suffix('\n').unwrap_or(before)
    } else {
        before
    };
    format!("{before}{after}")
}

/// The hook, when it is there.
pub(super) fn found(text: &str, kind: &Kind) -> Vec<(String, String)> {
    let event = kind.hook_events.first().copied().unwrap_or_default();
    block(text, kind)
        .map(|(_, command)| (event.to_owned(), command))
        .into_iter()
        .collect()
}

/// Where the lines of ours are, and the command in them.
fn block(text: &str, kind: &Kind) -> Option<(std::ops::Range<usize>, String)> {
    let start = text.find(HEAD)?;
    let lines: Vec<&str> = text.get(start..)?.split_inclusive('\n').take(3).collect();
    let [_, notify, by] = lines.as_slice() else {
        return None;
    };
    let [notify_key, by_key] = KEYS;
    notify.strip_prefix(notify_key)?;
    let value = by.strip_prefix(by_key)?.strip_prefix(": ")?.trim_end();
    let command = value
        .strip_prefix('\'')?
        .strip_suffix('\'')?
        .replace("''", "'");
    kind.hook_program(&command)?;
    let length: usize = lines.iter().map(|line| line.len()).sum();
    Some((start..start + length, command))
}

/// A text as YAML takes it between single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aider() -> &'static Kind {
        Kind::named("aider").unwrap()
    }

    #[test]
    fn what_is_put_in_is_taken_out_again() {
        for before in ["", "model: x\n", "# mine\nmodel: x", "a: 1\n\n"] {
            let after = with(before, aider(), "/opt/it's/geppetto").unwrap();
            assert_eq!(found(&after, aider()).len(), 1, "{after}");
            assert_eq!(without(&after, aider()), before);
            let more = format!("{}\nb: 2\n", after.trim_end());
            let left = without(&more, aider());
            assert!(
                left.ends_with("b: 2\n") && !left.contains("geppetto"),
                "{left}"
            );
        }
    }

    #[test]
    fn what_the_user_has_set_is_theirs() {
        let mine = "model: x\nnotifications-command: say hi\n";
        assert_eq!(
            with(mine, aider(), "/g/geppetto"),
            Err(Misfit::Taken {
                line: 2,
                key: "notifications-command"
            })
        );
        assert!(with("{model: x}\n", aider(), "/g/geppetto").is_err());
        assert_eq!(without(mine, aider()), mine);
    }
}
