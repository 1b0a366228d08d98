//! One control client: a `tmux -C attach-session` process, its framer, and the commands that wait for their replies.
//! Polled by the hub's one task, which reads it first and waits for nothing: a control client that is not read would
//! freeze the programs that it watches.
//!
//! Invariant: a client is read until its end, even when it is no longer wanted, and its process is waited for.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::command::Command;
use super::frame::{Frame, Framer, Reply};
use super::limits::{ATTACH_DEADLINE, CLOSE_STEP, PIPE_BYTES};
use super::notification::Notification;
use super::purpose::Purpose;
use super::replies::{Answered, Waiting, text_of};
use crate::domain::ids::{PaneId, Pid, SessionId};
use crate::domain::time::Tick;

/// Number of a client, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClientId(pub(super) u64);

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Gets no output: the command channel, and the reason why no watching client can hold a pane back.
    Sentinel,
    /// Gets the output of this session's windows.
    Watcher(SessionId),
}

/// What a client tells the hub.
#[derive(Debug)]
pub(super) enum ClientEvent {
    /// It is attached; commands may be sent.
    Attached,
    /// tmux refused to attach it. `Ended` follows.
    Refused(String),
    /// A pane printed.
    Output {
        /// Which.
        pane: PaneId,
        /// Decoded.
        bytes: Bytes,
    },
    /// Anything else that tmux tells by itself.
    Told(Notification),
    /// A command was answered, or never will be.
    Answered(Answered),
    /// Its process is gone. The last event.
    Ended {
        /// It was attached, and no other client has told yet that it is detached: tmux will, a little later.
        untold: Option<Pid>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waiting for the first block, which is the answer to attaching.
    Attaching { until: Tick },
    /// In use.
    Attached,
    /// No longer wanted; harder and harder steps until it leaves.
    Closing { step: CloseStep, until: Tick },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CloseStep {
    EndOfInput,
    Terminate,
    Kill,
}

/// A running control client.
pub(super) struct Client {
    pub(super) id: ClientId,
    pub(super) role: Role,
    pub(super) pid: Option<Pid>,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    framer: Framer,
    outgoing: BytesMut,
    waiting: Waiting,
    state: State,
    standing: Standing,
}

/// What the server thinks of a client, whatever we want of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It introduces itself, or is about to.
    Introducing,
    /// Attaching was refused: nobody will be told of its end.
    Refused,
    /// Attached.
    Attached,
    /// The others were told that it is detached.
    Detached,
}

/// Gives tmux room to write a burst at once: with the usual 64 KiB it waits for us again and again.
#[cfg(target_os = "linux")]
fn widen(stdout: &ChildStdout) {
    if let Err(error) = rustix::pipe::fcntl_setpipe_size(stdout, PIPE_BYTES) {
        // A user may have used up what the system allows; it works without.
        tracing::debug!(%error, "the pipe of a control client stays small");
    }
}

#[cfg(not(target_os = "linux"))]
const fn widen(_: &ChildStdout) {}

impl Client {
    /// Takes over a process that was just started with both pipes.
    pub(super) fn new(id: ClientId, role: Role, mut child: Child, now: Tick) -> Self {
        Self {
            id,
            role,
            pid: child
                .id()
                .and_then(|pid| i32::try_from(pid).ok())
                .and_then(Pid::new),
            stdin: child.stdin.take(),
            stdout: child.stdout.take().inspect(widen),
            child,
            framer: Framer::new(),
            outgoing: BytesMut::new(),
            waiting: Waiting::default(),
            state: State::Attaching {
                until: now.after(ATTACH_DEADLINE),
            },
            standing: Standing::Introducing,
        }
    }

    /// True when commands may be sent and its output counts.
    pub(super) fn is_attached(&self) -> bool {
        self.state == State::Attached
    }

    /// True while it introduces itself to the server, also when it is no longer wanted.
    pub(super) fn is_attaching(&self) -> bool {
        self.standing == Standing::Introducing
    }

    /// tmux tells the others that it is detached.
    pub(super) fn detached(&mut self) {
        self.standing = Standing::Detached;
    }

    /// True until it is closed or lost.
    pub(super) fn is_wanted(&self) -> bool {
        !matches!(self.state, State::Closing { .. })
    }

    /// Sends a command; its answer comes as an event, in any case.
    pub(super) fn send(&mut self, command: &Command, purpose: Purpose, now: Tick) {
        self.outgoing.extend_from_slice(command.line().as_bytes());
        self.outgoing.extend_from_slice(b"\n");
        self.waiting.push(command, purpose, now);
    }

    /// Lets it go: the end of its input detaches it. It is read until it has left.
    pub(super) fn close(&mut self, now: Tick) {
        if self.is_wanted() {
            self.stdin = None;
            self.state = State::Closing {
                step: CloseStep::EndOfInput,
                until: now.after(CLOSE_STEP),
            };
        }
    }

    /// When [`Self::expire`] is due.
    pub(super) fn deadline(&self) -> Option<Tick> {
        let own = match self.state {
            State::Attaching { until } | State::Closing { until, .. } => Some(until),
            State::Attached => None,
        };
        own.into_iter().chain(self.waiting.deadline()).min()
    }

