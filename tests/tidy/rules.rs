//! The rules about single files. Each takes a file and returns where it breaks the rule.

use std::fmt;

use super::source::Source;

/// A place where a rule is broken.
pub(crate) struct Breach {
    path: String,
    line: usize,
    rule: String,
}

impl Breach {
    /// The rule is broken at that offset of the file.
    pub(crate) fn new(source: &Source, offset: usize, rule: impl Into<String>) -> Self {
        Self {
            path: source.path.clone(),
            line: source.line(offset),
            rule: rule.into(),
        }
    }
}

impl fmt::Debug for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// Where `words` stand in the code, not as part of longer words.
fn words<'a>(source: &'a Source, words: &'a [&str]) -> impl Iterator<Item = (usize, &'a str)> {
    words.iter().flat_map(move |word| {
        source.code.match_indices(word).filter(move |(at, _)| {
            let before = source.code[..*at].chars().next_back();
            let after = source.code[at + word.len()..].chars().next();
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let starts = word.starts_with(|c: char| c.is_alphabetic());
            let ends = word.ends_with(|c: char| c.is_alphabetic());
            !(starts && joins(before) || ends && joins(after))
        })
    })
}

/// The domain is pure: no tasks, no input or output, no clock, no JSON.
pub(crate) fn pure_domain(source: &Source) -> Vec<Breach> {
    const IMPURE: &[&str] = &[
        "tokio",
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "std::thread",
        "std::os",
        "std::time::SystemTime",
        "std::time::Instant",
        "serde_json",
        "rustix",
        "tracing",
    ];
    if !source.path.starts_with("src/domain/") {
        return Vec::new();
    }
    let named = source.names.iter().filter_map(|name| {
        let name_text = name.parts.join("::");
        let impure = IMPURE
            .iter()
            .find(|bad| name_text == **bad || name_text.starts_with(&format!("{bad}::")))?;
        Some((name.offset, *impure))
    });
    named
        .chain(words(source, &["async", "SystemTime", "Instant"]))
        .map(|(at, what)| Breach::new(source, at, format!("the domain is pure: no {what}")))
        .collect()
}

/// Words of tmux's command language and the start of its formats.
const TMUX_SYNTAX: &[&str] = &[
    "attach-session",
    "bind-key",
    "capture-pane",
    "detach-client",
    "display-menu",
    "display-message",
    "display-popup",
    "has-session",
    "if-shell",
    "kill-pane",
    "kill-server",
    "kill-session",
    "kill-window",
    "link-window",
    "list-clients",
    "list-panes",
    "list-sessions",
    "list-windows",
    "new-session",
    "new-window",
    "pipe-pane",
    "refresh-client",
    "rename-session",
    "rename-window",
    "resize-pane",
    "resize-window",
    "respawn-pane",
    "respawn-window",
    "run-shell",
    "select-pane",
    "select-window",
    "send-keys",
    "set-environment",
    "set-hook",
    "set-option",
    "show-environment",
    "show-option",
    "show-options",
    "source-file",
    "split-window",
    "switch-client",
    "unlink-window",
    "#{",
];

/// Only `adapters/tmux` knows tmux's syntax. Help texts of the command line may name it, and so may whole
/// sentences for people.
pub(crate) fn tmux_syntax(source: &Source) -> Vec<Breach> {
    let may = source.path.starts_with("src/adapters/tmux/")
        || source.path.starts_with("src/cli/args")
        || !source.path.starts_with("src/");
    if may {
        return Vec::new();
    }
    source
        .strings
        .iter()
        .filter(|(at, text)| !source.is_test(*at) && !is_sentence(text))
        .filter_map(|(at, text)| {
            let word = TMUX_SYNTAX.iter().find(|word| names_command(text, word))?;
            let rule = format!("only adapters/tmux knows tmux's syntax: \"{word}\"");
            Some(Breach::new(source, *at, rule))
        })
        .collect()
}

fn is_sentence(text: &str) -> bool {
    text.starts_with(|c: char| c.is_uppercase() || c == '`')
        && text.ends_with('.')
        && text.contains(' ')
}

fn names_command(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "-_".contains(c));
        word == "#{"
            || (!joins(text[..at].chars().next_back())
                && !joins(text[at + word.len()..].chars().next()))
    })
}

