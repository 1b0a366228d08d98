//! Reads Rust files just far enough for the rules: comments and literals apart from code, the parts that are
//! only compiled for tests, and every path that the code names. It is not a parser: macros are read as code.

use std::ops::Range;

/// One Rust file, cut into what the rules look at. Offsets are the same in `text` and `code`.
pub(crate) struct Source {
    /// Relative to the repository, with `/`.
    pub(crate) path: String,
    /// As it stands in the file.
    pub(crate) text: String,
    /// The text with comments and the insides of literals made blank.
    pub(crate) code: String,
    /// Offset and text of each comment.
    pub(crate) comments: Vec<(usize, String)>,
    /// Offset and inside of each string literal.
    pub(crate) strings: Vec<(usize, String)>,
    /// Every path the code names, `use` trees spelled out.
    pub(crate) names: Vec<Name>,
    tests: Vec<Range<usize>>,
}

/// A path in the code, such as `crate::domain::ids::Pid`.
pub(crate) struct Name {
    /// Its parts.
    pub(crate) parts: Vec<String>,
    /// Where it begins.
    pub(crate) offset: usize,
}

impl Source {
    /// Cuts `text` up. `only_tests` is true of a file that is not compiled otherwise.
    pub(crate) fn new(path: &str, text: &str, only_tests: bool) -> Self {
        let cut = cut(text);
        let tests = if only_tests {
            vec![Range {
                start: 0,
                end: text.len(),
            }]
        } else {
            test_parts(&cut.code)
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            names: names(&cut.code),
            code: cut.code,
            comments: cut.comments,
            strings: cut.strings,
            tests,
        }
    }

    /// True when the code at `offset` is compiled for tests only.
    pub(crate) fn is_test(&self, offset: usize) -> bool {
        self.tests.iter().any(|part| part.contains(&offset))
    }

    /// Number of the line of `offset`, from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.text.as_bytes()[..offset]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1
    }

    /// How many lines are compiled for more than tests.
    pub(crate) fn lines_outside_tests(&self) -> usize {
        let inside: usize = self
            .tests
            .iter()
            .map(|part| self.line(part.end) - self.line(part.start) + 1)
            .sum();
        self.text.lines().count().saturating_sub(inside)
    }

    /// Files (without `.rs`) or directories of the modules that are declared for tests only: `#[cfg(test)] mod x;`.
    pub(crate) fn test_modules(&self) -> Vec<String> {
        let home = self
            .path
            .strip_suffix("/mod.rs")
            .or_else(|| self.path.strip_suffix("/lib.rs"))
            .or_else(|| self.path.strip_suffix("/main.rs"))
            .or_else(|| self.path.strip_suffix(".rs"))
            .unwrap_or(&self.path);
        self.tests
            .iter()
            .filter_map(|part| {
                let item = self.code[part.clone()].trim_end().strip_suffix(';')?;
                let (_, name) = item.rsplit_once("mod ")?;
                Some(format!("{home}/{}", name.trim()))
            })
            .collect()
    }
}

