//! `man`: manual pages, made from the same tree of verbs as the help. The examples at the end of a help text keep their
//! lines, and every page tells the exit codes.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::args::{Cli, ManArgs};
use crate::cli::context::Context;
use crate::cli::examples;
use crate::cli::failure::{Failure, Kind};
use crate::cli::render::counted;

/// How the parts of a help text begin, and how a manual page calls them.
const PARTS: [(&str, &str); 3] = [
    ("Examples:", "EXAMPLES"),
    ("Exit codes:", EXIT_STATUS),
    ("Environment:", "ENVIRONMENT"),
];

const EXIT_STATUS: &str = "EXIT STATUS";

pub(crate) fn run(args: &ManArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let tree = tree();
    let Some(dir) = &args.dir else {
        let page = page(find(&tree, &args.verb)?)?;
        return context.output.raw(&page);
    };
    let mut all = Vec::new();
    collect(&tree, &mut all);
    fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
    for command in &all {
        let file = dir.join(format!("{}.1", name(command)));
        fs::write(&file, page(command)?).map_err(|error| unwritable(&file, &error))?;
    }
    let pages = counted(all.len(), "page");
    context
        .output
        .talk(format!("Wrote {pages} to {}.", dir.display()));
    Ok(())
}

/// All verbs, each with the name and the flags that it has on the command line.
fn tree() -> Command {
    // clap would make a verb `help` out of nothing, with a page for each verb in it.
    let mut tree = Cli::command().disable_help_subcommand(true);
    tree.build();
    tree
}

/// The verb that these words name.
fn find<'a>(tree: &'a Command, words: &[String]) -> Result<&'a Command, Failure> {
    words.iter().try_fold(tree, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            Failure::new(
                Kind::Usage,
                format!("There is no verb \"{}\".", words.join(" ")),
            )
            .hint("`geppetto --help` lists the verbs.")
        })
    })
}

/// The command and all verbs in it, without those that are geppetto's own business.
fn collect<'a>(command: &'a Command, into: &mut Vec<&'a Command>) {
    into.push(command);
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        collect(verb, into);
    }
}

/// `geppetto-session-reserve`
fn name(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    draw(command, &mut page).map_err(|error| Failure::from_error(Kind::Refused, error))?;
    Ok(page)
}

fn draw(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let version = concat!("geppetto ", env!("CARGO_PKG_VERSION"));
    // The date is blank: without one, roff would take the next field for it.
    let man = Man::new(command.clone())
        .date(" ")
        .source(version)
        .manual("geppetto");
    man.render_title(page)?;
    man.render_name_section(page)?;
    synopsis(command).to_writer(page)?;
    man.render_description_section(page)?;
    if command
        .get_arguments()
        .any(|argument| !argument.is_hide_set())
    {
        man.render_options_section(page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let help = command
        .get_after_long_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let exit_codes = examples::GEPPETTO
        .split("\n\n")
        .find(|part| part.starts_with("Exit codes:"))
        .filter(|_| !help.contains("Exit codes:"));
    let mut roff = Roff::new();
    for part in help.split("\n\n").chain(exit_codes) {
        add_part(&mut roff, part);
    }
    roff.to_writer(page)
}

/// The usage of the help: that of `clap_mangen` spells every flag out, which nobody can read here.
fn synopsis(command: &Command) -> Roff {
    let usage = command.clone().render_usage().to_string();
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]).control("nf", []);
    for line in usage.trim_start_matches("Usage:").lines() {
        roff.text([roman(line.trim())]);
    }
    roff.control("fi", []);
    roff
}

/// One part of a help text as a section. Examples are lines to be typed; the rest is running text.
fn add_part(roff: &mut Roff, part: &str) {
    let known = PARTS.iter().find(|(begin, _)| part.starts_with(begin));
    let (begin, title) = known.copied().unwrap_or(("", "NOTES"));
    let text = part
        .get(begin.len()..)
        .unwrap_or_default()
        .trim_matches('\n');
    if text.is_empty() {
        return;
    }
    roff.control("SH", [title]);
    let is_typed = text.starts_with("  ");
    if is_typed {
        roff.control("nf", []);
    }
    for line in text.lines() {
        roff.text([roman(if is_typed { line } else { line.trim() })]);
    }
    if is_typed {
        roff.control("fi", []);
    }
}

