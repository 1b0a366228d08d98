//! Files that grow, are cut, are replaced, and are far larger than what is kept of them.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

struct Growing {
    dir: TempDir,
    tail: Tail,
    /// The lines so far; what is no line in angle brackets.
    lines: Vec<String>,
}

impl Growing {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let tail = Tail::new(dir.path().join("a.jsonl"), &[]);
        let lines = Vec::new();
        Self { dir, tail, lines }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("a.jsonl")
    }

    fn append(&self, bytes: &[u8]) {
        let mut file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.file())
            .unwrap();
        file.write_all(bytes).unwrap();
    }

    fn read(&mut self) -> Progress {
        let lines = &mut self.lines;
        self.tail
            .read(&mut |line| {
                lines.push(match line {
                    Line::Whole { bytes, known, .. } => {
                        let text = String::from_utf8_lossy(bytes).into_owned();
                        if known { format!("({text})") } else { text }
                    }
                    Line::TooLong => "<too long>".to_owned(),
                    Line::Anew => "<anew>".to_owned(),
                });
            })
            .unwrap()
    }

    fn read_all(&mut self) -> Vec<String> {
        while self.read() == Progress::More {}
        std::mem::take(&mut self.lines)
    }
}

#[test]
fn lines_come_once_they_are_whole() {
    let mut file = Growing::new();
    assert_eq!(file.read(), Progress::Absent);
    file.append(b"one\ntw");
    assert_eq!(file.read_all(), ["one"]);
    assert_eq!(file.read_all(), Vec::<String>::new());
    file.append(b"o\n\nth");
    assert_eq!(file.read_all(), ["two"]);
    file.append(b"ree\n");
    assert_eq!(file.read_all(), ["three"]);
}

#[test]
fn a_file_that_is_cut_or_replaced_is_read_anew() {
    let mut file = Growing::new();
    file.append(b"one\ntwo\n");
    assert_eq!(file.read_all(), ["one", "two"]);
    fs::write(file.file(), "1\n").unwrap();
    assert_eq!(file.read_all(), ["<anew>", "1"]);
    // Cut and filled again beyond where we were.
    fs::write(file.file(), "a longer line\n").unwrap();
    assert_eq!(file.read_all(), ["<anew>", "a longer line"]);
    fs::rename(file.file(), file.dir.path().join("a.jsonl.1")).unwrap();
    assert_eq!(file.read(), Progress::Absent);
    file.append(b"another file\n");
    assert_eq!(file.read_all(), ["<anew>", "another file"]);
}

#[test]
fn a_mark_is_the_place_where_the_next_reader_goes_on() {
    let mut file = Growing::new();
    file.append(b"one\ntwo\n");
    file.read_all();
    let mark = file.tail.mark().unwrap();
    file.append(b"three\nfou");
    file.tail = Tail::new(file.file(), std::slice::from_ref(&mark));
    assert_eq!(file.read_all(), ["(one)", "(two)", "three"]);
    let later = file.tail.mark().unwrap();
    assert_eq!(later.offset, mark.offset + 6);
    // Of another file under the same name.
    let stale = FileMark {
        inode: mark.inode + 1,
        ..mark
    };
    file.tail = Tail::new(file.file(), &[stale]);
    assert_eq!(file.read_all(), ["<anew>", "one", "two", "three"]);
}

#[test]
fn a_reader_that_goes_on_looks_back_no_further_than_it_has_to() {
    let mut file = Growing::new();
    let line = "x".repeat(1023) + "\n";
    file.append(line.repeat(1000).as_bytes());
    assert_eq!(file.read_all().len(), 1000);
    let mark = file.tail.mark().unwrap();
    file.append(b"new\n");
    file.tail = Tail::new(file.file(), &[mark]);
    let lines = file.read_all();
    let known = lines.iter().filter(|line| line.starts_with('(')).count();
    assert_eq!(known as u64, LOOK_BACK / 1024 - 1);
    assert_eq!(lines.last().unwrap(), "new");
}

/// The memory of a reader does not depend on the file: 200 MB, with lines of every length, some far beyond the limit.
#[test]
fn a_huge_file_is_read_in_pieces_and_its_longest_lines_are_passed_over() {
    let mut file = Growing::new();
    let mut writer = std::io::BufWriter::new(fs::File::create(file.file()).unwrap());
    let filler = vec![b'x'; 1024 * 1024];
    let (mut lines, mut long) = (0, 0);
    for turn in 0..20 {
        for _ in 0..1000 {
            writer.write_all(&filler[..1000]).unwrap();
            writer.write_all(b"\n").unwrap();
            lines += 1;
        }
        // One of 3 MB, which is read; one of 5 or 7 MB, which is not.
        for size in [3, 5 + turn % 2 * 2] {
            for _ in 0..size {
                writer.write_all(&filler).unwrap();
            }
            writer.write_all(b"\n").unwrap();
        }
        lines += 1;
        long += 1;
    }
    drop(writer);
    assert!(fs::metadata(file.file()).unwrap().len() > 200_000_000);
    let (mut read, mut passed, mut turns) = (0, 0, 0);
    loop {
        let progress = file
            .tail
            .read(&mut |line| match line {
                Line::Whole { .. } => read += 1,
                Line::TooLong => passed += 1,
                Line::Anew => panic!("it is the same file"),
            })
            .unwrap();
        turns += 1;
        if progress == Progress::End {
            break;
        }
    }
    assert_eq!((read, passed), (lines, long));
    assert!(file.tail.most_kept <= LONGEST_LINE + CHUNK);
    assert!(turns > 30, "others have their turn meanwhile: {turns}");
}

proptest! {
    /// However a file grows, and whenever it is read: every line once, in order.
    #[test]
    fn lines_do_not_depend_on_when_they_are_read(
        pieces in prop::collection::vec("[a-c\n]{0,12}", 0..12),
        restart in 0..12_usize,
    ) {
        let mut file = Growing::new();
        let mut lines = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            file.append(piece.as_bytes());
            lines.extend(file.read_all());
            if index == restart {
                let marks: Vec<_> = file.tail.mark().into_iter().collect();
                file.tail = Tail::new(file.file(), &marks);
                prop_assert!(file.read_all().iter().all(|line| line.starts_with('(')));
            }
        }
        let text = pieces.concat();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let expected: Vec<_> = whole.split('\n').filter(|line| !line.is_empty()).collect();
        prop_assert_eq!(lines, expected);
    }
}
