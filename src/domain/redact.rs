//! Secrets in what runners print, starred out in place: the length stays, so screens and positions stay true. Named patterns and
//! the user's own; nothing is guessed from how random a text looks.

use std::collections::BTreeMap;

use regex::bytes::{Regex, RegexBuilder};

/// The known kinds. Where a pattern has a group, that is the secret, and the rest is what tells it.
const KNOWN: [(&str, &str); 17] = [
    ("aws-access-key", r"\b(?:AKIA|ASIA)([A-Z0-9]{16})\b"),
    (
        "aws-secret-key",
        r#"(?i:aws_secret_access_key|aws_session_token|secretaccesskey)["']?\s*[=:]\s*["']?([A-Za-z0-9/+=]{30,})"#,
    ),
    ("github-token", r"\bgh[pousr]_([A-Za-z0-9]{20,})"),
    ("github-token", r"\bgithub_pat_([A-Za-z0-9_]{20,})"),
    ("gitlab-token", r"\bglpat-([A-Za-z0-9_-]{16,})"),
    ("anthropic-key", r"\bsk-ant-([A-Za-z0-9_-]{16,})"),
    (
        "openai-key",
        r"\bsk-(?:proj-|svcacct-)?([A-Za-z0-9_-]{20,})",
    ),
    ("slack-token", r"\bxox[abeprs]-([A-Za-z0-9-]{10,})"),
    (
        "slack-webhook",
        r"hooks\.slack\.com/services/([A-Za-z0-9/]{20,})",
    ),
    ("google-key", r"\bAIza([A-Za-z0-9_-]{35})"),
    ("npm-token", r"\bnpm_([A-Za-z0-9]{30,})"),
    (
        "jwt",
        r"\beyJ([A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})",
    ),
    ("bearer-token", r"(?i:bearer)\s+([A-Za-z0-9._~+/=-]{16,})"),
    (
        "basic-auth",
        r"(?i:authorization:\s*basic)\s+([A-Za-z0-9+/=]{8,})",
    ),
    ("url-password", r"://[^\s/:@]{1,64}:([^\s/@]{3,256})@"),
    (
        "private-key",
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----([A-Za-z0-9+/=\s:,-]{32,}?)-----END",
    ),
    (
        "password",
        r#"(?i:api_key|apikey|password|passwd|secret)["']?\s*[=:]\s*["']([^\s"']{8,})["']"#,
    ),
];

/// Most memory of one pattern of the user.
const PATTERN_BYTES: usize = 1024 * 1024;

/// Bytes that a stream holds back at most, so that a secret that is cut is still found.
const HELD: usize = 8 * 1024;

/// Begins every escape sequence.
const ESC: u8 = 0x1b;

/// A pattern of the user that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pattern:?} is not a regular expression: {reason}")]
pub struct PatternError {
    /// As it was written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// How many secrets of each kind were starred out.
pub type Counts = BTreeMap<String, u64>;

/// Finds secrets.
#[derive(Debug, Clone)]
pub struct Redactor {
    patterns: Vec<(String, Regex)>,
}

impl Redactor {
    /// The known kinds and the user's patterns. Where one of those has a group, the group is the secret.
    ///
    /// # Errors
    /// [`PatternError`] names the first pattern that is none.
    pub fn new(own: &[String]) -> Result<Self, PatternError> {
        let known = KNOWN.iter().map(|(name, pattern)| (*name, *pattern));
        let own = own.iter().map(|pattern| ("own", pattern.as_str()));
        let compiled = known.chain(own).map(|(name, pattern)| {
            RegexBuilder::new(pattern)
                .size_limit(PATTERN_BYTES)
                .build()
                .map(|regex| (name.to_owned(), regex))
                .map_err(|error| PatternError {
                    pattern: pattern.to_owned(),
                    reason: error.to_string().replace('\n', " "),
                })
        });
        Ok(Self {
            patterns: compiled.collect::<Result<_, _>>()?,
        })
    }

