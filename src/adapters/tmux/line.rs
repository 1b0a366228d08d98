//! One line of control mode, without its line feed. Pure grammar: whether a line is inside a block, and so not a
//! notification at all, is the framer's knowledge. Reading never fails: what is not understood is a value.

use bytes::Bytes;
use nom::bytes::complete::{tag, take_till};
use nom::character::complete as number;
use nom::combinator::{all_consuming, rest};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::notification::{self, Notification, field, pane_id, value_mark};
use crate::domain::ids::PaneId;

/// The three numbers around a reply. Only a line with all three of them ends the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guard {
    /// Seconds since 1970 when the command began.
    pub time: u64,
    /// One counter for the whole server; has gaps and wraps.
    pub number: u32,
    /// 1 for commands that this client sent; 0 for the attach itself and for hooks.
    pub flags: u32,
}

/// A line, as it reads by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'a> {
    /// `%begin T N F`.
    Begin(Guard),
    /// `%end T N F`.
    End(Guard),
    /// `%error T N F`.
    Error(Guard),
    /// `%output` or `%extended-output`.
    Output {
        /// Which pane printed it.
        pane: PaneId,
        /// Still escaped.
        data: &'a [u8],
        /// Milliseconds that tmux kept it; only with `pause-after`.
        age_ms: Option<u64>,
    },
    /// Any other notification; `Unknown` for a first word that is not in the table.
    Notification(Notification),
    /// The first word is known, the rest is not what belongs to it.
    Malformed,
    /// Does not begin with `%`.
    Other,
}

/// Reads one line.
pub fn parse(line: &[u8]) -> Line<'_> {
    let Ok((body, verb)) = verb(line) else {
        return Line::Other;
    };
    let known = match verb {
        b"output" => output(body),
        b"extended-output" => extended_output(body),
        b"begin" => guard(body).map(Line::Begin),
        b"end" => guard(body).map(Line::End),
        b"error" => guard(body).map(Line::Error),
        other => match notification::parse(other, body) {
            Some(read) => read.map(Line::Notification),
            None => Some(Line::Notification(Notification::Unknown {
                line: Bytes::copy_from_slice(line),
            })),
        },
    };
    known.unwrap_or(Line::Malformed)
}

fn verb(line: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(tag("%"), take_till(|byte| byte == b' ')).parse(line)
}

fn output(body: &[u8]) -> Option<Line<'_>> {
    let read: IResult<_, _> = (field(pane_id), tag(" "), rest).parse(body);
    let (_end, (pane, _space, data)) = read.ok()?;
    Some(Line::Output {
        pane,
        data,
        age_ms: None,
    })
}

fn extended_output(body: &[u8]) -> Option<Line<'_>> {
    let (_end, (pane, age, (), data)) = (field(pane_id), field(number::u64), value_mark, rest)
        .parse(body)
        .ok()?;
    Some(Line::Output {
        pane,
        data,
        age_ms: Some(age),
    })
}

fn guard(body: &[u8]) -> Option<Guard> {
    let (_end, (time, number, flags)) =
        all_consuming((field(number::u64), field(number::u32), field(number::u32)))
            .parse(body)
            .ok()?;
    Some(Guard {
        time,
        number,
        flags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(pane: u32, data: &[u8], age_ms: Option<u64>) -> Line<'_> {
        Line::Output {
            pane: PaneId(pane),
            data,
            age_ms,
        }
    }

    #[test]
    fn guards_are_three_numbers_and_nothing_else() {
        let guard = Guard {
            time: 1_795_196_904,
            number: u32::MAX,
            flags: 1,
        };
        assert_eq!(parse(b"%begin 1795196904 4294967295 1"), Line::Begin(guard));
        assert_eq!(parse(b"%end 1795196904 4294967295 1"), Line::End(guard));
        assert_eq!(parse(b"%error 1795196904 4294967295 1"), Line::Error(guard));
        for wrong in [
            &b"%end"[..],
            b"%end 1 2",
            b"%end 1 2 3 ",
            b"%end 1 2 3 4",
            b"%end 1 2 x",
            b"%end 1 2 -3",
            b"%end  1 2 3",
            b"%end 1 4294967296 3",
            b"%end 99999999999999999999 2 3",
        ] {
            assert_eq!(parse(wrong), Line::Malformed, "{}", wrong.escape_ascii());
        }
    }

    #[test]
    fn output_is_everything_after_its_fields() {
        assert_eq!(parse(b"%output %1  a : b "), output(1, b" a : b ", None));
        assert_eq!(parse(b"%output %1 "), output(1, b"", None));
        assert_eq!(parse(b"%output %1 \xe6\x97"), output(1, b"\xe6\x97", None));
        assert_eq!(
            parse(b"%extended-output %12 345 : x : y"),
            output(12, b"x : y", Some(345))
        );
        assert_eq!(parse(b"%extended-output %1 0 : "), output(1, b"", Some(0)));
        assert_eq!(
            parse(b"%extended-output %1 0 new 7 : x"),
            output(1, b"x", Some(0))
        );
        for wrong in [
            &b"%output"[..],
            b"%output %1",
            b"%output %1x y",
            b"%output 1 y",
            b"%output %4294967296 y",
            b"%extended-output %1 : x",
            b"%extended-output %1 5 x",
        ] {
            assert_eq!(parse(wrong), Line::Malformed, "{}", wrong.escape_ascii());
        }
    }

    #[test]
    fn only_a_line_that_begins_with_a_percent_sign_is_an_event() {
        for other in [&b""[..], b" %exit", b"text", b"\x1bP1000p%begin 1 2 0"] {
            assert_eq!(parse(other), Line::Other);
        }
        for unknown in [&b"%"[..], b"% ", b"%Exit", b"%outputs %1 x", b"%exit\r"] {
            let line = Bytes::copy_from_slice(unknown);
            assert_eq!(
                parse(unknown),
                Line::Notification(Notification::Unknown { line })
            );
        }
    }
}
