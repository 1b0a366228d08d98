//! Turns the bytes that a pane printed into readable lines: escape sequences are interpreted just enough to
//! drop them, and nothing but printable text comes out.
//!
//! It is not a terminal: a full-screen program that redraws its screen gives a line per redrawn row.

use std::mem;
use std::sync::Arc;

use super::text::is_invisible;

/// Longest line; a longer one is cut into several entries.
pub const MAX_LINE_BYTES: usize = 4096;

/// Begins every escape sequence.
const ESC: u8 = 0x1b;

/// The assembler of one pane's stream. Chunks may be cut anywhere, also within a character or a sequence.
#[derive(Default)]
pub struct LineAssembler {
    parser: vte::Parser,
    lines: Lines,
    /// The beginning of a character whose rest has not come yet: vte 0.15 loses the character after one that is
    /// split over two calls (alacritty/vte#159).
    split: Vec<u8>,
}

impl std::fmt::Debug for LineAssembler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineAssembler")
            .field("pending", &self.lines.pending)
            .finish_non_exhaustive()
    }
}

/// What [`LineAssembler::push_plain`] made of its bytes.
#[derive(Debug)]
pub struct Plain {
    /// The lines that were completed, each with the offset in the bytes behind which it was.
    pub lines: Vec<(usize, Arc<str>)>,
    /// Where the first sequence begins that addresses the screen; what comes from there on was not taken.
    pub stopped: Option<usize>,
}

impl LineAssembler {
    /// Feeds bytes and returns the lines that they completed, in order, each with the offset behind which it was complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<(usize, Arc<str>)> {
        self.lines.stops = false;
        self.feed(bytes).lines
    }

    /// The same, but only as long as the program just appends: up to the first sequence that addresses the screen.
    pub fn push_plain(&mut self, bytes: &[u8]) -> Plain {
        self.lines.stops = true;
        self.feed(bytes)
    }

    /// True when nothing is pending, so that what comes next begins a line.
    pub fn is_at_start(&self) -> bool {
        self.split.is_empty()
            && self.lines.pending.is_empty()
            && !self.lines.returned
            && !self.lines.in_sequence
    }

    fn feed(&mut self, bytes: &[u8]) -> Plain {
        let joined;
        let earlier = self.split.len();
        let whole = if earlier == 0 {
            bytes
        } else {
            self.split.extend_from_slice(bytes);
            joined = mem::take(&mut self.split);
            &joined
        };
        let (complete, split) = whole.split_at(whole.len() - split_character(whole));
        let stopped = self.advance(complete);
        if stopped.is_none() {
            self.split.extend_from_slice(split);
        }
        let mut lines = mem::take(&mut self.lines.done);
        for (offset, _) in &mut lines {
            *offset = offset.saturating_sub(earlier);
        }
        Plain {
            lines,
            stopped: stopped.map(|at| at.saturating_sub(earlier)),
        }
    }

    /// Plain text goes past the parser in runs, which is what keeps up with a flood; the parser sees escape sequences
    /// only, from their ESC to the byte that ends them. Returns where it stopped, if it did.
    fn advance(&mut self, whole: &[u8]) -> Option<usize> {
        let (mut bytes, mut sequence) = (whole, 0);
        while !bytes.is_empty() {
            let at = whole.len() - bytes.len();
            let used = if self.lines.in_sequence {
                // Not past the next ESC: after a sequence that it ignored, the parser takes text with the ESC behind it.
                let rest = bytes.get(1..).unwrap_or_default();
                let end = memchr::memchr(ESC, rest).map_or(bytes.len(), |at| at + 1);
                let part = bytes.get(..end).unwrap_or_default();
                self.lines.at = at + end;
                self.parser.advance_until_terminated(&mut self.lines, part)
            } else {
                let text = memchr::memchr(ESC, bytes).unwrap_or(bytes.len());
                self.lines.at = at;
                self.lines.text(bytes.get(..text).unwrap_or_default());
                self.lines.in_sequence = text < bytes.len();
                sequence = at + text;
                text
            };
            if mem::take(&mut self.lines.addressed) {
                self.lines.in_sequence = false;
                self.parser = vte::Parser::default();
                return Some(sequence.min(self.lines.stopped_at.take().unwrap_or(sequence)));
            }
            bytes = bytes.get(used..).unwrap_or_default();
        }
        None
    }

    /// The unfinished line so far.
    pub fn unfinished(&self) -> &str {
        &self.lines.pending
    }

    /// Ends the unfinished line, if there is one: the stream is over.
    pub fn finish(&mut self) -> Option<Arc<str>> {
        let split = mem::take(&mut self.split);
        self.lines.stops = false;
        self.advance(&split);
        self.lines.end_if_any();
        mem::take(&mut self.lines.done).pop().map(|(_, line)| line)
    }
}

