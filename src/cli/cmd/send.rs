//! `send`: types text into a runner's pane.

use crate::cli::args::SendArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::respond;
use crate::wire::{Request, SendText};

pub(crate) fn run(args: &SendArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::SendText(SendText {
        runner: args.of.runner.clone(),
        text: args.text.join(" "),
        enter: !args.no_enter,
    }))?;
    respond::with_runner(answer, args.of.json, context.output)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    #[test]
    fn text_is_sent_with_enter_or_without() {
        let answer = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "running")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["send", "work", "go", "on"]), @r#"
        > {"type":"send-text","runner":"work","text":"go on","enter":true}
        work running
        [0]
        "#);
        let typed = ["send", "work", "--no-enter", "--", "-v"];
        assert_snapshot!(Session::new(&[&answer]).run(&typed), @r#"
        > {"type":"send-text","runner":"work","text":"-v","enter":false}
        work running
        [0]
        "#);
    }
}
