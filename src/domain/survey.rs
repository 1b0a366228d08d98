//! What a tmux server is like, as one look at it tells: its version, what its user set, and who looks at it. Plain facts;
//! what follows from them is said elsewhere.

use std::collections::BTreeMap;

/// A tmux server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Its version, without the word `tmux`.
    pub version: String,
    /// `PATH` of its global environment: where a key's command is looked for.
    pub search_path: String,
    /// Global options by name. One that is not set, or that this version does not have, is absent.
    pub options: BTreeMap<String, String>,
    /// Every key of every key table.
    pub keys: Vec<Binding>,
    /// What of the user's own respawns panes. Menus are left out: tmux's own have it, and nobody opens them by chance.
    pub respawners: Vec<Respawner>,
    /// The terminals that are attached, without control clients.
    pub terminals: Vec<Terminal>,
}

/// What a key does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Key table, such as `prefix`.
    pub table: String,
    /// The key as tmux writes it.
    pub key: String,
    /// Its command.
    pub command: String,
}

/// Something that respawns panes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Respawner {
    /// A key.
    Key {
        /// Its table.
        table: String,
        /// The key as tmux writes it.
        key: String,
    },
    /// A hook: the event, with the number of the command, as in `pane-died[0]`.
    Hook(String),
}

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Its device, as tmux names the client.
    pub name: String,
    /// `TERM` outside of tmux.
    pub term: String,
    /// What tmux believes it can do: `256`, `RGB`, `clipboard`, `focus`, …
    pub features: Vec<String>,
    /// True when tmux sends it UTF-8.
    pub utf8: bool,
}

impl Survey {
    /// The value of an option; absent when it is not set.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    /// What a key of a table does.
    pub fn key(&self, table: &str, key: &str) -> Option<&str> {
        self.keys
            .iter()
            .find(|binding| binding.table == table && binding.key == key)
            .map(|binding| binding.command.as_str())
    }
}
