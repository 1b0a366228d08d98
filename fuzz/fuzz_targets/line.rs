//! Any bytes are a line: reading never panics, and a line is an event only when it begins with `%`.
#![no_main]

use geppetto::adapters::tmux::line::{Line, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let read = parse(line);
    assert_eq!(matches!(read, Line::Other), !line.starts_with(b"%"));
    if let Line::Output { data, .. } = read {
        assert!(line.ends_with(data));
    }
});
