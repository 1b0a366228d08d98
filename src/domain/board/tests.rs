//! Tables of what people did with agents, and properties that hold for all signs.

use proptest::prelude::*;

use super::*;

const QUIET: Prints = Prints::Animates(Duration::from_secs(3));

fn claim(doing: Doing, reason: Reason, certainty: u8) -> Option<Claim> {
    Some(Claim {
        certainty,
        doing,
        reason,
        detail: String::new(),
    })
}

fn sign(source: Source, at: u64, claim: Option<Claim>) -> Sign {
    Sign {
        source,
        at: Timestamp(at),
        claim,
    }
}

fn screen(at: u64, doing: Doing, reason: Reason) -> Sign {
    let certainty = match doing {
        Doing::Resting => certainty::FAIR,
        Doing::Working | Doing::Waiting => certainty::STRONG,
    };
    sign(Source::Screen, at, claim(doing, reason, certainty))
}

fn hook(at: u64, doing: Doing, reason: Reason) -> Sign {
    sign(Source::Hook, at, claim(doing, reason, certainty::EXACT))
}

fn board(signs: impl IntoIterator<Item = Sign>) -> Board {
    let mut board = Board::new(QUIET);
    signs.into_iter().for_each(|sign| board.take(sign));
    board
}

fn at(board: &Board, now: u64) -> (Option<Doing>, Reason) {
    let verdict = board.verdict(Timestamp(now));
    (verdict.doing, verdict.reason)
}

#[test]
fn without_evidence_nothing_is_known() {
    let board = board([]);
    assert_eq!(board.verdict(Timestamp(9)), Verdict::unknown());
    assert_eq!(board.deadline(Timestamp(9)), None);
}

#[test]
fn a_prompt_that_shows_for_a_moment_while_a_screen_is_drawn_is_no_rest() {
    let mut board = board([screen(0, Doing::Working, Reason::Working)]);
    board.take(screen(1000, Doing::Resting, Reason::Ready));
    assert_eq!(at(&board, 1100).0, Some(Doing::Working));
    assert_eq!(board.deadline(Timestamp(1100)), Some(Timestamp(1200)));
    assert_eq!(at(&board, 1400).0, Some(Doing::Resting));
    board.take(screen(1200, Doing::Working, Reason::Working));
    assert_eq!(at(&board, 9000).0, Some(Doing::Working));
}

#[test]
fn an_error_that_the_agent_gets_over_at_once_is_none() {
    let mut board = board([
        screen(0, Doing::Working, Reason::Working),
        screen(1000, Doing::Waiting, Reason::ApiError),
    ]);
    assert_eq!(at(&board, 1100).0, Some(Doing::Working));
    assert_eq!(board.deadline(Timestamp(1100)), Some(Timestamp(1200)));
    assert_eq!(
        at(&board, 1200),
        (Some(Doing::Waiting), Reason::ApiError),
        "it holds"
    );
    board.take(screen(1150, Doing::Working, Reason::Working));
    assert_eq!(at(&board, 9000).0, Some(Doing::Working));
}

#[test]
fn a_screen_that_no_rule_knows_for_a_moment_is_what_it_was() {
    let mut board = board([screen(0, Doing::Waiting, Reason::Approval)]);
    board.take(sign(Source::Screen, 1000, None));
    assert_eq!(at(&board, 5900).0, Some(Doing::Waiting));
    assert_eq!(at(&board, 6000), (None, Reason::NoEvidence));
}

#[test]
fn an_escape_that_no_hook_tells_is_seen_on_the_screen() {
    let board = board([
        hook(0, Doing::Working, Reason::Working),
        screen(100, Doing::Working, Reason::Working),
        screen(5000, Doing::Resting, Reason::Interrupted),
    ]);
    assert_eq!(
        at(&board, 5100),
        (Some(Doing::Working), Reason::Working),
        "not confirmed yet"
    );
    assert_eq!(
        at(&board, 5400),
        (Some(Doing::Resting), Reason::Interrupted)
    );
    let exhibits = board.exhibits(Timestamp(5400));
    let of_hook = exhibits.iter().find(|one| one.source == Source::Hook);
    assert_eq!(of_hook.unwrap().weight, Weight::Overtaken(Source::Screen));
}

