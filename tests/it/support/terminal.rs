//! The user's terminal: a shell in a tmux server of its own, outside of the one that is watched. Type into it,
//! look at its screen.

use super::sandbox::Sandbox;

/// A terminal of 120 columns and 40 rows.
pub(crate) struct Terminal<'a> {
    sandbox: &'a Sandbox,
}

impl<'a> Terminal<'a> {
    /// Opens it, with a shell that believes it is in no tmux.
    #[track_caller]
    pub(crate) fn open(sandbox: &'a Sandbox) -> Self {
        let terminal = Self { sandbox };
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
        let size = [
            "new-session",
            "-d",
            "-s",
            "terminal",
            "-x",
            "120",
            "-y",
            "40",
            "--",
        ];
        terminal.tmux(&[&size[..], &shell[..]].concat());
        terminal.wait_for("ready> ");
        terminal
    }

    /// Types a line and presses Enter.
    #[track_caller]
    pub(crate) fn type_line(&self, line: &str) {
        self.tmux(&["send-keys", "-t", "terminal:", "-l", line]);
        self.press("Enter");
    }

    /// Presses a key, by tmux's name for it.
    #[track_caller]
    pub(crate) fn press(&self, key: &str) {
        self.tmux(&["send-keys", "-t", "terminal:", key]);
    }

    /// What is on the screen.
    #[track_caller]
    pub(crate) fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-t", "terminal:"])
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let what = format!("{text:?} on the terminal's screen");
        self.sandbox
            .wait_until(&what, || self.screen().contains(text));
    }

    #[track_caller]
    fn tmux(&self, args: &[&str]) -> String {
        self.sandbox.tmux_on("u", args).ok()
    }
}
