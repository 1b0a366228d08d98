//! The colours and the set of characters with which a captured row begins. tmux says them where they change, across the ends of
//! rows, so a row alone does not tell.
//!
//! Invariant: holds at most one sequence for each colour, so it stays small however long the capture is.

use memchr::memchr3;

/// What was said so far in one capture.
#[derive(Debug, Clone, Default)]
pub(super) struct Pen {
    codes: Vec<(Kind, Vec<u8>)>,
    /// Letters stand for lines, since SO.
    draws: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Attributes,
    Text,
    Ground,
    Underline,
}

impl Pen {
    /// Says it to a terminal that has the plain pen and set of characters.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (_, code) in &self.codes {
            out.extend_from_slice(code);
        }
        if self.draws {
            out.push(b'\x0e');
        }
    }

    /// Goes on behind a row.
    pub(super) fn follow(&mut self, row: &[u8]) {
        let mut rest = row;
        while let Some(at) = memchr3(b'\x1b', b'\x0e', b'\x0f', rest) {
            let (_text, behind) = rest.split_at(at);
            rest = match behind {
                [b'\x1b', b'[', parameters @ ..] => self.sequence(behind, parameters),
                [b'\x0e', behind @ ..] => {
                    self.draws = true;
                    behind
                }
                [b'\x0f', behind @ ..] => {
                    self.draws = false;
                    behind
                }
                [_, behind @ ..] => behind,
                [] => &[],
            };
        }
    }

    /// Takes a sequence, and returns what is behind it.
    fn sequence<'a>(&mut self, whole: &'a [u8], parameters: &'a [u8]) -> &'a [u8] {
        let Some(len) = parameters
            .iter()
            .position(|byte| (b'@'..=b'~').contains(byte))
        else {
            return &[];
        };
        let (code, behind) = whole.split_at((len + 3).min(whole.len()));
        let (said, last) = parameters.split_at(len);
        if last.first() != Some(&b'm') {
            return behind;
        }
        let digits = said.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let first: Option<u32> = std::str::from_utf8(said.get(..digits).unwrap_or_default())
            .ok()
            .and_then(|number| number.parse().ok());
        let kind = match first {
            None | Some(0) => {
                self.codes.clear();
                Kind::Attributes
            }
            Some(30..=39 | 90..=97) => Kind::Text,
            Some(40..=49 | 100..=107) => Kind::Ground,
            Some(58 | 59) => Kind::Underline,
            Some(_) => Kind::Attributes,
        };
        let replaces = |known: &(Kind, Vec<u8>)| match kind {
            Kind::Attributes => known.1 == code,
            colour @ (Kind::Text | Kind::Ground | Kind::Underline) => known.0 == colour,
        };
        self.codes.retain(|known| !replaces(known));
        self.codes.push((kind, code.to_vec()));
        behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(rows: &[&str]) -> String {
        let mut pen = Pen::default();
        for row in rows {
            pen.follow(row.as_bytes());
        }
        let mut out = Vec::new();
        pen.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_said_last_goes_on() {
        assert_eq!(behind(&["plain"]), "");
        assert_eq!(behind(&["a\x1b[31mred", "still"]), "\x1b[31m");
        assert_eq!(
            behind(&["\x1b[1m\x1b[31m\x1b[44mx", "\x1b[38;5;9m"]),
            "\x1b[1m\x1b[44m\x1b[38;5;9m"
        );
        assert_eq!(behind(&["\x1b[1m\x1b[31mx", "\x1b[0;4my"]), "\x1b[0;4m");
        assert_eq!(behind(&["\x1b[0m\x0eqq", "x\x0f"]), "\x1b[0m");
        assert_eq!(behind(&["\x0eqq", "x"]), "\x0e");
    }

    #[test]
    fn what_is_cut_or_no_colour_is_nothing() {
        assert_eq!(
            behind(&["\x1b[31", "\x1b", "\x1b[", "\x1b]8;;m\x1b\\", "\x1b[2K"]),
            ""
        );
    }

    #[test]
    fn a_long_capture_leaves_little() {
        let rows = vec!["\x1b[1m\x1b[31ma\x1b[32mb\x1b[41mc"; 5000];
        assert!(behind(&rows).len() < 20);
    }
}
