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
/// An argument that begins with `-` is still an option: put `--` before the first that is not one.
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

/// One word of a line for `/bin/sh`, also when it is one of fish.
pub(super) fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `text` so that tmux's format expansion gives it back: for names, titles, paths, and every other argument
/// that tmux expands (`#(...)` in one runs a program). Not for `display-message`, which also reads `%` as a date.
pub fn literal(text: &str) -> String {
    // tmux takes `##[` for a style and leaves both marks; a bracket that comes out of a format is none.
    text.replace('#', "##").replace("#[", "##{l:[}")
}

#[cfg(test)]
mod live;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_one_argument() {
        let table = [
            ("", "''"),
            ("plain", "'plain'"),
            ("it's", r"'it'\''s'"),
            ("a\nb\r", r#"'a'"\n"'b'"\r"''"#),
            ("%0:on", "'%0:on'"),
            (r#"$HOME "~" \ ; {}"#, r#"'$HOME "~" \ ; {}'"#),
            ("日本", "'日本'"),
        ];
        for (text, quoted) in table {
            assert_eq!(quote(text).as_deref(), Ok(quoted));
        }
        assert_eq!(quote("ab\0"), Err(QuoteError::Nul { at: 2 }));
    }

    #[test]
    fn formats_and_styles_are_taken_literally() {
        assert_eq!(literal("#(touch x) #{pid}"), "##(touch x) ##{pid}");
        assert_eq!(literal("##"), "####");
        assert_eq!(literal("#[fg=red]"), "###{l:[}fg=red]");
        assert_eq!(literal("##[x"), "#####{l:[}x");
        assert_eq!(literal("[#]"), "[##]");
    }
}
