//! What tmux tells a control client by itself, typed: every notification of tmux 3.3 to 3.7, and `Unknown`.
//!
//! Free text (names, titles, values) is hostile and may be invalid UTF-8, so it stays `Bytes`. Extra fields that a
//! later tmux appends are skipped: a strict grammar dies of every new release.

use bytes::Bytes;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1, take_until};
use nom::character::complete as number;
use nom::combinator::{eof, peek, rest};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use crate::domain::ids::{PaneId, SessionId, WindowId};

/// One notification. "Own" windows are those of the session that the client is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// Output of the pane is held back: the client was further behind than `pause-after`.
    Pause {
        /// Which.
        pane: PaneId,
    },
    /// Output of the pane comes again, from now on.
    Continue {
        /// Which.
        pane: PaneId,
    },
    /// A window was split, resized or zoomed, or lost a pane: the only sign of panes that come and go.
    LayoutChange {
        /// Which.
        window: WindowId,
        /// tmux's layout string.
        layout: Bytes,
        /// The same as seen now: one pane when zoomed.
        visible_layout: Bytes,
        /// `*` current, `-` last, `Z` zoomed, and so on; may be empty.
        flags: Bytes,
    },
    /// A window was added to the own session.
    WindowAdd {
        /// Which.
        window: WindowId,
    },
    /// A window was added to another session.
    UnlinkedWindowAdd {
        /// Which.
        window: WindowId,
    },
    /// A window is gone from the own session. Up to 3.7 own windows are reported as `UnlinkedWindowClose`.
    WindowClose {
        /// Which.
        window: WindowId,
    },
    /// A window is gone; up to 3.7 own windows too.
    UnlinkedWindowClose {
        /// Which.
        window: WindowId,
    },
    /// An own window has a new name.
    WindowRenamed {
        /// Which.
        window: WindowId,
        /// The new name; may be empty.
        name: Bytes,
    },
    /// A window of another session has a new name.
    UnlinkedWindowRenamed {
        /// Which.
        window: WindowId,
        /// The new name; may be empty.
        name: Bytes,
    },
    /// Another pane of the window is active.
    WindowPaneChanged {
        /// Where.
        window: WindowId,
        /// Active now.
        pane: PaneId,
    },
    /// The pane entered or left copy mode or another mode.
    PaneModeChanged {
        /// Which.
        pane: PaneId,
    },
    /// Another window of the session is current.
    SessionWindowChanged {
        /// Where.
        session: SessionId,
        /// Current now.
        window: WindowId,
    },
    /// This client is attached to this session now.
    SessionChanged {
        /// Which.
        session: SessionId,
        /// Its name.
        name: Bytes,
    },
    /// Another client is attached to another session now.
    ClientSessionChanged {
        /// The other client's name.
        client: Bytes,
        /// Its session now.
        session: SessionId,
        /// That session's name.
        name: Bytes,
    },
    /// A session has a new name.
    SessionRenamed {
        /// Which.
        session: SessionId,
        /// The new name.
        name: Bytes,
    },
    /// A session was made or destroyed.
    SessionsChanged,
    /// Another client is gone.
    ClientDetached {
        /// Its name.
        client: Bytes,
    },
    /// The value of a format that we subscribed to.
    SubscriptionChanged {
        /// The subscription's name, as we gave it.
        name: Bytes,
        /// Where it was evaluated.
        session: SessionId,
        /// `None` for a subscription to the session.
        window: Option<WindowId>,
        /// Index of the window in the session.
        index: Option<u32>,
        /// `None` for a subscription to the session or to windows.
        pane: Option<PaneId>,
        /// Raw text of the first line; a line feed in a value ends it and starts a forged line.
        value: Bytes,
    },
    /// A paste buffer was set (3.4 and later).
    PasteBufferChanged {
        /// Which.
        name: Bytes,
    },
    /// A paste buffer was deleted (3.4 and later).
    PasteBufferDeleted {
        /// Which.
        name: Bytes,
    },
    /// What `display-message` shows on a terminal (3.4 and later).
    Message {
        /// The text.
        text: Bytes,
    },
    /// An error in a configuration file (3.4 and later).
    ConfigError {
        /// File, line and message.
        text: Bytes,
    },
    /// The client is about to end: detached, session killed, server gone, or end of our input, all alike.
    Exit {
        /// Seen: none, `too far behind`, `server exited unexpectedly`.
        reason: Option<Bytes>,
    },
    /// A line that begins with `%` and is none of the above, or not well formed.
    Unknown {
        /// The whole line.
        line: Bytes,
    },
}

type Read<'a, T> = IResult<&'a [u8], T>;

