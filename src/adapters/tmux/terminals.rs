//! Reaching people: which terminals show what, the bell of a pane, sequences for its terminal, lines on a terminal.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::command::Command;
use super::handle::Tmux;
use super::limits::{ECHO_DEADLINE, MESSAGE_CHARS, TEXT_LIMIT};
use super::purpose::Request;
use super::tty;
use crate::domain::ids::PaneId;
use crate::domain::notice::{OscNumber, Terminal};
use crate::domain::text::printable;
use crate::ports::mux::MuxError;
use crate::ports::terminals::Terminals;

#[async_trait]
impl Terminals for Tmux {
    async fn terminals(&self) -> Result<Vec<Terminal>, MuxError> {
        // Without focus events tmux never learns that a terminal is not looked at.
        let fields = format!(
            "'#{{client_control_mode}} #{{||:#{{m:*focused*,#{{client_flags}}}},#{{!:#{{focus-events}}}}}} \
             #{{session_id}} #{{pane_id}} #{{={TEXT_LIMIT}:client_name}}'"
        );
        let list = Command::new("list-clients").flag("-F").format(&fields);
        let replies = self.run(list).await?;
        Ok(replies.iter().flatten().filter_map(read).collect())
    }

    async fn ring(&self, pane: PaneId) -> Result<(), MuxError> {
        self.put(pane, Bytes::from_static(b"\x07")).await
    }

    async fn announce(&self, pane: PaneId, number: OscNumber, text: &str) -> Result<(), MuxError> {
        self.put(pane, enveloped(number, text).into()).await
    }

    async fn say(&self, terminal: &str, text: &str) -> Result<(), MuxError> {
        let text: String = printable(text).chars().take(MESSAGE_CHARS).collect();
        // What a format gives is not read as one again, so the text travels in a variable, in which nothing is special.
        let set = Command::new("set-environment")
            .flag("-gh")
            .flag("geppetto_notice")
            .text(&text)?;
        let show = Command::new("display-message")
            .flag("-c")
            .text(terminal)?
            .flag("-d")
            .flag("1500")
            .flag("'#{geppetto_notice}'");
        let unset = Command::new("set-environment")
            .flag("-gu")
            .flag("geppetto_notice");
        self.run(set.then(&show).then(&unset)).await.map(drop)
    }
}

impl Tmux {
    /// Writes into the terminal of a pane, and returns when tmux has read it or should have.
    async fn put(&self, pane: PaneId, bytes: Bytes) -> Result<(), MuxError> {
        let path = self.tty_of(pane).await?;
        let (seen, was_seen) = oneshot::channel();
        let expected = bytes.clone();
        self.ask("display-message", |answer| Request::Expect {
            pane,
            bytes: expected,
            seen,
            answer,
        })
        .await?;
        tty::write(&path, &bytes)?;
        // Of a pane that nobody follows it is not told.
        let _unseen = timeout(ECHO_DEADLINE, was_seen).await;
        Ok(())
    }

    /// The terminal of a pane. That of a dead one may be another pane's by now.
    async fn tty_of(&self, pane: PaneId) -> Result<PathBuf, MuxError> {
        let no_pane = || MuxError::NoPane {
            target: pane.to_string(),
        };
        let question = Command::new("display-message")
            .flag("-p")
            .flag("-t")
            .id(pane)
            .flag("'#{pane_dead} #{pane_tty}'");
        let replies = self.run(question).await.map_err(|error| match error {
            MuxError::Command { message, .. } if message.starts_with("can't find pane") => {
                no_pane()
            }
            other => other,
        })?;
        let row = replies.first().and_then(|rows| rows.first());
        let path = row.and_then(|row| row.strip_prefix(b"0 "));
        let path = path.filter(|path| !path.is_empty()).ok_or_else(no_pane)?;
        Ok(std::ffi::OsStr::from_bytes(path).into())
    }
}

/// A row of clients; `None` for our own and for what is no row.
fn read(row: &Bytes) -> Option<Terminal> {
    let row = String::from_utf8_lossy(row);
    let mut fields = row.splitn(5, ' ');
    let is_control = fields.next()? == "1";
    let focused = fields.next()? == "1";
    let terminal = Terminal {
        session: fields.next()?.parse().ok()?,
        pane: fields.next()?.parse().ok()?,
        name: fields.next()?.to_owned(),
        focused,
    };
    (!is_control).then_some(terminal)
}

/// The sequence in tmux's envelope, in which every escape is doubled.
fn enveloped(number: OscNumber, text: &str) -> Vec<u8> {
    let text = printable(text);
    let sequence = match number {
        OscNumber::Nine => format!("\x1b]9;{text}\x07"),
        OscNumber::SevenHundredSeventySeven => {
            // The title ends at a semicolon, the text may have some.
            format!("\x1b]777;notify;geppetto;{text}\x07")
        }
    };
    format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_read_and_our_own_clients_left_out() {
        let read = |row: &'static str| read(&Bytes::from_static(row.as_bytes()));
        let terminal = read("0 1 $3 %7 a name").unwrap();
        assert_eq!(
            (terminal.name.as_str(), terminal.pane, terminal.focused),
            ("a name", PaneId(7), true)
        );
        assert!(!read("0 0 $3 %7 /dev/pts/1").unwrap().focused);
        assert_eq!(read("1 1 $3 %7 client-9"), None);
        assert_eq!(read("0 1  "), None);
    }

    #[test]
    fn no_text_ends_its_sequence() {
        let hostile = "a\x07\x1b\\\u{9c}b;c";
        assert_eq!(
            enveloped(OscNumber::Nine, hostile),
            b"\x1bPtmux;\x1b\x1b]9;a\\b;c\x07\x1b\\"
        );
        assert_eq!(
            enveloped(OscNumber::SevenHundredSeventySeven, "x"),
            b"\x1bPtmux;\x1b\x1b]777;notify;geppetto;x\x07\x1b\\"
        );
    }
}
