//! The environment variables, read in one place, so that tests give their own and no other part looks.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

/// Where variables are looked up.
#[derive(Debug, Clone)]
pub struct Environment(Source);

#[derive(Debug, Clone)]
enum Source {
    Process,
    Given(Arc<BTreeMap<OsString, OsString>>),
}

impl Environment {
    /// The variables of this process, read when they are asked for.
    pub const fn of_process() -> Self {
        Self(Source::Process)
    }

    /// These variables and no others.
    pub fn given<K: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self(Source::Given(Arc::new(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )))
    }

    /// The value of a variable; an empty one counts as absent, as in most programs.
    pub fn value(&self, name: impl AsRef<OsStr>) -> Option<OsString> {
        self.raw(name.as_ref()).filter(|value| !value.is_empty())
    }

    /// The value as it is, also when it is empty.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn raw(&self, name: &OsStr) -> Option<OsString> {
        match &self.0 {
            Source::Process => std::env::var_os(name),
            Source::Given(pairs) => pairs.get(name).cloned(),
        }
    }

    /// All of it.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn all(&self) -> Vec<(OsString, OsString)> {
        match &self.0 {
            Source::Process => std::env::vars_os().collect(),
            Source::Given(pairs) => pairs.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        }
    }

    /// The value as an absolute path. The XDG rules say that a relative one is to be ignored.
    pub fn absolute(&self, name: &str) -> Option<PathBuf> {
        self.value(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    }

    /// The name of this host; `HOSTNAME` where variables are given.
    pub fn host(&self) -> Option<String> {
        match self.0 {
            Source::Process => {
                let name = rustix::system::uname()
                    .nodename()
                    .to_string_lossy()
                    .into_owned();
                Some(name).filter(|name| !name.is_empty())
            }
            Source::Given(_) => self.value("HOSTNAME")?.into_string().ok(),
        }
    }

    /// The user's home directory: `HOME`, else what the system knows.
    pub fn home(&self) -> Option<PathBuf> {
        self.absolute("HOME").or_else(|| match self.0 {
            Source::Process => std::env::home_dir().filter(|home| home.is_absolute()),
            Source::Given(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_relative_values_count_as_absent() {
        let environment = Environment::given([("A", ""), ("B", "x/y"), ("C", "/x")]);
        assert_eq!(environment.value("A"), None);
        assert_eq!(environment.raw(OsStr::new("A")), Some(OsString::new()));
        assert_eq!(environment.absolute("B"), None);
        assert_eq!(environment.absolute("C"), Some(PathBuf::from("/x")));
        assert_eq!(environment.home(), None);
    }
}
