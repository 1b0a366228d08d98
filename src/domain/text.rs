//! Hostile text made harmless: names, titles and output are written by others and reach terminals and tmux
//! formats only through here.

/// True for characters that reorder or hide text (bidirectional controls, zero-width marks).
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{061c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` without control and invisible characters, for a terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect()
}

/// `text` for a tmux status line: printable, and without `#`, which begins formats and styles.
pub fn for_status_line(text: &str) -> String {
    printable(text).replace('#', "")
}

/// `text` as a tmux session name that means the same in every tmux version: letters, digits, `_` and `-`;
/// everything else becomes `_`. (`:` and `.` become `_` up to tmux 3.6 and cannot be targeted from 3.7 on.)
pub fn tmux_safe(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// The beginning of `text`: whole characters of at most `bytes` bytes.
pub fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_has_no_half_characters() {
        assert_eq!(beginning("a\u{e9}b", 2), "a");
        assert_eq!(beginning("a\u{e9}b", 3), "a\u{e9}");
        assert_eq!(beginning("ab", 9), "ab");
    }

    #[test]
    fn formats_and_escapes_do_not_survive() {
        assert_eq!(
            for_status_line("a#(touch x)\u{1b}[31m\u{202e}b"),
            "a(touch x)[31mb"
        );
        assert_eq!(tmux_safe("coda::a.b::pri mary"), "coda__a_b__pri_mary");
    }
}
