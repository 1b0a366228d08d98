//! `approve`: answers the question that an agent asks on its screen.

use crate::cli::args::AnswerArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::Request;

pub(crate) fn run(args: &AnswerArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    respond::to_question(args, Request::ApprovePrompt, context)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn what_is_approved_may_be_named() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "running")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["approve", "work"]), @r#"
        > {"type":"approve-prompt","runner":"work"}
        work running
        [0]
        "#);
        let typed = ["approve", "work", "--prompt", "00ff"];
        assert_snapshot!(Session::new(&[&answer]).run(&typed), @r#"
        > {"type":"approve-prompt","runner":"work","prompt":"00ff"}
        work running
        [0]
        "#);
    }
}