/// Length of the incomplete UTF-8 character at the end of `bytes`: 0 to 3.
fn split_character(bytes: &[u8]) -> usize {
    for (len, byte) in (1..=3).zip(bytes.iter().rev()) {
        let needed = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if len < needed { len } else { 0 };
    }
    0
}

/// True for sequences after which text no longer just goes on where it was: cursor movements, scrolling, inserting and deleting,
/// the alternate screen, a hidden cursor. Colours, erasing the rest of a line, steps to the right, queries, and modes of input do not
/// count.
fn addresses_screen(params: &vte::Params, marks: &[u8], action: char) -> bool {
    match (marks, action) {
        ([], 'm' | 'K' | 'C' | 'a' | 'n' | 'c' | 't' | 'q') => false,
        ([b'?' | b'>' | b'<' | b'='], 'm' | 'n' | 'c' | 'u' | 'q' | 'p' | 't') => false,
        ([b' ' | b'$' | b'"' | b'!'], 'q' | 'p') => !marks.ends_with(b"$") && action == 'p',
        ([b'?'], 'h' | 'l') => params.iter().any(|param| {
            matches!(
                param.first(),
                Some(3 | 5 | 6 | 7 | 25 | 45 | 47 | 69 | 1045 | 1047 | 1048 | 1049 | 2026)
            )
        }),
        ([b'?', b'$'], 'p') => false,
        _ => true,
    }
}

/// What the parser writes into.
#[derive(Default)]
struct Lines {
    pending: String,
    /// A carriage return was seen: the next character overwrites the line from its start.
    returned: bool,
    /// An escape sequence has begun and not ended.
    in_sequence: bool,
    /// Whether to stop at what addresses the screen, whether it was met, and where, when that was within text.
    stops: bool,
    addressed: bool,
    stopped_at: Option<usize>,
    /// Offset in the bytes of what is being taken.
    at: usize,
    done: Vec<(usize, Arc<str>)>,
}

impl Lines {
    /// Text without escape sequences.
    fn text(&mut self, bytes: &[u8]) {
        for run in bytes.split_inclusive(|byte| byte.is_ascii_control()) {
            self.at += run.len();
            let (run, control) = match run {
                [text @ .., control] if control.is_ascii_control() => (text, Some(*control)),
                text => (text, None),
            };
            for chunk in run.utf8_chunks() {
                self.run(chunk.valid());
                // A single byte of that range is an eight-bit control character, as the parser has it too.
                if !matches!(chunk.invalid(), [] | [0x80..=0x9f]) {
                    self.put(char::REPLACEMENT_CHARACTER);
                }
            }
            match control {
                // Another character set: letters become lines of a box.
                Some(0x0e | 0x0f) if self.stops => {
                    self.addressed = true;
                    self.stopped_at = Some(self.at - 1);
                    return;
                }
                Some(control) => self.control(control),
                None => {}
            }
        }
    }

    /// Text without ASCII control characters.
    fn run(&mut self, text: &str) {
        let fits = self.pending.len() + text.len() < MAX_LINE_BYTES;
        if text.is_empty() {
        } else if fits && text.is_ascii() {
            if mem::take(&mut self.returned) {
                self.pending.clear();
            }
            self.pending.push_str(text);
        } else {
            text.chars().for_each(|c| self.put(c));
        }
    }

    fn put(&mut self, c: char) {
        if c.is_control() || is_invisible(c) {
            return;
        }
        if mem::take(&mut self.returned) {
            self.pending.clear();
        }
        self.pending.push(c);
        if self.pending.len() + c.len_utf8() > MAX_LINE_BYTES {
            self.end();
        }
    }

