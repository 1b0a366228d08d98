//! The arguments of the verbs that bring agents and geppetto together.

use std::ffi::OsString;

use clap::Args;

/// `hook`
#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// Kind of the agent, as in claude-code.
    #[arg(value_name = "KIND")]
    pub(crate) kind: OsString,
    /// Name of the event [default: what the message says].
    #[arg(value_name = "EVENT")]
    pub(crate) event: Option<OsString>,
    /// The agent's message, as JSON [default: read from stdin].
    #[arg(value_name = "MESSAGE")]
    pub(crate) told: Option<OsString>,
}

/// `integrate`
#[derive(Debug, Args)]
pub(crate) struct IntegrateArgs {
    /// Kind of the agent, as in claude-code [default: list all].
    #[arg(value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Take the hooks out again.
    #[arg(long, requires = "kind", conflicts_with = "check")]
    pub(crate) remove: bool,
    /// Change nothing; leave with exit code 1 when the hooks are not as they should be.
    #[arg(long, requires = "kind")]
    pub(crate) check: bool,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
