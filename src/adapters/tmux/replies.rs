//! Pairs replies with the commands of one control client: in order, since tmux answers in order. Pure.
//!
//! Invariant: every command is answered exactly once, with tmux's reply, a timeout, or the end of the client; a reply that
//! comes after a timeout answers nobody else.

use std::collections::VecDeque;

use bytes::Bytes;

use super::command::Command;
use super::frame::Reply;
use super::limits::{CLIENT_STUCK, COMMAND_DEADLINE};
use super::purpose::{Purpose, Replies};
use crate::domain::time::Tick;
use crate::ports::mux::MuxError;

/// Commands that tmux has not answered yet.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    queue: VecDeque<Sent>,
    /// When tmux last said anything to the client: an answer may be far behind in what it still has to say.
    heard: Tick,
}

/// The end of a command.
#[derive(Debug)]
pub(super) struct Answered {
    /// Why it was sent.
    pub(super) purpose: Purpose,
    /// Rows of each reply.
    pub(super) result: Result<Replies, MuxError>,
}

#[derive(Debug)]
struct Sent {
    name: &'static str,
    /// `None` once it was given up; its replies still come.
    purpose: Option<Purpose>,
    left: usize,
    replies: Replies,
    until: Tick,
}

impl Waiting {
    /// The client was told something.
    pub(super) fn heard(&mut self, now: Tick) {
        self.heard = now;
    }

    /// A command was sent.
    pub(super) fn push(&mut self, command: &Command, purpose: Purpose, now: Tick) {
        self.queue.push_back(Sent {
            name: command.name(),
            purpose: Some(purpose),
            left: command.replies(),
            replies: Vec::new(),
            until: now.after(COMMAND_DEADLINE),
        });
    }

    /// A reply to something that we sent. `Some` when it was the last one of its command.
    pub(super) fn answered(&mut self, reply: Reply) -> Option<Answered> {
        let Some(sent) = self.queue.front_mut() else {
            tracing::warn!("tmux answered what was not asked");
            return None;
        };
        let failure = if reply.ok {
            sent.replies.push(reply.rows);
            sent.left = sent.left.saturating_sub(1);
            if sent.left > 0 {
                return None;
            }
            None
        } else {
            // After an error the rest of a list gets no reply.
            Some(text_of(&reply.rows))
        };
        let sent = self.queue.pop_front()?;
        let result = match failure {
            None => Ok(sent.replies),
            Some(message) => Err(MuxError::Command {
                command: sent.name.to_owned(),
                message,
            }),
        };
        let purpose = sent.purpose?;
        Some(Answered { purpose, result })
    }

    /// When [`Self::expire`] is due.
    pub(super) fn deadline(&self) -> Option<Tick> {
        let due = |sent: &Sent| match sent.purpose {
            Some(_) => self.until(sent),
            None => self.until(sent).after(CLIENT_STUCK),
        };
        self.queue.iter().map(due).min()
    }

    /// Gives up what has waited too long. True when the client does not answer at all any more.
    pub(super) fn expire(&mut self, now: Tick, tell: &mut dyn FnMut(Answered)) -> bool {
        let mut stuck = false;
        let heard = self.heard.after(COMMAND_DEADLINE);
        for sent in &mut self.queue {
            let until = sent.until.max(heard);
            if until > now {
                continue;
            }
            stuck |= until.after(CLIENT_STUCK) <= now;
            if let Some(purpose) = sent.purpose.take() {
                let result = Err(MuxError::TimedOut {
                    command: sent.name.to_owned(),
                    seconds: COMMAND_DEADLINE.as_secs(),
                });
                tell(Answered { purpose, result });
            }
        }
        stuck
    }

    fn until(&self, sent: &Sent) -> Tick {
        sent.until.max(self.heard.after(COMMAND_DEADLINE))
    }

    /// The client is gone: nothing more will be answered.
    pub(super) fn fail(&mut self, tell: &mut dyn FnMut(Answered)) {
        for sent in self.queue.drain(..) {
            if let Some(purpose) = sent.purpose {
                let result = Err(MuxError::Disconnected {
                    command: sent.name.to_owned(),
                });
                tell(Answered { purpose, result });
            }
        }
    }
}

/// The text of an error.
pub(super) fn text_of(rows: &[Bytes]) -> String {
    let lines: Vec<_> = rows
        .iter()
        .map(|row| String::from_utf8_lossy(row))
        .collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::line::Guard;
    use super::*;
    use crate::domain::ids::PaneId;

    fn reply(ok: bool, row: &'static str) -> Reply {
        Reply {
            guard: Guard {
                time: 1,
                number: 1,
                flags: 1,
            },
            ok,
            rows: vec![Bytes::from_static(row.as_bytes())],
            truncated: false,
        }
    }

    fn fence(pane: u32) -> Purpose {
        Purpose::Fence { pane: PaneId(pane) }
    }

    fn pane_of(answered: &Answered) -> u32 {
        match answered.purpose {
            Purpose::Fence { pane } => pane.0,
            _ => panic!("a fence was sent"),
        }
    }

    fn at(seconds: u64) -> Tick {
        Tick(Duration::from_secs(seconds))
    }

    #[test]
    fn replies_are_paired_in_order_and_an_error_ends_a_list() {
        let mut waiting = Waiting::default();
        let list = Command::new("a").then(&Command::new("b"));
        waiting.push(&list, fence(1), at(0));
        waiting.push(&list, fence(2), at(0));
        waiting.push(&Command::new("c"), fence(3), at(0));
        assert!(waiting.answered(reply(true, "one")).is_none());
        let first = waiting.answered(reply(true, "two")).unwrap();
        assert_eq!((pane_of(&first), first.result.unwrap().len()), (1, 2));
        let second = waiting.answered(reply(false, "no such thing")).unwrap();
        assert_eq!(pane_of(&second), 2);
        assert!(
            matches!(second.result, Err(MuxError::Command { message, .. }) if message == "no such thing")
        );
        assert_eq!(pane_of(&waiting.answered(reply(true, "")).unwrap()), 3);
        assert!(waiting.answered(reply(true, "")).is_none());
    }

    #[test]
    fn a_late_reply_answers_nobody_else() {
        let mut waiting = Waiting::default();
        waiting.push(&Command::new("slow"), fence(1), at(0));
        waiting.push(&Command::new("next"), fence(2), at(4));
        assert_eq!(waiting.deadline(), Some(at(5)));
        let mut told = Vec::new();
        assert!(!waiting.expire(at(5), &mut |answered| told.push(answered)));
        assert_eq!(told.len(), 1);
        assert!(matches!(told[0].result, Err(MuxError::TimedOut { .. })));
        assert!(waiting.answered(reply(true, "late")).is_none());
        assert_eq!(pane_of(&waiting.answered(reply(true, "")).unwrap()), 2);
    }

    #[test]
    fn what_never_answers_is_stuck_and_what_is_gone_fails() {
        let mut waiting = Waiting::default();
        waiting.push(&Command::new("a"), fence(1), at(0));
        let mut told = Vec::new();
        assert!(waiting.expire(at(60), &mut |answered| told.push(answered)));
        waiting.push(&Command::new("b"), fence(2), at(60));
        waiting.fail(&mut |answered| told.push(answered));
        assert_eq!(told.iter().map(pane_of).collect::<Vec<_>>(), [1, 2]);
    }
}
