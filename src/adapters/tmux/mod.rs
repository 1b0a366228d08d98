//! tmux through control mode: the only place that knows tmux's syntax.
//!
//! [`Tmux`] is the handle that implements the ports; [`TmuxHub`] is the one task behind it, which owns the control
//! clients: a sentinel for commands, and a watching client for every session with a followed pane.

pub mod frame;
pub mod line;
pub mod notification;
pub mod quote;
pub mod unescape;

mod backoff;
mod calm;
mod client;
mod clients;
mod command;
mod death;
mod echo;
mod ending;
mod feed;
mod freezing;
mod gather;
mod handle;
mod hub;
mod layout;
mod leftovers;
mod limits;
mod link;
mod listing;
mod looking;
mod menu;
mod one_shot;
mod options;
mod outbox;
mod pace;
mod plugin;
mod processes;
mod purpose;
mod replies;
mod signals;
mod spawning;
mod spelled;
mod streams;
mod subscribing;
mod survey;
mod terminals;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests_calm;
#[cfg(test)]
mod tests_look;
#[cfg(test)]
mod tests_people;
#[cfg(test)]
mod tests_real;
#[cfg(test)]
mod tests_spawn;
#[cfg(test)]
mod tests_watch;
mod tty;
mod watchers;
mod watching;
mod windows;

pub use handle::Tmux;
pub use hub::TmuxHub;
pub use options::TmuxOptions;
pub use survey::survey;