    fn control(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end(),
            b'\r' => self.returned = true,
            b'\t' => self.put(' '),
            0x08 => {
                self.pending.pop();
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        self.returned = false;
        self.done.push((self.at, self.pending.trim_end().into()));
        self.pending.clear();
    }

    fn end_if_any(&mut self) {
        if self.pending.trim_end().is_empty() {
            self.pending.clear();
            self.returned = false;
        } else {
            self.end();
        }
    }
}

impl vte::Perform for Lines {
    fn print(&mut self, c: char) {
        // A sequence that the parser ignored has ended.
        self.in_sequence = false;
        self.put(c);
    }

    fn execute(&mut self, byte: u8) {
        // Control characters within a sequence take effect and do not end it, but for CAN and SUB.
        self.in_sequence &= !matches!(byte, 0x18 | 0x1a);
        self.control(byte);
    }

    fn terminated(&self) -> bool {
        !self.in_sequence || self.addressed
    }

    fn osc_dispatch(&mut self, _: &[&[u8]], bell_terminated: bool) {
        // Else the backslash of its terminator is still to come.
        self.in_sequence &= !bell_terminated;
    }

    fn csi_dispatch(&mut self, params: &vte::Params, marks: &[u8], _: bool, action: char) {
        self.in_sequence = false;
        if self.stops && addresses_screen(params, marks, action) {
            self.addressed = true;
            return;
        }
        match action {
            // Cursor to another row, or a cleared screen: what stands there is a line of its own.
            'A' | 'B' | 'E' | 'F' | 'H' | 'd' | 'f' | 'J' | 'S' | 'T' => self.end_if_any(),
            'C' => {
                let columns = params
                    .iter()
                    .next()
                    .and_then(|p| p.first().copied())
                    .unwrap_or(1);
                for _ in 0..columns.clamp(1, 512) {
                    self.put(' ');
                }
            }
            'K' if self.returned => self.pending.clear(),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, marks: &[u8], _: bool, byte: u8) {
        self.in_sequence = false;
        // Keypad modes, the end of a string and the usual character set change nothing that shows.
        let is_plain = matches!(
            (marks, byte),
            ([], b'=' | b'>' | b'\\') | ([b'(' | b')'], b'B')
        );
        if self.stops && !is_plain {
            self.addressed = true;
            return;
        }
        if matches!(byte, b'D' | b'E' | b'M' | b'c') {
            self.end_if_any();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<String> {
        let mut assembler = LineAssembler::default();
        let mut all: Vec<String> = chunks
            .iter()
            .flat_map(|chunk| assembler.push(chunk))
            .map(|(_, line)| line.to_string())
            .collect();
        all.extend(assembler.finish().iter().map(ToString::to_string));
        all
    }

    #[test]
    fn a_question_is_an_unfinished_line() {
        let mut assembler = LineAssembler::default();
        assembler.push(b"done\r\n\x1b[1mGo on? [y/n]\x1b[0m ");
        assert_eq!(assembler.unfinished(), "Go on? [y/n] ");
        assembler.push(b"\r\x1b[Kno\n");
        assert_eq!(assembler.unfinished(), "");
    }

    #[test]
    fn colours_and_titles_are_dropped() {
        let input: &[u8] = b"\x1b[31mred\x1b[0m and \x1b]0;evil title\x07plain\r\nnext\r\n";
        assert_eq!(lines(&[input]), ["red and plain", "next"]);
    }

    #[test]
    fn a_progress_bar_leaves_its_last_state() {
        assert_eq!(lines(&[b"10%\r50%\r100%\r\n"]), ["100%"]);
    }

    #[test]
    fn chunks_may_be_cut_anywhere() {
        let text = "é 修 \u{1b}[1;31mbold\u{1b}[0m\r\n".as_bytes();
        for cut in 0..text.len() {
            let (a, b) = text.split_at(cut);
            assert_eq!(lines(&[a, b]), ["é 修 bold"], "cut at {cut}");
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_its_rest_is_kept() {
        let long = "x".repeat(MAX_LINE_BYTES + 10);
        let got = lines(&[long.as_bytes()]);
        assert_eq!(got.iter().map(String::len).sum::<usize>(), long.len());
        assert!(got.iter().all(|line| line.len() <= MAX_LINE_BYTES));
    }

    #[test]
    fn rows_of_a_full_screen_program_are_lines() {
        assert_eq!(
            lines(&[b"\x1b[1;1Hfirst\x1b[2;1Hsecond\x1b[2J"]),
            ["first", "second"]
        );
    }

    #[test]
    fn nothing_but_printable_text_comes_out() {
        let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
        for line in lines(&[&noise]) {
            assert!(!line.chars().any(|c| c.is_control()), "{line:?}");
        }
    }

    #[test]
    fn lines_come_with_the_place_behind_them() {
        let mut assembler = LineAssembler::default();
        let pushed = assembler.push("ab\r\n\u{1b}[31mé\nx".as_bytes());
        assert_eq!(pushed, [(4, "ab".into()), (12, "é".into())]);
        assert_eq!(assembler.push(b"\n"), [(1, "x".into())]);
        assert!(assembler.is_at_start());
    }

    #[test]
    fn what_addresses_the_screen_stops_it_where_the_sequence_begins() {
        let stop = |text: &str| LineAssembler::default().push_plain(text.as_bytes()).stopped;
        for plain in [
            "a\u{1b}[1;31mb\u{1b}[0m\r\n",
            "10%\r20%\u{1b}[K\n",
            "\u{1b}]0;title\u{7}x\u{8}y\tz",
            "\u{1b}[?2004h$ \u{1b}[?1004h\u{1b}[3C\u{1b}=\u{1b}>",
            "\u{1b}[c\u{1b}[>c\u{1b}[6n\u{1b}[>1u\u{1b}[?u\u{1b}[2 q\u{1b}(B",
        ] {
            assert_eq!(stop(plain), None, "{plain:?}");
        }
        for addressing in [
            "\u{1b}[A",
            "\u{1b}[2;3H",
            "\u{1b}[2J",
            "\u{1b}[?25l",
            "\u{1b}[?1049h",
            "\u{1b}[?2026h",
            "\u{1b}M",
            "\u{1b}7",
            "\u{1b}[2K\u{1b}[1G",
            "\u{1b}[3r",
            "\u{1b}[L",
            "\u{1b}(0",
            "\u{1b}[3g",
            "\u{e}q\u{f}",
        ] {
            let at = addressing.find("\u{1b}[1G").map_or(3, |at| at + 3);
            assert_eq!(
                stop(&format!("abc{addressing}")),
                Some(at),
                "{addressing:?}"
            );
        }
        let mut assembler = LineAssembler::default();
        assert_eq!(assembler.push_plain(b"one\ntwo\x1b[").stopped, None);
        assert_eq!(assembler.push_plain(b"Athree").stopped, Some(0));
    }

    proptest::proptest! {
        /// The runs that go past the parser come to the same as if it had seen everything.
        #[test]
        fn runs_and_sequences_are_what_the_parser_alone_makes_of_them(
            parts in proptest::collection::vec(part(), 0..40),
        ) {
            let bytes = [parts.concat(), b"\n".to_vec()].concat();
            let mut alone = Lines::default();
            vte::Parser::<1024>::default().advance(&mut alone, &bytes);
            alone.end_if_any();
            let alone: Vec<String> = alone.done.iter().map(|(_, line)| line.to_string()).collect();
            proptest::prop_assert_eq!(lines(&[&bytes]), alone, "{}", bytes.escape_ascii());
        }
    }

    /// Text, controls, whole and broken sequences.
    fn part() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        use proptest::prelude::*;
        let whole: &[&[u8]] = &[
            b"\x1b[31m",
            b"\x1b[2;5H",
            b"\x1b[4C",
            b"\x1b[K",
            b"\x1b]0;t\x07",
            b"\x1b]0;t\x1b\\",
            b"\x1bPq#0\x1b\\",
            b"\x1b_apc\x1b\\",
            b"\x1b(B",
            b"\x1bM",
            b"\x1b[",
            b"\x1b]",
            b"\x1b",
            b"\x1b[1\n2m",
            b"\x1b[1\x18",
            b"\x1b[<>1m",
            b"\r",
            b"\n",
            b"\t",
            b"\x08",
            b"\x7f",
        ];
        prop_oneof![
            proptest::sample::select(whole).prop_map(<[u8]>::to_vec),
            "[ -~]{0,20}".prop_map(String::into_bytes),
            "[a-zé修\u{200b}\u{85}]{0,8}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..6),
        ]
    }
}
