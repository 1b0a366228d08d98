//! Bytes of a pane on their way to a person's terminal: what draws stays; what asks the terminal something, sets its title or its
//! clipboard, moves its window or speaks past tmux is dropped.

/// Begins every escape sequence.
const ESC: u8 = 0x1b;

/// Longest control sequence that is kept whole to decide on it; a longer one is dropped.
const LONGEST: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Text,
    /// Behind an ESC.
    Escape,
    /// Within `ESC [`.
    Control,
    /// Within an operating system command, whose text decides.
    Command,
    /// Within a string that is dropped to its end.
    Dropped,
    /// Behind an ESC within a string.
    StringEscape { dropped: bool },
}

/// The filter. Keeps its state over pieces, which may be cut anywhere.
#[derive(Debug, Default)]
pub struct Outflow {
    state: State,
    pending: Vec<u8>,
}

impl Outflow {
    /// What may go out of these bytes.
    pub fn filter(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            self.step(*byte, &mut out);
        }
        out
    }

    fn step(&mut self, byte: u8, out: &mut Vec<u8>) {
        match self.state {
            State::Text if byte == ESC => self.begin(byte),
            // A bell rings, an answerback is a question.
            State::Text if byte == 0x05 => {}
            State::Text => out.push(byte),
            State::Escape => self.escape(byte, out),
            State::Control => {
                self.keep(byte);
                if (0x40..=0x7e).contains(&byte) {
                    if !is_question(&self.pending) {
                        out.extend_from_slice(&self.pending);
                    }
                    self.state = State::Text;
                } else if byte == ESC {
                    self.begin(byte);
                }
            }
            State::Command | State::Dropped => {
                let dropped = self.state == State::Dropped;
                match byte {
                    ESC => self.state = State::StringEscape { dropped },
                    0x07 => self.end_string(dropped, b"\x07", out),
                    0x18 | 0x1a => self.state = State::Text,
                    _ if !dropped => self.keep(byte),
                    _ => {}
                }
            }
            State::StringEscape { dropped } => {
                if byte == b'\\' {
                    self.end_string(dropped, b"\x1b\\", out);
                } else {
                    // The string was broken off; what follows is another sequence.
                    self.begin(ESC);
                    self.escape(byte, out);
                }
            }
        }
    }

    fn begin(&mut self, byte: u8) {
        self.pending.clear();
        self.pending.push(byte);
        self.state = State::Escape;
    }

    fn keep(&mut self, byte: u8) {
        if self.pending.len() < LONGEST {
            self.pending.push(byte);
        }
    }

    fn escape(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.pending.push(byte);
        self.state = match byte {
            b'[' => State::Control,
            b']' => State::Command,
            b'P' | b'_' | b'^' | b'X' | b'k' => State::Dropped,
            ESC => {
                self.begin(ESC);
                return;
            }
            // Intermediate characters: the sequence goes on.
            0x20..=0x2f => State::Escape,
            // Identify yourself.
            b'Z' => State::Text,
            _ => {
                out.extend_from_slice(&self.pending);
                State::Text
            }
        };
    }

    /// Hyperlinks draw; titles, clipboards, colours and notifications do something to the terminal itself.
    fn end_string(&mut self, dropped: bool, terminator: &[u8], out: &mut Vec<u8>) {
        self.state = State::Text;
        if !dropped && self.pending.starts_with(b"\x1b]8;") && self.pending.len() < LONGEST {
            out.extend_from_slice(&self.pending);
            out.extend_from_slice(terminator);
        }
    }
}

/// True for control sequences that make the terminal answer, move its window, or set up its keyboard and mouse.
fn is_question(sequence: &[u8]) -> bool {
    let Some((&last, rest)) = sequence.split_last() else {
        return true;
    };
    let body = rest.get(2..).unwrap_or_default();
    match last {
        // Device attributes and status, window operations, version.
        b'c' | b'n' | b't' => true,
        b'q' => body.starts_with(b">"),
        b'p' => body.ends_with(b"$"),
        b'u' => {
            body.starts_with(b"?")
                || body.starts_with(b">")
                || body.starts_with(b"<")
                || body.starts_with(b"=")
        }
        b'm' => body.starts_with(b">") || body.starts_with(b"?"),
        // Mouse, focus, pastes: answers to things that happen in somebody else's terminal.
        b'h' | b'l' => body.strip_prefix(b"?").is_some_and(|modes| {
            modes.split(|byte| *byte == b';').any(|mode| {
                matches!(
                    mode,
                    b"9" | b"1000"
                        | b"1001"
                        | b"1002"
                        | b"1003"
                        | b"1004"
                        | b"1005"
                        | b"1006"
                        | b"1015"
                        | b"1016"
                        | b"2004"
                        | b"2031"
                        | b"2048"
                )
            })
        }),
        _ => rest.len() + 1 >= LONGEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(text: &str) -> String {
        String::from_utf8(Outflow::default().filter(text.as_bytes())).unwrap()
    }

    #[test]
    fn what_draws_stays() {
        for text in [
            "plain é\r\n\t\x07",
            "\x1b[1;31mred\x1b[0m\x1b[2J\x1b[3;4H\x1b[?25l\x1b[?1049h\x1b[2 q",
            "\x1b(0lqk\x1b(B\x1b7\x1b8\x1bM",
            "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\",
        ] {
            assert_eq!(filtered(text), text);
        }
    }

    #[test]
    fn what_asks_or_sets_the_terminal_is_dropped() {
        for text in [
            "\x1b[c",
            "\x1b[>c",
            "\x1b[6n",
            "\x1b[?6n",
            "\x1b[14t",
            "\x1b[>q",
            "\x1b[?2026$p",
            "\x1b[?u",
            "\x1b[>1u",
            "\x1b]0;title\x07",
            "\x1b]52;c;aGk=\x1b\\",
            "\x1b]11;?\x07",
            "\x1bktitle\x1b\\",
            "\x1bPtmux;\x1b\x1b[c\x1b\\",
            "\x1b_apc\x1b\\",
            "\x1bZ",
            "\x05",
            "\x1b[?1003h",
            "\x1b[?2004h",
            "\x1bP+q544e\x1b\\",
        ] {
            let left = filtered(&format!("a{text}b"));
            assert!(
                !left.contains('\x1b') || text.contains("tmux"),
                "{text:?}: {left:?}"
            );
            assert!(
                left.starts_with('a') && left.ends_with('b'),
                "{text:?}: {left:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn it_is_the_same_wherever_the_stream_is_cut(bytes in proptest::collection::vec(
            proptest::prop_oneof![proptest::sample::select(b"\x1b[]P;?0hcmJk\\\x07 a".to_vec()), proptest::prelude::any::<u8>()], 0..200,
        )) {
            let whole = Outflow::default().filter(&bytes);
            let mut cut = Outflow::default();
            let single: Vec<u8> = bytes.iter().flat_map(|byte| cut.filter(&[*byte])).collect();
            proptest::prop_assert_eq!(whole, single);
        }
    }
}
