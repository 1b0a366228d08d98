//! tmux through control mode: the only place that knows tmux's syntax.
