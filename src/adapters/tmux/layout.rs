//! What the server shows: sessions and panes, asked in one command list and read back. Pure but for the question.
//!
//! Every row begins with ids and integers; the one text that others can choose comes last and only through a length
//! limit, which makes tmux drop control bytes, so no name can end a row or forge a field.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::command::Command;
use super::death::Death;
use super::limits::TEXT_LIMIT;
use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId, WindowId};
use crate::domain::runner::Place;
use crate::ports::mux::{MuxPane, MuxSession};

/// Everything at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) sessions: Arc<[MuxSession]>,
    pub(super) panes: Arc<[MuxPane]>,
    /// State of every dead pane.
    pub(super) deaths: HashMap<PaneId, Death>,
}

/// The question, to be sent to a control client; [`Layout::read`] takes its replies.
pub(super) fn question() -> Command {
    // Spaces in a key can only come from a person's own `set-option`: they must not shift the name behind it.
    let sessions = format!(
        "'#{{session_id}} #{{session_windows}} #{{?#{{==:#{{@geppetto_registered}},1}},1,0}} \
         #{{?@geppetto_key,#{{={TEXT_LIMIT};s/ /_/:@geppetto_key}},-}} #{{={TEXT_LIMIT}:session_name}}'"
    );
    let panes = format!(
        "'#{{session_id}} #{{window_id}} #{{pane_id}} #{{?pane_pid,#{{pane_pid}},0}} #{{pane_active}} \
         #{{window_active}} #{{window_activity}} #{{pane_dead}} \
         #{{pane_dead}},#{{pane_dead_status}},#{{pane_dead_signal}} \
         #{{?@geppetto_runner,#{{=36;s/ /_/:@geppetto_runner}},-}} #{{={TEXT_LIMIT}:pane_current_command}}'"
    );
    Command::new("list-sessions")
        .flag("-F")
        .format(&sessions)
        .then(
            &Command::new("list-clients")
                .flag("-F")
                .flag("'#{session_id} #{client_control_mode}'"),
        )
        .then(
            &Command::new("list-panes")
                .flag("-a")
                .flag("-F")
                .format(&panes),
        )
}

impl Layout {
    /// Reads the three replies. `before` fills in process ids that tmux no longer tells (3.8 empties those of dead
    /// panes), `ours` the runners of panes that were made a moment ago. Rows that are not ours are skipped.
    pub(super) fn read(
        replies: &[Vec<Bytes>],
        before: &Self,
        ours: &HashMap<PaneId, RunnerId>,
    ) -> Self {
        let rows = |index: usize| replies.get(index).map(Vec::as_slice).unwrap_or_default();
        let clients = count_terminals(rows(1));
        let mut sessions: Vec<MuxSession> = rows(0)
            .iter()
            .filter_map(|row| session(row, &clients))
            .collect();
        sessions.sort_by_key(|session| session.id);
        let pids: HashMap<PaneId, Pid> = before
            .panes
            .iter()
            .map(|pane| (pane.place.pane, pane.place.pane_pid))
            .collect();
        let mut deaths = HashMap::new();
        let mut panes: BTreeMap<PaneId, MuxPane> = BTreeMap::new();
        for row in rows(2) {
            let Some(mut listed) = pane_row(row, &pids) else {
                continue;
            };
            let id = listed.pane.place.pane;
            if let Some(death) = listed.death {
                deaths.insert(id, death);
            }
            if listed.pane.runner.is_none() {
                listed.pane.runner = ours.get(&id).copied();
            }
            match panes.get_mut(&id) {
                Some(known) => merge(known, listed.pane),
                None => {
                    panes.insert(id, listed.pane);
                }
            }
        }
        let names: HashMap<SessionId, &str> = sessions
            .iter()
            .map(|session| (session.id, session.name.as_str()))
            .collect();
        for pane in panes.values_mut() {
            if let Some(name) = names.get(&pane.place.session) {
                (*name).clone_into(&mut pane.session_name);
            }
        }
        Self {
            panes: panes.into_values().collect(),
            sessions: sessions.into(),
            deaths,
        }
    }