fn unwritable(place: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Kind::Refused,
        format!("{} cannot be written: {error}.", place.display()),
    )
    .hint("Name another directory with --dir, such as ~/.local/share/man/man1.")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::cli::fake::Session;

    /// The macros of man(7) and the few requests of roff that the pages may use.
    const MACROS: [&str; 12] = [
        "TH", "SH", "TP", "PP", "RS", "RE", "IP", "br", "ie", "el", "nf", "fi",
    ];

    #[test]
    fn every_verb_has_a_whole_page() {
        let tree = tree();
        let mut all = Vec::new();
        collect(&tree, &mut all);
        assert!(all.len() > 40, "{}", all.len());
        for command in all {
            let page = String::from_utf8(page(command).unwrap()).unwrap();
            let name = name(command);
            let sections: Vec<&str> = page
                .lines()
                .filter_map(|line| line.strip_prefix(".SH "))
                .map(|title| title.trim_matches('"'))
                .collect();
            assert!(page.contains(&format!("\n.TH {name} 1 ")), "{page}");
            assert_eq!(sections[..2], ["NAME", "SYNOPSIS"], "{name}");
            assert_eq!(
                sections
                    .iter()
                    .filter(|title| **title == EXIT_STATUS)
                    .count(),
                1,
                "{name}: {sections:?}"
            );
            let is_exampled = command
                .get_after_long_help()
                .is_some_and(|help| help.to_string().contains("Examples:"));
            assert_eq!(sections.contains(&"EXAMPLES"), is_exampled, "{name}");
            assert_eq!(
                page.matches("\n.nf\n").count(),
                page.matches("\n.fi\n").count(),
                "{name}"
            );
            for line in page.lines() {
                let request = line
                    .strip_prefix('.')
                    .and_then(|line| line.split(' ').next());
                assert!(
                    request.is_none_or(|request| MACROS.contains(&request)),
                    "{name}: {line}"
                );
                assert!(!line.starts_with('\''), "{name}: {line}");
            }
        }
    }

    #[test]
    fn a_page_can_be_read() {
        assert_snapshot!(Session::without_daemon().run(&["man", "stop"]), @r#"
        .ie \n(.g .ds Aq \(aq
        .el .ds Aq '
        .TH geppetto-stop 1 " " "geppetto 0.1.0" geppetto
        .ie \n(.g .ds Aq \(aq
        .el .ds Aq '
        .SH NAME
        geppetto\-stop \- End a runner\*(Aqs program: SIGTERM, then SIGKILL after a grace time
        .ie \n(.g .ds Aq \(aq
        .el .ds Aq '
        .SH SYNOPSIS
        .nf
        geppetto stop [OPTIONS] <RUNNER>
        .fi
        .ie \n(.g .ds Aq \(aq
        .el .ds Aq '
        .SH DESCRIPTION
        End a runner\*(Aqs program: SIGTERM, then SIGKILL after a grace time
        .ie \n(.g .ds Aq \(aq
        .el .ds Aq '
        .SH OPTIONS
        .TP
        \fB\-\-json\fR
        Answer with one line of JSON
        .TP
        \fB\-\-force\fR
        Send SIGKILL at once
        .TP
        \fB\-\-grace\fR \fI<TIME>\fR
        Send SIGKILL after this time [default: that of the config]
        .TP
        \fB\-h\fR, \fB\-\-help\fR
        Print help (see a summary with \*(Aq\-h\*(Aq)
        .TP
        <\fIRUNNER\fR>
        Its name, its id, or any unique beginning of the id
        .SH "TMUX SERVER"
        .TP
        \fB\-L\fR \fI<NAME>\fR
        Use the tmux server with this socket name, as in `tmux \-L`
        .TP
        \fB\-S\fR \fI<PATH>\fR
        Use the tmux server with this socket, as in `tmux \-S`
        .ie \n(.g .ds Aq \(aq
        .el .ds Aq '
        .SH EXAMPLES
        .nf
          geppetto stop work
          geppetto stop work \-\-grace 30s
          geppetto stop work \-\-force
        .fi
        .SH "EXIT STATUS"
        0 done, 1 refused or not found, 2 usage, 3 no daemon or tmux server,
        4 timed out, 130 interrupted. Answers go to stdout, everything else to stderr;
        with \-\-json, errors are one line of JSON on stderr.
        [0]
        "#);
    }

    #[test]
    fn a_verb_in_a_verb_has_its_own_page() {
        let nested = Session::without_daemon().run(&["man", "session", "release"]);
        assert!(
            nested.contains("\ngeppetto session release [OPTIONS] <KEY>\n"),
            "{nested}"
        );
    }

    #[test]
    fn an_unknown_verb_is_refused() {
        assert_snapshot!(Session::without_daemon().run(&["man", "session", "x"]), @r#"
        ! error: There is no verb "session x".
        ! hint: `geppetto --help` lists the verbs.
        [2]
        "#);
    }

    #[test]
    fn all_pages_are_written_where_the_person_wants_them() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("man1");
        let said = Session::without_daemon().run(&["man", "--dir", at.to_str().unwrap()]);
        assert!(said.contains("! Wrote "), "{said}");
        for name in ["geppetto", "geppetto-logs", "geppetto-session-reserve"] {
            let page = fs::read_to_string(at.join(format!("{name}.1"))).unwrap();
            assert!(page.contains(&format!(".TH {name} 1 ")), "{page}");
        }
        assert!(!at.join("geppetto-internal.1").exists());
        assert!(!at.join("geppetto-help.1").exists());
    }
}
