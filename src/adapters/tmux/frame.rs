//! Bytes of a control client's stdout to frames: splits lines, collects replies, decodes and joins output. Chunks
//! may be cut anywhere. No IO, no commands: which reply answers which command is the hub's knowledge.
//!
//! Invariant: inside a block nothing is an event. Only an `%end` or `%error` whose three numbers are those of the
//! block's `%begin` ends it, so text of a pane that a reply shows can forge nothing. Up to tmux 3.7c a real `%pause`
//! or `%continue`, and in every version the `%message` of a `display-message`, can stand inside a block: they are
//! rows too, as nothing tells them from text. Whoever sends `refresh-client -A` knows the state from the reply.

use bytes::{Bytes, BytesMut};

use super::line::{self, Guard, Line};
use super::notification::Notification;
use super::unescape::unescape_into;
use crate::domain::ids::PaneId;

/// What a control client says, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// What a pane printed. Neighbouring lines of one pane within a chunk are joined.
    Output {
        /// Which pane.
        pane: PaneId,
        /// Decoded; may begin and end inside a UTF-8 character or an escape sequence. Shares memory with output
        /// near it: copy what is kept for long.
        bytes: Bytes,
        /// Milliseconds that tmux kept it (the most of the joined lines); only with `pause-after`.
        age_ms: Option<u64>,
    },
    /// Anything else that tmux tells by itself.
    Notification(Notification),
    /// A complete answer to one command.
    Reply(Reply),
    /// A line outside of any block that is no notification: output of somebody's `run-shell`, or an end of a
    /// block that never began.
    Stray(Bytes),
}

/// The answer to one command, or to one of several on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its numbers; `flags` 0 means that it answers nothing that this client typed.
    pub guard: Guard,
    /// False when `%error` ended it: the rows are the message then.
    pub ok: bool,
    /// Lines without their line feed, raw.
    pub rows: Vec<Bytes>,
    /// True when the reply was over the limit and later rows are missing.
    pub truncated: bool,
}

/// Trouble that was survived, since the framer was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameCounters {
    /// Notifications whose first word is not known.
    pub unknown: u64,
    /// Lines whose first word is known but not the rest, and ends of blocks that never began.
    pub malformed: u64,
    /// Lines that were cut and replies that lost rows, because they were over the limit.
    pub oversized: u64,
}

/// How much is kept of what has not ended yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameLimits {
    /// Bytes of one line; the rest of a longer one is dropped.
    pub line: usize,
    /// Bytes of all rows of one reply, with what each row costs in memory; later rows are dropped.
    pub reply: usize,
}

impl Default for FrameLimits {
    /// Far above what tmux writes (8 kB a line; 64 MiB is a screen with more than a million lines of history):
    /// they guard against a stream that is not tmux's.
    fn default() -> Self {
        Self {
            line: 16 << 20,
            reply: 64 << 20,
        }
    }
}

/// The state between two chunks.
#[derive(Debug, Default)]
pub struct Framer {
    limits: FrameLimits,
    counters: FrameCounters,
    /// Beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// True while the rest of a line that was too long is skipped.
    skipping: bool,
    block: Option<Block>,
    run: Run,
}

/// A reply that has begun.
#[derive(Debug)]
struct Block {
    reply: Reply,
    /// Rows are split off this, so that a reply is a few allocations and not one per row.
    buffer: BytesMut,
    size: usize,
}

/// Output of one pane, joined over neighbouring lines. Never outlives a call of `feed` with bytes in it.
#[derive(Debug, Default)]
struct Run {
    pane: Option<PaneId>,
    age_ms: Option<u64>,
    buffer: BytesMut,
}

impl Framer {
    /// With the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// With other limits.
    pub fn with_limits(limits: FrameLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// What went wrong so far.
    pub fn counters(&self) -> FrameCounters {
        self.counters
    }

    /// Takes the next bytes and hands every frame that they complete to `sink`.
    pub fn feed(&mut self, chunk: &[u8], sink: &mut dyn FnMut(Frame)) {
        let mut rest = chunk;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (head, tail) = rest.split_at(at);
            rest = tail.get(1..).unwrap_or_default();
            if self.partial.is_empty() && !self.skipping {
                self.whole_line(head, sink);
            } else {
                self.keep(head);
                let line = std::mem::take(&mut self.partial);
                self.skipping = false;
                self.line(&line, sink);
            }
        }
        self.keep(rest);
        self.run.flush(sink);
    }

