//! Pane output as control mode writes it: bytes 00-1f and the backslash as a backslash and three octal digits,
//! every other byte raw. Text is not looked at: a line may end in the middle of a UTF-8 character.

use bytes::{BufMut, Bytes, BytesMut};

/// Appends the bytes that `escaped` stands for. What is not an escape stays as it is: nothing is ever lost.
pub fn unescape_into(escaped: &[u8], out: &mut BytesMut) {
    let start = out.len();
    // Decoded text is never longer than escaped text.
    out.resize(start + escaped.len(), 0);
    let (_before, room) = out.split_at_mut(start);
    let written = decode(escaped, room);
    out.truncate(start + written);
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

/// How far a line is decoded.
#[derive(Clone, Copy)]
struct Cursor {
    read: usize,
    written: usize,
}

/// Decodes into `room`, which is as long as `escaped`; answers how much of it was used.
///
/// Agents' redraws have a backslash every 8 bytes or so. There a call of memchr for each costs more than the bytes
/// between, so backslashes are found 64 bytes at a time; memchr does what is left at the end of a line.
#[expect(
    clippy::indexing_slicing,
    reason = "`written` never passes `read`, which is within both slices"
)]
fn decode(escaped: &[u8], room: &mut [u8]) -> usize {
    let mut at = Cursor {
        read: 0,
        written: 0,
    };
    let (blocks, _tail) = escaped.as_chunks::<BLOCK>();
    for (block, base) in blocks.iter().zip((0..).step_by(BLOCK)) {
        let mut backslashes = positions_of_backslashes(block);
        while backslashes != 0 {
            let backslash = base + backslashes.trailing_zeros() as usize;
            backslashes &= backslashes - 1;
            at = decode_up_to(backslash, escaped, room, at);
        }
    }
    // An escape may begin in the last block and end behind it.
    while let Some(run) = memchr::memchr(b'\\', &escaped[at.read..]) {
        at = decode_up_to(at.read + run, escaped, room, at);
    }
    let rest = &escaped[at.read..];
    room[at.written..at.written + rest.len()].copy_from_slice(rest);
    at.written + rest.len()
}

/// Copies the run before the backslash, then decodes what begins there.
#[inline]
#[expect(
    clippy::indexing_slicing,
    reason = "`written` never passes `read`, which is within both slices"
)]
fn decode_up_to(backslash: usize, escaped: &[u8], room: &mut [u8], at: Cursor) -> Cursor {
    let Cursor { read, written } = at;
    let run = backslash - read;
    // A copy of fixed size is two instructions; what it writes too much is written over by what follows.
    if run <= SHORT && read + SHORT <= escaped.len() {
        room[written..written + SHORT].copy_from_slice(&escaped[read..read + SHORT]);
    } else {
        room[written..written + run].copy_from_slice(&escaped[read..backslash]);
    }
    let written = written + run;
    let byte = escaped[backslash..].first_chunk().and_then(octal);
    room[written] = byte.unwrap_or(b'\\');
    Cursor {
        read: backslash + if byte.is_some() { 4 } else { 1 },
        written: written + 1,
    }
}

const BLOCK: usize = 64;
const SHORT: usize = 16;

/// Bit N is set where byte N is a backslash. Eight bytes at a time in one register, without a branch.
#[inline]
fn positions_of_backslashes(block: &[u8; BLOCK]) -> u64 {
    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const BACKSLASHES: u64 = 0x0101_0101_0101_0101 * b'\\' as u64;
    let (words, _none) = block.as_chunks::<8>();
    words.iter().rev().fold(0, |mask, word| {
        let zero_where_equal = u64::from_le_bytes(*word) ^ BACKSLASHES;
        let high_bit_if_low_bits = (zero_where_equal & LOW_BITS) + LOW_BITS;
        let high_bit_where_equal = !(high_bit_if_low_bits | zero_where_equal | LOW_BITS);
        // The product moves the eight high bits next to each other into the top byte.
        let packed = (high_bit_where_equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        (mask << 8) | packed
    })
}

/// Reads `\ooo`. Above `\377` it is not a byte and so not an escape.
#[inline]
fn octal(escape: &[u8; 4]) -> Option<u8> {
    let [
        _backslash,
        high @ b'0'..=b'3',
        middle @ b'0'..=b'7',
        low @ b'0'..=b'7',
    ] = escape
    else {
        return None;
    };
    Some(((high - b'0') << 6) | ((middle - b'0') << 3) | (low - b'0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unescape(escaped: &[u8]) -> Vec<u8> {
        let mut out = BytesMut::from(&b"kept"[..]);
        unescape_into(escaped, &mut out);
        assert!(out.starts_with(b"kept"));
        out.split_off(4).to_vec()
    }

    /// What the fast decoder must equal: one byte at a time, nothing clever.
    fn plain(escaped: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = escaped;
        while let [first, after @ ..] = rest {
            let byte = rest
                .get(1..4)
                .filter(|digits| {
                    *first == b'\\' && digits.iter().all(|d| (b'0'..=b'7').contains(d))
                })
                .and_then(|digits| {
                    u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 8).ok()
                });
            match byte {
                Some(byte) => {
                    out.push(byte);
                    rest = &rest[4..];
                }
                None => {
                    out.push(*first);
                    rest = after;
                }
            }
        }
        out
    }

    #[test]
    fn escapes_are_decoded_and_what_is_none_is_kept() {
        let table: [(&[u8], &[u8]); 12] = [
            (b"", b""),
            (b"plain", b"plain"),
            (b"a\\015\\012b", b"a\r\nb"),
            (b"\\134\\134", b"\\\\"),
            (b"\\1340", b"\\0"),
            (b"\\000\\377", b"\0\xff"),
            (b"\\400", b"\\400"),
            (b"\\08 \\1", b"\\08 \\1"),
            (b"\\01", b"\\01"),
            (b"\\\\033", b"\\\x1b"),
            (b"\\", b"\\"),
            (b"\x7f\x80\xff", b"\x7f\x80\xff"),
        ];
        for (escaped, raw) in table {
            assert_eq!(unescape(escaped), raw, "{}", escaped.escape_ascii());
        }
    }

    #[test]
    fn escapes_are_found_at_every_offset_of_a_block() {
        for before in 0..200 {
            for after in [0, 1, 15, 16, 17, 70] {
                let mut escaped = vec![b'x'; before];
                escaped.extend_from_slice(b"\\033[0m\\03");
                escaped.resize(escaped.len() + after, b'y');
                assert_eq!(unescape(&escaped), plain(&escaped), "{before} {after}");
            }
        }
    }

    #[test]
    fn every_byte_is_escaped_as_tmux_does() {
        let all: Vec<u8> = (0..=255).collect();
        let escaped = escape(&all);
        assert!(escaped.starts_with(b"\\000\\001"));
        assert_eq!(escaped.iter().filter(|byte| **byte == b'\\').count(), 33);
        assert!(escaped.ends_with(b"\xfe\xff"));
        assert_eq!(unescape(&escaped), all);
    }

    proptest! {
        #[test]
        fn what_was_escaped_comes_back(raw: Vec<u8>) {
            prop_assert_eq!(unescape(&escape(&raw)), raw);
        }

        #[test]
        fn the_fast_decoder_equals_the_plain_one(
            escaped in prop::collection::vec(
                prop_oneof![2 => Just(b'\\'), 4 => b'0'..=b'9', 2 => any::<u8>()],
                0..600,
            ),
        ) {
            prop_assert_eq!(unescape(&escaped), plain(&escaped));
        }
    }
}
