//! The plugin as TPM brings it, changes it and takes it away: a clone of a real git repository, sourced as TPM sources it.
//! What TPM does is known from a look at a real one; the test with a real one is in `plugin.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Sandbox, Terminal, copy_program, write_program};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = env!("CARGO_BIN_EXE_geppetto");

/// Where TPM puts plugins.
const PLUGINS: &str = "home/.tmux/plugins";

/// A repository of what the plugin is made of and, in the place of the program's sources, one file; and a clone of it, as
/// `prefix + I` leaves one.
struct Clone<'a> {
    sandbox: &'a Sandbox,
    origin: String,
    plugin: PathBuf,
}

impl<'a> Clone<'a> {
    #[track_caller]
    fn new(sandbox: &'a Sandbox) -> Self {
        let origin = sandbox.text_path("geppetto");
        let plugin = sandbox.path(PLUGINS).join("geppetto");
        let script = format!(
            "mkdir -p '{origin}/src' && cp -R '{ROOT}/geppetto.tmux' '{ROOT}/scripts' '{origin}' && cd '{origin}' &&\n\
             printf '[package]\\nname = \"geppetto\"\\nversion = \"0.1.0\"\\n' >Cargo.toml && echo 1 >Cargo.lock &&\n\
             echo one >src/main.rs && echo target >.gitignore && git init -q && git add . && {commit}\n\
             git clone -q --single-branch --recursive 'file://{origin}' '{plugin}'",
            commit = commit("first"),
            plugin = plugin.display(),
        );
        sandbox.sh(&script).ok();
        Self {
            sandbox,
            origin,
            plugin,
        }
    }

    /// Sources it, by a path with two slashes and with a socket of tmux as stdin.
    #[track_caller]
    fn source(&self) {
        let path = format!(
            "'{}//geppetto/geppetto.tmux'",
            self.sandbox.text_path(PLUGINS)
        );
        self.sandbox.tmux(&["run-shell", &path]);
    }

    /// A commit of the author that changes the program.
    #[track_caller]
    fn author_changes(&self, line: &str) {
        let script = format!(
            "cd '{}' && echo {line} >>src/main.rs && git add . && {}",
            self.origin,
            commit(line)
        );
        self.sandbox.sh(&script).ok();
    }

    /// `prefix + U`: a pull, and the config once more.
    #[track_caller]
    fn update(&self) {
        let pull = format!(
            "cd '{}' && git pull -q && git submodule update --init --recursive",
            self.plugin.display()
        );
        self.sandbox.sh(&pull).ok();
        self.source();
    }

    /// What differs from the commit; empty when TPM can pull.
    fn changes(&self) -> String {
        let status = format!("cd '{}' && git status --porcelain", self.plugin.display());
        self.sandbox.sh(&status).ok()
    }
}

fn commit(message: &str) -> String {
    format!("git -c user.name=x -c user.email=x@y commit -qm {message}")
}

/// Stands for cargo. It notes each call, does what cargo does without `--locked` (writes another Cargo.lock), and leaves a
/// program that says which sources it is made of.
fn stand_in_cargo(sandbox: &Sandbox) {
    let bin = sandbox.path("bin");
    fs::create_dir_all(&bin).unwrap();
    let script = format!(
        "#!/bin/sh\necho \"Compiling with $*\"\necho build >>'{calls}'\n\
         case $* in *--locked*) ;; *) echo 2 >Cargo.lock ;; esac\n\
         mkdir -p \"$5/release\" || exit\n\
         printf '#!/bin/sh\\necho \"%s: $*\" >>\"{used}\"\\nexec \"{PROGRAM}\" \"$@\"\\n' \"$(tail -n 1 src/main.rs)\" >\"$5/release/new\"\n\
         chmod 755 \"$5/release/new\" && mv \"$5/release/new\" \"$5/release/geppetto\"\n",
        calls = sandbox.text_path("builds"),
        used = sandbox.text_path("used"),
    );
    write_program(&bin.join("cargo"), &script);
    let path = sandbox.sh("echo \"$PATH\"").ok();
    let path = format!("{}:{}", bin.display(), path.trim());
    sandbox.tmux(&["set-environment", "-g", "PATH", &path]);
}

