//! Puts text where it can be pasted from: the buffer of the tmux server, and the clipboard of the system, which a
//! terminal fills when it is told so by an escape sequence (OSC 52). Inside of tmux, tmux tells its terminal.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::failure::{Failure, Kind};
use crate::config::Paths;

/// Puts it into the buffer of the server, and tmux passes it on to the clipboard.
///
/// # Errors
/// Why tmux does not take it.
pub(crate) fn into_tmux(paths: &Paths, text: &str) -> Result<(), Failure> {
    let refused = |error: std::io::Error| Failure::from_error(Kind::Refused, error);
    let mut child = Command::new(&paths.tmux_program)
        .arg("-S")
        .arg(&paths.tmux_socket)
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(refused)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A tmux that reads no further says why.
        let _closed = stdin.write_all(text.as_bytes());
    }
    let output = child.wait_with_output().map_err(refused)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = crate::domain::text::printable(said.trim());
    Err(Failure::new(
        Kind::Refused,
        format!("tmux did not take the text: {said}."),
    ))
}

/// What is said when it is there.
pub(crate) fn told(lines: usize) -> String {
    let lines = match lines {
        1 => "1 line".to_owned(),
        many => format!("{many} lines"),
    };
    format!("{lines} copied to the tmux buffer, and to the clipboard where the terminal allows it.")
}

/// What tells a terminal to put it into the clipboard.
pub(crate) fn escape(text: &str) -> Vec<u8> {
    format!("\x1b]52;c;{}\x07", STANDARD.encode(text)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_can_end_the_escape() {
        assert_eq!(escape("a\x07\x1b\\"), b"\x1b]52;c;YQcbXA==\x07");
    }
}
