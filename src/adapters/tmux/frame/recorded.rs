//! Recorded sessions of every tmux version from 3.3a to 3.7c, and of agents: `tests/fixtures/control-mode`.

use std::collections::BTreeMap;

use super::*;
use crate::domain::ids::{SessionId, WindowId};

const SESSIONS: [(&str, &[u8]); 5] = [
    (
        "3.3a",
        include_bytes!("../../../../tests/fixtures/control-mode/session-3.3a.txt"),
    ),
    (
        "3.4",
        include_bytes!("../../../../tests/fixtures/control-mode/session-3.4.txt"),
    ),
    (
        "3.5a",
        include_bytes!("../../../../tests/fixtures/control-mode/session-3.5a.txt"),
    ),
    (
        "3.6b",
        include_bytes!("../../../../tests/fixtures/control-mode/session-3.6b.txt"),
    ),
    (
        "3.7c",
        include_bytes!("../../../../tests/fixtures/control-mode/session-3.7c.txt"),
    ),
];

fn read(input: &[u8]) -> (Vec<Frame>, FrameCounters) {
    let mut framer = Framer::new();
    let mut all = Vec::new();
    framer.feed(input, &mut |frame| all.push(frame));
    (all, framer.counters())
}

/// The variant's name.
fn kind(frame: &Frame) -> String {
    let shown = match frame {
        Frame::Notification(notification) => format!("{notification:?}"),
        Frame::Reply(reply) if reply.ok => "Reply".to_owned(),
        Frame::Reply(_) => "ErrorReply".to_owned(),
        other => format!("{other:?}"),
    };
    shown
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn counts(frames: &[Frame]) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for frame in frames {
        *all.entry(kind(frame)).or_default() += 1;
    }
    all
}

/// Every count that is the same in all versions. `%pause`, `%continue` and `%message` were said once or twice in
/// each session, but inside a block: they are rows.
const ALWAYS: [(&str, usize); 16] = [
    ("ClientDetached", 1),
    ("ClientSessionChanged", 1),
    ("Exit", 5),
    ("LayoutChange", 8),
    ("SessionChanged", 4),
    ("SessionRenamed", 1),
    ("SessionWindowChanged", 2),
    ("SessionsChanged", 8),
    ("SubscriptionChanged", 9),
    ("UnlinkedWindowAdd", 4),
    ("UnlinkedWindowClose", 6),
    ("WindowAdd", 3),
    ("WindowPaneChanged", 2),
    ("Continue", 0),
    ("Message", 0),
    ("Pause", 0),
];

/// The others, in the order of `SESSIONS`.
const BY_VERSION: [(&str, [usize; 5]); 9] = [
    ("ConfigError", [0, 0, 0, 1, 1]),
    ("ErrorReply", [11, 11, 11, 11, 12]),
    ("PaneModeChanged", [6, 6, 4, 4, 4]),
    ("PasteBufferChanged", [0, 1, 1, 1, 1]),
    ("PasteBufferDeleted", [0, 1, 1, 1, 1]),
    ("Reply", [76, 76, 76, 76, 75]),
    // An error in a sourced file up to 3.5a; four lines of run-shell from 3.5a on.
    ("Stray", [1, 1, 5, 4, 4]),
    ("UnlinkedWindowRenamed", [5, 2, 2, 2, 2]),
    ("WindowRenamed", [3, 2, 2, 2, 2]),
];

#[test]
fn every_line_of_every_version_is_understood() {
    for (at, (version, input)) in SESSIONS.into_iter().enumerate() {
        let (frames, counters) = read(input);
        // The `%end 1 2 3` that somebody's run-shell printed outside of any block, where tmux prints it raw.
        let forged_ends = if at < 2 { 0 } else { 1 };
        let expected = FrameCounters {
            malformed: forged_ends,
            ..FrameCounters::default()
        };
        assert_eq!(counters, expected, "{version}");
        let mut got = counts(&frames);
        let by_version = BY_VERSION.map(|(kind, counts)| (kind, counts[at]));
        for (kind, count) in ALWAYS.into_iter().chain(by_version) {
            assert_eq!(got.remove(kind).unwrap_or(0), count, "{kind} in {version}");
        }
        got.remove("Output");
        assert!(got.is_empty(), "not expected in {version}: {got:?}");
    }
}

