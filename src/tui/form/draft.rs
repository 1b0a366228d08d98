//! What was typed into a form, as a runner that can be started, or what is wrong with it.

use std::fmt;

use super::complete::expand;
use super::{Form, Part};
use crate::tui::message::Trouble;

/// A runner to be started.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Draft {
    pub(crate) kind: Option<String>,
    /// An absolute path.
    pub(crate) directory: String,
    pub(crate) name: Option<String>,
    pub(crate) key: Option<String>,
    /// Empty where the kind has one.
    pub(crate) command: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

impl fmt::Debug for Draft {
    /// Leaves out the values of the environment, which may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.environment.iter().map(|(name, _)| name).collect();
        f.debug_struct("Draft")
            .field("kind", &self.kind)
            .field("directory", &self.directory)
            .field("name", &self.name)
            .field("key", &self.key)
            .field("command", &self.command)
            .field("environment", &names)
            .finish()
    }
}

/// What was typed, if it can be understood. Whether it can be started only the daemon knows.
pub(super) fn draft(form: &Form) -> Result<Draft, (Part, Trouble)> {
    let wish = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let command = words(Part::Command, form.command.text())?;
    if command.is_empty() && form.kind_command().is_none() {
        let text = match form.kind_name() {
            Some(kind) => format!("A runner of kind {kind} needs a command."),
            None => "There is neither a command nor a kind that has one.".to_owned(),
        };
        let hint = "Type the program and its arguments, as in: npm run dev";
        return Err((Part::Command, trouble(text, hint)));
    }
    Ok(Draft {
        kind: form.kind_name().map(str::to_owned),
        directory: expand(
            form.directory.text().trim(),
            &form.here,
            form.home.as_deref(),
        ),
        name: wish(form.name.text()),
        key: wish(form.key.text()),
        command,
        environment: words(Part::Environment, form.environment.text())?
            .iter()
            .map(|word| variable(word))
            .collect::<Result<_, _>>()?,
    })
}

/// Split as a shell would, but nothing is passed over.
fn words(part: Part, text: &str) -> Result<Vec<String>, (Part, Trouble)> {
    let word = part.word().to_lowercase();
    let unclosed = |_| {
        let text = format!("The {word} has a quote without its end.");
        (
            part,
            trouble(text, "Close it, or put a backslash before it."),
        )
    };
    let words = shell_words::split(text).map_err(unclosed)?;
    // A word behind it is there, unless a comment swallows it.
    let more = shell_words::split(&format!("{text} end")).map_err(unclosed)?;
    if more.len() > words.len() {
        return Ok(words);
    }
    let text = format!("The {word} has a comment, which begins with #, or a backslash at its end.");
    Err((part, trouble(text, "Put quotes around it.")))
}

fn variable(word: &str) -> Result<(String, String), (Part, Trouble)> {
    match word.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => {
            let text = format!("\"{word}\" is not NAME=value.");
            let hint = "Put quotes around a value with blanks, as in A='one two'.";
            Err((Part::Environment, trouble(text, hint)))
        }
    }
}

fn trouble(text: String, hint: &str) -> Trouble {
    Trouble {
        text,
        hint: Some(hint.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::field::Field;

    fn form(kind: usize, command: &str, environment: &str) -> Form {
        Form {
            kind,
            command: Field::new(command),
            environment: Field::new(environment),
            ..Form::new("/src", None)
        }
    }

    #[test]
    fn words_are_those_of_a_shell() {
        let found = draft(&form(
            0,
            r#"make "-j 8" 'a\b' c\ d '#x' $HOME"#,
            "A='1 2' B= C=x=y",
        ));
        let found = found.unwrap();
        assert_eq!(
            found.command,
            ["make", "-j 8", r"a\b", "c d", "#x", "$HOME"]
        );
        let pairs: Vec<(&str, &str)> = found
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(pairs, [("A", "1 2"), ("B", ""), ("C", "x=y")]);
        assert_eq!((found.kind, found.name, found.key), (None, None, None));
        assert_eq!(found.directory, "/src");
        let debug = format!("{:?}", draft(&form(0, "x", "TOKEN=secret")).unwrap());
        assert!(
            debug.contains("TOKEN") && !debug.contains("secret"),
            "{debug}"
        );
    }

    #[test]
    fn what_cannot_be_understood_is_told_at_its_part() {
        let custom = crate::config::KINDS.len();
        for (kind, command, environment, part) in [
            (0, "", "", Part::Command),
            (custom, " ", "", Part::Command),
            (1, "echo 'x", "", Part::Command),
            (1, "gh issue #4", "", Part::Command),
            (1, "echo \\", "", Part::Command),
            (1, "", "A=1 B", Part::Environment),
            (1, "", "=x", Part::Environment),
            (1, "", "A=\"", Part::Environment),
        ] {
            let (found, _) = draft(&form(kind, command, environment)).unwrap_err();
            assert_eq!(found, part, "{kind} {command} {environment}");
        }
        assert_eq!(draft(&form(1, "", "")).unwrap().command, [""; 0]);
    }
}
