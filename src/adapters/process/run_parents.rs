//! Run parents by their command line, which says whose run it is before the run parent itself can say anything.

use std::str::FromStr;

use super::{SystemProcesses, system};
use crate::domain::ids::Pid;
use crate::ports::table::{RunOf, RunParents};

impl RunParents for SystemProcesses {
    fn run_of(&self, pid: Pid) -> Option<RunOf> {
        read(&system::arguments(pid))
    }
}

/// The run in the command line of a run parent: what stands before the program's own words.
fn read(arguments: &[String]) -> Option<RunOf> {
    let own: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .take_while(|word| *word != "--")
        .collect();
    if !own.windows(2).any(|words| words == ["internal", "run"]) {
        return None;
    }
    Some(RunOf {
        runner: value(&own, "--runner")?,
        run: value(&own, "--run")?,
    })
}

fn value<T: FromStr>(words: &[&str], flag: &str) -> Option<T> {
    let mut words = words.iter().skip_while(|word| **word != flag);
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        read(&words).map(|of| format!("{} {}", of.runner, of.run))
    }

    #[test]
    fn a_run_parent_is_told_from_other_programs() {
        let id = "01a2181f-f267-774d-8e4f-f9027e5d5d5c";
        let of = format!(
            "/usr/bin/geppetto internal run --socket /s --state-dir /d --runner {id} --run 3 --"
        );
        assert_eq!(run(&format!("{of} sleep 9")), Some(format!("{id} 3")));
        for line in [
            format!("sh -c x -- geppetto internal run --runner {id} --run 3 --"),
            format!("geppetto internal run --runner {id} -- agent --run 3"),
            format!("agent --runner {id} --run 3"),
            "geppetto internal run --runner x --run 3 --".to_owned(),
            String::new(),
        ] {
            assert_eq!(run(&line), None, "{line}");
        }
    }

    #[test]
    fn the_words_of_a_process_are_read() {
        let own = Pid::new(std::process::id().cast_signed()).unwrap();
        let words = system::arguments(own);
        let program = std::env::current_exe().unwrap();
        let name = program.file_name().unwrap().to_str().unwrap();
        assert!(words.first().unwrap().ends_with(name), "{words:?}");
        assert_eq!(
            super::super::ps::arguments(own).first(),
            words.first(),
            "both ways"
        );
        assert!(system::arguments(Pid::new(i32::MAX).unwrap()).is_empty());
    }
}
