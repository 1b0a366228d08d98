//! The harness: owns every process and directory of a test, and speaks the words of geppetto.

mod command;
mod failure;
mod install;
mod life;
pub(crate) mod plugin;
mod processes;
mod sandbox;
mod speak;
mod terminal;
mod wait;
mod wire;

pub(crate) use install::{copy_program, write_program};
pub(crate) use processes::Process;
pub(crate) use sandbox::{Sandbox, variable};
pub(crate) use terminal::Terminal;
pub(crate) use wait::LONG;
pub(crate) use wire::Wire;
