//! Control characters that tmux 3.4 and 3.5 spell out in replies (`\033` for ESC). They do not double backslashes, so a pane that
//! shows the text `\033]52;` looks like one that has the sequence: only what a capture is made of is read back, which is colours and
//! the change of character sets. Pure.
//!
//! Invariant: no text of a pane becomes a sequence that does anything but colour.

use bytes::Bytes;
use memchr::memmem;

/// ESC, spelled out.
const ESC: &[u8] = b"\\033";

/// Begins a hyperlink, which a capture has since 3.4.
const LINK: &[u8] = b"\\033]8;";

/// Ends it.
const LINK_END: &[u8] = b"\\033\\";

/// True for versions that spell control characters out.
pub(super) fn spells(version: &str) -> bool {
    let is = |release: &str| {
        let rest = version.strip_prefix(release);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    is("3.4") || is("3.5")
}

/// A row of a capture with its colours as sequences. Hyperlinks are left out.
pub(super) fn read_row(row: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(row.len());
    let mut rest = row;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (text, spelled) = rest.split_at(at);
        out.extend_from_slice(text);
        rest = if let Some(behind) = spelled.strip_prefix(b"\\016") {
            out.push(b'\x0e');
            behind
        } else if let Some(behind) = spelled.strip_prefix(b"\\017") {
            out.push(b'\x0f');
            behind
        } else if let Some((parameters, behind)) = colour(spelled) {
            out.extend_from_slice(b"\x1b[");
            out.extend_from_slice(parameters);
            out.push(b'm');
            behind
        } else if let Some(behind) = behind_link(spelled) {
            behind
        } else {
            let (backslash, behind) = spelled.split_at(1);
            out.extend_from_slice(backslash);
            behind
        };
    }
    out.extend_from_slice(rest);
    out.into()
}

/// The parameters of the colour sequence that begins here, and what is behind it.
fn colour(spelled: &[u8]) -> Option<(&[u8], &[u8])> {
    let parameters = spelled.strip_prefix(ESC)?.strip_prefix(b"[")?;
    let is_parameter = |byte: &u8| matches!(byte, b'0'..=b'9' | b';' | b':');
    let len = parameters
        .iter()
        .take_while(|byte| is_parameter(byte))
        .count();
    let (parameters, last) = parameters.split_at(len);
    Some((parameters, last.strip_prefix(b"m")?))
}

fn behind_link(spelled: &[u8]) -> Option<&[u8]> {
    let link = spelled.strip_prefix(LINK)?;
    let end = memmem::find(link, LINK_END)?;
    link.get(end + LINK_END.len()..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_character_sets_are_read_back() {
        assert_eq!(
            read_row(br"a\033[1;38;5;9mred\033[0m \016qqx\017 \033[4:3m~"),
            &b"a\x1b[1;38;5;9mred\x1b[0m \x0eqqx\x0f \x1b[4:3m~"[..]
        );
        assert_eq!(
            read_row(br"see \033]8;id=1;http://x/\033\here\033]8;;\033\."),
            &b"see here."[..]
        );
    }

    #[test]
    fn text_of_a_pane_does_not_become_a_sequence() {
        for text in [
            r"C:\new\table",
            r"printf '\033]52;c;aGk=\007'",
            r"\033[2J\033[1;1H\033c\007\015",
            r"\033[31",
            r"\033]8;;never ended",
            r"\\",
            r"\",
            "",
        ] {
            assert_eq!(read_row(text.as_bytes()), text.as_bytes());
        }
    }

    #[test]
    fn two_releases_spell() {
        for version in ["3.4", "3.5", "3.5a"] {
            assert!(spells(version), "{version}");
        }
        for version in ["3.3a", "3.6b", "3.7c", "3.40", "next-3.8", "master", ""] {
            assert!(!spells(version), "{version}");
        }
    }
}
