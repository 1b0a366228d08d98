//! `replay`: plays what a runner printed in this terminal. Only what draws gets there.

use std::time::Duration;

use crate::cli::args::ReplayArgs;
use crate::cli::context::{Context, ask_runner};
use crate::cli::failure::{Failure, Kind};
use crate::cli::pieces::{Pieces, decode};
use crate::cli::player::{PlayKey, Player};
use crate::cli::start::Start;
use crate::domain::outflow::Outflow;
use crate::wire::{PieceView, TranscriptPiece};

/// A fresh screen.
const RESET: &[u8] = b"\x1bc";

/// Slowest and fastest.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=1000.0;

pub(crate) fn run(args: &ReplayArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    if !SPEEDS.contains(&args.speed) {
        return Err(Failure::new(
            Kind::Usage,
            "--speed is a number from 0.01 to 1000.",
        ));
    }
    let mut client = context.connect(Start::WithTmux)?;
    let runner = ask_runner(&mut client, &args.runner)?;
    let pieces = Pieces::new(&mut client, &runner.id, &args.part)?;
    let larger = play(pieces, args, context)?;
    if let Some((cols, rows)) = larger {
        context.output.talk(format!(
            "The recording is of a pane of {cols} columns and {rows} rows, larger than this terminal."
        ));
    }
    Ok(())
}

/// Plays until the end or `q`; returns the largest size that this terminal could not show.
fn play(
    mut pieces: Pieces<'_, '_>,
    args: &ReplayArgs,
    context: &mut Context<'_>,
) -> Result<Option<(u16, u16)>, Failure> {
    let (terminal, mut larger) = (context.output.size(), None);
    let mut player = Player::take(context.output);
    let (mut outflow, mut before) = (Outflow::default(), None);
    let mut run = None;
    while let Some(piece) = pieces.next()? {
        let wait = pause(before, piece.at_ms, args);
        before = Some(piece.at_ms);
        if player.wait(wait)? == PlayKey::Close {
            break;
        }
        if run.replace(piece.run).is_some_and(|run| run != piece.run) {
            player.print(RESET)?;
        }
        if let Some((cols, rows)) = size(&piece)
            && terminal.is_some_and(|(width, height)| cols > width || rows > height)
        {
            larger = Some((cols, rows));
        }
        if let PieceView::Output { data } | PieceView::Seed { data, .. } = &piece.what {
            player.print(&outflow.filter(&decode(data)?))?;
        }
    }
    Ok(larger)
}

fn size(piece: &TranscriptPiece) -> Option<(u16, u16)> {
    match &piece.what {
        PieceView::Seed { cols, rows, .. } | PieceView::Resize { cols, rows } => {
            Some((*cols, *rows))
        }
        PieceView::Output { .. }
        | PieceView::Gap { .. }
        | PieceView::Marker { .. }
        | PieceView::Note { .. }
        | PieceView::End { .. } => None,
    }
}

/// How long to wait before what was printed then.
fn pause(before: Option<u64>, at_ms: u64, args: &ReplayArgs) -> Duration {
    let gap = Duration::from_millis(at_ms.saturating_sub(before.unwrap_or(at_ms)));
    gap.min(args.max_idle).div_f64(args.speed)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::cli::args::PartArgs;
    use crate::cli::fake::{Session, runner};

    #[test]
    fn pauses_are_as_they_were_but_not_longer_than_asked() {
        let args = ReplayArgs {
            runner: "work".to_owned(),
            part: PartArgs::default(),
            speed: 2.0,
            max_idle: Duration::from_secs(2),
        };
        assert_eq!(pause(None, 5000, &args), Duration::ZERO);
        assert_eq!(pause(Some(5000), 5500, &args), Duration::from_millis(250));
        assert_eq!(pause(Some(5000), 95_000, &args), Duration::from_secs(1));
        assert_eq!(
            pause(Some(5000), 4000, &args),
            Duration::ZERO,
            "the clock was set back"
        );
    }

    #[test]
    fn only_what_draws_is_played() {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD
            .encode(b"\x1b]0;title\x07\x1b[31mred\x1b[c\x1b[0m\n");
        let found = format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "completed")
        );
        let page = format!(
            r#"{{"success":true,"transcript":{{"pieces":[{{"run":1,"seq":0,"atMs":5,"kind":"output","data":"{data}"}}],"first":"1:0","end":"1:30","bytes":30,"onDisk":1}}}}"#
        );
        assert_snapshot!(Session::new(&[&found, &page]).run(&["replay", "work"]), @r#"
        > {"type":"get-runner","runner":"work"}
        > {"type":"read-transcript","runner":"0190163d-8694-739b-aea5-966c26f8ad90","from":"0:0"}
        [31mred[0m
        [0]
        "#);
    }

    #[test]
    fn a_speed_that_is_none_is_refused() {
        assert_snapshot!(Session::new(&[]).run(&["replay", "work", "--speed", "0"]), @r"
        ! error: --speed is a number from 0.01 to 1000.
        [2]
        ");
    }
}
