//! The two tiny processes that stand between others: the run parent above a program that geppetto starts, and
//! the control child that becomes `tmux -C` and dies with the daemon. Ordinary clients of the wire.