fn attached(sandbox: &Sandbox) -> Terminal<'_> {
    let terminal = Terminal::open(sandbox);
    terminal.type_line(&format!("tmux -S {} attach", sandbox.text_path("t")));
    terminal.wait_for("[anchor]");
    terminal
}

fn press(terminal: &Terminal<'_>, key: &str) {
    terminal.press("C-b");
    terminal.press(key);
}

/// Presses the key for watching, and answers the offer of a build.
#[track_caller]
fn press_and_answer(terminal: &Terminal<'_>, offer: &str, answer: &str) {
    press(terminal, "G");
    terminal.wait_for(offer);
    terminal.wait_for("Build it now? [y/N]");
    terminal.type_line(answer);
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

const MISSING: &str = "is not there yet";
const UPDATED: &str = "The plugin was updated";

#[test]
fn an_update_is_offered_once_and_the_old_program_works_meanwhile() {
    let sandbox = Sandbox::new();
    let clone = Clone::new(&sandbox);
    stand_in_cargo(&sandbox);
    // The config is read before and after an install.
    clone.source();
    clone.source();
    let terminal = attached(&sandbox);
    press_and_answer(&terminal, MISSING, "y");
    terminal.wait_for("geppetto watches anchor (1 pane).");
    assert_eq!(clone.changes(), "", "TPM can pull");

    clone.author_changes("two");
    clone.update();
    let built = clone.plugin.join("target/release/geppetto");
    let published = sandbox.tmux(&["show-options", "-gv", "@geppetto_bin"]);
    assert_eq!(Path::new(&published), built, "the old program stays in use");
    let used = || lines(&sandbox.path("used"));
    fs::remove_file(sandbox.path("used")).unwrap();
    press_and_answer(&terminal, UPDATED, "n");
    terminal.wait_for("geppetto already watches anchor (1 pane).");
    // Asked once: the second press does it at once, with the old program.
    sandbox.wait_until("the message to go", || {
        !terminal.screen().contains("already watches")
    });
    press(&terminal, "G");
    terminal.wait_for("geppetto already watches anchor (1 pane).");
    let registrations = used()
        .iter()
        .filter(|line| line.starts_with("one: plugin register"))
        .count();
    assert_eq!(registrations, 2, "{:?}", used());
    assert_eq!(lines(&sandbox.path("builds")).len(), 1);

    clone.author_changes("three");
    clone.update();
    sandbox.wait_until("the message to go", || {
        !terminal.screen().contains("already watches")
    });
    press_and_answer(&terminal, UPDATED, "y");
    terminal.wait_for("geppetto already watches anchor (1 pane).");
    assert!(
        used()
            .iter()
            .any(|line| line.starts_with("three: plugin register")),
        "{:?}",
        used()
    );
    assert_eq!(lines(&sandbox.path("builds")).len(), 2);
    assert_eq!(clone.changes(), "", "TPM can pull");
}

#[test]
fn a_build_that_fails_leaves_the_old_program_as_it_is() {
    let sandbox = Sandbox::new();
    let clone = Clone::new(&sandbox);
    stand_in_cargo(&sandbox);
    clone.source();
    let terminal = attached(&sandbox);
    press_and_answer(&terminal, MISSING, "y");
    terminal.wait_for("geppetto watches anchor (1 pane).");
    clone.author_changes("two");
    clone.update();
    let cargo =
        "#!/bin/sh\necho half >\"$5/release/geppetto\"\necho 'error: no network'\nexit 101\n";
    fs::write(sandbox.path("bin/cargo"), cargo).unwrap();
    press_and_answer(&terminal, UPDATED, "y");
    terminal.wait_for("error: no network");
    terminal.wait_for("The program that is there goes on working.");
    terminal.press("Enter");
    sandbox.wait_until("the popup to close", || {
        !terminal.screen().contains("no network")
    });
    press(&terminal, "G");
    terminal.wait_for("geppetto already watches anchor (1 pane).");
    let left: Vec<_> = fs::read_dir(clone.plugin.join("target/release"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["geppetto"], "nothing of a temporary name is left");
}

#[test]
fn a_plugin_that_was_cleaned_away_fails_harmlessly_and_its_daemon_lives_on() {
    let sandbox = Sandbox::new();
    let clone = Clone::new(&sandbox);
    let built = clone.plugin.join("target/release");
    fs::create_dir_all(&built).unwrap();
    copy_program(PROGRAM, &built.join("geppetto"));
    sandbox.tmux(&["set-option", "-g", "status-right", "#{geppetto_status}"]);
    clone.source();
    let terminal = attached(&sandbox);
    press(&terminal, "G");
    terminal.wait_for("geppetto watches anchor (1 pane).");
    let daemon = sandbox.daemon().pid;
    sandbox
        .sh(&format!("rm -rf '{}'", clone.plugin.display()))
        .ok();
    press(&terminal, "G");
    // tmux says that the command is not there, on a page that q closes.
    terminal.wait_for("geppetto/scripts/press register");
    terminal.press("q");
    sandbox.wait_until("the page to close", || {
        !terminal.screen().contains("scripts/press")
    });
    assert_eq!(sandbox.daemon().pid, daemon, "the same daemon");
    assert_eq!(sandbox.runners().len(), 1);
    let pane = sandbox.runners()[0].pane_id.clone().unwrap();
    sandbox.type_into(&pane, "echo $((20 + 2)) lives");
    sandbox.wait_until("what is printed afterwards", || {
        sandbox
            .geppetto(&["logs", "anchor"])
            .ok()
            .contains("22 lives")
    });
    let text = sandbox.geppetto(&["doctor"]).stdout;
    assert!(text.contains("which is gone: its keys fail."), "{text}");
}

#[test]
fn a_server_that_lives_for_milliseconds_leaves_nothing_behind() {
    let sandbox = Sandbox::without_tmux();
    let clone = Clone::new(&sandbox);
    let config = sandbox.path("tmux.conf");
    let plugin = format!("{}//geppetto/geppetto.tmux", sandbox.text_path(PLUGINS));
    fs::write(
        &config,
        format!(
            "set -g @geppetto-bin '{PROGRAM}'\nrun-shell '{plugin}'\nrun-shell 'echo >>{}'\n",
            sandbox.text_path("loaded")
        ),
    )
    .unwrap();
    // As TPM's scripts for the command line do: a server without a session, for one question, several times.
    for _ in 0..3 {
        let ask = format!(
            "tmux -S '{}' -f '{}' start-server \\; show-environment -g TMUX_PLUGIN_MANAGER_PATH || :",
            sandbox.text_path("t"),
            config.display()
        );
        sandbox.sh(&ask).ok();
        sandbox.wait_until("the server to go", || sandbox.processes().is_empty());
    }
    assert!(sandbox.path("loaded").exists(), "the config was read");
    assert!(
        !sandbox.path("state/geppetto").exists(),
        "no daemon was started"
    );
    assert_eq!(clone.changes(), "");
}

#[test]
fn a_home_with_a_space_is_no_matter() {
    let sandbox = Sandbox::new();
    let home = sandbox.path("a home");
    sandbox
        .sh(&format!(
            "mkdir '{0}' && cp -R '{ROOT}/geppetto.tmux' '{ROOT}/scripts' '{0}'",
            home.display()
        ))
        .ok();
    sandbox.tmux(&["set-environment", "-g", "HOME", home.to_str().unwrap()]);
    sandbox.tmux(&["set-option", "-g", "@geppetto-bin", "~/bin/geppetto"]);
    fs::create_dir(home.join("bin")).unwrap();
    std::os::unix::fs::symlink(PROGRAM, home.join("bin/geppetto")).unwrap();
    sandbox.tmux(&["run-shell", "\"$HOME\"/geppetto.tmux"]);
    let bin = sandbox.tmux(&["show-options", "-gv", "@geppetto_bin"]);
    assert_eq!(Path::new(&bin), home.join("bin/geppetto"));
    let terminal = attached(&sandbox);
    press(&terminal, "G");
    terminal.wait_for("geppetto watches anchor (1 pane).");
}
