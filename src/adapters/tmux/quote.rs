//! Text of others on its way into a control-mode command line. `quote` is for the command parser, `literal` for the
//! format expander behind it; an argument that tmux expands needs both, `literal` first.

/// tmux's command lines cannot carry this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// Texts end at a NUL inside tmux.
    #[error("an argument for tmux has a NUL byte at offset {at}")]
    Nul {
        /// Bytes before it.
        at: usize,
    },
}

/// One argument of a command line: whatever is in `text`, tmux reads exactly it, and it never ends the line.
///
/// # Errors
/// [`QuoteError::Nul`].
pub fn quote(text: &str) -> Result<String, QuoteError> {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for (at, character) in text.char_indices() {
        match character {
            '\0' => return Err(QuoteError::Nul { at }),
            '\'' => out.push_str(r"'\''"),
            // Only between double quotes are these two escapes and not what ends the command.
            '\n' => out.push_str(r#"'"\n"'"#),
            '\r' => out.push_str(r#"'"\r"'"#),
            other => out.push(other),
        }
    }
    out.push('\'');
    Ok(out)
}

/// `text` so that tmux's format expansion gives it back: for names, titles, paths, and every other argument
/// that tmux expands (`#(...)` in one runs a program). Not for `display-message`, which also reads `%` as a date.
pub fn literal(text: &str) -> String {
    // tmux takes `##[` for a style and leaves both marks; a bracket that comes out of a format is none.
    text.replace('#', "##").replace("#[", "##{l:[}")
}