#[test]
fn fields_are_read_as_they_stand() {
    let (frames, _) = read(SESSIONS[4].1);
    let all: Vec<&Notification> = frames
        .iter()
        .filter_map(|frame| match frame {
            Frame::Notification(notification) => Some(notification),
            _ => None,
        })
        .collect();
    let text = Bytes::from_static;
    let expected = [
        Notification::LayoutChange {
            window: WindowId(1),
            layout: text(b"419a,80x24,0,0[80x12,0,0,1,80x11,0,13,2]"),
            visible_layout: text(b"b25e,80x24,0,0,1"),
            flags: text(b"*Z"),
        },
        Notification::WindowRenamed {
            window: WindowId(1),
            name: text(b"a b:c.d%e"),
        },
        Notification::SubscriptionChanged {
            name: text(b"p1"),
            session: SessionId(0),
            window: Some(WindowId(1)),
            index: Some(1),
            pane: Some(PaneId(2)),
            value: text(b"%2 0 : x"),
        },
        Notification::SubscriptionChanged {
            name: text(b"s1"),
            session: SessionId(0),
            window: None,
            index: None,
            pane: None,
            value: text(b"g1"),
        },
        Notification::ClientSessionChanged {
            client: text(b"client-3929"),
            session: SessionId(1),
            name: text(b"oth2"),
        },
        Notification::SessionRenamed {
            session: SessionId(1),
            name: text(b"oth2"),
        },
        Notification::ConfigError {
            text: text(b"/home/u/bad.conf:2: unknown command: bogus"),
        },
        Notification::Exit { reason: None },
    ];
    for one in &expected {
        assert!(all.contains(&one), "{one:?}");
    }
}

#[test]
fn a_pause_inside_a_block_is_a_row_of_the_reply() {
    for (version, input) in SESSIONS {
        let (frames, _) = read(input);
        for row in ["%pause %0", "%continue %0"] {
            let found = frames.iter().any(
                |frame| matches!(frame, Frame::Reply(reply) if reply.ok && reply.rows == [row]),
            );
            assert!(found, "{row} in {version}");
        }
    }
}

#[test]
fn replies_come_one_by_one_and_tell_whose_they_are() {
    let (frames, _) = read(SESSIONS[4].1);
    let replies: Vec<&Reply> = frames
        .iter()
        .filter_map(|frame| match frame {
            Frame::Reply(reply) => Some(reply),
            _ => None,
        })
        .collect();
    let hooked = replies.iter().find(|reply| reply.rows == ["hooked"]);
    assert_eq!(hooked.map(|reply| reply.guard.flags), Some(0));
    let refused = replies.iter().find(|reply| reply.rows == ["no sessions"]);
    assert_eq!(refused.map(|reply| reply.ok), Some(false));
    assert_eq!(replies[0].guard.number, 280);
    assert_eq!(replies[0].guard.flags, 0);
}

#[test]
fn agents_are_read_without_loss() {
    let agents: [&[u8]; 3] = [
        include_bytes!("../../../../tests/fixtures/control-mode/agent-claude.txt"),
        include_bytes!("../../../../tests/fixtures/control-mode/agent-codex.txt"),
        include_bytes!("../../../../tests/fixtures/control-mode/agent-gemini.txt"),
    ];
    for input in agents {
        let (frames, counters) = read(input);
        assert_eq!(counters, FrameCounters::default());
        // What was decoded and is escaped again has the length of all data that came in.
        let mut decoded = 0;
        for frame in &frames {
            if let Frame::Output { bytes, .. } = frame {
                decoded += crate::adapters::tmux::unescape::escape(bytes).len();
            }
        }
        let sent: usize = input
            .split(|byte| *byte == b'\n')
            .filter_map(|line| line.strip_prefix(b"%output %1 "))
            .map(<[u8]>::len)
            .sum();
        assert!(sent > 50_000, "{sent}");
        assert_eq!(decoded, sent);
    }
}
