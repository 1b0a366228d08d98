//! The rules about the repository as a whole and about files of any type.

use std::fs;
use std::path::Path;

/// A file of the repository that is text.
pub(crate) struct Text {
    /// Relative to the repository, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

/// Every text file of the repository but build results and the repository's own records.
pub(crate) fn all(root: &Path) -> Vec<Text> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        let entries = fs::read_dir(&directory).expect("a directory of the repository is readable");
        for entry in entries {
            let path = entry
                .expect("a directory of the repository is readable")
                .path();
            let inside = path
                .strip_prefix(root)
                .expect("it was found under the root");
            let inside = inside.to_string_lossy().replace('\\', "/");
            let is_left_out = [
                "target",
                "fuzz/target",
                "fuzz/corpus",
                "fuzz/artifacts",
                ".git",
            ]
            .contains(&inside.as_str());
            if is_left_out || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push(Text { path: inside, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Places of one machine, and hosts that only it can reach. Put together here, so that this file has none.
fn private_words() -> Vec<String> {
    let slash = |name: &str| format!("/{name}/");
    let mut words = vec![slash("work"), slash("root")];
    words.extend(["index.crates", "replace-with", "CARGO_REGISTRIES"].map(str::to_owned));
    words
}

/// Nothing of the machine on which it was built is in the files.
pub(crate) fn no_private_places(file: &Text) -> Vec<String> {
    if file.path.starts_with("tests/tidy/") {
        return Vec::new();
    }
    let lines = || (1..).zip(file.text.lines());
    let private = private_words();
    let mut found: Vec<String> = lines()
        .flat_map(|(number, line)| {
            private
                .iter()
                .filter(move |word| line.contains(word.as_str()))
                .map(move |word| (number, word))
        })
        .map(|(number, word)| {
            format!(
                "{}:{number}: a place of one machine does not belong here: {word}",
                file.path
            )
        })
        .collect();
    if file.path.ends_with("Cargo.lock") {
        found.extend(
            lines()
                .filter(|(_, line)| line.starts_with("source = "))
                .filter(|(_, line)| {
                    !line.contains("\"registry+https://github.com/rust-lang/crates.io-index\"")
                })
                .map(|(number, line)| {
                    format!(
                        "{}:{number}: every crate comes from crates.io: {line}",
                        file.path
                    )
                }),
        );
    }
    found
}

/// Every verb of the command line has a test: in its own file, or by name among the integration tests.
pub(crate) fn untested_verbs(files: &[Text]) -> Vec<String> {
    files
        .iter()
        .filter_map(|file| {
            let name = file
                .path
                .strip_prefix("src/cli/cmd/")?
                .strip_suffix(".rs")?;
            let verb = name.split('/').next()?.replace('_', "-");
            let is_tested = name == "mod"
                || file.text.contains("#[cfg(test)]")
                || files.iter().any(|test| {
                    test.path.starts_with("tests/it/") && test.text.contains(&format!("\"{verb}\""))
                });
            (!is_tested).then(|| format!("{}:1: the verb {verb} has no test", file.path))
        })
        .collect()
}

/// The words of the design, each explained in the crate's documentation.
const WORDS: &[&str] = &[
    "runner",
    "kind",
    "session key",
    "epoch",
    "log entry",
    "status",
    "evidence",
    "port / adapter",
];

/// Words that `src/lib.rs` does not explain.
pub(crate) fn unexplained_words(lib: &str) -> Vec<String> {
    let docs: Vec<&str> = lib.lines().filter(|line| line.starts_with("//!")).collect();
    WORDS
        .iter()
        .filter(|word| {
            !docs
                .iter()
                .any(|line| line.contains(&format!("**{word}**")))
        })
        .map(|word| format!("src/lib.rs:1: the word \"{word}\" is not explained"))
        .collect()
}

fn text(path: &str, text: &str) -> Text {
    Text {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn private_places_are_found() {
    for word in private_words() {
        assert_eq!(
            no_private_places(&text("README.md", &format!("a\nsee {word}x"))).len(),
            1
        );
    }
    let lock = "source = \"registry+https://mirror.example/index\"";
    assert_eq!(no_private_places(&text("Cargo.lock", lock)).len(), 1);
    assert!(no_private_places(&text("README.md", "target/network is fine")).is_empty());
}

#[test]
fn a_verb_without_a_test_is_found() {
    let verb = || text("src/cli/cmd/stop.rs", "fn run() {}");
    assert_eq!(untested_verbs(&[verb()]).len(), 1);
    assert!(untested_verbs(&[verb(), text("tests/it/a.rs", "geppetto(&[\"stop\"])")]).is_empty());
    assert!(
        untested_verbs(&[text("src/cli/cmd/stop.rs", "#[cfg(test)]\nmod tests {}")]).is_empty()
    );
}

#[test]
fn an_unexplained_word_is_found() {
    assert_eq!(
        unexplained_words("//! - **runner**: a program").len(),
        WORDS.len() - 1
    );
}