    /// Stars the secrets in a text out.
    pub fn text(&self, text: &str, counts: &mut Counts) -> String {
        let mut bytes = text.as_bytes().to_vec();
        self.bytes(&mut bytes, counts);
        // Only whole matches are replaced, and those of known kinds are ASCII; a pattern of the user may cut a character.
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Stars the secrets in a terminal's bytes out, also those that are broken by colours and the like.
    pub fn bytes(&self, bytes: &mut [u8], counts: &mut Counts) {
        if memchr::memchr(ESC, bytes).is_none() {
            for (start, end) in self.find(bytes, counts) {
                star(bytes.get_mut(start..end).unwrap_or_default());
            }
            return;
        }
        let (text, places) = without_escapes(bytes);
        for (start, end) in self.find(&text, counts) {
            for place in places.get(start..end).unwrap_or_default() {
                if let Some(byte) = bytes.get_mut(*place) {
                    star(std::slice::from_mut(byte));
                }
            }
        }
    }

    fn find(&self, text: &[u8], counts: &mut Counts) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (name, pattern) in &self.patterns {
            for captures in pattern.captures_iter(text) {
                let Some(secret) = captures.get(1).or_else(|| captures.get(0)) else {
                    continue;
                };
                let (start, end) = (secret.start(), secret.end());
                // What an earlier look has starred out is no secret any more; of two kinds, the first counts.
                let is_known = found.iter().any(|(from, to)| start < *to && *from < end);
                if !is_known && secret.as_bytes().iter().any(|byte| *byte != b'*') {
                    found.push((start, end));
                    *counts.entry(name.clone()).or_default() += 1;
                }
            }
        }
        found
    }
}

/// Line ends stay, so that a key block stays a block.
fn star(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| !byte.is_ascii_whitespace()) {
        *byte = b'*';
    }
}

/// The bytes without escape sequences, and where each stood.
fn without_escapes(bytes: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut text, mut places, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        if *byte == ESC {
            at += sequence_len(bytes.get(at..).unwrap_or_default());
        } else {
            text.push(*byte);
            places.push(at);
            at += 1;
        }
    }
    (text, places)
}

fn sequence_len(bytes: &[u8]) -> usize {
    let end = match bytes.get(1) {
        Some(b'[') => bytes
            .iter()
            .skip(2)
            .position(|byte| (0x40..=0x7e).contains(byte))
            .map(|at| at + 3),
        Some(b']' | b'P' | b'_' | b'^' | b'X' | b'k') => {
            let bell = memchr::memchr(7, bytes).map(|at| at + 1);
            let terminator = memchr::memmem::find(bytes, b"\x1b\\").map(|at| at + 2);
            bell.into_iter().chain(terminator).min()
        }
        Some(b'(' | b')') => Some(3),
        _ => Some(2),
    };
    end.unwrap_or(bytes.len()).min(bytes.len())
}

/// A stream of terminal bytes: gives the same number of bytes back, a little later.
#[derive(Debug)]
pub struct RedactStream {
    redactor: Redactor,
    held: Vec<u8>,
    counts: Counts,
}

impl RedactStream {
    /// A stream.
    pub fn new(redactor: Redactor) -> Self {
        Self {
            redactor,
            held: Vec::new(),
            counts: Counts::new(),
        }
    }