#[test]
fn a_question_told_by_a_hook_is_over_when_the_screen_goes_on() {
    let mut board = board([
        screen(0, Doing::Working, Reason::Working),
        hook(1000, Doing::Waiting, Reason::Approval),
    ]);
    assert_eq!(at(&board, 1000), (Some(Doing::Waiting), Reason::Approval));
    board.take(screen(1200, Doing::Waiting, Reason::Approval));
    board.take(screen(9000, Doing::Working, Reason::Working));
    assert_eq!(at(&board, 9000).0, Some(Doing::Working));
}

#[test]
fn an_escape_on_a_screen_that_nobody_knows_is_told_by_silence() {
    let mut board = board([hook(0, Doing::Working, Reason::Working)]);
    for time in (0..5000).step_by(200) {
        board.printed(Timestamp(time));
    }
    assert_eq!(at(&board, 5000).0, Some(Doing::Working));
    assert_eq!(board.deadline(Timestamp(5000)), Some(Timestamp(7800)));
    board.expire(Timestamp(7800));
    assert_eq!(at(&board, 7800), (Some(Doing::Resting), Reason::Silent));
}

#[test]
fn an_agent_that_asks_is_silent_and_still_asks() {
    let mut board = board([hook(500, Doing::Waiting, Reason::Approval)]);
    board.printed(Timestamp(600));
    board.expire(Timestamp(60_000));
    assert_eq!(at(&board, 60_000), (Some(Doing::Waiting), Reason::Approval));
}

#[test]
fn a_burst_after_a_resize_is_no_work() {
    let mut board = board([]);
    board.printed(Timestamp(0));
    board.expire(Timestamp(3000));
    board.disturbed(Timestamp(9000));
    for time in (9000..9900).step_by(50) {
        board.printed(Timestamp(time));
    }
    assert_eq!(at(&board, 9900).0, Some(Doing::Resting));
}

#[test]
fn what_says_most_of_several_that_agree_is_told_and_they_make_it_surer() {
    let registry = |doing, at| sign(Source::Registry, at, claim(doing, Reason::Ready, 85));
    let mut board = board([registry(Doing::Resting, 0)]);
    let alone = board.verdict(Timestamp(1)).confidence;
    board.take(screen(10, Doing::Resting, Reason::Interrupted));
    let verdict = board.verdict(Timestamp(500));
    assert_eq!(verdict.reason, Reason::Interrupted);
    assert!(verdict.confidence > alone);
    board.take(screen(600, Doing::Waiting, Reason::UsageLimit));
    let verdict = board.verdict(Timestamp(601));
    assert_eq!(verdict.reason, Reason::UsageLimit);
    let rival = verdict.rival.unwrap();
    assert_eq!(
        (rival.doing, rival.source),
        (Doing::Resting, Source::Registry)
    );
    assert!(verdict.confidence < alone);
}

#[test]
fn whatever_prints_works_when_nothing_else_is_known_of_it() {
    let mut board = Board::new(Prints::IsWork);
    board.printed(Timestamp(5));
    assert_eq!(at(&board, 5), (Some(Doing::Working), Reason::Printed));
    board.silent(Timestamp(30_000));
    assert_eq!(at(&board, 30_000), (Some(Doing::Resting), Reason::Silent));
}

