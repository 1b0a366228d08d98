//! The wire as any program can speak it, and what the daemon does with those that speak it badly: a typed error
//! or a closed connection, and always the next client served.

use geppetto::wire::{MAX_LINE_BYTES, PROTOCOL, Tag};
use serde_json::{Value, json};

use crate::support::{Sandbox, Wire};

/// Connections that the daemon serves at a time.
const CONNECTIONS: usize = 256;

#[track_caller]
fn is_well(sandbox: &Sandbox, pid: i32) {
    assert_eq!(sandbox.daemon().pid, pid, "the daemon was replaced");
    assert_eq!(sandbox.runner("one").status, "running");
}

/// A sandbox with a daemon and a runner `one` that must still be there at the end.
fn sandbox() -> (Sandbox, i32) {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo ready; exec sleep 1000");
    let pid = sandbox.daemon().pid;
    (sandbox, pid)
}

#[test]
fn a_request_id_is_echoed_and_unknown_fields_are_ignored() {
    let (sandbox, _) = sandbox();
    let mut wire = sandbox.wire();
    let request = json!({"type": "list-runners", "id": "seven", "fromTheFuture": {"a": [1]}});
    let answer = wire.ask(&request);
    assert!(answer.success);
    assert_eq!(answer.id.as_deref(), Some("seven"));
    let refused = wire.ask(&json!({"type": "get-runner", "runner": "nobody", "id": "eight"}));
    assert_eq!(refused.id.as_deref(), Some("eight"));
    assert_eq!(
        refused.error.map(|error| error.tag),
        Some(Tag::RunnerNotFound)
    );
}

#[test]
fn versions_are_agreed_on() {
    let (sandbox, pid) = sandbox();
    let mut wire = sandbox.wire();
    let answer = wire.ask(&json!({"type": "hello", "protocol": PROTOCOL}));
    let daemon = answer.answer.daemon.unwrap();
    assert_eq!((daemon.pid, daemon.protocol), (pid, PROTOCOL));
    let error = wire.refusal(&json!({"type": "hello", "protocol": 0}));
    assert_eq!(error.tag, Tag::ProtocolVersion);
}

#[test]
fn answers_come_in_the_order_of_the_requests() {
    let (sandbox, _) = sandbox();
    let mut wire = sandbox.wire();
    let requests: String = (0..500)
        .map(|i| format!("{}\n", json!({"type": "list-runners", "id": i.to_string()})))
        .collect();
    wire.send_raw(requests.as_bytes()).unwrap();
    for i in 0..500 {
        assert_eq!(wire.answer().id, Some(i.to_string()));
    }
}

#[test]
fn lines_that_are_no_requests_get_a_typed_error() {
    let (sandbox, pid) = sandbox();
    let bad: [&[u8]; 10] = [
        b"hello\n",
        b"{\n",
        b"[]\n",
        b"null\n",
        b"{\"type\":7}\n",
        b"{\"noType\":true}\n",
        b"{\"type\":\"make-coffee\"}\n",
        b"{\"type\":\"list-runners\"}garbage\n",
        b"\xff\xfe{\"type\":\"list-runners\"}\n",
        b"{\"type\":\"get-runner\",\"runner\":\"\xc3\"}\n",
    ];
    for line in bad {
        let mut wire = sandbox.wire();
        wire.send_raw(line).unwrap();
        let answer = wire.answer();
        let shown = String::from_utf8_lossy(line);
        assert_eq!(
            answer.error.map(|error| error.tag),
            Some(Tag::BadRequest),
            "{shown}"
        );
    }
    let mut wire = sandbox.wire();
    wire.send_raw(b"{\"type\":\"get-runner\"}\n").unwrap();
    let error = wire.answer().error.unwrap();
    assert!(
        matches!(error.tag, Tag::BadRequest | Tag::Validation),
        "{error:?}"
    );
    is_well(&sandbox, pid);
}

#[test]
fn deeply_nested_json_is_refused() {
    let (sandbox, pid) = sandbox();
    let mut wire = sandbox.wire();
    let depth = 200_000;
    let line = format!("{{\"type\":{}{}}}\n", "[".repeat(depth), "]".repeat(depth));
    wire.send_raw(line.as_bytes()).unwrap();
    assert_eq!(
        wire.answer().error.map(|error| error.tag),
        Some(Tag::BadRequest)
    );
    is_well(&sandbox, pid);
}

#[test]
fn a_line_over_the_limit_is_refused_and_the_connection_closed() {
    let (sandbox, pid) = sandbox();
    let mut wire = sandbox.wire();
    let long = format!(
        "{{\"type\":\"list-runners\",\"pad\":\"{}\"}}\n",
        "x".repeat(MAX_LINE_BYTES)
    );
    // The daemon may close before it has read everything.
    let _refused_early = wire.send_raw(long.as_bytes());
    if let Some(line) = wire.line() {
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["error"]["tag"], "BadRequest");
        assert_eq!(wire.line(), None);
    }
    is_well(&sandbox, pid);
}

