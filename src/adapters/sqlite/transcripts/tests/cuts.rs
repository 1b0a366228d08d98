//! Where transcripts are cut by age and size, and how readers go on behind a cut.

use super::*;

/// Ten pieces of 60 000 bytes, a screen before each, one every 1000 seconds from `start` on.
async fn ten_pieces(store: &Store, id: RunnerId, start: u64) {
    for number in 0..10_u64 {
        let at = Position::new(Epoch(1), Seq(number * 60_000));
        let time = start + number * 1_000_000;
        let text = noise(60_000, u32::try_from(number).unwrap());
        let screen = Piece::Keyframe(keyframe(at, time));
        store.store.append(id, screen).unwrap();
        store.store.append(id, output(at, time, &text)).unwrap();
        store.store.flush(id, false).await.unwrap();
    }
}

async fn cut_by(retention: Retention) -> Position {
    let store = Store::new();
    let id = runner();
    ten_pieces(&store, id, 0).await;
    let now = Timestamp(10_000_000);
    let told = store.store.prune(retention, now, true).await.unwrap();
    assert_eq!(store.store.extent(id).await.unwrap().bytes, 600_000);
    let done = store.store.prune(retention, now, false).await.unwrap();
    assert_eq!(
        (told[0].bytes, told[0].first),
        (done[0].bytes, done[0].first),
        "what was told is what is done"
    );
    let extent = store.store.extent(id).await.unwrap();
    assert_eq!(extent.first, done[0].first);
    extent.first
}

#[tokio::test]
async fn of_age_and_size_the_larger_cut_counts() {
    let aged = Retention {
        // Pieces 0 to 6 are older.
        age: Duration::from_millis(3_000_000),
        ..ROOMY
    };
    let large = Retention {
        // Pieces 0 and 1 are too much.
        bytes_per_runner: 480_000,
        ..ROOMY
    };
    let place = |number: u64| Position::new(Epoch(1), Seq(number * 60_000));
    assert_eq!(cut_by(aged).await, place(7));
    assert_eq!(cut_by(large).await, place(2));
    let both = Retention {
        age: aged.age,
        ..large
    };
    assert_eq!(cut_by(both).await, place(7));
    let tight = Retention {
        bytes_per_runner: 60_000,
        ..aged
    };
    assert_eq!(cut_by(tight).await, place(9));
}

#[tokio::test]
async fn what_goes_by_age_is_not_taken_from_others_for_the_size_of_all() {
    let store = Store::new();
    let (old, new) = (runner(), runner());
    ten_pieces(&store, old, 0).await;
    ten_pieces(&store, new, 100_000_000).await;
    let on_disk = store.store.extent(new).await.unwrap().on_disk;
    // Of the old one 7 pieces go by age, which is more than the half of it that is too much.
    let retention = Retention {
        age: Duration::from_millis(103_000_000),
        total_on_disk: on_disk * 3 / 2,
        ..ROOMY
    };
    let now = Timestamp(110_000_000);
    let pruned = store.store.prune(retention, now, false).await.unwrap();
    assert_eq!(pruned.len(), 1, "{pruned:?}");
    assert_eq!((pruned[0].runner, pruned[0].bytes), (old, 420_000));
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_new_output_not_old() {
    let store = Store::new();
    let id = runner();
    let start = Position::new(Epoch(1), Seq(0));
    // The second piece came when the clock stood at 1970, and is the newest all the same.
    let (hour, text) = (3_600_000, noise(70_000, 1));
    for (at, time) in [(start, 900 * hour), (start.after(70_000), 5)] {
        store.store.append(id, output(at, time, &text)).unwrap();
        store.store.flush(id, false).await.unwrap();
    }
    let retention = Retention {
        age: Duration::from_secs(3600 * 24),
        ..ROOMY
    };
    let now = Timestamp(901 * hour);
    let pruned = store.store.prune(retention, now, false).await.unwrap();
    assert!(pruned.is_empty(), "{pruned:?}");
}

#[tokio::test]
async fn a_reader_goes_on_behind_a_cut_without_leaving_records_out() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    let mark = |text: String| RecordKind::Marker { text };
    let put = |piece| store.store.append(id, piece).unwrap();
    put(output(start, 1_000, &noise(70_000, 1)));
    let early = start.after(70_000);
    for number in 0..3 {
        put(record(early, mark(format!("early {number}"))));
    }
    put(output(early, 2_000, &noise(70_000, 2)));
    let late = start.after(140_000);
    put(Piece::Keyframe(keyframe(late, 100_000)));
    for number in 0..5 {
        put(record(late, mark(format!("late {number}"))));
    }
    put(output(late, 100_000, "end"));
    let read = Cursor {
        place: early,
        records: 3,
    };
    let retention = Retention {
        age: Duration::from_secs(50),
        ..ROOMY
    };
    let now = Timestamp(120_000);
    let pruned = store.store.prune(retention, now, false).await.unwrap();
    assert_eq!(pruned[0].first, late);
    let page = store.store.read(id, read, 1 << 20).await.unwrap();
    let marks: Vec<String> = page
        .stored
        .iter()
        .filter_map(|stored| match stored {
            Stored::Record(Record {
                kind: RecordKind::Marker { text },
                ..
            }) => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(marks, ["late 0", "late 1", "late 2", "late 3", "late 4"]);
    assert_eq!(bytes_of(&page.stored), b"end");
}