/// Only `daemon/tasks.rs` spawns tasks. `spawn_blocking` is no task: its caller waits for it.
pub(crate) fn one_spawner(source: &Source) -> Vec<Breach> {
    const SPAWNERS: &[&str] = &[
        "tokio::spawn",
        "task::spawn",
        "spawn_local",
        "JoinSet",
        "TaskTracker",
        "Handle::current",
    ];
    if source.path == "src/daemon/tasks.rs" || !source.path.starts_with("src/") {
        return Vec::new();
    }
    words(source, SPAWNERS)
        .filter(|(at, _)| !source.is_test(*at))
        .map(|(at, what)| {
            Breach::new(
                source,
                at,
                format!("only daemon/tasks.rs spawns tasks: {what}"),
            )
        })
        .collect()
}

/// Only `cli/output.rs` prints. The log's own writer is in `logging.rs`.
pub(crate) fn one_printer(source: &Source) -> Vec<Breach> {
    const PRINTERS: &[&str] = &[
        "print!",
        "println!",
        "eprint!",
        "eprintln!",
        "dbg!",
        "io::stdout",
        "io::stderr",
    ];
    let may = ["src/cli/output.rs", "src/logging.rs"].contains(&source.path.as_str());
    if may || !source.path.starts_with("src/") {
        return Vec::new();
    }
    words(source, PRINTERS)
        .filter(|(at, _)| !source.is_test(*at))
        .map(|(at, what)| Breach::new(source, at, format!("only cli/output.rs prints: {what}")))
        .collect()
}

/// Only `config/` reads the environment.
pub(crate) fn one_environment(source: &Source) -> Vec<Breach> {
    const READERS: &[&str] = &[
        "env::var",
        "env::vars",
        "env::var_os",
        "env::vars_os",
        "env::set_var",
        "env::remove_var",
    ];
    if source.path.starts_with("src/config/") || !source.path.starts_with("src/") {
        return Vec::new();
    }
    words(source, READERS)
        .filter(|(at, _)| !source.is_test(*at))
        .map(|(at, what)| {
            Breach::new(
                source,
                at,
                format!("only config/ reads the environment: {what}"),
            )
        })
        .collect()
}

/// Every file says first what it is.
pub(crate) fn head(source: &Source) -> Vec<Breach> {
    if source.text.starts_with("//!") {
        return Vec::new();
    }
    vec![Breach::new(
        source,
        0,
        "a file begins with //! and says what it is",
    )]
}

/// Most lines of a file that are compiled for more than tests.
const MOST_LINES: usize = 400;

/// Most lines of a file with its tests.
const MOST_LINES_WITH_TESTS: usize = 600;

/// No file is longer than a person wants to read.
pub(crate) fn length(source: &Source) -> Vec<Breach> {
    let (all, outside) = (source.text.lines().count(), source.lines_outside_tests());
    if outside > MOST_LINES {
        return vec![Breach::new(
            source,
            source.text.len(),
            format!("a file has at most {MOST_LINES} lines, this one has {outside}"),
        )];
    }
    if all > MOST_LINES_WITH_TESTS {
        return vec![Breach::new(
            source,
            source.text.len(),
            format!(
                "a file has at most {MOST_LINES_WITH_TESTS} lines with its tests, this one has {all}"
            ),
        )];
    }
    Vec::new()
}

/// Nothing is left for later, and no test is switched off.
pub(crate) fn finished(source: &Source) -> Vec<Breach> {
    let marks = source.comments.iter().flat_map(|(at, text)| {
        ["TODO", "FIXME", "XXX"]
            .iter()
            .filter_map(move |mark| text.find(mark).map(|inside| (at + inside, *mark)))
    });
    marks
        .chain(words(source, &["todo!", "unimplemented!", "#[ignore"]))
        .map(|(at, what)| Breach::new(source, at, format!("nothing is left for later: {what}")))
        .collect()
}

/// The one file of the tests that may sleep, between two looks at a condition.
const WAITS: &str = "tests/it/support/wait.rs";

/// Tests wait for conditions and never sleep.
pub(crate) fn no_sleep_in_tests(source: &Source) -> Vec<Breach> {
    if source.path == WAITS {
        return Vec::new();
    }
    let is_tests = source.path.starts_with("tests/");
    words(
        source,
        &["thread::sleep", "time::sleep", "sleep_until", "sleep_ms"],
    )
    .filter(|(at, _)| is_tests || source.is_test(*at))
    .map(|(at, what)| {
        let rule = format!("tests wait for a condition with a deadline and never sleep: {what}");
        Breach::new(source, at, rule)
    })
    .collect()
}
