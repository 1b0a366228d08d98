//! `deny`: answers the question that an agent asks on its screen.

use crate::cli::args::AnswerArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::Request;

pub(crate) fn run(args: &AnswerArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    respond::to_question(args, Request::DenyPrompt, context)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    #[test]
    fn what_is_no_question_is_not_denied() {
        let refusal = r#"{"success":false,"error":{"tag":"NoPrompt","message":"Nothing of runner \"work\" can be denied: it is idle (ready).","hint":"`geppetto attach work` goes there; nothing more was pressed."}}"#;
        assert_snapshot!(Session::new(&[refusal]).run(&["deny", "work"]), @r#"
        > {"type":"deny-prompt","runner":"work"}
        ! error: Nothing of runner "work" can be denied: it is idle (ready).
        ! hint: `geppetto attach work` goes there; nothing more was pressed.
        [1]
        "#);
    }
}