/// Reads the rest of a line whose first word is `%verb`; `body` is empty or begins with a space.
/// `None`: no such verb. `Some(None)`: the verb is known, the rest is not what belongs to it.
pub(super) fn parse(verb: &[u8], body: &[u8]) -> Option<Option<Notification>> {
    of_windows_and_panes(verb, body)
        .or_else(|| of_sessions_and_clients(verb, body))
        .or_else(|| of_texts(verb, body))
        .map(|read| read.ok().map(|(_later_fields, notification)| notification))
}

fn of_windows_and_panes<'a>(verb: &[u8], body: &'a [u8]) -> Option<Read<'a, Notification>> {
    use Notification as N;
    let window = || field(window_id);
    let pane = || field(pane_id);
    Some(match verb {
        b"pause" => pane().map(|pane| N::Pause { pane }).parse(body),
        b"continue" => pane().map(|pane| N::Continue { pane }).parse(body),
        b"pane-mode-changed" => pane().map(|pane| N::PaneModeChanged { pane }).parse(body),
        b"window-pane-changed" => (window(), pane())
            .map(|(window, pane)| N::WindowPaneChanged { window, pane })
            .parse(body),
        b"layout-change" => layout_change(body),
        b"window-add" => window().map(|window| N::WindowAdd { window }).parse(body),
        b"unlinked-window-add" => window()
            .map(|window| N::UnlinkedWindowAdd { window })
            .parse(body),
        b"window-close" => window().map(|window| N::WindowClose { window }).parse(body),
        b"unlinked-window-close" => window()
            .map(|window| N::UnlinkedWindowClose { window })
            .parse(body),
        b"window-renamed" => (window(), text)
            .map(|(window, name)| N::WindowRenamed { window, name })
            .parse(body),
        b"unlinked-window-renamed" => (window(), text)
            .map(|(window, name)| N::UnlinkedWindowRenamed { window, name })
            .parse(body),
        _ => return None,
    })
}

fn of_sessions_and_clients<'a>(verb: &[u8], body: &'a [u8]) -> Option<Read<'a, Notification>> {
    use Notification as N;
    let session = || field(session_id);
    Some(match verb {
        b"session-window-changed" => (session(), field(window_id))
            .map(|(session, window)| N::SessionWindowChanged { session, window })
            .parse(body),
        b"session-changed" => (session(), text)
            .map(|(session, name)| N::SessionChanged { session, name })
            .parse(body),
        b"client-session-changed" => (field(word), session(), text)
            .map(|(client, session, name)| N::ClientSessionChanged {
                client,
                session,
                name,
            })
            .parse(body),
        b"session-renamed" => (session(), text)
            .map(|(session, name)| N::SessionRenamed { session, name })
            .parse(body),
        b"sessions-changed" => Ok((body, N::SessionsChanged)),
        b"client-detached" => text.map(|client| N::ClientDetached { client }).parse(body),
        b"subscription-changed" => subscription_changed(body),
        _ => return None,
    })
}

fn of_texts<'a>(verb: &[u8], body: &'a [u8]) -> Option<Read<'a, Notification>> {
    use Notification as N;
    Some(match verb {
        b"paste-buffer-changed" => text.map(|name| N::PasteBufferChanged { name }).parse(body),
        b"paste-buffer-deleted" => text.map(|name| N::PasteBufferDeleted { name }).parse(body),
        b"message" => text.map(|text| N::Message { text }).parse(body),
        b"config-error" => text.map(|text| N::ConfigError { text }).parse(body),
        b"exit" => text
            .map(|reason| N::Exit {
                reason: (!reason.is_empty()).then_some(reason),
            })
            .parse(body),
        _ => return None,
    })
}

fn layout_change(body: &[u8]) -> Read<'_, Notification> {
    (field(window_id), field(word), field(word), text)
        .map(
            |(window, layout, visible_layout, flags)| Notification::LayoutChange {
                window,
                layout,
                visible_layout,
                flags,
            },
        )
        .parse(body)
}

fn subscription_changed(body: &[u8]) -> Read<'_, Notification> {
    (
        (field(word), field(session_id)),
        (
            field(or_dash(window_id)),
            field(or_dash(number::u32)),
            field(or_dash(pane_id)),
        ),
        preceded(value_mark, rest).map(Bytes::copy_from_slice),
    )
        .map(
            |((name, session), (window, index, pane), value)| Notification::SubscriptionChanged {
                name,
                session,
                window,
                index,
                pane,
                value,
            },
        )
        .parse(body)
}

/// Skips fields of later versions up to and with the ` : ` before a value.
pub(super) fn value_mark(input: &[u8]) -> Read<'_, ()> {
    (take_until(" : "), tag(" : "))
        .map(|_later_fields| ())
        .parse(input)
}

