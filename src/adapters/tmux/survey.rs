//! One look at a tmux server, for `doctor`: a single process of tmux that prints everything and leaves. Attaches nothing and
//! starts no server.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;
use tokio::time::timeout;

use super::limits::ONE_SHOT_DEADLINE;
use crate::domain::survey::{Binding, Respawner, Survey, Terminal};

/// The options that are looked at: tmux's own that matter to us, and those of the plugin.
const OPTIONS: [&str; 19] = [
    "allow-passthrough",
    "default-terminal",
    "focus-events",
    "mouse",
    "set-clipboard",
    "status",
    "status-interval",
    "status-left",
    "status-left-length",
    "status-right",
    "status-right-length",
    "@geppetto-bin",
    "@geppetto-dashboard-key",
    "@geppetto-icons",
    "@geppetto-key",
    "@geppetto-popup",
    "@geppetto_bin",
    "@geppetto_plugin",
    "@geppetto_status",
];

/// Stands before each part of the answer; what it is of follows.
const MARK: &str = "::geppetto ";

/// Looks at the server of that socket; `None` when there is none.
///
/// # Errors
/// When tmux cannot be started, refuses, or does not answer in time.
pub async fn survey(program: &Path, socket: &Path) -> io::Result<Option<Survey>> {
    if UnixStream::connect(socket).is_err() {
        return Ok(None);
    }
    let mut command = Command::new(program);
    command
        .args(["-u", "-S"])
        .arg(socket)
        .args(questions())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(ONE_SHOT_DEADLINE, command.output())
        .await
        .map_err(|_elapsed| io::Error::from(io::ErrorKind::TimedOut))??;
    let answer = String::from_utf8_lossy(&output.stdout);
    // The last question fails where there is no session yet; all others have been answered by then.
    if !answer.contains(&format!("{MARK}clients")) {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(reason));
    }
    Ok(Some(read(&answer)))
}

/// The whole command line, with a mark before each answer.
fn questions() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut ask = |name: &str, command: &[&str]| {
        words.extend(["display-message", "-p"].map(str::to_owned));
        words.push(format!("{MARK}{name}"));
        words.push(";".to_owned());
        words.extend(command.iter().map(ToString::to_string));
        words.push(";".to_owned());
    };
    ask("version", &["display-message", "-p", "#{version}"]);
    ask("PATH", &["display-message", "-p", "#{PATH}"]);
    for option in OPTIONS {
        ask(option, &["show-options", "-gqv", option]);
    }
    ask("keys", &["list-keys"]);
    ask("hooks", &["show-hooks", "-g"]);
    ask("hooks", &["show-hooks", "-gw"]);
    let format = "#{client_control_mode}|#{client_utf8}|#{client_termname}|#{client_termfeatures}|#{client_name}";
    ask("clients", &["list-clients", "-F", format]);
    words.pop();
    words
}

fn read(answer: &str) -> Survey {
    let mut survey = Survey::default();
    for part in answer.split(MARK).skip(1) {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        // tmux prints an empty line for an option that is empty, and nothing for one that is not set.
        let Some(text) = text.strip_suffix('\n') else {
            continue;
        };
        match name {
            "version" => text.clone_into(&mut survey.version),
            "PATH" => text.clone_into(&mut survey.search_path),
            "keys" => survey.keys.extend(text.lines().filter_map(binding)),
            "hooks" => survey.respawners.extend(text.lines().filter_map(hook)),
            "clients" => survey.terminals.extend(text.lines().filter_map(terminal)),
            option => {
                survey.options.insert(option.to_owned(), text.to_owned());
            }
        }
    }
    let keys = survey.keys.iter().filter(|key| respawns(&key.command));
    survey.respawners.extend(keys.map(|binding| Respawner::Key {
        table: binding.table.clone(),
        key: binding.key.clone(),
    }));
    survey
}

/// `bind-key -r -T prefix Up select-pane -U`
fn binding(line: &str) -> Option<Binding> {
    let (table, rest) = line.split_once("-T ")?.1.trim_start().split_once(' ')?;
    let (key, command) = rest.trim_start().split_once(' ')?;
    Some(Binding {
        table: table.to_owned(),
        key: key.trim_start_matches('\\').to_owned(),
        command: command.trim_start().to_owned(),
    })
}

/// `pane-died[0] respawn-pane -k`; tmux also lists the hooks that do nothing, with their names alone.
fn hook(line: &str) -> Option<Respawner> {
    let (name, command) = line.split_once(' ')?;
    respawns(command).then(|| Respawner::Hook(name.to_owned()))
}

/// True for commands that respawn, also under tmux's short names, without those of a menu.
fn respawns(command: &str) -> bool {
    let mut words = command.split(|c: char| !c.is_ascii_alphabetic() && c != '-');
    let names = ["respawn-pane", "respawn-window", "respawnp", "respawnw"];
    words.any(|word| names.contains(&word)) && !command.contains("display-menu ")
}

fn terminal(line: &str) -> Option<Terminal> {
    let mut fields = line.splitn(5, '|');
    let is_control = fields.next()? == "1";
    let utf8 = fields.next()? == "1";
    let term = fields.next()?.to_owned();
    let features = fields.next()?.split(',').filter(|word| !word.is_empty());
    let features = features.map(str::to_owned).collect();
    let name = fields.next()?.to_owned();
    (!is_control).then_some(Terminal {
        name,
        term,
        features,
        utf8,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_part_by_part() {
        let answer = "::geppetto version\n3.3a\n::geppetto PATH\n/bin\n\
            ::geppetto @geppetto-key\n\n::geppetto mouse\non\n::geppetto @geppetto-bin\n\
            ::geppetto keys\nbind-key    -T prefix       \\\"  split-window\nbind-key -r -T prefix Up select-pane -U\n\
            bind-key -T root F5 respawn-window\nbind-key -T prefix > display-menu Respawn R { respawn-pane -k }\n\
            ::geppetto hooks\npane-exited\npane-died[0] respawn-pane -k\npane-exited[0] display-message respawned\n\
            ::geppetto clients\n0|1|xterm-256color|256,RGB|/dev/pts/3\n1|0|||client-7\n";
        let survey = read(answer);
        assert_eq!(
            (survey.version.as_str(), survey.search_path.as_str()),
            ("3.3a", "/bin")
        );
        assert_eq!(survey.option("@geppetto-key"), Some(""), "set to nothing");
        assert_eq!(survey.option("@geppetto-bin"), None, "not set");
        assert_eq!(survey.option("mouse"), Some("on"));
        assert_eq!(survey.key("prefix", "\""), Some("split-window"));
        assert_eq!(survey.key("prefix", "Up"), Some("select-pane -U"));
        let key = Respawner::Key {
            table: "root".to_owned(),
            key: "F5".to_owned(),
        };
        let hook = Respawner::Hook("pane-died[0]".to_owned());
        assert_eq!(survey.respawners, [hook, key]);
        let [terminal] = &survey.terminals[..] else {
            panic!("{:?}", survey.terminals);
        };
        assert_eq!(terminal.features, ["256", "RGB"]);
        assert_eq!(
            (terminal.utf8, terminal.name.as_str()),
            (true, "/dev/pts/3")
        );
    }
}
