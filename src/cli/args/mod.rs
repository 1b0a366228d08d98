//! The command line: clap types and nothing else. What they mean is in `cmd/<verb>.rs`.

mod acting;
mod fixture;
mod history;
mod integration;
mod notice;
mod plugin;
mod process;
mod reading;
mod runner;
mod usage;
mod verb;

pub(crate) use acting::AnswerArgs;
pub(crate) use fixture::CaptureFixtureArgs;
pub(crate) use history::{
    ExportArgs, Format, LogsArgs, MarkArgs, PartArgs, PruneArgs, ReplayArgs, ReserveArgs,
    RestoreArgs, SlotArgs, SlotAttachArgs,
};
pub(crate) use integration::{HookArgs, IntegrateArgs};
pub(crate) use notice::{NextArgs, SnoozeArgs};
pub(crate) use plugin::{DashboardArgs, MenuArgs, PluginRegisterArgs, PluginSayArgs};
pub(crate) use reading::{
    CompletionsArgs, IconSet, JsonArgs, ListSessionsArgs, ManArgs, SessionArgs, StatsArgs,
    StatusArgs,
};
pub(crate) use runner::{
    AttachArgs, DemoArgs, ListArgs, NewArgs, ReadArgs, RegisterArgs, RenameArgs, RunnerArgs,
    SendArgs, StartArgs, StopArgs, WaitArgs,
};
pub(crate) use usage::{UsageArgs, UsageBy};
pub(crate) use verb::{
    ApiVerb, Cli, DaemonVerb, InternalVerb, PluginVerb, PopupVerb, Server, SessionVerb,
    SessionsVerb, Verb,
};
