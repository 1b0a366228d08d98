//! Integration tests: the real binary, a real tmux on a private socket.

mod run_parent;
