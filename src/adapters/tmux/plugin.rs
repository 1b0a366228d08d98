//! What the plugin has set in tmux: read, and undone.

use std::path::PathBuf;

use bytes::Bytes;

use super::command::Command;
use super::handle::Tmux;
use crate::ports::mux::MuxError;
use crate::ports::plugin::PluginNow;

/// What the plugin publishes. What users set, with a dash in its name, is theirs.
const OPTIONS: [&str; 8] = [
    "@geppetto_plugin",
    "@geppetto_bin",
    "@geppetto_status",
    "@geppetto_badge",
    "@geppetto_conflict",
    "@geppetto_left",
    "@geppetto_right",
    "@geppetto_click",
];

/// Its slots among the aliases.
const ALIASES: [&str; 5] = [
    "command-alias[240]",
    "command-alias[241]",
    "command-alias[242]",
    "command-alias[243]",
    "command-alias[244]",
];

/// What the daemon and the keys publish.
const VARIABLES: [&str; 4] = [
    "geppetto_status",
    "geppetto_windows",
    "geppetto_message",
    "geppetto_notice",
];

/// What a segment of the old habit was made.
const LIVE: &str = "#{E:@geppetto_status}";

/// What it was.
const HABIT: &str = "#{geppetto_status}";

/// Begins the notes of its keys.
const NOTE: &str = "geppetto: ";

impl Tmux {
    pub(super) async fn plugin_now(&self) -> Result<PluginNow, MuxError> {
        let [directory, status_format] = self
            .values(["@geppetto_plugin", "@geppetto-status-format"])
            .await?;
        Ok(PluginNow {
            directory: directory.filter(|text| !text.is_empty()).map(PathBuf::from),
            status_format,
        })
    }

    /// The keys that were unbound.
    pub(super) async fn uninstall_plugin(&self) -> Result<Vec<String>, MuxError> {
        let list = Command::new("list-keys").flag("-N -T prefix -P ''");
        let rows = self.run(list).await?;
        let keys: Vec<String> = rows
            .iter()
            .flatten()
            .filter_map(|row| our_key(row))
            .collect();
        for key in &keys {
            let unbind = Command::new("unbind-key").flag("-T prefix --").text(key)?;
            self.run(unbind).await?;
        }
        self.give_click_back().await?;
        self.give_lines_back().await?;
        for option in OPTIONS {
            let unset = Command::new("set-option").flag("-gqu").flag(option);
            self.run(unset).await?;
        }
        for alias in ALIASES {
            let unset = Command::new("set-option").flag("-squ").flag(alias);
            self.run(unset).await?;
        }
        for variable in VARIABLES {
            let unset = Command::new("set-environment").flag("-gu").flag(variable);
            self.run(unset).await?;
        }
        Ok(keys)
    }

    /// What a click on the status line did before.
    async fn give_click_back(&self) -> Result<(), MuxError> {
        let [former] = self.values(["@geppetto_click"]).await?;
        let bind = match former.as_deref().map(str::trim) {
            None => return Ok(()),
            Some("") => Command::new("unbind-key").flag("-T root MouseDown1Status"),
            Some(former) => Command::new("bind-key")
                .flag("-T root MouseDown1Status")
                .text(former)?,
        };
        self.run(bind).await.map(drop)
    }

    /// The status line as the user wrote it; in one that was changed since, only our part of it.
    async fn give_lines_back(&self) -> Result<(), MuxError> {
        let [left, right] = self.values(["@geppetto_left", "@geppetto_right"]).await?;
        let [left_now, right_now] = self.values(["status-left", "status-right"]).await?;
        for (line, kept, now) in [
            ("status-left", left, left_now),
            ("status-right", right, right_now),
        ] {
            // Where nothing was rewritten, the user wrote the live segment.
            let (Some(kept), Some(now)) = (kept, now) else {
                continue;
            };
            let set = Command::new("set-option").flag("-g").flag(line);
            self.run(set.text(&restored(&kept, &now))?).await?;
        }
        Ok(())
    }

    /// Values of global options; `None` for those that are not set.
    async fn values<const N: usize>(
        &self,
        options: [&'static str; N],
    ) -> Result<[Option<String>; N], MuxError> {
        let mut values = [const { None }; N];
        for (value, option) in values.iter_mut().zip(options) {
            let show = Command::new("show-options").flag("-gqv").flag(option);
            let replies = self.run(show).await?;
            let rows: Vec<&Bytes> = replies.iter().flatten().collect();
            if !rows.is_empty() {
                let rows = rows.iter().map(|row| String::from_utf8_lossy(row));
                *value = Some(rows.collect::<Vec<_>>().join("\n"));
            }
        }
        Ok(values)
    }
}

/// The key of a row `KEY   NOTE`, when the note is ours.
fn our_key(row: &[u8]) -> Option<String> {
    let row = std::str::from_utf8(row).ok()?;
    let (key, note) = row.split_once(' ')?;
    note.trim_start().starts_with(NOTE).then(|| key.to_owned())
}

fn restored(kept: &str, now: &str) -> String {
    if kept.replace(HABIT, LIVE) == now {
        return kept.to_owned();
    }
    now.replace(LIVE, HABIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_keys_are_ours() {
        assert_eq!(
            our_key(b"M-g geppetto: all runners").as_deref(),
            Some("M-g")
        );
        assert_eq!(our_key(b"G   geppetto: watch").as_deref(), Some("G"));
        assert_eq!(our_key(b"x   Kill the geppetto: pane"), None);
        assert_eq!(our_key(b"x"), None);
    }

    #[test]
    fn a_line_that_was_changed_since_keeps_its_changes() {
        let kept = "a #{geppetto_status} #{E:@geppetto_status}";
        let live = "a #{E:@geppetto_status} #{E:@geppetto_status}";
        assert_eq!(restored(kept, live), kept);
        assert_eq!(
            restored(kept, "b #{E:@geppetto_status}"),
            "b #{geppetto_status}"
        );
    }
}