    /// Gives up what has waited too long.
    pub(super) fn expire(&mut self, now: Tick, out: &mut Vec<(ClientId, ClientEvent)>) {
        let stuck = self.waiting.expire(now, &mut |answer| {
            out.push((self.id, ClientEvent::Answered(answer)));
        });
        match self.state {
            State::Attached if stuck => self.close(now),
            State::Attaching { until } if until <= now => self.close(now),
            State::Closing { step, until } if until <= now => self.next_step(step, now),
            State::Attaching { .. } | State::Attached | State::Closing { .. } => {}
        }
    }

    fn next_step(&mut self, step: CloseStep, now: Tick) {
        let next = match step {
            CloseStep::EndOfInput => {
                if let Some(pid) = self
                    .pid
                    .and_then(|pid| rustix::process::Pid::from_raw(pid.as_raw()))
                {
                    // Not there any more is what we want; nothing else can be wrong with a child of ours.
                    let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
                }
                CloseStep::Terminate
            }
            CloseStep::Terminate | CloseStep::Kill => {
                // The same.
                let _ = self.child.start_kill();
                CloseStep::Kill
            }
        };
        self.state = State::Closing {
            step: next,
            until: now.after(CLOSE_STEP),
        };
    }

    /// Reads one chunk (nothing without a buffer), writes what can be written, and looks for the end of the process. Returns true when the
    /// process is gone and everything it said has been told.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        buffer: Option<&mut [u8]>,
        now: Tick,
        out: &mut Vec<(ClientId, ClientEvent)>,
    ) -> bool {
        if let Some(buffer) = buffer {
            self.poll_read(cx, buffer, now, out);
        }
        self.poll_write(cx);
        if self.stdout.is_some() {
            return false;
        }
        if std::pin::pin!(self.child.wait()).poll(cx).is_pending() {
            return false;
        }
        self.waiting.fail(&mut |answer| {
            out.push((self.id, ClientEvent::Answered(answer)));
        });
        let untold = self.pid.filter(|_| self.standing == Standing::Attached);
        out.push((self.id, ClientEvent::Ended { untold }));
        true
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
        now: Tick,
        out: &mut Vec<(ClientId, ClientEvent)>,
    ) {
        // A read that leaves room has taken all that there was. The second one only asks to be woken then, which costs less than a
        // whole turn of the hub, and wakes no other thread to share in it.
        for _ in 0..2 {
            let Some(stdout) = &mut self.stdout else {
                return;
            };
            let mut read = ReadBuf::new(buffer);
            match Pin::new(stdout).poll_read(cx, &mut read) {
                Poll::Pending => return,
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    self.waiting.heard(now);
                    let mut framer = std::mem::take(&mut self.framer);
                    framer.feed(read.filled(), &mut |frame| self.frame(frame, out));
                    self.framer = framer;
                    if read.remaining() == 0 {
                        break;
                    }
                }
                Poll::Ready(Ok(()) | Err(_)) => {
                    self.stdout = None;
                    return self.close(now);
                }
            }
        }
        // There may be more: come back, after the others had their turn.
        cx.waker().wake_by_ref();
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        while !self.outgoing.is_empty() {
            let Some(stdin) = &mut self.stdin else {
                return self.outgoing.clear();
            };
            match Pin::new(stdin).poll_write(cx, &self.outgoing) {
                Poll::Pending => return,
                Poll::Ready(Ok(written)) => self.outgoing.advance(written),
                // It is leaving; the end of its output tells the rest.
                Poll::Ready(Err(_)) => self.stdin = None,
            }
        }
    }

    fn frame(&mut self, frame: Frame, out: &mut Vec<(ClientId, ClientEvent)>) {
        match frame {
            Frame::Output { pane, bytes, .. } => {
                if self.is_attached() {
                    out.push((self.id, ClientEvent::Output { pane, bytes }));
                }
            }
            Frame::Reply(reply) if reply.guard.flags & 1 == 1 => {
                if let Some(answer) = self.waiting.answered(reply) {
                    out.push((self.id, ClientEvent::Answered(answer)));
                }
            }
            Frame::Reply(reply) => self.attached(&reply, out),
            Frame::Notification(told) => {
                if self.is_wanted() {
                    out.push((self.id, ClientEvent::Told(told)));
                }
            }
            Frame::Stray(line) => {
                tracing::debug!(
                    client = self.id.0,
                    bytes = line.len(),
                    "stray line from tmux"
                );
            }
        }
    }

    /// The first reply to nothing that we sent is the attach itself; later ones are of hooks.
    fn attached(&mut self, reply: &Reply, out: &mut Vec<(ClientId, ClientEvent)>) {
        if self.is_attaching() {
            self.standing = match reply.ok {
                true => Standing::Attached,
                false => Standing::Refused,
            };
        }
        if !matches!(self.state, State::Attaching { .. }) {
            return;
        }
        if reply.ok {
            self.state = State::Attached;
            out.push((self.id, ClientEvent::Attached));
        } else {
            out.push((self.id, ClientEvent::Refused(text_of(&reply.rows))));
        }
    }
}
