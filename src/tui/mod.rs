//! The dashboard, a full-screen view of all runners: what is known ([`App`]), what a message makes of it ([`update`],
//! pure), what it looks like ([`view`]) and the terminal. Whoever shows it brings the messages and does the effects.

mod app;
mod canvas;
mod field;
pub(crate) mod form;
pub(crate) mod light;
mod list;
mod logs;
mod message;
mod moves;
pub(crate) mod sessions;
mod terminal;
mod update;
mod view;
pub(crate) mod why;

#[cfg(test)]
mod sample;

pub(crate) use app::{App, Notice};
pub(crate) use canvas::Canvas;
pub(crate) use logs::{Ask, Came, Place};
pub(crate) use message::{Act, Effect, Message, Reply, Target, Trouble};
pub(crate) use terminal::{Guard, typed};
pub(crate) use update::update;
pub(crate) use view::Look;
