//! The only place that prints. Answers go to stdout, talk to stderr. Text of others is made harmless by
//! whoever renders it; a reader that has gone away ends the program quietly.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};

use serde::Serialize;

use super::failure::{Failure, Kind};
use crate::domain::text::printable;

/// Both streams, or what stands for them in tests.
pub struct Output {
    answers: Box<dyn Write>,
    talk: Box<dyn Write>,
    /// Columns and rows of the terminal that stdout is, if it is one.
    size: Option<(u16, u16)>,
    /// Where stdout leads, when that can be watched for its end.
    stdout: Option<OwnedFd>,
}

impl Output {
    /// The streams of this process.
    pub fn of_process() -> Self {
        let stdout = io::stdout();
        let size = stdout
            .is_terminal()
            .then(|| rustix::termios::tcgetwinsize(&stdout).ok())
            .flatten()
            .map(|size| (size.ws_col, size.ws_row))
            .filter(|(columns, rows)| *columns > 0 && *rows > 0);
        Self {
            stdout: stdout.as_fd().try_clone_to_owned().ok(),
            answers: Box::new(BufWriter::new(stdout)),
            talk: Box::new(io::stderr()),
            size,
        }
    }

    /// Other streams, as if stdout were not a terminal.
    pub fn to(answers: Box<dyn Write>, talk: Box<dyn Write>) -> Self {
        Self {
            answers,
            talk,
            size: None,
            stdout: None,
        }
    }

    /// With a pipe as stdout.
    #[cfg(test)]
    pub(crate) fn to_pipe(pipe: std::fs::File) -> Self {
        Self {
            stdout: pipe.as_fd().try_clone_to_owned().ok(),
            answers: Box::new(pipe),
            talk: Box::new(io::sink()),
            size: None,
        }
    }

    /// Columns of the terminal, when stdout is one.
    pub fn width(&self) -> Option<usize> {
        self.size.map(|(columns, _)| usize::from(columns))
    }

    /// Columns and rows of the terminal, when stdout is one.
    pub const fn size(&self) -> Option<(u16, u16)> {
        self.size
    }

    /// What tells that nobody reads stdout any more; absent where nothing does.
    pub(crate) fn reader(&mut self) -> Option<OwnedFd> {
        self.stdout.take()
    }

    /// Prints one line of the answer.
    ///
    /// # Errors
    /// A [`Failure`] when stdout takes no more.
    pub fn answer(&mut self, line: impl AsRef<str>) -> Result<(), Failure> {
        writeln!(self.answers, "{}", line.as_ref()).map_err(unwritable)
    }

    /// Prints text as it is, which ends its lines itself.
    ///
    /// # Errors
    /// A [`Failure`] when stdout takes no more.
    pub fn raw(&mut self, text: &[u8]) -> Result<(), Failure> {
        self.answers.write_all(text).map_err(unwritable)
    }

    /// Where a whole screen is drawn, until it is given back.
    pub(crate) fn terminal(&mut self) -> &mut dyn Write {
        &mut self.answers
    }

    /// Prints one line of JSON.
    ///
    /// # Errors
    /// A [`Failure`] when stdout takes no more.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.answers, value)
            .map_err(|error| unwritable(io::Error::from(error)))?;
        self.answer("")
    }

    /// Hands everything on; whoever reads a stream gets each event at once.
    ///
    /// # Errors
    /// A [`Failure`] when stdout takes no more.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.answers.flush().map_err(unwritable)
    }

    /// Says something beside the answer. A closed stderr is no reason to stop.
    pub fn talk(&mut self, line: impl AsRef<str>) {
        let _nobody_listens = writeln!(self.talk, "{}", line.as_ref());
    }

    /// Prints a failure: sentences, or the wire's own error line.
    pub fn failure(&mut self, failure: &Failure, json: bool) {
        let _broken_pipe_is_met_again = self.flush();
        if failure.kind() == Kind::BrokenPipe {
            return;
        }
        if json {
            match serde_json::to_string(&failure.to_wire()) {
                Ok(line) => self.talk(line),
                Err(error) => self.talk(format!("error: {failure} ({error})")),
            }
            return;
        }
        self.talk(format!("error: {}", printable(&failure.to_string())));
        for hint in failure.hints() {
            self.talk(format!("hint: {}", printable(hint)));
        }
    }
}

fn unwritable(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::new(Kind::BrokenPipe, "Nobody reads the answer.");
    }
    Failure::from_error(Kind::Refused, error)
        .hint("See where stdout leads, and whether its disk is full.")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_broken_pipe_is_a_quiet_success() {
        let mut output = Output::to(Box::new(Closed), Box::new(Closed));
        for failure in [
            output.answer("x").unwrap_err(),
            output.json(&1).unwrap_err(),
        ] {
            assert_eq!(failure.exit_code(), 0);
        }
        output.talk("nobody hears this");
    }
}