#[test]
fn a_line_below_the_limit_is_read() {
    let (sandbox, _) = sandbox();
    let mut wire = sandbox.wire();
    let pad = "x".repeat(MAX_LINE_BYTES - 100);
    assert!(
        wire.ask(&json!({"type": "list-runners", "pad": pad}))
            .success
    );
}

#[test]
fn an_endless_line_is_cut_off() {
    let (sandbox, pid) = sandbox();
    let mut wire = sandbox.wire();
    let chunk = vec![b'x'; 64 * 1024];
    let mut sent = 0;
    while sent < 64 * MAX_LINE_BYTES && wire.send_raw(&chunk).is_ok() {
        sent += chunk.len();
    }
    assert!(
        sent < 64 * MAX_LINE_BYTES,
        "the daemon took {sent} bytes of one line"
    );
    is_well(&sandbox, pid);
}

#[test]
fn half_a_request_does_nothing() {
    let (sandbox, pid) = sandbox();
    let mut gone = sandbox.wire();
    gone.send_raw(b"{\"type\":\"stop-runner\",\"runner\":\"one\"")
        .unwrap();
    drop(gone);
    let mut half = sandbox.wire();
    half.send_raw(b"{\"type\":\"stop-runner\",\"runner\":\"one\"")
        .unwrap();
    half.end_writing();
    // Whether it is called a bad request or simply closed, it is not done.
    while half.line().is_some() {}
    is_well(&sandbox, pid);
}

#[test]
fn a_request_in_pieces_is_one_request() {
    let (sandbox, _) = sandbox();
    let mut wire = sandbox.wire();
    for byte in b"{\"type\":\"list-runners\"}\n" {
        wire.send_raw(&[*byte]).unwrap();
    }
    assert!(wire.answer().success);
}

#[test]
fn a_client_that_closes_its_side_still_gets_its_answer() {
    let (sandbox, _) = sandbox();
    let mut wire = sandbox.wire();
    wire.send(&json!({"type": "list-runners"}));
    wire.end_writing();
    assert!(wire.answer().success);
    assert_eq!(wire.line(), None);
}

#[test]
fn silent_clients_take_nobodys_place() {
    let (sandbox, pid) = sandbox();
    let silent: Vec<Wire> = (0..CONNECTIONS - 20).map(|_| sandbox.wire()).collect();
    is_well(&sandbox, pid);
    sandbox.geppetto(&["list"]).ok();
    drop(silent);
    is_well(&sandbox, pid);
}

#[test]
fn one_connection_too_many_is_told_so() {
    let (sandbox, pid) = sandbox();
    let list = json!({"type": "list-runners"});
    let mut open: Vec<Wire> = Vec::new();
    // Connections of helpers before may not be closed yet, so the last ones may have no place.
    for _ in 0..CONNECTIONS {
        let mut wire = sandbox.wire();
        if wire.send_raw(format!("{list}\n").as_bytes()).is_err() {
            break;
        }
        match wire
            .line()
            .map(|line| serde_json::from_str::<Value>(&line).unwrap())
        {
            Some(answer) if answer["success"] == true => open.push(wire),
            _ => break,
        }
    }
    assert!(
        open.len() > CONNECTIONS - 10,
        "only {} were served",
        open.len()
    );
    let mut refused = sandbox.wire();
    // It may be closed as soon as it has been told.
    let _closed = refused.send_raw(format!("{list}\n").as_bytes());
    let line = refused
        .line()
        .expect("the reason is said before the connection is closed");
    let answer: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(answer["error"]["tag"], "Unavailable", "{answer}");
    assert_eq!(refused.line(), None);
    // Those that are open are served, and a place that becomes free is given away.
    assert!(open[0].ask(&list).success);
    open.truncate(10);
    sandbox.wait_until("a free place", || {
        let mut wire = sandbox.wire();
        wire.send_raw(format!("{list}\n").as_bytes()).is_ok()
            && wire
                .line()
                .is_some_and(|line| line.contains("\"success\":true"))
    });
    drop(open);
    is_well(&sandbox, pid);
}

#[test]
fn a_client_that_never_reads_holds_nobody_up() {
    let (sandbox, pid) = sandbox();
    let mut deaf = sandbox.wire();
    let request = format!("{}\n", json!({"type": "list-runners"})).repeat(20_000);
    // The daemon stops reading once its answers are not taken; how much it takes before is its own affair.
    deaf.give_up_writing_soon();
    let _stuck = deaf.send_raw(request.as_bytes());
    is_well(&sandbox, pid);
    sandbox.geppetto(&["show", "one"]).ok();
}
