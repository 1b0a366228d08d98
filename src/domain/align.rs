//! After a time without a watch: which of the lines that tmux still has come after those that are known?

/// Lines of the known end that must be found at least, if so many are known: a single one may stand anywhere.
const CONVINCING: usize = 3;

/// So many lines at the known end may be missing in the capture: a program may have drawn over them since.
const REWRITTEN: usize = 60;

/// Where the new lines begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aligned {
    /// Index of the first captured line that is new.
    pub fresh: usize,
    /// True when the known lines were found, so that nothing is missing between them and the new ones.
    pub overlap: bool,
}

/// Finds the end of `known` in `captured`, both oldest first. With nothing known, everything is new.
///
/// The place where most lines in a row fit wins, counted backwards from the last known line; when that one is not there, from one
/// of those before it. Of equally good places the last wins. Blank lines fit, but convince nobody.
pub fn new_lines(known: &[impl AsRef<str>], captured: &[String]) -> Aligned {
    let all_new = Aligned {
        fresh: 0,
        overlap: false,
    };
    let known: Vec<&str> = known.iter().map(|line| line.as_ref().trim_end()).collect();
    let wanted = known
        .iter()
        .filter(|line| !line.is_empty())
        .count()
        .min(CONVINCING);
    if wanted == 0 {
        return all_new;
    }
    for missing in 0..known.len().min(REWRITTEN) {
        let tail = known.get(..known.len() - missing).unwrap_or_default();
        if tail.last().is_none_or(|line| line.is_empty()) {
            continue;
        }
        let best = (1..=captured.len())
            .filter_map(|end| Some((run(tail, captured.get(..end)?)?, end)))
            .max();
        // Near the oldest line that tmux has, there is not enough before it to convince.
        if let Some((fit, end)) = best
            && (fit >= wanted || fit >= end.min(tail.len()))
        {
            return Aligned {
                fresh: end,
                overlap: true,
            };
        }
    }
    all_new
}

/// How many lines with text fit at the ends of both, in a row; `None` when the last ones do not.
fn run(known: &[&str], captured: &[String]) -> Option<usize> {
    let mut pairs = known
        .iter()
        .rev()
        .zip(captured.iter().rev().map(|line| line.trim_end()));
    let (first, other) = pairs.next()?;
    if *first != other {
        return None;
    }
    let fitting = pairs.take_while(|(one, other)| **one == *other);
    Some(1 + fitting.filter(|(line, _)| !line.is_empty()).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split(' ').map(|word| word.replace('_', "")).collect()
    }

    fn fresh(known: &str, captured: &str) -> Option<Vec<String>> {
        let captured = lines(captured);
        let aligned = new_lines(&lines(known), &captured);
        aligned.overlap.then(|| captured[aligned.fresh..].to_vec())
    }

    #[test]
    fn what_comes_after_the_known_end_is_new() {
        assert_eq!(fresh("1 2 3 4 5", "2 3 4 5 6 7"), Some(lines("6 7")));
        assert_eq!(fresh("1 2 3", "1 2 3"), Some(Vec::new()));
        assert_eq!(
            fresh("1 2 3 4 5", "5 6 7"),
            Some(lines("6 7")),
            "all that tmux has of it"
        );
        assert_eq!(fresh("1", "1 2"), Some(lines("2")));
    }

    #[test]
    fn blank_and_repeated_lines_do_not_mislead() {
        assert_eq!(
            fresh("a _ b _ c _", "a _ b _ c _ d _"),
            Some(lines("_ d _"))
        );
        assert_eq!(
            fresh("x ok y ok z ok", "x ok y ok z ok ok ok"),
            Some(lines("ok ok"))
        );
        assert_eq!(
            fresh("p q r", "p q r s p q r t"),
            Some(lines("t")),
            "the last of equals"
        );
    }

    #[test]
    fn lines_that_were_drawn_over_may_be_missing() {
        assert_eq!(
            fresh("1 2 3 4 box hint", "2 3 4 5 box2 hint2"),
            Some(lines("5 box2 hint2"))
        );
    }

    #[test]
    fn without_anything_known_or_in_common_all_is_new() {
        assert_eq!(fresh("1 2 3", "7 8 9"), None);
        let nothing: [&str; 0] = [];
        assert!(!new_lines(&nothing, &lines("1")).overlap);
        assert!(!new_lines(&["", ""], &lines("_ 1")).overlap);
        assert!(!new_lines(&["1"], &[]).overlap);
    }

    proptest! {
        #[test]
        fn of_different_lines_exactly_the_new_ones_are_found(
            known in 1_usize..80, kept in 1_usize..80, new in 0_usize..80,
        ) {
            let all: Vec<String> = (0..known + new).map(|number| format!("line {number}")).collect();
            let captured = &all[known.saturating_sub(kept)..];
            let aligned = new_lines(&all[..known], captured);
            prop_assert!(aligned.overlap);
            prop_assert_eq!(&captured[aligned.fresh..], &all[known..]);
        }
    }
}
