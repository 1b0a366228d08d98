//! The harness: owns every process and directory of a test, and speaks the words of geppetto.

mod command;
mod processes;
mod sandbox;
mod speak;
mod terminal;
mod wait;
mod wire;

pub(crate) use command::{Background, Output};
pub(crate) use processes::Process;
pub(crate) use sandbox::Sandbox;
pub(crate) use terminal::Terminal;
pub(crate) use wait::{LONG, USUAL};
pub(crate) use wire::Wire;
