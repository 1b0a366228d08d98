//! One damaged row takes no other with it: what can be read is read, and a gap stands for the rest.

use std::os::unix::fs::FileExt;

use super::*;

/// Three frames of 70 000 bytes with a mark before each, as `a`, `b` and `c`, in a file that is done.
async fn three() -> (Store, RunnerId) {
    let store = Store::new();
    let id = runner();
    for (number, letter) in [(0, "a"), (1, "b"), (2, "c")] {
        let at = Position::new(Epoch(1), Seq(number * 70_000));
        let text = letter.to_owned();
        store
            .store
            .append(id, Piece::Keyframe(keyframe(at, number)))
            .unwrap();
        store
            .store
            .append(id, record(at, RecordKind::Marker { text }))
            .unwrap();
        store
            .store
            .append(id, output(at, number, &letter.repeat(70_000)))
            .unwrap();
    }
    store.store.flush(id, true).await.unwrap();
    (store, id)
}

fn change(store: &Store, id: RunnerId, sql: &str) {
    let connection = Connection::open(store.path(id)).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1, "{sql}");
}

/// What is read, shortly: letters of output, marks, gaps.
fn shown(stored: &[Stored]) -> String {
    let mut all = String::new();
    for stored in stored {
        match stored {
            Stored::Frame(_) => {
                let bytes = bytes_of(std::slice::from_ref(stored));
                if !all.ends_with(char::from(bytes[0])) {
                    all.push(char::from(bytes[0]));
                }
            }
            Stored::Record(Record { kind, at, .. }) => match kind {
                RecordKind::Marker { text } => all.push_str(&text.to_uppercase()),
                RecordKind::Gap(Gap { bytes, .. }) => {
                    let bytes = bytes.map_or("?".to_owned(), |bytes| bytes.to_string());
                    all.push_str(&format!("[{bytes} at {}]", at.seq));
                }
                other => all.push_str(&format!("{other:?}")),
            },
        }
    }
    all
}

async fn reads(damage: &str, wanted: &str) {
    let (store, id) = three().await;
    assert_eq!(shown(&all(&store.store, id).await), "AaBbCc");
    change(&store, id, damage);
    assert_eq!(shown(&all(&store.store, id).await), wanted, "{damage}");
    let end = Position::new(Epoch(9), Seq(0));
    let back = store.store.read_back(id, end, 1 << 20).await.unwrap();
    assert_eq!(shown(&back), wanted, "backwards, {damage}");
    for (seq, rest) in [(70_000, "Bb"), (140_000, "Cc")] {
        let from = Cursor::at(Position::new(Epoch(1), Seq(seq)));
        let page = store.store.read(id, from, 1 << 20).await.unwrap();
        let whole = wanted.contains(rest);
        assert!(!whole || shown(&page.stored).contains(rest), "{damage}");
    }
}

#[tokio::test]
async fn a_damaged_record_is_a_gap() {
    let middle = "WHERE seq = 70000";
    for damage in ["data = x'07'", "data = 7", "data = x'0000000005'"] {
        let sql = format!("UPDATE record SET {damage} {middle}");
        reads(&sql, "Aa[? at 70000]bCc").await;
    }
    let unreadable = format!("UPDATE record SET data = (SELECT data FROM frame LIMIT 1) {middle}");
    reads(&unreadable, "Aa[? at 70000]bCc").await;
    reads(
        &format!("UPDATE record SET at = 'never' {middle}"),
        "Aa[? at 70000]bCc",
    )
    .await;
}

#[tokio::test]
async fn a_record_of_a_later_version_is_passed_over_and_hides_nothing() {
    let future = "UPDATE record SET kind = 'from the future' WHERE seq = 70000";
    reads(future, "AabCc").await;
}

#[tokio::test]
async fn a_damaged_frame_is_a_gap() {
    let first = "WHERE first = 70000";
    for damage in [
        "data = x'07'",
        "data = 7",
        "chunks = x''",
        "chunks = 'no'",
        "crc = 5000000000",
        "crc = 'x'",
        "data = x'07', end = 1000000000000",
        "data = x'07', end = first + 1",
    ] {
        let sql = format!("UPDATE frame SET {damage} {first}");
        // The second frame of `b` is sound.
        reads(&sql, "AaB[65536 at 70000]bCc").await;
    }
}