    /// Takes bytes, and gives those back in which no secret can begin any more.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let block = memchr::memmem::rfind(&self.held, b"-----BEGIN ").filter(|at| {
            let rest = self.held.get(*at..).unwrap_or_default();
            memchr::memmem::find(rest, b"-----END").is_none()
        });
        let line = memchr::memrchr(b'\n', &self.held).map_or(0, |at| at + 1);
        let cut = block.map_or(line, |at| at.min(line));
        let cut = cut.max(self.held.len().saturating_sub(HELD));
        self.give(cut)
    }

    /// Gives back all that is held: what comes next stands apart from it.
    pub fn flush(&mut self) -> Vec<u8> {
        self.give(self.held.len())
    }

    /// The rest, and what was starred out in all.
    pub fn finish(mut self) -> (Vec<u8>, Counts) {
        let rest = self.give(self.held.len());
        (rest, self.counts)
    }

    fn give(&mut self, cut: usize) -> Vec<u8> {
        if cut == 0 {
            return Vec::new();
        }
        if cut == self.held.len().saturating_sub(HELD) {
            // A very long line: what goes over the cut is looked for before it is cut.
            self.redactor.bytes(&mut self.held, &mut self.counts);
        }
        let rest = self.held.split_off(cut);
        let mut given = std::mem::replace(&mut self.held, rest);
        self.redactor.bytes(&mut given, &mut self.counts);
        given
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Put together at run time, so that no scanner takes these for secrets.
    fn examples() -> Vec<(&'static str, String, String)> {
        let long = |letters: &str, count: usize| letters.repeat(count);
        vec![
            ("aws-access-key", "id=AKIA".to_owned(), long("A1B2", 4)),
            (
                "aws-secret-key",
                "aws_secret_access_key = ".to_owned(),
                long("aB3/", 10),
            ),
            ("github-token", "token ghp_".to_owned(), long("aB3d", 9)),
            ("github-token", "github_pat_".to_owned(), long("11AA_b", 6)),
            ("gitlab-token", "glpat-".to_owned(), long("x-Y_", 5)),
            (
                "anthropic-key",
                "key: sk-ant-".to_owned(),
                long("api03-x", 5),
            ),
            ("openai-key", "OPENAI=sk-proj-".to_owned(), long("Ab12", 8)),
            ("slack-token", "xoxb-".to_owned(), long("1234-", 4)),
            ("google-key", "AIza".to_owned(), long("SyA_b", 7)),
            (
                "jwt",
                "eyJ".to_owned(),
                format!("{0}.eyJ{0}.{0}", long("hbGci", 3)),
            ),
            (
                "bearer-token",
                "Authorization: Bearer ".to_owned(),
                long("a.b-c_", 4),
            ),
            ("url-password", "https://me:".to_owned(), long("pa55", 3)),
        ]
    }

    fn redactor() -> Redactor {
        Redactor::new(&[]).unwrap()
    }

    #[test]
    fn known_kinds_are_starred_out_and_told_by_their_beginning() {
        for (kind, before, secret) in examples() {
            let after = if kind == "url-password" {
                "@host/x"
            } else {
                " end"
            };
            let mut counts = Counts::new();
            let text = format!("see {before}{secret}{after}");
            let starred = redactor().text(&text, &mut counts);
            let stars = "*".repeat(secret.len());
            assert_eq!(starred, format!("see {before}{stars}{after}"), "{kind}");
            assert!(counts.contains_key(kind), "{kind}: {counts:?}");
        }
    }

    #[test]
    fn a_key_block_keeps_its_lines() {
        let body = "MIIabc+/=".repeat(8);
        let text = format!(
            "-----BEGIN RSA PRIVATE KEY-----\r\n{body}\r\n{body}\r\n-----END RSA PRIVATE KEY-----"
        );
        let starred = redactor().text(&text, &mut Counts::new());
        assert_eq!(starred.lines().count(), 4);
        assert!(!starred.contains("MII"), "{starred}");
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "commit 3f786850e387550fdab836ed7e6dc881de23001b",
            "https://example.org:8080/a@b",
            "sk-short bearer of news",
            "uuid 0190163d-8694-739b-aea5-966c26f8ad90",
        ] {
            assert_eq!(redactor().text(text, &mut Counts::new()), text);
        }
    }

    #[test]
    fn a_secret_with_colours_within_is_found() {
        let mut bytes = b"ghp_aB3d\x1b[1maB3daB3daB3d\x1b[0maB3daB3d ok".to_vec();
        redactor().bytes(&mut bytes, &mut Counts::new());
        assert_eq!(bytes, b"ghp_****\x1b[1m************\x1b[0m******** ok");
    }

    #[test]
    fn patterns_of_the_user_work_and_bad_ones_are_named() {
        let own = Redactor::new(&["ticket-([0-9]+)".to_owned()]).unwrap();
        assert_eq!(own.text("ticket-123", &mut Counts::new()), "ticket-***");
        let error = Redactor::new(&["(".to_owned()]).unwrap_err();
        assert_eq!(error.pattern, "(");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn a_stream_gives_the_same_wherever_it_is_cut(cuts in proptest::collection::vec(1_usize..40, 1..30)) {
            let stream: String = examples()
                .into_iter()
                .map(|(_, before, secret)| format!("line {before}{secret}@x \x1b[31mred\x1b[0m\r\n"))
                .collect();
            let mut whole = stream.clone().into_bytes();
            redactor().bytes(&mut whole, &mut Counts::new());
            let (mut cut, mut given, mut rest) = (RedactStream::new(redactor()), Vec::new(), stream.as_bytes());
            for len in cuts.into_iter().cycle() {
                let (part, left) = rest.split_at(len.min(rest.len()));
                given.extend(cut.push(part));
                rest = left;
                if rest.is_empty() {
                    break;
                }
            }
            given.extend(cut.finish().0);
            prop_assert_eq!(String::from_utf8(given).unwrap(), String::from_utf8(whole).unwrap());
        }
    }
}
