//! What tells whose machine a text comes from: home directory, names of user and host. Taken out of what is given to others, besides
//! secrets, which are `redact`'s.

use regex::Regex;

/// Finds it. What it puts in its place may be shorter or longer.
#[derive(Debug, Clone, Default)]
pub struct Personal(Vec<(Regex, &'static str)>);

/// Names that everybody has.
const COMMON: [&str; 2] = ["root", "localhost"];

impl Personal {
    /// `home` as it stands in paths; `host` also stands for its first part. Names of one character, and such as everybody has,
    /// tell nothing.
    pub fn new(home: Option<&str>, user: Option<&str>, host: Option<&str>) -> Self {
        let home = home.filter(|home| home.len() > 1);
        let home = home.map(|home| (regex::escape(home.trim_end_matches('/')), "~"));
        let short = host.and_then(|host| host.split('.').next());
        let names = [(user, "user"), (host, "host"), (short, "host")];
        let names = names.into_iter().filter_map(|(name, instead)| {
            let name = name.filter(|name| name.len() > 1 && !COMMON.contains(name))?;
            Some((format!(r"\b{}\b", regex::escape(name)), instead))
        });
        // A literal always is an expression; one too long for the limit tells nothing that could be found.
        let found = home
            .into_iter()
            .chain(names)
            .filter_map(|(written, instead)| {
                let pattern = Regex::new(&written).ok()?;
                Some((pattern, instead))
            });
        Self(found.collect())
    }

    /// The text without it.
    pub fn without(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (pattern, instead) in &self.0 {
            if pattern.is_match(&text) {
                text = pattern.replace_all(&text, *instead).into_owned();
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_user_and_host_go_and_words_that_only_contain_them_stay() {
        let personal = Personal::new(Some("/home/ann/"), Some("ann"), Some("box.example.org"));
        for (text, expected) in [
            ("/home/ann/src", "~/src"),
            ("ann@box:~$ ", "user@host:~$ "),
            ("ssh box.example.org", "ssh host"),
            ("an annual inbox", "an annual inbox"),
        ] {
            assert_eq!(personal.without(text), expected);
        }
    }

    #[test]
    fn what_tells_nothing_stays() {
        let personal = Personal::new(Some("/"), Some("root"), Some("localhost"));
        assert_eq!(personal.without("root@localhost:/x"), "root@localhost:/x");
        assert_eq!(Personal::default().without("/home/ann"), "/home/ann");
        assert_eq!(Personal::new(None, Some("x"), None).without("x"), "x");
    }
}
