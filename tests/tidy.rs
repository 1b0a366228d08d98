//! Keeps the house in order: reads the source tree and fails where it breaks a rule of the design, naming the
//! file, the line and the rule. Beside each rule stands a test that shows that it can fail.

#![expect(
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;

use std::path::Path;

use files::Text;
use rules::Breach;
use source::Source;

type Rule = fn(&Source) -> Vec<Breach>;

fn repository() -> Vec<Text> {
    files::all(Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// Every Rust file, with what only the tests compile marked as such.
fn sources() -> Vec<Source> {
    let files = repository();
    let rust = || files.iter().filter(|file| file.path.ends_with(".rs"));
    let for_tests: Vec<String> = rust()
        .filter(|file| file.path.starts_with("src/"))
        .flat_map(|file| Source::new(&file.path, &file.text, false).test_modules())
        .collect();
    rust()
        .map(|file| {
            let only_tests = file.path.starts_with("tests/")
                || for_tests.iter().any(|module| {
                    file.path
                        .strip_prefix(module.as_str())
                        .is_some_and(|rest| rest.starts_with(['.', '/']))
                });
            Source::new(&file.path, &file.text, only_tests)
        })
        .collect()
}

fn hold(rule: Rule) {
    let sources = sources();
    assert!(sources.len() > 30, "the source tree was not found");
    let found: Vec<Breach> = sources.iter().flat_map(rule).collect();
    assert!(found.is_empty(), "\n{}", lines(&found));
}

fn lines<T: std::fmt::Debug>(found: &[T]) -> String {
    found.iter().map(|one| format!("{one:?}\n")).collect()
}

/// The rule finds exactly one breach in each of `broken`, and none in `whole`; both are paths and texts.
fn can_fail(rule: Rule, broken: &[(&str, &str)], whole: &[(&str, &str)]) {
    for (path, text) in broken {
        let found = rule(&Source::new(path, text, false));
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
    }
    for (path, text) in whole {
        let found = rule(&Source::new(path, text, false));
        assert!(found.is_empty(), "{path}: {text}: {found:?}");
    }
}

#[test]
fn imports_follow_the_design() {
    hold(imports::imports);
}

#[test]
fn the_domain_is_pure() {
    hold(rules::pure_domain);
    can_fail(
        rules::pure_domain,
        &[
            ("src/domain/a.rs", "use std::{fmt, fs};"),
            ("src/domain/a.rs", "fn f() { tokio::task::yield_now() }"),
            ("src/domain/a.rs", "use serde_json::Value;"),
            ("src/domain/a.rs", "async fn f() {}"),
            ("src/domain/a.rs", "fn f(at: Instant) {}"),
        ],
        &[
            (
                "src/domain/a.rs",
                "use std::time::Duration; // tokio, Instant",
            ),
            ("src/app/a.rs", "use tokio::sync::mpsc;"),
        ],
    );
}

#[test]
fn only_the_tmux_adapter_knows_tmux_syntax() {
    hold(rules::tmux_syntax);
    can_fail(
        rules::tmux_syntax,
        &[
            ("src/app/a.rs", "let a = \"new-window -d\";"),
            ("src/cli/cmd/a.rs", "let a = [\"tmux\", \"send-keys\"];"),
            ("src/daemon/a.rs", "let a = \"#{pane_id}\";"),
        ],
        &[
            (
                "src/app/a.rs",
                "/// as `new-window` does\nlet a = \"kill-tmux-session\";",
            ),
            ("src/adapters/tmux/a.rs", "let a = \"new-window\";"),
            (
                "src/daemon/a.rs",
                "let a = \"A pane's id is its #{pane_id}.\";",
            ),
            (
                "src/app/a.rs",
                "#[cfg(test)]\nmod tests { const A: &str = \"new-window\"; }",
            ),
        ],
    );
}

#[test]
fn only_the_task_tree_spawns() {
    hold(rules::one_spawner);
    can_fail(
        rules::one_spawner,
        &[
            ("src/app/a.rs", "fn f() { tokio::spawn(g()); }"),
            ("src/app/a.rs", "use tokio::task::JoinSet;"),
            ("src/adapters/a.rs", "fn f() { spawn_local(g); }"),
        ],
        &[
            (
                "src/app/a.rs",
                "fn f() { Command::new(a).spawn(); tasks.spawn(name, g()); }",
            ),
            ("src/daemon/tasks.rs", "use tokio::task::JoinSet;"),
        ],
    );
}

#[test]
fn only_the_output_prints() {
    hold(rules::one_printer);
    can_fail(
        rules::one_printer,
        &[
            ("src/app/a.rs", "fn f() { println!(); }"),
            ("src/cli/cmd/a.rs", "fn f() { eprint!(); }"),
            ("src/cli/a.rs", "fn f() { let out = std::io::stdout(); }"),
        ],
        &[
            ("src/cli/output.rs", "fn f() { println!(); }"),
            ("src/app/a.rs", "// println!(a)"),
        ],
    );
}

#[test]
fn only_the_config_reads_the_environment() {
    hold(rules::one_environment);
    can_fail(
        rules::one_environment,
        &[
            ("src/app/a.rs", "fn f() { std::env::var(A); }"),
            ("src/cli/a.rs", "use std::env; fn f() { env::vars_os(); }"),
        ],
        &[
            ("src/config/paths.rs", "fn f() { std::env::var(A); }"),
            (
                "src/cli/a.rs",
                "const A: &str = env!(); fn f() { std::env::args_os(); }",
            ),
        ],
    );
}

#[test]
fn every_file_says_what_it_is() {
    hold(rules::head);
    can_fail(
        rules::head,
        &[("src/a.rs", "use a::b;\n//! late")],
        &[("src/a.rs", "//! What it is.\n")],
    );
}

#[test]
fn no_file_is_too_long() {
    hold(rules::length);
    let code = "//\n".repeat(401);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(300));
    let long_with_tests = format!("{}{tests}", "//\n".repeat(390));
    let whole = format!("{}{tests}", "//\n".repeat(200));
    can_fail(
        rules::length,
        &[("src/a.rs", &code), ("src/a.rs", &long_with_tests)],
        &[("src/a.rs", &whole)],
    );
}

#[test]
fn nothing_is_left_for_later() {
    hold(rules::finished);
    can_fail(
        rules::finished,
        &[
            ("src/a.rs", "// TODO: more"),
            ("src/a.rs", "fn f() { unimplemented!() }"),
            ("tests/it/a.rs", "#[ignore = \"slow\"]\nfn f() {}"),
        ],
        &[("tests/it/a.rs", "let a = \"TODO\";")],
    );
}

#[test]
fn no_test_sleeps() {
    hold(rules::no_sleep_in_tests);
    can_fail(
        rules::no_sleep_in_tests,
        &[
            ("tests/it/a.rs", "fn f() { std::thread::sleep(a); }"),
            (
                "src/app/a.rs",
                "#[cfg(test)]\nmod tests { fn f() { tokio::time::sleep(a); } }",
            ),
        ],
        &[
            (
                "tests/it/support/wait.rs",
                "fn f() { std::thread::sleep(a); }",
            ),
            ("src/app/a.rs", "fn f() { tokio::time::sleep(a); }"),
        ],
    );
}

#[test]
fn every_verb_has_a_test() {
    let found = files::untested_verbs(&repository());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn nothing_of_one_machine_is_in_the_files() {
    let found: Vec<String> = repository()
        .iter()
        .flat_map(files::no_private_places)
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_words_of_the_design_are_explained() {
    let lib = repository()
        .into_iter()
        .find(|file| file.path == "src/lib.rs");
    let found = files::unexplained_words(&lib.map(|file| file.text).unwrap_or_default());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