#[test]
fn what_was_rung_for_is_past_once_a_program_that_only_prints_goes_on() {
    let rings = |board: &mut Board, at: u64| {
        board.printed(Timestamp(at));
        let asks = claim(Doing::Waiting, Reason::Question, certainty::FAIR);
        board.take(sign(Source::Sequence, at, asks));
    };
    let mut board = Board::new(Prints::IsWork);
    board.printed(Timestamp(0));
    rings(&mut board, 1000);
    // The question itself.
    board.printed(Timestamp(1100));
    board.silent(Timestamp(31_100));
    assert_eq!(at(&board, 40_000).0, Some(Doing::Waiting));
    board.printed(Timestamp(50_000));
    assert_eq!(at(&board, 50_000).0, Some(Doing::Working));
    board.silent(Timestamp(80_000));
    assert_eq!(at(&board, 90_000).0, Some(Doing::Resting));
    // An agent may print while it asks.
    let mut board = Board::new(QUIET);
    rings(&mut board, 1000);
    board.printed(Timestamp(50_000));
    board.printed(Timestamp(51_000));
    assert_eq!(at(&board, 51_000).0, Some(Doing::Waiting));
}

fn any_claim() -> impl Strategy<Value = Option<Claim>> {
    let doing = prop_oneof![
        Just(Doing::Resting),
        Just(Doing::Working),
        Just(Doing::Waiting)
    ];
    let some = (doing, 0..100_u8, 0..Reason::ALL.len()).prop_map(|(doing, certainty, reason)| {
        claim(doing, Reason::ALL[reason], certainty).unwrap()
    });
    proptest::option::of(some)
}

fn any_sign() -> impl Strategy<Value = Sign> {
    // What a pane prints comes in order.
    (1..Source::ALL.len(), 0..6_u64, any_claim())
        .prop_map(|(source, at, claim)| sign(Source::ALL[source], at * 300, claim))
}

proptest! {
    /// Signs of one moment may come in any order.
    #[test]
    fn the_order_within_a_moment_does_not_matter(
        signs in proptest::collection::vec(any_sign(), 0..20), turn in 0..20_usize, now in 1500..6000_u64,
    ) {
        let mut sorted = signs;
        sorted.sort_by_key(|sign| sign.at);
        let mut other = Vec::new();
        for moment in sorted.chunk_by(|a, b| a.at == b.at) {
            let mut moment = moment.to_vec();
            let turn = turn % moment.len();
            moment.rotate_left(turn);
            other.extend(moment);
        }
        prop_assert_eq!(
            board(sorted).verdict(Timestamp(now)),
            board(other).verdict(Timestamp(now))
        );
    }

    /// Without news a verdict changes only when the deadline says so, and at most once for the screen and once for silence.
    #[test]
    fn time_alone_changes_little(signs in proptest::collection::vec(any_sign(), 0..20)) {
        let mut sorted = signs;
        sorted.sort_by_key(|sign| sign.at);
        let mut board = board(sorted);
        board.printed(Timestamp(1500));
        let mut seen = vec![board.verdict(Timestamp(1500)).doing];
        let mut due = board.deadline(Timestamp(1500));
        for now in 1500..12_000 {
            let now = Timestamp(now);
            let is_due = due.is_some_and(|due| due <= now);
            if is_due {
                board.expire(now);
                due = board.deadline(now);
            }
            let doing = board.verdict(now).doing;
            if seen.last() != Some(&doing) {
                prop_assert!(is_due, "it changed at {now:?} without a deadline");
                seen.push(doing);
            }
        }
        // A screen that is confirmed or not known any more, and silence.
        prop_assert!(seen.len() <= 3, "{seen:?}");
    }

    /// A screen that says one thing and another in turns, faster than rest is believed, does not flicker.
    #[test]
    fn a_screen_in_pieces_does_not_flicker(steps in proptest::collection::vec((any::<bool>(), 1..190_u64), 1..60)) {
        let mut board = board([screen(0, Doing::Working, Reason::Working)]);
        let (mut now, mut rested) = (0, 0);
        for (working, step) in steps {
            now += step;
            rested = if working || rested + step >= 190 { 0 } else { rested + step };
            let doing = if rested == 0 { Doing::Working } else { Doing::Resting };
            board.take(screen(now, doing, Reason::Working));
            prop_assert_eq!(at(&board, now).0, Some(Doing::Working));
        }
    }
}
