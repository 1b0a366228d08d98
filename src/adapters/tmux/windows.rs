//! What people tell windows and panes by: names, titles and directories, asked in one command list when somebody looks.
//!
//! As in a layout, every row begins with ids and integers and ends with at most one text that others can choose, behind
//! a length limit. A pane has two of them, so it has two rows.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use super::command::Command;
use super::limits::{PATH_LIMIT, TEXT_LIMIT};
use crate::domain::ids::{PaneId, SessionId, WindowId};
use crate::ports::mux::{MuxPaneText, MuxWindow};

/// The question; [`read`] takes its replies.
pub(super) fn question() -> Command {
    let titles = format!(
        "'#{{window_id}} #{{pane_index}} #{{pane_id}} #{{pane_active}} #{{={TEXT_LIMIT}:pane_title}}'"
    );
    let directories = format!("'#{{pane_id}} #{{={PATH_LIMIT}:pane_current_path}}'");
    let windows = format!(
        "'#{{session_id}} #{{window_index}} #{{window_id}} #{{window_active}} #{{={TEXT_LIMIT}:window_name}}'"
    );
    let all =
        |name: &'static str, format: &str| Command::new(name).flag("-a").flag("-F").format(format);
    all("list-panes", &titles)
        .then(&all("list-panes", &directories))
        .then(&all("list-windows", &windows))
}

/// Reads the three replies. Rows that are not ours are skipped.
pub(super) fn read(replies: &[Vec<Bytes>]) -> Vec<MuxWindow> {
    let rows = |index: usize| {
        let rows = replies.get(index).map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| String::from_utf8_lossy(row))
    };
    let mut directories: HashMap<PaneId, String> = rows(1)
        .filter_map(|row| {
            let (id, path) = row.split_once(' ')?;
            Some((id.parse().ok()?, path.to_owned()))
        })
        .collect();
    // A pane whose window several sessions show has as many rows.
    let mut panes: HashMap<WindowId, BTreeMap<(u32, PaneId), MuxPaneText>> = HashMap::new();
    for (window, mut pane) in rows(0).filter_map(|row| pane(&row)) {
        if let Some(cwd) = directories.remove(&pane.id) {
            pane.cwd = cwd;
        }
        let known = panes.entry(window).or_default();
        known.entry((pane.index, pane.id)).or_insert(pane);
    }
    let mut windows: Vec<MuxWindow> = rows(2)
        .filter_map(|row| window(&row))
        .map(|mut window| {
            let panes = panes.get(&window.id).into_iter().flatten();
            window.panes = panes.map(|(_, pane)| pane.clone()).collect();
            window
        })
        .collect();
    windows.sort_by_key(|window| (window.session, window.index));
    windows
}

fn pane(row: &str) -> Option<(WindowId, MuxPaneText)> {
    let mut fields = row.splitn(5, ' ');
    let window: WindowId = fields.next()?.parse().ok()?;
    Some((
        window,
        MuxPaneText {
            index: fields.next()?.parse().ok()?,
            id: fields.next()?.parse().ok()?,
            active: fields.next()? == "1",
            title: fields.next().unwrap_or_default().to_owned(),
            cwd: String::new(),
        },
    ))
}

fn window(row: &str) -> Option<MuxWindow> {
    let mut fields = row.splitn(5, ' ');
    let session: SessionId = fields.next()?.parse().ok()?;
    Some(MuxWindow {
        session,
        index: fields.next()?.parse().ok()?,
        id: fields.next()?.parse().ok()?,
        active: fields.next()? == "1",
        name: fields.next().unwrap_or_default().to_owned(),
        panes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::Server;
    use super::*;
    use crate::ports::mux::Mux;

    fn rows(text: &str) -> Vec<Bytes> {
        text.lines()
            .map(|line| Bytes::copy_from_slice(line.as_bytes()))
            .collect()
    }

    #[test]
    fn windows_have_their_panes_in_order_and_broken_rows_are_skipped() {
        let replies = [
            rows("@1 1 %4 1 b  c\n@1 0 %9 0 \n@1 1 %4 1 b  c\n@x 0 %5 0 z\n@2 0 %5 1 $1 @1"),
            rows("%4 /a b\n%9 \n%4 /a b\nx"),
            rows("$2 0 @1 1 one two\n$1 3 @1 0 one two\n$1 2 @2 1 \n$1"),
        ];
        let windows = read(&replies);
        let places: Vec<(u32, u32, u32)> = windows
            .iter()
            .map(|window| (window.session.0, window.index, window.id.0))
            .collect();
        assert_eq!(places, [(1, 2, 2), (1, 3, 1), (2, 0, 1)]);
        let [second, first] = &windows[1].panes[..] else {
            panic!("two panes");
        };
        assert_eq!((first.id, first.active), (PaneId(4), true));
        assert_eq!((first.title.as_str(), first.cwd.as_str()), ("b  c", "/a b"));
        assert_eq!((second.id, second.active), (PaneId(9), false));
        assert_eq!(windows[0].panes[0].title, "$1 @1");
        assert_eq!(windows[2].name, "one two");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn names_of_a_real_tmux_arrive_as_they_are() {
        let server = Server::start();
        let hostile = "a #(touch x) $9 @9 %9 \u{202e}evil 修理";
        server.tmux(&[
            "rename-window",
            "-t",
            "=first:",
            &hostile.replace('#', "##"),
        ]);
        let path = server.path().join("with blank#{pid}");
        std::fs::create_dir(&path).unwrap();
        let path = path.to_str().unwrap();
        server.tmux(&[
            "split-window",
            "-d",
            "-t",
            "%0",
            "-c",
            &path.replace('#', "##"),
            "cat",
        ]);
        server.tmux(&["select-pane", "-t", "%1", "-T", "title two"]);
        server.tmux(&["new-session", "-d", "-s", "second", "cat"]);
        server.tmux(&["link-window", "-d", "-s", "=first:", "-t", "=second:7"]);
        let hub = server.hub();
        let windows = hub.tmux.windows().await.unwrap();
        hub.stop().await;
        let places: Vec<(u32, u32, u32)> = windows
            .iter()
            .map(|window| (window.session.0, window.index, window.id.0))
            .collect();
        assert_eq!(places, [(0, 0, 0), (1, 0, 1), (1, 7, 0)]);
        let first = &windows[0];
        assert_eq!(first.name, hostile);
        let second = &first.panes[1];
        assert_eq!((second.id, second.title.as_str()), (PaneId(1), "title two"));
        assert_eq!((second.cwd.as_str(), second.active), (path, false));
        assert_eq!(windows[2].panes, first.panes);
    }
}