    /// The pane, if it is there.
    pub(super) fn pane(&self, id: PaneId) -> Option<&MuxPane> {
        // Panes come out of a BTreeMap, so they are in order.
        let at = self
            .panes
            .binary_search_by_key(&id, |pane| pane.place.pane)
            .ok()?;
        self.panes.get(at)
    }

    /// The session, if it is there.
    pub(super) fn session(&self, id: SessionId) -> Option<&MuxSession> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// True when a reader of layouts would see a difference. What changes all the time (the time of the last output)
    /// is no difference.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let quiet = |pane: &MuxPane| MuxPane {
            activity: 0,
            ..pane.clone()
        };
        self.sessions != other.sessions
            || self.panes.len() != other.panes.len()
            || !self
                .panes
                .iter()
                .zip(other.panes.iter())
                .all(|(a, b)| quiet(a) == quiet(b))
    }
}

/// A row of `list-panes`.
struct ListedPane {
    pane: MuxPane,
    death: Option<Death>,
}

/// Adds another session that shows a pane which is listed already.
fn merge(known: &mut MuxPane, other: MuxPane) {
    for session in other.sessions {
        if let Err(at) = known.sessions.binary_search(&session) {
            known.sessions.insert(at, session);
        }
    }
    if other.place.session < known.place.session {
        known.place.session = other.place.session;
        known.active = other.active;
    } else if other.place.session == known.place.session {
        // A window can be linked twice into one session.
        known.active |= other.active;
    }
}

fn count_terminals(rows: &[Bytes]) -> HashMap<SessionId, u32> {
    let mut counts = HashMap::new();
    for row in rows {
        let text = String::from_utf8_lossy(row);
        let mut fields = text.split(' ');
        let session = fields.next().and_then(|id| id.parse::<SessionId>().ok());
        if let (Some(session), Some("0")) = (session, fields.next()) {
            *counts.entry(session).or_insert(0) += 1;
        }
    }
    counts
}

fn session(row: &[u8], clients: &HashMap<SessionId, u32>) -> Option<MuxSession> {
    let text = String::from_utf8_lossy(row);
    let mut fields = text.splitn(5, ' ');
    let id = fields.next()?.parse().ok()?;
    Some(MuxSession {
        id,
        windows: fields.next()?.parse().ok()?,
        registered: fields.next()? == "1",
        key: fields.next().filter(|key| *key != "-").map(str::to_owned),
        name: fields.next()?.to_owned(),
        clients: clients.get(&id).copied().unwrap_or(0),
    })
}

