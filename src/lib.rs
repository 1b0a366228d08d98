//! geppetto watches AI coding agents that run in a developer's own tmux.
//!
//! # Words
//! - **runner**: a long-running program in one tmux pane that geppetto watches
//! - **kind**: `claude-code`, `codex`, `cursor` or `custom`: a row of data in [`domain::kind`]
//! - **session, window, pane**: tmux's own, always addressed by id (`$1`, `@2`, `%3`)
//! - **session key**: `<prefix>::<idea>::<slot>`, kept in the session option `@geppetto_key`
//! - **epoch**: one life of one pane: a respawn or a new server begins another
//! - **log entry**: a readable line derived from what the pane printed
//! - **conversation**: what an agent remembers of its turns, under an id by which it takes that up again
//! - **turn**: what a person asked an agent, and all that came of it
//! - **ledger**: where it is written down what messages of agents used, and what their turns were
//! - **status**: what the user sees; a function of **evidence**, which is one dated fact about a runner
//! - **notice**: what a person is told of a runner that needs them, in one or several **ways** (the bell, a message, ...)
//! - **port / adapter**: what the core asks of the world / an implementation of it
//! - **run parent**: the tiny parent process above a program that geppetto starts; it reports the true exit

pub mod adapters;
pub mod app;
pub mod bootstrap;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod daemon_stdio;
pub mod domain;
pub mod logging;
pub mod ports;
pub mod supervise;
#[cfg(test)]
mod testkit;
mod tui;
pub mod wire;