    fn whole_line(&mut self, line: &[u8], sink: &mut dyn FnMut(Frame)) {
        match line.split_at_checked(self.limits.line) {
            Some((kept, dropped)) if !dropped.is_empty() => {
                self.counters.oversized += 1;
                self.line(kept, sink);
            }
            _ => self.line(line, sink),
        }
    }

    /// Adds to the line that has not ended, up to the limit.
    fn keep(&mut self, piece: &[u8]) {
        if self.skipping {
            return;
        }
        let room = self.limits.line.saturating_sub(self.partial.len());
        if let Some((kept, dropped)) = piece.split_at_checked(room) {
            self.partial.extend_from_slice(kept);
            if !dropped.is_empty() {
                self.skipping = true;
                self.counters.oversized += 1;
            }
        } else {
            self.partial.extend_from_slice(piece);
        }
    }

    fn line(&mut self, line: &[u8], sink: &mut dyn FnMut(Frame)) {
        if let Some(block) = &mut self.block {
            match block.ended_by(line) {
                Some(ok) => self.end_block(ok, sink),
                None => block.add(line, self.limits.reply, &mut self.counters),
            }
            return;
        }
        let frame = match line::parse(line) {
            Line::Output { pane, data, age_ms } => return self.run.add(pane, data, age_ms, sink),
            Line::Begin(guard) => {
                self.block = Some(Block::new(guard));
                None
            }
            Line::Notification(notification) => {
                if matches!(notification, Notification::Unknown { .. }) {
                    self.counters.unknown += 1;
                }
                Some(Frame::Notification(notification))
            }
            Line::Malformed => {
                self.counters.malformed += 1;
                let line = Bytes::copy_from_slice(line);
                Some(Frame::Notification(Notification::Unknown { line }))
            }
            Line::End(_) | Line::Error(_) => {
                self.counters.malformed += 1;
                Some(Frame::Stray(Bytes::copy_from_slice(line)))
            }
            Line::Other => Some(Frame::Stray(Bytes::copy_from_slice(line))),
        };
        self.run.flush(sink);
        if let Some(frame) = frame {
            sink(frame);
        }
    }

    fn end_block(&mut self, ok: bool, sink: &mut dyn FnMut(Frame)) {
        if let Some(Block { mut reply, .. }) = self.block.take() {
            reply.ok = ok;
            sink(Frame::Reply(reply));
        }
    }
}

impl Block {
    fn new(guard: Guard) -> Self {
        Self {
            reply: Reply {
                guard,
                ok: false,
                rows: Vec::new(),
                truncated: false,
            },
            buffer: BytesMut::new(),
            size: 0,
        }
    }

    /// `Some(true)` for our `%end`, `Some(false)` for our `%error`, `None` for a row.
    fn ended_by(&self, line: &[u8]) -> Option<bool> {
        // Rows that cannot be a guard are not worth parsing.
        if !line.starts_with(b"%e") {
            return None;
        }
        match line::parse(line) {
            Line::End(guard) if guard == self.reply.guard => Some(true),
            Line::Error(guard) if guard == self.reply.guard => Some(false),
            _ => None,
        }
    }

    fn add(&mut self, row: &[u8], limit: usize, counters: &mut FrameCounters) {
        if self.reply.truncated {
            return;
        }
        self.size += row.len() + size_of::<Bytes>();
        if self.size > limit {
            self.reply.truncated = true;
            counters.oversized += 1;
            return;
        }
        self.buffer.extend_from_slice(row);
        self.reply.rows.push(self.buffer.split().freeze());
    }
}

impl Run {
    fn add(&mut self, pane: PaneId, data: &[u8], age_ms: Option<u64>, sink: &mut dyn FnMut(Frame)) {
        if self.pane != Some(pane) {
            self.flush(sink);
            self.pane = Some(pane);
        }
        self.age_ms = self.age_ms.max(age_ms);
        unescape_into(data, &mut self.buffer);
    }

    fn flush(&mut self, sink: &mut dyn FnMut(Frame)) {
        let age_ms = self.age_ms.take();
        if let Some(pane) = self.pane.take() {
            sink(Frame::Output {
                pane,
                bytes: self.buffer.split().freeze(),
                age_ms,
            });
        }
    }
}

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;