struct Cut {
    code: String,
    comments: Vec<(usize, String)>,
    strings: Vec<(usize, String)>,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn cut(text: &str) -> Cut {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let (mut comments, mut strings) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let after_word = at > 0 && is_word(bytes[at - 1]);
        if rest.starts_with("//") {
            let end = at + rest.find('\n').unwrap_or(rest.len());
            comments.push((at, text[at..end].to_owned()));
            blank(&mut code, at..end);
            at = end;
        } else if rest.starts_with("/*") {
            let end = at + block_comment(rest);
            comments.push((at, text[at..end].to_owned()));
            blank(&mut code, at..end);
            at = end;
        } else if let Some((inside, end)) = literal(rest, after_word) {
            let inside = at + inside.start..at + inside.end;
            if bytes[inside.start - 1] != b'\'' {
                strings.push((at, text[inside.clone()].to_owned()));
            }
            blank(&mut code, inside);
            at += end;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    Cut {
        code: String::from_utf8(code).expect("whole characters were made blank"),
        comments,
        strings,
    }
}

fn blank(code: &mut [u8], part: Range<usize>) {
    for byte in &mut code[part] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The inside and the whole length of the literal that `rest` begins with.
fn literal(rest: &str, after_word: bool) -> Option<(Range<usize>, usize)> {
    let bytes = rest.as_bytes();
    match bytes.first()? {
        b'"' => Some(quoted(bytes, 1, b'"')),
        b'\'' => {
            let mut chars = rest.char_indices().skip(1);
            let (_, first) = chars.next()?;
            let (_, second) = chars.next()?;
            (first == '\\' || second == '\'').then(|| quoted(bytes, 1, b'\''))
        }
        b'r' | b'b' | b'c' if !after_word => {
            let raw = bytes.iter().take(2).position(|byte| *byte == b'r')?;
            let hashes = bytes[raw + 1..]
                .iter()
                .take_while(|byte| **byte == b'#')
                .count();
            let start = raw + 1 + hashes + 1;
            if bytes.get(start - 1) != Some(&b'"') {
                return None;
            }
            let closing = format!("\"{}", "#".repeat(hashes));
            let end = start + rest[start..].find(&closing)?;
            Some((start..end, end + closing.len()))
        }
        _ => None,
    }
}

fn quoted(bytes: &[u8], start: usize, mark: u8) -> (Range<usize>, usize) {
    let mut at = start;
    while at < bytes.len() && bytes[at] != mark {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    let end = at.min(bytes.len());
    (start..end, (end + 1).min(bytes.len()))
}

/// Items behind `#[cfg(test)]`: up to their `;` or their closing brace.
fn test_parts(code: &str) -> Vec<Range<usize>> {
    const MARK: &str = "#[cfg(test)]";
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (start, _) in code.match_indices(MARK) {
        if parts.last().is_some_and(|last| last.contains(&start)) {
            continue;
        }
        let (mut depth, mut end) = (0_usize, code.len());
        for (at, byte) in code.bytes().enumerate().skip(start + MARK.len()) {
            match byte {
                b'{' | b'(' | b'[' => depth += 1,
                b'}' | b')' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && matches!(byte, b';' | b'}') {
                end = at + 1;
                break;
            }
        }
        parts.push(start..end);
    }
    parts
}

fn names(code: &str) -> Vec<Name> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let (parts, end) = path(code, at);
        let tree = code[end..].trim_start().chars().next();
        if parts == ["use"] && tree.is_some_and(|c| c.is_alphabetic() || "_{:".contains(c)) {
            let close = end + code[end..].find(';').unwrap_or(code.len() - end);
            use_tree(code, end..close, &[], &mut found);
            at = close;
        } else {
            if parts.len() > 1 {
                found.push(Name { parts, offset: at });
            }
            at = end;
        }
    }
    found
}

/// The path that begins at `at`, and where it ends.
fn path(code: &str, at: usize) -> (Vec<String>, usize) {
    let bytes = code.as_bytes();
    let mut parts = Vec::new();
    let mut end = at;
    loop {
        let start = end;
        while end < bytes.len() && is_word(bytes[end]) {
            end += 1;
        }
        parts.push(code[start..end].to_owned());
        let goes_on =
            code[end..].starts_with("::") && bytes.get(end + 2).is_some_and(|byte| is_word(*byte));
        if !goes_on {
            return (parts, end);
        }
        end += 2;
    }
}

/// Spells a `use` tree out: `a::{b, c::{d, e}}` is three names.
fn use_tree(code: &str, part: Range<usize>, before: &[String], found: &mut Vec<Name>) {
    let inside = &code[part.clone()];
    let head_end = inside.find(['{', ',']).unwrap_or(inside.len());
    let mut parts = before.to_vec();
    let head = inside[..head_end].split(" as ").next().unwrap_or_default();
    parts.extend(
        head.split("::")
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty()),
    );
    let offset = part.start + inside.len() - inside.trim_start().len();
    if !inside[head_end..].starts_with('{') {
        found.push(Name { parts, offset });
        return;
    }
    let (mut depth, mut start) = (0_usize, head_end + 1);
    for (at, c) in inside.char_indices().skip_while(|(at, _)| *at < head_end) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            if !inside[start..at].trim().is_empty() {
                use_tree(code, part.start + start..part.start + at, &parts, found);
            }
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
}

#[test]
fn comments_and_literals_are_no_code() {
    let source = Source::new(
        "src/a.rs",
        "let a = \"x // y\"; // z\nlet b = r#\"q\"r\"#; /* a /* b */ c */ let c = '\"'; let d: &'a str = b\"w\\\"v\";",
        false,
    );
    let inside: Vec<&str> = source.strings.iter().map(|(_, s)| s.as_str()).collect();
    assert_eq!(inside, ["x // y", "q\"r", "w\\\"v"]);
    let comments: Vec<&str> = source.comments.iter().map(|(_, s)| s.as_str()).collect();
    assert_eq!(comments, ["// z", "/* a /* b */ c */"]);
    assert!(source.code.contains("let c = ' '; let d: &'a str"));
    assert_eq!(source.code.len(), source.text.len());
}

#[test]
fn use_trees_are_spelled_out() {
    let source = Source::new(
        "src/a.rs",
        "use crate::{domain::ids::{self, Pid}, wire as w};\nfn f() -> impl Iterator + use<'a> { crate::app::stop::run() }",
        false,
    );
    let names: Vec<String> = source.names.iter().map(|n| n.parts.join("::")).collect();
    assert_eq!(
        names,
        [
            "crate::domain::ids::self",
            "crate::domain::ids::Pid",
            "crate::wire",
            "crate::app::stop::run"
        ]
    );
    assert_eq!(source.line(source.names[3].offset), 2);
}

#[test]
fn test_parts_end_with_their_item() {
    let text = "fn a() {}\n#[cfg(test)]\nuse x::Y;\nfn b() {}\n#[cfg(test)]\nmod tests {\n  fn c() {}\n}\nfn d() {}\n#[cfg(test)]\nmod fake;\n";
    let source = Source::new("src/app/mod.rs", text, false);
    let is_test = |needle: &str| source.is_test(text.find(needle).unwrap_or_default());
    assert!(is_test("use x") && is_test("fn c"));
    assert!(!is_test("fn a") && !is_test("fn b") && !is_test("fn d"));
    assert_eq!(source.test_modules(), ["src/app/fake"]);
    assert_eq!(source.lines_outside_tests(), 3);
}
