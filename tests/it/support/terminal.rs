//! The user's terminal: a shell in a tmux server of its own, outside of the one that is watched. Type into it,
//! look at its screen.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::sandbox::Sandbox;

/// Makes the names of terminals differ, so that one can follow another.
static OPENED: AtomicUsize = AtomicUsize::new(0);

/// A terminal of 120 columns and 40 rows; closed when dropped.
pub(crate) struct Terminal<'a> {
    sandbox: &'a Sandbox,
    name: String,
}

impl<'a> Terminal<'a> {
    /// Opens it, with a shell that believes it is in no tmux.
    #[track_caller]
    pub(crate) fn open(sandbox: &'a Sandbox) -> Self {
        let terminal = Self {
            sandbox,
            name: format!("terminal-{}", OPENED.fetch_add(1, Ordering::Relaxed)),
        };
        // The server stays when a terminal is closed, so that the next one does not meet its end.
        let stay = ["set-option", "-g", "exit-empty", "off", ";"];
        let size = ["-x", "120", "-y", "40", "--"];
        let new = ["new-session", "-d", "-s", &terminal.name];
        let shell = [
            "env",
            "-u",
            "TMUX",
            "-u",
            "TMUX_PANE",
            "PS1=ready> ",
            "sh",
            "-i",
        ];
        terminal.tmux(&[&["start-server", ";"], &stay[..], &new, &size, &shell].concat());
        terminal.wait_for("ready>");
        terminal
    }

    /// Types a line and presses Enter.
    #[track_caller]
    pub(crate) fn type_line(&self, line: &str) {
        self.send(line);
        self.press("Enter");
    }

    /// Sends text, or the bytes of a key or click, as they are.
    #[track_caller]
    pub(crate) fn send(&self, text: &str) {
        self.tmux(&["send-keys", "-t", &self.target(), "-l", text]);
    }

    /// Clicks at a column and row, from 1, as a terminal says it to a program that wants the mouse.
    #[track_caller]
    pub(crate) fn click(&self, column: u16, row: u16) {
        self.send(&format!(
            "\u{1b}[<0;{column};{row}M\u{1b}[<0;{column};{row}m"
        ));
    }

    /// Presses a key, by tmux's name for it.
    #[track_caller]
    pub(crate) fn press(&self, key: &str) {
        self.tmux(&["send-keys", "-t", &self.target(), key]);
    }

    /// Makes it another size.
    #[track_caller]
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let size = ["-x", &columns, "-y", &rows];
        self.tmux(&[&["resize-window", "-t", &self.target()], &size[..]].concat());
    }

    /// What is on the screen.
    #[track_caller]
    pub(crate) fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-t", &self.target()])
    }

    /// What is on the screen, with colours as escape sequences.
    #[track_caller]
    pub(crate) fn colours(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-e", "-t", &self.target()])
    }

    /// The last row of the screen.
    #[track_caller]
    pub(crate) fn bottom(&self) -> String {
        self.screen().lines().last().unwrap_or_default().to_owned()
    }

    /// From now on, writes every byte that comes to the terminal into a file of the sandbox.
    #[track_caller]
    pub(crate) fn record(&self, name: &str) {
        let file = self.sandbox.text_path(name);
        self.tmux(&[
            "pipe-pane",
            "-t",
            &self.target(),
            &format!("exec cat >'{file}'"),
        ]);
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let what = format!("{text:?} on the terminal's screen");
        self.sandbox
            .wait_until(&what, || self.screen().contains(text));
    }

    fn target(&self) -> String {
        format!("={}:", self.name)
    }

    #[track_caller]
    fn tmux(&self, args: &[&str]) -> String {
        self.sandbox.tmux_on("u", args).ok()
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        // Its shell may have been left already.
        let _closed = self
            .sandbox
            .tmux_on("u", &["kill-session", "-t", &self.target()]);
    }
}

#[test]
fn what_is_typed_into_a_terminal_is_run() {
    let sandbox = Sandbox::new();
    for round in 0..2 {
        let terminal = Terminal::open(&sandbox);
        terminal.type_line(&format!("echo $((20 + {round})) ${{TMUX:-outside}}"));
        terminal.wait_for(&format!("{} outside", 20 + round));
        terminal.type_line(&format!("tmux -S {} attach", sandbox.text_path("t")));
        terminal.wait_for("[anchor]");
    }
}
