//! The command line: clap types and nothing else. What they mean is in `cmd/<verb>.rs`.

mod process;
mod reading;
mod runner;
mod verb;

pub(crate) use reading::{CompletionsArgs, IconSet, JsonArgs, SessionArgs, StatusArgs};
pub(crate) use runner::{
    AttachArgs, DemoArgs, ListArgs, LogsArgs, NewArgs, PluginRegisterArgs, ReadArgs, RegisterArgs,
    RunnerArgs, StopArgs, WaitArgs,
};
pub(crate) use verb::{
    ApiVerb, Cli, DaemonVerb, InternalVerb, PluginVerb, PopupVerb, Server, SessionsVerb, Verb,
};
