//! tmux through control mode: the only place that knows tmux's syntax.

pub mod frame;
pub mod line;
pub mod notification;
pub mod quote;
pub mod unescape;