#[tokio::test]
async fn a_wrong_length_or_time_beside_sound_bytes_hides_nothing() {
    for damage in [
        "at = 'never'",
        "until = 'never'",
        "end = first",
        "end = first + 1",
        "end = 0",
        "end = 1000000000000",
        "end = 'far'",
    ] {
        for first in [70_000, 205_536] {
            let sql = format!("UPDATE frame SET {damage} WHERE first = {first}");
            if !(damage.contains("+ 1") && first == 205_536) {
                reads(&sql, "AaBbCc").await;
            }
        }
    }
}

#[tokio::test]
async fn a_damaged_last_frame_is_a_gap_also_when_its_length_is_unknown() {
    let (store, id) = three().await;
    change(
        &store,
        id,
        "UPDATE frame SET data = 7, end = 0 WHERE first = 205536",
    );
    assert_eq!(shown(&all(&store.store, id).await), "AaBbCc[? at 205536]");
}

/// Overwrites the first page of a table or an index.
fn damage_page(store: &Store, id: RunnerId, name: &str) {
    let path = store.path(id);
    let connection = Connection::open(&path).unwrap();
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let page: u32 = connection.query_row(sql, [name], |row| row.get(0)).unwrap();
    drop(connection);
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&[0x55; 4096], u64::from(page - 1) * 4096)
        .unwrap();
}

#[tokio::test]
async fn damaged_pages_of_screens_cost_the_screens_only() {
    let (store, id) = three().await;
    damage_page(&store, id, "keyframe");
    let screen = store.store.keyframe(id, Position::new(Epoch(1), Seq(10)));
    assert!(screen.await.unwrap().is_none());
    assert_eq!(shown(&all(&store.store, id).await), "AaBbCc");
}

#[tokio::test]
async fn damaged_pages_of_output_are_gaps_with_their_lengths() {
    let (store, id) = three().await;
    damage_page(&store, id, "frame");
    let wanted = "A[65536 at 0][4464 at 65536]B[65536 at 70000][4464 at 135536]C[65536 at 140000][? at 205536]";
    assert_eq!(shown(&all(&store.store, id).await), wanted);
}

#[tokio::test]
async fn a_file_in_which_nothing_is_found_is_set_aside_by_reading_it() {
    let (store, id) = three().await;
    let mut told = store.store.recordings().unwrap();
    damage_page(&store, id, "frame_place");
    let end = Position::new(Epoch(1), Seq(210_000));
    assert_eq!(shown(&all(&store.store, id).await), "[? at 210000]");
    let event = told.recv().await.unwrap();
    let Recording::SetAside { aside } = event.state else {
        panic!("{event:?}");
    };
    assert!(aside.exists());
    // Only once, and the numbers go on.
    store.store.append(id, output(end, 9, "d")).unwrap();
    assert_eq!(shown(&all(&store.store, id).await), "[? at 210000]d");
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_reading_sees_one_state_however_the_writer_goes_on() {
    let (store, id) = three().await;
    let (go, went) = oneshot::channel();
    let (done, is_done) = oneshot::channel();
    let mut once = Some((go, is_done));
    let reading = store.store.reader().unwrap().ask(id, move |file| {
        let before = file.extent()?.bytes;
        let (go, is_done) = once.take().unwrap();
        go.send(()).unwrap();
        is_done.blocking_recv().unwrap();
        Ok((before, file.extent()?.bytes))
    });
    let writing = async {
        went.await.unwrap();
        let end = Position::new(Epoch(1), Seq(210_000));
        store.store.append(id, output(end, 9, "d")).unwrap();
        store.store.flush(id, false).await.unwrap();
        done.send(()).unwrap();
    };
    let (read, ()) = tokio::join!(reading, writing);
    assert_eq!(read.unwrap(), (210_000, 210_000));
    assert_eq!(store.store.extent(id).await.unwrap().bytes, 210_001);
}

#[tokio::test]
async fn a_damaged_screen_gives_way_to_the_one_before() {
    let (store, id) = three().await;
    for damage in ["data = x'07'", "data = 7", "cols = 'wide'", "rows = -1"] {
        change(
            &store,
            id,
            &format!("UPDATE keyframe SET {damage} WHERE seq = 140000"),
        );
        let at = Position::new(Epoch(1), Seq(150_000));
        let screen = store.store.keyframe(id, at).await.unwrap().unwrap();
        assert_eq!(screen.at, Position::new(Epoch(1), Seq(70_000)), "{damage}");
    }
}
