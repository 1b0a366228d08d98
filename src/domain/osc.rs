//! What a program tells its terminal besides what it draws: title, progress, notifications, the bell. Read off the bytes, in any pieces.

/// Longest sequence that is read to its end; what is longer is left out. Titles are a line, and links are not wanted.
const LONGEST: usize = 1024;

/// One thing told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The title (OSC 0 and 2); hostile text.
    Title(String),
    /// Progress (OSC 9;4): true while there is some, false when it is taken away.
    Progress(bool),
    /// A notification (OSC 9, 99, 777): its rows, the title first if it has one; hostile text.
    Notification(String),
    /// The bell.
    Bell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Text,
    Escape,
    /// Within a sequence.
    Within,
    /// Behind an escape within one: its end, if a backslash follows.
    WithinEscape,
}

/// The reader.
#[derive(Debug, Clone, Default)]
pub struct OscReader {
    at: At,
    text: Vec<u8>,
}

impl OscReader {
    /// What these bytes tell, in order.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Told> {
        let mut told = Vec::new();
        let mut rest = bytes;
        while let Some(first) = rest.first() {
            rest = match self.at {
                At::Text => self.in_text(rest, &mut told),
                At::Escape => {
                    self.at = match first {
                        b']' => At::Within,
                        0x1b => At::Escape,
                        _ => At::Text,
                    };
                    self.text.clear();
                    rest.get(1..).unwrap_or_default()
                }
                At::Within => self.within(rest, &mut told),
                // tmux wants each escape twice of what is not for itself.
                At::WithinEscape if *first == 0x1b => rest.get(1..).unwrap_or_default(),
                At::WithinEscape if *first == b'\\' => {
                    told.extend(self.end());
                    rest.get(1..).unwrap_or_default()
                }
                At::WithinEscape => {
                    // Cut off by another sequence.
                    self.at = At::Escape;
                    rest
                }
            };
        }
        told
    }

    fn in_text<'a>(&mut self, bytes: &'a [u8], told: &mut Vec<Told>) -> &'a [u8] {
        let Some(found) = memchr::memchr2(0x1b, 0x07, bytes) else {
            return &[];
        };
        if bytes.get(found) == Some(&0x1b) {
            self.at = At::Escape;
        } else {
            told.push(Told::Bell);
        }
        bytes.get(found + 1..).unwrap_or_default()
    }

    fn within<'a>(&mut self, bytes: &'a [u8], told: &mut Vec<Told>) -> &'a [u8] {
        let found = memchr::memchr2(0x1b, 0x07, bytes);
        let part = bytes
            .get(..found.unwrap_or(bytes.len()))
            .unwrap_or_default();
        let room = (LONGEST + 1).saturating_sub(self.text.len());
        self.text
            .extend_from_slice(part.get(..room).unwrap_or(part));
        let Some(found) = found else { return &[] };
        if bytes.get(found) == Some(&0x07) {
            told.extend(self.end());
        } else {
            self.at = At::WithinEscape;
        }
        bytes.get(found + 1..).unwrap_or_default()
    }

    fn end(&mut self) -> Option<Told> {
        self.at = At::Text;
        let text = std::mem::take(&mut self.text);
        if text.len() > LONGEST {
            return None;
        }
        let text = String::from_utf8_lossy(&text);
        let (code, rest) = text.split_once(';')?;
        match code {
            "0" | "2" => Some(Told::Title(rest.to_owned())),
            "9" => match rest.split_once(';') {
                Some(("4", progress)) => Some(Told::Progress(!progress.starts_with('0'))),
                // Other orders to the terminal have a number, too.
                Some((order, _)) if order.parse::<u8>().is_ok() => None,
                _ => Some(Told::Notification(rest.to_owned())),
            },
            "777" => rest
                .strip_prefix("notify;")
                .map(|text| Told::Notification(text.replacen(';', "\n", 1))),
            // A question about what the terminal can do is none, and what is encoded is not read.
            "99" => rest
                .split_once(';')
                .filter(|(about, _)| !about.split(':').any(|one| matches!(one, "p=?" | "e=1")))
                .map(|(_, text)| Told::Notification(text.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: &[u8] = b"text\x1b]0;one; two\x07\x1b[1m\x07\x1b]2;\x1b\\\x1b]9;4;3;50\x1b\\\x1b]9;4;0\x07\x1b]9;done\x07\x1b]9;9;/here\x07\x1b]777;notify;a;b;c\x07\x1b]777;other\x07\x1bPtmux;\x1b\x1b]9;within; all\x1b\x1b\\\x1b\\\x1bPtmux;\x1b\x1b]99;i=1;hi\x07\x1b\\\x1b]99;e=1;aGk=\x07\x1b]8;;http://x\x07link\x1b]8;;\x07\x1b]99;i=1:p=?;\x07\x1b]2;cut\x1b]0;whole\x07";

    fn all() -> Vec<Told> {
        vec![
            Told::Title("one; two".to_owned()),
            Told::Bell,
            Told::Title(String::new()),
            Told::Progress(true),
            Told::Progress(false),
            Told::Notification("done".to_owned()),
            Told::Notification("a\nb;c".to_owned()),
            Told::Notification("within; all".to_owned()),
            Told::Notification("hi".to_owned()),
            Told::Title("whole".to_owned()),
        ]
    }

    #[test]
    fn a_sequence_without_end_takes_no_memory() {
        let mut reader = OscReader::default();
        reader.push(b"\x1b]0;");
        for _ in 0..1000 {
            assert_eq!(reader.push(&[b'x'; 1000]), []);
        }
        assert!(reader.text.len() <= LONGEST + 1);
        assert_eq!(reader.push(b"\x07"), []);
        let told = reader.push(b"\x1b]0;next\x07");
        assert_eq!(told, [Told::Title("next".to_owned())]);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(cuts in proptest::collection::vec(0..ALL.len(), 0..12)) {
            let mut cuts = cuts;
            cuts.extend([0, ALL.len()]);
            cuts.sort_unstable();
            let mut reader = OscReader::default();
            let told: Vec<Told> = cuts
                .windows(2)
                .flat_map(|pair| reader.push(&ALL[pair[0]..pair[1]]))
                .collect();
            prop_assert_eq!(told, all());
        }
    }
}
