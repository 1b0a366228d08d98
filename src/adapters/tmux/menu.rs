//! The menu of a pane as a command line. Its entries are commands inside of a command, each of which tmux expands once more:
//! every layer is quoted for the next one, ids are all they name, and the only text of others is a title.

use async_trait::async_trait;

use super::command::Command;
use super::handle::Tmux;
use super::quote::{literal, quote, shell_word};
use crate::domain::ids::PaneId;
use crate::domain::menu::Action;
use crate::domain::text::for_status_line;
use crate::ports::mux::MuxError;
use crate::ports::plugin::{Menu, MuxPlugin, PluginNow};

/// True where the user does not want popups. tmux expands it when it shows the menu.
const NO_POPUPS: &str = "#{m/r:^(off|0|false|no)$,#{@geppetto-popup}}";

#[async_trait]
impl MuxPlugin for Tmux {
    async fn client_of(&self, pane: PaneId) -> Result<String, MuxError> {
        let list = Command::new("list-clients").flag("-F").format(&format!(
            "'#{{client_control_mode}} #{{==:#{{pane_id}},{pane}}} #{{client_activity}} #{{client_name}}'"
        ));
        let replies = self.run(list).await?;
        let rows = replies.iter().flatten().filter_map(|row| client(row));
        rows.max()
            .map(|(_, _, name)| name)
            .ok_or(MuxError::NoClient)
    }

    fn menu_command(&self, menu: &Menu) -> Vec<String> {
        let mut line = self.words_for_people(&[]);
        let mut add = |words: &[&str]| line.extend(words.iter().map(|&word| word.to_owned()));
        add(&[
            "display-menu",
            "-x",
            "C",
            "-y",
            "C",
            "-t",
            &menu.pane.to_string(),
        ]);
        add(&["-c", &menu.client]);
        let name = menu.runner.as_ref().map_or("this pane", |(_, name)| name);
        add(&["-T", &format!(" {} ", item_text(name)), "--"]);
        for action in menu.actions {
            if *action == Action::Next {
                add(&[""]);
            }
            let (text, key) = label(*action);
            add(&[&item_text(text), key, &self.entry(menu, *action)]);
        }
        line
    }

    async fn plugin(&self) -> Result<PluginNow, MuxError> {
        self.plugin_now().await
    }

    async fn uninstall(&self) -> Result<Vec<String>, MuxError> {
        self.uninstall_plugin().await
    }
}

impl Tmux {
    /// What tmux runs for an entry.
    fn entry(&self, menu: &Menu, action: Action) -> String {
        let (id, name) = menu
            .runner
            .as_ref()
            .map_or_else(Default::default, |(id, name)| {
                (id.to_string(), name.as_str())
            });
        let (id, pane) = (id.as_str(), menu.pane.to_string());
        let client = menu.client.as_str();
        match action {
            Action::Log => self.shown(client, &["popup", "logs", id]),
            Action::Dashboard => self.shown(client, &["dashboard", "--client", client]),
            Action::Next => literal(&self.said(client, &["next", "--client", client])),
            Action::Register => literal(&self.said(client, &["register", &pane])),
            Action::Pause => literal(&self.said(client, &["pause", id])),
            Action::Resume => literal(&self.said(client, &["resume", id])),
            Action::Start => literal(&self.said(client, &["start", id])),
            Action::Snooze => literal(&self.said(client, &["snooze", id])),
            Action::Stop => {
                // A prompt is expanded as a date, too, and the command once before it is read.
                let prompt = format!("Stop {}? (y/n)", item_text(name)).replace('%', "%%");
                let stop = argument(&literal(&self.said(client, &["stop", id])));
                let (prompt, client) = (argument(&prompt), argument(client));
                literal(&format!("confirm-before -t {client} -p {prompt} {stop}"))
            }
        }
    }

    /// Runs a verb and shows what it says.
    fn said(&self, client: &str, verb: &[&str]) -> String {
        let program = self.geppetto_line();
        let words: Vec<String> = program
            .iter()
            .map(String::as_str)
            .chain(["plugin", "say", "--client", client, "--"])
            .chain(verb.iter().copied())
            .map(shell_word)
            .collect();
        let line = format!("exec {}", words.join(" "));
        format!("run-shell -b {}", argument(&literal(&line)))
    }

    /// Shows a verb that needs a terminal in a popup, or in a window.
    fn shown(&self, client: &str, verb: &[&str]) -> String {
        let program = self.geppetto_line();
        let words = program
            .iter()
            .map(String::as_str)
            .chain(verb.iter().copied());
        let words: Vec<String> = words.map(argument).collect();
        let (words, client) = (words.join(" "), argument(client));
        let popup = format!("display-popup -c {client} -E -w 90% -h 90% -T ' geppetto ' {words}");
        let window = format!("new-window -n geppetto {words}");
        let [window, popup] = [window, popup].map(|choice| literal(&argument(&choice)));
        format!("if-shell -F '{NO_POPUPS}' {window} {popup}")
    }

    /// How geppetto is called for this server.
    fn geppetto_line(&self) -> [String; 3] {
        [
            self.options.geppetto.display().to_string(),
            "-S".to_owned(),
            self.options.tmux_socket.display().to_string(),
        ]
    }
}

/// Whether it shows the pane, when it was used, and its name; nothing for a control client, which has no screen.
fn client(row: &[u8]) -> Option<(bool, u64, String)> {
    let row = std::str::from_utf8(row).ok()?.strip_prefix("0 ")?;
    let (shows, row) = row.split_once(' ')?;
    let (activity, name) = row.split_once(' ')?;
    Some((shows == "1", activity.parse().ok()?, name.to_owned()))
}

/// A word of a command. What tmux cannot read is left out; an id never has such.
fn argument(text: &str) -> String {
    quote(&text.replace('\0', "")).unwrap_or_default()
}

/// Text for the eyes: as it is, without formats, and not begun with what would switch an entry off.
fn item_text(text: &str) -> String {
    let text = for_status_line(text);
    if text.starts_with('-') {
        return format!(" {text}");
    }
    text
}

const fn label(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Log => ("Log", "l"),
        Action::Pause => ("Freeze", "p"),
        Action::Resume => ("Resume", "r"),
        Action::Stop => ("Stop", "s"),
        Action::Start => ("Start again", "S"),
        Action::Snooze => ("Snooze", "z"),
        Action::Register => ("Watch this pane", "w"),
        Action::Next => ("Next that waits", "n"),
        Action::Dashboard => ("Dashboard", "d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_only_text_and_no_entry_is_switched_off() {
        assert_eq!(item_text("#(touch x) #[fg=red]"), "(touch x) [fg=red]");
        assert_eq!(item_text("-rm"), " -rm");
        assert_eq!(item_text("a-b"), "a-b");
    }

    #[test]
    fn of_the_terminals_one_that_shows_the_pane_is_chosen_and_else_the_last_one() {
        let choose = |rows: &[&str]| {
            let rows = rows.iter().filter_map(|row| client(row.as_bytes()));
            rows.max().map(|(_, _, name)| name)
        };
        let control = "1 1 900 client-7";
        assert_eq!(choose(&[control]), None);
        assert_eq!(
            choose(&[control, "0 0 5 /dev/pts/1", "0 0 9 /dev/pts/2"]).as_deref(),
            Some("/dev/pts/2")
        );
        assert_eq!(
            choose(&["0 1 5 /dev/pts/1", "0 0 9 /dev/pts/2"]).as_deref(),
            Some("/dev/pts/1")
        );
    }
}