/// One field after its space, up to the next space or the end of the line.
pub(super) fn field<'a, O>(
    inner: impl Parser<&'a [u8], Output = O, Error = nom::error::Error<&'a [u8]>>,
) -> impl Parser<&'a [u8], Output = O, Error = nom::error::Error<&'a [u8]>> {
    delimited(tag(" "), inner, peek(alt((eof, tag(" ")))))
}

pub(super) fn pane_id(input: &[u8]) -> Read<'_, PaneId> {
    preceded(tag("%"), number::u32).map(PaneId).parse(input)
}

fn window_id(input: &[u8]) -> Read<'_, WindowId> {
    preceded(tag("@"), number::u32).map(WindowId).parse(input)
}

fn session_id(input: &[u8]) -> Read<'_, SessionId> {
    preceded(tag("$"), number::u32).map(SessionId).parse(input)
}

fn or_dash<'a, O>(
    inner: impl Parser<&'a [u8], Output = O, Error = nom::error::Error<&'a [u8]>>,
) -> impl Parser<&'a [u8], Output = Option<O>, Error = nom::error::Error<&'a [u8]>> {
    alt((tag("-").map(|_dash| None), inner.map(Some)))
}

fn word(input: &[u8]) -> Read<'_, Bytes> {
    take_till1(|byte| byte == b' ')
        .map(Bytes::copy_from_slice)
        .parse(input)
}

/// The rest of the line after one space; nothing at all is an empty text.
fn text(input: &[u8]) -> Read<'_, Bytes> {
    alt((eof, preceded(tag(" "), rest)))
        .map(Bytes::copy_from_slice)
        .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `None` where the line is not well formed.
    fn read(line: &'static str) -> Option<Notification> {
        let (verb, body) = line.split_at(line.find(' ').unwrap_or(line.len()));
        parse(verb.as_bytes(), body.as_bytes()).expect("the verb is in the table")
    }

    fn text(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn names_may_be_empty_or_hold_anything() {
        let window = WindowId(1);
        let renamed = |name| {
            Some(Notification::WindowRenamed {
                window,
                name: text(name),
            })
        };
        assert_eq!(read("window-renamed @1 a  b "), renamed("a  b "));
        assert_eq!(read("window-renamed @1 "), renamed(""));
        assert_eq!(read("window-renamed @1"), renamed(""));
        assert_eq!(
            read("client-session-changed /dev/pts/3 $2 my $1 @1"),
            Some(Notification::ClientSessionChanged {
                client: text("/dev/pts/3"),
                session: SessionId(2),
                name: text("my $1 @1"),
            })
        );
        assert_eq!(read("exit"), Some(Notification::Exit { reason: None }));
        assert_eq!(
            read("exit too far behind"),
            Some(Notification::Exit {
                reason: Some(text("too far behind"))
            })
        );
        assert_eq!(
            read("message "),
            Some(Notification::Message { text: text("") })
        );
    }

    #[test]
    fn fields_of_later_versions_are_skipped() {
        let window = WindowId(7);
        assert_eq!(
            read("unlinked-window-close @7 name"),
            Some(Notification::UnlinkedWindowClose { window })
        );
        assert_eq!(
            read("pause %1 why"),
            Some(Notification::Pause { pane: PaneId(1) })
        );
        assert_eq!(
            read("sessions-changed $1"),
            Some(Notification::SessionsChanged)
        );
        assert_eq!(
            read("subscription-changed s $1 @2 3 - x y : a : b"),
            Some(Notification::SubscriptionChanged {
                name: text("s"),
                session: SessionId(1),
                window: Some(WindowId(2)),
                index: Some(3),
                pane: None,
                value: text("a : b"),
            })
        );
    }

    #[test]
    fn layout_flags_may_be_empty() {
        let layout = |flags| {
            Some(Notification::LayoutChange {
                window: WindowId(1),
                layout: text("L"),
                visible_layout: text("V"),
                flags: text(flags),
            })
        };
        assert_eq!(read("layout-change @1 L V *Z"), layout("*Z"));
        assert_eq!(read("layout-change @1 L V "), layout(""));
        assert_eq!(read("layout-change @1 L V"), layout(""));
    }

    #[test]
    fn what_is_missing_or_no_id_is_malformed() {
        for line in [
            "pause",
            "pause ",
            "pause @1",
            "pause %1x",
            "window-add @",
            "window-add @-1",
            "window-add @99999999999",
            "window-pane-changed @1",
            "session-window-changed $1 %1",
            "session-renamed name",
            "layout-change @1 L",
            "subscription-changed s $1 - - -",
            "subscription-changed s $1 - - : v",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