fn pane_row(row: &[u8], pids: &HashMap<PaneId, Pid>) -> Option<ListedPane> {
    let text = String::from_utf8_lossy(row);
    let mut fields = text.splitn(11, ' ');
    let session: SessionId = fields.next()?.parse().ok()?;
    let window: WindowId = fields.next()?.parse().ok()?;
    let pane: PaneId = fields.next()?.parse().ok()?;
    let pane_pid = match fields.next()?.parse::<Pid>() {
        Ok(pid) => pid,
        Err(_empty_once_dead) => *pids.get(&pane)?,
    };
    let pane_active = fields.next()? == "1";
    let window_active = fields.next()? == "1";
    let activity = fields.next()?.parse().unwrap_or(0);
    let dead = fields.next()? == "1";
    let death = Death::read(fields.next()?);
    let runner = fields.next()?.parse().ok();
    Some(ListedPane {
        pane: MuxPane {
            place: Place {
                session,
                window,
                pane,
                pane_pid,
            },
            sessions: vec![session],
            session_name: String::new(),
            active: pane_active && window_active,
            command: fields.next().unwrap_or_default().to_owned(),
            activity,
            dead,
            runner,
        },
        death: death.filter(|_| dead),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::exit::Outcome;

    const RUNNER: &str = "0190f3a0-0000-7000-8000-00000000000a";

    fn rows(text: &str) -> Vec<Bytes> {
        text.lines()
            .map(|line| Bytes::copy_from_slice(line.as_bytes()))
            .collect()
    }

    fn read(sessions: &str, clients: &str, panes: &str) -> Layout {
        let replies = [rows(sessions), rows(clients), rows(panes)];
        Layout::read(&replies, &Layout::default(), &HashMap::new())
    }

    fn pane(id: u32, pid: i32) -> String {
        format!("$0 @0 %{id} {pid} 1 1 5 0 0,, - cat")
    }

    #[test]
    fn sessions_and_terminals_are_read() {
        let layout = read(
            "$3 2 1 coda::a::b name with  spaces\n$1 1 0 - -\n$x 1 0 - broken",
            "$3 0\n$3 1\n$3 0\n$1 1",
            "",
        );
        let [first, second] = &layout.sessions[..] else {
            panic!("two sessions");
        };
        assert_eq!(
            (first.id, first.name.as_str(), first.clients),
            (SessionId(1), "-", 0)
        );
        assert_eq!((first.registered, first.key.as_deref()), (false, None));
        assert_eq!(
            (second.name.as_str(), second.clients),
            ("name with  spaces", 2)
        );
        assert_eq!(
            (second.registered, second.key.as_deref()),
            (true, Some("coda::a::b"))
        );
    }

    #[test]
    fn a_pane_of_several_sessions_is_listed_once() {
        let layout = read(
            "$1 1 0 - one\n$2 1 0 - two",
            "",
            "$2 @4 %7 99 1 1 5 0 0,, - cat\n$1 @4 %7 99 1 0 5 0 0,, - cat",
        );
        assert_eq!(layout.panes.len(), 1);
        let pane = layout.pane(PaneId(7)).unwrap();
        assert_eq!(pane.sessions, [SessionId(1), SessionId(2)]);
        assert_eq!(
            (pane.place.session, pane.session_name.as_str()),
            (SessionId(1), "one")
        );
        assert!(
            !pane.active,
            "in the first session another window is current"
        );
        assert_eq!(layout.pane(PaneId(8)), None);
    }

    #[test]
    fn dead_panes_and_runners_are_read_and_broken_rows_skipped() {
        let panes = format!(
            "$0 @0 %1 10 1 1 5 1 1,3, {RUNNER} a b\n$0 @0 %2 11 0 1 5 1 1,, x y\n%3 broken\n\n{}",
            pane(4, 12)
        );
        let layout = read("", "", &panes);
        assert_eq!(layout.panes.len(), 3);
        let first = layout.pane(PaneId(1)).unwrap();
        assert_eq!(
            (first.runner, first.command.as_str()),
            (RUNNER.parse().ok(), "a b")
        );
        assert_eq!(
            layout.deaths.get(&PaneId(1)),
            Some(&Death::Explained(Outcome::Code(3)))
        );
        assert_eq!(layout.deaths.get(&PaneId(2)), Some(&Death::Unexplained));
        assert_eq!(layout.pane(PaneId(2)).unwrap().runner, None);
        assert!(!layout.deaths.contains_key(&PaneId(4)));
    }

    #[test]
    fn what_tmux_no_longer_says_is_remembered() {
        let before = read("", "", &pane(1, 10));
        let panes = "$0 @0 %1 0 1 1 5 1 1,0, - cat\n$0 @0 %2 0 1 1 5 1 1,0, - cat";
        let replies = [Vec::new(), Vec::new(), rows(panes)];
        let ours = HashMap::from([(PaneId(1), RUNNER.parse().unwrap())]);
        let after = Layout::read(&replies, &before, &ours);
        let kept = after.pane(PaneId(1)).unwrap();
        assert_eq!(
            (kept.place.pane_pid.as_raw(), kept.runner),
            (10, RUNNER.parse().ok())
        );
        assert_eq!(after.pane(PaneId(2)), None, "nobody knows its process");
        assert!(after.differs(&before));
    }

    #[test]
    fn the_time_of_the_last_output_is_no_difference() {
        let later = pane(1, 10).replace(" 5 0 ", " 6 0 ");
        assert!(!read("", "", &later).differs(&read("", "", &pane(1, 10))));
        assert!(read("", "", &pane(1, 11)).differs(&read("", "", &pane(1, 10))));
    }
}
