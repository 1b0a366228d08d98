//! A tmux with the plugin in it, and the person who presses its keys.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Sandbox, Terminal, copy_program, write_program};

/// The tree under test.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_geppetto");

/// The option that names it, and its value.
pub(crate) const PROGRAM_OPTION: (&str, &str) = ("@geppetto-bin", PROGRAM);

/// A sandbox whose tmux has loaded the plugin, with the program under test.
pub(crate) fn loaded() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.tmux(&["set-option", "-g", "@geppetto-bin", PROGRAM]);
    load(&sandbox);
    sandbox
}

/// Loads the plugin as TPM does: by its path, from inside the server.
#[track_caller]
pub(crate) fn load(sandbox: &Sandbox) {
    sandbox.tmux(&["run-shell", &format!("'{ROOT}//geppetto.tmux'")]);
}

/// What a key of the prefix table does.
pub(crate) fn binding(sandbox: &Sandbox, key: &str) -> Option<String> {
    let keys = sandbox.tmux(&["list-keys", "-T", "prefix"]);
    keys.lines().find_map(|line| {
        let (name, command) = line
            .strip_prefix("bind-key")?
            .split_once("prefix")?
            .1
            .trim()
            .split_once(' ')?;
        (name == key).then(|| command.trim().to_owned())
    })
}

/// A program of the test's own, in the sandbox's `bin`.
pub(crate) fn program(sandbox: &Sandbox, name: &str, script: &str) -> PathBuf {
    let path = sandbox.path("bin").join(name);
    fs::create_dir_all(sandbox.path("bin")).unwrap();
    write_program(&path, &format!("#!/bin/sh\n{script}\n"));
    path
}

/// A terminal with a client of the watched server in it.
pub(crate) fn attached<'a>(sandbox: &'a Sandbox, session: &str) -> Terminal<'a> {
    let terminal = Terminal::open(sandbox);
    terminal.type_line(&format!(
        "tmux -S {} attach -t '{session}'",
        sandbox.text_path("t")
    ));
    sandbox.wait_until("a client", || !sandbox.tmux(&["list-clients"]).is_empty());
    terminal
}

/// Presses the prefix and a key.
pub(crate) fn press_prefix(terminal: &Terminal<'_>, key: &str) {
    terminal.press("C-b");
    terminal.press(key);
}

/// Copies what a clone has, without a build, to a directory with a space in its name.
pub(crate) fn unbuilt_copy(sandbox: &Sandbox) -> PathBuf {
    fn copy(from: &Path, to: &Path) {
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let name = entry.unwrap().file_name();
                copy(&from.join(&name), &to.join(&name));
            }
        } else {
            copy_program(from, to);
        }
    }
    let plugin = sandbox.path("plug in");
    fs::create_dir(&plugin).unwrap();
    for name in ["geppetto.tmux", "scripts"] {
        copy(&Path::new(ROOT).join(name), &plugin.join(name));
    }
    sandbox.tmux(&[
        "run-shell",
        &format!("'{}/geppetto.tmux'", plugin.display()),
    ]);
    plugin
}

/// Lets tmux find the test's own programs first.
#[track_caller]
pub(crate) fn with_first_in_path(sandbox: &Sandbox) {
    let path = sandbox.sh("echo \"$PATH\"").ok();
    let path = format!("{}:{}", sandbox.text_path("bin"), path.trim());
    sandbox.tmux(&["set-environment", "-g", "PATH", &path]);
}
