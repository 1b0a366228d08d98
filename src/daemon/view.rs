//! Facts of the domain as plain values of the wire.

use super::{acting, usage};
use crate::app::{RunnerNow, SessionNow};
use crate::domain::exit::{Exit, Outcome};
use crate::domain::kind::Kind;
use crate::domain::log::LogEntry;
use crate::domain::runner::{Origin, Runner};
use crate::domain::segment::{Badges, Counts, Icons};
use crate::domain::status::Status;
use crate::domain::time::millis;
use crate::ports::mux::AttachCommands;
use crate::ports::store::StatusChange;
use crate::wire::{
    AttachView, ExitView, LogView, RunnerView, SessionView, StatusChangeView, StatusView,
};

pub(super) fn runner(now: &RunnerNow) -> RunnerView {
    let Runner {
        place,
        wishes,
        status,
        origin,
        ..
    } = &now.runner;
    let runner = &now.runner;
    let (origin, launch) = match origin {
        Origin::Started(launch) => ("started", Some(launch)),
        Origin::Registered => ("registered", None),
    };
    let told = status.verdict().source.filter(|_| is_told(status.status()));
    RunnerView {
        id: runner.id.to_string(),
        name: runner.name.to_string(),
        kind: runner.kind.name.to_owned(),
        status: status.status().as_str().to_owned(),
        reason: status.reason().to_owned(),
        cause: told.map(|_| status.cause().as_str().to_owned()),
        confidence: told.map(|_| status.verdict().confidence),
        evidence: told.map(|source| source.as_str().to_owned()),
        since_ms: status.since().0,
        origin: origin.to_owned(),
        run: runner.run,
        session_id: place.as_ref().map(|place| place.session.to_string()),
        session_name: place.as_ref().map(|_| runner.session_name.clone()),
        window_id: place.as_ref().map(|place| place.window.to_string()),
        pane_id: place.as_ref().map(|place| place.pane.to_string()),
        pid: runner.pid.map(crate::domain::ids::Pid::as_raw),
        key: runner.key.as_ref().map(ToString::to_string),
        command: launch
            .map(|launch| launch.command.clone())
            .unwrap_or_default(),
        cwd: launch.map(|launch| launch.cwd.display().to_string()),
        created_at_ms: runner.created_at.0,
        started_at_ms: runner.started_at.0,
        last_output_at_ms: runner.last_output_at.map(|at| at.0),
        exit: status.exit().map(exit),
        idle_after_ms: millis(wishes.idle_after),
        max_duration_ms: wishes.max_duration.map(millis),
        output_dir: wishes
            .output_dir
            .as_ref()
            .map(|path| path.display().to_string()),
        output_bytes: runner.output_bytes,
        lost_bytes: runner.lost_bytes,
        divergences: now.divergences,
        recording_paused: now.recording_paused.clone(),
        snoozed_until_ms: runner.snoozed_until.map(|until| until.0),
        last_seq: now.end.seq.0,
        log_entries: now.entries,
        spending: now
            .spending
            .as_deref()
            .map(|of| Box::new(usage::spending(of))),
        prompt: now.prompt.as_ref().map(acting::prompt),
        conversation_id: conversation(runner),
        resumed_conversation_id: now.resumed.as_ref().map(ToString::to_string),
    }
}

/// The conversation that it had last, unless an agent of another kind lives there by now.
fn conversation(runner: &Runner) -> Option<String> {
    let kept = runner.conversation.as_ref()?;
    let is_its = runner.kind == kept.kind || runner.kind == Kind::custom();
    is_its.then(|| kept.id.to_string())
}

/// True for a status that evidence of what the program does made.
const fn is_told(status: Status) -> bool {
    matches!(status, Status::Running | Status::Waiting | Status::Idle)
}

/// A runner in one line of JSON.
pub(super) fn json(now: &RunnerNow) -> String {
    // Strings, numbers and lists of them can always be written.
    serde_json::to_string(&runner(now)).unwrap_or_default()
}

fn exit(exit: Exit) -> ExitView {
    let (code, signal) = exit.outcome.code_and_signal();
    ExitView {
        code,
        signal,
        known: exit.outcome != Outcome::NotKnown,
        source: exit.source.as_str().to_owned(),
        at_ms: exit.at.0,
    }
}

pub(super) fn change(change: &StatusChange) -> StatusChangeView {
    StatusChangeView {
        run: change.run,
        status: change.status.as_str().to_owned(),
        reason: change.reason.clone(),
        at_ms: change.at.0,
    }
}

pub(super) fn log(entry: &LogEntry) -> LogView {
    LogView {
        run: entry.place.epoch.0,
        seq: entry.place.seq.0,
        at_ms: entry.at.0,
        source: entry.source.as_str().to_owned(),
        text: entry.text.to_string(),
    }
}

pub(super) fn session(now: &SessionNow) -> SessionView {
    SessionView {
        id: now.session.id.to_string(),
        name: now.session.name.clone(),
        key: now.session.key.clone(),
        windows: now.session.windows,
        clients: now.session.clients,
        registered: now.session.registered,
        runners: u32::try_from(now.runners).unwrap_or(u32::MAX),
        window_list: None,
    }
}

pub(super) fn status(counts: Counts, icons: Icons, badges: &Badges) -> StatusView {
    StatusView {
        active: counts.active,
        waiting: counts.waiting,
        idle: counts.idle,
        paused: counts.paused,
        failed: counts.failed,
        ended: counts.ended,
        segment: counts.segment(icons),
        windows: badges
            .iter()
            .map(|(window, sort)| (window.to_string(), sort.as_str().to_owned()))
            .collect(),
    }
}

pub(super) fn attach(commands: AttachCommands) -> AttachView {
    AttachView {
        attach: commands.attach,
        switch: commands.switch,
        switch_client: commands.switch_client,
    }
}
