//! The arguments of verbs that press keys for a person.

use clap::Args;

use super::runner::ReadArgs;

/// `approve` and `deny`
#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// Answer only this question, as `show --json` names it [default: the one that is known].
    #[arg(long, value_name = "ID")]
    pub(crate) prompt: Option<String>,
}
