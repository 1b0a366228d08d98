//! `prune`: removes what is too old or too much of all transcripts, or shows what would go.

use crate::cli::args::PruneArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::{render, table};
use crate::wire::{PruneTranscripts, PrunedView, Request};

pub(crate) fn run(args: &PruneArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::PruneTranscripts(PruneTranscripts {
        dry_run: args.dry_run,
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let pruned = answer.pruned.unwrap_or_default();
    if pruned.is_empty() {
        context.output.talk("Nothing is too old or too much.");
        return Ok(());
    }
    let rows = pruned.iter().map(row);
    let head = ["RUNNER", "OUTPUT", "ON DISK", "LEFT FROM"];
    table::print(head, rows, context.output)
}

fn row(pruned: &PrunedView) -> [String; 4] {
    [
        pruned
            .name
            .clone()
            .unwrap_or_else(|| pruned.runner_id.clone()),
        render::size(pruned.bytes),
        render::size(pruned.on_disk),
        pruned.first.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    #[test]
    fn what_would_go_is_a_table() {
        let answer = r#"{"success":true,"pruned":[{"runnerId":"0190","name":"work","bytes":12345678,"onDisk":999,"first":"2:4096"},{"runnerId":"0191","bytes":5000,"onDisk":1000,"first":"1:5000"}]}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["prune", "--dry-run"]), @r#"
        > {"type":"prune-transcripts","dryRun":true}
        RUNNER  OUTPUT  ON DISK  LEFT FROM
        work    12 MB   999 B    2:4096
        0191    5 kB    1 kB     1:5000
        [0]
        "#);
    }

    #[test]
    fn nothing_to_do_is_said() {
        assert_snapshot!(Session::new(&[r#"{"success":true,"pruned":[]}"#]).run(&["prune"]), @r#"
        > {"type":"prune-transcripts","dryRun":false}
        ! Nothing is too old or too much.
        [0]
        "#);
    }
}
