//! Who may import whom: the table of the design, held against every path in `src` that leads into this crate,
//! whether it stands in a `use` or in the middle of the code.

use super::rules::Breach;
use super::source::{Name, Source};

/// A layer and the beginnings of the paths that it may name, besides its own.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    (
        "main",
        &[
            "bootstrap",
            "cli",
            "config",
            "daemon_stdio",
            "logging",
            "supervise",
        ],
    ),
    (
        "bootstrap",
        &[
            "adapters",
            "app",
            "config",
            "daemon",
            "daemon_stdio",
            "domain",
            "logging",
            "ports",
            "supervise",
            "web",
            "wire",
        ],
    ),
    ("logging", &["config"]),
    ("daemon", &["app", "config", "domain", "ports", "wire"]),
    ("web", &["app", "config", "domain", "wire"]),
    (
        "cli",
        &[
            "config",
            "daemon_stdio",
            "domain::ids",
            "domain::kind",
            "domain::outflow",
            "domain::personal",
            "domain::redact",
            "domain::screen_fixture",
            "domain::segment",
            "domain::survey",
            "domain::text",
            "domain::tmux_version",
            "tui",
            "wire",
        ],
    ),
    ("tui", &["config", "domain::ids", "domain::text", "wire"]),
    ("daemon_stdio", &[]),
    ("supervise", &["domain::ids", "wire"]),
    ("adapters", &["config", "domain", "ports"]),
    (
        "app",
        &["config::KeepWindow", "config::Settings", "domain", "ports"],
    ),
    ("ports", &["config", "domain"]),
    ("wire", &["domain"]),
    ("config", &["domain"]),
    ("domain", &[]),
    // Compiled for tests only; one contract test per port runs against the fake and the real one.
    (
        "testkit",
        &[
            "adapters",
            "app",
            "config",
            "daemon",
            "domain",
            "ports",
            "supervise",
            "wire",
        ],
    ),
];

/// Holds one file against the table.
pub(crate) fn imports(source: &Source) -> Vec<Breach> {
    let Some(module) = module_of(&source.path) else {
        return Vec::new();
    };
    let own = layer(&module);
    if own == "lib" {
        return Vec::new();
    }
    let top = module.first().map_or("", String::as_str);
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == top) else {
        return vec![Breach::new(
            source,
            0,
            format!("the module {top} has no line in the table of imports (tests/tidy/imports.rs)"),
        )];
    };
    source
        .names
        .iter()
        .filter_map(|name| {
            let target = target(&module, source, name)?;
            let is_allowed = target.is_empty()
                || begins(&target, &own)
                || allowed.iter().any(|prefix| begins(&target, prefix))
                || (source.is_test(name.offset) && begins(&target, "testkit"));
            (!is_allowed).then(|| {
                Breach::new(
                    source,
                    name.offset,
                    format!("{own} must not import {}", target.join("::")),
                )
            })
        })
        .collect()
}

/// The module that a file of `src` is, from the crate's root.
fn module_of(path: &str) -> Option<Vec<String>> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    Some(inside.split('/').map(str::to_owned).collect())
}

/// The layer of a module: adapters are one layer each, so that they cannot import each other.
fn layer(module: &[String]) -> String {
    match module {
        [top, adapter, ..] if top == "adapters" => format!("{top}::{adapter}"),
        [top, ..] => top.clone(),
        [] => String::new(),
    }
}

/// Where in this crate a path leads to; `None` when it leads out of it.
fn target(module: &[String], source: &Source, name: &Name) -> Option<Vec<String>> {
    let (first, rest) = name.parts.split_first()?;
    if first == "crate" || (first == "geppetto" && source.path == "src/main.rs") {
        return Some(rest.to_vec());
    }
    let supers = name
        .parts
        .iter()
        .take_while(|part| *part == "super")
        .count();
    if supers == 0 {
        return None;
    }
    // In a test module of the file, the first `super` is the file itself.
    let up =
        supers - usize::from(source.is_test(name.offset) && source.text.contains("mod tests {"));
    let kept = module.len().saturating_sub(up);
    Some([&module[..kept], &name.parts[supers..]].concat())
}

fn begins(target: &[String], prefix: &str) -> bool {
    prefix
        .split("::")
        .enumerate()
        .all(|(at, part)| target.get(at).is_some_and(|here| here == part))
}

#[test]
fn the_table_of_imports_can_be_broken() {
    let broken = [
        ("src/domain/a.rs", "use crate::ports::mux::Mux;"),
        ("src/domain/a.rs", "fn f() { crate::app::run() }"),
        ("src/domain/a.rs", "use super::super::wire::Event;"),
        ("src/ports/a.rs", "use crate::wire;"),
        ("src/wire/a.rs", "use crate::app::x;"),
        ("src/app/a.rs", "use crate::adapters::tmux::Tmux;"),
        ("src/app/a.rs", "use crate::config::Paths;"),
        ("src/app/a.rs", "use crate::testkit::FakeMux;"),
        ("src/adapters/git.rs", "use crate::adapters::tmux::quote;"),
        ("src/adapters/tmux/a.rs", "use super::super::git::x;"),
        ("src/adapters/tmux/a.rs", "use crate::{domain, wire};"),
        ("src/cli/cmd/list.rs", "use crate::domain::runner::Runner;"),
        ("src/tui/app.rs", "use crate::app::x;"),
        ("src/tui/app.rs", "use crate::cli::client::Client;"),
        ("src/daemon/a.rs", "use crate::adapters::tmux::Tmux;"),
        ("src/supervise/a.rs", "use crate::config::Paths;"),
        ("src/main.rs", "use geppetto::domain::ids::Pid;"),
        ("src/bootstrap.rs", "use crate::cli::Args;"),
        ("src/helpers.rs", "fn f() {}"),
    ];
    for (path, text) in broken {
        assert_eq!(
            imports(&Source::new(path, text, false)).len(),
            1,
            "{path}: {text}"
        );
    }
    let whole = [
        (
            "src/domain/a.rs",
            "use super::ids::Pid; use crate::domain::exit::Exit;",
        ),
        (
            "src/app/a.rs",
            "use crate::config::Settings; use crate::{domain::ids::Pid, ports};",
        ),
        (
            "src/app/a.rs",
            "#[cfg(test)]\nmod tests { use super::super::b; use crate::testkit::X; }",
        ),
        (
            "src/adapters/tmux/client/a.rs",
            "use crate::adapters::tmux::quote; use std::io;",
        ),
        ("src/main.rs", "use geppetto::{bootstrap, cli};"),
        ("src/bootstrap.rs", "use crate::adapters::tmux::Tmux;"),
    ];
    for (path, text) in whole {
        let found = imports(&Source::new(path, text, false));
        assert!(found.is_empty(), "{path}: {text}: {found:?}");
    }
}
