//! Bytes that the terminal has not been fed yet. Of a flood, only the end is ever fed: what scrolls off a screen without history
//! leaves nothing behind but its colours.

use super::Size;

/// Bytes that are kept before the terminal is fed.
const FULL: usize = 256 * 1024;

/// Below this it is not worth while to leave anything out.
const WORTH_SKIPPING: usize = 8 * 1024;

/// No colours.
const RESET: &[u8] = b"\x1b[m";

/// Begins every escape sequence.
const ESC: u8 = 0x1b;

/// The bytes.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    bytes: Vec<u8>,
    /// The beginning of a character whose rest has not come.
    split: Vec<u8>,
}

impl Backlog {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= FULL
    }

    /// Everything as text, for a terminal of that size; `None` when there is nothing.
    pub(super) fn take(&mut self, size: Size) -> Option<String> {
        if self.bytes.is_empty() {
            return None;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let skipped = (bytes.len() > WORTH_SKIPPING)
            .then(|| skip(&bytes, size))
            .flatten();
        let Some((colours, rest)) = skipped else {
            return Some(self.text(&bytes));
        };
        // A character that was split before is among what is left out.
        self.split.clear();
        let mut text = String::from_utf8_lossy(&colours).into_owned();
        text.push_str(&self.text(rest));
        Some(text)
    }

    /// Bytes as text: characters may be cut anywhere, and what is no text is dropped, as tmux does. So are eight-bit control
    /// characters, which would begin sequences in the terminal: text that was decoded wrongly is full of them.
    pub(super) fn text(&mut self, bytes: &[u8]) -> String {
        self.split.extend_from_slice(bytes);
        let whole = std::mem::take(&mut self.split);
        let mut text = String::with_capacity(whole.len());
        let mut chunks = whole.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            push_text(&mut text, chunk.valid());
            let is_unfinished = chunks.peek().is_none()
                && std::str::from_utf8(chunk.invalid())
                    .is_err_and(|error| error.error_len().is_none());
            if is_unfinished {
                self.split = chunk.invalid().to_vec();
            }
        }
        text
    }
}

fn push_text(text: &mut String, more: &str) {
    // All of them begin with the same byte.
    if memchr::memchr(0xc2, more.as_bytes()).is_none() {
        text.push_str(more);
    } else {
        text.extend(more.chars().filter(|c| !matches!(c, '\u{80}'..='\u{9f}')));
    }
}

/// What has to be fed of plain output, when more than a screen of it follows: the colours that hold at a line start, and
/// everything from there on. `None` when it cannot be told.
fn skip(bytes: &[u8], size: Size) -> Option<(Vec<u8>, &[u8])> {
    let mut ends = memchr::memrchr_iter(b'\n', bytes);
    // As many to get to the bottom, and as many again until every row was made by what is fed.
    let at = ends.nth(usize::from(size.rows) * 2 + 1)?;
    let (before, rest) = bytes.split_at(at + 1);
    // Only behind a carriage return is it known where the cursor is.
    if !before.ends_with(b"\r\n") || before.len() < WORTH_SKIPPING {
        return None;
    }
    colours(before).map(|colours| (colours, rest))
}

/// The colour sequences since the last reset, with it; `None` when a sequence goes over the end. Without a reset they add to the
/// colours that the terminal has already.
fn colours(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut colours = Vec::new();
    let mut from = 0;
    while let Some(found) = memchr::memchr(ESC, bytes.get(from..)?) {
        let start = from + found;
        let end = start + sequence_len(bytes.get(start..)?)?;
        let sequence = bytes.get(start..end)?;
        match sequence {
            [ESC, b'[', b'm'] | [ESC, b'[', b'0', b'm'] => {
                colours.clear();
                colours.extend_from_slice(RESET);
            }
            [ESC, b'[', b'0'..=b'9' | b';' | b':', .., b'm'] => {
                if sequence.starts_with(b"\x1b[0;") {
                    colours.clear();
                }
                colours.extend_from_slice(sequence);
            }
            _ => {}
        }
        if colours.len() > WORTH_SKIPPING {
            return None;
        }
        from = end;
    }
    Some(colours)
}

/// Length of the escape sequence at the start; `None` when it does not end, or is of a kind that is not plain.
fn sequence_len(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'[' => {
            let end = bytes
                .iter()
                .skip(2)
                .position(|byte| !(0x20..=0x3f).contains(byte))?;
            Some(end + 3)
        }
        b']' => {
            let end = bytes.iter().position(|byte| *byte == 7 || *byte == b'\\')?;
            Some(end + 1)
        }
        b'(' | b')' => Some(3),
        b'=' | b'>' | b'\\' => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_may_be_cut_anywhere_and_what_is_no_text_is_dropped() {
        let text = "aé修🦀".as_bytes();
        for cut in 0..text.len() {
            let (mut backlog, (one, two)) = (Backlog::default(), text.split_at(cut));
            assert_eq!(backlog.text(one) + &backlog.text(two), "aé修🦀", "{cut}");
        }
        assert_eq!(Backlog::default().text(b"a\xff\xc3(b"), "a(b");
    }

    #[test]
    fn colours_since_the_last_reset_are_kept() {
        let of = |text: &str| colours(text.as_bytes()).map(|c| String::from_utf8(c).unwrap());
        assert_eq!(
            of("\x1b[1mx\x1b[0m\x1b[31my\x1b[K\x1b]0;t\x07\x1b[4m").as_deref(),
            Some("\x1b[m\x1b[31m\x1b[4m")
        );
        assert_eq!(of("x\x1b[4my").as_deref(), Some("\x1b[4m"));
        assert_eq!(of("x\x1b[3"), None);
    }
}
