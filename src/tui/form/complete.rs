//! Completion of a directory, and what a typed one means. Pure: the names come in.

/// What completing comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Completion {
    /// The text, as far as it is clear.
    pub(super) text: String,
    /// The names that fit, when there are several.
    pub(super) choices: Vec<String>,
}

/// What was typed, in two: the directory to look into, with its slash, and how a name in it begins.
fn parts(typed: &str) -> (&str, &str) {
    let at = typed.rfind('/').map_or(0, |at| at + 1);
    typed.split_at_checked(at).unwrap_or((typed, ""))
}

/// The directory whose names are needed; `None` when the text is clear without.
pub(super) fn looks_into(typed: &str) -> Option<&str> {
    let (directory, begun) = parts(typed);
    let is_clear = matches!(begun, "." | "..") || typed == "~";
    (!is_clear).then_some(directory)
}

/// Completes what was typed with the names of directories. Hidden ones are meant only when a dot was typed.
pub(super) fn complete(typed: &str, names: &[String]) -> Completion {
    let whole = |text: String| Completion {
        text,
        choices: Vec::new(),
    };
    if looks_into(typed).is_none() {
        return whole(format!("{typed}/"));
    }
    let (directory, begun) = parts(typed);
    let mut fitting: Vec<&String> = names
        .iter()
        .filter(|name| name.starts_with(begun))
        .filter(|name| begun.starts_with('.') || !name.starts_with('.'))
        .collect();
    fitting.sort();
    match fitting.as_slice() {
        [] => whole(typed.to_owned()),
        [one] => whole(format!("{directory}{one}/")),
        [first, rest @ ..] => Completion {
            text: format!(
                "{directory}{}",
                rest.iter().fold(first.as_str(), |a, b| common(a, b))
            ),
            choices: fitting.into_iter().cloned().collect(),
        },
    }
}

/// What both begin with.
fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let end = a
        .char_indices()
        .zip(b.chars())
        .find(|((_, a), b)| a != b)
        .map_or_else(|| a.len().min(b.len()), |((at, _), _)| at);
    a.get(..end).unwrap_or(a)
}

/// The absolute path that is meant.
pub(super) fn expand(typed: &str, here: &str, home: Option<&str>) -> String {
    let in_home = typed
        .strip_prefix('~')
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .zip(home);
    match in_home {
        Some((rest, home)) => format!("{}{rest}", home.trim_end_matches('/')),
        None if typed.starts_with('/') => typed.to_owned(),
        None if typed.is_empty() => here.to_owned(),
        None => format!("{}/{typed}", here.trim_end_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(typed: &str) -> (String, Vec<String>) {
        let names = ["shop", "shed", ".hidden", "x y", "sh\u{f6}n", "shopping"];
        let names = names.map(str::to_owned);
        let Completion { text, choices } = complete(typed, &names);
        (text, choices)
    }

    #[test]
    fn a_directory_is_completed_as_far_as_it_is_clear() {
        for (typed, text, choices) in [
            ("/a/x", "/a/x y/", &[][..]),
            ("x", "x y/", &[]),
            ("~/sho", "~/shop", &["shop", "shopping"]),
            ("/a/s", "/a/sh", &["shed", "shop", "shopping", "shön"]),
            ("/.", "/./", &[]),
            ("/a/.h", "/a/.hidden/", &[]),
            ("/a/nothing", "/a/nothing", &[]),
            ("~", "~/", &[]),
            ("..", "../", &[]),
        ] {
            let choices = choices.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(completed(typed), (text.to_owned(), choices), "{typed}");
        }
        let (text, choices) = completed("/");
        assert_eq!((text.as_str(), choices.len()), ("/", 5), "not the hidden");
        assert_eq!(common("shop", "shopping"), "shop");
    }

    #[test]
    fn home_and_here_are_understood() {
        for (typed, path) in [
            ("~", "/home/me"),
            ("~/a", "/home/me/a"),
            ("~you", "/here/~you"),
            ("/x", "/x"),
            ("", "/here"),
            ("a/b", "/here/a/b"),
        ] {
            assert_eq!(expand(typed, "/here", Some("/home/me/")), path);
        }
        assert_eq!(expand("~/a", "/", None), "/~/a");
    }
}
