//! Pane output as control mode writes it: bytes 00-1f and the backslash as a backslash and three octal digits,
//! every other byte raw. Text is not looked at: a line may end in the middle of a UTF-8 character.

use bytes::{BufMut, Bytes, BytesMut};

/// Appends the bytes that `escaped` stands for. What is not an escape stays as it is: nothing is ever lost.
pub fn unescape_into(escaped: &[u8], out: &mut BytesMut) {
    out.reserve(escaped.len());
    let mut rest = escaped;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (run, escape) = rest.split_at(at);
        out.put_slice(run);
        if let Some((byte, after)) = octal(escape) {
            out.put_u8(byte);
            rest = after;
        } else {
            out.put_u8(b'\\');
            rest = escape.get(1..).unwrap_or_default();
        }
    }
    out.put_slice(rest);
}

/// `raw` as tmux writes it: the inverse of [`unescape_into`], for tests and benches.
pub fn escape(raw: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(raw.len());
    for &byte in raw {
        if byte < b' ' || byte == b'\\' {
            out.put_u8(b'\\');
            for shift in [6, 3, 0] {
                out.put_u8(b'0' + ((byte >> shift) & 7));
            }
        } else {
            out.put_u8(byte);
        }
    }
    out.freeze()
}

/// Reads `\ooo` at the start of `escape`. Above `\377` it is not a byte and so not an escape.
fn octal(escape: &[u8]) -> Option<(u8, &[u8])> {
    let (
        [
            _backslash,
            high @ b'0'..=b'3',
            middle @ b'0'..=b'7',
            low @ b'0'..=b'7',
        ],
        after,
    ) = escape.split_first_chunk()?
    else {
        return None;
    };
    let byte = ((high - b'0') << 6) | ((middle - b'0') << 3) | (low - b'0');
    Some((byte, after))
}
